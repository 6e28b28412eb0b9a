/**
 * @file test_say.c  What is said to an endpoint, and who waits for its end
 */
#include <string.h>
#include "focus/conference/announce.h"
#include "focus/conference/conference.h"
#include "focus/conference/user.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


static unsigned overs;


static void over_h(struct endpoint *ep)
{
	(void)ep;
	overs++;
}


static void leave_h(struct endpoint *ep)
{
	overs++;
	endpoint_evict(ep, REASON_LEFT);
}


static void say(struct focus_room *r, json_int_t leg, json_int_t number)
{
	mixer_say(&r->mixer,
		  json_pack("{s:s,s:i,s:I,s:I}", "event", "said", "mix", 1,
			    "leg", leg, "number", number));
}


static json_int_t last_number(const struct focus_room *r)
{
	return json_integer_value(json_object_get(
		mixer_last(&r->mixer, "leg.announce"), "number"));
}


static void whoever_waits_for_its_end_is_told_once(void)
{
	static const char *const names[] = {"there_are", "2", "people_here"};
	struct focus_room r;
	struct party a, b;
	const json_t *msg;
	json_int_t first;

	overs = 0;
	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	room_join(&r, &b, "demo", "sip:b@x", "B");
	CU_ASSERT_TRUE(endpoint_say(a.ep, names, 3, over_h));
	room_turn(5);
	msg = mixer_last(&r.mixer, "leg.announce");
	CU_ASSERT_EQUAL(json_array_size(json_object_get(msg, "say")), 3);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(
				       json_object_get(msg, "say"), 2)),
			       "people_here");
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(msg, "language")), "en");
	first = last_number(&r);

	/* what is not of it, or was replaced, is not its end */
	say(&r, 1, first + 1);
	say(&r, 1, 0);
	say(&r, 2, first);
	say(&r, 77, first);
	CU_ASSERT_EQUAL(overs, 0);
	CU_ASSERT_TRUE(endpoint_say(a.ep, names, 1, over_h));
	room_turn(5);
	say(&r, 1, first);
	CU_ASSERT_EQUAL(overs, 0);
	say(&r, 1, last_number(&r));
	say(&r, 1, last_number(&r));
	CU_ASSERT_EQUAL(overs, 1);

	/* nothing is said to its end */
	CU_ASSERT_TRUE(endpoint_say(a.ep, names, 1, over_h));
	CU_ASSERT_TRUE(endpoint_say(a.ep, NULL, 0, over_h));
	room_turn(5);
	say(&r, 1, last_number(&r));
	CU_ASSERT_EQUAL(overs, 1);
	room_close(&r);
}


static void a_goodbye_may_be_the_end(void)
{
	static const char *const names[] = {"goodbye"};
	struct focus_room r;
	struct party a;

	overs = 0;
	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	CU_ASSERT_TRUE(endpoint_say(a.ep, names, 1, leave_h));
	room_turn(5);
	say(&r, 1, last_number(&r));
	CU_ASSERT_EQUAL(overs, 1);
	CU_ASSERT_EQUAL(a.ends, 1);
	room_close(&r);
}


static void what_a_dead_mixer_was_to_say_is_over(void)
{
	static const char *const names[] = {"goodbye"};
	struct focus_room r;
	struct party a;

	overs = 0;
	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	CU_ASSERT_TRUE(endpoint_say(a.ep, names, 1, leave_h));
	room_turn(5);
	endpoint_lost(a.ep);
	CU_ASSERT_EQUAL(overs, 0);
	room_turn(5);
	CU_ASSERT_EQUAL(overs, 1);
	CU_ASSERT_EQUAL(a.ends, 1);
	room_close(&r);
}


static void all_are_told_through_the_mix(void)
{
	static const char *const names[] = {"joined"};
	struct focus_room r;
	struct party a;
	const json_t *msg;

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	conference_speak(a.ep->user->conference, names, 1);
	room_turn(5);
	msg = mixer_last(&r.mixer, "mix.announce");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(
				       json_object_get(msg, "say"), 0)),
			       "joined");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(msg, "mix")),
			a.ep->user->conference->mix);
	room_close(&r);
}


/** The longest that there can be */
static void a_request_has_room_for_all(void)
{
	static const char name[] = "abcdefghijklmnopqrstuvw";
	const char *names[ANNOUNCE_NAMES_MAX + 1];
	struct bearer_words words = {names, ANNOUNCE_NAMES_MAX + 1, "en",
				     UINT32_MAX};
	char text[ANNOUNCE_BYTES];
	json_error_t error;
	json_t *msg;

	CU_ASSERT_EQUAL(strlen(name), ANNOUNCE_NAME_BYTES - 1);
	for (size_t i = 0; i <= ANNOUNCE_NAMES_MAX; i++)
		names[i] = name;
	announce_write(text, sizeof(text), "leg", UINT32_MAX, &words);
	msg = json_loads(text, 0, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(msg);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(msg, "say")),
			ANNOUNCE_NAMES_MAX);
	json_decref(msg);
}


static CU_TestInfo tests[] = {
	{"whoever waits for its end is told once",
	 whoever_waits_for_its_end_is_told_once},
	{"a goodbye may be the end", a_goodbye_may_be_the_end},
	{"what a dead mixer was to say is over",
	 what_a_dead_mixer_was_to_say_is_over},
	{"all are told through the mix", all_are_told_through_the_mix},
	{"a request has room for all", a_request_has_room_for_all},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(say, tests)
