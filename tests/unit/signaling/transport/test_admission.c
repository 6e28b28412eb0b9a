/**
 * @file test_admission.c  Who is let in when all come at once
 */
#include <string.h>
#include "signaling/transport/admission.h"
#include "signaling/transport/dropped.h"
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

		in += admission_stranger(a, &sa, 0, 1,
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
		in += admission_stranger(a, &quiet, 0, ADMISSION_BEGIN_COST,
					 ms + 999);
	}
	CU_ASSERT_EQUAL(in, 59);
	mem_deref(a);
}


/** When a request of a stranger comes: an INVITE and its repetitions (RFC 3261
 *  section 17.1.1.2), in ms */
static const unsigned comes_ms[] = {0, 500, 1500, 3500, 7500, 15500, 31500};

enum { TRIES = ARRAY_SIZE(comes_ms), CALLERS = 300, FLOOD = 8000 };

/** As good as the layer's */
static uint64_t key_of(uint64_t n)
{
	n = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);

	return n ^ n >> 31;
}


/** It comes from a source of its own. @return let in */
static bool comes(struct admission *a, struct dropped *d, unsigned n,
		  uint64_t now_ms)
{
	const struct sa sa = source(n);
	const uint64_t key = key_of(n);
	const bool in =
		admission_stranger(a, &sa, dropped_times(d, key, now_ms),
				   ADMISSION_BEGIN_COST, now_ms);

	if (!in)
		dropped_add(d, key, now_ms);

	return in;
}


/** FLOOD datagrams a second, each request from a source that was never there
 *  before and repeated until it has come `times`; beside them a caller every
 *  100 ms. @param in Set to how many of these are in after each try */
static void flood_of_fresh_sources(unsigned times, unsigned in[TRIES])
{
	struct admission *a = admission(500);
	struct dropped *d = NULL;
	bool is_in[CALLERS] = {false};

	memset(in, 0, TRIES * sizeof(*in));
	CU_ASSERT_EQUAL_FATAL(dropped_alloc(&d), 0);
	for (unsigned ms = 0; ms < CALLERS * 100 + comes_ms[TRIES - 1]; ms++) {
		for (unsigned i = 0; i < FLOOD / 1000; i++) {
			const unsigned k = i % times;
			const unsigned began = ms - comes_ms[k];

			if (ms >= comes_ms[k])
				(void)comes(a, d, began * FLOOD + i / times,
					    ms);
		}
		for (size_t k = 0; k < TRIES; k++) {
			const unsigned c = (ms - comes_ms[k]) / 100;

			if (ms < comes_ms[k] || (ms - comes_ms[k]) % 100 ||
			    c >= CALLERS || is_in[c])
				continue;
			is_in[c] = comes(a, d, (1U << 31) + c, ms);
			in[k] += is_in[c];
		}
	}
	for (size_t k = 1; k < TRIES; k++)
		in[k] += in[k - 1];
	mem_deref(d);
	mem_deref(a);
}


/** Who repeats as a telephone does is in with his first repetition beside a
 *  flood that does not. Beside one that does, too, which has so many sources
 *  less, he is when he has come once more often than it */
static void who_comes_again_comes_in_beside_fresh_sources(void)
{
	for (unsigned times = 1; times < TRIES; times++) {
		unsigned in[TRIES];

		flood_of_fresh_sources(times, in);
		CU_ASSERT_TRUE(in[times] >= CALLERS * 95 / 100);
	}
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

			in += admission_stranger(a, &sa, 0, 1, times[i]);
		}
		CU_ASSERT_TRUE(in <= RATE * ADMISSION_BURST_S);
	}
	mem_deref(a);
}


static CU_TestInfo tests[] = {
	{"all strangers share one budget", all_strangers_share_one_budget},
	{"who was quiet comes in beside a flood",
	 who_was_quiet_comes_in_beside_a_flood},
	{"who comes again comes in beside fresh sources",
	 who_comes_again_comes_in_beside_fresh_sources},
	{"the known have a budget of their own",
	 the_known_have_a_budget_of_their_own},
	{"zero is no limit", zero_is_no_limit},
	{"no more than a burst is saved", no_more_than_a_burst_is_saved},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(admission, tests)
