/**
 * @file fuzz_precondition.c  RAck and preconditions from the far end
 *
 * The first line of the input is the value of a RAck; the rest are rows of an
 * m-line, in an offer that is answered, then in the answer to an offer of
 * ours that asks for preconditions.
 */
#include <stdlib.h>
#include <string.h>
#include "signaling/message/header.h"
#include "signaling/sdp/offer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static json_t *mixer_side(void)
{
	return json_pack("{s:[{s:s,s:i,s:i}],s:[{s:i,s:i,s:s}]}", "transports",
			 "address", "192.0.2.1", "port", 5004, "rtcp_port",
			 5005, "media", "ssrc", 1, "rtx_ssrc", 2, "cname",
			 "c");
}


static void answer(struct offer *o, const struct mbuf *sdp)
{
	json_t *leg = NULL, *local = mixer_side();
	struct mbuf *mb = NULL;

	if (offer_remote(o, (const char *)sdp->buf, sdp->end, &leg) ==
	    REASON_NONE) {
		if (offer_preconditions(o) != OFFER_PRECONDITIONS_MET)
			(void)offer_print_failure(o, &mb);
		mb = mem_deref(mb);
		(void)offer_answer(o, local, &mb);
		(void)offer_is_news(o, (const char *)sdp->buf, sdp->end);
	}
	mem_deref(mb);
	json_decref(leg);
	json_decref(local);
}


static void offer(struct offer *o, const struct mbuf *sdp)
{
	json_t *leg = NULL, *theirs = NULL, *again = NULL;
	json_t *local = mixer_side();
	struct mbuf *mb = NULL, *mb2 = NULL;

	if (!offer_begin(o, false, false, &leg) && !offer_local(o, local, &mb))
		(void)offer_ask_preconditions(o, &mb2);
	if (offer_remote_answer(o, (const char *)sdp->buf, sdp->end,
				&theirs) == REASON_NONE &&
	    !offer_reopen(o))
		(void)offer_remote_answer(o, (const char *)sdp->buf, sdp->end,
					  &again);
	offer_rollback(o);
	mem_deref(mb);
	mem_deref(mb2);
	json_decref(leg);
	json_decref(theirs);
	json_decref(again);
	json_decref(local);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
	size_t len = line ? (size_t)(line - data) : size;
	struct pl pl = {(const char *)data, len};
	struct mbuf *sdp = mbuf_alloc(size + 256);
	struct offer_config config;
	struct header_rack rack;
	struct offer *o = NULL;

	(void)header_rack(&rack, &pl);
	memset(&config, 0, sizeof(config));
	(void)mbuf_write_str(sdp, "v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\n"
				  "c=IN IP4 192.0.2.2\r\nt=0 0\r\n"
				  "m=audio 4000 RTP/AVP 0\r\n");
	if (line)
		(void)mbuf_write_mem(sdp, line + 1, size - len - 1);
	if (!offer_alloc(&o, &config)) {
		offer_honour_preconditions(o, true);
		answer(o, sdp);
		offer(o, sdp);
		answer(o, sdp);
	}
	mem_deref(o);
	mem_deref(sdp);
	return 0;
}
