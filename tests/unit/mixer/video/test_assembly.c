/**
 * @file tests/unit/mixer/video/test_assembly.c  Reordering, loss, patience
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/video/assembly.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

enum { MS = 1000 };

static struct assembly *a;
static struct assembly_frame frame;

static const uint8_t key_start[] = {0x10, 0x00};
static const uint8_t delta_start[] = {0x10, 0x01};
static const uint8_t middle[] = {0x00, 0xaa};

static void put(int64_t seq, uint32_t timestamp, bool marker, const uint8_t *p,
		uint64_t now_us)
{
	CU_ASSERT_EQUAL(assembly_put(a, VIDEO_VP8, seq, timestamp, marker, p,
				     2, NULL, now_us),
			0);
}

static void setup(void)
{
	a = mem_deref(a);
	CU_ASSERT_EQUAL_FATAL(assembly_alloc(&a), 0);
}

static void in_order(void)
{
	setup();
	put(10, 1, false, key_start, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_NONE);
	put(11, 1, true, middle, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_FRAME);
	CU_ASSERT_EQUAL(frame.count, 2);
	CU_ASSERT(frame.keyframe);
	put(12, 2, true, delta_start, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_FRAME);
	CU_ASSERT_FALSE(frame.keyframe);
	CU_ASSERT_EQUAL(frame.timestamp, 2);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_NONE);
	a = mem_deref(a);
}

static void waits_for_a_key_frame_first(void)
{
	setup();
	put(10, 1, true, delta_start, 0);
	put(11, 2, true, delta_start, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 5000 * MS), ASSEMBLY_NONE);
	put(12, 3, true, key_start, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_FRAME);
	CU_ASSERT_EQUAL(frame.timestamp, 3);
	a = mem_deref(a);
}

static void a_retransmission_heals(void)
{
	setup();
	put(1, 1, true, key_start, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_FRAME);
	put(3, 2, true, middle, 0);
	put(4, 3, true, delta_start, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_NONE);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 299 * MS), ASSEMBLY_NONE);
	put(2, 2, false, delta_start, 299 * MS);
	put(2, 2, false, delta_start, 299 * MS); /* twice does not matter */
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 299 * MS), ASSEMBLY_FRAME);
	CU_ASSERT_EQUAL(frame.count, 2);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 299 * MS), ASSEMBLY_FRAME);
	CU_ASSERT_EQUAL(frame.timestamp, 3);
	a = mem_deref(a);
}

static void patience_ends(void)
{
	setup();
	put(1, 1, true, key_start, 0);
	(void)assembly_next(a, &frame, 0);
	put(3, 3, true, delta_start, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 10 * MS), ASSEMBLY_NONE);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 310 * MS), ASSEMBLY_LOST);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 310 * MS), ASSEMBLY_NONE);
	put(4, 4, true, delta_start, 320 * MS);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 320 * MS), ASSEMBLY_NONE);
	put(5, 5, true, key_start, 330 * MS);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 330 * MS), ASSEMBLY_FRAME);
	CU_ASSERT_EQUAL(frame.timestamp, 5);
	a = mem_deref(a);
}

static void a_whole_key_frame_ends_the_wait(void)
{
	setup();
	put(1, 1, true, key_start, 0);
	(void)assembly_next(a, &frame, 0);
	put(3, 3, true, delta_start, 0);
	put(4, 4, false, key_start, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_NONE);
	put(5, 4, true, middle, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_FRAME);
	CU_ASSERT_EQUAL(frame.timestamp, 4);
	a = mem_deref(a);
}

static void a_lost_key_frame_is_lost(void)
{
	setup();
	put(1, 1, false, key_start, 0);
	put(3, 1, true, middle, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_NONE);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 400 * MS), ASSEMBLY_LOST);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 400 * MS), ASSEMBLY_NONE);
	a = mem_deref(a);
}

static void a_leap_ahead_is_a_loss(void)
{
	setup();
	put(1, 1, false, key_start, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_NONE);
	put(1000000, 9, true, delta_start, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_LOST);
	put(5, 1, true, middle, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_NONE);
	put(1000001, 10, true, key_start, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_FRAME);
	a = mem_deref(a);
}

static void padding_and_missing_markers(void)
{
	setup();
	put(1, 1, false, key_start, 0);
	put(2, 2, true, delta_start, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_FRAME);
	CU_ASSERT_EQUAL(frame.count, 1);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_FRAME);
	CU_ASSERT_EQUAL(
		assembly_put(a, VIDEO_VP8, 3, 2, false, NULL, 0, NULL, 0), 0);
	put(4, 3, true, delta_start, 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_FRAME);
	CU_ASSERT_EQUAL(frame.count, 1);
	CU_ASSERT_EQUAL(frame.timestamp, 3);
	a = mem_deref(a);
}

static void parameter_sets_may_come_late(void)
{
	static const uint8_t sps[] = {0x67, 0x42}, idr[] = {0x65, 0x88};

	setup();
	CU_ASSERT_EQUAL(
		assembly_put(a, VIDEO_H264, 2, 1, false, idr, 2, NULL, 0), 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_NONE);
	CU_ASSERT_EQUAL(
		assembly_put(a, VIDEO_H264, 1, 1, false, sps, 2, NULL, 0), 0);
	CU_ASSERT_EQUAL(
		assembly_put(a, VIDEO_H264, 3, 1, true, idr, 2, NULL, 0), 0);
	CU_ASSERT_EQUAL(assembly_next(a, &frame, 0), ASSEMBLY_FRAME);
	CU_ASSERT_EQUAL(frame.count, 3);
	a = mem_deref(a);
}

/* Random frames, shuffled within a window, some packets lost for ever: what
 * comes out is always whole and in order */
static void survives_a_bad_network(void)
{
	uint32_t seed = 99, last = 0;
	int64_t seq = 0, lost = 0;
	unsigned frames = 0;

	setup();
	for (uint32_t timestamp = 1; timestamp < 3000; timestamp++) {
		unsigned count = 1 + (seed >> 9) % 6;
		uint64_t now_us = timestamp * 33ull * MS;

		for (unsigned i = count; i-- > 0;) {
			const uint8_t *p = i                     ? middle
					   : timestamp % 30 == 1 ? key_start
								 : delta_start;

			seed = seed * 1664525u + 1013904223u;
			if ((seed >> 16) % 100 == 0) {
				++lost;
				continue;
			}
			put(seq + i, timestamp, i + 1 == count, p, now_us);
		}
		seq += count;

		for (;;) {
			enum assembly_result r =
				assembly_next(a, &frame, now_us);

			if (r == ASSEMBLY_NONE)
				break;
			if (r == ASSEMBLY_LOST)
				continue;
			CU_ASSERT(frame.timestamp > last);
			CU_ASSERT(frame.keyframe ||
				  frame.timestamp == last + 1);
			CU_ASSERT(frame.pieces[0].p[0] == 0x10);
			last = frame.timestamp;
			++frames;
		}
	}
	CU_ASSERT(lost > 50);
	CU_ASSERT(frames > 1000);
	a = mem_deref(a);
}

static void refuses_what_does_not_fit(void)
{
	static uint8_t big[ASSEMBLY_PAYLOAD_MAX + 1];

	setup();
	CU_ASSERT_EQUAL(assembly_put(a, VIDEO_VP8, 1, 1, true, big,
				     sizeof(big), NULL, 0),
			EMSGSIZE);
	a = mem_deref(a);
}

/* What one packet costs is dropped, the rest is put together */
static int assemble(void *arg)
{
	struct assembly *one = NULL;
	int err = assembly_alloc(&one);

	(void)arg;
	CU_ASSERT_EQUAL(!err, one != NULL);
	for (int64_t seq = 1; !err && seq < 9; seq++)
		err = assembly_put(one, VIDEO_VP8, seq, (uint32_t)seq / 2,
				   seq & 1, seq == 2 ? key_start : middle, 2,
				   NULL, 1000);
	if (!err)
		(void)assembly_next(one, &frame, 1000);
	mem_deref(one);

	return err;
}

static void survives_any_failing_allocation(void)
{
	failing_each(assemble, NULL);
}

static CU_TestInfo tests[] = {
	{"in order", in_order},
	{"waits for a key frame first", waits_for_a_key_frame_first},
	{"a retransmission heals", a_retransmission_heals},
	{"patience ends", patience_ends},
	{"a whole key frame ends the wait", a_whole_key_frame_ends_the_wait},
	{"a lost key frame is lost", a_lost_key_frame_is_lost},
	{"a leap ahead is a loss", a_leap_ahead_is_a_loss},
	{"padding and missing markers", padding_and_missing_markers},
	{"parameter sets may come late", parameter_sets_may_come_late},
	{"survives a bad network", survives_a_bad_network},
	{"refuses what does not fit", refuses_what_does_not_fit},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(video_assembly, tests)
