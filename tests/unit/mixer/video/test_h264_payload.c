/**
 * @file tests/unit/mixer/video/test_h264_payload.c  RFC 6184
 */
#include <errno.h>
#include <string.h>
#include "mixer/video/payload.h"
#include "tests/unit/unit.h"

enum { NALS = 12 };

static uint8_t source[NALS][30000], wire[400000], joined[400000],
	expected[400000];
static struct payload_list list;
static uint32_t seed = 7;

static uint32_t next_random(void)
{
	seed = seed * 1664525u + 1013904223u;

	return seed >> 8;
}

static void list_open(size_t payload_max)
{
	memset(&list, 0, sizeof(list));
	list.buf = wire;
	list.size = sizeof(wire);
	list.payload_max = payload_max;
}

/* Random NAL units; returns what Annex B makes of them */
static size_t make_nals(struct payload_piece *nals, size_t count,
			size_t longest)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		size_t len = 2 + next_random() % (longest - 1);

		for (size_t k = 0; k < len; k++)
			source[i][k] = (uint8_t)next_random();
		source[i][0] = (uint8_t)((next_random() & 0x60) |
					 (1 + next_random() % 23));
		nals[i] = (struct payload_piece){source[i], len};
		memcpy(&expected[n], "\0\0\0\1", 4);
		memcpy(&expected[n + 4], source[i], len);
		n += 4 + len;
	}

	return n;
}

static void comes_back_as_it_was(void)
{
	for (unsigned round = 0; round < 400; round++) {
		struct payload_frame f = {.buf = joined,
					  .size = sizeof(joined)};
		size_t max = 200 + next_random() % 1200;
		size_t count = 1 + next_random() % NALS;
		unsigned mode = round % 2;
		struct payload_piece nals[NALS];
		size_t len = make_nals(nals, count, mode ? 6000 : max);

		list_open(max);
		CU_ASSERT_EQUAL_FATAL(
			h264_payload_split(&list, mode, nals, count), 0);
		for (size_t i = 0; i < list.count; i++) {
			CU_ASSERT(list.lens[i] <= max);
			CU_ASSERT_EQUAL(h264_payload_append(&f,
							    list.payloads[i],
							    list.lens[i]),
					0);
			if (!mode)
				CU_ASSERT((list.payloads[i][0] & 0x1f) < 24);
		}
		CU_ASSERT(payload_frame_whole(&f));
		CU_ASSERT_EQUAL(f.len, len);
		CU_ASSERT_EQUAL(memcmp(joined, expected, len), 0);
	}
}

static void aggregates_parameter_sets(void)
{
	const struct payload_piece nals[] = {
		{(const uint8_t *)"\x67\x42\xe0\x1f", 4},
		{(const uint8_t *)"\x28\xce", 2},
		{source[0], 5000},
	};

	memset(source[0], 0x11, 5000);
	source[0][0] = 0x65;
	list_open(1200);
	CU_ASSERT_EQUAL(h264_payload_split(&list, 1, nals, 3), 0);
	CU_ASSERT_EQUAL_FATAL(list.count, 6);
	CU_ASSERT_EQUAL(list.lens[0], 11);
	CU_ASSERT_EQUAL(memcmp(list.payloads[0],
			       "\x78\x00\x04\x67\x42\xe0\x1f\x00\x02\x28\xce",
			       11),
			0);
	CU_ASSERT_EQUAL(memcmp(list.payloads[1], "\x7c\x85\x11", 3), 0);
	CU_ASSERT_EQUAL(memcmp(list.payloads[2], "\x7c\x05\x11", 3), 0);
	CU_ASSERT_EQUAL(memcmp(list.payloads[5], "\x7c\x45\x11", 3), 0);
}

static void mode_0_does_not_fragment(void)
{
	const struct payload_piece nal = {source[0], 1201};

	source[0][0] = 0x65;
	list_open(1200);
	CU_ASSERT_EQUAL(h264_payload_split(&list, 0, &nal, 1), EMSGSIZE);
	CU_ASSERT_EQUAL(h264_payload_split(&list, 2, &nal, 1), EINVAL);
}

static void refuses_what_is_malformed(void)
{
	static const struct {
		const char *bytes;
		size_t len;
	} t[] = {
		{"", 0},
		{"\x65", 1},
		{"\x60\x00", 2},             /* type 0 */
		{"\x78", 1},                 /* STAP-A without units */
		{"\x78\x00\x00", 3},         /* unit of no bytes */
		{"\x78\x00\x05\x67\x42", 5}, /* unit longer than it is */
		{"\x78\x00\x01\x67\x00", 5}, /* bytes left over */
		{"\x78\x00\x02\x78\x00", 5}, /* aggregate in an aggregate */
		{"\x79\x00\x00\x67", 4},     /* STAP-B */
		{"\x7c\x05\x88", 3},         /* fragment without a start */
		{"\x7c\x85", 2},             /* fragment without bytes */
		{"\x7c\x9c\x00", 3},         /* fragment of a fragment */
		{"\x7d\x85\x00\x00\x01", 5}, /* FU-B */
		{"\x7f\x00", 2},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct payload_frame f = {.buf = joined,
					  .size = sizeof(joined)};

		CU_ASSERT_EQUAL(
			h264_payload_append(&f, (const uint8_t *)t[i].bytes,
					    t[i].len),
			EBADMSG);
	}
}

static void a_lost_fragment_is_noticed(void)
{
	struct payload_frame f = {.buf = joined, .size = sizeof(joined)};

	CU_ASSERT_EQUAL(h264_payload_append(&f, (uint8_t *)"\x7c\x85\x88", 3),
			0);
	CU_ASSERT_FALSE(payload_frame_whole(&f));
	CU_ASSERT_EQUAL(h264_payload_append(&f, (uint8_t *)"\x61\x88", 2),
			EBADMSG);
	CU_ASSERT_EQUAL(h264_payload_append(&f, (uint8_t *)"\x7c\x85\x88", 3),
			EBADMSG);
}

static void knows_the_start_of_a_key_frame(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool start;
	} t[] = {
		{"\x67\x42", 2, true},
		{"\x65\x88", 2, true},
		{"\x65\x08", 2, false}, /* not its first macroblock */
		{"\x61\x88", 2, false},
		{"\x78\x00\x02\x67\x42", 5, true},
		{"\x78\x00\x02\x61\x88", 5, false},
		{"\x7c\x85\x88", 3, true},
		{"\x7c\x05\x88", 3, false},
		{"\x7c\x81\x88", 3, false},
		{"", 0, false},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		CU_ASSERT_EQUAL(h264_payload_starts_keyframe(
					(const uint8_t *)t[i].bytes, t[i].len),
				t[i].start);
}

static void only_parameter_sets_are_taken_from_signalling(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		int err;
	} t[] = {
		{"\x67\x42\xe0\x1f", 4, 0},
		{"\x68\xce", 2, 0},
		{"", 0, EBADMSG},
		{"\x67", 1, EBADMSG},
		{"\xe7\x42", 2, EBADMSG},               /* F bit */
		{"\x65\x88", 2, EBADMSG},               /* a slice */
		{"\x78\x00\x02\x67\x42", 5, EBADMSG},   /* STAP-A */
		{"\x67\x42\0\0\1\x65\x88", 7, EBADMSG}, /* start code */
		{"\x68\0\0\0", 4, EBADMSG},
	};
	struct video_parameter_sets sets = {.len = 0};
	uint8_t nal[VIDEO_PARAMETER_SETS_BYTES];

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		CU_ASSERT_EQUAL(
			video_parameter_sets_append(
				&sets, (const uint8_t *)t[i].bytes, t[i].len),
			t[i].err);

	CU_ASSERT_EQUAL_FATAL(sets.len, 14);
	CU_ASSERT_EQUAL(memcmp(sets.buf,
			       "\0\0\0\1\x67\x42\xe0\x1f"
			       "\0\0\0\1\x68\xce",
			       14),
			0);

	memset(nal, 0x67, sizeof(nal));
	for (size_t len = sizeof(nal) - 17; len <= sizeof(nal); len++)
		CU_ASSERT_EQUAL(video_parameter_sets_append(&sets, nal, len),
				EOVERFLOW);
	CU_ASSERT_EQUAL(
		video_parameter_sets_append(&sets, nal, sizeof(nal) - 18), 0);
	CU_ASSERT_EQUAL(sets.len, sizeof(sets.buf));
	CU_ASSERT_EQUAL(video_parameter_sets_append(&sets, nal, 2), EOVERFLOW);
}

static CU_TestInfo tests[] = {
	{"only parameter sets are taken from signalling",
	 only_parameter_sets_are_taken_from_signalling},
	{"comes back as it was", comes_back_as_it_was},
	{"aggregates parameter sets", aggregates_parameter_sets},
	{"mode 0 does not fragment", mode_0_does_not_fragment},
	{"refuses what is malformed", refuses_what_is_malformed},
	{"a lost fragment is noticed", a_lost_fragment_is_noticed},
	{"knows the start of a key frame", knows_the_start_of_a_key_frame},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(h264_payload, tests)
