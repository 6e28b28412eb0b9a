/**
 * @file test_judge.c  Questions that are answered at once, later and never
 */
#include <string.h>
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/focus/world/slow_judge.h"
#include "tests/unit/unit.h"


/** Who asks, what the facts are, and what came of it */
struct scene {
	struct slow_judge judge;
	struct list asks;
	struct ask *ask;
	enum reason facts;
	enum question_kind kind; /**< what it is in truth */
	unsigned looked, answers;
	enum reason answer;
	bool was_null; /**< the asker's pointer, when it was answered */
};


static enum reason facts_h(struct question *q, void *arg)
{
	struct scene *s = arg;

	s->looked++;
	q->kind = s->kind;

	return s->facts;
}


static void answer_h(enum reason reason, void *arg)
{
	struct scene *s = arg;

	s->answers++;
	s->answer = reason;
	s->was_null = s->ask == NULL;
}


/** Begin; the strings do not outlive it */
static void begin(struct scene *s, bool judged)
{
	char conference[] = "demo", aor[] = "sip:a@x", target[] = "sip:b@x";
	struct judge judge = slow_judge(&s->judge);
	const struct question q = {
		.kind = s->kind,
		.conference = conference,
		.asker = {.aor = aor, .known = true},
		.target = target,
	};

	judge_ask(&s->ask, &s->asks, judged ? &judge : NULL, &q, facts_h, s,
		  answer_h, s);
	memset(conference, '?', sizeof(conference) - 1);
	memset(aor, '?', sizeof(aor) - 1);
	memset(target, '?', sizeof(target) - 1);
}


static void the_facts_answer_at_once(void)
{
	static const struct {
		bool judged;
		enum reason facts, answer;
	} rows[] = {
		{false, REASON_NONE, REASON_NONE},
		{false, REASON_LOCKED, REASON_LOCKED},
		{true, REASON_LOCKED, REASON_LOCKED},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene s = {.facts = rows[i].facts};

		begin(&s, rows[i].judged);
		CU_ASSERT_PTR_NULL(s.ask);
		CU_ASSERT_EQUAL(s.answers, 1);
		CU_ASSERT_EQUAL(s.answer, rows[i].answer);
		CU_ASSERT_EQUAL(s.judge.asked, 0);
	}
}


static void a_judge_may_answer_from_within(void)
{
	struct scene s = {
		.judge = {.at_once = true, .reason = REASON_FORBIDDEN}};

	begin(&s, true);
	CU_ASSERT_PTR_NULL(s.ask);
	CU_ASSERT_EQUAL(s.answers, 1);
	CU_ASSERT_EQUAL(s.answer, REASON_FORBIDDEN);
	CU_ASSERT_PTR_NULL(s.asks.head);
	CU_ASSERT_EQUAL(s.judge.dropped, 0);
}


static void a_judge_may_answer_later(void)
{
	static const enum reason verdicts[] = {REASON_NONE, REASON_FORBIDDEN};

	for (size_t i = 0; i < 2; i++) {
		struct scene s = {.kind = QUESTION_DIAL};

		begin(&s, true);
		CU_ASSERT_PTR_NOT_NULL_FATAL(s.ask);
		CU_ASSERT_EQUAL(s.answers, 0);
		CU_ASSERT_STRING_EQUAL(s.judge.conference, "demo");
		CU_ASSERT_STRING_EQUAL(s.judge.aor, "sip:a@x");
		CU_ASSERT_STRING_EQUAL(s.judge.target, "sip:b@x");
		CU_ASSERT_EQUAL(s.judge.kind, QUESTION_DIAL);
		CU_ASSERT_TRUE(slow_judge_answer(&s.judge, verdicts[i]));
		CU_ASSERT_EQUAL(s.answers, 1);
		CU_ASSERT_EQUAL(s.answer, verdicts[i]);
		CU_ASSERT_TRUE(s.was_null);
		CU_ASSERT_EQUAL(s.judge.dropped, 0);
		CU_ASSERT_PTR_NULL(s.asks.head);
	}
}


static void the_facts_are_looked_at_again(void)
{
	struct scene s = {.facts = REASON_NONE};

	begin(&s, true);
	s.facts = REASON_FULL;
	CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_NONE));
	CU_ASSERT_EQUAL(s.looked, 2);
	CU_ASSERT_EQUAL(s.answers, 1);
	CU_ASSERT_EQUAL(s.answer, REASON_FULL);
}


/** Who may make a conference need not be let into another's */
static void what_became_another_question_is_asked_anew(void)
{
	static const enum reason second[] = {REASON_NONE, REASON_LOCKED};

	for (size_t i = 0; i < 2; i++) {
		struct scene s = {.kind = QUESTION_CREATE};

		begin(&s, true);
		s.kind = QUESTION_JOIN;
		CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_NONE));
		CU_ASSERT_EQUAL(s.answers, 0);
		CU_ASSERT_PTR_NOT_NULL(s.ask);
		CU_ASSERT_EQUAL(s.judge.asked, 2);
		CU_ASSERT_EQUAL(s.judge.kind, QUESTION_JOIN);
		CU_ASSERT_TRUE(slow_judge_answer(&s.judge, second[i]));
		CU_ASSERT_EQUAL(s.answers, 1);
		CU_ASSERT_EQUAL(s.answer, second[i]);
	}

	/* and may be answered from within then */
	struct scene s = {.kind = QUESTION_CREATE};

	begin(&s, true);
	s.kind = QUESTION_JOIN;
	s.judge.at_once = true;
	CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_NONE));
	CU_ASSERT_EQUAL(s.answers, 1);
	CU_ASSERT_EQUAL(s.answer, REASON_NONE);
	CU_ASSERT_PTR_NULL(s.ask);
}


static void what_is_dropped_is_not_answered(void)
{
	struct scene s = {.facts = REASON_NONE};

	begin(&s, true);
	s.ask = mem_deref(s.ask);
	CU_ASSERT_EQUAL(s.judge.dropped, 1);
	CU_ASSERT_FALSE(slow_judge_answer(&s.judge, REASON_NONE));
	CU_ASSERT_EQUAL(s.answers, 0);
	CU_ASSERT_PTR_NULL(s.asks.head);
}


static void a_judge_that_never_answers_is_not_waited_for(void)
{
	struct scene s = {.judge = {.timeout_ms = 2}};

	begin(&s, true);
	room_turn(1);
	room_turn(10);
	CU_ASSERT_EQUAL(s.answers, 1);
	CU_ASSERT_EQUAL(s.answer, REASON_UNAVAILABLE);
	CU_ASSERT_TRUE(s.was_null);
	CU_ASSERT_EQUAL(s.judge.dropped, 1);
}


/** That it is asked for something else gives it no more time */
static void its_time_is_for_all_that_it_is_asked(void)
{
	struct scene s = {.kind = QUESTION_CREATE, .judge = {.timeout_ms = 2}};

	begin(&s, true);
	s.kind = QUESTION_JOIN;
	CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_NONE));
	room_turn(10);
	CU_ASSERT_EQUAL(s.judge.asked, 2);
	CU_ASSERT_EQUAL(s.answer, REASON_UNAVAILABLE);
}


static void it_may_take_a_while(void)
{
	struct scene s = {.judge = {.after_ms = 2, .reason = REASON_NONE}};

	begin(&s, true);
	CU_ASSERT_EQUAL(s.answers, 0);
	room_turn(10);
	CU_ASSERT_EQUAL(s.answers, 1);
	CU_ASSERT_EQUAL(s.answer, REASON_NONE);
}


static void all_can_be_answered(void)
{
	struct scene s = {.facts = REASON_NONE}, t = {.facts = REASON_NONE};
	struct judge judge = slow_judge(&s.judge);
	const struct question q = {.kind = QUESTION_JOIN};

	judge_ask(&s.ask, &s.asks, &judge, &q, facts_h, &s, answer_h, &s);
	judge_ask(NULL, &s.asks, &judge, &q, facts_h, &t, answer_h, &t);
	judge_answer_all(&s.asks, REASON_SHUTDOWN);
	CU_ASSERT_EQUAL(s.answer, REASON_SHUTDOWN);
	CU_ASSERT_EQUAL(t.answer, REASON_SHUTDOWN);
	CU_ASSERT_EQUAL(s.answers + t.answers, 2);
	CU_ASSERT_EQUAL(s.judge.dropped, 2);
}


static void all_can_be_forgotten(void)
{
	struct scene s = {.facts = REASON_NONE}, t = {.facts = REASON_NONE};
	struct judge judge = slow_judge(&s.judge);
	const struct question q = {.kind = QUESTION_JOIN};

	judge_ask(&s.ask, &s.asks, &judge, &q, facts_h, &s, answer_h, &s);
	judge_ask(NULL, &s.asks, &judge, &q, facts_h, &t, answer_h, &t);
	judge_forget_all(&s.asks);
	CU_ASSERT_EQUAL(s.answers + t.answers, 0);
	CU_ASSERT_EQUAL(s.judge.dropped, 2);
	s.ask = mem_deref(s.ask);
	CU_ASSERT_EQUAL(s.judge.dropped, 2);
}


static CU_TestInfo tests[] = {
	{"the facts answer at once", the_facts_answer_at_once},
	{"a judge may answer from within", a_judge_may_answer_from_within},
	{"a judge may answer later", a_judge_may_answer_later},
	{"the facts are looked at again", the_facts_are_looked_at_again},
	{"what became another question is asked anew",
	 what_became_another_question_is_asked_anew},
	{"what is dropped is not answered", what_is_dropped_is_not_answered},
	{"a judge that never answers is not waited for",
	 a_judge_that_never_answers_is_not_waited_for},
	{"its time is for all that it is asked",
	 its_time_is_for_all_that_it_is_asked},
	{"it may take a while", it_may_take_a_while},
	{"all can be answered", all_can_be_answered},
	{"all can be forgotten", all_can_be_forgotten},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(judge, tests)
