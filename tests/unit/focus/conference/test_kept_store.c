/**
 * @file test_kept_store.c  How many are kept, and what is written of them
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


static void keep_many(const char *name, unsigned count, enum role role)
{
	struct conference *c = focus_conference(kept_room.focus, name);

	while (count--) {
		struct kept *k = kept_alloc();

		CU_ASSERT_PTR_NOT_NULL_FATAL(k);
		CU_ASSERT_EQUAL_FATAL(str_dup(&k->aor, "sip:many@x"), 0);
		k->secret.given = true;
		memcpy(k->secret.sha256, &count, sizeof(count));
		k->role = role;
		kept_add(c, k);
	}
}


/** Strangers use up what is kept of themselves, moderators' places last */
static void a_moderator_is_kept_where_there_are_too_many(void)
{
	struct party ann, ben, carl, last;
	char a[SECRET_SIZE], b[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	kept_come(&carl, "sip:c@x", "Carl", NULL);
	CU_ASSERT_EQUAL_FATAL(
		room_join(&kept_room, &ben, "other", "sip:b@x", "Ben"), 0);
	focus_secret(ben.ep, b);
	CU_ASSERT_EQUAL_FATAL(
		room_join(&kept_room, &last, "other", "sip:d@x", "Dora"), 0);
	keep_many("other", KEPT_ALL_MAX, ROLE_GUEST);
	focus_leave(ann.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(kept_demo()->kept_count, 1);
	CU_ASSERT_EQUAL(kept_room.focus->kept_count, KEPT_ALL_MAX);
	focus_leave(ben.ep, REASON_LEFT);
	CU_ASSERT(kept_room.focus->kept_count <= KEPT_ALL_MAX);
	kept_come(&ann, "sip:a@x", "Ann", a);
	CU_ASSERT_TRUE(kept_is_host(&ann));
	kept_end_all();
}


/** Who makes a conference is a moderator there, and may fill many */
static void others_moderators_take_no_guests_place(void)
{
	struct party ann, ben, carl, mallory;
	char b[SECRET_SIZE], c[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	kept_come(&carl, "sip:c@x", "Carl", NULL);
	focus_secret(carl.ep, c);
	CU_ASSERT_EQUAL_FATAL(
		room_join(&kept_room, &mallory, "other", "sip:m@x", "Mallory"),
		0);
	keep_many("other", KEPT_ALL_MAX, ROLE_HOST);
	focus_leave(ben.ep, REASON_LEFT);
	focus_leave(carl.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(kept_demo()->kept_count, 2);
	CU_ASSERT_EQUAL(kept_room.focus->kept_count, KEPT_ALL_MAX);
	kept_end_all();
}


/** A guest's place is none that a moderator gives up */
static void a_guest_takes_no_moderators_place(void)
{
	struct party ann, ben;
	char secret[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, secret);
	keep_many("demo", KEPT_MAX, ROLE_HOST);
	focus_leave(ben.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(kept_demo()->kept_count, KEPT_MAX);
	for (struct le *le = kept_demo()->kept.head; le; le = le->next)
		CU_ASSERT_TRUE(((struct kept *)le->data)->role == ROLE_HOST);
	kept_end_all();
}


/** Who was thrown out while another program had the file does not come back as
 *  a moderator, and who came is not lost */
static void what_was_missed_is_written_later(void)
{
	struct party ann, ben, carl;
	char a[SECRET_SIZE], b[SECRET_SIZE], c[SECRET_SIZE];
	sqlite3 *db = NULL;

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	kept_come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(kept_file, &db), SQLITE_OK);
	CU_ASSERT_EQUAL_FATAL(
		sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL),
		SQLITE_OK);
	room_command(&kept_room, "{\"verb\":\"kick\",\"target\":1,"
				 "\"conference\":\"demo\"}");
	kept_come(&carl, "sip:c@x", "Carl", NULL);
	focus_secret(carl.ep, c);
	CU_ASSERT_TRUE(member_store_missed(kept_members));
	kept_repair(kept_room.focus);
	CU_ASSERT_TRUE(member_store_missed(kept_members));
	CU_ASSERT_EQUAL(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL),
			SQLITE_OK);
	(void)sqlite3_close(db);
	CU_ASSERT_EQUAL(kept_rows(), 2);
	kept_repair(kept_room.focus);
	CU_ASSERT_FALSE(member_store_missed(kept_members));
	CU_ASSERT_EQUAL(kept_rows(), 2);

	kept_crash();
	kept_come(&ann, "sip:a@x", "Ann", a);
	CU_ASSERT_FALSE(kept_is_host(&ann));
	kept_come(&carl, "sip:c@x", "Carl", c);
	CU_ASSERT_EQUAL(focus_endpoint_number(carl.ep), 3);
	kept_end_all();
}


static int store_total(const struct store *s)
{
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	int n;

	CU_ASSERT_EQUAL_FATAL(
		store_prepare(s, &stmt, "SELECT total_changes()"), 0);
	CU_ASSERT_EQUAL(store_step(s, stmt, &row), 0);
	n = sqlite3_column_int(stmt, 0);
	(void)sqlite3_finalize(stmt);

	return n;
}


/** The disk may be full for long, and there may be 20000 rows */
static void the_first_that_cannot_be_written_is_the_last(void)
{
	struct party p;
	char secret[SECRET_SIZE];
	int before;

	kept_begin_anew();
	for (unsigned i = 0; i < 4; i++) {
		kept_come(&p, i ? "sip:b@x" : "sip:a@x", "Ann", NULL);
		focus_secret(p.ep, secret);
	}
	kept_run_sql(
		"CREATE TRIGGER full BEFORE INSERT ON member WHEN NEW.number=1"
		" BEGIN SELECT abs(-9223372036854775807-1); END");
	CU_ASSERT_EQUAL(kept_rows(), 4);
	before = store_total(kept_store);
	focus_store_reopened(kept_room.focus, true);
	/* they were deleted, and that was undone */
	CU_ASSERT_EQUAL(store_total(kept_store) - before, 4);
	CU_ASSERT_TRUE(member_store_missed(kept_members));
	CU_ASSERT_EQUAL(kept_rows(), 4);
	kept_run_sql("DROP TRIGGER full");
	kept_repair(kept_room.focus);
	CU_ASSERT_FALSE(member_store_missed(kept_members));
	CU_ASSERT_EQUAL(kept_rows(), 4);
	kept_end_all();
}


/** Nobody has the store written to more often than once a second */
static void levels_are_written_seldom(void)
{
	struct party ann, again;
	char secret[SECRET_SIZE];
	int before;

	kept_begin_anew();
	kept_come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, secret);
	before = store_total(kept_store);
	for (int i = 0; i < 101; i++)
		room_command(&kept_room,
			     i % 2 ? "{\"verb\":\"unmute\",\"target\":1,"
				     "\"conference\":\"demo\"}"
				   : "{\"verb\":\"mute\",\"target\":1,"
				     "\"conference\":\"demo\"}");
	CU_ASSERT(store_total(kept_store) - before < 50);
	room_command(&kept_room, "{\"verb\":\"unmute\",\"target\":1,"
				 "\"conference\":\"demo\"}");
	for (int i = 0; i < 100 && kept_room.focus->unwritten.head; i++)
		room_turn(100);
	CU_ASSERT_PTR_NULL(kept_room.focus->unwritten.head);
	kept_crash();
	kept_come(&again, "sip:a@x", "Ann", secret);
	CU_ASSERT_FALSE(kept_is(&again, "muted"));
	kept_end_all();
}


static void one_of_yesterday_does_not(void)
{
	struct party ann, ben;
	char secret[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ann, "sip:guest-a@x", "Ann", NULL);
	focus_secret(ann.ep, secret);
	kept_end();
	kept_run_sql("UPDATE member_alive SET unix_s=unix_s-86400");
	kept_begin();
	CU_ASSERT_EQUAL(kept_rows(), 0);
	kept_come(&ben, "sip:guest-b@x", "Ben", NULL);
	CU_ASSERT_TRUE(kept_is_host(&ben));
	kept_end_all();
}


/** What is in the file may be anything */
static void rows_that_are_none_are_passed_over(void)
{
	struct party ann;
	char secret[SECRET_SIZE];

	kept_begin_anew();
	kept_come(&ann, "sip:guest-a@x", "Ann", NULL);
	focus_secret(ann.ep, secret);
	kept_end();
	kept_run_sql("INSERT INTO member SELECT 'demo',x'00',aor,known,secret,"
		     "place,number,namesake,role,muted,deaf,"
		     "video_muted,0,0 FROM member;"
		     "INSERT INTO member SELECT 'no such "
		     "name',sum,aor,known,secret,"
		     "place,number,namesake,role,muted,deaf,"
		     "video_muted,0,0 FROM member WHERE length(sum)=32;"
		     "INSERT INTO member SELECT 'other',sum,aor,known,secret,"
		     "-1,0,-5,role,muted,deaf,"
		     "video_muted,0,0 FROM member WHERE length(sum)=32"
		     " AND conference='demo'");
	kept_begin();
	kept_come(&ann, "sip:guest-a@x", "Ann", secret);
	CU_ASSERT_TRUE(kept_is_host(&ann));
	kept_end_all();
}


static CU_TestInfo tests[] = {
	{"a moderator is kept where there are too many",
	 a_moderator_is_kept_where_there_are_too_many},
	{"others' moderators take no guest's place",
	 others_moderators_take_no_guests_place},
	{"a guest takes no moderator's place",
	 a_guest_takes_no_moderators_place},
	{"what was missed is written later", what_was_missed_is_written_later},
	{"the first that cannot be written is the last",
	 the_first_that_cannot_be_written_is_the_last},
	{"levels are written seldom", levels_are_written_seldom},
	{"one of yesterday does not", one_of_yesterday_does_not},
	{"rows that are none are passed over",
	 rows_that_are_none_are_passed_over},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(kept_store, tests)
