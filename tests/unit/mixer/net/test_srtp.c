/**
 * @file test_srtp.c  Cryptographic contexts, SDES keys
 */
#include <string.h>
#include "mixer/net/srtp.h"
#include "tests/unit/failing.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


enum { BYTES = 172 };

static const enum transport_suite suites[] = {
	TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_80,
	TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_32,
	TRANSPORT_SUITE_AEAD_AES_128_GCM,
	TRANSPORT_SUITE_AEAD_AES_256_GCM,
};

static const uint8_t keying[SRTP_KEYING_MAX] = {
	0xe1, 0xf9, 0x7a, 0x0d, 0x3e, 0x01, 0x8b, 0xe0, 0xd6, 0x4f,
	0xa3, 0x2c, 0x06, 0xde, 0x41, 0x39, 0x0e, 0xc6, 0x75, 0xad,
	0x49, 0x8a, 0xfe, 0xeb, 0xb6, 0x96, 0x0b, 0x3a, 0xab, 0xe6,
};


static struct crypto_context *context(enum transport_suite suite, bool in)
{
	struct crypto_context *c = NULL;

	CU_ASSERT_EQUAL_FATAL(
		crypto_context_alloc(&c, suite, in, keying,
				     transport_suite_keying_bytes(suite)),
		0);

	return c;
}


static void opens_what_it_protects(void)
{
	static const size_t tags[] = {10, 4, 16, 16};
	static const size_t rtcp_trailers[] = {14, 14, 20, 20};

	for (size_t i = 0; i < ARRAY_SIZE(suites); i++) {
		struct crypto_context *out = context(suites[i], false);
		struct crypto_context *in = context(suites[i], true);
		uint8_t buf[BYTES + TRANSPORT_TRAILER_MAX], clear[BYTES];
		size_t len = BYTES;

		loopback_rtp(buf, 1, 2, BYTES);
		memcpy(clear, buf, BYTES);
		CU_ASSERT_EQUAL(crypto_context_protect(out, buf, &len, false),
				0);
		CU_ASSERT_EQUAL(len, BYTES + tags[i]);
		CU_ASSERT_NOT_EQUAL(memcmp(buf + 12, clear + 12, BYTES - 12),
				    0);
		CU_ASSERT_EQUAL(
			crypto_context_unprotect(in, buf, &len, false, 1), 0);
		CU_ASSERT_EQUAL(len, BYTES);
		CU_ASSERT_EQUAL(memcmp(buf, clear, BYTES), 0);

		len = loopback_rtcp(buf, 2);
		memcpy(clear, buf, len);
		CU_ASSERT_EQUAL(crypto_context_protect(out, buf, &len, true),
				0);
		CU_ASSERT_EQUAL(len, 8 + rtcp_trailers[i]);
		CU_ASSERT_EQUAL(
			crypto_context_unprotect(in, buf, &len, true, 1), 0);
		CU_ASSERT_EQUAL(memcmp(buf, clear, len), 0);
		mem_deref(in);
		mem_deref(out);
	}
}


static void notices_every_changed_byte(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++) {
		struct crypto_context *out = context(suites[i], false);
		struct crypto_context *in = context(suites[i], true);
		uint8_t buf[64 + TRANSPORT_TRAILER_MAX], copy[sizeof(buf)];
		size_t len = 64, n;

		loopback_rtp(buf, 1, 2, 64);
		CU_ASSERT_EQUAL(crypto_context_protect(out, buf, &len, false),
				0);
		for (size_t k = 0; k < len; k++) {
			memcpy(copy, buf, sizeof(buf));
			copy[k] ^= 0x04;
			n = len;
			CU_ASSERT_NOT_EQUAL(crypto_context_unprotect(
						    in, copy, &n, false, 1),
					    0);
		}
		n = len;
		CU_ASSERT_EQUAL(
			crypto_context_unprotect(in, buf, &n, false, 1), 0);
		mem_deref(in);
		mem_deref(out);
	}
}


static void replay_window_is_1024_packets(void)
{
	struct crypto_context *out =
		context(TRANSPORT_SUITE_AEAD_AES_128_GCM, false);
	struct crypto_context *in =
		context(TRANSPORT_SUITE_AEAD_AES_128_GCM, true);
	static uint8_t kept[1100][64 + TRANSPORT_TRAILER_MAX];
	static const struct {
		unsigned seq;
		int err;
	} cases[] = {
		{1099, 0},        /* the newest moves the window */
		{1099, EALREADY}, /* replayed */
		{1099 - 1000, 0}, /* late but within */
		{1099 - 1000, EALREADY},
		{1099 - 1030, EALREADY}, /* older than the window */
	};
	size_t len = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(kept); i++) {
		len = loopback_rtp(kept[i], (uint16_t)i, 3, 64);
		(void)crypto_context_protect(out, kept[i], &len, false);
	}

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t copy[sizeof(kept[0])];
		size_t n = len;

		memcpy(copy, kept[cases[i].seq], sizeof(copy));
		CU_ASSERT_EQUAL(
			crypto_context_unprotect(in, copy, &n, false, 1),
			cases[i].err);
	}
	mem_deref(in);
	mem_deref(out);
}


static void sends_a_packet_again_for_a_nack(void)
{
	struct crypto_context *out =
		context(TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_80, false);
	uint8_t first[64 + TRANSPORT_TRAILER_MAX], again[sizeof(first)];
	size_t a = loopback_rtp(first, 9, 3, 64);
	size_t b = loopback_rtp(again, 9, 3, 64);

	CU_ASSERT_EQUAL(crypto_context_protect(out, first, &a, false), 0);
	CU_ASSERT_EQUAL(crypto_context_protect(out, again, &b, false), 0);
	CU_ASSERT_EQUAL(a, b);
	CU_ASSERT_EQUAL(memcmp(first, again, a), 0);
	mem_deref(out);
}


/** A peer that invents streams may not fill our memory */
static void streams_are_bounded_and_idle_ones_give_way(void)
{
	struct crypto_context *out =
		context(TRANSPORT_SUITE_AEAD_AES_128_GCM, false);
	struct crypto_context *in =
		context(TRANSPORT_SUITE_AEAD_AES_128_GCM, true);
	uint8_t buf[64 + TRANSPORT_TRAILER_MAX];
	const uint64_t s = 1000000;

	for (uint32_t i = 0; i < 2 * SRTP_STREAM_MAX; i++) {
		size_t len = loopback_rtp(buf, 1, i, 64);

		(void)crypto_context_protect(out, buf, &len, false);
		CU_ASSERT_EQUAL(
			crypto_context_unprotect(in, buf, &len, false, s),
			i < SRTP_STREAM_MAX ? 0 : ENOSPC);
	}

	for (uint32_t i = 1000; i < 1010; i++) {
		size_t len = loopback_rtp(buf, 1, i, 64);

		(void)crypto_context_protect(out, buf, &len, false);
		CU_ASSERT_EQUAL(
			crypto_context_unprotect(in, buf, &len, false, 20 * s),
			0);
	}
	mem_deref(in);
	mem_deref(out);
}


static void malformed_packets_are_refused(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++) {
		struct crypto_context *in = context(suites[i], true);

		for (size_t n = 0; n < 80; n++) {
			uint8_t buf[80];
			size_t len = n;

			memset(buf, 0xff, sizeof(buf));
			buf[0] = 0xbf;
			CU_ASSERT_NOT_EQUAL(crypto_context_unprotect(
						    in, buf, &len, false, 1),
					    0);
			len = n;
			CU_ASSERT_NOT_EQUAL(crypto_context_unprotect(
						    in, buf, &len, true, 1),
					    0);
		}
		mem_deref(in);
	}
}


static void sdes_keys_are_read_as_written(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++) {
		uint8_t made[SRTP_KEYING_MAX], read[SRTP_KEYING_MAX];
		char text[64], inlined[96];

		CU_ASSERT_EQUAL(
			sdes_generate(suites[i], made, text, sizeof(text)), 0);
		re_snprintf(inlined, sizeof(inlined), "inline:%s|2^31", text);
		CU_ASSERT_EQUAL(sdes_decode(suites[i], text, read), 0);
		CU_ASSERT_EQUAL(
			memcmp(made, read,
			       transport_suite_keying_bytes(suites[i])),
			0);
		CU_ASSERT_EQUAL(sdes_decode(suites[i], inlined, read), 0);
	}
}


static void bad_sdes_keys_are_refused(void)
{
	static const char *const bad[] = {
		"",
		"inline:",
		"AAAA",
		"inline:|2^20",
		"PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|1:4",
		"PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBRPS1uQCVeeCFCanVmcjk"
		"pPywjNWhcYD0mXXtxaVBR",
		"????????????????????????????????????????",
	};
	uint8_t read[SRTP_KEYING_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CU_ASSERT_EQUAL(sdes_decode(suites[0], bad[i], read), EPROTO);
}


static void suites_have_the_names_of_sdp(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		CU_ASSERT_EQUAL(transport_suite_by_name(
					transport_suite_name(suites[i])),
				suites[i]);
	CU_ASSERT_EQUAL(transport_suite_by_name("F8_128_HMAC_SHA1_80"),
			TRANSPORT_SUITE_NONE);
}


/** A stream that there is no memory for is refused, not sent in the clear */
static int protect_and_open(void *arg)
{
	static const uint8_t mark[8] = "in clear";
	const enum transport_suite suite = *(const enum transport_suite *)arg;
	struct crypto_context *out = NULL, *in = NULL;
	uint8_t buf[64 + TRANSPORT_TRAILER_MAX];
	size_t len = loopback_rtp(buf, 1, 9, 64);
	int err;

	memcpy(buf + 20, mark, sizeof(mark));
	err = crypto_context_alloc(&out, suite, false, keying,
				   transport_suite_keying_bytes(suite));
	CU_ASSERT_EQUAL(!err, out != NULL);
	if (!err)
		err = crypto_context_alloc(
			&in, suite, true, keying,
			transport_suite_keying_bytes(suite));
	if (!err)
		err = crypto_context_protect(out, buf, &len, false);
	if (!err) {
		CU_ASSERT(memcmp(buf + 20, mark, sizeof(mark)) != 0);
		err = crypto_context_unprotect(in, buf, &len, false, 1);
	}
	if (!err)
		CU_ASSERT(!memcmp(buf + 20, mark, sizeof(mark)));
	mem_deref(out);
	mem_deref(in);

	return err;
}


static void survives_any_failing_allocation(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++) {
		enum transport_suite suite = suites[i];

		failing_each(protect_and_open, &suite);
	}
}

static CU_TestInfo tests[] = {
	{"opens what it protects", opens_what_it_protects},
	{"notices every changed byte", notices_every_changed_byte},
	{"replay window is 1024 packets", replay_window_is_1024_packets},
	{"sends a packet again for a NACK", sends_a_packet_again_for_a_nack},
	{"streams are bounded and idle ones give way",
	 streams_are_bounded_and_idle_ones_give_way},
	{"malformed packets are refused", malformed_packets_are_refused},
	{"SDES keys are read as written", sdes_keys_are_read_as_written},
	{"bad SDES keys are refused", bad_sdes_keys_are_refused},
	{"suites have the names of SDP", suites_have_the_names_of_sdp},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(srtp, tests)
