/**
 * @file test_entry.c  What somebody has to show before he is in
 */
#include <string.h>
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "mixer/base/clock.h"
#include "tests/unit/clock.h"
#include "tests/unit/focus/conference/entry_world.h"
#include "tests/unit/unit.h"


/** Only then there is a host who admits */
static void guests_of_a_lobby_wait_until_they_are_admitted(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on");
	entry_join(&s, &s.host, "sip:h@x");
	CU_ASSERT_TRUE(endpoint_is_in(s.host.ep));
	entry_join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_FALSE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_EQUAL(event_count(&s.r, "joined"), 1);
	CU_ASSERT_EQUAL(event_count(&s.r, "waiting"), 1);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(
			json_object_get(event_last(&s.r, "waiting"), "state"),
			"waiting")),
		"admission");
	CU_ASSERT_EQUAL(entry_count(&s, "users"), 1);
	CU_ASSERT_EQUAL(entry_count(&s, "waiting"), 1);

	/* nobody in the lobby is a member of anything */
	CU_ASSERT_STRING_EQUAL(
		entry_say(&s, &s.guest, "{\"verb\":\"admit\",\"target\":2}")
			.code,
		"forbidden");
	CU_ASSERT_STRING_EQUAL(
		entry_say(&s, &s.guest, "{\"verb\":\"unmute\",\"target\":2}")
			.code,
		"forbidden");
	CU_ASSERT_STRING_EQUAL(
		entry_say(&s, &s.host, "{\"verb\":\"mute\",\"target\":2}")
			.code,
		"not-found");

	CU_ASSERT_TRUE(
		entry_say(&s, &s.host, "{\"verb\":\"admit\",\"target\":2}")
			.ok);
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_EQUAL(event_count(&s.r, "joined"), 2);
	CU_ASSERT_EQUAL(entry_count(&s, "users"), 2);
	CU_ASSERT_EQUAL(entry_count(&s, "waiting"), 0);
	entry_scene_close(&s);
}


static void who_is_denied_is_out_and_told_why(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(entry_say(&s, &s.host,
				 "{\"verb\":\"deny\",\"target\":\"all\"}")
			       .ok);
	room_turn(5);
	CU_ASSERT_EQUAL(s.guest.ends, 1);
	CU_ASSERT_EQUAL(s.guest.end_reason, REASON_DENIED);
	CU_ASSERT_EQUAL(s.host.ends, 0);
	entry_scene_close(&s);
}


/** Without a PIN for hosts whoever is first is one: he waits for nobody */
static void guests_wait_for_a_host(void)
{
	struct party other;
	struct entry_scene s;

	entry_scene_open(&s, "wait_for_host=on host_pin=9999 guest_pin=1111");
	entry_join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_EQUAL(s.guest.ep->entry.state, ENTRY_PIN);
	entry_type(&s.guest, "1111#");
	CU_ASSERT_EQUAL(s.guest.ep->entry.state, ENTRY_HOST);
	entry_join(&s, &other, "sip:o@x");
	entry_type(&other, "1111#");
	CU_ASSERT_EQUAL(event_count(&s.r, "joined"), 0);
	entry_join(&s, &s.host, "sip:h@x");
	entry_type(&s.host, "9999#");
	CU_ASSERT_TRUE(endpoint_is_in(s.host.ep));
	CU_ASSERT_EQUAL(s.host.ep->user->role, ROLE_HOST);
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_TRUE(endpoint_is_in(other.ep));
	CU_ASSERT_EQUAL(s.guest.ep->user->role, ROLE_GUEST);
	CU_ASSERT_EQUAL(event_count(&s.r, "joined"), 3);
	entry_scene_close(&s);
}


/** Keys that are a PIN are told to nobody */
static void typed_digits_are_told_to_nobody(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "guest_pin=2468");
	entry_join(&s, &s.guest, "sip:g@x");
	/* a star begins anew */
	entry_type(&s.guest, "13*2468#");
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_EQUAL(event_count(&s.r, "dtmf"), 0);
	entry_type(&s.guest, "5");
	CU_ASSERT_EQUAL(event_count(&s.r, "dtmf"), 1);
	entry_scene_close(&s);
}


/** ...and he who types no hash key is understood after a pause */
static void a_pause_ends_a_pin(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "guest_pin=2468");
	entry_join(&s, &s.guest, "sip:g@x");
	entry_type(&s.guest, "2468");
	CU_ASSERT_FALSE(endpoint_is_in(s.guest.ep));
	room_pass(5);
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	entry_scene_close(&s);
}


static void three_wrong_pins_end_the_call(void)
{
	struct entry_scene s;
	struct entry_said said;

	entry_scene_open(&s, "guest_pin=2468");
	entry_join(&s, &s.guest, "sip:g@x");
	said = entry_say(&s, &s.guest, "{\"verb\":\"pin\",\"pin\":\"1111\"}");
	CU_ASSERT_STRING_EQUAL(said.code, "wrong-pin");
	CU_ASSERT_EQUAL(said.tries_left, 2);
	CU_ASSERT_EQUAL(said.wait_ms, 1000);
	/* even the right one is not looked at in the pause */
	said = entry_say(&s, &s.guest, "{\"verb\":\"pin\",\"pin\":\"2468\"}");
	CU_ASSERT_STRING_EQUAL(said.code, "too-many-tries");
	CU_ASSERT_EQUAL(said.tries_left, 2);
	CU_ASSERT(said.wait_ms > 0);
	room_pass(2);
	said = entry_say(&s, &s.guest, "{\"verb\":\"pin\"}");
	CU_ASSERT_STRING_EQUAL(said.code, "wrong-pin");
	room_pass(3);
	said = entry_say(&s, &s.guest, "{\"verb\":\"pin\",\"pin\":7}");
	CU_ASSERT_STRING_EQUAL(said.code, "too-many-tries");
	room_turn(5);
	CU_ASSERT_EQUAL(s.guest.ends, 1);
	CU_ASSERT_EQUAL(s.guest.end_reason, REASON_TOO_MANY_TRIES);
	entry_scene_close(&s);
}


/** Where only hosts have one, a guest comes in by none */
static void guests_may_have_no_pin(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "host_pin=9999");
	entry_join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_EQUAL(s.guest.ep->entry.state, ENTRY_PIN);
	entry_type(&s.guest, "#");
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_EQUAL(s.guest.ep->user->role, ROLE_GUEST);
	/* and is one later, if he has it */
	CU_ASSERT_TRUE(
		entry_say(&s, &s.guest, "{\"verb\":\"pin\",\"pin\":\"9999\"}")
			.ok);
	CU_ASSERT_EQUAL(s.guest.ep->user->role, ROLE_HOST);
	entry_scene_close(&s);
}


/** What a guest knows is no help for what hosts know */
static void who_is_in_is_slowed_down_too(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "host_pin=9999 guest_pin=1111");
	entry_join(&s, &s.guest, "sip:g@x");
	entry_type(&s.guest, "1111#");
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_STRING_EQUAL(
			entry_say(&s, &s.guest,
				  "{\"verb\":\"pin\",\"pin\":\"1111\"}")
				.code,
			i < 2 ? "wrong-pin" : "too-many-tries");
		room_pass(3);
	}
	CU_ASSERT_EQUAL(s.guest.ends, 0);
	CU_ASSERT_EQUAL(s.guest.ep->user->role, ROLE_GUEST);
	entry_scene_close(&s);
}


/** Who was let in once is known by his secret; who was not is not */
static void who_was_in_comes_back_in(void)
{
	struct entry_scene s;
	struct party back, stranger;
	char in[SECRET_SIZE], out[SECRET_SIZE];

	entry_scene_open(&s, "lobby=on");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	entry_join(&s, &stranger, "sip:s@x");
	focus_secret(s.guest.ep, in);
	focus_secret(stranger.ep, out);
	CU_ASSERT_TRUE(
		entry_say(&s, &s.host, "{\"verb\":\"admit\",\"target\":2}")
			.ok);
	focus_leave(s.guest.ep, REASON_LEFT);
	focus_leave(stranger.ep, REASON_LEFT);

	s.r.secret = in;
	entry_join(&s, &back, "sip:g@x");
	CU_ASSERT_TRUE(endpoint_is_in(back.ep));
	s.r.secret = out;
	entry_join(&s, &stranger, "sip:s@x");
	CU_ASSERT_FALSE(endpoint_is_in(stranger.ep));
	s.r.secret = NULL;
	entry_scene_close(&s);
}


/** One in the lobby does not get in by taking another's place there, nor into
 *  what is locked */
static void a_place_in_the_lobby_is_no_place_inside(void)
{
	struct entry_scene s;
	struct party again;
	char secret[SECRET_SIZE];

	entry_scene_open(&s, "lobby=on");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	focus_secret(s.guest.ep, secret);
	s.r.secret = secret;
	entry_join(&s, &again, "sip:g@x");
	CU_ASSERT_FALSE(endpoint_is_in(again.ep));
	CU_ASSERT_TRUE(entry_say(&s, &s.host, "{\"verb\":\"lock\"}").ok);
	CU_ASSERT_EQUAL(room_join(&s.r, &again, "demo", "sip:g@x", "g"),
			REASON_LOCKED);
	s.r.secret = NULL;
	entry_scene_close(&s);
}


static void a_full_one_admits_nobody(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on max_participants=1");
	entry_join(&s, &s.host, "sip:h@x");
	CU_ASSERT_EQUAL(room_join(&s.r, &s.guest, "demo", "sip:g@x", "g"),
			REASON_FULL);
	CU_ASSERT_TRUE(entry_say(&s, &s.host,
				 "{\"verb\":\"settings\",\"settings\":"
				 "{\"max_participants\":2}}")
			       .ok);
	entry_join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(entry_say(&s, &s.host,
				 "{\"verb\":\"settings\",\"settings\":"
				 "{\"max_participants\":1}}")
			       .ok);
	CU_ASSERT_STRING_EQUAL(
		entry_say(&s, &s.host,
			  "{\"verb\":\"admit\",\"target\":\"all\"}")
			.code,
		"full");
	CU_ASSERT_EQUAL(s.guest.ends, 0);
	entry_scene_close(&s);
}


/** What holds them off goes: so do they, inside */
static void the_lobby_is_opened_for_all(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on muted_on_entry=on");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(entry_say(&s, &s.host,
				 "{\"verb\":\"settings\",\"settings\":"
				 "{\"lobby\":false}}")
			       .ok);
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_TRUE(s.guest.ep->levels.muted);
	CU_ASSERT_FALSE(s.host.ep->levels.muted);
	CU_ASSERT_EQUAL(event_count(&s.r, "settings"), 1);
	/* and that is a host's to say alone */
	CU_ASSERT_STRING_EQUAL(
		entry_say(&s, &s.guest, "{\"verb\":\"settings\"}").code,
		"forbidden");
	entry_scene_close(&s);
}


static void who_is_muted_may_have_to_stay_so(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "may_unmute=moderators");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(
		entry_say(&s, &s.guest, "{\"verb\":\"mute\",\"target\":2}")
			.ok);
	CU_ASSERT_STRING_EQUAL(
		entry_say(&s, &s.guest, "{\"verb\":\"unmute\",\"target\":2}")
			.code,
		"forbidden");
	/* nor by a key of the telephone */
	entry_type(&s.guest, "*6");
	CU_ASSERT_TRUE(s.guest.ep->levels.muted);
	CU_ASSERT_TRUE(
		entry_say(&s, &s.host, "{\"verb\":\"promote\",\"target\":2}")
			.ok);
	CU_ASSERT_TRUE(
		entry_say(&s, &s.guest, "{\"verb\":\"unmute\",\"target\":2}")
			.ok);
	/* he steers now, but it is not his */
	CU_ASSERT_STRING_EQUAL(
		entry_say(&s, &s.guest, "{\"verb\":\"end\"}").code,
		"forbidden");
	CU_ASSERT_STRING_EQUAL(
		entry_say(&s, &s.guest, "{\"verb\":\"kick\",\"target\":1}")
			.code,
		"forbidden");
	CU_ASSERT_STRING_EQUAL(
		entry_say(&s, &s.guest, "{\"verb\":\"demote\",\"target\":1}")
			.code,
		"forbidden");
	CU_ASSERT_TRUE(
		entry_say(&s, &s.host, "{\"verb\":\"demote\",\"target\":2}")
			.ok);
	CU_ASSERT_STRING_EQUAL(
		entry_say(&s, &s.guest, "{\"verb\":\"lock\",\"target\":2}")
			.code,
		"forbidden");
	entry_scene_close(&s);
}


/** All that wait are out when nobody comes for them */
static void nobody_waits_for_ever(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	room_pass(ENTRY_WAIT_MS / 1000 + 5);
	CU_ASSERT_EQUAL(s.guest.ends, 1);
	CU_ASSERT_EQUAL(s.guest.end_reason, REASON_NOT_ADMITTED);
	entry_scene_close(&s);

	entry_scene_open(&s, "guest_pin=1234");
	entry_join(&s, &s.guest, "sip:g@x");
	room_pass(ENTRY_PIN_MS / 1000 + 5);
	CU_ASSERT_EQUAL(s.guest.end_reason, REASON_NOT_ADMITTED);
	entry_scene_close(&s);
}


/** ...whom somebody inside has had called he has let in */
static void who_is_called_waits_for_nobody(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on guest_pin=1234 host_pin=9999");
	s.r.dialled_out = true;
	entry_join(&s, &s.guest, "sip:g@x");
	s.r.dialled_out = false;
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_EQUAL(s.guest.ep->user->role, ROLE_GUEST);
	entry_scene_close(&s);
}


static void it_ends_with_its_last_host(void)
{
	struct entry_scene s;
	struct party second;

	entry_scene_open(&s, "end_with_host=on");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &second, "sip:s@x");
	entry_join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(entry_say(&s, &s.host,
				 "{\"verb\":\"promote\",\"target\":2,"
				 "\"role\":\"host\"}")
			       .ok);
	focus_leave(s.host.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(s.guest.ends, 0);
	focus_leave(second.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(s.guest.ends, 1);
	CU_ASSERT_EQUAL(s.guest.end_reason, REASON_ENDED);
	entry_scene_close(&s);
}


/** The first prompt of what it was told last, "" none */
static const char *prompt(struct entry_scene *s)
{
	const json_t *say = json_object_get(
		mixer_last(&s->r.mixer, "leg.announce"), "say");
	const char *name = json_string_value(json_array_get(say, 0));

	return name ? name : "";
}


/** ...and is told what to do, and why it has to go before it does */
static void a_telephone_is_talked_to(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "guest_pin=2468 lobby=on");
	s.r.webrtc = false;
	entry_join(&s, &s.host, "sip:h@x");
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(prompt(&s), "welcome");
	entry_type(&s.host, "2468#");
	room_turn(5);
	CU_ASSERT_TRUE(endpoint_is_in(s.host.ep));
	CU_ASSERT_STRING_EQUAL(prompt(&s), "first");
	entry_join(&s, &s.guest, "sip:g@x");
	entry_type(&s.guest, "1111#");
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(prompt(&s), "wrong_pin");
	room_pass(2);
	entry_type(&s.guest, "2468#");
	/* the host has heard of it last */
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(prompt(&s), "somebody_waits");
	CU_ASSERT_TRUE(
		entry_say(&s, &s.host, "{\"verb\":\"deny\",\"target\":2}").ok);
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(prompt(&s), "denied");
	CU_ASSERT_EQUAL(s.guest.ends, 0);
	/* too late */
	CU_ASSERT_STRING_EQUAL(
		entry_say(&s, &s.host, "{\"verb\":\"admit\",\"target\":2}")
			.code,
		"forbidden");
	room_pass(ENTRY_FAREWELL_MS / 1000 + 1);
	CU_ASSERT_EQUAL(s.guest.ends, 1);
	CU_ASSERT_EQUAL(s.guest.end_reason, REASON_DENIED);
	entry_scene_close(&s);
}


/** How often the host at a telephone was told that */
static unsigned knocks(const struct entry_scene *s)
{
	const json_t *request;
	unsigned n = 0;
	size_t i;

	json_array_foreach (s->r.mixer.requests, i, request) {
		const char *name = json_string_value(
			json_array_get(json_object_get(request, "say"), 0));

		n += name && !strcmp(name, "somebody_waits");
	}

	return n;
}


/** However many come, his conversation goes on; the last is not forgotten */
static void a_host_is_not_told_of_each_who_waits(void)
{
	struct entry_scene s;
	struct party other;

	entry_scene_open(&s, "lobby=on");
	s.r.webrtc = false;
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	room_turn(5);
	CU_ASSERT_EQUAL(knocks(&s), 1);
	for (unsigned i = 0; i < 5; i++) {
		entry_join(&s, &other, "sip:o@x");
		focus_leave(other.ep, REASON_LEFT);
	}
	entry_join(&s, &other, "sip:o@x");
	room_turn(5);
	CU_ASSERT_EQUAL(knocks(&s), 1);
	room_pass(ENTRY_KNOCK_MS / 1000 + 1);
	CU_ASSERT_EQUAL(knocks(&s), 2);
	/* nobody has come since */
	room_pass(ENTRY_KNOCK_MS / 1000 + 1);
	CU_ASSERT_EQUAL(knocks(&s), 2);

	focus_leave(s.guest.ep, REASON_LEFT);
	focus_leave(other.ep, REASON_LEFT);
	entry_join(&s, &other, "sip:o@x");
	room_turn(5);
	CU_ASSERT_EQUAL(knocks(&s), 3);
	/* who is gone when it would be said waits no more */
	entry_join(&s, &s.guest, "sip:g@x");
	focus_leave(s.guest.ep, REASON_LEFT);
	focus_leave(other.ep, REASON_LEFT);
	room_pass(ENTRY_KNOCK_MS / 1000 + 1);
	CU_ASSERT_EQUAL(knocks(&s), 3);
	entry_scene_close(&s);
}


/** ...also that it has to wait before it tries again, which costs it none of
 *  its time */
static void a_telephone_is_told_to_wait(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "guest_pin=2468");
	s.r.webrtc = false;
	entry_join(&s, &s.guest, "sip:g@x");
	/* others from there were wrong before */
	s.guest.ep->entry.origin = 7;
	for (int i = 0; i < 6; i++)
		pin_guard_wrong(s.r.focus->pins, "demo", 7, clock_us() / 1000);
	room_pass(ENTRY_PIN_MS / 1000 - 60);
	entry_type(&s.guest, "2468#");
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(prompt(&s), "too_soon");
	CU_ASSERT_FALSE(endpoint_is_in(s.guest.ep));
	room_pass(ENTRY_PIN_MS / 1000 - 10);
	CU_ASSERT_EQUAL(s.guest.ends, 0);
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(prompt(&s), "enter_pin");
	entry_type(&s.guest, "2468#");
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	entry_scene_close(&s);
}


/** Who comes back with nothing to show what was set of him is one who comes
 *  in, and has what a host has set of him if he may not take it off */
static void who_comes_back_is_muted_too(void)
{
	static const char *const settings[] = {"muted_on_entry=on", "",
					       "may_unmute=moderators"};

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		struct entry_scene s;
		struct party tab, again;

		entry_scene_open(&s, *settings[i] ? settings[i] : "lobby=off");
		entry_join(&s, &s.host, "sip:h@x");
		s.r.known = true;
		entry_join(&s, &s.guest, "sip:g@x");
		/* another telephone of his */
		entry_join(&s, &tab, "sip:g@x");
		CU_ASSERT_EQUAL(tab.ep->levels.muted, i == 0);
		focus_leave(tab.ep, REASON_LEFT);
		s.guest.ep->levels.muted = i > 0;
		focus_leave(s.guest.ep, REASON_LEFT);
		entry_join(&s, &again, "sip:g@x");
		CU_ASSERT_EQUAL(again.ep->levels.muted, i != 1);
		s.r.known = false;
		entry_scene_close(&s);
	}
}


/** Whoever can say that it was he has what was set of him */
static void who_shows_his_secret_is_as_he_was(void)
{
	struct entry_scene s;
	struct party again;
	char secret[SECRET_SIZE];

	entry_scene_open(&s, "muted_on_entry=on");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(
		entry_say(&s, &s.guest, "{\"verb\":\"unmute\",\"target\":2}")
			.ok);
	focus_secret(s.guest.ep, secret);
	focus_leave(s.guest.ep, REASON_LEFT);
	s.r.secret = secret;
	entry_join(&s, &again, "sip:g@x");
	s.r.secret = NULL;
	CU_ASSERT_FALSE(again.ep->levels.muted);
	entry_scene_close(&s);
}


/** It hears no word of the conference before */
static void who_waits_is_aside(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	room_turn(5);
	CU_ASSERT_TRUE(json_is_true(
		json_object_get(mixer_last(&s.r.mixer, "leg.add"), "aside")));
	CU_ASSERT_TRUE(json_is_true(
		json_object_get(mixer_last(&s.r.mixer, "leg.set"), "aside")));
	CU_ASSERT_TRUE(
		entry_say(&s, &s.host, "{\"verb\":\"admit\",\"target\":2}")
			.ok);
	room_turn(5);
	CU_ASSERT_TRUE(json_is_false(
		json_object_get(mixer_last(&s.r.mixer, "leg.set"), "aside")));
	entry_scene_close(&s);
}


static CU_TestInfo tests[] = {
	{"a telephone is talked to", a_telephone_is_talked_to},
	{"a host is not told of each who waits",
	 a_host_is_not_told_of_each_who_waits},
	{"a telephone is told to wait", a_telephone_is_told_to_wait},
	{"who comes back is muted, too", who_comes_back_is_muted_too},
	{"who shows his secret is as he was",
	 who_shows_his_secret_is_as_he_was},
	{"who waits is aside", who_waits_is_aside},
	{"guests of a lobby wait until they are admitted",
	 guests_of_a_lobby_wait_until_they_are_admitted},
	{"who is denied is out and told why",
	 who_is_denied_is_out_and_told_why},
	{"guests wait for a host", guests_wait_for_a_host},
	{"typed digits are told to nobody", typed_digits_are_told_to_nobody},
	{"a pause ends a PIN", a_pause_ends_a_pin},
	{"three wrong PINs end the call", three_wrong_pins_end_the_call},
	{"guests may have no PIN", guests_may_have_no_pin},
	{"who is in is slowed down, too", who_is_in_is_slowed_down_too},
	{"who was in comes back in", who_was_in_comes_back_in},
	{"a place in the lobby is no place inside",
	 a_place_in_the_lobby_is_no_place_inside},
	{"a full one admits nobody", a_full_one_admits_nobody},
	{"the lobby is opened for all", the_lobby_is_opened_for_all},
	{"who is muted may have to stay so", who_is_muted_may_have_to_stay_so},
	{"nobody waits for ever", nobody_waits_for_ever},
	{"who is called waits for nobody", who_is_called_waits_for_nobody},
	{"it ends with its last host", it_ends_with_its_last_host},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(entry, tests)
