/**
 * @file test_durations.c  How long things took, in a fixed room
 */
#include <string.h>
#include "mixer/server/durations.h"
#include "tests/unit/mixer/world/world.h"
#include "tests/unit/unit.h"


/** From here on there is one step for all */
enum { LONGEST_US = 15 << 23 };


static void nothing_counted_took_nothing(void)
{
	struct durations d = {0};

	CU_ASSERT_EQUAL(durations_percentile(&d, 1), 0);
	CU_ASSERT_EQUAL(durations_percentile(&d, 100), 0);
}


/** Alone each is told exactly: no step is above the longest */
static void each_is_told_within_an_eighth(void)
{
	static const uint64_t times[] = {
		0,
		1,
		7,
		8,
		15,
		16,
		17,
		100,
		999,
		1000,
		12345,
		1000000,
		LONGEST_US - 1,
		LONGEST_US,
		1u << 27,
		1ull << 40,
		UINT64_MAX,
	};

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct durations d = {0};
		uint64_t us = times[i], told;

		durations_add(&d, us);
		CU_ASSERT_EQUAL(d.count, 1);
		CU_ASSERT_EQUAL(d.max_us, us);
		CU_ASSERT_EQUAL(durations_percentile(&d, 50), us);

		/* with a longer one behind it, as its step has it */
		durations_add(&d, UINT64_MAX);
		told = durations_percentile(&d, 50);
		CU_ASSERT(told >= us);
		if (us < LONGEST_US)
			CU_ASSERT(told <= us + us / 8);
	}
}


static void steps_ascend_without_a_gap(void)
{
	uint64_t last = 0;

	for (uint64_t us = 0; us < 100000; us++) {
		struct durations d = {0};
		uint64_t told;

		durations_add(&d, us);
		durations_add(&d, UINT64_MAX);
		told = durations_percentile(&d, 50);
		CU_ASSERT(told >= us && told >= last);
		last = told;
	}
}


static void percentiles_are_of_all(void)
{
	struct durations d = {0};

	for (uint64_t us = 1; us <= 1000; us++)
		durations_add(&d, us);
	CU_ASSERT_EQUAL(d.count, 1000);
	CU_ASSERT_EQUAL(d.max_us, 1000);
	CU_ASSERT(durations_percentile(&d, 1) >= 10);
	CU_ASSERT(durations_percentile(&d, 1) <= 11);
	CU_ASSERT(durations_percentile(&d, 50) >= 500);
	CU_ASSERT(durations_percentile(&d, 50) <= 563);
	CU_ASSERT(durations_percentile(&d, 99) >= 990);
	CU_ASSERT_EQUAL(durations_percentile(&d, 100), 1000);
}


static json_int_t asked(const json_t *reply, const char *key)
{
	return json_integer_value(json_object_get(
		json_object_get(json_object_get(reply, "mixer"), "requests"),
		key));
}


static void stats_tell_what_requests_cost(void)
{
	json_t *reply;
	struct world w;
	json_int_t before;

	world_open(&w, 30);
	reply = world_ask(&w, json_pack("{s:s}", "op", "stats"));
	before = asked(reply, "count");
	/* one that is refused costs time, too */
	world_ask(&w, json_pack("{s:s}", "op", "nonsense"));
	reply = world_ask(&w, json_pack("{s:s}", "op", "stats"));
	CU_ASSERT_EQUAL(asked(reply, "count"), before + 2);
	CU_ASSERT(asked(reply, "max_us") > 0);
	CU_ASSERT(asked(reply, "p50_us") <= asked(reply, "p99_us"));
	CU_ASSERT(asked(reply, "p99_us") <= asked(reply, "max_us"));
	world_close(&w);
}


static CU_TestInfo tests[] = {
	{"nothing counted took nothing", nothing_counted_took_nothing},
	{"each is told within an eighth", each_is_told_within_an_eighth},
	{"steps ascend without a gap", steps_ascend_without_a_gap},
	{"percentiles are of all", percentiles_are_of_all},
	{"stats tell what requests cost", stats_tell_what_requests_cost},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(durations, tests)
