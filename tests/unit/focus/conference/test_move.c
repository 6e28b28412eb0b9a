/**
 * @file test_move.c  From one conference to another with the leg as it is
 */
#include <string.h>
#include "focus/conference/conference.h"
#include "focus/conference/number.h"
#include "focus/conference/user.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


static struct focus_room room;


static void join(struct party *p, const char *conference)
{
	CU_ASSERT_EQUAL_FATAL(room_join(&room, p, conference, "sip:p@x", "P"),
			      0);
}


static enum reason move(struct party *p, const char *conference)
{
	return room_move(&room, p, conference, "sip:p@x", "P");
}


static long long number(const json_t *request, const char *key)
{
	return json_integer_value(json_object_get(request, key));
}


/** Of the last request with this op */
static long long last(const char *op, const char *key)
{
	return number(mixer_last(&room.mixer, op), key);
}


static void its_leg_goes_along(void)
{
	struct party host = {0}, p = {0};
	unsigned replies;
	uint32_t leg;
	json_t *key;

	room_open(&room);
	join(&host, "demo");
	join(&p, "dial-in");
	leg = p.ep->leg;
	endpoint_set_media(p.ep, NULL, true);
	replies = room.replies;
	CU_ASSERT_EQUAL(move(&p, "demo"), REASON_NONE);
	CU_ASSERT_EQUAL(p.ep->leg, leg);
	CU_ASSERT_EQUAL(focus_leg_endpoint(room.focus, leg), p.ep);
	CU_ASSERT_TRUE(p.ep->media_connected);
	CU_ASSERT_PTR_NULL(focus_conference(room.focus, "dial-in"));
	CU_ASSERT_EQUAL(room.replies, replies);
	room_turn(5);
	CU_ASSERT_EQUAL(room.replies, replies + 1);
	CU_ASSERT_EQUAL(room.reason, REASON_NONE);
	CU_ASSERT_EQUAL(last("leg.move", "leg"), leg);
	CU_ASSERT_EQUAL(last("leg.move", "mix"),
			host.ep->user->conference->mix);
	CU_ASSERT_EQUAL(mixer_count(&room.mixer, "leg.add"), 2);
	CU_ASSERT_EQUAL(mixer_count(&room.mixer, "leg.remove"), 0);

	/* let in as soon as its call is */
	focus_connected(p.ep);
	room_turn(5);
	CU_ASSERT_EQUAL(last("leg.set", "leg"), leg);
	CU_ASSERT_TRUE(json_is_false(
		json_object_get(mixer_last(&room.mixer, "leg.set"), "aside")));
	CU_ASSERT_EQUAL(conference_count_in(p.ep->user->conference), 2);

	/* and what the mixer says of it is of what it is there */
	key = json_pack("{s:s,s:i,s:s,s:i}", "event", "dtmf", "leg", (int)leg,
			"digit", "5", "duration_ms", 100);
	mixer_say(&room.mixer, key);
	CU_ASSERT_EQUAL(event_count(&room, "dtmf"), 1);
	CU_ASSERT_EQUAL(number(event_last(&room, "dtmf"), "endpoint"),
			p.ep->number);
	CU_ASSERT_EQUAL(p.ends, 0);

	focus_leave(p.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(last("leg.remove", "leg"), leg);
	focus_leave(host.ep, REASON_LEFT);
	room_close(&room);
}


static void who_is_kept_out_stays_where_he_is(void)
{
	struct party host = {0}, p = {0};
	const struct endpoint *before;

	room_open(&room);
	join(&host, "demo");
	join(&p, "dial-in");
	before = p.ep;
	conference_set_locked(host.ep->user->conference, true);
	CU_ASSERT_EQUAL(move(&p, "demo"), REASON_LOCKED);
	CU_ASSERT_EQUAL(p.ep, before);
	CU_ASSERT_EQUAL(mixer_count(&room.mixer, "leg.move"), 0);
	CU_ASSERT_TRUE(p.ep->bearers[0]->prepared);

	/* nor does what has just lost its media begin anew as if it had it */
	conference_set_locked(host.ep->user->conference, false);
	endpoint_media_ended(p.ep, REASON_MEDIA_FAILED);
	CU_ASSERT_EQUAL(move(&p, "demo"), REASON_NO_MIXER);
	endpoint_media_renewed(p.ep);
	CU_ASSERT_EQUAL(move(&p, "demo"), REASON_NONE);
	focus_leave(p.ep, REASON_LEFT);
	focus_leave(host.ep, REASON_LEFT);
	room_close(&room);
}


static void on_another_media_server_it_cannot_be(void)
{
	struct fake_mixer second = {.requests = json_array()};
	struct party host = {0}, p = {0};
	const struct endpoint *before;

	room_open_with(&room, 2);
	room_mixer_attach(&room, &second);
	join(&host, "demo");
	join(&p, "dial-in");
	CU_ASSERT_NOT_EQUAL(host.ep->user->conference->mixer,
			    p.ep->user->conference->mixer);
	before = p.ep;
	CU_ASSERT_EQUAL(move(&p, "demo"), REASON_NO_MIXER);
	CU_ASSERT_EQUAL(p.ep, before);
	CU_ASSERT_EQUAL(host.ep->user->conference->participants, 1);

	/* a description under way is of the mix that it was in */
	focus_leave(host.ep, REASON_LEFT);
	focus_leave(p.ep, REASON_LEFT);
	room_turn(5);
	mem_deref(second.link);
	json_decref(second.requests);
	room_close(&room);
}


static void while_it_is_described_it_stays(void)
{
	struct party host = {0}, p = {0};
	struct leg_description *leg = room_leg();

	room_open(&room);
	join(&host, "demo");
	join(&p, "dial-in");
	CU_ASSERT_EQUAL(focus_leg_modify(p.ep, leg, NULL, NULL), REASON_NONE);
	CU_ASSERT_EQUAL(move(&p, "demo"), REASON_NO_MIXER);
	CU_ASSERT_EQUAL(host.ep->user->conference->participants, 1);
	room_turn(5);
	CU_ASSERT_EQUAL(move(&p, "demo"), REASON_NONE);
	focus_leave(p.ep, REASON_LEFT);
	focus_leave(host.ep, REASON_LEFT);
	mem_deref(leg);
	room_close(&room);
}


/** The leg is in one of the two mixes: in neither it may stay */
static void what_a_mixer_refuses_is_over(void)
{
	struct party host = {0}, p = {0};
	uint32_t leg;

	room_open(&room);
	join(&host, "demo");
	join(&p, "dial-in");
	leg = p.ep->leg;
	room.mixer.refuse_legs = ENOMEM;
	CU_ASSERT_EQUAL(move(&p, "demo"), REASON_NONE);
	room_turn(5);
	CU_ASSERT_NOT_EQUAL(room.reason, REASON_NONE);
	CU_ASSERT_PTR_NULL(focus_leg_endpoint(room.focus, leg));
	CU_ASSERT_EQUAL(last("leg.remove", "leg"), leg);
	CU_ASSERT_EQUAL(host.ep->user->conference->participants, 1);
	focus_leave(host.ep, REASON_LEFT);
	room_close(&room);
}


/** What was said to it where it was ends, and is no answer to what it is told
 *  here */
static void words_of_before_are_nobodys(void)
{
	struct party host = {0}, p = {0};
	uint32_t said;

	room_open(&room);
	join(&host, "demo");
	join(&p, "dial-in");
	said = p.ep->saying;
	CU_ASSERT_TRUE(said > 0);
	CU_ASSERT_EQUAL(move(&p, "demo"), REASON_NONE);
	focus_connected(p.ep);
	CU_ASSERT_TRUE(
		endpoint_say(p.ep, (const char *const[]){"alone"}, 1, NULL));
	CU_ASSERT_TRUE(p.ep->saying > said);
	focus_leave(p.ep, REASON_LEFT);
	focus_leave(host.ep, REASON_LEFT);
	room_close(&room);
}


/** It is the same one, that speaks for itself by the API */
static void its_secret_goes_along(void)
{
	char secret[SECRET_SIZE];
	struct party p = {0};

	room_open(&room);
	join(&p, "dial-in");
	focus_secret(p.ep, secret);
	CU_ASSERT_EQUAL(move(&p, "demo"), REASON_NONE);
	CU_ASSERT_EQUAL(focus_secret_endpoint(room.focus, secret), p.ep);
	focus_connected(p.ep);
	CU_ASSERT_EQUAL(focus_secret_endpoint(room.focus, secret), p.ep);
	focus_leave(p.ep, REASON_LEFT);
	CU_ASSERT_PTR_NULL(focus_secret_endpoint(room.focus, secret));
	room_close(&room);
}


static void type(const struct party *p, const char *keys)
{
	for (; *keys; keys++)
		focus_dtmf(p->ep, *keys, 100);
}


/** The hash key after a number that ended without is not the first one here;
 *  the one after that is */
static void one_hash_key_may_come_late(void)
{
	/* ended by it; not; not, but it came on the way */
	for (unsigned row = 0; row < 3; row++) {
		const bool late = row == 1;
		struct party p = {0}, host = {0};
		char digits[16];

		room_open(&room);
		join(&host, "demo");
		join(&p, "dial-in");
		(void)re_snprintf(digits, sizeof(digits), "%u%s",
				  host.ep->user->conference->number,
				  row ? "" : "#");
		type(&p, digits);
		if (row)
			room_pass(ENTRY_NUMBER_GAP_MS / 1000 + 1);
		host.ep->user->conference->settings.host_pin.given = true;
		room_turn(5);
		CU_ASSERT_STRING_EQUAL(p.moves_to, "demo");
		if (row == 2)
			type(&p, "#");
		CU_ASSERT_EQUAL(move(&p, "demo"), REASON_NONE);
		focus_connected(p.ep);
		CU_ASSERT_EQUAL(p.ep->entry.state, ENTRY_PIN);
		type(&p, "#");
		CU_ASSERT_EQUAL(endpoint_is_in(p.ep), !late);
		type(&p, "#");
		CU_ASSERT_TRUE(endpoint_is_in(p.ep));
		focus_leave(p.ep, REASON_LEFT);
		focus_leave(host.ep, REASON_LEFT);
		room_close(&room);
	}
}


static CU_TestInfo tests[] = {
	{"its leg goes along", its_leg_goes_along},
	{"who is kept out stays where he is",
	 who_is_kept_out_stays_where_he_is},
	{"on another media server it cannot be",
	 on_another_media_server_it_cannot_be},
	{"while it is described it stays", while_it_is_described_it_stays},
	{"what a mixer refuses is over", what_a_mixer_refuses_is_over},
	{"words of before are nobody's", words_of_before_are_nobodys},
	{"its secret goes along", its_secret_goes_along},
	{"one hash key may come late", one_hash_key_may_come_late},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(move, tests)
