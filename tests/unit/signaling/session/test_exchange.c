/**
 * @file test_exchange.c  Offer and answer: every event in every phase
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/session/exchange.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/exchange_bench.h"
#include "tests/unit/unit.h"

/** Where an event leads from each phase; 'x': it is refused there */
struct arrow {
	const char *name;
	bool (*event)(struct bench *b);
	const char *to; /**< a letter for IDLE, THEIRS, PREPARE, ... */
};

static const char letters[] = "itpoa";

static const struct arrow arrows[] = {
	{"their offer", bench_theirs, "txxxx"},
	{"our offer", bench_ours, "pxxxx"},
	{"the mixer's side", bench_print, "xioxx"},
	/* nothing was offered: that is no answer */
	{"their answer", bench_answered, "xxxax"},
	{"restore", bench_restore, "xxxxx"},
	{"applied", bench_applied, "iiiii"},
	{"rollback", bench_rollback, "iiiii"},
	{"attempt over", bench_attempt_over, "iiiii"},
	{"stop", bench_stop, "iiiii"},
};

static void every_event_in_every_phase(void)
{
	struct bench b;
	size_t i, phase;

	for (i = 0; i < ARRAY_SIZE(arrows); i++) {
		for (phase = 0; phase < EXCHANGE_PHASES; phase++) {
			char want = arrows[i].to[phase];
			char is;

			bench_open(&b);
			CU_ASSERT_FATAL(bench_reach(&b, phase));
			if (arrows[i].event(&b))
				is = letters[exchange_phase(b.x)];
			else
				is = 'x';
			if (is != want)
				printf("\n%s in %c: %c, not %c\n",
				       arrows[i].name, letters[phase], is,
				       want);
			CU_ASSERT_EQUAL(is, want);
			bench_close(&b);
		}
	}
}

/* ---------------------------------------------------------- who may begin */

/** What is said to a new offer while something is in the way; 'g' it may, 'p'
 *  491, 'l' 500 */
struct question {
	enum exchange_phase phase;
	unsigned holds;
	char invite, update;
};

static const struct question questions[] = {
	{EXCHANGE_IDLE, 0, 'g', 'g'},
	{EXCHANGE_IDLE, EXCHANGE_HOLD_THEIRS, 'l', 'l'},
	{EXCHANGE_IDLE, EXCHANGE_HOLD_ACK, 'l', 'l'},
	{EXCHANGE_IDLE, EXCHANGE_HOLD_RELIABLE, 'l', 'g'},
	{EXCHANGE_IDLE, EXCHANGE_HOLD_OURS, 'p', 'p'},
	{EXCHANGE_IDLE, EXCHANGE_HOLD_OURS | EXCHANGE_HOLD_ANSWERED, 'p', 'g'},
	{EXCHANGE_IDLE, EXCHANGE_HOLD_THEIRS | EXCHANGE_HOLD_OURS, 'l', 'l'},
	{EXCHANGE_IDLE, EXCHANGE_HOLD_DIALOG, 'l', 'l'},
	/* their INVITE waits behind our 183 */
	{EXCHANGE_IDLE, EXCHANGE_HOLD_DIALOG | EXCHANGE_HOLD_RELIABLE, 'l',
	 'g'},
	/* our INVITE rings */
	{EXCHANGE_IDLE, EXCHANGE_HOLD_DIALOG | EXCHANGE_HOLD_OURS, 'p', 'p'},
	{EXCHANGE_IDLE,
	 EXCHANGE_HOLD_DIALOG | EXCHANGE_HOLD_OURS | EXCHANGE_HOLD_ANSWERED,
	 'p', 'g'},
	{EXCHANGE_THEIRS, EXCHANGE_HOLD_THEIRS, 'l', 'l'},
	/* it was cancelled, but the mixer works on it still */
	{EXCHANGE_THEIRS, 0, 'p', 'p'},
	{EXCHANGE_PREPARE, 0, 'p', 'p'},
	{EXCHANGE_OFFERED, EXCHANGE_HOLD_OURS, 'p', 'p'},
	{EXCHANGE_APPLY, 0, 'p', 'p'},
};

static char verdict(const struct bench *b, enum exchange_by by)
{
	return "gpl"[exchange_may_begin(b->x, by)];
}

static void one_offer_at_a_time(void)
{
	struct bench b;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(questions); i++) {
		const struct question *q = &questions[i];

		bench_open(&b);
		CU_ASSERT_FATAL(bench_reach(&b, q->phase));
		b.holds = q->holds;
		if (verdict(&b, EXCHANGE_BY_INVITE) != q->invite ||
		    verdict(&b, EXCHANGE_BY_UPDATE) != q->update)
			printf("\nquestion %zu\n", i);
		CU_ASSERT_EQUAL(verdict(&b, EXCHANGE_BY_INVITE), q->invite);
		CU_ASSERT_EQUAL(verdict(&b, EXCHANGE_BY_UPDATE), q->update);
		bench_close(&b);
	}
}

static void what_a_mixer_works_on_is_not_said_again(void)
{
	struct bench b;

	bench_open(&b);
	CU_ASSERT_FATAL(bench_reach(&b, EXCHANGE_OFFERED));
	exchange_attempt_over(b.x);
	CU_ASSERT_PTR_NOT_NULL(exchange_local(b.x));
	exchange_resent(b.x);
	CU_ASSERT_FATAL(bench_answered(&b));
	exchange_attempt_over(b.x);
	CU_ASSERT_PTR_NULL(exchange_local(b.x));
	bench_close(&b);
}

static void another_fork_may_answer(void)
{
	struct bench b;

	bench_open(&b);
	CU_ASSERT_FATAL(bench_reach(&b, EXCHANGE_APPLY));
	exchange_applied(b.x);
	CU_ASSERT(!exchange_reopen(b.x));
	CU_ASSERT_EQUAL(exchange_phase(b.x), EXCHANGE_OFFERED);
	CU_ASSERT(bench_answered(&b));
	bench_close(&b);
}

/* ------------------------------------------------- memory that is missing */

static bool ours_again(struct bench *b)
{
	struct leg_description *leg = NULL;
	enum reason reason = exchange_ours_again(b->x, true, &leg);

	mem_deref(leg);

	return reason == REASON_NONE;
}

static bool ours_for_a_page(struct bench *b)
{
	bool ok = bench_ours_in_shape(b, true);

	CU_ASSERT_EQUAL(exchange_is_webrtc(b->x), ok);

	return ok;
}

static bool reopen(struct bench *b)
{
	return !exchange_reopen(b->x);
}

/** One after another, through all phases */
struct stage {
	bool (*event)(struct bench *b);
	enum exchange_phase to;
};

static const struct stage stages[] = {
	{bench_begin, EXCHANGE_IDLE},
	/* their offer */
	{bench_theirs, EXCHANGE_THEIRS},
	{bench_print, EXCHANGE_IDLE},
	{bench_restore, EXCHANGE_APPLY},
	{bench_applied, EXCHANGE_IDLE},
	/* another one of ours, two forks answer */
	{ours_again, EXCHANGE_PREPARE},
	{bench_print, EXCHANGE_OFFERED},
	{bench_answered, EXCHANGE_APPLY},
	{bench_applied, EXCHANGE_IDLE},
	{reopen, EXCHANGE_OFFERED},
	{bench_answered, EXCHANGE_APPLY},
	{bench_applied, EXCHANGE_IDLE},
	/* one that comes to nothing */
	{ours_again, EXCHANGE_PREPARE},
	{bench_print, EXCHANGE_OFFERED},
	{bench_rollback, EXCHANGE_IDLE},
	/* all anew, and ours is the first */
	{bench_begin, EXCHANGE_IDLE},
	{bench_ours, EXCHANGE_PREPARE},
	{bench_print, EXCHANGE_OFFERED},
	{bench_answered, EXCHANGE_APPLY},
	{bench_attempt_over, EXCHANGE_IDLE},
	{bench_begin, EXCHANGE_IDLE},
	{ours_for_a_page, EXCHANGE_PREPARE},
};

/* What fails leaves the phase, and is done when it is tried again; what was
 * theirs is refused before that. @return 0, ENOMEM: it failed at first */
static int stage_pass(struct bench *b, const struct stage *stage)
{
	const enum exchange_phase from = exchange_phase(b->x);
	const struct offer *offer = exchange_offer(b->x);
	int err = 0;

	if (!stage->event(b)) {
		err = ENOMEM;
		if (stage->to == EXCHANGE_THEIRS)
			exchange_rollback(b->x);
		CU_ASSERT_EQUAL(exchange_phase(b->x), from);
		CU_ASSERT_PTR_EQUAL(exchange_offer(b->x), offer);
		failing_pause();
		CU_ASSERT(stage->event(b));
		failing_resume();
	}
	CU_ASSERT_EQUAL(exchange_phase(b->x), stage->to);

	return err;
}

static int all_stages(void *arg)
{
	struct bench b;
	size_t i;
	int err;
	(void)arg;

	err = bench_alloc(&b);
	CU_ASSERT_EQUAL(!err, b.x != NULL);
	for (i = 0; b.x && i < ARRAY_SIZE(stages); i++) {
		if (stage_pass(&b, &stages[i]))
			err = ENOMEM;
	}
	bench_close(&b);

	return err;
}

static void memory_that_is_missing_leaves_the_phase(void)
{
	failing_each(all_stages, NULL);
}

static CU_TestInfo tests[] = {
	{"every event in every phase", every_event_in_every_phase},
	{"one offer at a time", one_offer_at_a_time},
	{"what a mixer works on is not said again",
	 what_a_mixer_works_on_is_not_said_again},
	{"another fork may answer", another_fork_may_answer},
	{"memory that is missing leaves the phase",
	 memory_that_is_missing_leaves_the_phase},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(exchange, tests)
