/**
 * @file test_kept.c  Who was in a conference when parleyd ended
 *
 * A focus over a store in a folder, killed and made anew: nothing is told to
 * the first, as with SIGKILL.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/focus.h"
#include "focus/conference/user.h"
#include "focus/store/member_store.h"
#include "focus/store/store.h"
#include "mixer/base/log.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"

static char folder[64], file[96];
static struct store *store;
static struct member_store *members;
static struct focus_room r;


static void begin(void)
{
	CU_ASSERT_EQUAL_FATAL(store_alloc(&store, folder), 0);
	CU_ASSERT_EQUAL_FATAL(member_store_alloc(&members, store), 0);
	room_open(&r);
	focus_set_member_store(r.focus, members);
}


static void begin_anew(void)
{
	log_level_set(LOG_LEVEL_ERROR);
	(void)snprintf(folder, sizeof(folder), "/tmp/parley-kept-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	(void)snprintf(file, sizeof(file), "%s/parley.db", folder);
	begin();
}


static void end(void)
{
	room_close(&r);
	members = mem_deref(members);
	store = mem_deref(store);
}


/** As after a crash: those who were in have not left */
static void crash(void)
{
	end();
	begin();
}


static void end_all(void)
{
	end();
	CU_ASSERT_EQUAL(unlink(file), 0);
	CU_ASSERT_EQUAL(rmdir(folder), 0);
}


static void run_sql(const char *sql)
{
	sqlite3 *db = NULL;

	CU_ASSERT_EQUAL_FATAL(sqlite3_open(file, &db), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}


static void told_h(enum reason reason, void *arg)
{
	*(enum reason *)arg = reason;
}


static unsigned rows(void)
{
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	unsigned n = 0;

	CU_ASSERT_EQUAL_FATAL(
		store_prepare(store, &stmt, "SELECT count(*) FROM member"), 0);
	CU_ASSERT_EQUAL(store_step(store, stmt, &row), 0);
	n = (unsigned)sqlite3_column_int(stmt, 0);
	(void)sqlite3_finalize(stmt);

	return n;
}


static void come(struct party *p, const char *aor, const char *display,
		 const char *secret)
{
	r.secret = secret;
	CU_ASSERT_EQUAL_FATAL(room_join(&r, p, "demo", aor, display), 0);
	r.secret = NULL;
}


static bool is(const struct party *p, const char *key)
{
	const json_t *users, *u, *e;
	size_t i, j;

	room_command(&r, "{\"verb\":\"show\",\"conference\":\"demo\"}");
	users = json_object_get(json_object_get(r.answer, "conference"),
				"users");
	json_array_foreach ((json_t *)(uintptr_t)users, i, u) {
		json_array_foreach (json_object_get(u, "endpoints"), j, e) {
			if (json_integer_value(
				    json_object_get(e, "endpoint")) ==
			    focus_endpoint_number(p->ep))
				return json_is_true(json_object_get(e, key));
		}
	}

	return false;
}


/** Who made it, who was muted, and who has their names only */
static void who_was_in_comes_back_over_a_crash(void)
{
	struct party ann, ben, again, impostor, back;
	char a[SECRET_SIZE], b[SECRET_SIZE];

	begin_anew();
	come(&ann, "sip:guest-a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	come(&ben, "sip:guest-b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	room_command(&r, "{\"verb\":\"mute\",\"target\":2,"
			 "\"conference\":\"demo\"}");
	CU_ASSERT_EQUAL(rows(), 2);

	crash();
	/* by her name and address, and before her */
	come(&impostor, "sip:guest-a@x", "Ann", NULL);
	CU_ASSERT_FALSE(is(&impostor, "moderator"));
	CU_ASSERT_EQUAL(focus_endpoint_number(impostor.ep), 3);
	come(&back, "sip:guest-b@x", "Ben", b);
	CU_ASSERT_TRUE(is(&back, "muted"));
	CU_ASSERT_FALSE(is(&back, "moderator"));
	CU_ASSERT_EQUAL(focus_endpoint_number(back.ep), 2);
	come(&again, "sip:guest-a@x", "Ann", a);
	CU_ASSERT_TRUE(is(&again, "moderator"));
	CU_ASSERT_EQUAL(focus_endpoint_number(again.ep), 1);
	end_all();
}


/** The 200 with the second secret may not have reached it */
static void either_secret_is_good_until_it_is_in(void)
{
	for (int which = 0; which < 2; which++) {
		struct party ann, again;
		char first[SECRET_SIZE], second[SECRET_SIZE];

		begin_anew();
		come(&ann, "sip:guest-a@x", "Ann", NULL);
		focus_secret(ann.ep, first);
		crash();
		r.secret = first;
		CU_ASSERT_EQUAL_FATAL(room_join_begin(&r, &again, "demo",
						      "sip:guest-a@x", "Ann"),
				      0);
		focus_secret(again.ep, second);
		crash();
		come(&again, "sip:guest-a@x", "Ann", which ? second : first);
		CU_ASSERT_TRUE(is(&again, "moderator"));
		CU_ASSERT_EQUAL(focus_endpoint_number(again.ep), 1);
		/* and then neither */
		CU_ASSERT_EQUAL(rows(), 0);
		end_all();
	}
}


static void only_sums_are_in_the_file(void)
{
	struct party ann;
	char secret[SECRET_SIZE], command[200];

	begin_anew();
	come(&ann, "sip:guest-a@x", "Ann", NULL);
	focus_secret(ann.ep, secret);
	CU_ASSERT_EQUAL(rows(), 1);
	(void)snprintf(command, sizeof(command), "! grep -rq %s %s", secret,
		       folder);
	CU_ASSERT_EQUAL(system(command), 0); /* NOLINT(cert-env33-c) */
	end_all();
}


/** One that was ended, or that all have left, is over */
static void nothing_is_left_of_one_that_is_over(void)
{
	for (int how = 0; how < 2; how++) {
		struct party ann, ben, again;
		char a[SECRET_SIZE], b[SECRET_SIZE];

		begin_anew();
		come(&ann, "sip:guest-a@x", "Ann", NULL);
		focus_secret(ann.ep, a);
		come(&ben, "sip:guest-b@x", "Ben", NULL);
		focus_secret(ben.ep, b);
		if (how) {
			CU_ASSERT_EQUAL(focus_end(r.focus, "demo"), 0);
		}
		else {
			focus_leave(ann.ep, REASON_LEFT);
			CU_ASSERT_EQUAL(rows(), 2);
			focus_leave(ben.ep, REASON_LEFT);
		}
		CU_ASSERT_EQUAL(rows(), 0);
		crash();
		come(&again, "sip:guest-c@x", "Carl", NULL);
		CU_ASSERT_TRUE(is(&again, "moderator"));
		end_all();
	}
}


static void who_is_thrown_out_is_forgotten(void)
{
	struct party ann, ben;
	char a[SECRET_SIZE], b[SECRET_SIZE];

	begin_anew();
	come(&ben, "sip:guest-b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	come(&ann, "sip:guest-a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	room_command(&r, "{\"verb\":\"kick\",\"target\":1,"
			 "\"conference\":\"demo\"}");
	CU_ASSERT_EQUAL(rows(), 1);
	crash();
	come(&ben, "sip:guest-b@x", "Ben", b);
	CU_ASSERT_FALSE(is(&ben, "moderator"));
	CU_ASSERT_EQUAL(focus_endpoint_number(ben.ep), 3);
	end_all();
}


/** Where the network or a media server was away for all, too, but nobody
 *  needs a name for it: a factory's conference has none to guess */
static void one_that_nobody_ended_goes_on(void)
{
	struct party ann, again, impostor;
	char secret[SECRET_SIZE], *name = NULL;

	begin_anew();
	CU_ASSERT_EQUAL_FATAL(focus_new_name(r.focus, &name), 0);
	r.factory = true;
	CU_ASSERT_EQUAL_FATAL(room_join(&r, &ann, name, "sip:a@x", "Ann"), 0);
	r.factory = false;
	focus_secret(ann.ep, secret);
	focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
	CU_ASSERT_FALSE(focus_exists(r.focus, name));
	/* who comes first and goes does not end it */
	CU_ASSERT_EQUAL_FATAL(room_join(&r, &impostor, name, "sip:a@x", "Ann"),
			      0);
	focus_leave(impostor.ep, REASON_LEFT);
	r.secret = secret;
	CU_ASSERT_EQUAL_FATAL(room_join(&r, &again, name, "sip:a@x", "Ann"),
			      0);
	r.secret = NULL;
	CU_ASSERT_EQUAL(focus_endpoint_number(again.ep), 1);
	focus_leave(again.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(room_join_begin(&r, &again, name, "sip:a@x", "Ann"),
			REASON_NOT_FOUND);
	mem_deref(name);
	end_all();
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

			begin_anew();
			come(&ann, "sip:a@x", "Ann", NULL);
			focus_secret(ann.ep, secret);
			if (several) {
				come(&ben, "sip:b@x", "Ben", NULL);
				focus_leave(ben.ep, reasons[i]);
			}
			focus_leave(ann.ep, reasons[i]);
			come(&first, "sip:c@x", "Carl", NULL);
			CU_ASSERT_EQUAL(is(&first, "moderator"), !i);
			/* what is hers is hers all the same */
			come(&again, "sip:a@x", "Ann", secret);
			CU_ASSERT_TRUE(is(&again, "moderator"));
			end_all();
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

		begin_anew();
		come(&mallory, "sip:m@x", "Mallory", NULL);
		focus_secret(mallory.ep, secret);
		focus_leave(mallory.ep, REASON_MEDIA_TIMEOUT);
		CU_ASSERT_EQUAL_FATAL(
			room_join_begin(&r, &ben, "demo", "sip:b@x", "Ben"),
			0);
		focus_leave(ben.ep, reasons[i]);
		come(&carl, "sip:c@x", "Carl", NULL);
		CU_ASSERT_TRUE(is(&carl, "moderator"));
		come(&again, "sip:m@x", "Mallory", secret);
		CU_ASSERT_TRUE(is(&again, "moderator"));
		end_all();
	}
}


/** Others may come, and come back, as they like */
static void it_waits_for_those_of_before(void)
{
	struct party ann, ben, carl, dora;
	char a[SECRET_SIZE], c[SECRET_SIZE];

	begin_anew();
	come(&ben, "sip:b@x", "Ben", NULL);
	come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	focus_leave(ben.ep, REASON_MEDIA_TIMEOUT);
	focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
	come(&carl, "sip:c@x", "Carl", NULL);
	focus_secret(carl.ep, c);
	come(&dora, "sip:d@x", "Dora", NULL);
	focus_leave(carl.ep, REASON_LEFT);
	come(&carl, "sip:c@x", "Carl", c);
	focus_leave(carl.ep, REASON_LEFT);
	focus_leave(dora.ep, REASON_LEFT);
	come(&ann, "sip:a@x", "Ann", a);
	CU_ASSERT_EQUAL(focus_endpoint_number(ann.ep), 2);
	focus_leave(ann.ep, REASON_LEFT);
	/* she was */
	CU_ASSERT_PTR_NULL(r.focus->pasts.head);
	end_all();
}


/** What the store has of a name is of before what is in memory */
static void a_live_one_keeps_its_rows(void)
{
	struct party ann, ben;
	char a[SECRET_SIZE], b[SECRET_SIZE];

	begin_anew();
	come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	focus_leave(ben.ep, REASON_MEDIA_TIMEOUT);
	focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
	CU_ASSERT_EQUAL(list_count(&r.focus->pasts), 1);
	CU_ASSERT_EQUAL(r.focus->kept_count, 2);
	/* read while it is in memory */
	focus_members_lost(r.focus);
	CU_ASSERT_EQUAL(list_count(&r.focus->pasts), 1);
	CU_ASSERT_EQUAL(r.focus->kept_count, 2);
	come(&ann, "sip:a@x", "Ann", a);
	CU_ASSERT_TRUE(is(&ann, "moderator"));
	CU_ASSERT_EQUAL(list_count(&r.focus->pasts), 0);
	end_all();
}


/** All have one row: whoever of them goes does not take it along */
static void one_of_two_telephones_may_go(void)
{
	for (int how = 0; how < 4; how++) {
		struct party first, second, ben, again;
		char b[SECRET_SIZE];

		begin_anew();
		r.known = true;
		come(&first, "sip:a@x", "Ann", NULL);
		come(&second, "sip:a@x", "Ann", NULL);
		r.known = false;
		come(&ben, "sip:b@x", "Ben", NULL);
		focus_secret(ben.ep, b);
		CU_ASSERT_EQUAL(rows(), 2);
		if (how == 1) {
			/* the second takes its place */
			second.ep->replaces = first.ep->leg;
			second.ep->inherits = true;
		}
		focus_leave(first.ep, how == 2 ? REASON_KICKED : REASON_LEFT);
		if (how == 3)
			focus_leave(second.ep, REASON_LEFT);
		CU_ASSERT_EQUAL(rows(), 2);
		crash();
		r.known = true;
		come(&again, "sip:a@x", "Ann", NULL);
		r.known = false;
		CU_ASSERT_TRUE(is(&again, "moderator"));
		end_all();
	}
}


static struct conference *demo(void)
{
	return focus_conference(r.focus, "demo");
}


static void who_was_never_in_is_not_kept(void)
{
	struct party ann, ben, again;
	char secret[SECRET_SIZE], next[SECRET_SIZE];

	begin_anew();
	come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, secret);
	CU_ASSERT_EQUAL_FATAL(
		room_join_begin(&r, &ben, "demo", "sip:b@x", "Ben"), 0);
	focus_secret(ben.ep, next);
	CU_ASSERT_EQUAL(rows(), 2);
	focus_leave(ben.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(demo()->kept_count, 0);
	CU_ASSERT_EQUAL(rows(), 1);

	/* one who comes back may try for ever */
	come(&ben, "sip:b@x", "Ben", NULL);
	focus_leave(ann.ep, REASON_LEFT);
	for (int i = 0; i < 5; i++) {
		r.secret = secret;
		CU_ASSERT_EQUAL_FATAL(
			room_join_begin(&r, &again, "demo", "sip:a@x", "Ann"),
			0);
		r.secret = NULL;
		focus_secret(again.ep, next);
		focus_leave(again.ep, REASON_LEFT);
		CU_ASSERT(demo()->kept_count <= 2);
	}
	come(&again, "sip:a@x", "Ann", next);
	CU_ASSERT_TRUE(is(&again, "moderator"));
	CU_ASSERT_EQUAL(demo()->kept_count, 0);
	end_all();
}


/** Her page calls anew while the old leg is in, and no ACK comes: not to the
 *  one with Replaces, and not to the one that said her secret */
static void who_calls_anew_and_gets_no_ack_is_kept(void)
{
	for (unsigned how = 0; how < 4; how++) {
		const bool replaces = how & 1, second = how & 2;
		struct party ann, ben, heir, again;
		char old[SECRET_SIZE], new[SECRET_SIZE];

		begin_anew();
		come(&ann, "sip:a@x", "Ann", NULL);
		focus_secret(ann.ep, old);
		come(&ben, "sip:b@x", "Ben", NULL);
		if (replaces) {
			r.replaces_leg = focus_leg(ann.ep);
			r.inherits = true;
		}
		else {
			r.secret = old;
		}
		CU_ASSERT_EQUAL_FATAL(
			room_join_begin(&r, &heir, "demo", "sip:a@x", "Ann"),
			0);
		r.replaces_leg = 0;
		r.inherits = false;
		r.secret = NULL;
		focus_secret(heir.ep, new);
		focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
		focus_leave(heir.ep, REASON_UNAVAILABLE);

		come(&again, "sip:a@x", "Ann", second ? new : old);
		CU_ASSERT_TRUE(is(&again, "moderator"));
		CU_ASSERT_EQUAL(focus_endpoint_number(again.ep), 1);
		/* and then neither is good */
		CU_ASSERT_EQUAL(demo()->kept_count, 0);
		CU_ASSERT_EQUAL(rows(), 0);
		end_all();
	}
}


/** A reload may come before the server knows that the page is gone */
static void what_was_set_of_a_leg_that_is_in_is_set_of_the_next(void)
{
	struct party ann, ben, again;
	char secret[SECRET_SIZE];

	begin_anew();
	come(&ann, "sip:a@x", "Ann", NULL);
	come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, secret);
	ben.ep->levels.video_muted = ben.ep->levels.deaf = true;
	ben.ep->levels.volume_in_db = -6;
	room_command(&r, "{\"verb\":\"mute\",\"target\":2,"
			 "\"conference\":\"demo\"}");
	come(&again, "sip:b@x", "Ben", secret);
	CU_ASSERT_TRUE(is(&again, "muted"));
	focus_leave(ben.ep, REASON_MEDIA_TIMEOUT);
	CU_ASSERT_TRUE(again.ep->levels.video_muted);
	CU_ASSERT_TRUE(again.ep->levels.deaf);
	CU_ASSERT_EQUAL(again.ep->levels.volume_in_db, -6);
	end_all();
}


static enum reason ask_to_join(const char *secret)
{
	const struct question q = {
		.kind = QUESTION_JOIN, .conference = "demo", .secret = secret};
	enum reason reason = REASON_INTERNAL;
	struct ask *ask = NULL;

	focus_ask(&ask, r.focus, &q, told_h, &reason);
	CU_ASSERT_PTR_NULL(ask);

	return reason;
}


/** Else nobody could take the lock off again */
static void a_lock_is_not_against_who_was_in(void)
{
	struct party ann, ben, again, stranger;
	char a[SECRET_SIZE], b[SECRET_SIZE], wrong[SECRET_SIZE];

	begin_anew();
	come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	come(&again, "sip:c@x", "Carl", NULL);
	room_command(&r, "{\"verb\":\"lock\",\"conference\":\"demo\"}");
	memset(wrong, '0', sizeof(wrong) - 1);
	wrong[sizeof(wrong) - 1] = '\0';

	/* still in, and when that leg is gone */
	CU_ASSERT_EQUAL(ask_to_join(a), REASON_NONE);
	focus_leave(ann.ep, REASON_MEDIA_TIMEOUT);
	CU_ASSERT_EQUAL(ask_to_join(a), REASON_NONE);
	CU_ASSERT_EQUAL(ask_to_join(wrong), REASON_LOCKED);
	CU_ASSERT_EQUAL(ask_to_join(NULL), REASON_LOCKED);
	r.secret = wrong;
	CU_ASSERT_EQUAL(
		room_join_begin(&r, &stranger, "demo", "sip:a@x", "Ann"),
		REASON_LOCKED);
	come(&again, "sip:a@x", "Ann", a);
	CU_ASSERT_TRUE(is(&again, "moderator"));
	/* who was thrown out is out */
	room_command(&r, "{\"verb\":\"kick\",\"target\":2,"
			 "\"conference\":\"demo\"}");
	CU_ASSERT_EQUAL(ask_to_join(b), REASON_LOCKED);
	end_all();
}


static void keep_many(const char *name, unsigned count, bool moderator)
{
	struct conference *c = focus_conference(r.focus, name);

	while (count--) {
		struct kept *k = kept_alloc();

		CU_ASSERT_PTR_NOT_NULL_FATAL(k);
		CU_ASSERT_EQUAL_FATAL(str_dup(&k->aor, "sip:many@x"), 0);
		k->secret.given = true;
		memcpy(k->secret.sha256, &count, sizeof(count));
		k->moderator = moderator;
		kept_add(c, k);
	}
}


/** Strangers use up what is kept of themselves, moderators' places last */
static void a_moderator_is_kept_where_there_are_too_many(void)
{
	struct party ann, ben, carl, last;
	char a[SECRET_SIZE], b[SECRET_SIZE];

	begin_anew();
	come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	come(&carl, "sip:c@x", "Carl", NULL);
	CU_ASSERT_EQUAL_FATAL(room_join(&r, &ben, "other", "sip:b@x", "Ben"),
			      0);
	focus_secret(ben.ep, b);
	CU_ASSERT_EQUAL_FATAL(room_join(&r, &last, "other", "sip:d@x", "Dora"),
			      0);
	keep_many("other", KEPT_ALL_MAX, false);
	focus_leave(ann.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(demo()->kept_count, 1);
	CU_ASSERT_EQUAL(r.focus->kept_count, KEPT_ALL_MAX);
	focus_leave(ben.ep, REASON_LEFT);
	CU_ASSERT(r.focus->kept_count <= KEPT_ALL_MAX);
	come(&ann, "sip:a@x", "Ann", a);
	CU_ASSERT_TRUE(is(&ann, "moderator"));
	end_all();
}


/** Who makes a conference is a moderator there, and may fill many */
static void others_moderators_take_no_guests_place(void)
{
	struct party ann, ben, carl, mallory;
	char b[SECRET_SIZE], c[SECRET_SIZE];

	begin_anew();
	come(&ann, "sip:a@x", "Ann", NULL);
	come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	come(&carl, "sip:c@x", "Carl", NULL);
	focus_secret(carl.ep, c);
	CU_ASSERT_EQUAL_FATAL(
		room_join(&r, &mallory, "other", "sip:m@x", "Mallory"), 0);
	keep_many("other", KEPT_ALL_MAX, true);
	focus_leave(ben.ep, REASON_LEFT);
	focus_leave(carl.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(demo()->kept_count, 2);
	CU_ASSERT_EQUAL(r.focus->kept_count, KEPT_ALL_MAX);
	end_all();
}


/** A guest's place is none that a moderator gives up */
static void a_guest_takes_no_moderators_place(void)
{
	struct party ann, ben;
	char secret[SECRET_SIZE];

	begin_anew();
	come(&ann, "sip:a@x", "Ann", NULL);
	come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, secret);
	keep_many("demo", KEPT_MAX, true);
	focus_leave(ben.ep, REASON_LEFT);
	CU_ASSERT_EQUAL(demo()->kept_count, KEPT_MAX);
	for (struct le *le = demo()->kept.head; le; le = le->next)
		CU_ASSERT_TRUE(((struct kept *)le->data)->moderator);
	end_all();
}


/** Who was thrown out while another program had the file does not come back as
 *  a moderator, and who came is not lost */
static void what_was_missed_is_written_later(void)
{
	struct party ann, ben, carl;
	char a[SECRET_SIZE], b[SECRET_SIZE], c[SECRET_SIZE];
	sqlite3 *db = NULL;

	begin_anew();
	come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, a);
	come(&ben, "sip:b@x", "Ben", NULL);
	focus_secret(ben.ep, b);
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(file, &db), SQLITE_OK);
	CU_ASSERT_EQUAL_FATAL(
		sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL),
		SQLITE_OK);
	room_command(&r, "{\"verb\":\"kick\",\"target\":1,"
			 "\"conference\":\"demo\"}");
	come(&carl, "sip:c@x", "Carl", NULL);
	focus_secret(carl.ep, c);
	CU_ASSERT_TRUE(member_store_missed(members));
	kept_repair(r.focus);
	CU_ASSERT_TRUE(member_store_missed(members));
	CU_ASSERT_EQUAL(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL),
			SQLITE_OK);
	(void)sqlite3_close(db);
	CU_ASSERT_EQUAL(rows(), 2);
	kept_repair(r.focus);
	CU_ASSERT_FALSE(member_store_missed(members));
	CU_ASSERT_EQUAL(rows(), 2);

	crash();
	come(&ann, "sip:a@x", "Ann", a);
	CU_ASSERT_FALSE(is(&ann, "moderator"));
	come(&carl, "sip:c@x", "Carl", c);
	CU_ASSERT_EQUAL(focus_endpoint_number(carl.ep), 3);
	end_all();
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

	begin_anew();
	for (unsigned i = 0; i < 4; i++) {
		come(&p, i ? "sip:b@x" : "sip:a@x", "Ann", NULL);
		focus_secret(p.ep, secret);
	}
	run_sql("CREATE TRIGGER full BEFORE INSERT ON member WHEN NEW.number=1"
		" BEGIN SELECT abs(-9223372036854775807-1); END");
	CU_ASSERT_EQUAL(rows(), 4);
	before = store_total(store);
	focus_members_lost(r.focus);
	/* they were deleted, and that was undone */
	CU_ASSERT_EQUAL(store_total(store) - before, 4);
	CU_ASSERT_TRUE(member_store_missed(members));
	CU_ASSERT_EQUAL(rows(), 4);
	run_sql("DROP TRIGGER full");
	kept_repair(r.focus);
	CU_ASSERT_FALSE(member_store_missed(members));
	CU_ASSERT_EQUAL(rows(), 4);
	end_all();
}


/** Nobody has the store written to more often than once a second */
static void levels_are_written_seldom(void)
{
	struct party ann, again;
	char secret[SECRET_SIZE];
	int before;

	begin_anew();
	come(&ann, "sip:a@x", "Ann", NULL);
	focus_secret(ann.ep, secret);
	before = store_total(store);
	for (int i = 0; i < 101; i++)
		room_command(&r, i % 2 ? "{\"verb\":\"unmute\",\"target\":1,"
					 "\"conference\":\"demo\"}"
				       : "{\"verb\":\"mute\",\"target\":1,"
					 "\"conference\":\"demo\"}");
	CU_ASSERT(store_total(store) - before < 50);
	room_command(&r, "{\"verb\":\"unmute\",\"target\":1,"
			 "\"conference\":\"demo\"}");
	for (int i = 0; i < 100 && r.focus->unwritten.head; i++)
		room_turn(100);
	CU_ASSERT_PTR_NULL(r.focus->unwritten.head);
	crash();
	come(&again, "sip:a@x", "Ann", secret);
	CU_ASSERT_FALSE(is(&again, "muted"));
	end_all();
}


static void one_of_yesterday_does_not(void)
{
	struct party ann, ben;
	char secret[SECRET_SIZE];

	begin_anew();
	come(&ann, "sip:guest-a@x", "Ann", NULL);
	focus_secret(ann.ep, secret);
	end();
	run_sql("UPDATE member_alive SET unix_s=unix_s-86400");
	begin();
	CU_ASSERT_EQUAL(rows(), 0);
	come(&ben, "sip:guest-b@x", "Ben", NULL);
	CU_ASSERT_TRUE(is(&ben, "moderator"));
	end_all();
}


/** What is in the file may be anything */
static void rows_that_are_none_are_passed_over(void)
{
	struct party ann;
	char secret[SECRET_SIZE];

	begin_anew();
	come(&ann, "sip:guest-a@x", "Ann", NULL);
	focus_secret(ann.ep, secret);
	end();
	run_sql("INSERT INTO member SELECT 'demo',x'00',aor,known,secret,"
		"place,number,namesake,moderator,creator,muted,deaf,"
		"video_muted,0,0,0 FROM member;"
		"INSERT INTO member SELECT 'no such "
		"name',sum,aor,known,secret,"
		"place,number,namesake,moderator,creator,muted,deaf,"
		"video_muted,0,0,0 FROM member WHERE length(sum)=32;"
		"INSERT INTO member SELECT 'other',sum,aor,known,secret,"
		"-1,0,-5,moderator,creator,muted,deaf,"
		"video_muted,0,0,0 FROM member WHERE length(sum)=32"
		" AND conference='demo'");
	begin();
	come(&ann, "sip:guest-a@x", "Ann", secret);
	CU_ASSERT_TRUE(is(&ann, "moderator"));
	end_all();
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
	{"a moderator is kept where there are too many",
	 a_moderator_is_kept_where_there_are_too_many},
	{"it waits for those of before", it_waits_for_those_of_before},
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
UNIT_SUITE(kept, tests)
