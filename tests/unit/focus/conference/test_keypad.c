/**
 * @file test_keypad.c  What keys do, and what is said of it
 */
#include <stdio.h>
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/keypad.h"
#include "focus/conference/user.h"
#include "focus/config/config.h"
#include "tests/unit/focus/conference/entry_world.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


/** "there_are 2 people_here": what was said last by that operation */
static const char *words(const struct focus_room *r, const char *op)
{
	static char text[256];
	const json_t *say = json_object_get(mixer_last(&r->mixer, op), "say");
	const json_t *name;
	size_t i;

	*text = '\0';
	json_array_foreach (say, i, name) {
		if (i)
			strcat(text, " ");
		strcat(text, json_string_value(name));
	}

	return text;
}


static void press(struct focus_room *r, const struct party *p,
		  const char *keys)
{
	for (; *keys; keys++)
		focus_dtmf(p->ep, *keys, 100);
	room_turn(5);
	(void)r;
}


/** The first is a host */
static void open_three(struct focus_room *r, struct party p[3])
{
	static const char *const aors[] = {"sip:a@x", "sip:b@x", "sip:c@x"};

	room_open(r);
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(room_join(r, &p[i], "demo", aors[i], "P"), 0);
	room_turn(5);
	CU_ASSERT_EQUAL_FATAL(p[0].ep->user->role, ROLE_HOST);
	CU_ASSERT_EQUAL_FATAL(p[1].ep->user->role, ROLE_GUEST);
}


static void what_a_key_did_is_said(void)
{
	static const struct {
		const char *keys, *words;
	} rows[] = {
		{"*6", "muted"},         {"*6", "unmuted"},
		{"*7", "quieter"},       {"*9", "louder"},
		{"*8", "normal"},        {"*1", "there_are 3 people_here"},
		{"*0", "help"},          {"*2", "not_allowed"},
		{"*3", "not_allowed"},   {"*4", "not_allowed"},
		{"*#*#", "not_allowed"},
	};
	struct focus_room r;
	struct party p[3];

	open_three(&r, p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		press(&r, &p[1], rows[i].keys);
		CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"),
				       rows[i].words);
		CU_ASSERT_EQUAL(
			json_integer_value(json_object_get(
				mixer_last(&r.mixer, "leg.announce"), "leg")),
			p[1].ep->leg);
	}
	CU_ASSERT_FALSE(p[1].ep->user->conference->locked);
	CU_ASSERT_EQUAL(p[1].ep->levels.volume_out_db, 0);
	CU_ASSERT_EQUAL(event_count(&r, "muted"), 2);

	focus_leave(p[2].ep, REASON_LEFT);
	focus_leave(p[0].ep, REASON_LEFT);
	press(&r, &p[1], "*1");
	CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"), "only_one");
	room_close(&r);
}


static void volume_has_its_limits(void)
{
	struct focus_room r;
	struct party p[3];

	open_three(&r, p);
	for (int i = 0; i < 20; i++)
		press(&r, &p[1], "*7");
	CU_ASSERT_EQUAL(p[1].ep->levels.volume_out_db, -30);
	for (int i = 0; i < 20; i++)
		press(&r, &p[1], "*9");
	CU_ASSERT_EQUAL(p[1].ep->levels.volume_out_db, 12);
	room_close(&r);
}


static void a_host_locks_and_mutes_the_others(void)
{
	struct focus_room r;
	struct party p[3];

	open_three(&r, p);
	press(&r, &p[0], "*2");
	CU_ASSERT_TRUE(p[0].ep->user->conference->locked);
	CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"), "locked");
	press(&r, &p[0], "*2");
	CU_ASSERT_FALSE(p[0].ep->user->conference->locked);
	CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"), "unlocked");

	press(&r, &p[1], "*6");
	press(&r, &p[0], "*3");
	CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"), "all_muted");
	CU_ASSERT_FALSE(p[0].ep->levels.muted);
	CU_ASSERT_TRUE(p[1].ep->levels.muted);
	CU_ASSERT_TRUE(p[2].ep->levels.muted);
	/* first, first's own, *2 *2, *6, then the one who was not, and he */
	CU_ASSERT_EQUAL(event_count(&r, "muted"), 2);
	press(&r, &p[0], "*0");
	CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"), "help help_host");
	room_close(&r);
}


static void hands_and_those_who_wait_have_keys(void)
{
	struct focus_room r;
	struct party p[3], late;

	open_three(&r, p);
	press(&r, &p[1], "*5");
	CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"), "hand_raised");
	CU_ASSERT_EQUAL(p[1].ep->hand, 1);
	press(&r, &p[1], "*5");
	CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"), "hand_lowered");
	CU_ASSERT_EQUAL(p[1].ep->hand, 0);

	p[0].ep->user->conference->settings.lobby = true;
	CU_ASSERT_EQUAL_FATAL(room_join(&r, &late, "demo", "sip:l@x", "L"), 0);
	press(&r, &p[1], "*4");
	CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"), "not_allowed");
	CU_ASSERT_FALSE(endpoint_is_in(late.ep));
	press(&r, &p[0], "*4");
	CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"), "are_admitted");
	CU_ASSERT_TRUE(endpoint_is_in(late.ep));
	press(&r, &p[0], "*4");
	CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"), "nobody_waits");
	room_close(&r);
}


/** One who may steer it may not end it */
static void a_moderator_does_not_end_it(void)
{
	struct focus_room r;
	struct party p[3];

	open_three(&r, p);
	endpoint_set_role(p[1].ep, ROLE_MODERATOR);
	press(&r, &p[1], "*2");
	CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"), "locked");
	press(&r, &p[1], "*#");
	CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"), "not_allowed");
	press(&r, &p[1], "*#");
	room_pass(10);
	CU_ASSERT_EQUAL(p[0].ends, 0);
	room_close(&r);
}


static void the_end_is_confirmed_said_and_comes(void)
{
	struct focus_room r;
	struct party p[3];
	json_t *said;

	open_three(&r, p);
	press(&r, &p[0], "*#");
	CU_ASSERT_STRING_EQUAL(words(&r, "leg.announce"), "confirm_end");
	press(&r, &p[0], "*#");
	CU_ASSERT_STRING_EQUAL(words(&r, "mix.announce"),
			       "conference_ends goodbye");
	CU_ASSERT_EQUAL(p[1].ends, 0);
	said = json_deep_copy(mixer_last(&r.mixer, "mix.announce"));
	json_object_del(said, "say");
	json_object_set_new(said, "event", json_string("said"));
	/* who goes meanwhile is no news that all should hear */
	focus_leave(p[2].ep, REASON_LEFT);
	CU_ASSERT_STRING_EQUAL(words(&r, "mix.announce"),
			       "conference_ends goodbye");
	mixer_say(&r.mixer, said);
	room_turn(5);
	CU_ASSERT_EQUAL(p[0].ends, 1);
	CU_ASSERT_EQUAL(p[1].ends, 1);
	CU_ASSERT_EQUAL(p[1].end_reason, REASON_ENDED);
	CU_ASSERT_FALSE(focus_exists(r.focus, "demo"));
	room_close(&r);
}


static void tones_tell_who_comes_and_goes(void)
{
	const char *recording = "recording_on";
	struct focus_room r;
	struct party p[3];
	json_t *said;

	room_open(&r);
	room_join(&r, &p[0], "demo", "sip:a@x", "A");
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "mix.announce"), 0);
	/* whoever rings is not there */
	room_join_begin(&r, &p[1], "demo", "sip:b@x", "B");
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "mix.announce"), 0);
	focus_connected(p[1].ep);
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(words(&r, "mix.announce"), "joined");
	room_join(&r, &p[2], "demo", "sip:c@x", "C");
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "mix.announce"), 2);
	focus_leave(p[2].ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&r.mixer, "mix.announce"), 3);
	CU_ASSERT_STRING_EQUAL(words(&r, "mix.announce"), "left");

	/* not into words */
	conference_speak(p[0].ep->user->conference, &recording, 1);
	room_join(&r, &p[2], "demo", "sip:c@x", "C");
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(words(&r, "mix.announce"), "recording_on");
	said = json_deep_copy(mixer_last(&r.mixer, "mix.announce"));
	json_object_set_new(said, "event", json_string("said"));
	mixer_say(&r.mixer, said);
	focus_leave(p[2].ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(words(&r, "mix.announce"), "left");
	room_close(&r);
}


/** Who is at the door hears nothing of it: one who is in with him is alone,
 * and however many wait there are not many */
static void who_waits_does_not_count_for_tones(void)
{
	enum { CROWD = 25 };
	struct party crowd[CROWD], late;
	char secret[SECRET_SIZE];
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on");
	s.r.config->max_participants = CROWD;
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	/* who comes back to one who waits */
	focus_secret(s.host.ep, secret);
	focus_leave(s.host.ep, REASON_MEDIA_TIMEOUT);
	s.r.secret = secret;
	entry_join(&s, &s.host, "sip:h@x");
	s.r.secret = NULL;
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&s.r.mixer, "mix.announce"), 0);

	for (size_t i = 0; i < ARRAY_SIZE(crowd) - 1; i++)
		entry_join(&s, &crowd[i], "sip:c@x");
	CU_ASSERT_EQUAL(mixer_count(&s.r.mixer, "mix.announce"), 0);
	CU_ASSERT_TRUE(
		entry_say(&s, &s.host, "{\"verb\":\"admit\",\"target\":2}")
			.ok);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&s.r.mixer, "mix.announce"), 1);
	CU_ASSERT_STRING_EQUAL(words(&s.r, "mix.announce"), "joined");

	/* and it is no news that one of them has gone */
	focus_leave(crowd[0].ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&s.r.mixer, "mix.announce"), 1);
	s.r.dialled_out = true;
	entry_join(&s, &late, "sip:l@x");
	s.r.dialled_out = false;
	focus_leave(late.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&s.r.mixer, "mix.announce"), 3);
	CU_ASSERT_STRING_EQUAL(words(&s.r, "mix.announce"), "left");
	focus_leave(s.guest.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(mixer_count(&s.r.mixer, "mix.announce"), 3);
	entry_scene_close(&s);
}


static CU_TestInfo tests[] = {
	{"what a key did is said", what_a_key_did_is_said},
	{"volume has its limits", volume_has_its_limits},
	{"a host locks and mutes the others",
	 a_host_locks_and_mutes_the_others},
	{"hands and those who wait have keys",
	 hands_and_those_who_wait_have_keys},
	{"a moderator does not end it", a_moderator_does_not_end_it},
	{"the end is confirmed, said, and comes",
	 the_end_is_confirmed_said_and_comes},
	{"tones tell who comes and goes", tones_tell_who_comes_and_goes},
	{"who waits does not count for tones",
	 who_waits_does_not_count_for_tones},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(keypad, tests)
