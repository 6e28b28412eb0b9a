/**
 * @file test_admission.c  Who is let in when all come at once
 */
#include "signaling/transport/admission.h"
#include "tests/unit/unit.h"

enum { RATE = 100 };

static struct sa source(unsigned n)
{
	struct sa sa;

	sa_init(&sa, AF_INET);
	sa_set_in(&sa, 0x0a000000 + n, 5060);

	return sa;
}


static struct admission *admission(unsigned rate)
{
	struct admission *a = NULL;

	CU_ASSERT_EQUAL_FATAL(admission_alloc(&a, rate), 0);

	return a;
}


/** `each` messages a second from each of so many. @return let in */
static unsigned flood(struct admission *a, unsigned sources, unsigned each,
		      uint64_t from_ms, unsigned seconds)
{
	unsigned in = 0, total = sources * each * seconds;

	for (unsigned i = 0; i < total; i++) {
		const struct sa sa = source(1 + i % sources);

		in += admission_stranger(a, &sa, 1,
					 from_ms + (uint64_t)i * 1000 *
							   seconds / total);
	}

	return in;
}


static void all_strangers_share_one_budget(void)
{
	static const struct {
		unsigned sources, each;
	} rows[] = {{1, 1000}, {40, 25}, {1000, 8}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct admission *a = admission(RATE);
		unsigned in =
			flood(a, rows[i].sources, rows[i].each, 1000, 10);

		CU_ASSERT_TRUE(in <= RATE * (10 + ADMISSION_BURST_S));
		CU_ASSERT_TRUE(in >= RATE * 9);
		mem_deref(a);
	}
}


/** Somebody new beside forty who send all they can */
static void who_was_quiet_comes_in_beside_a_flood(void)
{
	struct admission *a = admission(RATE);
	unsigned in = 0;

	for (uint64_t ms = 1000; ms < 60000; ms += 1000) {
		const struct sa quiet = source(5000 + (unsigned)ms / 1000);

		(void)flood(a, 40, 25, ms, 1);
		in += admission_stranger(a, &quiet, ADMISSION_BEGIN_COST,
					 ms + 999);
	}
	CU_ASSERT_EQUAL(in, 59);
	mem_deref(a);
}


static void the_known_have_a_budget_of_their_own(void)
{
	struct admission *a = admission(RATE);
	unsigned in = 0;

	CU_ASSERT_TRUE(flood(a, 1, 1000, 1000, 1) < 1000);
	for (unsigned i = 0; i < 10 * RATE; i++)
		in += admission_known(a, 1, 2000);
	CU_ASSERT_EQUAL(in, ADMISSION_KNOWN_TIMES * RATE * ADMISSION_BURST_S);
	mem_deref(a);
}


static void zero_is_no_limit(void)
{
	struct admission *a = admission(0);

	CU_ASSERT_EQUAL(flood(a, 1, 10000, 1000, 1), 10000);
	for (unsigned i = 0; i < 10000; i++)
		CU_ASSERT_TRUE(admission_known(a, 1, 1000));
	mem_deref(a);
}


/** However long nobody came, and whatever the clock says */
static void no_more_than_a_burst_is_saved(void)
{
	struct admission *a = admission(RATE);
	const uint64_t times[] = {1000, UINT64_MAX / 2, 500, UINT64_MAX};

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		unsigned in = 0;

		for (unsigned n = 0; n < 10 * RATE; n++) {
			const struct sa sa = source(n);

			in += admission_stranger(a, &sa, 1, times[i]);
		}
		CU_ASSERT_TRUE(in <= RATE * ADMISSION_BURST_S);
	}
	mem_deref(a);
}


static CU_TestInfo tests[] = {
	{"all strangers share one budget", all_strangers_share_one_budget},
	{"who was quiet comes in beside a flood",
	 who_was_quiet_comes_in_beside_a_flood},
	{"the known have a budget of their own",
	 the_known_have_a_budget_of_their_own},
	{"zero is no limit", zero_is_no_limit},
	{"no more than a burst is saved", no_more_than_a_burst_is_saved},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(admission, tests)
