/**
 * @file test_entry.c  What somebody has to show before he is in
 */
#include <string.h>
#include "focus/command/command.h"
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "mixer/base/clock.h"
#include "tests/unit/clock.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


struct entry_scene {
	struct focus_room r;
	struct party host, guest;
};


/** Settings of "demo", for whoever calls it */
static void ask_for(struct entry_scene *s, const char *text)
{
	char why[SETTINGS_WHY_BYTES];

	CU_ASSERT_EQUAL(settings_set_text(&s->r.config->ad_hoc, text, why), 0);
}


static void entry_scene_open(struct entry_scene *s, const char *settings)
{
	char text[128], *word, *rest = text;

	memset(s, 0, sizeof(*s));
	room_open(&s->r);
	s->r.webrtc = true; /* who has no page is talked to */
	(void)str_ncpy(text, settings, sizeof(text));
	while ((word = strsep(&rest, " ")))
		ask_for(s, word);
}


static void entry_scene_close(struct entry_scene *s)
{
	room_close(&s->r);
}


static void join(struct entry_scene *s, struct party *p, const char *aor)
{
	CU_ASSERT_EQUAL_FATAL(room_join(&s->r, p, "demo", aor, aor + 4), 0);
}


/** A command of that party, with {"conference":"demo"} */
struct said {
	bool ok;
	char code[32];
	json_int_t tries_left, wait_ms;
};


static void said_h(json_t *reply, void *arg)
{
	const char *code = json_string_value(json_object_get(reply, "code"));
	struct said *said = arg;

	said->ok = json_is_true(json_object_get(reply, "ok"));
	(void)str_ncpy(said->code, code ? code : "", sizeof(said->code));
	said->tries_left =
		json_integer_value(json_object_get(reply, "tries_left"));
	said->wait_ms = json_integer_value(json_object_get(reply, "wait_ms"));
}


static struct said say(struct entry_scene *s, const struct party *p,
		       const char *text)
{
	const struct asker asker = {.leg = focus_leg(p->ep)};
	json_t *command = json_loads(text, 0, NULL);
	struct said said = {.ok = false};

	(void)json_object_set_new(command, "conference", json_string("demo"));
	focus_command(NULL, s->r.focus, &asker, command, said_h, &said);
	json_decref(command);

	return said;
}


static void type(struct party *p, const char *keys)
{
	for (; *keys && p->ep; keys++)
		focus_dtmf(p->ep, *keys, 100);
}


static unsigned count_of(struct entry_scene *s, const char *key)
{
	const json_t *shown;

	room_command(&s->r, "{\"verb\":\"show\",\"conference\":\"demo\"}");
	shown = json_object_get(s->r.answer, "conference");

	return (unsigned)json_array_size(json_object_get(shown, key));
}


/** Only then there is a host who admits */
static void guests_of_a_lobby_wait_until_they_are_admitted(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on");
	join(&s, &s.host, "sip:h@x");
	CU_ASSERT_TRUE(endpoint_is_in(s.host.ep));
	join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_FALSE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_EQUAL(event_count(&s.r, "joined"), 1);
	CU_ASSERT_EQUAL(event_count(&s.r, "waiting"), 1);
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(
			json_object_get(event_last(&s.r, "waiting"), "state"),
			"waiting")),
		"admission");
	CU_ASSERT_EQUAL(count_of(&s, "users"), 1);
	CU_ASSERT_EQUAL(count_of(&s, "waiting"), 1);

	/* nobody in the lobby is a member of anything */
	CU_ASSERT_STRING_EQUAL(
		say(&s, &s.guest, "{\"verb\":\"admit\",\"target\":2}").code,
		"forbidden");
	CU_ASSERT_STRING_EQUAL(
		say(&s, &s.guest, "{\"verb\":\"unmute\",\"target\":2}").code,
		"forbidden");
	CU_ASSERT_STRING_EQUAL(
		say(&s, &s.host, "{\"verb\":\"mute\",\"target\":2}").code,
		"not-found");

	CU_ASSERT_TRUE(
		say(&s, &s.host, "{\"verb\":\"admit\",\"target\":2}").ok);
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_EQUAL(event_count(&s.r, "joined"), 2);
	CU_ASSERT_EQUAL(count_of(&s, "users"), 2);
	CU_ASSERT_EQUAL(count_of(&s, "waiting"), 0);
	entry_scene_close(&s);
}


static void who_is_denied_is_out_and_told_why(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on");
	join(&s, &s.host, "sip:h@x");
	join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(
		say(&s, &s.host, "{\"verb\":\"deny\",\"target\":\"all\"}").ok);
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
	join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_EQUAL(s.guest.ep->entry.state, ENTRY_PIN);
	type(&s.guest, "1111#");
	CU_ASSERT_EQUAL(s.guest.ep->entry.state, ENTRY_HOST);
	join(&s, &other, "sip:o@x");
	type(&other, "1111#");
	CU_ASSERT_EQUAL(event_count(&s.r, "joined"), 0);
	join(&s, &s.host, "sip:h@x");
	type(&s.host, "9999#");
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
	join(&s, &s.guest, "sip:g@x");
	/* a star begins anew */
	type(&s.guest, "13*2468#");
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_EQUAL(event_count(&s.r, "dtmf"), 0);
	type(&s.guest, "5");
	CU_ASSERT_EQUAL(event_count(&s.r, "dtmf"), 1);
	entry_scene_close(&s);
}


/** ...and he who types no hash key is understood after a pause */
static void a_pause_ends_a_pin(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "guest_pin=2468");
	join(&s, &s.guest, "sip:g@x");
	type(&s.guest, "2468");
	CU_ASSERT_FALSE(endpoint_is_in(s.guest.ep));
	room_pass(5);
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	entry_scene_close(&s);
}


static void three_wrong_pins_end_the_call(void)
{
	struct entry_scene s;
	struct said said;

	entry_scene_open(&s, "guest_pin=2468");
	join(&s, &s.guest, "sip:g@x");
	said = say(&s, &s.guest, "{\"verb\":\"pin\",\"pin\":\"1111\"}");
	CU_ASSERT_STRING_EQUAL(said.code, "wrong-pin");
	CU_ASSERT_EQUAL(said.tries_left, 2);
	CU_ASSERT_EQUAL(said.wait_ms, 1000);
	/* even the right one is not looked at in the pause */
	said = say(&s, &s.guest, "{\"verb\":\"pin\",\"pin\":\"2468\"}");
	CU_ASSERT_STRING_EQUAL(said.code, "too-many-tries");
	CU_ASSERT_EQUAL(said.tries_left, 2);
	CU_ASSERT(said.wait_ms > 0);
	room_pass(2);
	said = say(&s, &s.guest, "{\"verb\":\"pin\"}");
	CU_ASSERT_STRING_EQUAL(said.code, "wrong-pin");
	room_pass(3);
	said = say(&s, &s.guest, "{\"verb\":\"pin\",\"pin\":7}");
	CU_ASSERT_STRING_EQUAL(said.code, "too-many-tries");
	CU_ASSERT_EQUAL(s.guest.ends, 1);
	CU_ASSERT_EQUAL(s.guest.end_reason, REASON_TOO_MANY_TRIES);
	entry_scene_close(&s);
}


/** Where only hosts have one, a guest comes in by none */
static void guests_may_have_no_pin(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "host_pin=9999");
	join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_EQUAL(s.guest.ep->entry.state, ENTRY_PIN);
	type(&s.guest, "#");
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_EQUAL(s.guest.ep->user->role, ROLE_GUEST);
	/* and is one later, if he has it */
	CU_ASSERT_TRUE(
		say(&s, &s.guest, "{\"verb\":\"pin\",\"pin\":\"9999\"}").ok);
	CU_ASSERT_EQUAL(s.guest.ep->user->role, ROLE_HOST);
	entry_scene_close(&s);
}


/** What a guest knows is no help for what hosts know */
static void who_is_in_is_slowed_down_too(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "host_pin=9999 guest_pin=1111");
	join(&s, &s.guest, "sip:g@x");
	type(&s.guest, "1111#");
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_STRING_EQUAL(
			say(&s, &s.guest,
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
	join(&s, &s.host, "sip:h@x");
	join(&s, &s.guest, "sip:g@x");
	join(&s, &stranger, "sip:s@x");
	focus_secret(s.guest.ep, in);
	focus_secret(stranger.ep, out);
	CU_ASSERT_TRUE(
		say(&s, &s.host, "{\"verb\":\"admit\",\"target\":2}").ok);
	focus_leave(s.guest.ep, REASON_LEFT);
	focus_leave(stranger.ep, REASON_LEFT);

	s.r.secret = in;
	join(&s, &back, "sip:g@x");
	CU_ASSERT_TRUE(endpoint_is_in(back.ep));
	s.r.secret = out;
	join(&s, &stranger, "sip:s@x");
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
	join(&s, &s.host, "sip:h@x");
	join(&s, &s.guest, "sip:g@x");
	focus_secret(s.guest.ep, secret);
	s.r.secret = secret;
	join(&s, &again, "sip:g@x");
	CU_ASSERT_FALSE(endpoint_is_in(again.ep));
	CU_ASSERT_TRUE(say(&s, &s.host, "{\"verb\":\"lock\"}").ok);
	CU_ASSERT_EQUAL(room_join(&s.r, &again, "demo", "sip:g@x", "g"),
			REASON_LOCKED);
	s.r.secret = NULL;
	entry_scene_close(&s);
}


static void a_full_one_admits_nobody(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on max_participants=1");
	join(&s, &s.host, "sip:h@x");
	CU_ASSERT_EQUAL(room_join(&s.r, &s.guest, "demo", "sip:g@x", "g"),
			REASON_FULL);
	CU_ASSERT_TRUE(say(&s, &s.host,
			   "{\"verb\":\"settings\",\"settings\":"
			   "{\"max_participants\":2}}")
			       .ok);
	join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(say(&s, &s.host,
			   "{\"verb\":\"settings\",\"settings\":"
			   "{\"max_participants\":1}}")
			       .ok);
	CU_ASSERT_STRING_EQUAL(
		say(&s, &s.host, "{\"verb\":\"admit\",\"target\":\"all\"}")
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
	join(&s, &s.host, "sip:h@x");
	join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(say(&s, &s.host,
			   "{\"verb\":\"settings\",\"settings\":"
			   "{\"lobby\":false}}")
			       .ok);
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_TRUE(s.guest.ep->levels.muted);
	CU_ASSERT_FALSE(s.host.ep->levels.muted);
	CU_ASSERT_EQUAL(event_count(&s.r, "settings"), 1);
	/* and that is a host's to say alone */
	CU_ASSERT_STRING_EQUAL(
		say(&s, &s.guest, "{\"verb\":\"settings\"}").code,
		"forbidden");
	entry_scene_close(&s);
}


static void who_is_muted_may_have_to_stay_so(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "may_unmute=moderators");
	join(&s, &s.host, "sip:h@x");
	join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(
		say(&s, &s.guest, "{\"verb\":\"mute\",\"target\":2}").ok);
	CU_ASSERT_STRING_EQUAL(
		say(&s, &s.guest, "{\"verb\":\"unmute\",\"target\":2}").code,
		"forbidden");
	/* nor by a key of the telephone */
	type(&s.guest, "*6");
	CU_ASSERT_TRUE(s.guest.ep->levels.muted);
	CU_ASSERT_TRUE(
		say(&s, &s.host, "{\"verb\":\"promote\",\"target\":2}").ok);
	CU_ASSERT_TRUE(
		say(&s, &s.guest, "{\"verb\":\"unmute\",\"target\":2}").ok);
	/* he steers now, but it is not his */
	CU_ASSERT_STRING_EQUAL(say(&s, &s.guest, "{\"verb\":\"end\"}").code,
			       "forbidden");
	CU_ASSERT_STRING_EQUAL(
		say(&s, &s.guest, "{\"verb\":\"kick\",\"target\":1}").code,
		"forbidden");
	CU_ASSERT_STRING_EQUAL(
		say(&s, &s.guest, "{\"verb\":\"demote\",\"target\":1}").code,
		"forbidden");
	CU_ASSERT_TRUE(
		say(&s, &s.host, "{\"verb\":\"demote\",\"target\":2}").ok);
	CU_ASSERT_STRING_EQUAL(
		say(&s, &s.guest, "{\"verb\":\"lock\",\"target\":2}").code,
		"forbidden");
	entry_scene_close(&s);
}


/** All that wait are out when nobody comes for them */
static void nobody_waits_for_ever(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on");
	join(&s, &s.host, "sip:h@x");
	join(&s, &s.guest, "sip:g@x");
	room_pass(ENTRY_WAIT_MS / 1000 + 5);
	CU_ASSERT_EQUAL(s.guest.ends, 1);
	CU_ASSERT_EQUAL(s.guest.end_reason, REASON_NOT_ADMITTED);
	entry_scene_close(&s);

	entry_scene_open(&s, "guest_pin=1234");
	join(&s, &s.guest, "sip:g@x");
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
	join(&s, &s.guest, "sip:g@x");
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
	join(&s, &s.host, "sip:h@x");
	join(&s, &second, "sip:s@x");
	join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(say(&s, &s.host,
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
	join(&s, &s.host, "sip:h@x");
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(prompt(&s), "welcome");
	type(&s.host, "2468#");
	room_turn(5);
	CU_ASSERT_TRUE(endpoint_is_in(s.host.ep));
	CU_ASSERT_STRING_EQUAL(prompt(&s), "first");
	join(&s, &s.guest, "sip:g@x");
	type(&s.guest, "1111#");
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(prompt(&s), "wrong_pin");
	room_pass(2);
	type(&s.guest, "2468#");
	/* the host has heard of it last */
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(prompt(&s), "somebody_waits");
	CU_ASSERT_TRUE(
		say(&s, &s.host, "{\"verb\":\"deny\",\"target\":2}").ok);
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(prompt(&s), "denied");
	CU_ASSERT_EQUAL(s.guest.ends, 0);
	/* too late */
	CU_ASSERT_STRING_EQUAL(
		say(&s, &s.host, "{\"verb\":\"admit\",\"target\":2}").code,
		"forbidden");
	room_pass(ENTRY_FAREWELL_MS / 1000 + 1);
	CU_ASSERT_EQUAL(s.guest.ends, 1);
	CU_ASSERT_EQUAL(s.guest.end_reason, REASON_DENIED);
	entry_scene_close(&s);
}


/** ...also that it has to wait before it tries again, which costs it none of
 *  its time */
static void a_telephone_is_told_to_wait(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "guest_pin=2468");
	s.r.webrtc = false;
	join(&s, &s.guest, "sip:g@x");
	/* others from there were wrong before */
	s.guest.ep->entry.origin = 7;
	for (int i = 0; i < 6; i++)
		pin_guard_wrong(s.r.focus->pins, "demo", 7, clock_us() / 1000);
	room_pass(ENTRY_PIN_MS / 1000 - 60);
	type(&s.guest, "2468#");
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(prompt(&s), "too_soon");
	CU_ASSERT_FALSE(endpoint_is_in(s.guest.ep));
	room_pass(ENTRY_PIN_MS / 1000 - 10);
	CU_ASSERT_EQUAL(s.guest.ends, 0);
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(prompt(&s), "enter_pin");
	type(&s.guest, "2468#");
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
		join(&s, &s.host, "sip:h@x");
		s.r.known = true;
		join(&s, &s.guest, "sip:g@x");
		/* another telephone of his */
		join(&s, &tab, "sip:g@x");
		CU_ASSERT_EQUAL(tab.ep->levels.muted, i == 0);
		focus_leave(tab.ep, REASON_LEFT);
		s.guest.ep->levels.muted = i > 0;
		focus_leave(s.guest.ep, REASON_LEFT);
		join(&s, &again, "sip:g@x");
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
	join(&s, &s.host, "sip:h@x");
	join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(
		say(&s, &s.guest, "{\"verb\":\"unmute\",\"target\":2}").ok);
	focus_secret(s.guest.ep, secret);
	focus_leave(s.guest.ep, REASON_LEFT);
	s.r.secret = secret;
	join(&s, &again, "sip:g@x");
	s.r.secret = NULL;
	CU_ASSERT_FALSE(again.ep->levels.muted);
	entry_scene_close(&s);
}


/** It hears no word of the conference before */
static void who_waits_is_aside(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on");
	join(&s, &s.host, "sip:h@x");
	join(&s, &s.guest, "sip:g@x");
	room_turn(5);
	CU_ASSERT_TRUE(json_is_true(
		json_object_get(mixer_last(&s.r.mixer, "leg.add"), "aside")));
	CU_ASSERT_TRUE(json_is_true(
		json_object_get(mixer_last(&s.r.mixer, "leg.set"), "aside")));
	CU_ASSERT_TRUE(
		say(&s, &s.host, "{\"verb\":\"admit\",\"target\":2}").ok);
	room_turn(5);
	CU_ASSERT_TRUE(json_is_false(
		json_object_get(mixer_last(&s.r.mixer, "leg.set"), "aside")));
	entry_scene_close(&s);
}


static CU_TestInfo tests[] = {
	{"a telephone is talked to", a_telephone_is_talked_to},
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
