/**
 * @file test_command_chat.c  Who writes to whom, and who reads it later
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "focus/command/command.h"
#include "focus/conference/chat.h"
#include "focus/conference/conference.h"
#include "tests/unit/failing.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


struct scene {
	struct focus_room r;
	struct party alice, bob, carol;
};


static void scene_open(struct scene *s)
{
	room_open(&s->r);
	CU_ASSERT_FALSE_FATAL(
		room_join(&s->r, &s->alice, "demo", "sip:a@x", "Alice"));
	CU_ASSERT_FALSE_FATAL(
		room_join(&s->r, &s->bob, "demo", "sip:b@x", "Bob"));
	CU_ASSERT_FALSE_FATAL(
		room_join(&s->r, &s->carol, "other", "sip:c@x", "Carol"));
}


static enum reason say(struct party *p, const char *text)
{
	return focus_say(p->ep, text, strlen(text), NULL);
}


static const char *code(const struct focus_room *r)
{
	const char *s = json_string_value(json_object_get(r->answer, "code"));

	return s ? s : "";
}


/** "NUMBER FROM: TEXT\n" of each that is kept */
static const char *kept(struct focus_room *r, const char *command)
{
	static char text[1024];
	const json_t *m;
	size_t i, n = 0;

	room_command(r, command);
	CU_ASSERT_TRUE(room_ok(r));
	*text = '\0';
	json_array_foreach (json_object_get(r->answer, "messages"), i, m)
		n += (size_t)snprintf(
			text + n, sizeof(text) - n, "%lld %s: %s\n",
			(long long)json_integer_value(
				json_object_get(m, "number")),
			json_string_value(json_object_get(m, "from")),
			json_string_value(json_object_get(m, "text")));

	return text;
}

#define DEMO  "\"conference\":\"demo\""
#define OTHER "\"conference\":\"other\""


static void all_others_in_there_are_told_in_one_order(void)
{
	struct scene s;

	scene_open(&s);
	CU_ASSERT_EQUAL(say(&s.alice, "Hello"), REASON_NONE);
	CU_ASSERT_EQUAL(say(&s.bob, "Hi\r\nthere"), REASON_NONE);
	room_command(&s.r,
		     "{\"verb\":\"say\"," DEMO ",\"text\":\"We begin\"}");
	CU_ASSERT_TRUE(room_ok(&s.r));
	CU_ASSERT_EQUAL(
		json_integer_value(json_object_get(s.r.answer, "number")), 3);

	CU_ASSERT_STRING_EQUAL(s.alice.told,
			       "2 Bob: Hi\nthere\n3 Moderator: We begin\n");
	CU_ASSERT_STRING_EQUAL(s.bob.told,
			       "1 Alice: Hello\n3 Moderator: We begin\n");
	CU_ASSERT_STRING_EQUAL(s.carol.told, "");
	CU_ASSERT_STRING_EQUAL(kept(&s.r, "{\"verb\":\"chat\"," DEMO "}"),
			       "1 Alice: Hello\n2 Bob: Hi\nthere\n"
			       "3 Moderator: We begin\n");
	CU_ASSERT_STRING_EQUAL(
		kept(&s.r, "{\"verb\":\"chat\"," DEMO ",\"after\":2}"),
		"3 Moderator: We begin\n");
	CU_ASSERT_STRING_EQUAL(kept(&s.r, "{\"verb\":\"chat\"," OTHER "}"),
			       "");
	room_close(&s.r);
}


static void it_is_an_event(void)
{
	struct scene s;
	const json_t *e;

	scene_open(&s);
	CU_ASSERT_EQUAL(say(&s.bob, "Hello"), REASON_NONE);
	e = event_last(&s.r, "chat");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(e, "endpoint")), 2);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(e, "text")),
			       "Hello");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(e, "from")),
			       "Bob");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(e, "user")),
			       "sip:b@x");

	room_command(&s.r, "{\"verb\":\"say\"," DEMO ",\"text\":\"x\"}");
	e = event_last(&s.r, "chat");
	CU_ASSERT_PTR_NULL(json_object_get(e, "endpoint"));
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(e, "from")),
			       "Moderator");
	room_close(&s.r);
}


/** Of two of one name the number is said, of who is anonymous nothing */
static void they_are_called_as_others_see_them(void)
{
	struct scene s;
	struct party bob2, nobody;

	scene_open(&s);
	CU_ASSERT_FALSE(room_join(&s.r, &bob2, "demo", "sip:b2@x", "Bob"));
	s.r.anonymous = true;
	CU_ASSERT_FALSE(
		room_join(&s.r, &nobody, "demo", "sip:secret@x", "Secret"));
	CU_ASSERT_EQUAL(say(&bob2, "1"), REASON_NONE);
	CU_ASSERT_EQUAL(say(&nobody, "2"), REASON_NONE);
	CU_ASSERT_STRING_EQUAL(s.alice.told, "1 Bob (2): 1\n2 Anonymous: 2\n");
	room_command(&s.r, "{\"verb\":\"chat\"," DEMO "}");
	{
		char *text = json_dumps(s.r.answer, 0);

		CU_ASSERT_PTR_NULL(strcasestr(text, "secret"));
		free(text);
	}
	room_close(&s.r);
}


static void who_is_not_in_neither_writes_nor_reads(void)
{
	struct scene s;
	struct party dave;

	scene_open(&s);
	CU_ASSERT_EQUAL(
		room_join_begin(&s.r, &dave, "demo", "sip:d@x", "Dave"),
		REASON_NONE);
	CU_ASSERT_EQUAL(say(&dave, "Let me in"), REASON_FORBIDDEN);
	CU_ASSERT_EQUAL(say(&s.alice, "Wait"), REASON_NONE);
	CU_ASSERT_STRING_EQUAL(dave.told, "");
	CU_ASSERT_STRING_EQUAL(s.bob.told, "1 Alice: Wait\n");
	room_turn(50);
	focus_connected(dave.ep);
	CU_ASSERT_EQUAL(say(&dave, "Thanks"), REASON_NONE);
	CU_ASSERT_EQUAL(say(&s.alice, "Hello"), REASON_NONE);
	CU_ASSERT_STRING_EQUAL(dave.told, "3 Alice: Hello\n");
	room_close(&s.r);
}


/** By a command of his own he is himself, and nobody in another conference */
static void a_member_writes_as_himself(void)
{
	static const char command[] =
		"{\"verb\":\"say\"," DEMO ",\"text\":\"Hello\"}";
	const struct {
		uint32_t of_bob, of_carol;
		bool known;
		const char *code, *told;
	} rows[] = {
		{1, 0, false, "", "1 Bob: Hello\n"},
		{0, 1, false, "forbidden", "1 Bob: Hello\n"},
		{0, 0, true, "forbidden", "1 Bob: Hello\n"},
		{0, 0, false, "forbidden", "1 Bob: Hello\n"},
	};
	struct scene s;

	scene_open(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct asker asker = {
			.aor = "sip:b@x",
			.known = rows[i].known,
			.leg = rows[i].of_bob     ? focus_leg(s.bob.ep)
			       : rows[i].of_carol ? focus_leg(s.carol.ep)
						  : 0,
		};

		room_command_by(&s.r, &asker, command);
		CU_ASSERT_STRING_EQUAL(code(&s.r), rows[i].code);
		CU_ASSERT_STRING_EQUAL(s.alice.told, rows[i].told);
	}
	room_close(&s.r);
}


/** Whoever is known by his address alone has no endpoint to write by */
static void who_is_known_but_does_not_call_is_not_the_moderator(void)
{
	const struct asker asker = {.aor = "sip:e@x", .known = true};
	struct scene s;
	struct party eve;

	scene_open(&s);
	s.r.known = true;
	CU_ASSERT_FALSE(room_join(&s.r, &eve, "demo", "sip:e@x", "Eve"));
	room_command_by(&s.r, &asker,
			"{\"verb\":\"say\"," DEMO ",\"text\":\"Hello\"}");
	CU_ASSERT_STRING_EQUAL(code(&s.r), "forbidden");
	CU_ASSERT_STRING_EQUAL(s.alice.told, "");
	room_close(&s.r);
}


static void too_much_is_refused(void)
{
	static const struct {
		const char *command, *code;
	} rows[] = {
		{"{\"verb\":\"say\"," DEMO "}", "bad-request"},
		{"{\"verb\":\"say\"," DEMO ",\"text\":7}", "bad-request"},
		{"{\"verb\":\"say\"," DEMO ",\"text\":\" \\n\"}",
		 "bad-request"},
		{"{\"verb\":\"say\",\"conference\":\"none\",\"text\":\"x\"}",
		 "not-found"},
		{"{\"verb\":\"chat\",\"conference\":\"none\"}", "not-found"},
	};
	static char text[CHAT_TEXT_MAX + 2];
	struct scene s;

	memset(text, 'x', CHAT_TEXT_MAX + 1);
	scene_open(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		room_command(&s.r, rows[i].command);
		CU_ASSERT_STRING_EQUAL(code(&s.r), rows[i].code);
	}
	CU_ASSERT_EQUAL(say(&s.alice, text), REASON_TOO_LONG);
	for (int i = 0; i < CHAT_BURST; i++)
		CU_ASSERT_EQUAL(say(&s.alice, "x"), REASON_NONE);
	CU_ASSERT_EQUAL(say(&s.alice, "x"), REASON_TOO_FAST);
	CU_ASSERT_EQUAL(say(&s.bob, "x"), REASON_NONE);
	room_close(&s.r);
}


static void what_is_not_kept_is_only_told(void)
{
	struct scene s;

	room_open(&s.r);
	s.r.config->ad_hoc.chat_kept = false;
	CU_ASSERT_FALSE(room_join(&s.r, &s.alice, "demo", "sip:a@x", "Alice"));
	CU_ASSERT_FALSE(room_join(&s.r, &s.bob, "demo", "sip:b@x", "Bob"));
	CU_ASSERT_EQUAL(say(&s.alice, "Hello"), REASON_NONE);
	CU_ASSERT_STRING_EQUAL(s.bob.told, "1 Alice: Hello\n");
	CU_ASSERT_STRING_EQUAL(kept(&s.r, "{\"verb\":\"chat\"," DEMO "}"), "");
	CU_ASSERT_FALSE(json_is_true(json_object_get(s.r.answer, "kept")));
	room_close(&s.r);
}


static int say_and_read(void *arg)
{
	static const char *const texts[] = {
		"{\"verb\":\"say\"," DEMO ",\"text\":\"Hello\"}",
		"{\"verb\":\"chat\"," DEMO "}",
	};
	struct scene *s = arg;
	int err = 0;

	s->alice.told[0] = s->bob.told[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		room_command(&s->r, texts[i]);
		if (!room_ok(&s->r))
			err = ENOMEM;
	}
	failing_pause();
	/* who follows and has missed it is told anew */
	room_turn(1);
	room_turn(1);
	json_array_clear(s->r.events);
	json_decref(s->r.answer);
	s->r.answer = NULL;
	failing_resume();

	return err;
}


static void survives_any_failing_allocation(void)
{
	struct scene s;

	scene_open(&s);
	CU_ASSERT_EQUAL(say(&s.alice, "Hello"), REASON_NONE);
	/* what is kept would grow from run to run */
	focus_conference(s.r.focus, "demo")->settings.chat_kept = false;
	failing_each(say_and_read, &s);
	CU_ASSERT_STRING_EQUAL(kept(&s.r, "{\"verb\":\"chat\"," DEMO "}"),
			       "1 Alice: Hello\n");
	room_close(&s.r);
}


/** Nor can who comes later read what was written while it was kept */
static void what_was_kept_is_forgotten(void)
{
	struct scene s;
	struct conference *c;
	struct conference_settings off;

	scene_open(&s);
	c = focus_conference(s.r.focus, "demo");
	CU_ASSERT_EQUAL(say(&s.alice, "one"), REASON_NONE);
	CU_ASSERT_EQUAL(c->chat.kept_count, 1);
	off = c->settings;
	off.chat_kept = false;
	conference_set_settings(c, &off);
	CU_ASSERT_EQUAL(c->chat.kept_count, 0);
	room_close(&s.r);
}


static CU_TestInfo tests[] = {
	{"all others in there are told, in one order",
	 all_others_in_there_are_told_in_one_order},
	{"it is an event", it_is_an_event},
	{"they are called as others see them",
	 they_are_called_as_others_see_them},
	{"who is not in neither writes nor reads",
	 who_is_not_in_neither_writes_nor_reads},
	{"a member writes as himself", a_member_writes_as_himself},
	{"who is known but does not call is not the moderator",
	 who_is_known_but_does_not_call_is_not_the_moderator},
	{"too much is refused", too_much_is_refused},
	{"what is not kept is only told", what_is_not_kept_is_only_told},
	{"survives any failing allocation", survives_any_failing_allocation},
	{"what was kept is forgotten", what_was_kept_is_forgotten},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(command_chat, tests)
