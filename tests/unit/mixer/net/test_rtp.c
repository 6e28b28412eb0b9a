/**
 * @file test_rtp.c  RTP header and header extensions
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/net/rtp.h"
#include "tests/unit/unit.h"


static void writes_what_it_reads(void)
{
	static const uint8_t level[1] = {0x80 | 23};
	static const uint8_t mid[3] = {'a', 'u', 'd'};
	struct rtp_extension_element e[] = {{1, 1, level}, {4, 3, mid}};
	struct rtp_packet p;
	uint8_t buf[64], dbov;
	const uint8_t *x;
	size_t n, len;
	bool voice;

	n = rtp_packet_encode(buf, sizeof(buf), 111, true, 65535, 0xfffffff0,
			      0x01020304, e, 2);
	CU_ASSERT_EQUAL_FATAL(n, 12 + 4 + 8);
	memcpy(buf + n, "abc", 3);

	CU_ASSERT_EQUAL_FATAL(rtp_packet_decode(&p, buf, n + 3), 0);
	CU_ASSERT_TRUE(p.marker);
	CU_ASSERT_EQUAL(p.pt, 111);
	CU_ASSERT_EQUAL(p.seq, 65535);
	CU_ASSERT_EQUAL(p.timestamp, 0xfffffff0);
	CU_ASSERT_EQUAL(p.ssrc, 0x01020304);
	CU_ASSERT_EQUAL(p.payload_bytes, 3);
	CU_ASSERT_EQUAL(memcmp(p.payload, "abc", 3), 0);

	CU_ASSERT_TRUE(rtp_audio_level(&p, 1, &dbov, &voice));
	CU_ASSERT_EQUAL(dbov, 23);
	CU_ASSERT_TRUE(voice);
	x = rtp_extension(&p, 4, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(x);
	CU_ASSERT_EQUAL(len, 3);
	CU_ASSERT_EQUAL(memcmp(x, "aud", 3), 0);
	CU_ASSERT_PTR_NULL(rtp_extension(&p, 2, &len));
	CU_ASSERT_PTR_NULL(rtp_extension(&p, 0, &len));
}


static void reads_two_byte_elements(void)
{
	static const uint8_t buf[] = {0x90, 0, 0, 1, 0,    0,    0, 0,
				      0,    0, 0, 9, 0x10, 0,    0, 2,
				      200,  0, 7, 2, 0xaa, 0xbb, 0, 0};
	struct rtp_packet p;
	const uint8_t *x;
	size_t len = 99;

	CU_ASSERT_EQUAL_FATAL(rtp_packet_decode(&p, buf, sizeof(buf)), 0);
	x = rtp_extension(&p, 7, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(x);
	CU_ASSERT_EQUAL(len, 2);
	CU_ASSERT_EQUAL(x[1], 0xbb);
	CU_ASSERT_PTR_NOT_NULL(rtp_extension(&p, 200, &len));
	CU_ASSERT_EQUAL(len, 0);
}


static void refuses_lengths_that_do_not_fit(void)
{
	static const struct {
		const char *what;
		uint8_t buf[20];
		size_t len;
		int err;
	} table[] = {
		{"eleven bytes", {0x80}, 11, EBADMSG},
		{"version 1", {0x40}, 12, EBADMSG},
		{"header only", {0x80}, 12, 0},
		{"csrc beyond the end", {0x81}, 15, EBADMSG},
		{"one csrc", {0x81}, 16, 0},
		{"extension header cut", {0x90}, 14, EBADMSG},
		{"extension beyond the end",
		 {0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 2},
		 20,
		 EBADMSG},
		{"padding of 0",
		 {0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		 14,
		 EBADMSG},
		{"padding larger than the payload",
		 {0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3},
		 14,
		 EBADMSG},
		{"all padding",
		 {0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2},
		 14,
		 0},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint8_t *copy = malloc(table[i].len);
		struct rtp_packet p;
		int err;

		memcpy(copy, table[i].buf, table[i].len);
		err = rtp_packet_decode(&p, copy, table[i].len);
		free(copy);
		if (err != table[i].err)
			CU_FAIL(table[i].what);
		CU_ASSERT_EQUAL(err, table[i].err);
	}
}


static void writes_nothing_that_does_not_fit(void)
{
	static const uint8_t data[16];
	struct rtp_extension_element e = {1, 16, data};
	uint8_t buf[40];

	CU_ASSERT_EQUAL(rtp_packet_encode(buf, 11, 0, 0, 0, 0, 0, NULL, 0), 0);
	CU_ASSERT_EQUAL(rtp_packet_encode(buf, 12, 0, 0, 0, 0, 0, NULL, 0),
			12);
	CU_ASSERT_EQUAL(rtp_packet_encode(buf, 35, 0, 0, 0, 0, 0, &e, 1), 0);
	CU_ASSERT_EQUAL(rtp_packet_encode(buf, 36, 0, 0, 0, 0, 0, &e, 1), 36);
	e.id = 15;
	CU_ASSERT_EQUAL(rtp_packet_encode(buf, 40, 0, 0, 0, 0, 0, &e, 1), 0);
}


static void sequence_numbers_wrap(void)
{
	CU_ASSERT_TRUE(rtp_seq_newer(0, 65535));
	CU_ASSERT_FALSE(rtp_seq_newer(65535, 0));
	CU_ASSERT_FALSE(rtp_seq_newer(7, 7));
	CU_ASSERT_EQUAL(rtp_seq_extend(65535, 0), 65536);
	CU_ASSERT_EQUAL(rtp_seq_extend(65536, 65535), 65535);
	CU_ASSERT_EQUAL(rtp_seq_extend(0x20005, 4), 0x20004);

	for (int i = 0; i < 1000; i++)
		CU_ASSERT_TRUE(rtp_seq_start() < 0x8000);
}


static CU_TestInfo tests[] = {
	{"writes what it reads", writes_what_it_reads},
	{"reads two-byte elements", reads_two_byte_elements},
	{"refuses lengths that do not fit", refuses_lengths_that_do_not_fit},
	{"writes nothing that does not fit", writes_nothing_that_does_not_fit},
	{"sequence numbers wrap", sequence_numbers_wrap},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(rtp, tests)
