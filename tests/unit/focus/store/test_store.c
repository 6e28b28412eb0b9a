/**
 * @file test_store.c  The SQLite file: made, brought up to date, checked
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "focus/store/store.h"
#include "mixer/base/log.h"
#include "mixer/base/re.h"
#include "tests/unit/unit.h"


static char folder[64], file[96];
static unsigned sleeps; /* of SQLite, for another program's lock */


/** The library calls both by their exported names, one or the other */
int nanosleep(const struct timespec *asked, struct timespec *left)
{
	sleeps++;

	return clock_nanosleep(CLOCK_MONOTONIC, 0, asked, left) ? -1 : 0;
}


int usleep(useconds_t us)
{
	const struct timespec asked = {us / 1000000, us % 1000000 * 1000L};

	return nanosleep(&asked, NULL);
}


static void open_folder(void)
{
	log_level_set(LOG_LEVEL_ERROR);
	(void)snprintf(folder, sizeof(folder), "/tmp/parley-store-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	(void)snprintf(file, sizeof(file), "%s/parley.db", folder);
}


static void close_folder(void)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char path[112];

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", file, ends[i]);
		(void)unlink(path);
	}
	CU_ASSERT_EQUAL(rmdir(folder), 0);
}


/** Its own connection, as another program has */
static void run_sql(const char *sql)
{
	sqlite3 *db = NULL;

	CU_ASSERT_EQUAL(sqlite3_open(file, &db), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}


static void keeps_what_is_written(void)
{
	struct store *s = NULL;
	sqlite3_stmt *stmt = NULL;
	struct stat st;
	bool row = false;

	open_folder();
	CU_ASSERT_EQUAL_FATAL(store_alloc(&s, folder), 0);
	CU_ASSERT_EQUAL(stat(file, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	CU_ASSERT_EQUAL(store_prepare(s, &stmt,
				      "INSERT INTO subscriber VALUES"
				      " ('a','r','1','2','3','4',5)"),
			0);
	CU_ASSERT_EQUAL(store_step(s, stmt, NULL), 0);
	CU_ASSERT_EQUAL(store_changes(s), 1);
	CU_ASSERT_EQUAL(store_step(s, stmt, NULL), EEXIST);
	(void)sqlite3_finalize(stmt);
	s = mem_deref(s);

	CU_ASSERT_EQUAL_FATAL(store_alloc(&s, folder), 0);
	CU_ASSERT_EQUAL(
		store_prepare(s, &stmt, "SELECT created FROM subscriber"), 0);
	CU_ASSERT_EQUAL(store_step(s, stmt, &row), 0);
	CU_ASSERT_TRUE(row);
	CU_ASSERT_EQUAL(sqlite3_column_int(stmt, 0), 5);
	CU_ASSERT_EQUAL(store_step(s, stmt, &row), 0);
	CU_ASSERT_FALSE(row);
	(void)sqlite3_finalize(stmt);
	mem_deref(s);
	close_folder();
}


/** An empty file is version 0: every migration runs on it */
static void brings_an_old_file_up_to_date(void)
{
	struct store *s = NULL;
	sqlite3_stmt *stmt = NULL;
	bool row = false;

	open_folder();
	run_sql("CREATE TABLE kept (x); INSERT INTO kept VALUES (1)");
	CU_ASSERT_EQUAL_FATAL(store_alloc(&s, folder), 0);
	CU_ASSERT_EQUAL(store_prepare(s, &stmt,
				      "SELECT x FROM kept, (SELECT count(*)"
				      " FROM subscriber)"),
			0);
	CU_ASSERT_EQUAL(store_step(s, stmt, &row), 0);
	CU_ASSERT_TRUE(row);
	(void)sqlite3_finalize(stmt);
	mem_deref(s);
	close_folder();
}


static void refuses_what_it_cannot_keep_right(void)
{
	struct store *s = NULL;
	FILE *f;

	open_folder();
	run_sql("PRAGMA user_version=1000");
	CU_ASSERT_EQUAL(store_alloc(&s, folder), ENOTSUP);

	f = fopen(file, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	for (int i = 0; i < 1000; i++)
		(void)fputs("this is no database ", f);
	(void)fclose(f);
	CU_ASSERT_EQUAL(store_alloc(&s, folder), EBADMSG);
	CU_ASSERT_PTR_NULL(s);
	close_folder();
}


/** A page of a good file is overwritten, as a failing disk does */
static void finds_damage(void)
{
	struct store *s = NULL;
	struct stat st;
	char junk[512];
	int fd;

	open_folder();
	CU_ASSERT_EQUAL_FATAL(store_alloc(&s, folder), 0);
	s = mem_deref(s);
	run_sql("PRAGMA journal_mode=DELETE; WITH RECURSIVE n(i) AS (SELECT 1"
		" UNION ALL SELECT i+1 FROM n WHERE i<2000) INSERT INTO"
		" subscriber SELECT 'u'||i,'r','1','2','3','4',5 FROM n");

	CU_ASSERT_EQUAL(stat(file, &st), 0);
	memset(junk, 0xa5, sizeof(junk));
	fd = open(file, O_WRONLY);
	CU_ASSERT_TRUE_FATAL(fd >= 0);
	for (off_t at = 4096; at < st.st_size; at += 4096)
		CU_ASSERT_EQUAL(pwrite(fd, junk, sizeof(junk), at),
				sizeof(junk));
	(void)close(fd);
	CU_ASSERT_EQUAL(store_alloc(&s, folder), EBADMSG);
	close_folder();
}


/* ---------------------------------------------- what cannot be written */

static int insert(struct store *s)
{
	sqlite3_stmt *stmt = NULL;
	int err = store_prepare(s, &stmt,
				"INSERT INTO subscriber VALUES"
				" ('b','r','1','2','3','4',5)");

	if (!err)
		err = store_step(s, stmt, NULL);
	(void)sqlite3_finalize(stmt);

	return err;
}


static int count(struct store *s)
{
	sqlite3_stmt *stmt = NULL;
	bool row = false;
	int n = -1;

	CU_ASSERT_EQUAL(
		store_prepare(s, &stmt, "SELECT count(*) FROM subscriber"), 0);
	CU_ASSERT_EQUAL(store_step(s, stmt, &row), 0);
	if (row)
		n = sqlite3_column_int(stmt, 0);
	(void)sqlite3_finalize(stmt);

	return n;
}


static void an_absent_folder_has_no_users(void)
{
	struct store *s = NULL;

	log_level_set(LOG_LEVEL_ERROR);
	CU_ASSERT_EQUAL_FATAL(store_alloc(&s, "/nonexistent"), 0);
	CU_ASSERT_EQUAL(store_state(s), STORE_ABSENT);
	CU_ASSERT_EQUAL(count(s), 0);
	CU_ASSERT_EQUAL(insert(s), EROFS);
	mem_deref(s);
}


/** As somebody whose folder that is not; root may write everywhere */
static void what_cannot_be_written_is_read(void)
{
	const uid_t self = geteuid(), nobody = 65534;
	struct store *s = NULL;

	open_folder();
	CU_ASSERT_EQUAL_FATAL(store_alloc(&s, folder), 0);
	CU_ASSERT_EQUAL(insert(s), 0);
	s = mem_deref(s);
	CU_ASSERT_EQUAL(chmod(file, 0444), 0);
	CU_ASSERT_EQUAL(chmod(folder, 0555), 0);
	if (!self)
		CU_ASSERT_EQUAL_FATAL(seteuid(nobody), 0);

	CU_ASSERT_EQUAL(store_alloc(&s, folder), 0);
	CU_ASSERT_EQUAL(store_state(s), STORE_READ_ONLY);
	CU_ASSERT_EQUAL(count(s), 1);
	CU_ASSERT_EQUAL(insert(s), EROFS);
	mem_deref(s);

	CU_ASSERT_EQUAL_FATAL(seteuid(self), 0);
	(void)chmod(folder, 0700);
	close_folder();
}


/** Another program has it: nobody waits, and what is there is read on */
static void a_lock_is_not_waited_for(void)
{
	sqlite3 *other = NULL;
	struct store *s = NULL;

	open_folder();
	CU_ASSERT_EQUAL_FATAL(store_alloc(&s, folder), 0);
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(file, &other), SQLITE_OK);
	CU_ASSERT_EQUAL(
		sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL),
		SQLITE_OK);
	sleeps = 0;
	CU_ASSERT_EQUAL(insert(s), EBUSY);
	CU_ASSERT_EQUAL(sleeps, 0);
	CU_ASSERT_EQUAL(count(s), 0);
	CU_ASSERT_EQUAL(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL),
			SQLITE_OK);
	CU_ASSERT_EQUAL(insert(s), 0);
	CU_ASSERT_EQUAL(count(s), 1);
	(void)sqlite3_close(other);
	mem_deref(s);
	close_folder();
}


/** SQLite says of a limit what it says of a disk that is full */
static void a_full_disk_can_be_read(void)
{
	struct store *s = NULL;
	sqlite3_stmt *stmt = NULL;
	bool row;
	int err = 0;

	open_folder();
	CU_ASSERT_EQUAL_FATAL(store_alloc(&s, folder), 0);
	CU_ASSERT_EQUAL(store_prepare(s, &stmt, "PRAGMA max_page_count=4"), 0);
	CU_ASSERT_EQUAL(store_step(s, stmt, &row), 0);
	(void)sqlite3_finalize(stmt);
	CU_ASSERT_EQUAL(insert(s), 0);
	CU_ASSERT_EQUAL(
		store_prepare(s, &stmt,
			      "INSERT INTO subscriber SELECT hex(randomblob"
			      "(99)),'r','1','2','3','4',5 FROM subscriber"),
		0);
	for (int i = 0; i < 20 && !err; i++)
		err = store_step(s, stmt, NULL);
	(void)sqlite3_finalize(stmt);
	CU_ASSERT_EQUAL(err, ENOSPC);
	CU_ASSERT(count(s) > 0);
	mem_deref(s);
	close_folder();
}


/** Somebody's name for a file of root's, or a link, is not written through */
static void a_link_is_not_written_through(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	struct store *s = NULL;
	char victim[112], name[112];
	struct stat st;
	FILE *f;

	open_folder();
	(void)snprintf(victim, sizeof(victim), "%s/victim", folder);
	f = fopen(victim, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	(void)fclose(f);
	for (size_t i = 0; i < 2 * ARRAY_SIZE(ends); i++) {
		const bool hard = i & 1;

		(void)snprintf(name, sizeof(name), "%s%s", file, ends[i / 2]);
		CU_ASSERT_EQUAL_FATAL(
			hard ? link(victim, name) : symlink(victim, name), 0);
		if (!hard || !geteuid()) {
			CU_ASSERT_EQUAL(store_alloc(&s, folder), ELOOP);
		}
		CU_ASSERT_EQUAL(stat(victim, &st), 0);
		CU_ASSERT(st.st_size == 0 || geteuid());
		(void)unlink(name);
		s = mem_deref(s);
	}
	(void)unlink(victim);
	close_folder();
}


static CU_TestInfo tests[] = {
	{"keeps what is written, for its owner only", keeps_what_is_written},
	{"brings an old file up to date", brings_an_old_file_up_to_date},
	{"refuses what it cannot keep right",
	 refuses_what_it_cannot_keep_right},
	{"finds damage", finds_damage},
	{"an absent folder has no users", an_absent_folder_has_no_users},
	{"what cannot be written is read", what_cannot_be_written_is_read},
	{"a lock is not waited for", a_lock_is_not_waited_for},
	{"a full disk can be read", a_full_disk_can_be_read},
	{"a link is not written through", a_link_is_not_written_through},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(store, tests)
