/**
 * @file focus/store/conference_store.c  Conferences and their settings
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "focus/store/conference_store.h"
#include "focus/store/store.h"
#include "mixer/base/re.h"


/** One for each thing that is asked; rows of `sql` */
enum statement {
	GET,
	EACH,
	COUNT,
	PUT,
	REMOVE,
	NUMBERED,
	MAKE_KEY,
	GET_KEY,
	STATEMENTS,
};

#define COLUMNS "name,booked,locked,layout,settings,number"

static const char *const sql[STATEMENTS] = {
	[GET] = "SELECT " COLUMNS " FROM conference WHERE name=?1",
	[EACH] = "SELECT " COLUMNS " FROM conference ORDER BY name",
	[COUNT] = "SELECT count(*) FROM conference",
	[PUT] = "INSERT OR REPLACE INTO conference VALUES (?1,?2,?3,?4,?5,?6)",
	[REMOVE] = "DELETE FROM conference WHERE name=?1",
	[NUMBERED] = "SELECT " COLUMNS " FROM conference"
		     " WHERE number=?1 AND booked<>0",
	[MAKE_KEY] = ("INSERT OR IGNORE INTO conference_key"
		      " VALUES (1,randomblob(16))"),
	[GET_KEY] = "SELECT key FROM conference_key",
};

struct conference_store {
	struct store *store;
	sqlite3_stmt *stmt[STATEMENTS];
};


static void finalize(struct conference_store *c)
{
	for (int i = 0; i < STATEMENTS; i++) {
		(void)sqlite3_finalize(c->stmt[i]);
		c->stmt[i] = NULL;
	}
}


static void conference_store_destructor(void *arg)
{
	finalize(arg);
}


static bool is_off(const struct conference_store *c)
{
	return !c || !c->stmt[STATEMENTS - 1];
}


static int prepare(struct conference_store *c)
{
	int err = 0;

	for (int i = 0; i < STATEMENTS && !err; i++)
		err = store_prepare(c->store, &c->stmt[i], sql[i]);
	if (err)
		finalize(c);

	/* what is only read may be of before there were such rows */
	return store_state(c->store) == STORE_WRITABLE ? err : 0;
}


int conference_store_alloc(struct conference_store **cp, struct store *store)
{
	struct conference_store *c;
	int err;

	if (!cp || !store)
		return EINVAL;

	c = mem_zalloc(sizeof(*c), conference_store_destructor);
	if (!c)
		return ENOMEM;

	c->store = store;
	err = prepare(c);
	if (err)
		mem_deref(c);
	else
		*cp = c;

	return err;
}


void conference_store_pause(struct conference_store *c)
{
	if (c)
		finalize(c);
}


void conference_store_resume(struct conference_store *c)
{
	if (c && is_off(c))
		(void)prepare(c);
}


/** @return 0 or ENOMEM */
static int bind_text(sqlite3_stmt *stmt, int i, const char *text)
{
	return sqlite3_bind_text(stmt, i, text, -1, SQLITE_TRANSIENT) ==
			       SQLITE_OK
		       ? 0
		       : ENOMEM;
}


/** What somebody has put into the file is no reason to fall over */
static bool take_row(sqlite3_stmt *stmt, conference_row_h *h, void *arg)
{
	const char *settings = (const char *)sqlite3_column_text(stmt, 4);
	const struct conference_row row = {
		.name = (const char *)sqlite3_column_text(stmt, 0),
		.booked = sqlite3_column_int(stmt, 1),
		.locked = sqlite3_column_int(stmt, 2),
		.layout = (const char *)sqlite3_column_text(stmt, 3),
		.settings = settings ? json_loads(settings, 0, NULL) : NULL,
		.number = (uint32_t)sqlite3_column_int64(stmt, 5),
	};
	const bool good = row.name && row.layout && row.settings;

	if (good)
		h(&row, arg);
	json_decref((json_t *)(uintptr_t)row.settings);

	return good;
}


/** The one row that a statement finds, if it does */
static bool take_one(struct conference_store *c, sqlite3_stmt *stmt,
		     conference_row_h *h, void *arg)
{
	bool row = false, good = false;

	if (store_step(c->store, stmt, &row))
		return false;

	if (row) {
		good = take_row(stmt, h, arg);
		(void)sqlite3_reset(stmt);
	}

	return good;
}


bool conference_store_get(struct conference_store *c, const char *name,
			  conference_row_h *h, void *arg)
{
	return !is_off(c) && !bind_text(c->stmt[GET], 1, name) &&
	       take_one(c, c->stmt[GET], h, arg);
}


bool conference_store_numbered(struct conference_store *c, uint32_t number,
			       conference_row_h *h, void *arg)
{
	return !is_off(c) &&
	       sqlite3_bind_int64(c->stmt[NUMBERED], 1, number) == SQLITE_OK &&
	       take_one(c, c->stmt[NUMBERED], h, arg);
}


int conference_store_key(struct conference_store *c,
			 uint8_t key[CONFERENCE_STORE_KEY_BYTES])
{
	sqlite3_stmt *stmt;
	bool row = false;
	int err;

	if (is_off(c))
		return EROFS;

	stmt = c->stmt[GET_KEY];
	err = store_step(c->store, stmt, &row);
	if (!err && !row)
		err = store_step(c->store, c->stmt[MAKE_KEY], NULL);
	if (!err && !row)
		err = store_step(c->store, stmt, &row);
	if (err || !row)
		return err ? err : EROFS;

	if (sqlite3_column_bytes(stmt, 0) == CONFERENCE_STORE_KEY_BYTES)
		memcpy(key, sqlite3_column_blob(stmt, 0),
		       CONFERENCE_STORE_KEY_BYTES);
	else
		err = EBADMSG;
	(void)sqlite3_reset(stmt);

	return err;
}


int conference_store_each(struct conference_store *c, conference_row_h *h,
			  void *arg)
{
	bool row = true;
	int err = 0;

	if (is_off(c))
		return 0;

	while (row && !err) {
		err = store_step(c->store, c->stmt[EACH], &row);
		if (!err && row)
			(void)take_row(c->stmt[EACH], h, arg);
	}

	return err;
}


/** One more may be written. @return 0, EOVERFLOW, other errno */
static int check_room(const struct conference_store *c)
{
	bool row = false;
	int64_t count = 0;
	int err = store_step(c->store, c->stmt[COUNT], &row);

	if (!err && row) {
		count = sqlite3_column_int64(c->stmt[COUNT], 0);
		(void)sqlite3_reset(c->stmt[COUNT]);
	}
	if (err)
		return err;

	return count < CONFERENCE_STORE_MAX ? 0 : EOVERFLOW;
}


static int bind_row(sqlite3_stmt *stmt, const struct conference_row *row)
{
	char *settings = json_dumps(row->settings, JSON_COMPACT);
	int err = settings ? bind_text(stmt, 5, settings) : ENOMEM;

	free(settings);
	err |= bind_text(stmt, 1, row->name);
	err |= bind_text(stmt, 4, row->layout);
	if (sqlite3_bind_int(stmt, 2, row->booked) != SQLITE_OK ||
	    sqlite3_bind_int(stmt, 3, row->locked) != SQLITE_OK ||
	    sqlite3_bind_int64(stmt, 6, row->number) != SQLITE_OK)
		err = ENOMEM;

	return err;
}


int conference_store_put(struct conference_store *c,
			 const struct conference_row *row)
{
	int err;

	if (is_off(c))
		return EROFS;

	err = check_room(c);
	if (!err)
		err = bind_row(c->stmt[PUT], row);

	return err ? err : store_step(c->store, c->stmt[PUT], NULL);
}


int conference_store_remove(struct conference_store *c, const char *name)
{
	int err;

	if (is_off(c))
		return EROFS;

	err = bind_text(c->stmt[REMOVE], 1, name);
	if (!err)
		err = store_step(c->store, c->stmt[REMOVE], NULL);
	if (!err && !store_changes(c->store))
		err = ENOENT;

	return err;
}
