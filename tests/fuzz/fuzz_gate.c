/**
 * @file fuzz_gate.c  Hostile datagrams: gate, refusal, rewriting, libre
 *
 * What the gate lets pass goes the whole way: rewritten as for libre, read
 * by libre's parser, and rewritten again as if libre had sent it.
 */
#include <stdlib.h>
#include <string.h>
#include "signaling/transport/gate.h"
#include "signaling/transport/rewrite.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void go_out(const struct mbuf *mb)
{
	struct mbuf *out = mbuf_alloc(1024);
	struct rewrite_out found;
	struct flow_info flow = {.transport = FLOW_TLS};
	static struct sip_lines w;

	(void)sa_set_str(&flow.local, "192.0.2.1", 5060);
	if (out &&
	    sip_lines_parse(&w, (const char *)mb->buf, mb->end) ==
		    SIP_LINES_OK &&
	    !rewrite_inspect(&found, &w))
		(void)rewrite_out(out, &w, &flow, false);
	mem_deref(out);
}


static void come_in(const struct sip_lines *w, const struct sa *source)
{
	struct rewrite_in r = {.flow = 4711,
			       .transport = FLOW_UDP,
			       .peer = *source,
			       .key = (const uint8_t *)"key",
			       .key_bytes = 3};
	struct mbuf *mb = mbuf_alloc(1024);
	struct sip_msg *msg;

	if (mb && !rewrite_in(mb, w, &r)) {
		go_out(mb);
		mb->pos = 0;
		/* What the gate lets pass, libre can read; else nobody would
		   answer. */
		if (sip_msg_decode(&msg, mb))
			abort();
		/* ... and keeps little of it: it adds a Via and a Contact. */
		if (list_count(&msg->hdrl) > SIP_LINES_VALUES_MAX + 8)
			abort();
		mem_deref(msg);
	}
	mem_deref(mb);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sip_lines w;
	struct gate_verdict v;
	struct mbuf *mb;
	struct sa source;
	char *text;

	if (size > 65535)
		return 0;

	/* A copy of the exact size, so that a byte too far is seen. */
	text = mem_alloc(size + !size, NULL);
	if (!text)
		return 0;
	memcpy(text, data, size);

	(void)sa_set_str(&source, "192.0.2.9", 4444);
	(void)sip_lines_parse(&w, text, size);
	if (gate_check(&v, &w, size, 65535, false)) {
		come_in(&w, &source);
	}
	else if ((mb = mbuf_alloc(512))) {
		(void)gate_reply(mb, &w, &v, &source);
		mem_deref(mb);
	}
	mem_deref(text);

	return 0;
}
