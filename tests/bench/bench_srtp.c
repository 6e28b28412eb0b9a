/**
 * @file bench_srtp.c  What one SRTP packet costs
 *
 * Nanoseconds per packet of 160 bytes payload for libsrtp2 as the
 * distribution ships it and with our kernels under it, per suite and
 * direction: the best of several rounds, so that a neighbour's load on the
 * machine does not count.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <srtp2/srtp.h>
#include "mixer/net/srtp_kernels.h"


enum {
	HEADER_BYTES = 12,
	PAYLOAD_BYTES = 160,
	PACKETS = 4096,
	ROUNDS = 25,
};

/** What is measured */
struct suite {
	const char *name;
	srtp_profile_t profile;
};

/** Cost of one direction each, nanoseconds */
struct cost {
	double protect, unprotect;
};

static const struct suite suites[] = {
	{"AES_CM_128_HMAC_SHA1_80", srtp_profile_aes128_cm_sha1_80},
	{"AEAD_AES_128_GCM", srtp_profile_aead_aes_128_gcm},
	{"AEAD_AES_256_GCM", srtp_profile_aead_aes_256_gcm},
};

enum { SUITES = sizeof(suites) / sizeof(suites[0]) };

static uint8_t packets[PACKETS][HEADER_BYTES + PAYLOAD_BYTES + 32];
static int lens[PACKETS];


static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);

	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}


static srtp_t session(const struct suite *s, srtp_ssrc_type_t direction)
{
	static uint8_t key[64] = {1, 2, 3};
	srtp_policy_t policy = {0};
	srtp_t srtp = NULL;

	policy.ssrc.type = direction;
	policy.key = key;
	policy.window_size = 1024;
	srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, s->profile);
	srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, s->profile);
	if (srtp_create(&srtp, &policy)) {
		fprintf(stderr, "%s: srtp_create failed\n", s->name);
		exit(EXIT_FAILURE);
	}

	return srtp;
}


static void fill(void)
{
	for (unsigned i = 0; i < PACKETS; i++) {
		memset(packets[i], 0x5a, sizeof(packets[i]));
		memset(packets[i], 0, HEADER_BYTES);
		packets[i][0] = 0x80;
		packets[i][2] = (uint8_t)(i >> 8);
		packets[i][3] = (uint8_t)i;
		lens[i] = HEADER_BYTES + PAYLOAD_BYTES;
	}
}


static struct cost round_once(const struct suite *s)
{
	srtp_t out = session(s, ssrc_any_outbound);
	srtp_t in = session(s, ssrc_any_inbound);
	unsigned bad = 0;
	struct cost cost = {0};
	double t;

	fill();
	t = now_ns();
	for (unsigned i = 0; i < PACKETS; i++)
		bad += srtp_protect(out, packets[i], &lens[i]) != 0;
	cost.protect = (now_ns() - t) / PACKETS;

	t = now_ns();
	for (unsigned i = 0; i < PACKETS; i++)
		bad += srtp_unprotect(in, packets[i], &lens[i]) != 0;
	cost.unprotect = (now_ns() - t) / PACKETS;

	srtp_dealloc(out);
	srtp_dealloc(in);
	if (bad) {
		fprintf(stderr, "%s: %u failures\n", s->name, bad);
		exit(EXIT_FAILURE);
	}

	return cost;
}


static struct cost measure(const struct suite *s)
{
	struct cost best = round_once(s);

	for (unsigned i = 1; i < ROUNDS; i++) {
		struct cost c = round_once(s);

		if (c.protect < best.protect)
			best.protect = c.protect;
		if (c.unprotect < best.unprotect)
			best.unprotect = c.unprotect;
	}

	return best;
}


int main(void)
{
	struct cost shipped[SUITES];

	if (srtp_init())
		return EXIT_FAILURE;

	for (unsigned i = 0; i < SUITES; i++)
		shipped[i] = measure(&suites[i]);

	if (srtp_kernels_install()) {
		fprintf(stderr, "libsrtp2 refused a kernel\n");
		return EXIT_FAILURE;
	}

	printf("%-26s %10s %10s %10s %10s\n", "ns per packet", "protect",
	       "kernels", "unprotect", "kernels");
	for (unsigned i = 0; i < SUITES; i++) {
		struct cost ours = measure(&suites[i]);

		printf("%-26s %10.0f %10.0f %10.0f %10.0f\n", suites[i].name,
		       shipped[i].protect, ours.protect, shipped[i].unprotect,
		       ours.unprotect);
	}

	return EXIT_SUCCESS;
}
