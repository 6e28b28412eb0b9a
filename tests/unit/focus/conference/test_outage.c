/**
 * @file test_outage.c  All are cut off: is it as it was when they come back?
 */
#include <stdio.h>
#include <string.h>
#include "focus/conference/booking.h"
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "tests/unit/focus/conference/kept_world.h"
#include "tests/unit/unit.h"


static struct party ann, ben;
static char anns[SECRET_SIZE], bens[SECRET_SIZE];


static void set(bool lobby)
{
	struct conference_settings settings = kept_demo()->settings;

	settings.lobby = lobby;
	conference_set_settings(kept_demo(), &settings);
}


/** A host has it as he likes, and then the network is away */
static void cut_off(void)
{
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, anns);
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, bens);
	set(true);
	conference_set_locked(kept_demo(), true);
	(void)conference_set_layout(kept_demo(), "speaker");
	focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
	focus_leave(ben.ep, REASON_MEDIA_TIMEOUT);
	CU_ASSERT_PTR_NULL(kept_demo());
}


static bool is_as_it_was(void)
{
	const struct conference *c = kept_demo();

	return c->settings.lobby && c->locked && !strcmp(c->layout, "speaker");
}


static bool is_as_any(void)
{
	const struct conference *c = kept_demo();

	return !c->settings.lobby && !c->locked && !strcmp(c->layout, "grid");
}


static void its_host_finds_it_as_it_was(void)
{
	struct party eve;

	kept_begin_anew();
	cut_off();
	kept_come(&ann, "sip:a@x", "Ann", anns);
	CU_ASSERT_TRUE(kept_is_host(&ann));
	CU_ASSERT_TRUE(is_as_it_was());
	CU_ASSERT_STRING_EQUAL(
		json_string_value(json_object_get(
			mixer_last(&kept_room.mixer, "mix.set"), "layout")),
		"speaker");
	CU_ASSERT_EQUAL(room_join(&kept_room, &eve, "demo", "sip:e@x", "Eve"),
			REASON_LOCKED);
	/* and so over the next outage */
	focus_secret(ann.ep, anns);
	focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
	kept_come(&ben, "sip:b@x", "Ben", bens);
	CU_ASSERT_TRUE(is_as_any());
	kept_come(&ann, "sip:a@x", "Ann", anns);
	CU_ASSERT_TRUE(is_as_it_was());
	kept_end_all();
}


/** The name of a room that all know is anybody's who comes first */
static void who_comes_first_is_not_bound_by_it(void)
{
	struct party eve;

	kept_begin_anew();
	cut_off();
	kept_come(&eve, "sip:e@x", "Eve", NULL);
	CU_ASSERT_TRUE(kept_is_host(&eve));
	CU_ASSERT_TRUE(is_as_any());
	/* nor is what he has made of it undone */
	kept_come(&ann, "sip:a@x", "Ann", anns);
	CU_ASSERT_TRUE(kept_is_host(&ann));
	CU_ASSERT_TRUE(is_as_any());
	kept_end_all();
}


/** Neither does a guest of before bring it back, nor does it get lost by an
 *  outage in between */
static void it_waits_for_its_host(void)
{
	kept_begin_anew();
	cut_off();
	kept_come(&ben, "sip:b@x", "Ben", bens);
	CU_ASSERT_FALSE(kept_is_host(&ben));
	CU_ASSERT_TRUE(is_as_any());
	focus_secret(ben.ep, bens);
	focus_leave(ben.ep, REASON_MEDIA_TIMEOUT);
	kept_come(&ben, "sip:b@x", "Ben", bens);
	kept_come(&ann, "sip:a@x", "Ann", anns);
	CU_ASSERT_TRUE(is_as_it_was());
	CU_ASSERT_TRUE(endpoint_is_in(ben.ep));
	kept_end_all();
}


/** ...for as long as he is waited for */
static void an_end_is_an_end(void)
{
	kept_begin_anew();
	cut_off();
	room_pass(MEMBERS_KEPT_S + 1);
	kept_come(&ann, "sip:a@x", "Ann", anns);
	CU_ASSERT_TRUE(is_as_any());
	focus_secret(ann.ep, anns);
	focus_leave(ann.ep, REASON_LEFT);
	kept_come(&ann, "sip:a@x", "Ann", anns);
	CU_ASSERT_TRUE(is_as_any());
	kept_end_all();
}


/** Where it goes on by its name alone there need not be a store */
static void one_with_a_name_of_its_own_goes_on_as_it_was(void)
{
	char *name = NULL;
	struct party eve;
	struct conference *c;

	kept_begin_anew();
	focus_set_conference_store(kept_room.focus, NULL);
	CU_ASSERT_EQUAL_FATAL(focus_new_name(kept_room.focus, &name), 0);
	kept_room.factory = true;
	CU_ASSERT_EQUAL_FATAL(
		room_join(&kept_room, &ann, name, "sip:a@x", "Ann"), 0);
	kept_room.factory = false;
	conference_set_locked(ann.ep->user->conference, true);
	focus_secret(ann.ep, anns);
	focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
	CU_ASSERT_EQUAL(room_join(&kept_room, &eve, name, "sip:e@x", "Eve"),
			REASON_LOCKED);
	kept_room.secret = anns;
	CU_ASSERT_EQUAL_FATAL(
		room_join(&kept_room, &ann, name, "sip:a@x", "Ann"), 0);
	kept_room.secret = NULL;
	c = ann.ep->user->conference;
	CU_ASSERT_TRUE(c->locked);
	mem_deref(name);
	kept_end_all();
}


/** As they do: by the time that the first one's call is up the other one is on
 *  his way */
static void two_moderators_come_back_together(void)
{
	struct endpoint *first, *second;

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, anns);
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, bens);
	endpoint_set_role(ben.ep, ROLE_MODERATOR);
	set(true);
	conference_set_locked(kept_demo(), true);
	(void)conference_set_layout(kept_demo(), "speaker");
	focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
	focus_leave(ben.ep, REASON_MEDIA_TIMEOUT);

	kept_room.secret = anns;
	CU_ASSERT_EQUAL_FATAL(
		room_join_begin(&kept_room, &ann, "demo", "sip:a@x", "Ann"),
		0);
	first = ann.ep;
	kept_room.secret = bens;
	CU_ASSERT_EQUAL_FATAL(
		room_join_begin(&kept_room, &ben, "demo", "sip:b@x", "Ben"),
		0);
	second = ben.ep;
	kept_room.secret = NULL;
	room_turn(5);
	focus_connected(first);
	focus_connected(second);
	CU_ASSERT_TRUE(is_as_it_was());
	kept_end_all();
}


/** Nor does one who has made it anew find what another one had set before */
static void who_has_it_since_has_it_as_he_likes(void)
{
	struct party eve;
	char eves[SECRET_SIZE];

	kept_begin_anew();
	cut_off();
	kept_come(&eve, "sip:e@x", "Eve", NULL);
	focus_secret(eve.ep, eves);
	(void)conference_set_layout(kept_demo(), "speaker");
	focus_leave(eve.ep, REASON_MEDIA_TIMEOUT);
	kept_come(&eve, "sip:e@x", "Eve", eves);
	CU_ASSERT_TRUE(kept_is_host(&eve));
	CU_ASSERT_FALSE(kept_demo()->settings.lobby);
	CU_ASSERT_FALSE(kept_demo()->locked);
	CU_ASSERT_STRING_EQUAL(kept_demo()->layout, "speaker");
	kept_end_all();
}


/** What was booked is as the booking is, and gone with that */
static void a_booking_that_was_removed_stays_so(void)
{
	char why[SETTINGS_WHY_BYTES];
	json_t *title = json_pack("{s:s}", "title", "Board");

	kept_begin_anew();
	CU_ASSERT_EQUAL(booking_add(kept_room.focus, "demo", title, why), 0);
	json_decref(title);
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	CU_ASSERT_TRUE(kept_is_host(&ann));
	CU_ASSERT_STRING_EQUAL(kept_demo()->settings.title, "Board");
	focus_secret(ann.ep, anns);
	conference_set_locked(kept_demo(), true);
	focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
	CU_ASSERT_EQUAL(booking_remove(kept_room.focus, "demo"), 0);
	kept_come(&ann, "sip:a@x", "Ann", anns);
	CU_ASSERT_TRUE(kept_demo()->locked);
	CU_ASSERT_STRING_EQUAL(kept_demo()->settings.title, "");
	kept_end_all();
}


/** After a crash nobody is host who was not; who waits for one does so as long
 *  as one may come, and then begins anew */
static void nobody_waits_for_who_does_not_come(void)
{
	struct conference_settings settings;
	struct party eve;

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, anns);
	settings = kept_demo()->settings;
	settings.wait_for_host = true;
	(void)snprintf(settings.title, sizeof(settings.title), "Ann's");
	conference_set_settings(kept_demo(), &settings);
	kept_crash();
	kept_come(&eve, "sip:e@x", "Eve", NULL);
	CU_ASSERT_EQUAL(eve.ep->entry.state, ENTRY_HOST);
	room_pass(MEMBERS_KEPT_S - 60);
	CU_ASSERT_EQUAL(eve.ep->entry.state, ENTRY_HOST);
	room_pass(100);
	CU_ASSERT_TRUE(endpoint_is_in(eve.ep));
	CU_ASSERT_TRUE(kept_is_host(&eve));
	/* what Ann had set is hers */
	CU_ASSERT_FALSE(kept_demo()->settings.wait_for_host);
	CU_ASSERT_STRING_EQUAL(kept_demo()->settings.title, "");
	kept_end_all();
}


static CU_TestInfo tests[] = {
	{"its host finds it as it was", its_host_finds_it_as_it_was},
	{"who comes first is not bound by it",
	 who_comes_first_is_not_bound_by_it},
	{"it waits for its host", it_waits_for_its_host},
	{"an end is an end", an_end_is_an_end},
	{"two moderators come back together",
	 two_moderators_come_back_together},
	{"who has it since has it as he likes",
	 who_has_it_since_has_it_as_he_likes},
	{"a booking that was removed stays so",
	 a_booking_that_was_removed_stays_so},
	{"nobody waits for who does not come",
	 nobody_waits_for_who_does_not_come},
	{"one with a name of its own goes on as it was",
	 one_with_a_name_of_its_own_goes_on_as_it_was},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(outage, tests)
