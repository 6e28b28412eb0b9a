/**
 * @file test_kept.c  Who was in a conference when parleyd ended
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/focus.h"
#include "focus/conference/user.h"
#include "mixer/base/log.h"
#include "tests/unit/focus/conference/kept_world.h"
#include "tests/unit/unit.h"


/** Who made it, who was muted, and who has their names only */
static void who_was_in_comes_back_over_a_crash(void)
{
	struct party ann, ben, again, impostor, back;
	char a[SECRET_SIZE], b[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ann, "sip:guest-a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	kept_come(&ben, "sip:guest-b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	room_command(&kept_room, "{\"verb\":\"mute\",\"target\":2,"
				 "\"conference\":\"demo\"}");
	CU_ASSERT_EQUAL(kept_rows(), 2);

	kept_crash();
	/* by her name and address, and before her */
	kept_come(&impostor, "sip:guest-a@x", "Ann", NULL);
	CU_ASSERT_FALSE(kept_is_host(&impostor));
	CU_ASSERT_EQUAL(focus_endpoint_number(impostor.ep), 3);
	kept_come(&back, "sip:guest-b@x", "Ben", b);
	CU_ASSERT_TRUE(kept_is(&back, "muted"));
	CU_ASSERT_FALSE(kept_is_host(&back));
	CU_ASSERT_EQUAL(focus_endpoint_number(back.ep), 2);
	kept_come(&again, "sip:guest-a@x", "Ann", a);
	CU_ASSERT_TRUE(kept_is_host(&again));
	CU_ASSERT_EQUAL(focus_endpoint_number(again.ep), 1);
	kept_end_all();
}


/** The 200 with the second secret may not have reached it */
static void either_secret_is_good_until_it_is_in(void)
{
	for (int which = 0; which < 2; which++) {
		struct party ann, again;
		char first[SECRET_SIZE], second[SECRET_SIZE];

		kept_begin_anew();
		kept_come(&ann, "sip:guest-a@x", "Ann", NULL);
		focus_secret(ann.ep, first);
		kept_crash();
		kept_room.secret = first;
		CU_ASSERT_EQUAL_FATAL(room_join_begin(&kept_room, &again,
						      "demo", "sip:guest-a@x",
						      "Ann"),
				      0);
		focus_secret(again.ep, second);
		kept_crash();
		kept_come(&again, "sip:guest-a@x", "Ann",
			  which ? second : first);
		CU_ASSERT_TRUE(kept_is_host(&again));
		CU_ASSERT_EQUAL(focus_endpoint_number(again.ep), 1);
		/* and then neither */
		CU_ASSERT_EQUAL(kept_rows(), 0);
		kept_end_all();
	}
}


static void only_sums_are_in_the_file(void)
{
	struct party ann;
	char secret[SECRET_SIZE], command[200];

	kept_begin_anew();
	kept_come(&ann, "sip:guest-a@x", "Ann", NULL);
	focus_secret(ann.ep, secret);
	CU_ASSERT_EQUAL(kept_rows(), 1);
	(void)snprintf(command, sizeof(command), "! grep -rq %s %s", secret,
		       kept_folder);
	CU_ASSERT_EQUAL(system(command), 0); /* NOLINT(cert-env33-c) */
	kept_end_all();
}


/** One that was ended, or that all have left, is over */
static void nothing_is_left_of_one_that_is_over(void)
{
	for (int how = 0; how < 2; how++) {
		struct party ann, ben, again;
		char a[SECRET_SIZE], b[SECRET_SIZE];

		kept_begin_anew();
		kept_come(&ann, "sip:guest-a@x", "Ann", NULL);
		focus_secret(ann.ep, a);
		kept_come(&ben, "sip:guest-b@x", "Ben", NULL);
		focus_secret(ben.ep, b);
		if (how) {
			CU_ASSERT_EQUAL(focus_end(kept_room.focus, "demo"), 0);
		}
		else {
			focus_leave(ann.ep, REASON_LEFT);
			CU_ASSERT_EQUAL(kept_rows(), 2);
			focus_leave(ben.ep, REASON_LEFT);
		}
		CU_ASSERT_EQUAL(kept_rows(), 0);
		kept_crash();
		kept_come(&again, "sip:guest-c@x", "Carl", NULL);
		CU_ASSERT_TRUE(kept_is_host(&again));
		kept_end_all();
	}
}


static void who_is_thrown_out_is_forgotten(void)
{
	struct party ann, ben;
	char a[SECRET_SIZE], b[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ben, "sip:guest-b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	kept_come(&ann, "sip:guest-a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	room_command(&kept_room, "{\"verb\":\"kick\",\"target\":1,"
				 "\"conference\":\"demo\"}");
	CU_ASSERT_EQUAL(kept_rows(), 1);
	kept_crash();
	kept_come(&ben, "sip:guest-b@x", "Ben", b);
	CU_ASSERT_FALSE(kept_is_host(&ben));
	CU_ASSERT_EQUAL(focus_endpoint_number(ben.ep), 3);
	kept_end_all();
}


/** Where the network or a media server was away for all, too, but nobody
 *  needs a name for it: a factory's conference has none to guess */
static void one_that_nobody_ended_goes_on(void)
{
	struct party ann, again, impostor;
	char secret[SECRET_SIZE], *name = NULL;

	kept_begin_anew();
	CU_ASSERT_EQUAL_FATAL(focus_new_name(kept_room.focus, &name), 0);
	kept_room.factory = true;
	CU_ASSERT_EQUAL_FATAL(
		room_join(&kept_room, &ann, name, "sip:a@x", "Ann"), 0);
	kept_room.factory = false;
	focus_secret(ann.ep, secret);
	focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
	CU_ASSERT_FALSE(focus_exists(kept_room.focus, name));
	/* who comes first and goes does not end it */
	CU_ASSERT_EQUAL_FATAL(
		room_join(&kept_room, &impostor, name, "sip:a@x", "Ann"), 0);
	focus_leave(impostor.ep, REASON_LEFT);
	kept_room.secret = secret;
	CU_ASSERT_EQUAL_FATAL(
		room_join(&kept_room, &again, name, "sip:a@x", "Ann"), 0);
	kept_room.secret = NULL;
	CU_ASSERT_EQUAL(focus_endpoint_number(again.ep), 1);
	focus_leave(again.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(
		room_join_begin(&kept_room, &again, name, "sip:a@x", "Ann"),
		REASON_NOT_FOUND);
	mem_deref(name);
	kept_end_all();
}


/** Who calls a room that all know and falls silent is not who it is of */
static void one_that_nobody_joined_is_anybodys(void)
{
	static const enum reason reasons[] = {REASON_MEDIA_TIMEOUT,
					      REASON_SHUTDOWN};

	for (unsigned several = 0; several < 2; several++) {
		for (size_t i = 0; i < 2; i++) {
			struct party ann, ben, first, again;
			char secret[SECRET_SIZE];

			kept_begin_anew();
			kept_come(&ann, "sip:a@x", "Ann", NULL);
			focus_secret(ann.ep, secret);
			if (several) {
				kept_come(&ben, "sip:b@x", "Ben", NULL);
				focus_leave(ben.ep, reasons[i]);
			}
			focus_leave(ann.ep, reasons[i]);
			kept_come(&first, "sip:c@x", "Carl", NULL);
			CU_ASSERT_EQUAL(kept_is_host(&first), !i);
			/* what is hers is hers all the same */
			kept_come(&again, "sip:a@x", "Ann", secret);
			CU_ASSERT_TRUE(kept_is_host(&again));
			kept_end_all();
		}
	}
}


/** Nor is it where somebody calls meanwhile and does not come in */
static void who_was_not_in_takes_no_room_away(void)
{
	static const enum reason reasons[] = {REASON_LEFT, REASON_UNAVAILABLE,
					      REASON_MEDIA_TIMEOUT};

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		struct party mallory, ben, carl, again;
		char secret[SECRET_SIZE];

		kept_begin_anew();
		kept_come(&mallory, "sip:m@x", "Mallory", NULL);
		focus_secret(mallory.ep, secret);
		focus_leave(mallory.ep, REASON_MEDIA_TIMEOUT);
		CU_ASSERT_EQUAL_FATAL(room_join_begin(&kept_room, &ben, "demo",
						      "sip:b@x", "Ben"),
				      0);
		focus_leave(ben.ep, reasons[i]);
		kept_come(&carl, "sip:c@x", "Carl", NULL);
		CU_ASSERT_TRUE(kept_is_host(&carl));
		kept_come(&again, "sip:m@x", "Mallory", secret);
		CU_ASSERT_TRUE(kept_is_host(&again));
		kept_end_all();
	}
}


/** Others may come, and come back, as they like */
static void it_waits_for_those_of_before(void)
{
	struct party ann, ben, carl, dora;
	char a[SECRET_SIZE], c[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	focus_leave(ben.ep, REASON_MEDIA_TIMEOUT);
	focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
	kept_come(&carl, "sip:c@x", "Carl", NULL);
	focus_secret(carl.ep, c);
	kept_come(&dora, "sip:d@x", "Dora", NULL);
	focus_leave(carl.ep, REASON_LEFT);
	kept_come(&carl, "sip:c@x", "Carl", c);
	focus_leave(carl.ep, REASON_LEFT);
	focus_leave(dora.ep, REASON_LEFT);
	kept_come(&ann, "sip:a@x", "Ann", a);
	CU_ASSERT_EQUAL(focus_endpoint_number(ann.ep), 2);
	focus_leave(ann.ep, REASON_LEFT);
	/* she was */
	CU_ASSERT_PTR_NULL(kept_room.focus->pasts.head);
	kept_end_all();
}


/** A switch fails and cuts off all but one, who finds himself alone and hangs
 *  up: nobody wanted that either */
static void who_was_cut_off_is_waited_for(void)
{
	for (int how = 0; how < 3; how++) {
		struct party ann, ben, carl;
		char a[SECRET_SIZE];

		kept_begin_anew();
		kept_come(&ann, "sip:a@x", "Ann", NULL);
		focus_secret(ann.ep, a);
		kept_come(&ben, "sip:b@x", "Ben", NULL);
		kept_come(&carl, "sip:c@x", "Carl", NULL);
		focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
		/* who is back is not waited for, nor is what a moderator ends
		 */
		if (how == 1)
			kept_come(&ann, "sip:a@x", "Ann", a);
		focus_leave(ben.ep, REASON_LEFT);
		if (how == 1)
			focus_leave(ann.ep, REASON_LEFT);
		if (how != 2)
			focus_leave(carl.ep, REASON_LEFT);
		else if (focus_end(kept_room.focus, "demo"))
			CU_FAIL("it cannot be ended");
		CU_ASSERT_EQUAL(list_count(&kept_room.focus->pasts), !how);
		CU_ASSERT_EQUAL(kept_rows() > 0, !how);

		kept_come(&ben, "sip:b@x", "Ben", NULL);
		kept_come(&ann, "sip:a@x", "Ann", a);
		CU_ASSERT_EQUAL(kept_is_host(&ann), !how);
		kept_end_all();
	}
}


/** Over a crash too, and nobody can make that last for ever: who falls silent
 *  and leaves another tab behind prolongs it for himself alone */
static void what_goes_on_is_not_prolonged(void)
{
	struct party ann, ben, mallory, tab, guest;
	char a[SECRET_SIZE], b[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	kept_crash();

	room_pass(MEMBERS_KEPT_S - 60);
	kept_come(&mallory, "sip:m@x", "M", NULL);
	focus_secret(mallory.ep, a);
	CU_ASSERT_FALSE(kept_is_host(&mallory));
	kept_come(&tab, "sip:n@x", "M", NULL);
	focus_leave(mallory.ep, REASON_MEDIA_TIMEOUT);
	focus_leave(tab.ep, REASON_LEFT);
	room_pass(120);
	kept_come(&guest, "sip:g@x", "G", NULL);
	CU_ASSERT_TRUE(kept_is_host(&guest));
	kept_end_all();
}


static void who_was_cut_off_by_a_crash_is_waited_for(void)
{
	struct party ann, ben;
	char a[SECRET_SIZE], b[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	kept_crash();
	kept_come(&ann, "sip:a@x", "Ann", a);
	CU_ASSERT_TRUE(kept_is_host(&ann));
	focus_leave(ann.ep, REASON_LEFT);
	kept_come(&ben, "sip:b@x", "Ben", b);
	CU_ASSERT_EQUAL(focus_endpoint_number(ben.ep), 2);
	kept_end_all();
}


/** What the store has of a name is of before what is in memory */
static void a_live_one_keeps_its_rows(void)
{
	struct party ann, ben;
	char a[SECRET_SIZE], b[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	focus_leave(ben.ep, REASON_MEDIA_TIMEOUT);
	focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
	CU_ASSERT_EQUAL(list_count(&kept_room.focus->pasts), 1);
	CU_ASSERT_EQUAL(kept_room.focus->kept_count, 2);
	/* read while it is in memory */
	focus_store_reopened(kept_room.focus, true);
	CU_ASSERT_EQUAL(list_count(&kept_room.focus->pasts), 1);
	CU_ASSERT_EQUAL(kept_room.focus->kept_count, 2);
	kept_come(&ann, "sip:a@x", "Ann", a);
	CU_ASSERT_TRUE(kept_is_host(&ann));
	CU_ASSERT_EQUAL(list_count(&kept_room.focus->pasts), 0);
	kept_end_all();
}


/** All have one row: whoever of them goes does not take it along */
static void one_of_two_telephones_may_go(void)
{
	for (int how = 0; how < 4; how++) {
		struct party first, second, ben, again;
		char b[SECRET_SIZE];

		kept_begin_anew();
		kept_room.known = true;
		kept_come(&first, "sip:a@x", "Ann", NULL);
		kept_come(&second, "sip:a@x", "Ann", NULL);
		kept_room.known = false;
		kept_come(&ben, "sip:b@x", "Ben", NULL);
		focus_secret(ben.ep, b);
		CU_ASSERT_EQUAL(kept_rows(), 2);
		if (how == 1) {
			/* the second takes its place */
			second.ep->replaces = first.ep->leg;
			second.ep->inherits = true;
		}
		focus_leave(first.ep, how == 2 ? REASON_KICKED : REASON_LEFT);
		if (how == 3)
			focus_leave(second.ep, REASON_LEFT);
		CU_ASSERT_EQUAL(kept_rows(), 2);
		kept_crash();
		kept_room.known = true;
		kept_come(&again, "sip:a@x", "Ann", NULL);
		kept_room.known = false;
		CU_ASSERT_TRUE(kept_is_host(&again));
		kept_end_all();
	}
}


static void who_was_never_in_is_not_kept(void)
{
	struct party ann, ben, again;
	char secret[SECRET_SIZE], next[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, secret);
	CU_ASSERT_EQUAL_FATAL(
		room_join_begin(&kept_room, &ben, "demo", "sip:b@x", "Ben"),
		0);
	focus_secret(ben.ep, next);
	CU_ASSERT_EQUAL(kept_rows(), 2);
	focus_leave(ben.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(kept_demo()->kept_count, 0);
	CU_ASSERT_EQUAL(kept_rows(), 1);

	/* one who comes back may try for ever */
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	focus_leave(ann.ep, REASON_LEFT);
	for (int i = 0; i < 5; i++) {
		kept_room.secret = secret;
		CU_ASSERT_EQUAL_FATAL(room_join_begin(&kept_room, &again,
						      "demo", "sip:a@x",
						      "Ann"),
				      0);
		kept_room.secret = NULL;
		focus_secret(again.ep, next);
		focus_leave(again.ep, REASON_LEFT);
		CU_ASSERT(kept_demo()->kept_count <= 2);
	}
	kept_come(&again, "sip:a@x", "Ann", next);
	CU_ASSERT_TRUE(kept_is_host(&again));
	CU_ASSERT_EQUAL(kept_demo()->kept_count, 0);
	kept_end_all();
}


/** Her page calls anew while the old leg is in, and no ACK comes: not to the
 *  one with Replaces, and not to the one that said her secret */
static void who_calls_anew_and_gets_no_ack_is_kept(void)
{
	for (unsigned how = 0; how < 4; how++) {
		const bool replaces = how & 1, second = how & 2;
		struct party ann, ben, heir, again;
		char old[SECRET_SIZE], new[SECRET_SIZE];

		kept_begin_anew();
		kept_come(&ann, "sip:a@x", "Ann", NULL);
		focus_secret(ann.ep, old);
		kept_come(&ben, "sip:b@x", "Ben", NULL);
		if (replaces) {
			kept_room.replaces_leg = focus_leg(ann.ep);
			kept_room.inherits = true;
		}
		else {
			kept_room.secret = old;
		}
		CU_ASSERT_EQUAL_FATAL(room_join_begin(&kept_room, &heir,
						      "demo", "sip:a@x",
						      "Ann"),
				      0);
		kept_room.replaces_leg = 0;
		kept_room.inherits = false;
		kept_room.secret = NULL;
		focus_secret(heir.ep, new);
		focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
		focus_leave(heir.ep, REASON_UNAVAILABLE);

		kept_come(&again, "sip:a@x", "Ann", second ? new : old);
		CU_ASSERT_TRUE(kept_is_host(&again));
		CU_ASSERT_EQUAL(focus_endpoint_number(again.ep), 1);
		/* and then neither is good */
		CU_ASSERT_EQUAL(kept_demo()->kept_count, 0);
		CU_ASSERT_EQUAL(kept_rows(), 0);
		kept_end_all();
	}
}


/** A reload may come before the server knows that the page is gone */
static void what_was_set_of_a_leg_that_is_in_is_set_of_the_next(void)
{
	struct party ann, ben, again;
	char secret[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, secret);
	ben.ep->levels.video_muted = ben.ep->levels.deaf = true;
	ben.ep->levels.volume_in_db = -6;
	room_command(&kept_room, "{\"verb\":\"mute\",\"target\":2,"
				 "\"conference\":\"demo\"}");
	kept_come(&again, "sip:b@x", "Ben", secret);
	CU_ASSERT_TRUE(kept_is(&again, "muted"));
	focus_leave(ben.ep, REASON_MEDIA_TIMEOUT);
	CU_ASSERT_TRUE(again.ep->levels.video_muted);
	CU_ASSERT_TRUE(again.ep->levels.deaf);
	CU_ASSERT_EQUAL(again.ep->levels.volume_in_db, -6);
	kept_end_all();
}


static enum reason ask_to_join(const char *secret)
{
	const struct question q = {
		.kind = QUESTION_JOIN, .conference = "demo", .secret = secret};
	enum reason reason = REASON_INTERNAL;
	struct ask *ask = NULL;

	focus_ask(&ask, kept_room.focus, &q, kept_told_h, &reason);
	CU_ASSERT_PTR_NULL(ask);

	return reason;
}


/** Else nobody could take the lock off again */
static void a_lock_is_not_against_who_was_in(void)
{
	struct party ann, ben, again, stranger;
	char a[SECRET_SIZE], b[SECRET_SIZE], wrong[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	kept_come(&again, "sip:c@x", "Carl", NULL);
	room_command(&kept_room,
		     "{\"verb\":\"lock\",\"conference\":\"demo\"}");
	memset(wrong, '0', sizeof(wrong) - 1);
	wrong[sizeof(wrong) - 1] = '\0';

	/* still in, and when that leg is gone */
	CU_ASSERT_EQUAL(ask_to_join(a), REASON_NONE);
	focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
	CU_ASSERT_EQUAL(ask_to_join(a), REASON_NONE);
	CU_ASSERT_EQUAL(ask_to_join(wrong), REASON_LOCKED);
	CU_ASSERT_EQUAL(ask_to_join(NULL), REASON_LOCKED);
	kept_room.secret = wrong;
	CU_ASSERT_EQUAL(room_join_begin(&kept_room, &stranger, "demo",
					"sip:a@x", "Ann"),
			REASON_LOCKED);
	kept_come(&again, "sip:a@x", "Ann", a);
	CU_ASSERT_TRUE(kept_is_host(&again));
	/* who was thrown out is out */
	room_command(&kept_room, "{\"verb\":\"kick\",\"target\":2,"
				 "\"conference\":\"demo\"}");
	CU_ASSERT_EQUAL(ask_to_join(b), REASON_LOCKED);
	kept_end_all();
}


static CU_TestInfo tests[] = {
	{"who was in comes back over a crash",
	 who_was_in_comes_back_over_a_crash},
	{"either secret is good until it is in",
	 either_secret_is_good_until_it_is_in},
	{"only sums are in the file", only_sums_are_in_the_file},
	{"nothing is left of one that is over",
	 nothing_is_left_of_one_that_is_over},
	{"who is thrown out is forgotten", who_is_thrown_out_is_forgotten},
	{"one that nobody ended goes on", one_that_nobody_ended_goes_on},
	{"one that nobody joined is anybody's",
	 one_that_nobody_joined_is_anybodys},
	{"who was not in takes no room away",
	 who_was_not_in_takes_no_room_away},
	{"a live one keeps its rows", a_live_one_keeps_its_rows},
	{"one of two telephones may go", one_of_two_telephones_may_go},
	{"who was never in is not kept", who_was_never_in_is_not_kept},
	{"who calls anew and gets no ACK is kept",
	 who_calls_anew_and_gets_no_ack_is_kept},
	{"what was set of a leg that is in is set of the next",
	 what_was_set_of_a_leg_that_is_in_is_set_of_the_next},
	{"a lock is not against who was in", a_lock_is_not_against_who_was_in},
	{"it waits for those of before", it_waits_for_those_of_before},
	{"who was cut off is waited for", who_was_cut_off_is_waited_for},
	{"who was cut off by a crash is waited for",
	 who_was_cut_off_by_a_crash_is_waited_for},
	{"what goes on is not prolonged", what_goes_on_is_not_prolonged},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(kept, tests)
