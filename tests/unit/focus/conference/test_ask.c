/**
 * @file test_ask.c  What is asked of the focus, by whom, and what changes
 * while the answer is awaited
 */
#include <string.h>
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/focus/world/slow_judge.h"
#include "tests/unit/unit.h"


struct scene {
	struct focus_room r;
	struct party alice, bob; /**< in "demo"; Alice made it */
	struct slow_judge judge;
	struct ask *ask;
	unsigned answers;
	enum reason answer;
};


static void answer_h(enum reason reason, void *arg)
{
	struct scene *s = arg;

	s->answers++;
	s->answer = reason;
}


static void scene_open(struct scene *s)
{
	struct judge judge;

	memset(s, 0, sizeof(*s));
	judge = slow_judge(&s->judge);
	room_open(&s->r);
	CU_ASSERT_EQUAL_FATAL(
		room_join(&s->r, &s->alice, "demo", "sip:a@x", "Alice"), 0);
	s->r.known = true;
	CU_ASSERT_EQUAL_FATAL(
		room_join(&s->r, &s->bob, "demo", "sip:b@x", "Bob"), 0);
	focus_set_judge(s->r.focus, &judge);
}


static void scene_close(struct scene *s)
{
	mem_deref(s->ask);
	room_close(&s->r);
	slow_judge_close(&s->judge);
}


static void ask(struct scene *s, struct question q)
{
	s->answers = 0;
	focus_ask(&s->ask, s->r.focus, &q, answer_h, s);
}


static void ask_to_join(struct scene *s, const char *conference)
{
	ask(s, (struct question){.kind = QUESTION_JOIN,
				 .conference = conference,
				 .asker = {.aor = "sip:c@x", .known = true}});
}


/** The rights of RFC 4579, by who asks; no judge */
static void rights_hang_on_who_asks(void)
{
	enum who { ALICE, BOB, BOB_KNOWN, BOB_CLAIMED, CAROL };
	static const struct {
		enum question_kind kind;
		enum who who;
		const char *target;
		enum reason answer;
	} rows[] = {
		{QUESTION_END, ALICE, NULL, REASON_NONE},
		{QUESTION_END, BOB, NULL, REASON_FORBIDDEN},
		{QUESTION_END, CAROL, NULL, REASON_FORBIDDEN},
		{QUESTION_REMOVE, ALICE, "sip:b@x", REASON_NONE},
		{QUESTION_REMOVE, ALICE, "sip:z@x", REASON_NOBODY},
		{QUESTION_REMOVE, ALICE, NULL, REASON_NOBODY},
		{QUESTION_REMOVE, BOB, "sip:b@x", REASON_NONE},
		{QUESTION_REMOVE, BOB_KNOWN, "sip:b@x", REASON_NONE},
		/* whoever is not in does not even learn who is */
		{QUESTION_REMOVE, BOB_CLAIMED, "sip:b@x", REASON_NOBODY},
		{QUESTION_REMOVE, BOB, "sip:a@x", REASON_FORBIDDEN},
		{QUESTION_REMOVE, CAROL, "sip:a@x", REASON_NOBODY},
	};
	struct scene s;

	scene_open(&s);
	focus_set_judge(s.r.focus, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct asker askers[] = {
			[ALICE] = {.leg = focus_leg(s.alice.ep)},
			[BOB] = {.leg = focus_leg(s.bob.ep)},
			[BOB_KNOWN] = {.aor = "sip:b@x", .known = true},
			[BOB_CLAIMED] = {.aor = "sip:b@x"},
			[CAROL] = {.aor = "sip:c@x", .known = true},
		};

		ask(&s, (struct question){.kind = rows[i].kind,
					  .conference = "Demo",
					  .asker = askers[rows[i].who],
					  .target = rows[i].target});
		CU_ASSERT_EQUAL(s.answers, 1);
		CU_ASSERT_EQUAL(s.answer, rows[i].answer);
	}
	ask(&s, (struct question){.kind = QUESTION_END,
				  .conference = "other",
				  .asker = {.leg = focus_leg(s.alice.ep)}});
	CU_ASSERT_EQUAL(s.answer, REASON_NOT_FOUND);
	scene_close(&s);
}


static void who_may_have_somebody_called_is_configured(void)
{
	static const struct {
		const char *dial_out;
		bool known, entering;
		enum reason answer;
	} rows[] = {
		{"members", true, false, REASON_FORBIDDEN},
		{"members", false, true, REASON_NONE},
		{"known", true, false, REASON_NONE},
		{"known", false, true, REASON_FORBIDDEN},
		{"all", false, false, REASON_NONE},
		{"none", true, true, REASON_FORBIDDEN},
	};
	struct scene s;

	scene_open(&s);
	focus_set_judge(s.r.focus, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)str_ncpy(s.r.config->dial_out, rows[i].dial_out,
			       sizeof(s.r.config->dial_out));
		ask(&s,
		    (struct question){.kind = QUESTION_DIAL,
				      .conference = "demo",
				      .asker = {.aor = "sip:c@x",
						.known = rows[i].known,
						.entering = rows[i].entering},
				      .target = "sip:d@x"});
		CU_ASSERT_EQUAL(s.answer, rows[i].answer);
	}
	scene_close(&s);
}


static void the_judge_sees_who_asks(void)
{
	struct scene s;

	scene_open(&s);
	ask(&s, (struct question){.kind = QUESTION_END,
				  .conference = "demo",
				  .asker = {.leg = focus_leg(s.alice.ep)}});
	CU_ASSERT_STRING_EQUAL(s.judge.aor, "sip:a@x");
	CU_ASSERT_TRUE(s.judge.member);
	CU_ASSERT_EQUAL(s.judge.role, ROLE_HOST);
	CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_NONE));
	CU_ASSERT_EQUAL(s.answer, REASON_NONE);

	ask_to_join(&s, "demo");
	CU_ASSERT_EQUAL(s.judge.kind, QUESTION_JOIN);
	CU_ASSERT_FALSE(s.judge.member);
	CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_FORBIDDEN));
	CU_ASSERT_EQUAL(s.answer, REASON_FORBIDDEN);

	ask_to_join(&s, "fresh");
	CU_ASSERT_EQUAL(s.judge.kind, QUESTION_CREATE);
	CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_NONE));
	ask_to_join(&s, "mmtel");
	CU_ASSERT_EQUAL(s.judge.kind, QUESTION_CREATE);
	scene_close(&s);
}


/* What may happen while somebody waits to come in */
static void lock_it(struct scene *s)
{
	focus_set_judge(s->r.focus, NULL);
	room_command(&s->r, "{\"verb\":\"lock\",\"conference\":\"demo\"}");
}


static void end_it(struct scene *s)
{
	focus_end(s->r.focus, "demo");
}


static void nothing(struct scene *s)
{
	(void)s;
}


static void what_changes_meanwhile_counts(void)
{
	static const struct {
		void (*change)(struct scene *s);
		enum reason answer;
		bool again; /**< the judge is asked for something else */
	} rows[] = {
		{nothing, REASON_NONE, false},
		{lock_it, REASON_LOCKED, false},
		{end_it, REASON_NONE, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene s;

		scene_open(&s);
		ask_to_join(&s, "demo");
		rows[i].change(&s);
		CU_ASSERT_EQUAL(s.answers, 0);
		CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_NONE));
		CU_ASSERT_EQUAL(s.answers, !rows[i].again);
		CU_ASSERT_EQUAL(slow_judge_answer(&s.judge, REASON_NONE),
				rows[i].again);
		CU_ASSERT_EQUAL(s.answers, 1);
		CU_ASSERT_EQUAL(s.answer, rows[i].answer);
		scene_close(&s);
	}
}


static void another_may_make_it_meanwhile(void)
{
	struct scene s;
	struct party c;

	scene_open(&s);
	ask_to_join(&s, "other");
	CU_ASSERT_EQUAL(s.judge.kind, QUESTION_CREATE);
	CU_ASSERT_EQUAL(room_join(&s.r, &c, "other", "sip:z@x", "Z"), 0);
	CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_NONE));
	CU_ASSERT_EQUAL(s.answers, 0);
	CU_ASSERT_EQUAL(s.judge.kind, QUESTION_JOIN);
	CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_LOCKED));
	CU_ASSERT_EQUAL(s.answer, REASON_LOCKED);
	scene_close(&s);
}


static void who_has_left_has_no_right_any_more(void)
{
	struct scene s;

	scene_open(&s);
	ask(&s, (struct question){.kind = QUESTION_END,
				  .conference = "demo",
				  .asker = {.leg = focus_leg(s.alice.ep)}});
	focus_leave(s.alice.ep, REASON_LEFT);
	CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_NONE));
	CU_ASSERT_EQUAL(s.answer, REASON_FORBIDDEN);
	scene_close(&s);
}


/** What is done looks at the facts itself, whatever was answered before */
static void what_is_done_says_why_not(void)
{
	struct scene s;
	struct asker bob;

	scene_open(&s);
	bob = (struct asker){.leg = focus_leg(s.bob.ep)};
	CU_ASSERT_EQUAL(focus_remove(s.r.focus, "demo", &bob, "sip:z@x"),
			REASON_NOBODY);
	CU_ASSERT_EQUAL(focus_remove(s.r.focus, "demo", &bob, "sip:a@x"),
			REASON_FORBIDDEN);
	CU_ASSERT_EQUAL(focus_remove(s.r.focus, "demo", &bob, "sip:b@x"),
			REASON_NONE);
	CU_ASSERT_EQUAL(s.bob.ends, 1);
	CU_ASSERT_EQUAL(focus_end(s.r.focus, "other"), REASON_NOT_FOUND);
	CU_ASSERT_EQUAL(focus_end(s.r.focus, "demo"), REASON_NONE);
	CU_ASSERT_EQUAL(s.alice.ends, 1);
	scene_close(&s);
}


static void a_question_can_be_dropped(void)
{
	struct scene s;

	scene_open(&s);
	ask_to_join(&s, "demo");
	s.ask = mem_deref(s.ask);
	CU_ASSERT_EQUAL(s.judge.dropped, 1);
	CU_ASSERT_FALSE(slow_judge_answer(&s.judge, REASON_NONE));
	CU_ASSERT_EQUAL(s.answers, 0);
	scene_close(&s);
}


static void nobody_waits_for_a_judge_that_is_silent(void)
{
	struct judge judge;
	struct scene s;

	scene_open(&s);
	s.judge.timeout_ms = 2;
	judge = slow_judge(&s.judge);
	focus_set_judge(s.r.focus, &judge);
	ask_to_join(&s, "demo");
	room_turn(10);
	CU_ASSERT_EQUAL(s.answers, 1);
	CU_ASSERT_EQUAL(s.answer, REASON_UNAVAILABLE);
	scene_close(&s);
}


static void done_h(void *arg)
{
	(void)arg;
}


static void shutting_down_answers_all(void)
{
	struct scene s;

	scene_open(&s);
	ask_to_join(&s, "demo");
	focus_shutdown(s.r.focus, done_h, NULL);
	CU_ASSERT_EQUAL(s.answers, 1);
	CU_ASSERT_EQUAL(s.answer, REASON_SHUTDOWN);
	CU_ASSERT_PTR_NULL(s.ask);
	ask_to_join(&s, "demo");
	CU_ASSERT_EQUAL(s.answer, REASON_SHUTDOWN);
	scene_close(&s);
}


static void the_focus_may_go_first(void)
{
	struct scene s;

	scene_open(&s);
	ask_to_join(&s, "demo");
	room_close(&s.r);
	CU_ASSERT_EQUAL(s.answers, 0);
	CU_ASSERT_EQUAL(s.judge.dropped, 1);
	s.ask = mem_deref(s.ask);
	CU_ASSERT_EQUAL(s.judge.dropped, 1);
}


static CU_TestInfo tests[] = {
	{"rights hang on who asks", rights_hang_on_who_asks},
	{"who may have somebody called is configured",
	 who_may_have_somebody_called_is_configured},
	{"the judge sees who asks", the_judge_sees_who_asks},
	{"what changes meanwhile counts", what_changes_meanwhile_counts},
	{"another may make it meanwhile", another_may_make_it_meanwhile},
	{"who has left has no right any more",
	 who_has_left_has_no_right_any_more},
	{"what is done says why not", what_is_done_says_why_not},
	{"a question can be dropped", a_question_can_be_dropped},
	{"nobody waits for a judge that is silent",
	 nobody_waits_for_a_judge_that_is_silent},
	{"shutting down answers all", shutting_down_answers_all},
	{"the focus may go first", the_focus_may_go_first},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(ask, tests)
