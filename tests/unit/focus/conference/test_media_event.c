/**
 * @file test_media_event.c  What a mixer says happened
 */
#include <stdio.h>
#include <string.h>
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


static int number(const json_t *o, const char *key)
{
	return (int)json_integer_value(json_object_get(o, key));
}


static void media_events_reach_the_roster(void)
{
	struct focus_room r;
	struct party a;

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	mixer_say(&r.mixer, json_pack("{s:s,s:i,s:i,s:b}", "event", "talking",
				      "mix", 1, "leg", 1, "talking", 1));
	mixer_say(&r.mixer, json_pack("{s:s,s:i,s:i}", "event", "speaker",
				      "mix", 1, "leg", 1));
	mixer_say(&r.mixer,
		  json_pack("{s:s,s:i,s:b,s:i,s:i}", "event", "video", "leg",
			    1, "receiving", 1, "width", 640, "height", 360));
	mixer_say(&r.mixer,
		  json_pack("{s:s,s:i}", "event", "talking", "leg", 77));
	CU_ASSERT_EQUAL(event_count(&r, "talking"), 1);
	CU_ASSERT_EQUAL(number(event_last(&r, "speaker"), "endpoint"), 1);
	CU_ASSERT_EQUAL(number(event_last(&r, "video"), "width"), 640);

	focus_leave(a.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(number(event_last(&r, "speaker"), "endpoint"), 0);
	room_close(&r);
}


static void lost_media_ends_the_session(void)
{
	static const struct {
		const char *state;
		enum reason reason;
	} rows[] = {
		{"timeout", REASON_MEDIA_TIMEOUT},
		{"failed", REASON_MEDIA_FAILED},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct focus_room r;
		struct party a;

		room_open(&r);
		room_join(&r, &a, "demo", "sip:a@x", "A");
		mixer_say(&r.mixer,
			  json_pack("{s:s,s:i,s:s}", "event", "leg.state",
				    "leg", 1, "state", rows[i].state));
		CU_ASSERT_EQUAL(a.ends, 1);
		CU_ASSERT_EQUAL(a.end_reason, rows[i].reason);
		CU_ASSERT_EQUAL(event_count(&r, "ended"), 1);
		room_close(&r);
	}
}


static void say_state(struct focus_room *r, const char *state)
{
	mixer_say(&r->mixer, json_pack("{s:s,s:i,s:s}", "event", "leg.state",
				       "leg", 1, "state", state));
}


/* A dialog lives by SIP: a page may close its peer connection just before it
 * offers the next */
static void the_end_of_media_waits_for_a_new_offer(void)
{
	static const struct {
		const char *state;
		enum reason reason;
	} rows[] = {{"closed", REASON_LEFT}, {"failed", REASON_MEDIA_FAILED}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct leg_description *leg = room_leg();
		struct focus_room r;
		struct party a;

		room_open(&r);
		room_join(&r, &a, "demo", "sip:a@x", "A");
		say_state(&r, "connected");
		say_state(&r, rows[i].state);
		CU_ASSERT_EQUAL(a.ends, 0);
		CU_ASSERT(json_is_false(json_object_get(
			event_last(&r, "media"), "media_connected")));

		/* described anew, or back by itself: nothing was */
		CU_ASSERT_EQUAL(focus_leg_modify(a.ep, leg, NULL, NULL),
				REASON_NONE);
		room_turn(5200);
		CU_ASSERT_EQUAL(a.ends, 0);
		say_state(&r, "connected");
		CU_ASSERT(json_is_true(json_object_get(event_last(&r, "media"),
						       "media_connected")));

		say_state(&r, rows[i].state);
		room_turn(4000);
		CU_ASSERT_EQUAL(a.ends, 0);
		room_turn(1500);
		CU_ASSERT_EQUAL(a.ends, 1);
		CU_ASSERT_EQUAL(a.end_reason, rows[i].reason);
		room_close(&r);
		mem_deref(leg);
	}
}


static void who_cannot_be_told_goes_with_its_media(void)
{
	for (unsigned flow_first = 0; flow_first < 2; flow_first++) {
		struct focus_room r;
		struct party a;

		room_open(&r);
		room_join(&r, &a, "demo", "sip:a@x", "A");
		say_state(&r, "connected");
		a.cut_off = flow_first;
		if (flow_first)
			focus_cut_off(a.ep);
		CU_ASSERT_EQUAL(a.ends, 0);
		say_state(&r, "closed");
		if (!flow_first) {
			CU_ASSERT_EQUAL(a.ends, 0);
			a.cut_off = true;
			focus_cut_off(a.ep);
		}
		room_turn(20);
		CU_ASSERT_EQUAL(a.ends, 1);
		CU_ASSERT_EQUAL(a.end_reason, REASON_LEFT);
		room_close(&r);
	}
}


static void silence_on_hold_is_no_timeout(void)
{
	struct focus_room r;
	struct party a;

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	focus_held(a.ep, true);
	mixer_say(&r.mixer, json_pack("{s:s,s:i,s:s}", "event", "leg.state",
				      "leg", 1, "state", "timeout"));
	CU_ASSERT_EQUAL(a.ends, 0);
	room_close(&r);
}


/** Who ends his encryption for as long as he holds begins it again with the
 *  offer that resumes */
static void the_end_of_media_on_hold_is_no_end(void)
{
	struct leg_description *leg = room_leg();
	struct focus_room r;
	struct party a;

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	say_state(&r, "connected");
	focus_held(a.ep, true);
	say_state(&r, "closed");
	say_state(&r, "failed");
	room_turn(5200);
	CU_ASSERT_EQUAL(a.ends, 0);
	CU_ASSERT_EQUAL(focus_leg_modify(a.ep, leg, NULL, NULL), REASON_NONE);
	focus_held(a.ep, false);
	say_state(&r, "connected");
	CU_ASSERT_EQUAL(a.ends, 0);

	/* but for one who cannot be told */
	focus_held(a.ep, true);
	say_state(&r, "closed");
	a.cut_off = true;
	focus_cut_off(a.ep);
	room_turn(5);
	CU_ASSERT_EQUAL(a.ends, 1);
	room_close(&r);
	mem_deref(leg);
}


static void star_six_mutes_and_unmutes(void)
{
	struct focus_room r;
	struct party a;

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	focus_dtmf(a.ep, '*', 100);
	mixer_say(&r.mixer,
		  json_pack("{s:s,s:i,s:s,s:i}", "event", "dtmf", "leg", 1,
			    "digit", "6", "duration_ms", 100));
	CU_ASSERT_EQUAL(event_count(&r, "dtmf"), 2);
	CU_ASSERT(json_is_true(
		json_object_get(event_last(&r, "muted"), "muted")));
	CU_ASSERT(json_is_true(
		json_object_get(mixer_last(&r.mixer, "leg.set"), "muted")));
	focus_dtmf(a.ep, '*', 100);
	focus_dtmf(a.ep, '6', 100);
	CU_ASSERT(json_is_false(
		json_object_get(event_last(&r, "muted"), "muted")));
	room_close(&r);
}


/** A mixer that says nonsense, or speaks of what is not its own, changes
 *  nothing */
static void nonsense_changes_nothing(void)
{
	static const char *const events[] = {
		"{\"event\":\"talking\"}",
		"{\"event\":\"talking\",\"leg\":0,\"talking\":true}",
		"{\"event\":\"talking\",\"leg\":-1,\"talking\":true}",
		"{\"event\":\"talking\",\"leg\":4294967297,\"talking\":true}",
		"{\"event\":\"talking\",\"leg\":\"1\",\"talking\":true}",
		"{\"event\":\"leg.state\",\"leg\":1}",
		"{\"event\":\"leg.state\",\"leg\":1,\"state\":7}",
		"{\"event\":\"leg.state\",\"leg\":1,\"state\":\"happy\"}",
		"{\"event\":\"video\",\"leg\":1,\"receiving\":true,"
		"\"width\":-1,\"height\":1}",
		"{\"event\":\"video\",\"leg\":1,\"receiving\":true,"
		"\"width\":1,\"height\":16385}",
		"{\"event\":\"dtmf\",\"leg\":1}",
		"{\"event\":\"dtmf\",\"leg\":1,\"digit\":\"12\"}",
		"{\"event\":\"dtmf\",\"leg\":1,\"digit\":\"\"}",
		"{\"event\":\"dtmf\",\"leg\":1,\"digit\":\"x\"}",
		"{\"event\":\"speaker\",\"mix\":99,\"leg\":1}",
		"{\"event\":\"unheard of\",\"leg\":1}",
	};
	struct focus_room r;
	struct party a;

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		size_t before = json_array_size(r.events);

		mixer_say(&r.mixer, json_loads(events[i], 0, NULL));
		if (json_array_size(r.events) != before)
			fprintf(stderr, "%s\n", events[i]);
		CU_ASSERT_EQUAL(json_array_size(r.events), before);
		CU_ASSERT_EQUAL(a.ends, 0);
	}
	room_close(&r);
}


/** 3 dB a key, to where it makes sense */
static void keys_turn_the_volume_within_bounds(void)
{
	static const struct {
		char key;
		unsigned times;
		int volume;
	} rows[] = {
		{'9', 1, 3},    {'9', 10, 12}, {'7', 1, 9},
		{'7', 20, -30}, {'9', 1, -27}, {'8', 1, 0},
	};
	struct focus_room r;
	struct party a;

	room_open(&r);
	room_join(&r, &a, "demo", "sip:a@x", "A");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (unsigned n = 0; n < rows[i].times; n++) {
			focus_dtmf(a.ep, '*', 100);
			focus_dtmf(a.ep, rows[i].key, 100);
		}
		room_turn(5);
		CU_ASSERT_EQUAL(number(mixer_last(&r.mixer, "leg.set"),
				       "volume_out_db"),
				rows[i].volume);
	}
	room_close(&r);
}

static CU_TestInfo tests[] = {
	{"media events reach the roster", media_events_reach_the_roster},
	{"lost media ends the session", lost_media_ends_the_session},
	{"the end of media waits for a new offer",
	 the_end_of_media_waits_for_a_new_offer},
	{"who cannot be told goes with its media",
	 who_cannot_be_told_goes_with_its_media},
	{"silence on hold is no timeout", silence_on_hold_is_no_timeout},
	{"the end of media on hold is no end",
	 the_end_of_media_on_hold_is_no_end},
	{"star six mutes and unmutes", star_six_mutes_and_unmutes},
	{"nonsense changes nothing", nonsense_changes_nothing},
	{"keys turn the volume within bounds",
	 keys_turn_the_volume_within_bounds},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(media_event, tests)
