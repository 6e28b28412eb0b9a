/**
 * @file test_amr_payload.c  RFC 4867 payloads, derived by hand
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/audio/amr_payload.h"
#include "tests/unit/unit.h"


static const struct golden {
	struct amr_format format;
	uint8_t cmr;
	size_t count;
	uint8_t type[3], good[3];
	uint8_t fill; /**< every speech byte, before the cut */
	size_t len;
	uint8_t payload[160];
} golden[] = {
	/* CMR 1111 | F0 FT1000 Q1 | 39 ones | pad */
	{{false, false},
	 15,
	 1,
	 {8},
	 {1},
	 0xff,
	 7,
	 {0xf4, 0x7f, 0xff, 0xff, 0xff, 0xff, 0x80}},
	/* CMR 1111 0000 | F0 FT1000 Q1 00 | 39 ones, one pad bit */
	{{false, true},
	 15,
	 1,
	 {8},
	 {1},
	 0xff,
	 7,
	 {0xf0, 0x44, 0xff, 0xff, 0xff, 0xff, 0xfe}},
	/* 0111 | 1 1111 1 | 0 0000 1 | 95 bits of 1010.. */
	{{false, false},
	 7,
	 2,
	 {15, 0},
	 {1, 1},
	 0xaa,
	 14,
	 {0x7f, 0xc1, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
	  0xaa, 0xaa, 0xaa}},
	/* octets: CMR, two contents, only the second has bits */
	{{false, true},
	 7,
	 2,
	 {15, 0},
	 {1, 1},
	 0xaa,
	 15,
	 {0x70, 0xfc, 0x04, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
	  0xaa, 0xaa, 0xaa, 0xaa}},
	/* AMR-WB SID twice, Q 0 then 1: 0010 | 1 1001 0 | 0 1001 1 | 80 bits
	 */
	{{true, false},
	 2,
	 2,
	 {9, 9},
	 {0, 1},
	 0xf0,
	 12,
	 {0x2c, 0x93, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0,
	  0xf0}},
	{{true, true},
	 2,
	 2,
	 {9, 9},
	 {0, 1},
	 0xf0,
	 13,
	 {0x20, 0xc8, 0x4c, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0,
	  0xf0, 0xf0}},
	/* AMR-WB speech lost and no data: no bits at all */
	{{true, false}, 15, 2, {14, 15}, {1, 1}, 0, 2, {0xff, 0x5f}},
};

enum { GOLDEN = sizeof(golden) / sizeof(golden[0]) };


static void writes_golden_payloads(void)
{
	for (int g = 0; g < GOLDEN; g++) {
		struct amr_payload p = {.cmr = golden[g].cmr,
					.count = golden[g].count};
		uint8_t buf[160];
		size_t n;

		for (size_t i = 0; i < p.count; i++) {
			p.frames[i].type = golden[g].type[i];
			p.frames[i].good = golden[g].good[i];
			memset(p.frames[i].speech, golden[g].fill,
			       AMR_SPEECH_MAX);
		}
		n = amr_payload_encode(&p, &golden[g].format, buf,
				       sizeof(buf));
		CU_ASSERT(n == golden[g].len);
		CU_ASSERT(!memcmp(buf, golden[g].payload, golden[g].len));
		CU_ASSERT(!amr_payload_encode(&p, &golden[g].format, buf,
					      n - 1));
	}
}


static void reads_golden_payloads(void)
{
	for (int g = 0; g < GOLDEN; g++) {
		struct amr_payload p;
		const struct golden *it = &golden[g];

		CU_ASSERT(!amr_payload_decode(&p, &it->format, it->payload,
					      it->len));
		CU_ASSERT(p.cmr == it->cmr);
		CU_ASSERT_FATAL(p.count == it->count);
		CU_ASSERT(amr_payload_frames(&it->format, it->payload,
					     it->len) == it->count);
		for (size_t i = 0; i < p.count; i++) {
			int bits = amr_frame_bits(it->format.wideband,
						  it->type[i]);

			CU_ASSERT(p.frames[i].type == it->type[i]);
			CU_ASSERT(p.frames[i].good == it->good[i]);
			for (int b = 0; b < bits / 8; b++)
				CU_ASSERT(p.frames[i].speech[b] == it->fill);
		}
	}
}


static void any_other_length_is_broken(void)
{
	for (int g = 0; g < GOLDEN; g++) {
		for (size_t len = 0; len < 20; len++) {
			uint8_t *exact = malloc(len ? len : 1);
			struct amr_payload p;
			size_t n = len < golden[g].len ? len : golden[g].len;

			memset(exact, 0, len ? len : 1);
			memcpy(exact, golden[g].payload, n);
			CU_ASSERT(amr_payload_decode(&p, &golden[g].format,
						     exact, len) ==
				  (len == golden[g].len ? 0 : EBADMSG));
			free(exact);
		}
	}
}


static void reserved_types_are_broken(void)
{
	for (uint8_t type = 0; type < 16; type++) {
		for (int wide = 0; wide < 2; wide++) {
			struct amr_format format = {wide, true};
			bool reserved = wide ? type >= 10 && type <= 13
					     : type >= 9 && type <= 14;
			int bits = amr_frame_bits(wide, type);
			uint8_t buf[128] = {0xf0, (uint8_t)(type << 3 | 4)};
			struct amr_payload p;

			CU_ASSERT((bits < 0) == reserved);
			CU_ASSERT((amr_payload_decode(
					   &p, &format, buf,
					   2 + (size_t)(bits < 0 ? 5
								 : bits + 7) /
							   8) != 0) ==
				  reserved);
		}
	}
}


/** Frames of any types come back as they were, in either format */
static void any_frames_round_trip(void)
{
	uint32_t seed = 3;

	for (unsigned round = 0; round < 500; round++) {
		const struct amr_format format = {round & 1, round & 2};
		struct amr_payload p = {.cmr = round % 16}, q;
		uint8_t buf[512];
		size_t len;

		p.count = 1 + round % AMR_FRAMES_MAX;
		for (size_t i = 0; i < p.count; i++) {
			int bits;

			do {
				seed = seed * 1664525u + 1013904223u;
				p.frames[i].type = seed >> 28;
				bits = amr_frame_bits(format.wideband,
						      p.frames[i].type);
			} while (bits < 0);
			p.frames[i].good = seed >> 27 & 1;
			for (int b = 0; b < bits; b++) {
				seed = seed * 1664525u + 1013904223u;
				if (seed >> 31)
					p.frames[i].speech[b / 8] |=
						(uint8_t)(0x80 >> b % 8);
			}
		}
		len = amr_payload_encode(&p, &format, buf, sizeof(buf));
		CU_ASSERT_FATAL(len > 0);
		CU_ASSERT_EQUAL(amr_payload_frames(&format, buf, len),
				p.count);
		CU_ASSERT_EQUAL(amr_payload_decode(&q, &format, buf, len), 0);
		CU_ASSERT_EQUAL(q.cmr, p.cmr);
		CU_ASSERT_EQUAL(q.count, p.count);
		CU_ASSERT(!memcmp(q.frames, p.frames,
				  p.count * sizeof(p.frames[0])));
	}
}


static void too_many_frames_are_broken(void)
{
	/* no data, more follow; for ever */
	static const uint8_t endless[] = {0xf0, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc,
					  0xfc, 0xfc, 0xfc, 0xfc, 0x7c};
	const struct amr_format octets = {false, true};
	struct amr_payload p = {.count = 0};
	uint8_t buf[16];

	CU_ASSERT_EQUAL(
		amr_payload_decode(&p, &octets, endless, sizeof(endless)),
		EBADMSG);
	CU_ASSERT_EQUAL(amr_payload_frames(&octets, endless, sizeof(endless)),
			0);
	p.count = 0;
	CU_ASSERT_EQUAL(amr_payload_encode(&p, &octets, buf, sizeof(buf)), 0);
	p.count = AMR_FRAMES_MAX + 1;
	CU_ASSERT_EQUAL(amr_payload_encode(&p, &octets, buf, sizeof(buf)), 0);
}

static CU_TestInfo tests[] = {
	{"writes golden payloads", writes_golden_payloads},
	{"reads golden payloads", reads_golden_payloads},
	{"any other length is broken", any_other_length_is_broken},
	{"reserved types are broken", reserved_types_are_broken},
	{"any frames round-trip", any_frames_round_trip},
	{"too many frames are broken", too_many_frames_are_broken},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(amr_payload, tests)
