/**
 * @file focus/store/store.h  The SQLite file: what outlives parleyd
 *
 * DATA_DIR/parley.db, readable by its owner only, in WAL mode with
 * synchronous=NORMAL: a write does not wait for the disk, and a power cut
 * costs at most the last ones. One thread. The schema's version is the
 * file's user_version; older files are brought up to date when opened.
 */
#ifndef PARLEY_FOCUS_STORE_STORE_H
#define PARLEY_FOCUS_STORE_STORE_H

#include <stdbool.h>
#include <sqlite3.h>

struct store;

/**
 * Open or make the file, check it, bring its schema up to date
 *
 * Ownership: mem_deref() closes it, after all who hold its statements.
 *
 * @param folder Exists; borrowed
 * @return 0; EBADMSG damaged or no database; ENOTSUP made by a newer Parley;
 *         EIO, ENOSPC, EACCES, EBUSY, ENOMEM. With a log line that says why
 */
int store_alloc(struct store **sp, const char *folder);

/**
 * Prepare a statement once, for many runs
 *
 * @param stmtp Set; sqlite3_finalize() it before the store is freed
 * @return 0 or errno, logged
 */
int store_prepare(const struct store *s, sqlite3_stmt **stmtp,
		  const char *sql);

/**
 * Run a statement that gives no row, or take its next row; when there is none
 * left the statement is ready for its next run
 *
 * @param row Set to whether there is a row; NULL where none can be
 * @return 0; EEXIST a constraint forbids it; other errno, logged
 */
int store_step(const struct store *s, sqlite3_stmt *stmt, bool *row);

/** Rows that the last statement changed */
int store_changes(const struct store *s);

#endif
