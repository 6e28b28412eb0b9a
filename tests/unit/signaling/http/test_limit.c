/**
 * @file test_limit.c  Token bucket for each source
 */
#include "mixer/base/host_key.h"
#include "signaling/http/limit.h"
#include "tests/unit/unit.h"

#define RATE(...) (&(struct limit_rate){__VA_ARGS__})


static unsigned take(struct limit *l, const char *addr, uint64_t now_ms,
		     unsigned tries)
{
	unsigned taken = 0;
	struct sa sa;

	(void)sa_set_str(&sa, addr, 5060);
	while (tries--)
		taken += limit_take(l, &sa, 1, now_ms);

	return taken;
}


static void lets_a_burst_and_then_the_rate(void)
{
	struct limit *l = NULL;

	CU_ASSERT_EQUAL_FATAL(limit_alloc(&l, RATE(20, 1, 0)), 0);
	CU_ASSERT_EQUAL(take(l, "192.0.2.1", 1000, 100), 20);
	CU_ASSERT_EQUAL(take(l, "192.0.2.1", 1049, 100), 0);
	CU_ASSERT_EQUAL(take(l, "192.0.2.1", 1050, 100), 1);
	CU_ASSERT_EQUAL(take(l, "192.0.2.1", 1550, 100), 10);
	CU_ASSERT_EQUAL(take(l, "192.0.2.1", 90000000, 100), 20);
	CU_ASSERT_EQUAL(take(l, "192.0.2.2", 1050, 100), 20);
	mem_deref(l);
}


static void takes_many_at_once_or_none(void)
{
	struct limit *l = NULL;
	struct sa sa;

	(void)sa_set_str(&sa, "192.0.2.1", 5060);
	CU_ASSERT_EQUAL_FATAL(limit_alloc(&l, RATE(10, 60, 50)), 0);
	CU_ASSERT_FALSE(limit_take(l, &sa, 51, 1000));
	CU_ASSERT_TRUE(limit_take(l, &sa, 48, 1000));
	CU_ASSERT_FALSE(limit_take(l, &sa, 3, 1000));
	CU_ASSERT_EQUAL(take(l, "192.0.2.1", 1000, 5), 2);
	CU_ASSERT_EQUAL(take(l, "192.0.2.1", 6999, 5), 0);
	CU_ASSERT_EQUAL(take(l, "192.0.2.1", 7000, 5), 1);
	CU_ASSERT_EQUAL(take(l, "192.0.2.1", 67000, 50), 10);
	CU_ASSERT_FALSE(limit_take(l, &sa, 50, 366999));
	CU_ASSERT_TRUE(limit_take(l, &sa, 50, 367000));
	mem_deref(l);
}


static void knows_a_source(void)
{
	struct limit *l = NULL;

	CU_ASSERT_EQUAL_FATAL(limit_alloc(&l, RATE(10, 1, 0)), 0);
	CU_ASSERT_EQUAL(take(l, "2001:db8:1:2::1", 1, 20), 10);
	CU_ASSERT_EQUAL(take(l, "2001:db8:1:2:ffff::9", 1, 20), 0);
	CU_ASSERT_EQUAL(take(l, "2001:db8:1:3::1", 1, 20), 10);
	/* IPv4 on a socket for both */
	CU_ASSERT_EQUAL(take(l, "::ffff:192.0.2.1", 1, 20), 10);
	CU_ASSERT_EQUAL(take(l, "192.0.2.1", 1, 20), 0);
	CU_ASSERT_EQUAL(take(l, "::ffff:192.0.2.2", 1, 20), 10);
	mem_deref(l);
}


static void is_bounded(void)
{
	struct limit *l = NULL;
	struct sa sa;
	uint32_t i;

	CU_ASSERT_EQUAL_FATAL(limit_alloc(&l, RATE(10, 1, 0)), 0);
	for (i = 1; i < 3 * LIMIT_SOURCES_MAX; i++) {
		sa_set_in(&sa, i, 1);
		CU_ASSERT_TRUE_FATAL(limit_take(l, &sa, 1, 5));
	}
	CU_ASSERT_EQUAL(limit_sources(l), LIMIT_SOURCES_MAX);
	mem_deref(l);
}


/** The nth address whose hash_joaat() lies in one of 1024 buckets */
static void aimed(struct sa *sa, uint32_t *last)
{
	uint8_t key[HOST_KEY_BYTES];

	do {
		sa_set_in(sa, ++*last, 1);
		host_key(key, sa);
	} while (hash_joaat(key, sizeof(key)) % 1024);
}


/** @param only Addresses that somebody chose */
static double full_us(bool only)
{
	struct sa who[LIMIT_SOURCES_MAX];
	struct limit *l = NULL;
	uint32_t last = 0;
	double from;

	for (size_t i = 0; i < LIMIT_SOURCES_MAX; i++) {
		if (only)
			aimed(&who[i], &last);
		else
			sa_set_in(&who[i], ++last, 1);
	}
	CU_ASSERT_EQUAL_FATAL(limit_alloc(&l, RATE(10, 1, 0)), 0);
	from = unit_cpu_us();
	for (size_t i = 0; i < LIMIT_SOURCES_MAX; i++)
		CU_ASSERT_TRUE(limit_take(l, &who[i], 1, 5));
	from = unit_cpu_us() - from;
	mem_deref(l);

	return from;
}


/** Who chooses addresses that hash_joaat() has in one bucket costs no more
 * than anybody else */
static void nobody_aims_at_a_bucket(void)
{
	double any = 1e9, chosen = 1e9;

	for (size_t i = 0; i < 3; i++) {
		any = MIN(any, full_us(false));
		chosen = MIN(chosen, full_us(true));
	}
	CU_ASSERT(chosen < 10 * any);
}


static void is_off_at_zero(void)
{
	struct limit *l = NULL;

	CU_ASSERT_EQUAL_FATAL(limit_alloc(&l, RATE(0, 1, 0)), 0);
	CU_ASSERT_EQUAL(take(l, "192.0.2.1", 1, 1000), 1000);
	mem_deref(l);
}


static CU_TestInfo tests[] = {
	{"lets a burst pass and then the rate",
	 lets_a_burst_and_then_the_rate},
	{"takes many at once or none", takes_many_at_once_or_none},
	{"takes an IPv6 /64 for one source", knows_a_source},
	{"keeps a bounded number of sources", is_bounded},
	{"is off at rate zero", is_off_at_zero},
	{"nobody aims at a bucket", nobody_aims_at_a_bucket},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(limit, tests)
