/**
 * @file test_bandwidth_estimate.c  How much the way to us carries
 */
#include <errno.h>
#include "mixer/base/re.h"
#include "mixer/net/receive_stats.h"
#include "tests/unit/unit.h"


/* One second of a stream of a sender whose clock is so far behind ours;
 * `late_us` is added to each packet's delay */
static uint64_t stream_by(struct bandwidth_estimate *b, uint64_t now_us,
			  unsigned packets, unsigned bytes, unsigned late_us,
			  unsigned behind_s)
{
	uint64_t queue = 0;

	for (unsigned i = 0; i < packets; i++) {
		uint64_t sent = now_us + i * 1000000ull / packets;

		queue += late_us;
		bandwidth_estimate_packet(
			b,
			(int32_t)(((sent - behind_s * 1000000ull) * 262144 /
				   1000000) &
				  0xffffff),
			bytes, sent + queue);
	}

	return now_us + 1000000 + queue;
}


static uint64_t stream(struct bandwidth_estimate *b, uint64_t now_us,
		       unsigned packets, unsigned bytes, unsigned late_us)
{
	return stream_by(b, now_us, packets, bytes, late_us, 0);
}


static void estimate_grows_on_a_clear_path(void)
{
	struct bandwidth_estimate *b = NULL;
	uint64_t now = 5000000;
	uint32_t first;

	CU_ASSERT_EQUAL_FATAL(
		bandwidth_estimate_alloc(&b, 50000, 500000, 5000000), 0);
	now = stream(b, now, 100, 1000, 0);
	first = bandwidth_estimate_bps(b);
	for (int i = 0; i < 10; i++)
		now = stream(b, now, 100, 1000, 0);

	CU_ASSERT_TRUE(bandwidth_estimate_bps(b) > first);
	mem_deref(b);
}


static void estimate_falls_when_a_queue_grows(void)
{
	struct bandwidth_estimate *b = NULL;
	uint64_t now = 5000000;
	uint32_t before;

	CU_ASSERT_EQUAL_FATAL(
		bandwidth_estimate_alloc(&b, 50000, 2000000, 5000000), 0);
	now = stream(b, now, 100, 1000, 0);
	before = bandwidth_estimate_bps(b);
	stream(b, now, 100, 1000, 2000);
	CU_ASSERT_TRUE(bandwidth_estimate_bps(b) < before / 2);
	mem_deref(b);
}


static void estimate_falls_with_loss_and_stays_in_bounds(void)
{
	struct bandwidth_estimate *b = NULL;
	uint64_t now = 1000000;

	CU_ASSERT_EQUAL_FATAL(
		bandwidth_estimate_alloc(&b, 50000, 800000, 5000000), 0);
	bandwidth_estimate_loss(b, 20, now);
	CU_ASSERT_EQUAL(bandwidth_estimate_bps(b), 800000);
	bandwidth_estimate_loss(b, 128, now);
	CU_ASSERT_EQUAL(bandwidth_estimate_bps(b), 600000);
	for (int i = 0; i < 50; i++) {
		now += 1000000;
		bandwidth_estimate_loss(b, 255, now);
	}
	CU_ASSERT_EQUAL(bandwidth_estimate_bps(b), 50000);
	mem_deref(b);
}


static void bounds_are_checked(void)
{
	static const struct {
		uint32_t min, start, max;
		int err;
	} rows[] = {
		{50000, 50000, 50000, 0},
		{0, 50000, 50000, EINVAL},
		{50001, 50000, 60000, EINVAL},
		{50000, 60001, 60000, EINVAL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bandwidth_estimate *b = NULL;

		CU_ASSERT_EQUAL(bandwidth_estimate_alloc(&b, rows[i].min,
							 rows[i].start,
							 rows[i].max),
				rows[i].err);
		mem_deref(b);
	}
}


/** What was never tried is not believed */
static void estimate_stays_near_what_arrives(void)
{
	struct bandwidth_estimate *b = NULL;
	uint64_t now = 5000000;

	CU_ASSERT_EQUAL_FATAL(
		bandwidth_estimate_alloc(&b, 50000, 500000, 50000000), 0);
	/* 800 kbit/s for two minutes */
	for (int i = 0; i < 120; i++)
		now = stream(b, now, 100, 1000, 0);
	CU_ASSERT(bandwidth_estimate_bps(b) >= 800000);
	CU_ASSERT(bandwidth_estimate_bps(b) <= 800000 * 3 / 2 + 60000);
	mem_deref(b);
}


/** A small steady delay is no queue, nor is jitter that does not grow */
static void jitter_alone_is_no_congestion(void)
{
	struct bandwidth_estimate *b = NULL;
	uint64_t now = 5000000;
	uint32_t seed = 9, before;

	CU_ASSERT_EQUAL_FATAL(
		bandwidth_estimate_alloc(&b, 50000, 700000, 5000000), 0);
	before = bandwidth_estimate_bps(b);
	for (unsigned i = 0; i < 2000; i++) {
		uint64_t sent = now + i * 10000;

		seed = seed * 1664525u + 1013904223u;
		bandwidth_estimate_packet(
			b, (int32_t)((sent * 262144 / 1000000) & 0xffffff),
			1000, sent + 30000 + (seed >> 24) * 4);
	}
	CU_ASSERT(bandwidth_estimate_bps(b) >= before);
	mem_deref(b);
}


/** abs-send-time wraps around every 64 seconds */
static void the_wrap_of_send_time_is_no_jump(void)
{
	struct bandwidth_estimate *b = NULL;
	uint64_t now = 63500000;
	uint32_t before;

	CU_ASSERT_EQUAL_FATAL(
		bandwidth_estimate_alloc(&b, 50000, 700000, 5000000), 0);
	before = bandwidth_estimate_bps(b);
	for (int i = 0; i < 3; i++)
		now = stream(b, now, 100, 1000, 0);
	CU_ASSERT(bandwidth_estimate_bps(b) > before);
	mem_deref(b);
}


/** Another sender takes over, with another clock */
static void another_clock_is_followed_at_once(void)
{
	static const unsigned behind_s[] = {5, 20, 31, 44};

	for (size_t i = 0; i < ARRAY_SIZE(behind_s); i++) {
		struct bandwidth_estimate *b = NULL;
		uint64_t now = 100000000;
		uint32_t before;

		CU_ASSERT_EQUAL_FATAL(
			bandwidth_estimate_alloc(&b, 50000, 2000000, 5000000),
			0);
		now = stream(b, now, 100, 1000, 0);
		now = stream_by(b, now, 100, 1000, 0, behind_s[i]);
		before = bandwidth_estimate_bps(b);
		stream_by(b, now, 100, 1000, 2000, behind_s[i]);
		CU_ASSERT_TRUE(bandwidth_estimate_bps(b) < before / 2);
		mem_deref(b);
	}
}


/** It recovers once the queue is gone */
static void a_cut_estimate_grows_again(void)
{
	struct bandwidth_estimate *b = NULL;
	uint64_t now = 5000000;
	uint32_t cut;

	CU_ASSERT_EQUAL_FATAL(
		bandwidth_estimate_alloc(&b, 50000, 2000000, 5000000), 0);
	now = stream(b, now, 100, 1000, 2000);
	cut = bandwidth_estimate_bps(b);
	CU_ASSERT(cut < 1000000);
	for (int i = 0; i < 10; i++)
		now = stream(b, now, 200, 1000, 0);
	CU_ASSERT(bandwidth_estimate_bps(b) > cut * 5 / 4);
	mem_deref(b);
}


static void senders_without_send_time_are_judged_by_loss(void)
{
	struct bandwidth_estimate *b = NULL;
	uint32_t before;

	CU_ASSERT_EQUAL_FATAL(
		bandwidth_estimate_alloc(&b, 50000, 500000, 5000000), 0);
	for (unsigned i = 0; i < 500; i++)
		bandwidth_estimate_packet(b, -1, 1000,
					  5000000 + (uint64_t)i * 10000);
	before = bandwidth_estimate_bps(b);
	CU_ASSERT(before > 500000);
	bandwidth_estimate_loss(b, 64, 10000000);
	CU_ASSERT_EQUAL(bandwidth_estimate_bps(b),
			before / 8 * 7 + before % 8 * 7 / 8);
	/* not twice for the same */
	bandwidth_estimate_loss(b, 64, 10100000);
	CU_ASSERT(bandwidth_estimate_bps(b) > before / 5 * 4);
	mem_deref(b);
}

static CU_TestInfo tests[] = {
	{"estimate grows on a clear path", estimate_grows_on_a_clear_path},
	{"estimate falls when a queue grows",
	 estimate_falls_when_a_queue_grows},
	{"estimate falls with loss and stays in bounds",
	 estimate_falls_with_loss_and_stays_in_bounds},
	{"bounds are checked", bounds_are_checked},
	{"estimate stays near what arrives", estimate_stays_near_what_arrives},
	{"jitter alone is no congestion", jitter_alone_is_no_congestion},
	{"the wrap of send time is no jump", the_wrap_of_send_time_is_no_jump},
	{"another clock is followed at once",
	 another_clock_is_followed_at_once},
	{"a cut estimate grows again", a_cut_estimate_grows_again},
	{"senders without send time are judged by loss",
	 senders_without_send_time_are_judged_by_loss},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(bandwidth_estimate, tests)
