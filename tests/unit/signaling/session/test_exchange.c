/**
 * @file test_exchange.c  Offer and answer: every event in every phase, and
 * wishes under a clock of the test's own
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/session/exchange.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/offer_world.h"
#include "tests/unit/unit.h"

static const char their_offer[] = SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\n";
static const char their_answer[] =
	SDP_PLAIN "m=audio 5004 RTP/AVP 8\r\nm=video 0 RTP/AVP 104\r\n";

/** An exchange, and what it asks of its handlers */
struct bench {
	struct exchange *x;
	unsigned holds;
	char asked[64];         /**< a letter each: "rof" */
	enum reason refusal[3]; /**< of the wishes */
	uint64_t wake_ms;       /**< as asked last */
	unsigned ends;
	enum reason end_reason;
};

static unsigned holds_h(void *arg)
{
	const struct bench *b = arg;

	return b->holds;
}

/* What is granted begins as a session would begin it */
static enum reason wish_h(enum exchange_wish wish, void *arg)
{
	struct bench *b = arg;
	struct leg_description *leg = NULL;
	enum reason reason = REASON_NONE;
	size_t len = strlen(b->asked);

	if (len < sizeof(b->asked) - 1)
		b->asked[len] = "rof"[wish];
	if (b->refusal[wish] != REASON_NONE)
		return b->refusal[wish];

	switch (wish) {

	case EXCHANGE_WISH_RESTORE:
		reason = exchange_restore(b->x, &leg);
		break;
	case EXCHANGE_WISH_OFFER:
		reason = exchange_ours_again(b->x, false, &leg);
		break;
	default: exchange_refresh_sent(b->x); break;
	}
	mem_deref(leg);

	return reason;
}

static void wake_h(uint64_t ms, void *arg)
{
	struct bench *b = arg;

	b->wake_ms = ms;
}

static void fail_h(enum reason reason, void *arg)
{
	struct bench *b = arg;

	b->ends++;
	b->end_reason = reason;
}

static const struct exchange_handlers handlers = {holds_h, wish_h, wake_h,
						  fail_h};

static bool begin(struct bench *b)
{
	struct offer_config oc = {
		.video_width = 1280, .video_height = 720, .video_fps = 25};

	(void)sa_set_str(&oc.address, "198.51.100.1", 0);

	return !exchange_begin(b->x, &oc);
}

static void bench_open(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	CU_ASSERT_FATAL(!exchange_alloc(&b->x, &handlers, b));
	CU_ASSERT_FATAL(begin(b));
}

static void bench_close(struct bench *b)
{
	b->x = mem_deref(b->x);
}

/* ------------------------------------------------------------------- events
 * Each says whether it was taken. */

static bool theirs(struct bench *b)
{
	struct pl sdp = {their_offer, sizeof(their_offer) - 1};
	struct leg_description *leg = NULL;
	enum reason reason = exchange_theirs(b->x, &sdp, &leg);

	mem_deref(leg);

	return reason == REASON_NONE;
}

static bool ours_in_shape(struct bench *b, bool webrtc)
{
	struct leg_description *leg = NULL;
	enum reason reason = exchange_ours(b->x, webrtc, &leg);

	mem_deref(leg);

	return reason == REASON_NONE;
}

static bool ours(struct bench *b)
{
	return ours_in_shape(b, false);
}

static bool print(struct bench *b)
{
	struct leg_description *leg;
	struct leg_local *local;
	struct mbuf *mb = NULL;
	int err;

	failing_pause();
	CU_ASSERT_FATAL(!leg_description_alloc(&leg, 2, 2));
	local = offer_world_mixer(leg);
	failing_resume();
	err = exchange_print(b->x, local, &mb);
	if (!err)
		exchange_sent(b->x, mb);
	mem_deref(mb);
	mem_deref(local);
	mem_deref(leg);

	return !err;
}

static bool answered(struct bench *b)
{
	struct pl sdp = {their_answer, sizeof(their_answer) - 1};
	struct leg_description *leg = NULL;
	enum reason reason = exchange_answered(b->x, &sdp, &leg);

	mem_deref(leg);

	return reason == REASON_NONE;
}

static bool restore(struct bench *b)
{
	struct leg_description *leg = NULL;
	enum reason reason = exchange_restore(b->x, &leg);

	mem_deref(leg);

	return reason == REASON_NONE;
}

static bool applied(struct bench *b)
{
	exchange_applied(b->x);

	return true;
}

static bool rollback(struct bench *b)
{
	exchange_rollback(b->x);

	return true;
}

static bool attempt_over(struct bench *b)
{
	exchange_attempt_over(b->x);

	return true;
}

static bool stop(struct bench *b)
{
	exchange_stop(b->x);

	return true;
}

static bool reach(struct bench *b, enum exchange_phase phase)
{
	switch (phase) {

	case EXCHANGE_IDLE: return true;
	case EXCHANGE_THEIRS: return theirs(b);
	case EXCHANGE_PREPARE: return ours(b);
	case EXCHANGE_OFFERED: return ours(b) && print(b);
	default: return ours(b) && print(b) && answered(b);
	}
}

/** Where an event leads from each phase; 'x': it is refused there */
struct arrow {
	const char *name;
	bool (*event)(struct bench *b);
	const char *to; /**< a letter for IDLE, THEIRS, PREPARE, ... */
};

static const char letters[] = "itpoa";

static const struct arrow arrows[] = {
	{"their offer", theirs, "txxxx"},
	{"our offer", ours, "pxxxx"},
	{"the mixer's side", print, "xioxx"},
	/* nothing was offered: that is no answer */
	{"their answer", answered, "xxxax"},
	{"restore", restore, "xxxxx"},
	{"applied", applied, "iiiii"},
	{"rollback", rollback, "iiiii"},
	{"attempt over", attempt_over, "iiiii"},
	{"stop", stop, "iiiii"},
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
			CU_ASSERT_FATAL(reach(&b, phase));
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
		CU_ASSERT_FATAL(reach(&b, q->phase));
		b.holds = q->holds;
		if (verdict(&b, EXCHANGE_BY_INVITE) != q->invite ||
		    verdict(&b, EXCHANGE_BY_UPDATE) != q->update)
			printf("\nquestion %zu\n", i);
		CU_ASSERT_EQUAL(verdict(&b, EXCHANGE_BY_INVITE), q->invite);
		CU_ASSERT_EQUAL(verdict(&b, EXCHANGE_BY_UPDATE), q->update);
		bench_close(&b);
	}
}

/* ---------------------------------------------------------------- wishes */

static void agree(struct bench *b)
{
	CU_ASSERT_FATAL(theirs(b) && print(b));
}

static void wishes_wait_for_the_end(void)
{
	static const enum exchange_wish wishes[] = {
		EXCHANGE_WISH_REFRESH, EXCHANGE_WISH_OFFER,
		EXCHANGE_WISH_OFFER, EXCHANGE_WISH_RESTORE};
	struct bench b;
	size_t i;

	bench_open(&b);
	agree(&b);
	CU_ASSERT_FATAL(theirs(&b));
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
	agree(&b);
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
	agree(&b);
	exchange_wish(b.x, EXCHANGE_WISH_OFFER, 1000);
	CU_ASSERT_STRING_EQUAL(b.asked, "o");
	CU_ASSERT(!exchange_again(b.x, REASON_MEDIA_FAILED, 2100, 1000));
	CU_ASSERT_EQUAL(b.wake_ms, 2100);
	CU_ASSERT_EQUAL(exchange_phase(b.x), EXCHANGE_IDLE);
	/* asked again, it is not hurried; theirs may come meanwhile */
	exchange_wish(b.x, EXCHANGE_WISH_OFFER, 1500);
	exchange_step(b.x, 3099);
	CU_ASSERT_STRING_EQUAL(b.asked, "o");
	CU_ASSERT_EQUAL(verdict(&b, EXCHANGE_BY_INVITE), 'g');
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
	agree(&b);
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
	agree(&b);
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
	agree(&b);
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
	agree(&b);
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
	agree(&b);
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
	agree(&b);
	b.holds = EXCHANGE_HOLD_THEIRS;
	exchange_wish(b.x, EXCHANGE_WISH_OFFER, 0);
	exchange_wish(b.x, EXCHANGE_WISH_REFRESH, 0);
	exchange_stop(b.x);
	b.holds = 0;
	exchange_step(b.x, 1);
	CU_ASSERT_STRING_EQUAL(b.asked, "");
	bench_close(&b);
}

static void what_a_mixer_works_on_is_not_said_again(void)
{
	struct bench b;

	bench_open(&b);
	CU_ASSERT_FATAL(reach(&b, EXCHANGE_OFFERED));
	exchange_attempt_over(b.x);
	CU_ASSERT_PTR_NOT_NULL(exchange_local(b.x));
	exchange_resent(b.x);
	CU_ASSERT_FATAL(answered(&b));
	exchange_attempt_over(b.x);
	CU_ASSERT_PTR_NULL(exchange_local(b.x));
	bench_close(&b);
}

static void another_fork_may_answer(void)
{
	struct bench b;

	bench_open(&b);
	CU_ASSERT_FATAL(reach(&b, EXCHANGE_APPLY));
	exchange_applied(b.x);
	CU_ASSERT(!exchange_reopen(b.x));
	CU_ASSERT_EQUAL(exchange_phase(b.x), EXCHANGE_OFFERED);
	CU_ASSERT(answered(&b));
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
	bool ok = ours_in_shape(b, true);

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
	{begin, EXCHANGE_IDLE},
	/* their offer */
	{theirs, EXCHANGE_THEIRS},
	{print, EXCHANGE_IDLE},
	{restore, EXCHANGE_APPLY},
	{applied, EXCHANGE_IDLE},
	/* another one of ours, two forks answer */
	{ours_again, EXCHANGE_PREPARE},
	{print, EXCHANGE_OFFERED},
	{answered, EXCHANGE_APPLY},
	{applied, EXCHANGE_IDLE},
	{reopen, EXCHANGE_OFFERED},
	{answered, EXCHANGE_APPLY},
	{applied, EXCHANGE_IDLE},
	/* one that comes to nothing */
	{ours_again, EXCHANGE_PREPARE},
	{print, EXCHANGE_OFFERED},
	{rollback, EXCHANGE_IDLE},
	/* all anew, and ours is the first */
	{begin, EXCHANGE_IDLE},
	{ours, EXCHANGE_PREPARE},
	{print, EXCHANGE_OFFERED},
	{answered, EXCHANGE_APPLY},
	{attempt_over, EXCHANGE_IDLE},
	{begin, EXCHANGE_IDLE},
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

	memset(&b, 0, sizeof(b));
	err = exchange_alloc(&b.x, &handlers, &b);
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

/* A restoration that fails is given up, an offer comes a moment later */
static int grant_wishes(void *arg)
{
	struct bench b;
	int err = 0;
	(void)arg;

	failing_pause();
	bench_open(&b);
	agree(&b);
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
	{"every event in every phase", every_event_in_every_phase},
	{"one offer at a time", one_offer_at_a_time},
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
	{"what a mixer works on is not said again",
	 what_a_mixer_works_on_is_not_said_again},
	{"another fork may answer", another_fork_may_answer},
	{"memory that is missing leaves the phase",
	 memory_that_is_missing_leaves_the_phase},
	{"memory that is missing puts an offer off",
	 memory_that_is_missing_puts_an_offer_off},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(exchange, tests)
