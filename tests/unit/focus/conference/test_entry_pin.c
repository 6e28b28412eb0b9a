/**
 * @file test_entry_pin.c  How many wrong PINs somebody has, and for how long
 */
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "tests/unit/focus/conference/entry_world.h"
#include "tests/unit/unit.h"


#define WRONG "{\"verb\":\"pin\",\"pin\":\"5555\"}"


/** Who knows what guests know may be after what hosts know: he has no more
 *  tries for it */
static void a_guests_pin_forgives_no_wrong_ones(void)
{
	struct entry_said said;
	struct entry_scene s;

	entry_scene_open(&s, "host_pin=9999 guest_pin=1111");
	entry_join(&s, &s.guest, "sip:g@x");
	said = entry_say(&s, &s.guest, WRONG);
	CU_ASSERT_EQUAL(said.tries_left, 2);
	room_pass(2);
	entry_type(&s.guest, "1111#");
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	said = entry_say(&s, &s.guest, WRONG);
	CU_ASSERT_STRING_EQUAL(said.code, "wrong-pin");
	CU_ASSERT_EQUAL(said.tries_left, 1);
	room_pass(3);
	said = entry_say(&s, &s.guest, WRONG);
	CU_ASSERT_STRING_EQUAL(said.code, "too-many-tries");
	CU_ASSERT_EQUAL(said.tries_left, 0);
	entry_scene_close(&s);
}


/** A host has slipped, and so has a guest where there is nothing else to find
 *  out */
static void what_is_right_forgives_wrong_ones(void)
{
	static const char *const settings[] = {"host_pin=9999 guest_pin=1111",
					       "guest_pin=9999"};

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		struct entry_said said;
		struct entry_scene s;

		entry_scene_open(&s, settings[i]);
		entry_join(&s, &s.guest, "sip:g@x");
		said = entry_say(&s, &s.guest, WRONG);
		CU_ASSERT_EQUAL(said.tries_left, 2);
		room_pass(2);
		entry_type(&s.guest, "9999#");
		CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
		said = entry_say(&s, &s.guest, WRONG);
		CU_ASSERT_STRING_EQUAL(said.code, "wrong-pin");
		CU_ASSERT_EQUAL(said.tries_left, 2);
		entry_scene_close(&s);
	}
}


/** Who tries though he has to wait is given time for it; but not without end
 */
static void nobody_tries_for_ever(void)
{
	for (int late = 0; late < 2; late++) {
		struct entry_said said;
		struct entry_scene s;

		entry_scene_open(&s, "guest_pin=1111");
		entry_join(&s, &s.guest, "sip:g@x");
		(void)entry_say(&s, &s.guest, WRONG);
		/* others of his address were wrong, too */
		s.guest.ep->entry.next_ms += 400000;
		if (late)
			s.guest.ep->since_ms -= ENTRY_WAIT_MS;
		room_pass(100);
		said = entry_say(&s, &s.guest, WRONG);
		CU_ASSERT_STRING_EQUAL(said.code, "too-many-tries");
		CU_ASSERT(said.wait_ms > 200000);
		room_pass(30);
		CU_ASSERT_EQUAL(s.guest.ends, late);
		if (late)
			CU_ASSERT_EQUAL(s.guest.end_reason,
					REASON_NOT_ADMITTED);
		entry_scene_close(&s);
	}
}


static CU_TestInfo tests[] = {
	{"a guest's PIN forgives no wrong ones",
	 a_guests_pin_forgives_no_wrong_ones},
	{"what is right forgives wrong ones",
	 what_is_right_forgives_wrong_ones},
	{"nobody tries for ever", nobody_tries_for_ever},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(entry_pin, tests)
