/**
 * @file kept_world.c  A focus over a store in a folder, killed and made anew
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/focus.h"
#include "focus/conference/user.h"
#include "focus/store/conference_store.h"
#include "focus/store/member_store.h"
#include "focus/store/store.h"
#include "mixer/base/log.h"
#include "tests/unit/focus/conference/kept_world.h"
#include "tests/unit/unit.h"

char kept_folder[64], kept_file[96];
struct store *kept_store;
struct member_store *kept_members;
static struct conference_store *conferences;
struct focus_room kept_room;


void kept_begin(void)
{
	CU_ASSERT_EQUAL_FATAL(store_alloc(&kept_store, kept_folder), 0);
	CU_ASSERT_EQUAL_FATAL(member_store_alloc(&kept_members, kept_store),
			      0);
	CU_ASSERT_EQUAL_FATAL(conference_store_alloc(&conferences, kept_store),
			      0);
	room_open(&kept_room);
	focus_set_conference_store(kept_room.focus, conferences);
	focus_set_member_store(kept_room.focus, kept_members);
}


void kept_begin_anew(void)
{
	log_level_set(LOG_LEVEL_ERROR);
	(void)snprintf(kept_folder, sizeof(kept_folder),
		       "/tmp/parley-kept-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(kept_folder));
	(void)snprintf(kept_file, sizeof(kept_file), "%s/parley.db",
		       kept_folder);
	kept_begin();
}


void kept_end(void)
{
	room_close(&kept_room);
	kept_members = mem_deref(kept_members);
	conferences = mem_deref(conferences);
	kept_store = mem_deref(kept_store);
}


/** As after a crash: those who were in have not left */
void kept_crash(void)
{
	kept_end();
	kept_begin();
}


void kept_end_all(void)
{
	kept_end();
	CU_ASSERT_EQUAL(unlink(kept_file), 0);
	CU_ASSERT_EQUAL(rmdir(kept_folder), 0);
}


void kept_run_sql(const char *sql)
{
	sqlite3 *db = NULL;

	CU_ASSERT_EQUAL_FATAL(sqlite3_open(kept_file, &db), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}


void kept_told_h(enum reason reason, void *arg)
{
	*(enum reason *)arg = reason;
}


unsigned kept_rows(void)
{
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	unsigned n = 0;

	CU_ASSERT_EQUAL_FATAL(store_prepare(kept_store, &stmt,
					    "SELECT count(*) FROM member"),
			      0);
	CU_ASSERT_EQUAL(store_step(kept_store, stmt, &row), 0);
	n = (unsigned)sqlite3_column_int(stmt, 0);
	(void)sqlite3_finalize(stmt);

	return n;
}


void kept_come(struct party *p, const char *aor, const char *display,
	       const char *secret)
{
	kept_room.secret = secret;
	CU_ASSERT_EQUAL_FATAL(room_join(&kept_room, p, "demo", aor, display),
			      0);
	kept_room.secret = NULL;
}


static const json_t *kept_shown(const struct party *p)
{
	const json_t *users, *u, *e;
	size_t i, j;

	room_command(&kept_room,
		     "{\"verb\":\"show\",\"conference\":\"demo\"}");
	users = json_object_get(
		json_object_get(kept_room.answer, "conference"), "users");
	json_array_foreach ((json_t *)(uintptr_t)users, i, u) {
		json_array_foreach (json_object_get(u, "endpoints"), j, e) {
			if (json_integer_value(
				    json_object_get(e, "endpoint")) ==
			    focus_endpoint_number(p->ep))
				return e;
		}
	}

	return NULL;
}


bool kept_is(const struct party *p, const char *key)
{
	return json_is_true(json_object_get(kept_shown(p), key));
}


bool kept_is_host(const struct party *p)
{
	return !strcmp(
		json_string_value(json_object_get(kept_shown(p), "role")),
		"host");
}


struct conference *kept_demo(void)
{
	return focus_conference(kept_room.focus, "demo");
}
