/**
 * @file test_dropped.c  What was dropped of late, in case it comes again
 */
#include "signaling/transport/dropped.h"
#include "tests/unit/unit.h"


static struct dropped *open_dropped(void)
{
	struct dropped *d = NULL;

	CU_ASSERT_EQUAL_FATAL(dropped_alloc(&d), 0);

	return d;
}


/** As good as the layer's */
static uint64_t key_of(uint64_t n)
{
	n = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);

	return n ^ n >> 31;
}


static void counts_repetitions_not_copies(void)
{
	static const struct {
		uint64_t ms;
		unsigned times;
	} rows[] = {
		{1000, 0},  {1000, 0},  {1199, 0},  {1500, 1},  {1600, 1},
		{2500, 2},  {4500, 3},  {8500, 4},  {16500, 5}, {32500, 6},
		{52500, 7}, {72501, 0}, {73000, 1},
	};
	struct dropped *d = open_dropped();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CU_ASSERT_EQUAL(dropped_times(d, key_of(1), rows[i].ms),
				rows[i].times);
		CU_ASSERT_EQUAL(dropped_times(d, key_of(2), rows[i].ms), 0);
		dropped_add(d, key_of(1), rows[i].ms);
	}
	mem_deref(d);
}


static void counts_no_further_than_it_must(void)
{
	struct dropped *d = open_dropped();

	for (unsigned i = 0; i < 100; i++)
		dropped_add(d, key_of(1), 1000 * (uint64_t)i);
	CU_ASSERT_EQUAL(dropped_times(d, key_of(1), 100000),
			DROPPED_TIMES_MAX);
	mem_deref(d);
}


/** However many are dropped once, who was dropped twice is still known; and
 *  most of those that came eight seconds ago are */
static void what_came_once_makes_room(void)
{
	enum { PER_S = 8000, LAST_S = 20 };
	struct dropped *d = open_dropped();
	unsigned known = 0;

	dropped_add(d, key_of(0), 500);
	dropped_add(d, key_of(0), 1000);
	for (unsigned i = 1; i <= LAST_S * PER_S; i++)
		dropped_add(d, key_of(i), 1000 + i / (PER_S / 1000));
	CU_ASSERT_EQUAL(dropped_times(d, key_of(0), 1000 * LAST_S), 2);
	for (unsigned i = (LAST_S - 8) * PER_S; i < (LAST_S - 7) * PER_S; i++)
		known += dropped_times(d, key_of(i), 1000 * LAST_S) == 1;
	CU_ASSERT_TRUE(known > PER_S * 95 / 100);
	mem_deref(d);
}


/** The clock of 32 bits in it turns over after seven weeks */
static void times_turn_over(void)
{
	const uint64_t end = UINT64_C(1) << 32;
	struct dropped *d = open_dropped();

	dropped_add(d, key_of(1), end - 100);
	CU_ASSERT_EQUAL(dropped_times(d, key_of(1), end + 400), 1);
	CU_ASSERT_EQUAL(dropped_times(d, key_of(1), end + DROPPED_MS), 0);
	mem_deref(d);
}


static CU_TestInfo tests[] = {
	{"counts repetitions, not copies", counts_repetitions_not_copies},
	{"counts no further than it must", counts_no_further_than_it_must},
	{"what came once makes room", what_came_once_makes_room},
	{"times turn over", times_turn_over},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(dropped, tests)
