/**
 * @file test_command.c  Verbs, targets and their errors
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "focus/command/command.h"
#include "tests/unit/failing.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


static const char *code(const struct focus_room *r)
{
	const char *s = json_string_value(json_object_get(r->answer, "code"));

	return s ? s : "";
}


static void open_with_three(struct focus_room *r, struct party p[3])
{
	room_open(r);
	room_join(r, &p[0], "demo", "sip:alice@example.com", "Alice");
	room_join(r, &p[1], "demo", "sip:bob@example.com", "Sam");
	room_join(r, &p[2], "demo", "sip:eve@example.com", "Sam");
}


static void targets_are_found_as_people_write_them(void)
{
	static const struct {
		const char *who, *changed;
	} rows[] = {
		{"\"1\"", "[1]"},
		{"2", "[2]"},
		{"\"#3\"", "[3]"},
		{"\"all\"", "[1,2,3]"},
		{"\"last\"", "[3]"},
		{"\"non_moderator\"", "[2,3]"},
		{"\"alice\"", "[1]"},
		{"\"ALICE\"", "[1]"},
		{"\"sip:bob@example.com\"", "[2]"},
		{"\"bob@EXAMPLE.com\"", "[2]"},
		{"\"eve\"", "[3]"},
	};
	struct focus_room r;
	struct party p[3];

	open_with_three(&r, p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128], *changed;

		(void)snprintf(text, sizeof(text),
			       "{\"verb\":\"mute\",\"conference\":\"demo\","
			       "\"target\":%s}",
			       rows[i].who);
		room_command(&r, text);
		changed = json_dumps(json_object_get(r.answer, "changed"),
				     JSON_COMPACT | JSON_ENCODE_ANY);
		CU_ASSERT_PTR_NOT_NULL(changed);
		CU_ASSERT(changed && !strcmp(changed, rows[i].changed));
		free(changed);
	}
	room_close(&r);
}


/** Who was meant is not there any more, or was never meant */
static void nobody_else_is_meant_by_a_piece(void)
{
	static const struct {
		const char *verb, *who, *code;
	} rows[] = {
		{"mute", "1", "not-found"},
		{"mute", "#1", "not-found"},
		{"mute", "37", "not-found"},
		{"mute", "sip:", "not-found"},
		{"mute", "sip:3", "not-found"},
		{"mute", "ab", "not-found"},
		{"mute", "host37", "not-found"},
		{"mute", "guest", "not-found"},
		{"mute", "bcdef", "not-found"},
		{"mute", "abi", ""},
		{"mute", "ABIG", ""},
		{"mute", "Zo", ""},
		{"mute", "rber", ""},
		{"kick", "abig", "not-found"},
		{"kick", "5", "not-found"},
		{"kick", "abigail", ""},
		{"kick", "Herbert", ""},
		{"kick", "#4", ""},
	};
	struct focus_room r;
	struct party p[4];

	room_open(&r);
	room_join(&r, &p[0], "demo", "sip:one@example.com", "One");
	room_join(&r, &p[1], "demo", "sip:abigail37@host37.example",
		  "Abigail");
	room_join(&r, &p[2], "demo", "sip:guest-abcdefghijklm372@host37",
		  "Herbert");
	room_join(&r, &p[3], "demo", "sip:guest-zzcdefghijklm372@host37",
		  "Zo");
	focus_leave(p[0].ep, REASON_LEFT);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128];

		(void)snprintf(text, sizeof(text),
			       "{\"verb\":\"%s\",\"conference\":\"demo\","
			       "\"target\":\"%s\"}",
			       rows[i].verb, rows[i].who);
		room_command(&r, text);
		CU_ASSERT_STRING_EQUAL(code(&r), rows[i].code);
	}
	room_close(&r);
}


static void errors_have_codes(void)
{
	static const struct {
		const char *command, *code;
	} rows[] = {
		{"{}", "bad-request"},
		{"[]", "bad-request"},
		{"{\"verb\":\"fly\"}", "bad-request"},
		{"{\"verb\":\"show\"}", "bad-request"},
		{"{\"verb\":\"show\",\"conference\":\"other\"}", "not-found"},
		{"{\"verb\":\"show\",\"conference\":\"a b\"}", "not-found"},
		{"{\"verb\":\"show\",\"conference\":7}", "bad-request"},
		{"{\"verb\":\"mute\",\"conference\":\"demo\"}", "bad-request"},
		{"{\"verb\":\"mute\",\"conference\":\"demo\",\"target\":[]}",
		 "bad-request"},
		{"{\"verb\":\"mute\",\"conference\":\"demo\",\"target\":"
		 "\"carol\"}",
		 "not-found"},
		{"{\"verb\":\"mute\",\"conference\":\"demo\",\"target\":"
		 "\"sam\"}",
		 "ambiguous"},
		{"{\"verb\":\"volume\",\"conference\":\"demo\",\"target\":1,"
		 "\"direction\":\"in\",\"db\":21}",
		 "bad-request"},
		{"{\"verb\":\"volume\",\"conference\":\"demo\",\"target\":1,"
		 "\"direction\":\"up\",\"db\":1}",
		 "bad-request"},
		{"{\"verb\":\"layout\",\"conference\":\"demo\",\"layout\":"
		 "\"star\"}",
		 "bad-request"},
		{"{\"verb\":\"invite\",\"conference\":\"demo\",\"uri\":"
		 "\"mailto:a@b\"}",
		 "bad-request"},
		{"{\"verb\":\"invite\",\"conference\":\"demo\",\"uri\":"
		 "\"sip:a@b\\r\\nX: y\"}",
		 "bad-request"},
		{"{\"verb\":\"invite\",\"conference\":\"api\",\"uri\":"
		 "\"sip:a@b\"}",
		 "not-found"},
		{"{\"verb\":\"invite\",\"conference\":\"demo\",\"uri\":"
		 "\"sip:a@b\"}",
		 "unavailable"},
	};
	struct focus_room r;
	struct party p[3];

	open_with_three(&r, p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		room_command(&r, rows[i].command);
		CU_ASSERT_FALSE(room_ok(&r));
		CU_ASSERT_STRING_EQUAL(code(&r), rows[i].code);
	}
	room_close(&r);
}


static void an_ambiguous_name_lists_the_candidates(void)
{
	struct focus_room r;
	struct party p[3];

	open_with_three(&r, p);
	room_command(&r, "{\"verb\":\"kick\",\"conference\":\"demo\","
			 "\"target\":\"sam\"}");
	CU_ASSERT_EQUAL(
		json_array_size(json_object_get(r.answer, "candidates")), 2);
	CU_ASSERT_EQUAL(p[1].ends + p[2].ends, 0);
	room_close(&r);
}


static void mute_reaches_the_mixer_and_the_log_once(void)
{
	struct focus_room r;
	struct party p[3];
	unsigned before;

	open_with_three(&r, p);
	room_turn(5);
	before = mixer_count(&r.mixer, "leg.set");
	for (int i = 0; i < 2; i++) {
		room_command(&r, "{\"verb\":\"mute\",\"conference\":\"demo\","
				 "\"target\":\"alice\"}");
		CU_ASSERT(room_ok(&r));
	}
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "leg.set"), before + 1);
	CU_ASSERT_EQUAL(event_count(&r, "muted"), 1);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(
				       event_last(&r, "muted"), "user")),
			       "sip:alice@example.com");
	room_close(&r);
}


static void kicking_all_ends_the_conference(void)
{
	struct focus_room r;
	struct party p[3];

	open_with_three(&r, p);
	room_command(&r, "{\"verb\":\"hup\",\"conference\":\"demo\","
			 "\"target\":\"all\"}");
	CU_ASSERT(room_ok(&r));
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(p[i].end_reason, REASON_KICKED);
	CU_ASSERT_EQUAL(event_count(&r, "ended"), 1);
	room_close(&r);
}


static void a_locked_conference_lets_nobody_in(void)
{
	struct focus_room r;
	struct party p[3], late;

	open_with_three(&r, p);
	room_command(&r, "{\"verb\":\"lock\",\"conference\":\"demo\"}");
	CU_ASSERT_EQUAL(focus_may_join(r.focus, "demo"), REASON_LOCKED);
	CU_ASSERT_EQUAL(room_join(&r, &late, "demo", "sip:l@x", "L"),
			REASON_LOCKED);
	room_command(&r, "{\"verb\":\"unlock\",\"conference\":\"demo\"}");
	CU_ASSERT_EQUAL(room_join(&r, &late, "demo", "sip:l@x", "L"), 0);
	room_close(&r);
}


static enum reason dial_result;
static char dialled[64];


static enum reason dial(void *arg, const char *conference, const char *uri,
			const char *display)
{
	struct focus_room *r = arg;

	(void)snprintf(dialled, sizeof(dialled), "%s %s %s", conference, uri,
		       display);
	if (!dial_result)
		focus_dialling(r->focus, conference, uri);

	return dial_result;
}


static void invite_dials(void)
{
	static const struct {
		enum reason result;
		const char *code;
	} rows[] = {{REASON_NONE, ""},
		    {REASON_BAD_REQUEST, "bad-request"},
		    {REASON_NO_ROUTE, "no-route"},
		    {REASON_FORBIDDEN, "forbidden"},
		    {REASON_LOOP, "loop"},
		    {REASON_OVERLOAD, "overload"},
		    {REASON_INTERNAL, "internal"}};
	struct focus_room r;
	const struct signaling_ops ops = {.dial = dial, .arg = &r};
	struct party p[3];

	open_with_three(&r, p);
	focus_set_signaling(r.focus, &ops);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		dial_result = rows[i].result;
		room_command(&r, "{\"verb\":\"invite\",\"conference\":"
				 "\"DEMO\",\"uri\":\"sip:c@h\",\"display\":"
				 "\"The board\"}");
		CU_ASSERT_STRING_EQUAL(code(&r), rows[i].code);
		CU_ASSERT_STRING_EQUAL(dialled, "demo sip:c@h The board");
	}
	CU_ASSERT_EQUAL(event_count(&r, "dialing"), 1);
	room_close(&r);
}


static void a_failed_dial_is_told(void)
{
	static const char *const names[] = {"demo", "empty"};
	struct focus_room r;
	struct party p[3];

	open_with_three(&r, p);
	for (size_t i = 0; i < 2; i++) {
		const json_t *event;

		focus_dial_failed(r.focus, names[i], "sip:c@h",
				  REASON_NO_ROUTE);
		event = event_last(&r, "dial_failed");
		CU_ASSERT_EQUAL(event_count(&r, "dial_failed"), i + 1);
		CU_ASSERT_STRING_EQUAL(
			json_string_value(json_object_get(event, "reason")),
			"no-route");
		CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(
					       event, "conference")),
				       names[i]);
		CU_ASSERT_EQUAL(
			!json_integer_value(json_object_get(event, "seq")),
			i == 1);
	}
	room_close(&r);
}


static void end_sends_everybody_home(void)
{
	struct focus_room r;
	struct party p[3];

	open_with_three(&r, p);
	room_command(&r, "{\"verb\":\"end\",\"conference\":\"demo\"}");
	CU_ASSERT(room_ok(&r));
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(p[i].end_reason, REASON_ENDED);
	room_close(&r);
}


static void stats_ask_the_mixer(void)
{
	struct focus_room r;
	struct party p[3];

	open_with_three(&r, p);
	room_command(&r, "{\"verb\":\"stats\"}");
	CU_ASSERT_PTR_NULL(r.answer);
	room_turn(5);
	CU_ASSERT(room_ok(&r));
	CU_ASSERT_EQUAL(json_array_size(json_object_get(r.answer, "mixers")),
			1);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(
			json_array_get(json_object_get(r.answer, "legs"), 0),
			"display")),
		"Alice");

	/* page by page */
	CU_ASSERT_EQUAL(json_array_size(json_object_get(r.answer, "legs")), 3);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "stats"), 3);

	/* one that is down does not keep anybody waiting */
	room_mixer_kill(&r);
	room_command(&r, "{\"verb\":\"stats\"}");
	CU_ASSERT(room_ok(&r));
	room_close(&r);
}


static void stats_with(struct focus_room *r, const char *answer)
{
	json_array_clear(r->mixer.requests);
	r->mixer.stats_answer = answer;
	room_command(r, "{\"verb\":\"stats\"}");
	for (int i = 0; i < 400 && !r->answer; i++)
		room_turn(5);
	CU_ASSERT_TRUE_FATAL(room_ok(r));
}


static size_t legs_told(const struct focus_room *r)
{
	return json_array_size(json_object_get(r->answer, "legs"));
}


/** Legs 1 to 3 are the first mixer's, 4 the second's */
static void stats_that_lie_are_left_out(void)
{
	static const struct {
		const char *answer;
		size_t legs;
	} rows[] = {
		{"{\"legs\":[{\"leg\":1},{\"leg\":3}]}", 2},
		{"{\"legs\":[{\"leg\":1},{\"leg\":1},{\"leg\":1}]}", 1},
		{"{\"legs\":[{\"leg\":3},{\"leg\":2}]}", 1},
		{"{\"legs\":[{\"leg\":4}]}", 0},
		{"{\"legs\":[{\"leg\":4294967297}]}", 0},
		{"{\"legs\":[{\"leg\":-4294967295}]}", 0},
		{"{\"legs\":[{\"leg\":\"1\"},[1],1,null]}", 0},
		{"{\"legs\":{\"leg\":1}}", 0},
		{"{\"legs\":[{\"leg\":1,\"audio\":{\"x\":{}}},"
		 "{\"leg\":2,\"audio\":[1]},{\"leg\":3,\"audio\":{}}]}",
		 1},
		{"{\"mixer\":[1]}", 0},
		{"{\"mixer\":{\"a\":{\"b\":{}}}}", 0},
		{"{\"more\":true}", 0},
		{"{\"error\":\"no\",\"code\":22}", 0},
	};
	struct fake_mixer second = {.requests = json_array(),
				    .stats_answer = "{}"};
	struct focus_room r;
	struct party p[3], other;

	room_open_with(&r, 2);
	for (unsigned i = 0; i < ARRAY_SIZE(p); i++)
		(void)room_join(&r, &p[i], "demo", "sip:a@x", "A");
	room_mixer_attach(&r, &second);
	CU_ASSERT_EQUAL(room_join(&r, &other, "other", "sip:b@x", "B"), 0);
	CU_ASSERT_EQUAL_FATAL(mixer_count(&second, "leg.add"), 1);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		stats_with(&r, rows[i].answer);
		CU_ASSERT_EQUAL(legs_told(&r), rows[i].legs);
		CU_ASSERT_EQUAL(
			json_array_size(json_object_get(r.answer, "mixers")),
			2);
		CU_ASSERT_EQUAL(mixer_count(&r.mixer, "stats"), 1);
	}

	/* without end: each page tells of the next leg that there is not */
	r.mixer.stats_endless = true;
	stats_with(&r, NULL);
	CU_ASSERT_TRUE(mixer_count(&r.mixer, "stats") < 1000);
	CU_ASSERT_EQUAL(legs_told(&r), 3);
	room_close(&r);
	mem_deref(second.link);
	json_decref(second.requests);
}


/** A verb that there is no memory for changes nothing, or all */
static int command_once(void *arg)
{
	static const char *const texts[] = {
		"{\"verb\":\"mute\",\"conference\":\"demo\",\"target\":1}",
		"{\"verb\":\"show\",\"conference\":\"demo\"}",
		"{\"verb\":\"unmute\",\"conference\":\"demo\",\"target\":1}",
	};
	struct focus_room *r = arg;
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		room_command(r, texts[i]);
		if (!room_ok(r))
			err = ENOMEM;
	}
	failing_pause();
	/* the mixer reads, the focus reads what it answered */
	room_turn(1);
	room_turn(1);
	json_array_clear(r->events);
	json_array_clear(r->mixer.requests);
	json_decref(r->answer);
	r->answer = NULL;
	failing_resume();

	return err;
}


/** What they are asked for, if it goes well */
static const struct {
	const char *text, *member;
} questions[] = {
	{"{\"verb\":\"list\"}", "conferences"},
	{"{\"verb\":\"show\",\"conference\":\"demo\"}", "conference"},
	{"{\"verb\":\"stats\"}", "legs"},
	{"{\"verb\":\"verbs\"}", "verbs"},
};

static void asked_h(json_t *reply, void *arg)
{
	const bool ok = json_is_true(json_object_get(reply, "ok"));
	const char **member = arg;

	if (ok)
		CU_ASSERT_PTR_NOT_NULL(json_object_get(reply, *member));
	*member = ok ? "ok" : NULL;
}


/** Who asks is answered, by all or by an error, whatever there is no memory
 *  for */
static int ask_once(void *arg)
{
	static const struct asker host = {.operates = true};
	struct focus_room *r = arg;
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(questions); i++) {
		const char *member = questions[i].member;
		json_t *command;

		failing_pause();
		command = json_loads(questions[i].text, 0, NULL);
		failing_resume();
		focus_command(NULL, r->focus, &host, command, asked_h,
			      &member);
		failing_pause();
		for (int n = 0; n < 400 && member == questions[i].member; n++)
			room_turn(1);
		CU_ASSERT_PTR_NOT_EQUAL_FATAL(member, questions[i].member);
		json_decref(command);
		json_array_clear(r->mixer.requests);
		if (!member)
			err = ENOMEM;
		failing_resume();
	}

	return err;
}


static void survives_any_failing_allocation(void)
{
	struct focus_room r;
	struct party p;

	room_open(&r);
	CU_ASSERT_EQUAL_FATAL(room_join(&r, &p, "demo", "sip:a@x", "Alice"),
			      0);
	failing_each(command_once, &r);
	failing_each(ask_once, &r);
	room_command(&r, "{\"verb\":\"show\",\"conference\":\"demo\"}");
	CU_ASSERT_TRUE(room_ok(&r));
	focus_leave(p.ep, REASON_LEFT);
	room_close(&r);
}

static CU_TestInfo tests[] = {
	{"targets are found as people write them",
	 targets_are_found_as_people_write_them},
	{"errors have codes", errors_have_codes},
	{"nobody else is meant by a piece", nobody_else_is_meant_by_a_piece},
	{"an ambiguous name lists the candidates",
	 an_ambiguous_name_lists_the_candidates},
	{"mute reaches the mixer and the log once",
	 mute_reaches_the_mixer_and_the_log_once},
	{"kicking all ends the conference", kicking_all_ends_the_conference},
	{"a locked conference lets nobody in",
	 a_locked_conference_lets_nobody_in},
	{"invite dials", invite_dials},
	{"a failed dial is told", a_failed_dial_is_told},
	{"end sends everybody home", end_sends_everybody_home},
	{"stats ask the mixer", stats_ask_the_mixer},
	{"stats that lie are left out", stats_that_lie_are_left_out},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(command, tests)
