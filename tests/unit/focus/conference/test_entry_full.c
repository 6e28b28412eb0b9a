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


static enum reason try_to_join(struct entry_scene *s, struct party *p,
			       const char *aor)
{
	return room_join(&s->r, p, "demo", aor, aor + 4);
}


/** Five who wait silently fill no room for five */
static void who_waits_takes_no_room(void)
{
	struct entry_scene s;
	struct party silent[4], late, back;
	char in[SECRET_SIZE], waiting[SECRET_SIZE];

	entry_scene_open(&s, "lobby=on max_participants=2");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(
		entry_say(&s, &s.host, "{\"verb\":\"admit\",\"target\":2}")
			.ok);
	focus_secret(s.guest.ep, in);
	focus_leave(s.guest.ep, REASON_LEFT);
	/* but no more may wait than are let onto the server's largest */
	for (size_t i = 0; i < ARRAY_SIZE(silent); i++)
		entry_join(&s, &silent[i], "sip:s@x");
	CU_ASSERT_EQUAL(try_to_join(&s, &late, "sip:l@x"), REASON_FULL);
	CU_ASSERT_EQUAL(focus_may_join(s.r.focus, "demo"), REASON_FULL);
	focus_secret(silent[0].ep, waiting);

	/* whom somebody inside has called, and who comes back, do not wait */
	s.r.secret = in;
	CU_ASSERT_EQUAL(try_to_join(&s, &back, "sip:g@x"), REASON_NONE);
	CU_ASSERT_TRUE(endpoint_is_in(back.ep));
	focus_leave(back.ep, REASON_LEFT);
	s.r.secret = NULL;
	s.r.dialled_out = true;
	CU_ASSERT_EQUAL(try_to_join(&s, &late, "sip:l@x"), REASON_NONE);
	s.r.dialled_out = false;
	focus_leave(late.ep, REASON_LEFT);
	/* and who waits may do so by another way */
	s.r.secret = waiting;
	CU_ASSERT_EQUAL(try_to_join(&s, &late, "sip:s@x"), REASON_NONE);
	CU_ASSERT_FALSE(endpoint_is_in(late.ep));
	s.r.secret = NULL;
	entry_scene_close(&s);
}


/** So that he can make some. Who is none may say so, and is heard */
static void there_is_room_for_a_host(void)
{
	struct entry_scene s;
	struct party late;

	entry_scene_open(&s, "host_pin=9999 max_participants=1");
	s.r.known = true;
	entry_join(&s, &s.guest, "sip:g@x");
	entry_type(&s.guest, "#");
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	/* who would be in at once */
	CU_ASSERT_EQUAL(try_to_join(&s, &late, "sip:g@x"), REASON_FULL);
	s.r.known = false;
	s.r.dialled_out = true;
	CU_ASSERT_EQUAL(try_to_join(&s, &late, "sip:d@x"), REASON_FULL);
	s.r.dialled_out = false;

	entry_join(&s, &s.host, "sip:h@x");
	entry_type(&s.host, "9999#");
	CU_ASSERT_TRUE(endpoint_is_in(s.host.ep));
	CU_ASSERT_EQUAL(s.host.ep->user->role, ROLE_HOST);
	entry_join(&s, &late, "sip:l@x");
	entry_type(&late, "#");
	room_turn(5);
	CU_ASSERT_EQUAL(late.ends, 1);
	CU_ASSERT_EQUAL(late.end_reason, REASON_FULL);
	entry_scene_close(&s);
}


static void also_for_one_who_comes_back(void)
{
	char host[SECRET_SIZE], guest[SECRET_SIZE];
	struct entry_scene s;
	struct party other;

	entry_scene_open(&s, "max_participants=3");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &s.guest, "sip:g@x");
	entry_join(&s, &other, "sip:o@x");
	focus_secret(s.host.ep, host);
	focus_secret(s.guest.ep, guest);
	focus_leave(s.host.ep, REASON_MEDIA_TIMEOUT);
	focus_leave(s.guest.ep, REASON_MEDIA_TIMEOUT);
	entry_join(&s, &other, "sip:p@x");
	entry_join(&s, &other, "sip:q@x");
	s.r.secret = guest;
	CU_ASSERT_EQUAL(try_to_join(&s, &s.guest, "sip:g@x"), REASON_FULL);
	s.r.secret = host;
	CU_ASSERT_EQUAL(try_to_join(&s, &s.host, "sip:h@x"), REASON_NONE);
	s.r.secret = NULL;
	entry_scene_close(&s);
}


/** Where all wait for a host some more may come, as each may be the one. Who
 *  turns out not to be goes again */
static void there_is_room_to_say_that_one_is_host(void)
{
	struct entry_scene s;
	struct party waiting[4], late;

	entry_scene_open(&s, "wait_for_host=on host_pin=9999 guest_pin=1111");
	for (size_t i = 0; i < ARRAY_SIZE(waiting); i++) {
		entry_join(&s, &waiting[i], "sip:w@x");
		entry_type(&waiting[i], "1111#");
		CU_ASSERT_EQUAL(waiting[i].ep->entry.state, ENTRY_HOST);
	}
	CU_ASSERT_EQUAL(focus_may_join(s.r.focus, "demo"), REASON_NONE);
	for (unsigned i = 0; i < 25; i++) {
		entry_join(&s, &late, "sip:l@x");
		entry_type(&late, "1111#");
		room_turn(5);
		CU_ASSERT_EQUAL(late.ends, 1);
		CU_ASSERT_EQUAL(late.end_reason, REASON_FULL);
	}

	entry_join(&s, &s.host, "sip:h@x");
	entry_type(&s.host, "9999#");
	CU_ASSERT_TRUE(endpoint_is_in(s.host.ep));
	CU_ASSERT_EQUAL(s.host.ep->user->role, ROLE_HOST);
	entry_scene_close(&s);
}


/** ...but not without end, nor where one is there */
static void but_not_for_all_who_may(void)
{
	struct entry_scene s;
	struct party p, silent[24];

	entry_scene_open(&s, "lobby=on host_pin=9999");
	for (size_t i = 0; i < ARRAY_SIZE(silent); i++)
		CU_ASSERT_EQUAL(try_to_join(&s, &silent[i], "sip:s@x"),
				REASON_NONE);
	CU_ASSERT_EQUAL(try_to_join(&s, &p, "sip:p@x"), REASON_FULL);
	entry_type(&silent[0], "9999#");
	CU_ASSERT_TRUE(endpoint_is_in(silent[0].ep));
	CU_ASSERT_EQUAL(try_to_join(&s, &p, "sip:p@x"), REASON_FULL);
	for (size_t i = 5; i < ARRAY_SIZE(silent); i++)
		focus_leave(silent[i].ep, REASON_LEFT);
	CU_ASSERT_EQUAL(try_to_join(&s, &p, "sip:p@x"), REASON_FULL);
	focus_leave(silent[4].ep, REASON_LEFT);
	CU_ASSERT_EQUAL(try_to_join(&s, &p, "sip:p@x"), REASON_NONE);
	entry_scene_close(&s);
}


/** Whose old leg is there still, and by another device of an address that is
 *  proved */
static void for_a_host_who_is_there_already(void)
{
	char host[SECRET_SIZE], guest[SECRET_SIZE];
	struct entry_scene s;
	struct party again;

	for (int known = 0; known < 2; known++) {
		entry_scene_open(&s, "max_participants=2");
		s.r.known = known;
		entry_join(&s, &s.host, "sip:h@x");
		entry_join(&s, &s.guest, "sip:g@x");
		focus_secret(s.host.ep, host);
		focus_secret(s.guest.ep, guest);
		s.r.secret = known ? NULL : guest;
		CU_ASSERT_EQUAL(try_to_join(&s, &again, "sip:g@x"),
				REASON_FULL);
		s.r.secret = known ? NULL : host;
		CU_ASSERT_EQUAL(try_to_join(&s, &again, "sip:h@x"),
				REASON_NONE);
		CU_ASSERT_TRUE(again.ep && endpoint_is_in(again.ep));
		CU_ASSERT_TRUE(again.ep && again.ep->user == s.host.ep->user);
		focus_leave(again.ep, REASON_LEFT);

		/* nobody is that by a mere name */
		s.r.known = false;
		s.r.secret = NULL;
		CU_ASSERT_EQUAL(try_to_join(&s, &again, "sip:h@x"),
				REASON_FULL);
		entry_scene_close(&s);
	}
}


static CU_TestInfo tests[] = {
	{"who waits takes no room", who_waits_takes_no_room},
	{"there is room for a host", there_is_room_for_a_host},
	{"there is room to say that one is host",
	 there_is_room_to_say_that_one_is_host},
	{"but not for all who may", but_not_for_all_who_may},
	{"for a host who is there already", for_a_host_who_is_there_already},
	{"also for one who comes back", also_for_one_who_comes_back},
	{"nobody is turned away from within",
	 nobody_is_turned_away_from_within},
	{"nor by what is said of all", nor_by_what_is_said_of_all},
	{"who is to go is not asked anew", who_is_to_go_is_not_asked_anew},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(entry_full, tests)
