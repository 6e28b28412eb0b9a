/**
 * @file fuzz_cpim.c  message/cpim, and what a MESSAGE says
 *
 * The first byte chooses how the rest comes: as a body of one of the types
 * that are read, as a whole message otherwise.
 */
#include <stdlib.h>
#include <string.h>
#include "signaling/message/cpim.h"
#include "signaling/message/written.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void check_inside(const struct pl *part, const struct pl *whole)
{
	if (part->l &&
	    (part->p < whole->p || part->p + part->l > whole->p + whole->l))
		abort();
}


static void check_cpim(const struct pl *body)
{
	struct cpim c;

	if (cpim_decode(&c, body))
		return;

	check_inside(&c.type, body);
	check_inside(&c.encoding, body);
	check_inside(&c.disposition, body);
	check_inside(&c.length, body);
	check_inside(&c.body, body);
}


/** @param type Of `body`; NULL: that is a whole message */
static void check_message(const char *type, const struct pl *body)
{
	struct mbuf *mb = mbuf_alloc(body->l + 512), *text = NULL;
	struct sip_msg *msg = NULL;

	if (!mb)
		abort();
	if (type)
		(void)mbuf_printf(mb,
				  "MESSAGE sip:d@example.com SIP/2.0\r\n"
				  "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"
				  "\r\nFrom: <sip:a@example.com>;tag=1\r\n"
				  "To: <sip:d@example.com>\r\nCall-ID: 1\r\n"
				  "CSeq: 1 MESSAGE\r\nContent-Type: %s\r\n"
				  "Content-Length: %zu\r\n\r\n",
				  type, body->l);
	(void)mbuf_write_pl(mb, body);
	mb->pos = 0;
	if (!sip_msg_decode(&msg, mb) && !written_read(&text, msg) && text &&
	    mbuf_get_left(text) > 2 * mb->end)
		abort();
	mem_deref(text);
	mem_deref(msg);
	mem_deref(mb);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {"message/cpim",
					    "text/plain;charset=iso-8859-1",
					    "text/plain", NULL};
	struct pl body;

	if (!size)
		return 0;

	body.p = (const char *)data + 1;
	body.l = size - 1;
	check_cpim(&body);
	check_message(types[*data % ARRAY_SIZE(types)], &body);

	return 0;
}
