/**
 * @file test_rights.c  Who may give which command, and what waits for that
 */
#include <string.h>
#include "focus/command/command.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/focus/world/slow_judge.h"
#include "tests/unit/unit.h"


struct scene {
	struct focus_room r;
	struct party alice, bob; /**< in "demo"; Alice made it */
	struct slow_judge judge;
	struct command *command;
	unsigned answers;
	char code[32]; /**< of the last answer, "" = ok */
};


static void scene_open(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	room_open(&s->r);
	CU_ASSERT_EQUAL_FATAL(
		room_join(&s->r, &s->alice, "demo", "sip:a@x", "Alice"), 0);
	CU_ASSERT_EQUAL_FATAL(
		room_join(&s->r, &s->bob, "demo", "sip:b@x", "Bob"), 0);
}


static void put_judge(struct scene *s)
{
	struct judge judge = slow_judge(&s->judge);

	focus_set_judge(s->r.focus, &judge);
}


static void scene_close(struct scene *s)
{
	mem_deref(s->command);
	room_close(&s->r);
	slow_judge_close(&s->judge);
}


static void reply_h(json_t *reply, void *arg)
{
	const char *code = json_string_value(json_object_get(reply, "code"));
	struct scene *s = arg;

	s->answers++;
	str_ncpy(s->code, code ? code : "", sizeof(s->code));
}


static void give(struct scene *s, const struct asker *asker, const char *text)
{
	json_t *args = json_loads(text, 0, NULL);

	s->answers = 0;
	focus_command(&s->command, s->r.focus, asker, args, reply_h, s);
	json_decref(args);
}


static const struct asker host = {.operates = true};


enum who { HOST, ALICE, BOB, CAROL };
#define DEMO "\"conference\":\"demo\""
static const struct {
	enum who who;
	const char *command, *code;
} rows[] = {
	{HOST, "{\"verb\":\"list\"}", ""},
	{ALICE, "{\"verb\":\"list\"}", "forbidden"},
	/* other conferences are none of a host's */
	{ALICE, "{\"verb\":\"list\"," DEMO "}", "forbidden"},
	{BOB, "{\"verb\":\"show\"," DEMO "}", "forbidden"},
	{ALICE, "{\"verb\":\"show\"," DEMO "}", ""},
	{CAROL, "{\"verb\":\"show\"," DEMO "}", "forbidden"},
	{HOST, "{\"verb\":\"user\",\"action\":\"list\"}", "unavailable"},
	{ALICE, "{\"verb\":\"user\",\"action\":\"list\"}", "forbidden"},
	{HOST, "{\"verb\":\"mute\"," DEMO ",\"target\":\"all\"}", ""},
	{ALICE, "{\"verb\":\"mute\"," DEMO ",\"target\":\"all\"}", ""},
	{BOB, "{\"verb\":\"mute\"," DEMO ",\"target\":\"all\"}", "forbidden"},
	{BOB, "{\"verb\":\"unmute\"," DEMO ",\"target\":2}", ""},
	{BOB, "{\"verb\":\"unmute\"," DEMO ",\"target\":1}", "forbidden"},
	{BOB, "{\"verb\":\"lock\"," DEMO "}", "forbidden"},
	/* what is of all is nobody's own, whoever he says he means */
	{BOB, "{\"verb\":\"lock\"," DEMO ",\"target\":2}", "forbidden"},
	{BOB, "{\"verb\":\"unlock\"," DEMO ",\"target\":2}", "forbidden"},
	{BOB,
	 "{\"verb\":\"layout\"," DEMO ",\"target\":2,\"layout\":"
	 "\"speaker\"}",
	 "forbidden"},
	{BOB, "{\"verb\":\"spotlight\"," DEMO ",\"target\":2}", "forbidden"},
	{BOB, "{\"verb\":\"undeaf\"," DEMO ",\"target\":2}", "forbidden"},
	{BOB, "{\"verb\":\"video_unmute\"," DEMO ",\"target\":2}",
	 "forbidden"},
	{BOB,
	 "{\"verb\":\"volume\"," DEMO ",\"target\":2,\"db\":6,"
	 "\"direction\":\"in\"}",
	 "forbidden"},
	{BOB, "{\"verb\":\"promote\"," DEMO ",\"target\":2}", "forbidden"},
	{BOB, "{\"verb\":\"demote\"," DEMO ",\"target\":1}", "forbidden"},
	{BOB, "{\"verb\":\"admit\"," DEMO ",\"target\":2}", "forbidden"},
	{BOB, "{\"verb\":\"deny\"," DEMO ",\"target\":2}", "forbidden"},
	{BOB, "{\"verb\":\"settings\"," DEMO ",\"target\":2}", "forbidden"},
	{BOB,
	 "{\"verb\":\"conference\"," DEMO ",\"action\":\"add\","
	 "\"target\":2}",
	 "forbidden"},
	{ALICE, "{\"verb\":\"conference\",\"action\":\"list\"}", "forbidden"},
	{BOB, "{\"verb\":\"stats\"," DEMO ",\"target\":2}", "forbidden"},
	{BOB,
	 "{\"verb\":\"rename\"," DEMO ",\"target\":1,"
	 "\"display\":\"Al\"}",
	 "forbidden"},
	{BOB,
	 "{\"verb\":\"rename\"," DEMO ",\"target\":2,"
	 "\"display\":\"Bobby\"}",
	 ""},
	{BOB, "{\"verb\":\"hand\"," DEMO ",\"target\":2}", ""},
	{BOB, "{\"verb\":\"lower\"," DEMO ",\"target\":1}", "forbidden"},
	{ALICE, "{\"verb\":\"lower\"," DEMO ",\"target\":2}", ""},
	{CAROL, "{\"verb\":\"pin\"," DEMO ",\"pin\":\"1\"}", "forbidden"},
	{ALICE, "{\"verb\":\"lock\"," DEMO "}", ""},
	{CAROL, "{\"verb\":\"lock\"," DEMO "}", "forbidden"},
	{BOB, "{\"verb\":\"end\"," DEMO "}", "forbidden"},
	{CAROL, "{\"verb\":\"end\"," DEMO "}", "forbidden"},
	{BOB, "{\"verb\":\"kick\"," DEMO ",\"target\":1}", "forbidden"},
	{BOB, "{\"verb\":\"kick\"," DEMO ",\"target\":\"sip:a@x\"}",
	 "forbidden"},
	{ALICE, "{\"verb\":\"kick\"," DEMO ",\"target\":9}", "not-found"},
	{ALICE, "{\"verb\":\"kick\"," DEMO ",\"target\":2}", ""},
	{ALICE, "{\"verb\":\"end\"," DEMO "}", ""},
};


static void who_may_give_which(void)
{
	struct scene s;

	scene_open(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct asker askers[] = {
			[HOST] = host,
			[ALICE] = {.leg = focus_leg(s.alice.ep)},
			[BOB] = {.leg = focus_leg(s.bob.ep)},
			[CAROL] = {.aor = "sip:c@x", .known = true},
		};

		give(&s, &askers[rows[i].who], rows[i].command);
		CU_ASSERT_EQUAL(s.answers, 1);
		CU_ASSERT_STRING_EQUAL(s.code, rows[i].code);
	}
	scene_close(&s);
}


static void a_verb_waits_until_it_is_known_whether_it_may(void)
{
	struct scene s;

	scene_open(&s);
	put_judge(&s);
	give(&s, &host, "{\"verb\":\"lock\"," DEMO "}");
	CU_ASSERT_EQUAL(s.answers, 0);
	CU_ASSERT_PTR_NOT_NULL(s.command);
	CU_ASSERT_EQUAL(event_count(&s.r, "locked"), 0);
	CU_ASSERT_EQUAL(s.judge.kind, QUESTION_STEER);
	CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_NONE));
	CU_ASSERT_EQUAL(s.answers, 1);
	CU_ASSERT_PTR_NULL(s.command);
	CU_ASSERT_EQUAL(event_count(&s.r, "locked"), 1);

	give(&s, &host, "{\"verb\":\"unlock\"," DEMO "}");
	CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_FORBIDDEN));
	CU_ASSERT_STRING_EQUAL(s.code, "forbidden");
	CU_ASSERT_EQUAL(event_count(&s.r, "locked"), 1);
	scene_close(&s);
}


static void what_is_gone_meanwhile_is_not_found(void)
{
	struct scene s;

	scene_open(&s);
	put_judge(&s);
	give(&s, &host, "{\"verb\":\"lock\"," DEMO "}");
	focus_end(s.r.focus, "demo");
	CU_ASSERT_TRUE(slow_judge_answer(&s.judge, REASON_NONE));
	CU_ASSERT_EQUAL(s.answers, 1);
	CU_ASSERT_STRING_EQUAL(s.code, "not-found");
	scene_close(&s);
}


static void a_dropped_command_is_not_done(void)
{
	struct scene s;

	scene_open(&s);
	put_judge(&s);
	give(&s, &host, "{\"verb\":\"lock\"," DEMO "}");
	s.command = mem_deref(s.command);
	CU_ASSERT_EQUAL(s.judge.dropped, 1);
	CU_ASSERT_FALSE(slow_judge_answer(&s.judge, REASON_NONE));
	CU_ASSERT_EQUAL(s.answers, 0);
	CU_ASSERT_EQUAL(event_count(&s.r, "locked"), 0);

	/* nor is one that waits for the mixers */
	focus_set_judge(s.r.focus, NULL);
	give(&s, &host, "{\"verb\":\"stats\"}");
	CU_ASSERT_PTR_NOT_NULL(s.command);
	s.command = mem_deref(s.command);
	room_turn(5);
	CU_ASSERT_EQUAL(s.answers, 0);
	scene_close(&s);
}


static void the_end_of_the_focus_answers_all(void)
{
	static const char *const commands[] = {"{\"verb\":\"lock\"," DEMO "}",
					       "{\"verb\":\"stats\"}"};

	for (size_t i = 0; i < 2; i++) {
		struct scene s;

		scene_open(&s);
		if (!i)
			put_judge(&s);
		give(&s, &host, commands[i]);
		CU_ASSERT_EQUAL(s.answers, 0);
		room_close(&s.r);
		CU_ASSERT_EQUAL(s.answers, 1);
		CU_ASSERT_STRING_EQUAL(s.code, "shutdown");
		CU_ASSERT_PTR_NULL(s.command);
		slow_judge_close(&s.judge);
	}
}


/** Whoever may drop a command does so when it sees what that does */
static void drop_when_locked_h(const json_t *event, void *arg)
{
	struct scene *s = arg;

	if (!strcmp(json_string_value(json_object_get(event, "type")),
		    "locked"))
		s->command = mem_deref(s->command);
}


static void may_be_dropped_from_within_its_verb(void)
{
	struct event_subscription *watch = NULL;
	struct scene s;

	scene_open(&s);
	CU_ASSERT_EQUAL_FATAL(focus_subscribe(&watch, s.r.focus, "demo",
					      drop_when_locked_h, &s),
			      0);
	give(&s, &host, "{\"verb\":\"lock\",\"conference\":\"demo\"}");
	CU_ASSERT_EQUAL(s.answers, 0);
	CU_ASSERT_EQUAL(event_count(&s.r, "locked"), 1);
	mem_deref(watch);
	scene_close(&s);
}


static CU_TestInfo tests[] = {
	{"who may give which", who_may_give_which},
	{"a verb waits until it is known whether it may",
	 a_verb_waits_until_it_is_known_whether_it_may},
	{"what is gone meanwhile is not found",
	 what_is_gone_meanwhile_is_not_found},
	{"a dropped command is not done", a_dropped_command_is_not_done},
	{"the end of the focus answers all", the_end_of_the_focus_answers_all},
	{"a command may be dropped from within its verb",
	 may_be_dropped_from_within_its_verb},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(rights, tests)
