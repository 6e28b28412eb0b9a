/**
 * @file test_entry_full.c  Who comes to a conference in which there is no room
 */
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "tests/unit/focus/conference/entry_world.h"
#include "tests/unit/unit.h"


/** Whoever walks those who wait, or is in the midst of telling that one's call
 *  is up, finds all of them still there */
static void nobody_is_turned_away_from_within(void)
{
	struct entry_scene s;
	struct party late;

	entry_scene_open(&s, "lobby=on max_participants=2");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_EQUAL_FATAL(
		room_join_begin(&s.r, &late, "demo", "sip:l@x", "Late"),
		REASON_NONE);
	room_turn(5);
	CU_ASSERT_TRUE(
		entry_say(&s, &s.host, "{\"verb\":\"admit\",\"target\":2}")
			.ok);
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	focus_connected(late.ep);
	CU_ASSERT_EQUAL(late.ends, 0);
	room_turn(5);
	CU_ASSERT_EQUAL(late.ends, 1);
	CU_ASSERT_EQUAL(late.end_reason, REASON_FULL);
	entry_scene_close(&s);
}


static void nor_by_what_is_said_of_all(void)
{
	struct entry_scene s;
	struct party other;

	entry_scene_open(&s, "lobby=on max_participants=2");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	entry_join(&s, &other, "sip:o@x");
	CU_ASSERT_TRUE(entry_say(&s, &s.host,
				 "{\"verb\":\"settings\",\"settings\":"
				 "{\"lobby\":false}}")
			       .ok);
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_EQUAL(other.ends, 0);
	/* nor is he let in meanwhile */
	CU_ASSERT_TRUE(entry_say(&s, &s.host,
				 "{\"verb\":\"settings\",\"settings\":"
				 "{\"max_participants\":3}}")
			       .ok);
	room_turn(5);
	CU_ASSERT_EQUAL(other.ends, 1);
	CU_ASSERT_EQUAL(other.end_reason, REASON_FULL);

	entry_join(&s, &other, "sip:o@x");
	CU_ASSERT_TRUE(endpoint_is_in(other.ep));
	entry_scene_close(&s);
}


/** His call comes up when he is to go already */
static void who_is_to_go_is_not_asked_anew(void)
{
	struct entry_scene s;

	entry_scene_open(&s, "lobby=on");
	entry_join(&s, &s.host, "sip:h@x");
	CU_ASSERT_EQUAL_FATAL(
		room_join_begin(&s.r, &s.guest, "demo", "sip:g@x", "G"),
		REASON_NONE);
	room_turn(5);
	CU_ASSERT_TRUE(
		entry_say(&s, &s.host, "{\"verb\":\"deny\",\"target\":2}").ok);
	focus_connected(s.guest.ep);
	room_turn(5);
	CU_ASSERT_EQUAL(s.guest.ends, 1);
	CU_ASSERT_EQUAL(s.guest.end_reason, REASON_DENIED);
	entry_scene_close(&s);
}


static CU_TestInfo tests[] = {
	{"nobody is turned away from within",
	 nobody_is_turned_away_from_within},
	{"nor by what is said of all", nor_by_what_is_said_of_all},
	{"who is to go is not asked anew", who_is_to_go_is_not_asked_anew},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(entry_full, tests)
