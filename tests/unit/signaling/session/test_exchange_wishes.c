/**
 * @file test_exchange_wishes.c  Wishes under a clock of the test's own
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/session/exchange.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/exchange_bench.h"
#include "tests/unit/unit.h"

static void wishes_wait_for_the_end(void)
{
	static const enum exchange_wish wishes[] = {
		EXCHANGE_WISH_REFRESH, EXCHANGE_WISH_OFFER,
		EXCHANGE_WISH_OFFER, EXCHANGE_WISH_RESTORE};
	struct bench b;
	size_t i;

	bench_open(&b);
	bench_agree(&b);
	CU_ASSERT_FATAL(bench_theirs(&b));
	for (i = 0; i < ARRAY_SIZE(wishes); i++)
		exchange_wish(b.x, wishes[i], 10);
	CU_ASSERT_STRING_EQUAL(b.asked, "");
	/* first back to what was agreed, ... */
	exchange_rollback(b.x);
	exchange_step(b.x, 20);
	CU_ASSERT_STRING_EQUAL(b.asked, "r");
	exchange_step(b.x, 30);
	CU_ASSERT_STRING_EQUAL(b.asked, "r");
	/* ... then one offer for both that were asked for, ... */
	exchange_applied(b.x);
	b.holds = EXCHANGE_HOLD_ACK;
	exchange_step(b.x, 40);
	CU_ASSERT_STRING_EQUAL(b.asked, "r");
	b.holds = 0;
	exchange_step(b.x, 50);
	CU_ASSERT_STRING_EQUAL(b.asked, "ro");
	/* ... which is a refresh, too */
	exchange_accepted(b.x);
	exchange_rollback(b.x);
	exchange_step(b.x, 60);
	CU_ASSERT_STRING_EQUAL(b.asked, "ro");
	bench_close(&b);
}

static void a_restoration_waits_for_no_transaction(void)
{
	struct bench b;

	bench_open(&b);
	bench_agree(&b);
	b.holds = EXCHANGE_HOLD_OURS;
	exchange_wish(b.x, EXCHANGE_WISH_RESTORE, 0);
	CU_ASSERT_STRING_EQUAL(b.asked, "r");
	CU_ASSERT_EQUAL(exchange_phase(b.x), EXCHANGE_APPLY);
	bench_close(&b);
}

static void after_glare_it_waits(void)
{
	struct bench b;

	bench_open(&b);
	bench_agree(&b);
	exchange_wish(b.x, EXCHANGE_WISH_OFFER, 1000);
	CU_ASSERT_STRING_EQUAL(b.asked, "o");
	CU_ASSERT(!exchange_again(b.x, REASON_MEDIA_FAILED, 2100, 1000));
	CU_ASSERT_EQUAL(b.wake_ms, 2100);
	CU_ASSERT_EQUAL(exchange_phase(b.x), EXCHANGE_IDLE);
	/* asked again, it is not hurried; theirs may come meanwhile */
	exchange_wish(b.x, EXCHANGE_WISH_OFFER, 1500);
	exchange_step(b.x, 3099);
	CU_ASSERT_STRING_EQUAL(b.asked, "o");
	CU_ASSERT_EQUAL(exchange_may_begin(b.x, EXCHANGE_BY_INVITE),
			EXCHANGE_GO);
	exchange_step(b.x, 3100);
	CU_ASSERT_STRING_EQUAL(b.asked, "oo");
	/* at once is in a moment, never from within */
	CU_ASSERT(!exchange_again(b.x, REASON_MEDIA_FAILED, 0, 3200));
	CU_ASSERT_EQUAL(b.wake_ms, 0);
	CU_ASSERT_STRING_EQUAL(b.asked, "oo");
	exchange_step(b.x, 3200);
	CU_ASSERT_STRING_EQUAL(b.asked, "ooo");
	bench_close(&b);
}

/* Asked for while the one was out that glare befell: nothing else wakes it */
static void one_that_waited_waits_for_glare_too(void)
{
	struct bench b;

	bench_open(&b);
	bench_agree(&b);
	exchange_wish(b.x, EXCHANGE_WISH_OFFER, 1000);
	exchange_wish(b.x, EXCHANGE_WISH_OFFER, 1010);
	CU_ASSERT_STRING_EQUAL(b.asked, "o");
	CU_ASSERT(!exchange_again(b.x, REASON_MEDIA_FAILED, 2100, 1050));
	CU_ASSERT_EQUAL(b.wake_ms, 2100);
	exchange_step(b.x, 3149);
	CU_ASSERT_STRING_EQUAL(b.asked, "o");
	exchange_step(b.x, 3150);
	CU_ASSERT_STRING_EQUAL(b.asked, "oo");
	bench_close(&b);
}

static void too_many_failures_are_the_end(void)
{
	struct bench b;
	uint64_t now_ms = 0;
	int i;

	bench_open(&b);
	bench_agree(&b);
	b.refusal[EXCHANGE_WISH_OFFER] = REASON_NO_MIXER;
	exchange_wish(b.x, EXCHANGE_WISH_OFFER, now_ms);
	for (i = 1; i < EXCHANGE_FAILURES_MAX; i++) {
		CU_ASSERT_EQUAL(b.wake_ms, EXCHANGE_AGAIN_MS);
		now_ms += EXCHANGE_AGAIN_MS;
		exchange_step(b.x, now_ms);
	}
	CU_ASSERT_EQUAL(b.ends, 0);
	exchange_step(b.x, now_ms + EXCHANGE_AGAIN_MS);
	CU_ASSERT_EQUAL(b.ends, 1);
	CU_ASSERT_EQUAL(b.end_reason, REASON_NO_MIXER);
	bench_close(&b);
}

static void one_success_forgives(void)
{
	struct bench b;
	int i;

	bench_open(&b);
	bench_agree(&b);
	for (i = 0; i < EXCHANGE_FAILURES_MAX; i++)
		CU_ASSERT(!exchange_again(b.x, REASON_MEDIA_FAILED, 0, 0));
	exchange_accepted(b.x);
	CU_ASSERT(!exchange_again(b.x, REASON_MEDIA_FAILED, 0, 0));
	CU_ASSERT_EQUAL(b.ends, 0);
	bench_close(&b);
}

static void a_refresh_is_tried_again_for_ever(void)
{
	struct bench b;
	uint64_t now_ms = 0;
	int i;

	bench_open(&b);
	bench_agree(&b);
	b.refusal[EXCHANGE_WISH_REFRESH] = REASON_INTERNAL;
	exchange_wish(b.x, EXCHANGE_WISH_REFRESH, now_ms);
	for (i = 0; i < 2 * EXCHANGE_FAILURES_MAX; i++) {
		now_ms += EXCHANGE_AGAIN_MS;
		exchange_step(b.x, now_ms);
	}
	CU_ASSERT_EQUAL(b.ends, 0);
	b.refusal[EXCHANGE_WISH_REFRESH] = REASON_NONE;
	exchange_step(b.x, now_ms + EXCHANGE_AGAIN_MS);
	CU_ASSERT(exchange_is_refresh(b.x));
	CU_ASSERT(exchange_refresh_over(b.x));
	CU_ASSERT(!exchange_is_refresh(b.x));
	CU_ASSERT_EQUAL(exchange_phase(b.x), EXCHANGE_IDLE);
	bench_close(&b);
}

/* RFC 3261 section 14.1: a refresh met theirs; what else is wished waits, too,
 * whether that was before or comes later, but the mixer need not */
static void glare_of_one_keeps_all_quiet(void)
{
	struct bench b;

	bench_open(&b);
	bench_agree(&b);
	exchange_wish(b.x, EXCHANGE_WISH_REFRESH, 1000);
	exchange_wish(b.x, EXCHANGE_WISH_OFFER, 1010);
	CU_ASSERT_STRING_EQUAL(b.asked, "f");
	CU_ASSERT(exchange_refresh_over(b.x));
	exchange_glare(b.x, 2100, 1050);
	exchange_step(b.x, 1050);
	CU_ASSERT_STRING_EQUAL(b.asked, "f");
	CU_ASSERT_EQUAL(b.wake_ms, 2100);
	exchange_wish(b.x, EXCHANGE_WISH_REFRESH, 2000);
	CU_ASSERT_STRING_EQUAL(b.asked, "f");
	CU_ASSERT_EQUAL(b.wake_ms, 1150);
	exchange_step(b.x, 3149);
	CU_ASSERT_STRING_EQUAL(b.asked, "f");
	exchange_wish(b.x, EXCHANGE_WISH_RESTORE, 3149);
	CU_ASSERT_STRING_EQUAL(b.asked, "fr");
	exchange_applied(b.x);
	exchange_step(b.x, 3150);
	CU_ASSERT_STRING_EQUAL(b.asked, "fro");
	bench_close(&b);
}

static void what_ends_wishes_no_more(void)
{
	struct bench b;

	bench_open(&b);
	bench_agree(&b);
	b.holds = EXCHANGE_HOLD_THEIRS;
	exchange_wish(b.x, EXCHANGE_WISH_OFFER, 0);
	exchange_wish(b.x, EXCHANGE_WISH_REFRESH, 0);
	exchange_stop(b.x);
	b.holds = 0;
	exchange_step(b.x, 1);
	CU_ASSERT_STRING_EQUAL(b.asked, "");
	bench_close(&b);
}

/* A restoration that fails is given up, an offer comes a moment later */
static int grant_wishes(void *arg)
{
	struct bench b;
	int err = 0;
	(void)arg;

	failing_pause();
	bench_open(&b);
	bench_agree(&b);
	failing_resume();
	exchange_wish(b.x, EXCHANGE_WISH_RESTORE, 0);
	if (exchange_phase(b.x) != EXCHANGE_APPLY) {
		err = ENOMEM;
		CU_ASSERT_EQUAL(exchange_phase(b.x), EXCHANGE_IDLE);
	}
	exchange_applied(b.x);
	exchange_wish(b.x, EXCHANGE_WISH_OFFER, 0);
	if (exchange_phase(b.x) != EXCHANGE_PREPARE) {
		err = ENOMEM;
		CU_ASSERT_EQUAL(exchange_phase(b.x), EXCHANGE_IDLE);
		CU_ASSERT_EQUAL(b.wake_ms, EXCHANGE_AGAIN_MS);
		failing_pause();
		exchange_step(b.x, EXCHANGE_AGAIN_MS);
		failing_resume();
	}
	CU_ASSERT_EQUAL(exchange_phase(b.x), EXCHANGE_PREPARE);
	CU_ASSERT_EQUAL(b.ends, 0);
	bench_close(&b);

	return err;
}

static void memory_that_is_missing_puts_an_offer_off(void)
{
	failing_each(grant_wishes, NULL);
}

static CU_TestInfo tests[] = {
	{"wishes wait for the end", wishes_wait_for_the_end},
	{"a restoration waits for no transaction",
	 a_restoration_waits_for_no_transaction},
	{"after glare it waits", after_glare_it_waits},
	{"one that waited waits for glare, too",
	 one_that_waited_waits_for_glare_too},
	{"too many failures are the end", too_many_failures_are_the_end},
	{"one success forgives", one_success_forgives},
	{"glare of one keeps all quiet", glare_of_one_keeps_all_quiet},
	{"a refresh is tried again for ever",
	 a_refresh_is_tried_again_for_ever},
	{"what ends wishes no more", what_ends_wishes_no_more},
	{"memory that is missing puts an offer off",
	 memory_that_is_missing_puts_an_offer_off},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(exchange_wishes, tests)
