/**
 * @file fuzz_offer.c  SDP from the far end, as offer and as answer
 *
 * The first part of the input (up to a NUL byte) is an offer that is answered;
 * the second, or the same again, answers an offer of ours and then comes as
 * a re-offer.
 */
#include <stdlib.h>
#include <string.h>
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


static void answer(struct offer *o, const char *sdp, size_t len)
{
	struct leg_description *leg = NULL;
	struct leg_local *local = mixer_side();
	struct mbuf *mb = NULL;

	if (offer_remote(o, sdp, len, &leg) == REASON_NONE)
		(void)offer_answer(o, local, &mb);
	(void)offer_held(o);
	mem_deref(mb);
	mem_deref(leg);
	mem_deref(local);
}


static void offer(struct offer *o, bool webrtc, const char *sdp, size_t len)
{
	struct leg_description *leg = NULL, *theirs = NULL;
	struct leg_local *local = mixer_side();
	struct mbuf *mb = NULL;

	if (!offer_begin(o, webrtc, len & 1, &leg))
		(void)offer_local(o, local, &mb);
	if (offer_remote_answer(o, sdp, len, &theirs) != REASON_NONE)
		offer_rollback(o);
	mem_deref(mb);
	mem_deref(leg);
	mem_deref(theirs);
	mem_deref(local);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *first = (const char *)data, *second = first;
	const uint8_t *cut = size ? memchr(data, 0, size) : NULL;
	size_t len = cut ? (size_t)(cut - data) : size, second_len = len;
	struct offer_config config;
	struct offer *o[2] = {NULL, NULL};

	if (cut) {
		second = (const char *)cut + 1;
		second_len = size - len - 1;
	}
	memset(&config, 0, sizeof(config));
	config.sdes_allowed = size & 2;
	if (!offer_alloc(&o[0], &config)) {
		answer(o[0], first, len);
		offer(o[0], false, second, second_len);
		answer(o[0], second, second_len);
	}
	if (!offer_alloc(&o[1], &config)) {
		offer(o[1], size & 4, second, second_len);
		answer(o[1], first, len);
	}
	mem_deref(o[0]);
	mem_deref(o[1]);
	return 0;
}
