/**
 * @file focus/store/store.c  The SQLite file, its schema and its checks
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "focus/store/store.h"
#include "mixer/base/log.h"
#include "mixer/base/re.h"


enum {
	PATH_MAX_BYTES = 512,
	/** Another program (a backup) may hold the file so long; the loop
	 *  waits with it */
	BUSY_MS = 200,
};

struct store {
	sqlite3 *db;
	char path[PATH_MAX_BYTES];
};

/** Row i makes version i + 1 of version i. Only ever append */
static const char *const migrations[] = {
	/* 1: users, see focus/store/user_store.h */
	"CREATE TABLE subscriber ("
	" name TEXT PRIMARY KEY,"
	" realm TEXT NOT NULL,"
	" ha1_md5 TEXT NOT NULL, ha1_sha256 TEXT NOT NULL,"
	" ha1b_md5 TEXT NOT NULL, ha1b_sha256 TEXT NOT NULL,"
	" created INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID",
};


static int error_of(int code)
{
	switch (code & 0xff) {

	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return 0;
	case SQLITE_CONSTRAINT: return EEXIST;
	case SQLITE_NOMEM: return ENOMEM;
	case SQLITE_FULL: return ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return EBUSY;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY: return EACCES;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return EBADMSG;
	default: return EIO;
	}
}


/** Tell what SQLite said; @return errno */
static int complain(const struct store *s, const char *what, int code)
{
	char words[256];
	const char *msg = s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(code);

	log_error("store", "%s path=%s error=%s", what, s->path,
		  log_escape(words, sizeof(words), msg, strlen(msg)));

	return error_of(code);
}


static void store_destructor(void *arg)
{
	struct store *s = arg;

	(void)sqlite3_close_v2(s->db);
}


static int run(const struct store *s, const char *sql)
{
	int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : complain(s, "failed", code);
}


/** A statement's one value */
static int value_of(const struct store *s, const char *sql, char *dst,
		    size_t size)
{
	sqlite3_stmt *stmt = NULL;
	const char *text;
	int code, err = 0;

	*dst = '\0';
	code = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	/* a number becomes text only now, if there is memory */
	text = code == SQLITE_ROW ? (const void *)sqlite3_column_text(stmt, 0)
				  : NULL;
	if (text)
		(void)snprintf(dst, size, "%s", text);
	else
		err = complain(s, "cannot be read",
			       code == SQLITE_ROW ? SQLITE_NOMEM : code);
	(void)sqlite3_finalize(stmt);

	return err;
}


static int check(const struct store *s)
{
	char words[256], safe[256];
	int err;

	err = value_of(s, "PRAGMA quick_check(1)", words, sizeof(words));
	if (err || !strcmp(words, "ok"))
		return err;

	log_error("store",
		  "damaged path=%s error=%s; put a copy of it back, or move it"
		  " away to begin anew",
		  s->path,
		  log_escape(safe, sizeof(safe), words, strlen(words)));

	return EBADMSG;
}


static int migrate(const struct store *s)
{
	char text[32];
	unsigned version, newest = ARRAY_SIZE(migrations);
	int err;

	err = value_of(s, "PRAGMA user_version", text, sizeof(text));
	if (err)
		return err;

	version = (unsigned)strtoul(text, NULL, 10);
	if (version > newest) {
		log_error("store",
			  "made by a newer Parley path=%s version=%u known=%u",
			  s->path, version, newest);
		return ENOTSUP;
	}

	for (; version < newest && !err; version++) {
		char pragma[64];

		(void)snprintf(pragma, sizeof(pragma),
			       "PRAGMA user_version=%u; COMMIT", version + 1);
		err = run(s, "BEGIN IMMEDIATE");
		if (err)
			break;
		err = run(s, migrations[version]);
		if (!err)
			err = run(s, pragma);
		if (err)
			(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL,
					   NULL);
		else
			log_info("store", "schema path=%s version=%u", s->path,
				 version + 1);
	}

	return err;
}


/** What is in it is nobody else's; SQLite gives its side files the same mode
 */
static int make_private(const struct store *s)
{
	int fd =
		open(s->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int err = fd < 0 ? errno : 0;

	if (fd >= 0)
		(void)close(fd);
	else
		log_error("store", "cannot open path=%s error=%s", s->path,
			  strerror(err));

	return err;
}


static int open_file(struct store *s)
{
	int code, err;

	err = make_private(s);
	if (err)
		return err;

	code = sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE, NULL);
	if (code != SQLITE_OK)
		return complain(s, "cannot open", code);

	(void)sqlite3_busy_timeout(s->db, BUSY_MS);
	err = run(s, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
		     "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF");
	if (!err)
		err = check(s);

	return err ? err : migrate(s);
}


int store_alloc(struct store **sp, const char *folder)
{
	struct store *s;
	int err = 0;

	if (!sp || !folder)
		return EINVAL;

	s = mem_zalloc(sizeof(*s), store_destructor);
	if (!s)
		return ENOMEM;

	if (snprintf(s->path, sizeof(s->path), "%s/parley.db", folder) >=
	    (int)sizeof(s->path))
		err = ENAMETOOLONG;
	if (!err)
		err = open_file(s);

	if (err)
		mem_deref(s);
	else
		*sp = s;

	return err;
}


int store_prepare(const struct store *s, sqlite3_stmt **stmtp, const char *sql)
{
	int code;

	if (!s || !stmtp || !sql)
		return EINVAL;

	code = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
				  stmtp, NULL);

	return code == SQLITE_OK ? 0 : complain(s, "cannot prepare", code);
}


int store_step(const struct store *s, sqlite3_stmt *stmt, bool *row)
{
	int code, err = 0;

	if (!s || !stmt)
		return EINVAL;

	code = sqlite3_step(stmt);
	if (row)
		*row = code == SQLITE_ROW;
	if (code == SQLITE_ROW && row)
		return 0;

	if ((code & 0xff) == SQLITE_CONSTRAINT)
		err = EEXIST;
	else if (code != SQLITE_DONE && code != SQLITE_ROW)
		err = complain(s, "failed", code);

	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);

	return err;
}


int store_changes(const struct store *s)
{
	return s ? sqlite3_changes(s->db) : 0;
}
