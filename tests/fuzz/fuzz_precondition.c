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


static struct leg_local *mixer_side(void)
{
	struct leg_local *l;
	size_t n = MP_MEDIA_MAX;

	if (leg_local_alloc(&l, n, n))
		abort();
	for (size_t i = 0; i < n; i++) {
		struct local_transport *t = &l->transports[i];

		(void)sa_set_str(&t->rtp, "192.0.2.1", 5004);
		t->rtcp_port = 5005;
		t->candidates[0].addr = t->rtp;
		t->candidate_count = 1;
		str_ncpy(t->sdes_key, "QUFB", sizeof(t->sdes_key));
		str_ncpy(t->ice_ufrag, "uuuu", sizeof(t->ice_ufrag));
		str_ncpy(t->ice_pwd, "pppppppppppppppppppppp",
			 sizeof(t->ice_pwd));
		str_ncpy(t->fingerprint.hash, "sha-256", 8);
		str_ncpy(t->fingerprint.value, "AA", 3);
		l->media[i].ssrc = 1;
		l->media[i].rtx_ssrc = 2;
		str_ncpy(l->media[i].cname, "c", 2);
	}
	return l;
}


static void answer(struct offer *o, const struct mbuf *sdp)
{
	struct leg_description *leg = NULL;
	struct leg_local *local = mixer_side();
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
	mem_deref(leg);
	mem_deref(local);
}


static void offer(struct offer *o, const struct mbuf *sdp)
{
	struct leg_description *leg = NULL, *theirs = NULL, *again = NULL;
	struct leg_local *local = mixer_side();
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
	mem_deref(leg);
	mem_deref(theirs);
	mem_deref(again);
	mem_deref(local);
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
