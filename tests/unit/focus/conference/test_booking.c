/**
 * @file test_booking.c  Conferences that are booked, and settings over a crash
 */
#include <errno.h>
#include "focus/conference/booking.h"
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "tests/unit/focus/conference/kept_world.h"
#include "tests/unit/unit.h"


static int set(const char *text, char *why)
{
	json_t *values = json_loads(text, 0, NULL);
	int err = booking_set(kept_room.focus, "demo", values, why);

	json_decref(values);

	return err;
}


static int add(const char *text)
{
	char why[SETTINGS_WHY_BYTES];
	json_t *values = json_loads(text, 0, NULL);
	int err = booking_add(kept_room.focus, "demo", values, why);

	json_decref(values);

	return err;
}


static bool find(struct booking *b)
{
	return booking_find(kept_room.focus, "demo", b);
}


static void a_booked_one_is_there_before_anybody_is(void)
{
	char why[SETTINGS_WHY_BYTES];
	struct party ann;
	struct booking b;

	kept_begin_anew();
	CU_ASSERT_FALSE(find(&b));
	CU_ASSERT_EQUAL(set("{\"lobby\":true}", why), ENOENT);
	CU_ASSERT_EQUAL(add("{\"lobby\":1}"), EINVAL);
	CU_ASSERT_FALSE(find(&b));
	CU_ASSERT_EQUAL(add("{\"guest_pin\":\"1234\",\"title\":\"Demo\"}"), 0);
	CU_ASSERT_EQUAL(add("{}"), EEXIST);
	CU_ASSERT_TRUE(find(&b));
	CU_ASSERT_TRUE(b.booked);
	CU_ASSERT_FALSE(b.running);
	CU_ASSERT_TRUE(pin_is(&b.settings.guest_pin, "1234"));

	/* and after the server was started anew */
	kept_crash();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	CU_ASSERT_FALSE(endpoint_is_in(ann.ep));
	CU_ASSERT_STRING_EQUAL(kept_demo()->settings.title, "Demo");
	CU_ASSERT_TRUE(find(&b));
	CU_ASSERT_TRUE(b.running);

	/* what is changed holds at once, and stays */
	CU_ASSERT_EQUAL(set("{\"guest_pin\":null}", why), 0);
	CU_ASSERT_TRUE(endpoint_is_in(ann.ep));
	CU_ASSERT_EQUAL(booking_remove(kept_room.focus, "demo"), 0);
	CU_ASSERT_EQUAL(booking_remove(kept_room.focus, "demo"), ENOENT);
	CU_ASSERT_STRING_EQUAL(kept_demo()->settings.title, "Demo");
	focus_leave(ann.ep, REASON_LEFT);
	CU_ASSERT_FALSE(find(&b));
	kept_end_all();
}


/** A lock is no part of what is booked: who comes next begins anew */
static void a_lock_ends_with_the_conference(void)
{
	struct party ann, ben;

	kept_begin_anew();
	CU_ASSERT_EQUAL(add("{\"title\":\"Demo\"}"), 0);
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	conference_set_locked(kept_demo(), true);
	focus_leave(ann.ep, REASON_LEFT);
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	CU_ASSERT_FALSE(kept_demo()->locked);
	CU_ASSERT_STRING_EQUAL(kept_demo()->settings.title, "Demo");
	kept_end_all();
}


/** ...but with a crash it does not, nor does what its host has set */
static void settings_hold_over_a_crash(void)
{
	char why[SETTINGS_WHY_BYTES], secret[SECRET_SIZE];
	struct party ann, eve;

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, secret);
	CU_ASSERT_EQUAL(set("{\"guest_pin\":\"4711\"}", why), 0);
	conference_set_locked(kept_demo(), true);
	kept_crash();
	/* nor is it open to who is there first, however often he tries */
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(
			room_join(&kept_room, &eve, "demo", "sip:e@x", "Eve"),
			REASON_LOCKED);
	kept_come(&ann, "sip:a@x", "Ann", secret);
	CU_ASSERT_TRUE(endpoint_is_in(ann.ep));
	CU_ASSERT_TRUE(kept_is_host(&ann));
	CU_ASSERT_TRUE(kept_demo()->locked);
	CU_ASSERT_TRUE(pin_is(&kept_demo()->settings.guest_pin, "4711"));

	/* with its end they are gone */
	focus_leave(ann.ep, REASON_LEFT);
	kept_come(&eve, "sip:e@x", "Eve", NULL);
	CU_ASSERT_TRUE(endpoint_is_in(eve.ep));
	CU_ASSERT_FALSE(kept_demo()->locked);
	kept_end_all();
}


/** Those of a day ago that nobody came back to are nobody's */
static void what_nobody_came_back_to_is_forgotten(void)
{
	char why[SETTINGS_WHY_BYTES], secret[SECRET_SIZE];
	struct party ann, eve;
	struct booking b;

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, secret);
	CU_ASSERT_EQUAL(set("{\"guest_pin\":\"4711\"}", why), 0);
	kept_end();
	kept_run_sql("UPDATE member_alive SET unix_s=unix_s-86400");
	kept_begin();
	CU_ASSERT_FALSE(find(&b));
	kept_come(&eve, "sip:e@x", "Eve", NULL);
	CU_ASSERT_TRUE(endpoint_is_in(eve.ep));
	CU_ASSERT_TRUE(kept_is_host(&eve));
	kept_end_all();
}


/** Who takes the name of one that fell silent has nothing of it, nor after a
 *  crash of his own */
static void what_was_set_is_of_those_who_set_it(void)
{
	for (int booked = 0; booked < 2; booked++) {
		char why[SETTINGS_WHY_BYTES], a[SECRET_SIZE], e[SECRET_SIZE];
		struct party ann, eve, fay;

		kept_begin_anew();
		if (booked)
			CU_ASSERT_EQUAL(add("{\"title\":\"Demo\"}"), 0);
		kept_come(&ann, "sip:a@x", "Ann", NULL);
		focus_secret(ann.ep, a);
		if (!booked)
			CU_ASSERT_EQUAL(set("{\"guest_pin\":\"4711\"}", why),
					0);
		conference_set_locked(kept_demo(), true);
		focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
		kept_come(&eve, "sip:e@x", "Eve", NULL);
		CU_ASSERT_TRUE(endpoint_is_in(eve.ep));
		CU_ASSERT_TRUE(kept_is_host(&eve));
		CU_ASSERT_FALSE(kept_demo()->locked);
		CU_ASSERT_FALSE(kept_demo()->settings.guest_pin.given);
		focus_secret(eve.ep, e);
		kept_crash();
		kept_come(&fay, "sip:f@x", "Fay", NULL);
		CU_ASSERT_TRUE(endpoint_is_in(fay.ep));
		CU_ASSERT_FALSE(kept_demo()->locked);
		kept_end_all();
	}
}


/** What is changed of one that nobody is back in yet neither opens it nor is
 *  lost */
static void one_that_may_go_on_is_changed_as_it_is(void)
{
	for (int how = 0; how < 3; how++) {
		char why[SETTINGS_WHY_BYTES], a[SECRET_SIZE];
		struct party ann, eve;
		struct booking b;

		kept_begin_anew();
		if (how == 2)
			CU_ASSERT_EQUAL(add("{\"title\":\"Demo\"}"), 0);
		kept_come(&ann, "sip:a@x", "Ann", NULL);
		focus_secret(ann.ep, a);
		conference_set_locked(kept_demo(), true);
		CU_ASSERT_EQUAL(conference_set_layout(kept_demo(), "speaker"),
				REASON_NONE);
		kept_crash();
		if (how == 0)
			CU_ASSERT_EQUAL(set("{\"title\":\"All\"}", why), 0);
		if (how == 1)
			CU_ASSERT_EQUAL(add("{\"title\":\"All\"}"), 0);
		if (how == 2)
			CU_ASSERT_EQUAL(
				booking_remove(kept_room.focus, "demo"), 0);
		CU_ASSERT_TRUE(find(&b));
		CU_ASSERT_EQUAL(b.booked, how == 1);
		CU_ASSERT_EQUAL(
			room_join(&kept_room, &eve, "demo", "sip:e@x", "Eve"),
			REASON_LOCKED);
		kept_come(&ann, "sip:a@x", "Ann", a);
		CU_ASSERT_TRUE(kept_demo()->locked);
		CU_ASSERT_STRING_EQUAL(kept_demo()->layout, "speaker");
		CU_ASSERT_STRING_EQUAL(kept_demo()->settings.title,
				       how == 2 ? "Demo" : "All");
		kept_end_all();
	}
}


static CU_TestInfo tests[] = {
	{"a booked one is there before anybody is",
	 a_booked_one_is_there_before_anybody_is},
	{"a lock ends with the conference", a_lock_ends_with_the_conference},
	{"settings hold over a crash", settings_hold_over_a_crash},
	{"what nobody came back to is forgotten",
	 what_nobody_came_back_to_is_forgotten},
	{"what was set is of those who set it",
	 what_was_set_is_of_those_who_set_it},
	{"one that may go on is changed as it is",
	 one_that_may_go_on_is_changed_as_it_is},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(booking, tests)
