/**
 * @file test_framing.c  Datagrams on a stream
 */
#include <errno.h>
#include <string.h>
#include "mixer/net/framing.h"
#include "tests/unit/unit.h"


static void put(struct frame_reader *r, const uint8_t *bytes, size_t n)
{
	size_t room;
	uint8_t *p = frame_room(r, &room);

	CU_ASSERT_FATAL(n <= room);
	memcpy(p, bytes, n);
	frame_received(r, n);
}


/** Three frames, one of them empty, split at each byte */
static void frames_are_whole_wherever_they_are_split(void)
{
	static const uint8_t bytes[] = {0, 3, 'a', 'b', 'c', 0,   0,
					0, 5, 'd', 'e', 'f', 'g', 'h'};
	static const char *const frames[] = {"abc", "", "defgh"};

	for (size_t split = 0; split <= sizeof(bytes); split++) {
		struct frame_reader r;
		uint8_t *frame;
		size_t len, got = 0;

		memset(&r, 0, sizeof(r));
		for (int half = 0; half < 2; half++) {
			if (half)
				put(&r, bytes + split, sizeof(bytes) - split);
			else
				put(&r, bytes, split);
			while (!frame_next(&r, &frame, &len)) {
				CU_ASSERT_FATAL(got < 3);
				CU_ASSERT_EQUAL(len, strlen(frames[got]));
				CU_ASSERT(!memcmp(frame, frames[got], len));
				got++;
			}
			CU_ASSERT_EQUAL(frame_next(&r, &frame, &len), EAGAIN);
		}
		CU_ASSERT_EQUAL(got, 3);
	}
}


static void the_largest_is_read_and_a_larger_one_is_the_end(void)
{
	static uint8_t bytes[FRAMING_HEAD_BYTES + FRAMING_FRAME_MAX];
	struct frame_reader r;
	uint8_t *frame;
	size_t len;

	memset(&r, 0, sizeof(r));
	bytes[0] = FRAMING_FRAME_MAX >> 8;
	bytes[1] = FRAMING_FRAME_MAX & 255;
	put(&r, bytes, sizeof(bytes));
	CU_ASSERT_EQUAL(frame_next(&r, &frame, &len), 0);
	CU_ASSERT_EQUAL(len, FRAMING_FRAME_MAX);

	memset(&r, 0, sizeof(r));
	bytes[1]++;
	put(&r, bytes, FRAMING_HEAD_BYTES);
	CU_ASSERT_EQUAL(frame_next(&r, &frame, &len), EMSGSIZE);
}


/** However it comes, there is room as long as frames are read */
static void there_is_always_room(void)
{
	enum { BYTES = 1700, PIECE = 997, FRAMES = 600 };
	static uint8_t one[FRAMING_HEAD_BYTES + BYTES] = {BYTES >> 8,
							  BYTES & 255};
	size_t room, len, at = 0, read = 0;
	struct frame_reader r;
	uint8_t *frame;

	memset(&r, 0, sizeof(r));
	while (read < FRAMES) {
		size_t n = sizeof(one) - at < PIECE ? sizeof(one) - at : PIECE;

		(void)frame_room(&r, &room);
		CU_ASSERT_FATAL(room >= n);
		put(&r, one + at, n);
		at = (at + n) % sizeof(one);
		while (!frame_next(&r, &frame, &len)) {
			CU_ASSERT_EQUAL(len, BYTES);
			read++;
		}
	}
}


static CU_TestInfo tests[] = {
	{"frames are whole wherever they are split",
	 frames_are_whole_wherever_they_are_split},
	{"the largest is read and a larger one is the end",
	 the_largest_is_read_and_a_larger_one_is_the_end},
	{"there is always room", there_is_always_room},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(framing, tests)
