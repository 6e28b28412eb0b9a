/**
 * @file focus/store/member_store.c  Who was in a conference, in the store
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "focus/store/member_store.h"
#include "focus/store/store.h"
#include "mixer/base/re.h"


/** One for each thing that is asked; rows of `sql` */
enum statement {
	ADD,
	SET,
	REMOVE,
	END,
	LOAD,
	COUNT,
	ALIVE,
	STALE,
	BEGIN,
	CLEAR,
	COMMIT,
	ROLLBACK,
	STATEMENTS
};

static const char *const sql[STATEMENTS] = {
	[ADD] = "INSERT INTO member VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,"
		"?11,?12,?13,?14)",
	[SET] = "UPDATE member SET aor=?3,known=?4,secret=?5,place=?6,"
		"number=?7,namesake=?8,role=?9,muted=?10,deaf=?11,"
		"video_muted=?12,volume_in_db=?13,volume_out_db=?14"
		" WHERE conference=?1 AND sum=?2",
	[REMOVE] = "DELETE FROM member WHERE conference=?1 AND sum=?2",
	[END] = "DELETE FROM member WHERE conference=?1",
	[LOAD] = "SELECT conference,sum,aor,known,secret,place,number,"
		 "namesake,role,muted,deaf,video_muted,volume_in_db,"
		 "volume_out_db FROM member"
		 " ORDER BY role DESC, conference, number",
	[COUNT] = "SELECT count(*) FROM member",
	[ALIVE] = "INSERT OR REPLACE INTO member_alive VALUES (1,?1)",
	/* a clock that was set back is no reason to forget */
	[STALE] = "DELETE FROM member WHERE NOT EXISTS (SELECT 1 FROM"
		  " member_alive WHERE unix_s>=?1)",
	[BEGIN] = "BEGIN IMMEDIATE",
	[CLEAR] = "DELETE FROM member",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
};

struct member_store {
	struct store *store;
	sqlite3_stmt *stmt[STATEMENTS];
	int64_t count; /**< of rows, kept so that none is counted again */
	bool missed;   /**< something that was to be written is not */
	bool anew;     /**< all are being written: one that is missed is all */
};


static void finalize(struct member_store *m)
{
	for (int i = 0; i < STATEMENTS; i++) {
		(void)sqlite3_finalize(m->stmt[i]);
		m->stmt[i] = NULL;
	}
}


static void member_store_destructor(void *arg)
{
	finalize(arg);
}


/** Nothing is kept, and nobody is told at each call why */
static bool is_off(const struct member_store *m)
{
	return !m || !m->stmt[STATEMENTS - 1];
}


/** Run one whose values are bound. @return 0 or errno, logged */
static int run(const struct member_store *m, enum statement which)
{
	return store_step(m->store, m->stmt[which], NULL);
}


static void count_all(struct member_store *m)
{
	bool row = false;

	m->count = 0;
	if (store_step(m->store, m->stmt[COUNT], &row) || !row)
		return;
	m->count = sqlite3_column_int64(m->stmt[COUNT], 0);
	(void)sqlite3_reset(m->stmt[COUNT]);
}


static int prepare(struct member_store *m)
{
	int err = 0;

	/* what is only read may be of before there were such rows */
	if (store_state(m->store) != STORE_WRITABLE)
		return 0;

	for (int i = 0; i < STATEMENTS && !err; i++)
		err = store_prepare(m->store, &m->stmt[i], sql[i]);
	if (err)
		finalize(m);
	else
		count_all(m);

	return err;
}


int member_store_alloc(struct member_store **mp, struct store *store)
{
	struct member_store *m;
	int err;

	if (!mp || !store)
		return EINVAL;

	m = mem_zalloc(sizeof(*m), member_store_destructor);
	if (!m)
		return ENOMEM;

	m->store = store;
	err = prepare(m);
	if (err)
		mem_deref(m);
	else
		*mp = m;

	return err;
}


void member_store_pause(struct member_store *m)
{
	if (m)
		finalize(m);
}


bool member_store_resume(struct member_store *m)
{
	if (!m || !is_off(m))
		return false;

	return !prepare(m) && !is_off(m);
}


static int bind_text(sqlite3_stmt *stmt, int i, const char *text)
{
	return sqlite3_bind_text(stmt, i, text, -1, SQLITE_TRANSIENT);
}


static int bind_sum(sqlite3_stmt *stmt, int i, const uint8_t *sum)
{
	return sqlite3_bind_blob(stmt, i, sum, MEMBER_SUM_SIZE,
				 SQLITE_TRANSIENT);
}


static int bind_row(sqlite3_stmt *stmt, const struct member *row)
{
	const int numbers[] = {
		row->known,        row->secret,        (int)row->place,
		(int)row->number,  (int)row->namesake, row->role,
		row->muted,        row->deaf,          row->video_muted,
		row->volume_in_db, row->volume_out_db};
	int code;

	code = bind_text(stmt, 1, row->conference);
	code |= bind_sum(stmt, 2, row->sum);
	code |= bind_text(stmt, 3, row->aor);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		code |= sqlite3_bind_int(stmt, (int)i + 4, numbers[i]);

	return code;
}


void member_store_put(struct member_store *m, const struct member *row)
{
	int err = EEXIST;

	if (is_off(m) || (m->anew && m->missed) ||
	    bind_row(m->stmt[SET], row) != SQLITE_OK)
		return;

	if (m->count < MEMBERS_MAX &&
	    bind_row(m->stmt[ADD], row) == SQLITE_OK) {
		err = run(m, ADD);
		m->count += !err;
	}
	if (err == EEXIST)
		err = run(m, SET);
	m->missed |= err != 0;
}


/** Rows were deleted */
static void changed(struct member_store *m, int err)
{
	if (!err)
		m->count -= store_changes(m->store);
	m->missed |= err != 0;
}


void member_store_remove(struct member_store *m, const char *conference,
			 const uint8_t *sum)
{
	if (is_off(m))
		return;

	if (bind_text(m->stmt[REMOVE], 1, conference) == SQLITE_OK &&
	    bind_sum(m->stmt[REMOVE], 2, sum) == SQLITE_OK)
		changed(m, run(m, REMOVE));
}


void member_store_end(struct member_store *m, const char *conference)
{
	if (is_off(m))
		return;

	if (bind_text(m->stmt[END], 1, conference) == SQLITE_OK)
		changed(m, run(m, END));
}


void member_store_alive(struct member_store *m)
{
	if (!is_off(m) &&
	    sqlite3_bind_int64(m->stmt[ALIVE], 1, (sqlite3_int64)time(NULL)) ==
		    SQLITE_OK)
		(void)run(m, ALIVE);
}


bool member_store_missed(const struct member_store *m)
{
	return !is_off(m) && m->missed;
}


void member_store_write_anew(struct member_store *m, void (*h)(void *arg),
			     void *arg)
{
	if (is_off(m))
		return;

	m->missed = true;
	if (run(m, BEGIN))
		return;

	m->missed = run(m, CLEAR) != 0;
	m->count = 0;
	m->anew = true;
	if (!m->missed)
		h(arg);
	m->anew = false;
	if (!m->missed)
		m->missed = run(m, COMMIT) != 0;
	if (m->missed) {
		(void)run(m, ROLLBACK);
		count_all(m);
	}
}


static void forget_stale(struct member_store *m)
{
	if (sqlite3_bind_int64(m->stmt[STALE], 1,
			       (sqlite3_int64)time(NULL) - MEMBERS_KEPT_S) ==
		    SQLITE_OK &&
	    !run(m, STALE))
		count_all(m);
}


/** What somebody has put into the file is no reason to fall over */
static bool read_row(struct member *row, sqlite3_stmt *stmt)
{
	int n[11];

	for (int i = 0; i < 11; i++)
		n[i] = sqlite3_column_int(stmt, i + 3);
	row->conference = (const char *)sqlite3_column_text(stmt, 0);
	row->aor = (const char *)sqlite3_column_text(stmt, 2);
	if (!row->conference || !row->aor || n[2] < 1 || n[3] < 1 ||
	    sqlite3_column_bytes(stmt, 1) != MEMBER_SUM_SIZE)
		return false;

	memcpy(row->sum, sqlite3_column_blob(stmt, 1), MEMBER_SUM_SIZE);
	row->known = n[0];
	row->secret = n[1];
	row->place = (unsigned)n[2];
	row->number = (unsigned)n[3];
	row->namesake = n[4] < 0 ? 0 : (unsigned)n[4];
	row->role = n[5];
	row->muted = n[6];
	row->deaf = n[7];
	row->video_muted = n[8];
	row->volume_in_db = n[9];
	row->volume_out_db = n[10];

	return true;
}


void member_store_load(struct member_store *m,
		       void (*h)(const struct member *row, void *arg),
		       void *arg)
{
	bool there = true;

	if (is_off(m))
		return;

	forget_stale(m);
	while (!store_step(m->store, m->stmt[LOAD], &there) && there) {
		struct member row;

		if (read_row(&row, m->stmt[LOAD]))
			h(&row, arg);
	}
}
