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


static json_t *mixer_side(void)
{
	return json_pack("{s:[{s:s,s:i,s:i,s:{s:s},s:{s:s,s:s},s:{s:s,s:s},"
			 "s:[{s:s,s:i,s:i}]}],s:[{s:i,s:i,s:s}]}",
			 "transports", "address", "192.0.2.1", "port", 5004,
			 "rtcp_port", 5005, "sdes", "local_key", "QUFB", "ice",
			 "ufrag", "uuuu", "pwd", "pppppppppppppppppppppp",
			 "fingerprint", "hash", "sha-256", "value", "AA",
			 "candidates", "address", "192.0.2.1", "port", 5004,
			 "priority", 1, "media", "ssrc", 1, "rtx_ssrc", 2,
			 "cname", "c");
}


static void answer(struct offer *o, const char *sdp, size_t len)
{
	json_t *leg = NULL, *local = mixer_side();
	struct mbuf *mb = NULL;

	if (offer_remote(o, sdp, len, &leg) == REASON_NONE)
		(void)offer_answer(o, local, &mb);
	(void)offer_held(o);
	mem_deref(mb);
	json_decref(leg);
	json_decref(local);
}


static void offer(struct offer *o, bool webrtc, const char *sdp, size_t len)
{
	json_t *leg = NULL, *theirs = NULL, *local = mixer_side();
	struct mbuf *mb = NULL;

	if (!offer_begin(o, webrtc, len & 1, &leg))
		(void)offer_local(o, local, &mb);
	if (offer_remote_answer(o, sdp, len, &theirs) != REASON_NONE)
		offer_rollback(o);
	mem_deref(mb);
	json_decref(leg);
	json_decref(theirs);
	json_decref(local);
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
