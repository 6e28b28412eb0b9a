/**
 * @file fuzz_register.c  REGISTER as it comes from the gate and libre
 */
#include <string.h>
#include "signaling/registrar/register_request.h"
#include "signaling/transport/gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void read_message(const struct sip_msg *msg)
{
	struct register_request q = {.msg = msg};

	if (register_read(&q, 3600)) {
		for (size_t i = 0; i < q.count; i++) {
			const struct register_contact *c = &q.contacts[i];

			if (c->expires_s > 3600 || c->q < 0 || c->q > 1 ||
			    c->instance.l > REGISTER_INSTANCE_MAX ||
			    (c->instance.l &&
			     memchr(c->instance.p, '\n', c->instance.l)))
				__builtin_trap();
		}
		if (q.path && strlen(q.path) > REGISTER_PATH_MAX)
			__builtin_trap();
	}
	else if (q.status < 400 || !q.phrase) {
		__builtin_trap();
	}
	mem_deref(q.path);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sip_lines w;
	struct gate_verdict v;
	struct sip_msg *msg;
	struct mbuf *mb;

	/* Only what the gate lets pass comes here. */
	if (size > 65535 || sip_lines_parse(&w, (const char *)data, size) ||
	    !gate_check(&v, &w, size, 65535, false) || !w.request)
		return 0;

	mb = mbuf_alloc(size + !size);
	if (!mb)
		return 0;
	(void)mbuf_write_mem(mb, data, size);
	mb->pos = 0;
	if (!sip_msg_decode(&msg, mb)) {
		read_message(msg);
		mem_deref(msg);
	}
	mem_deref(mb);

	return 0;
}
