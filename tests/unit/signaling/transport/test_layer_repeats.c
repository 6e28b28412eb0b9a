/**
 * @file test_layer_repeats.c  What was sent or let in of late
 */
#include <stdio.h>
#include <string.h>
#include "signaling/transport/transport_private.h"
#include "tests/unit/unit.h"

enum { KEYS = 4096, BUCKETS = 4096 };

static struct repeats *make(void)
{
	struct repeats *r = NULL;

	CU_ASSERT_EQUAL_FATAL(layer_repeats_alloc(&r), 0);

	return r;
}


static void a_flow_has_its_own(void)
{
	struct repeats *r = make();

	CU_ASSERT_FALSE(layer_repeats_known(r, 1, "a"));
	CU_ASSERT_FALSE(layer_repeats_seen(r, 1, "a", 0));
	CU_ASSERT_TRUE(layer_repeats_known(r, 1, "a"));
	CU_ASSERT_TRUE(layer_repeats_seen(r, 1, "a", 0));
	CU_ASSERT_FALSE(layer_repeats_known(r, 2, "a"));
	CU_ASSERT_FALSE(layer_repeats_known(r, 1, "b"));
	CU_ASSERT_TRUE(layer_repeats_seen(r, 1, "a", LAYER_REPEAT_MS - 1));
	CU_ASSERT_FALSE(layer_repeats_seen(r, 1, "a", LAYER_REPEAT_MS));
	mem_deref(r);
}


static void the_first_way_counts(void)
{
	struct repeats *r = make();

	CU_ASSERT_FALSE(layer_repeats_differ(r, 1, "a", 0));
	CU_ASSERT_FALSE(layer_repeats_differ(r, 1, "a", 1));
	CU_ASSERT_TRUE(layer_repeats_differ(r, 2, "a", 2));
	CU_ASSERT_TRUE(layer_repeats_differ(r, 2, "a", 3));
	CU_ASSERT_FALSE(layer_repeats_differ(r, 1, "a", 4));
	CU_ASSERT_FALSE(layer_repeats_differ(r, 2, "b", 5));
	CU_ASSERT_FALSE(layer_repeats_differ(r, 2, "a", LAYER_REPEAT_MS));
	mem_deref(r);
}


/** @param only Texts whose hash_joaat() lies in one bucket */
static double full_us(bool only)
{
	static char key[KEYS][16];
	struct repeats *r = make();
	unsigned last = 0, known = 0;
	double from;

	for (size_t i = 0; i < KEYS; i++) {
		do {
			(void)snprintf(key[i], sizeof(key[i]), "%u", ++last);
		} while (only && hash_joaat_str(key[i]) % BUCKETS);
	}
	for (size_t i = 0; i < KEYS; i++)
		CU_ASSERT_FALSE(layer_repeats_seen(r, 1, key[i], 0));
	from = unit_cpu_us();
	for (size_t i = 0; i < KEYS; i++)
		known += layer_repeats_known(r, 1, key[i]);
	from = unit_cpu_us() - from;
	CU_ASSERT_EQUAL(known, KEYS);
	mem_deref(r);

	return from;
}


static void nobody_aims_at_a_bucket(void)
{
	double any = full_us(false), chosen = full_us(true);

	CU_ASSERT(chosen < 10 * any);
}


static CU_TestInfo tests[] = {
	{"a flow has its own", a_flow_has_its_own},
	{"the first way counts", the_first_way_counts},
	{"nobody aims at a bucket", nobody_aims_at_a_bucket},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(layer_repeats, tests)
