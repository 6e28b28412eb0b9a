/**
 * @file test_number.c  The number that a telephone finds a conference by
 */
#include <stdio.h>
#include <string.h>
#include "focus/conference/booking.h"
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/number.h"
#include "focus/conference/user.h"
#include "tests/unit/focus/conference/kept_world.h"
#include "tests/unit/unit.h"


static void type(const struct party *p, const char *keys)
{
	for (; *keys; keys++)
		focus_dtmf(p->ep, *keys, 100);
}


static void join(struct party *p, const char *conference)
{
	CU_ASSERT_EQUAL_FATAL(
		room_join(&kept_room, p, conference, "sip:p@x", "P"), 0);
}


/** The digits of a number */
static const char *digits_of(uint32_t number)
{
	static char text[NUMBER_DIGITS + 1];

	(void)snprintf(text, sizeof(text), "%u", number);

	return text;
}


static uint32_t number_of(const char *name)
{
	return number_for(kept_room.focus, name, 0);
}


static void book(const char *name)
{
	char why[SETTINGS_WHY_BYTES];

	CU_ASSERT_EQUAL(booking_add(kept_room.focus, name, NULL, why), 0);
}


static bool finds(uint32_t number, const char *name)
{
	char found[POLICY_NAME_MAX + 1];

	return number_find(kept_room.focus, digits_of(number), found) &&
	       !strcmp(found, name);
}


static void a_conference_has_the_same_after_a_crash(void)
{
	uint32_t demo, board;
	struct party p;

	kept_begin_anew();
	join(&p, "demo");
	demo = p.ep->user->conference->number;
	CU_ASSERT_TRUE(demo >= 100000000 && demo <= 999999999);
	book("board");
	board = number_of("board");
	CU_ASSERT_NOT_EQUAL(demo, board);
	CU_ASSERT_TRUE(finds(demo, "demo"));
	CU_ASSERT_TRUE(finds(board, "board"));

	kept_crash();
	/* it is booked, and so is there before anybody is */
	CU_ASSERT_TRUE(finds(board, "board"));
	CU_ASSERT_FALSE(finds(demo, "demo"));
	join(&p, "demo");
	CU_ASSERT_TRUE(finds(demo, "demo"));
	kept_end_all();
}


static void two_never_have_the_same(void)
{
	struct party p;
	uint32_t demo;

	kept_begin_anew();
	demo = number_of("demo");
	join(&p, "board");
	CU_ASSERT_EQUAL(number_for(kept_room.focus, "board", 0),
			p.ep->user->conference->number);
	/* as if by chance: that is taken */
	hash_unlink(&p.ep->user->conference->number_le);
	p.ep->user->conference->number = demo;
	hash_append(kept_room.focus->numbers, demo,
		    &p.ep->user->conference->number_le,
		    p.ep->user->conference);
	CU_ASSERT_NOT_EQUAL(number_for(kept_room.focus, "demo", 0), demo);
	CU_ASSERT_NOT_EQUAL(number_for(kept_room.focus, "demo", demo), demo);
	CU_ASSERT_TRUE(finds(demo, "board"));
	kept_end_all();
}


static void what_is_no_number_finds_nothing(void)
{
	static const char *const bad[] = {"",          "1",
					  "12345678",  "1234567890",
					  "12345678*", "99999999999999999999",
					  "-12345678", "000000000"};
	char name[POLICY_NAME_MAX + 1];
	struct party p;

	kept_begin_anew();
	join(&p, "demo");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CU_ASSERT_FALSE(number_find(kept_room.focus, bad[i], name));
	kept_end_all();
}


/** Only what people meet in has one to tell */
static void it_is_told_in_groups(void)
{
	char text[NUMBER_TEXT_BYTES];
	struct focus *f;

	kept_begin_anew();
	f = kept_room.focus;
	number_print(text, f, "demo", 123456789);
	CU_ASSERT_STRING_EQUAL(text, "123 456 789");
	number_print(text, f, "demo", 100000001);
	CU_ASSERT_STRING_EQUAL(text, "100 000 001");
	number_print(text, f, "echo", 123456789);
	CU_ASSERT_STRING_EQUAL(text, "");
	number_print(text, f, "dial-in", 123456789);
	CU_ASSERT_STRING_EQUAL(text, "");
	CU_ASSERT_TRUE(number_is_asked_at(f, "Dial-In"));
	CU_ASSERT_FALSE(number_is_asked_at(f, "demo"));
	CU_ASSERT_FALSE(number_is_asked_at(f, ""));
	kept_end_all();
}


static void who_types_one_goes_there(void)
{
	struct party host, p;

	kept_begin_anew();
	join(&host, "demo");
	join(&p, "dial-in");
	CU_ASSERT_EQUAL(p.ep->entry.state, ENTRY_NUMBER);
	/* a star begins anew, and no hash key is needed */
	type(&p, "123*");
	type(&p, digits_of(host.ep->user->conference->number));
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(p.moves_to, "");
	room_pass(ENTRY_NUMBER_GAP_MS / 1000 + 1);
	CU_ASSERT_STRING_EQUAL(p.moves_to, "demo");

	/* what he types on the way is nobody's */
	type(&p, "123456789#");
	CU_ASSERT_EQUAL(p.ep->entry.wrong, 0);

	/* he is told why he is not in, and goes */
	kept_room.webrtc = true;
	focus_not_moved(p.ep, REASON_LOCKED);
	CU_ASSERT_EQUAL(p.ends, 0);
	room_pass(ENTRY_FAREWELL_MS / 1000 + 1);
	CU_ASSERT_EQUAL(p.ends, 1);
	CU_ASSERT_EQUAL(p.end_reason, REASON_LOCKED);
	kept_room.webrtc = false;
	kept_end_all();
}


/** ...but where it is pressed it is that of the number: it must not be the
 *  first key in the conference */
static void the_hash_key_ends_one(void)
{
	struct party host, p;

	kept_begin_anew();
	join(&host, "demo");
	join(&p, "dial-in");
	type(&p, "123");
	room_pass(ENTRY_NUMBER_KEPT_MS / 1000 - 1);
	type(&p, "4");
	/* and who has given it up begins anew */
	room_pass(ENTRY_NUMBER_KEPT_MS / 1000 + 1);
	type(&p, "#");
	CU_ASSERT_EQUAL(p.ep->entry.wrong, 0);
	type(&p, digits_of(host.ep->user->conference->number));
	type(&p, "#");
	room_turn(5);
	CU_ASSERT_STRING_EQUAL(p.moves_to, "demo");
	kept_end_all();
}


/** It may be held down while the call moves, or come late */
static void that_key_is_not_the_next_ones(void)
{
	char why[SETTINGS_WHY_BYTES];
	json_t *pin = json_pack("{s:s}", "guest_pin", "2468");
	struct party p;

	kept_begin_anew();
	CU_ASSERT_EQUAL(booking_add(kept_room.focus, "demo", pin, why), 0);
	json_decref(pin);
	kept_room.moved = true;
	join(&p, "demo");
	kept_room.moved = false;
	type(&p, "#");
	CU_ASSERT_EQUAL(p.ep->entry.wrong, 0);
	room_pass(ENTRY_MOVED_MS / 1000 + 1);
	type(&p, "#");
	CU_ASSERT_EQUAL(p.ep->entry.wrong, 1);
	room_pass(2);
	type(&p, "2468#");
	CU_ASSERT_TRUE(endpoint_is_in(p.ep));
	kept_end_all();
}


static void whoever_calls_it_is_nobodys_host(void)
{
	struct party ann, bob;

	kept_begin_anew();
	kept_room.known = true;
	join(&ann, "dial-in");
	kept_room.known = false;
	join(&bob, "dial-in");
	CU_ASSERT_EQUAL(ann.ep->user->role, ROLE_GUEST);
	CU_ASSERT_EQUAL(conference_count_in(ann.ep->user->conference), 0);
	/* neither is told of the other, nor let in by anybody */
	CU_ASSERT_EQUAL(entry_admit_all(ann.ep->user->conference),
			REASON_NOBODY);
	entry_reconsider(ann.ep->user->conference);
	CU_ASSERT_EQUAL(ann.ep->entry.state, ENTRY_NUMBER);

	/* who calls again has to say again where to */
	focus_leave(ann.ep, REASON_UNAVAILABLE);
	kept_room.known = true;
	join(&ann, "dial-in");
	kept_room.known = false;
	CU_ASSERT_EQUAL(ann.ep->entry.state, ENTRY_NUMBER);
	kept_end_all();
}


static void three_wrong_ones_end_the_call(void)
{
	struct party p, other;

	kept_begin_anew();
	join(&p, "dial-in");
	join(&other, "dial-in");
	type(&p, "000000000#");
	CU_ASSERT_EQUAL(p.ep->entry.wrong, 1);
	/* nobody else waits for that */
	type(&other, "000000000#");
	CU_ASSERT_EQUAL(other.ep->entry.wrong, 1);
	for (unsigned i = 1; i < PIN_TRIES; i++) {
		room_pass(PIN_TRIES);
		type(&p, "000000000#");
	}
	room_pass(ENTRY_FAREWELL_MS / 1000 + 1);
	CU_ASSERT_EQUAL(p.ends, 1);
	CU_ASSERT_EQUAL(p.end_reason, REASON_TOO_MANY_TRIES);
	CU_ASSERT_EQUAL(other.ends, 0);
	kept_end_all();
}


static CU_TestInfo tests[] = {
	{"a conference has the same after a crash",
	 a_conference_has_the_same_after_a_crash},
	{"two never have the same", two_never_have_the_same},
	{"what is no number finds nothing", what_is_no_number_finds_nothing},
	{"it is told in groups", it_is_told_in_groups},
	{"who types one goes there", who_types_one_goes_there},
	{"the hash key ends one", the_hash_key_ends_one},
	{"that key is not the next one's", that_key_is_not_the_next_ones},
	{"whoever calls it is nobody's host",
	 whoever_calls_it_is_nobodys_host},
	{"three wrong ones end the call", three_wrong_ones_end_the_call},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(number, tests)
