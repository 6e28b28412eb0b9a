/**
 * @file fuzz_sip_headers.c  What is read out of a whole SIP message
 *
 * Identity, charging and Session-ID headers and the parts of its body.
 */
#include <stdlib.h>
#include <string.h>
#include "focus/config/config.h"
#include "signaling/message/charging.h"
#include "signaling/message/flow.h"
#include "signaling/message/header.h"
#include "signaling/message/identity.h"
#include "signaling/message/session_id.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** The far end is believed: that reads more */
static const struct config *config(void)
{
	static const char *const overrides[] = {"trusted_hosts=192.0.2.1"};
	static struct config *c;
	struct config_error error;

	if (!c && config_load(&c, NULL, overrides, 1, &error))
		abort();
	return c;
}

static void identity(const struct sip_msg *msg)
{
	struct flow_info flow = {.id = 1, .transport = FLOW_TCP};
	struct identity *id = NULL;

	(void)sa_set_str(&flow.peer, "192.0.2.1", 5060);
	if (identity_read(&id, msg, &flow, NULL, config()))
		return;
	if (!id->aor || strchr(id->aor, '\n') || strchr(id->aor, ' '))
		abort();
	mem_deref(id);
}

static void charging(const struct sip_msg *msg)
{
	struct charging *c = NULL;
	struct session_id id = {"0", ""};
	char *text = NULL;

	session_id_read(&id, msg);
	if (charging_accept(&c, msg, true, "us", "h"))
		return;
	(void)charging_answered(c, msg);
	if (!re_sdprintf(&text, "%H%H", charging_print, c, session_id_print,
			 &id) &&
	    strstr(text, "\r\n\r\n"))
		abort();
	mem_deref(text);
	mem_deref(c);
}

static void body(const struct sip_msg *msg)
{
	static const char *const types[] = {"application/sdp",
					    "application/resource-lists+xml",
					    "text/plain"};
	const char *begin = (const char *)msg->mb->buf;
	const char *end = begin + msg->mb->end;
	struct header_part part;
	struct mbuf *mb = NULL;
	struct pl sdp;
	size_t i;

	if (!header_sdp(msg, &sdp) &&
	    (sdp.p < begin || sdp.p + sdp.l > end || !sdp.l))
		abort();
	(void)header_has_foreign_part(msg);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (header_part(&part, msg, types[i], "recipient-list"))
			continue;
		if (!part.body.l || part.body.p < begin ||
		    part.body.p + part.body.l > end)
			abort();
		if (!header_part_decode(&mb, &part))
			mb = mem_deref(mb);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mbuf *mb = mbuf_alloc(size + 1);
	struct sip_msg *msg = NULL;

	if (!mb)
		return 0;
	(void)mbuf_write_mem(mb, data, size);
	mb->pos = 0;
	if (!sip_msg_decode(&msg, mb)) {
		identity(msg);
		charging(msg);
		body(msg);
	}
	mem_deref(msg);
	mem_deref(mb);
	return 0;
}
