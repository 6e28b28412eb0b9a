/**
 * @file focus/store/store.h  The SQLite file: what outlives parleyd
 *
 * DATA_DIR/parley.db, readable by its owner only, in WAL mode with
 * synchronous=NORMAL: a write does not wait for the disk, and a power cut
 * costs at most the last ones. One thread. The schema's version is the
 * file's user_version; older files are brought up to date when opened.
 *
 * Conferences need no store. Where the folder or the file cannot be written
 * (a disk that is full or read-only, somebody else's) it is read, and where it
 * cannot be read either an empty one in memory stands in, as where another
 * program has it locked; who writes is told EROFS, ENOSPC or EBUSY. It is
 * tried again until it can be written (store_retry()).
 */
#ifndef PARLEY_FOCUS_STORE_STORE_H
#define PARLEY_FOCUS_STORE_STORE_H

#include <stdbool.h>
#include <jansson.h>
#include <sqlite3.h>

struct store;

enum store_state {
	STORE_WRITABLE,
	STORE_READ_ONLY, /**< the file is read */
	STORE_ABSENT,    /**< nothing is in it, and nothing can be put there */
};

/**
 * Open or make the file, check it, bring its schema up to date
 *
 * Ownership: mem_deref() closes it, after all who hold its statements.
 *
 * @param folder Borrowed
 * @return 0, with a warning where it cannot be written; EBADMSG damaged or no
 *         database; ENOTSUP made by a newer Parley; ELOOP a link or no plain
 * file stands there; EIO, ENOMEM. With a log line that says why
 */
int store_alloc(struct store **sp, const char *folder);

/** Can it be written? */
enum store_state store_state(const struct store *s);

/**
 * Open it anew when it cannot be written, waiting for nobody
 *
 * Statements of before have to be finalized and prepared anew. What changes is
 * logged.
 *
 * @return true: it cannot be written still, try again later; false: it can, or
 *         never will because it is damaged or not ours (then it is absent)
 */
bool store_retry(struct store *s);

/** Its state for statistics: {"state":"writable"|"read-only"|"absent",
 *  "path":..., "error":why it is not writable}. New reference, NULL for lack
 * of memory */
json_t *store_stats(const struct store *s);

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
 * @return 0; EEXIST a constraint forbids it; EROFS, EBUSY (at once: nobody
 *         waits for another program), ENOSPC, other errno; all but the first
 *         logged
 */
int store_step(const struct store *s, sqlite3_stmt *stmt, bool *row);

/** Rows that the last statement changed */
int store_changes(const struct store *s);

#endif
