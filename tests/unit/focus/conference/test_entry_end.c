/**
 * @file test_entry_end.c  What becomes of those who wait when others go, or
 * never come
 */
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "tests/unit/focus/conference/entry_world.h"
#include "tests/unit/unit.h"


/** Its call is not up yet */
static void begin(struct entry_scene *s, struct party *p, const char *aor,
		  bool called)
{
	s->r.dialled_out = called;
	CU_ASSERT_EQUAL_FATAL(room_join_begin(&s->r, p, "demo", aor, aor + 4),
			      REASON_NONE);
	s->r.dialled_out = false;
	room_turn(5);
}


/** Nobody is left who could let them in */
static void it_ends_with_the_last_who_is_in(void)
{
	struct entry_scene s;
	struct party member;

	entry_scene_open(&s, "lobby=on");
	entry_join(&s, &s.host, "sip:h@x");
	entry_join(&s, &member, "sip:m@x");
	entry_join(&s, &s.guest, "sip:g@x");
	CU_ASSERT_TRUE(
		entry_say(&s, &s.host, "{\"verb\":\"admit\",\"target\":2}")
			.ok);
	focus_leave(s.host.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(s.guest.ends, 0);
	focus_leave(member.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(s.guest.ends, 0);
	room_turn(5);
	CU_ASSERT_EQUAL(s.guest.ends, 1);
	CU_ASSERT_EQUAL(s.guest.end_reason, REASON_ENDED);
	CU_ASSERT_EQUAL(event_count(&s.r, "ended"), 1);
	entry_scene_close(&s);
}


static void a_host_who_was_cut_off_is_waited_for(void)
{
	char secret[SECRET_SIZE];
	struct entry_scene s;

	for (int back = 0; back < 2; back++) {
		entry_scene_open(&s, "lobby=on");
		entry_join(&s, &s.host, "sip:h@x");
		focus_secret(s.host.ep, secret);
		entry_join(&s, &s.guest, "sip:g@x");
		focus_leave(s.host.ep, REASON_MEDIA_TIMEOUT);
		room_turn(5);
		CU_ASSERT_EQUAL(s.guest.ends, 0);
		room_pass(50);
		CU_ASSERT_EQUAL(s.guest.ends, 0);
		if (back) {
			s.r.secret = secret;
			entry_join(&s, &s.host, "sip:h@x");
			s.r.secret = NULL;
			CU_ASSERT_EQUAL(s.host.ep->user->role, ROLE_HOST);
		}
		room_pass(20);
		CU_ASSERT_EQUAL(s.guest.ends, !back);
		entry_scene_close(&s);
	}
}


/** He loads his page anew: those at the door are there still when he is back.
 *  Where he is not soon they are told */
static void a_host_who_loads_his_page_anew_is_waited_for(void)
{
	char secret[SECRET_SIZE];
	struct entry_scene s;

	for (int back = 0; back < 2; back++) {
		entry_scene_open(&s, "lobby=on");
		entry_join(&s, &s.host, "sip:h@x");
		focus_secret(s.host.ep, secret);
		entry_join(&s, &s.guest, "sip:g@x");
		focus_leave(s.host.ep, REASON_LEFT);
		room_turn(5);
		CU_ASSERT_EQUAL(s.guest.ends, 0);
		room_pass(15);
		CU_ASSERT_EQUAL(s.guest.ends, 0);
		if (back) {
			s.r.secret = secret;
			entry_join(&s, &s.host, "sip:h@x");
			s.r.secret = NULL;
			CU_ASSERT_EQUAL(s.host.ep->user->role, ROLE_HOST);
		}
		room_pass(10);
		CU_ASSERT_EQUAL(s.guest.ends, !back);
		if (!back)
			CU_ASSERT_EQUAL(s.guest.end_reason, REASON_ENDED);
		entry_scene_close(&s);
	}
}


/** Where it ends with him it does at once, or he is waited for as ever */
static void not_where_it_ends_with_him(void)
{
	char secret[SECRET_SIZE];
	struct entry_scene s;

	for (int cut_off = 0; cut_off < 2; cut_off++) {
		entry_scene_open(&s, "lobby=on end_with_host=on");
		entry_join(&s, &s.host, "sip:h@x");
		focus_secret(s.host.ep, secret);
		entry_join(&s, &s.guest, "sip:g@x");
		focus_leave(s.host.ep,
			    cut_off ? REASON_MEDIA_TIMEOUT : REASON_LEFT);
		room_turn(5);
		CU_ASSERT_EQUAL(s.guest.ends, !cut_off);
		room_pass(50);
		CU_ASSERT_EQUAL(s.guest.ends, !cut_off);
		room_pass(15);
		CU_ASSERT_EQUAL(s.guest.ends, 1);
		CU_ASSERT_EQUAL(s.guest.end_reason, REASON_ENDED);
		entry_scene_close(&s);
	}
}


/** He leaves and is back before it has ended. When he is cut off then it ends
 *  with him all the same */
static void who_came_back_before_its_end_may_end_it_again(void)
{
	char secret[SECRET_SIZE];
	struct entry_scene s;

	for (int cut_off = 0; cut_off < 2; cut_off++) {
		entry_scene_open(&s, "end_with_host=on");
		entry_join(&s, &s.host, "sip:h@x");
		focus_secret(s.host.ep, secret);
		entry_join(&s, &s.guest, "sip:g@x");
		focus_leave(s.host.ep, REASON_LEFT);
		s.r.secret = secret;
		entry_join(&s, &s.host, "sip:h@x");
		s.r.secret = NULL;
		room_turn(5);
		CU_ASSERT_EQUAL_FATAL(s.guest.ends, 0);
		focus_leave(s.host.ep,
			    cut_off ? REASON_MEDIA_TIMEOUT : REASON_LEFT);
		room_turn(5);
		CU_ASSERT_EQUAL(s.guest.ends, !cut_off);
		room_pass(65);
		CU_ASSERT_EQUAL(s.guest.ends, 1);
		CU_ASSERT_EQUAL(s.guest.end_reason, REASON_ENDED);
		entry_scene_close(&s);
	}
}


/** He who was to make it never came: the first who waits does */
static void the_first_who_waits_may_be_its_host(void)
{
	struct entry_scene s;
	struct party other;

	entry_scene_open(&s, "lobby=on");
	begin(&s, &s.host, "sip:h@x", false);
	entry_join(&s, &s.guest, "sip:g@x");
	entry_join(&s, &other, "sip:o@x");
	CU_ASSERT_FALSE(endpoint_is_in(s.guest.ep));
	focus_leave(s.host.ep, REASON_UNAVAILABLE);
	room_turn(5);
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_EQUAL(s.guest.ep->user->role, ROLE_HOST);
	CU_ASSERT_FALSE(endpoint_is_in(other.ep));
	CU_ASSERT_EQUAL(other.ends, 0);
	entry_scene_close(&s);
}


/** ...but not as long as somebody is called whom it waits for */
static void nor_does_who_is_called_make_it(void)
{
	struct entry_scene s;
	struct party bob, carol;

	entry_scene_open(&s, "lobby=on");
	begin(&s, &bob, "sip:b@x", true);
	begin(&s, &carol, "sip:c@x", true);
	entry_join(&s, &s.guest, "sip:g@x");
	focus_leave(bob.ep, REASON_BUSY);
	room_turn(5);
	CU_ASSERT_FALSE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_EQUAL(carol.ends, 0);
	focus_leave(carol.ep, REASON_BUSY);
	room_turn(5);
	CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
	CU_ASSERT_EQUAL(s.guest.ep->user->role, ROLE_HOST);
	entry_scene_close(&s);
}


static void a_host_who_never_came_ends_nothing(void)
{
	struct entry_scene s;
	struct party bob;

	entry_scene_open(&s, "end_with_host=on");
	begin(&s, &s.host, "sip:h@x", false);
	entry_join(&s, &s.guest, "sip:g@x");
	focus_leave(s.host.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(s.guest.ends, 0);
	entry_scene_close(&s);

	/* nor does he call off those who ring */
	entry_scene_open(&s, "lobby=on");
	begin(&s, &s.host, "sip:h@x", false);
	begin(&s, &bob, "sip:b@x", true);
	focus_leave(s.host.ep, REASON_LEFT);
	room_turn(5);
	CU_ASSERT_EQUAL(bob.ends, 0);
	entry_scene_close(&s);
}


/** Who is in, and becomes one, is as good as one who comes in as one */
static void a_guest_who_becomes_a_host_was_waited_for(void)
{
	struct entry_scene s;
	struct party called;

	for (int by_pin = 0; by_pin < 2; by_pin++) {
		entry_scene_open(&s, "wait_for_host=on host_pin=9999");
		begin(&s, &called, "sip:c@x", true);
		focus_connected(called.ep);
		entry_join(&s, &s.guest, "sip:g@x");
		entry_type(&s.guest, "#");
		CU_ASSERT_EQUAL(s.guest.ep->entry.state, ENTRY_HOST);
		if (by_pin) {
			CU_ASSERT_TRUE(entry_say(&s, &called,
						 "{\"verb\":\"pin\",\"pin\":"
						 "\"9999\"}")
					       .ok);
		}
		else {
			room_command(&s.r,
				     "{\"verb\":\"promote\",\"conference\":"
				     "\"demo\",\"target\":1,\"role\":"
				     "\"host\"}");
		}
		CU_ASSERT_EQUAL(called.ep->user->role, ROLE_HOST);
		CU_ASSERT_TRUE(endpoint_is_in(s.guest.ep));
		entry_scene_close(&s);
	}
}


static CU_TestInfo tests[] = {
	{"it ends with the last who is in", it_ends_with_the_last_who_is_in},
	{"a host who was cut off is waited for",
	 a_host_who_was_cut_off_is_waited_for},
	{"a host who loads his page anew is waited for",
	 a_host_who_loads_his_page_anew_is_waited_for},
	{"not where it ends with him", not_where_it_ends_with_him},
	{"who came back before its end may end it again",
	 who_came_back_before_its_end_may_end_it_again},
	{"the first who waits may be its host",
	 the_first_who_waits_may_be_its_host},
	{"nor does who is called make it", nor_does_who_is_called_make_it},
	{"a host who never came ends nothing",
	 a_host_who_never_came_ends_nothing},
	{"a guest who becomes a host was waited for",
	 a_guest_who_becomes_a_host_was_waited_for},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(entry_end, tests)
