/**
 * @file test_kept_role.c  What somebody is when he comes back, after that was
 * changed
 */
#include <stdio.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/focus.h"
#include "focus/conference/user.h"
#include "tests/unit/focus/conference/kept_world.h"
#include "tests/unit/unit.h"


static void set_role(unsigned number, const char *verb)
{
	char text[96];

	(void)snprintf(text, sizeof(text),
		       "{\"verb\":\"%s\",\"target\":%u,"
		       "\"conference\":\"demo\"}",
		       verb, number);
	room_command(&kept_room, text);
}


/** Ben is made one, has two tabs, closes one, and is one no more */
static void who_is_demoted_comes_back_as_a_guest(void)
{
	for (unsigned how = 0; how < 3; how++) {
		const bool renamed = how == 2;
		struct party ann, ben, tab, again;
		char b[SECRET_SIZE], t[SECRET_SIZE];

		kept_begin_anew();
		kept_come(&ann, "sip:a@x", "Ann", NULL);
		kept_come(&ben, "sip:b@x", "Ben", NULL);
		focus_secret(ben.ep, b);
		kept_come(&tab, "sip:b@x", "Ben", b);
		focus_secret(tab.ep, t);
		set_role(2, "promote");
		focus_leave(tab.ep, REASON_LEFT);
		if (renamed) {
			focus_leave(ben.ep, REASON_LEFT);
			kept_come(&ben, "sip:c@x", "Carl", b);
			CU_ASSERT_EQUAL(ben.ep->user->role, ROLE_MODERATOR);
		}
		set_role(focus_endpoint_number(ben.ep), "demote");
		if (how == 1)
			kept_crash();
		kept_come(&again, "sip:b@x", "Ben", t);
		CU_ASSERT_EQUAL(again.ep->user->role, ROLE_GUEST);
		if (how == 0)
			CU_ASSERT_EQUAL(ben.ep->user->role, ROLE_GUEST);
		kept_end_all();
	}
}


/** Nor before his call is up, however often he tries */
static void who_is_demoted_while_he_calls_is_a_guest(void)
{
	struct party ann, ben, again;
	char b[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	set_role(2, "promote");
	focus_leave(ben.ep, REASON_LEFT);
	kept_room.secret = b;
	CU_ASSERT_EQUAL_FATAL(
		room_join_begin(&kept_room, &again, "demo", "sip:c@x", "Carl"),
		0);
	kept_room.secret = NULL;
	set_role(focus_endpoint_number(again.ep), "demote");
	focus_leave(again.ep, REASON_UNAVAILABLE);
	kept_come(&ben, "sip:b@x", "Ben", b);
	CU_ASSERT_EQUAL(ben.ep->user->role, ROLE_GUEST);
	kept_end_all();
}


/** A telephone of a proved address has a row for its rights alone: made when
 *  it has some, and gone with them */
static void a_telephones_row_is_of_its_rights(void)
{
	for (unsigned demoted = 0; demoted < 2; demoted++) {
		struct party ann, ben, again;
		char a[SECRET_SIZE];

		kept_begin_anew();
		kept_come(&ann, "sip:a@x", "Ann", NULL);
		focus_secret(ann.ep, a);
		kept_room.known = true;
		kept_come(&ben, "sip:b@x", "Ben", NULL);
		kept_room.known = false;
		CU_ASSERT_EQUAL(kept_rows(), 1);
		set_role(2, "promote");
		CU_ASSERT_EQUAL(kept_rows(), 2);
		if (demoted) {
			set_role(2, "demote");
			CU_ASSERT_EQUAL(kept_rows(), 1);
		}
		kept_crash();
		kept_room.known = true;
		kept_come(&again, "sip:b@x", "Ben", NULL);
		kept_room.known = false;
		CU_ASSERT_EQUAL(again.ep->user->role,
				demoted ? ROLE_GUEST : ROLE_MODERATOR);
		kept_end_all();
	}
}


static CU_TestInfo tests[] = {
	{"who is demoted comes back as a guest",
	 who_is_demoted_comes_back_as_a_guest},
	{"who is demoted while he calls is a guest",
	 who_is_demoted_while_he_calls_is_a_guest},
	{"a telephone's row is of its rights",
	 a_telephones_row_is_of_its_rights},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(kept_role, tests)
