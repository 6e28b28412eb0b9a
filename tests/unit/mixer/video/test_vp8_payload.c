/**
 * @file tests/unit/mixer/video/test_vp8_payload.c  RFC 7741
 */
#include <errno.h>
#include <string.h>
#include "mixer/video/payload.h"
#include "tests/unit/unit.h"

static uint8_t frame[200000], wire[300000], joined[200000];
static struct payload_list list;

static uint32_t seed = 1;

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

static int join(struct payload_frame *f)
{
	int err = 0;

	*f = (struct payload_frame){.buf = joined, .size = sizeof(joined)};
	for (size_t i = 0; i < list.count && !err; i++)
		err = vp8_payload_append(f, list.payloads[i], list.lens[i]);

	return err;
}

static void comes_back_as_it_was(void)
{
	for (unsigned round = 0; round < 300; round++) {
		size_t len = 1 + next_random() % 60000;
		size_t max = 200 + next_random() % 1200;
		struct payload_frame f;

		for (size_t i = 0; i < len; i++)
			frame[i] = (uint8_t)next_random();

		list_open(max);
		CU_ASSERT_EQUAL_FATAL(
			vp8_payload_split(&list, frame, len, 0x7fff), 0);
		for (size_t i = 0; i < list.count; i++)
			CU_ASSERT(list.lens[i] <= max);

		CU_ASSERT_EQUAL_FATAL(join(&f), 0);
		CU_ASSERT_EQUAL(f.len, len);
		CU_ASSERT_EQUAL(f.keyframe, !(frame[0] & 1));
		CU_ASSERT_EQUAL(memcmp(joined, frame, len), 0);
	}
}

static void sends_a_15_bit_picture_id(void)
{
	frame[0] = 0;
	list_open(1200);
	CU_ASSERT_EQUAL(vp8_payload_split(&list, frame, 2000, 0x1234), 0);
	CU_ASSERT_EQUAL_FATAL(list.count, 2);
	CU_ASSERT_EQUAL(memcmp(list.payloads[0], "\x90\x80\x92\x34", 4), 0);
	CU_ASSERT_EQUAL(memcmp(list.payloads[1], "\x80\x80\x92\x34", 4), 0);
}

static void reads_every_descriptor(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		int err;
		bool key;
	} t[] = {
		{"\x10\x00", 2, 0, true},
		{"\x10\x01", 2, 0, false},
		{"\x90\x80\x05\x00", 4, 0, true},
		{"\x90\x80\x85\x06\x00", 5, 0, true},
		{"\x90\xf0\x85\x06\x07\x08\x00", 7, 0, true},
		{"\x90\x60\x01\x02\x00", 5, 0, true},
		{"\x90\x10\x02\x00", 4, 0, true},
		{"\x10", 1, EBADMSG, false},
		{"\x90\x80", 2, EBADMSG, false},
		{"\x90\x80\x85\x06", 4, EBADMSG, false},
		{"\x90\xf0\x85\x06\x07\x08", 6, EBADMSG, false},
		{"\x00\x00", 2, EBADMSG, false},
		{"\x11\x00", 2, EBADMSG, false},
		{"", 0, EBADMSG, false},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct payload_frame f = {.buf = joined,
					  .size = sizeof(joined)};
		const uint8_t *p = (const uint8_t *)t[i].bytes;

		CU_ASSERT_EQUAL(vp8_payload_append(&f, p, t[i].len), t[i].err);
		CU_ASSERT_EQUAL(vp8_payload_starts_keyframe(p, t[i].len),
				t[i].key);
		if (!t[i].err)
			CU_ASSERT_EQUAL(f.len, 1);
	}
}

static void refuses_a_second_start(void)
{
	struct payload_frame f = {.buf = joined, .size = sizeof(joined)};

	CU_ASSERT_EQUAL(vp8_payload_append(&f, (uint8_t *)"\x10\x00", 2), 0);
	CU_ASSERT_EQUAL(vp8_payload_append(&f, (uint8_t *)"\x10\x00", 2),
			EBADMSG);
}

static void stays_inside_its_buffers(void)
{
	struct payload_frame f = {.buf = joined, .size = 1};

	CU_ASSERT_EQUAL(vp8_payload_append(&f, (uint8_t *)"\x10\x00\x00", 3),
			EOVERFLOW);
	list_open(204);
	CU_ASSERT_EQUAL(vp8_payload_split(&list, frame, 200 * 513, 0),
			EOVERFLOW);
	list.size = 100;
	CU_ASSERT_EQUAL(vp8_payload_split(&list, frame, 100, 0), EOVERFLOW);
	CU_ASSERT_EQUAL(vp8_payload_split(&list, frame, 0, 0), EINVAL);
}

static CU_TestInfo tests[] = {
	{"comes back as it was", comes_back_as_it_was},
	{"sends a 15 bit PictureID", sends_a_15_bit_picture_id},
	{"reads every descriptor", reads_every_descriptor},
	{"refuses a second start", refuses_a_second_start},
	{"stays inside its buffers", stays_inside_its_buffers},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(vp8_payload, tests)
