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
#include "focus/store/store_files.h"
#include "mixer/base/log.h"
#include "mixer/base/re.h"


enum {
	PATH_MAX_BYTES = 512,
	/** Another program may hold the file so long at the start; later
	 *  nobody waits for it, since the loop would */
	BUSY_AT_START_MS = 1000,
};

struct store {
	sqlite3 *db;
	char path[PATH_MAX_BYTES];
	enum store_state state;
	int why;          /**< it cannot be written, errno */
	int patience_ms;  /**< with another program's lock */
	bool was_checked; /**< what is only read, once */
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
	/* 2: who was in a conference, see focus/store/member_store.h */
	"CREATE TABLE member ("
	" conference TEXT NOT NULL, sum BLOB NOT NULL,"
	" aor TEXT NOT NULL, known INTEGER NOT NULL,"
	" secret INTEGER NOT NULL, place INTEGER NOT NULL,"
	" number INTEGER NOT NULL, namesake INTEGER NOT NULL,"
	" moderator INTEGER NOT NULL, creator INTEGER NOT NULL,"
	" muted INTEGER NOT NULL, deaf INTEGER NOT NULL,"
	" video_muted INTEGER NOT NULL, volume_in_db INTEGER NOT NULL,"
	" volume_out_db INTEGER NOT NULL,"
	" ends_with_creator INTEGER NOT NULL,"
	" PRIMARY KEY (conference, sum)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE member_alive ("
	" one INTEGER PRIMARY KEY, unix_s INTEGER NOT NULL"
	") STRICT",
	/* 3: roles, and conferences, see focus/store/conference_store.h. Who
	   was a moderator had made his conference */
	"ALTER TABLE member RENAME COLUMN moderator TO role;"
	"UPDATE member SET role = 2 * (role <> 0);"
	"ALTER TABLE member DROP COLUMN creator;"
	"ALTER TABLE member DROP COLUMN ends_with_creator;"
	"CREATE TABLE conference ("
	" name TEXT PRIMARY KEY,"
	" booked INTEGER NOT NULL, locked INTEGER NOT NULL,"
	" layout TEXT NOT NULL, settings TEXT NOT NULL,"
	" number INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX conference_number ON conference (number);"
	"CREATE TABLE conference_key ("
	" one INTEGER PRIMARY KEY, key BLOB NOT NULL"
	") STRICT",
};


/** Of an I/O error: did the file system not take what was to be written? Over
 *  quota, or a disk full before the side files of a WAL are as long as they
 *  have to be; what is there can still be read */
static bool is_of_writing(int code)
{
	switch (code) {

	case SQLITE_IOERR_WRITE:
	case SQLITE_IOERR_FSYNC:
	case SQLITE_IOERR_DIR_FSYNC:
	case SQLITE_IOERR_TRUNCATE:
	case SQLITE_IOERR_SHMOPEN:
	case SQLITE_IOERR_SHMSIZE: return true;
	default: return false;
	}
}


/** @param code Extended */
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
	case SQLITE_PERM: return EACCES;
	case SQLITE_READONLY: return EROFS;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return EBADMSG;
	default: return is_of_writing(code) ? ENOSPC : EIO;
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

	if (fd < 0)
		return errno;

	(void)close(fd);

	return 0;
}


static const char *state_name(enum store_state state)
{
	static const char *const names[] = {"writable", "read-only", "absent"};

	return names[state];
}


static int open_as(struct store *s, const char *name, int flags)
{
	int code;

	(void)sqlite3_close_v2(s->db);
	s->db = NULL;
	code = sqlite3_open_v2(name, &s->db, flags, NULL);
	if (code != SQLITE_OK)
		return error_of(code);

	(void)sqlite3_extended_result_codes(s->db, 1);
	(void)sqlite3_busy_timeout(s->db, s->patience_ms);

	return 0;
}


/** What SQLite says of the first statement counts: it opens the file then */
static int open_writable(struct store *s)
{
	int err = make_private(s);

	if (!err)
		err = open_as(s, s->path, SQLITE_OPEN_READWRITE);
	if (err)
		return err;

	err = error_of(sqlite3_exec(
		s->db,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
		"PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
		"BEGIN IMMEDIATE; PRAGMA user_version; COMMIT",
		NULL, NULL, NULL));
	if (err)
		return err;

	err = check(s);

	return err ? err : migrate(s);
}


/** Of a version that we know: it cannot be brought up to date, and users are
 * in all of them. One that could only just be made has none, and nothing in it
 */
static int check_version(const struct store *s)
{
	char text[32];
	int err = value_of(s, "PRAGMA user_version", text, sizeof(text));
	unsigned long version;

	if (err)
		return err;

	version = strtoul(text, NULL, 10);
	if (!version)
		return ENOENT;

	return version <= ARRAY_SIZE(migrations) ? 0 : ENOTSUP;
}


/** What ends the path of a URI, or begins an escape in it */
static int uri_path_print(struct re_printf *pf, const char *path)
{
	int err = 0;

	for (; *path && !err; path++)
		err = strchr("%?#", *path)
			      ? re_hprintf(pf, "%%%02x", (uint8_t)*path)
			      : re_hprintf(pf, "%c", *path);

	return err;
}


/** A file in WAL mode can be read where its side files cannot be made only if
 *  SQLite is told that nobody writes it */
static int open_readable(struct store *s)
{
	static const char *const modes[] = {"mode=ro", "mode=ro&immutable=1"};
	char uri[3 * PATH_MAX_BYTES + 64], *escaped = NULL;
	int err = EACCES;

	s->patience_ms = 0;
	if (access(s->path, R_OK) ||
	    re_sdprintf(&escaped, "%H", uri_path_print, s->path))
		return EACCES;

	/* what another is writing may not be taken for immutable */
	for (size_t i = 0; i < ARRAY_SIZE(modes) && err && err != EBUSY; i++) {
		(void)snprintf(uri, sizeof(uri), "file:%s?%s", escaped,
			       modes[i]);
		err = open_as(s, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
		if (!err)
			err = error_of(sqlite3_exec(
				s->db, "SELECT count(*) FROM sqlite_schema",
				NULL, NULL, NULL));
	}
	mem_deref(escaped);
	if (!err && !s->was_checked)
		err = check(s);
	s->was_checked |= !err;

	return err ? err : check_version(s);
}


static int open_empty(struct store *s)
{
	int err = open_as(s, ":memory:", SQLITE_OPEN_READWRITE);

	if (!err)
		err = migrate(s);

	return err ? err : run(s, "PRAGMA query_only=ON");
}


/** Not for lack of rights or room, but because it is not what it should be */
static bool is_fatal(int err)
{
	return err == EBADMSG || err == ENOTSUP || err == ELOOP ||
	       err == ENOMEM || err == EIO;
}


static const char *words_of(int err)
{
	switch (err) {

	case EBUSY: return "another program has it locked";
	case EBADMSG: return "damaged, or no database";
	case ENOTSUP: return "of another version";
	case ELOOP: return "it, -wal, -shm or -journal is a link or no file";
	default: return strerror(err);
	}
}


static int open_file(struct store *s)
{
	int err = store_files_check(s->path);

	s->state = STORE_WRITABLE;
	if (!err)
		err = open_writable(s);
	s->why = err;
	if (err && !is_fatal(err)) {
		s->state = STORE_READ_ONLY;
		err = open_readable(s);
	}
	if (err && !is_fatal(err)) {
		s->state = STORE_ABSENT;
		err = open_empty(s);
	}

	if (err)
		log_error("store", "cannot open path=%s error=%s", s->path,
			  words_of(err));
	else
		(void)sqlite3_busy_timeout(s->db, 0);

	return err;
}


static void tell_state(const struct store *s)
{
	if (s->why)
		log_warn("store",
			 "cannot be written: %s; users cannot be changed, and "
			 "nobody is "
			 "known after a crash "
			 "state=%s path=%s error=\"%s\"",
			 s->state == STORE_ABSENT ? "there are none"
						  : "they are read",
			 state_name(s->state), s->path, words_of(s->why));
	else
		log_info("store", "can be written path=%s", s->path);
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
	s->patience_ms = BUSY_AT_START_MS;
	if (!err)
		err = open_file(s);
	if (!err && s->why)
		tell_state(s);

	if (err)
		mem_deref(s);
	else
		*sp = s;

	return err;
}


bool store_retry(struct store *s)
{
	const enum store_state state = s->state;
	const int why = s->why;
	int err;

	/* not beside the old one: a descriptor that is closed takes this
	 * process's locks of the file with it */
	(void)sqlite3_close_v2(s->db);
	s->db = NULL;
	s->patience_ms = 0;
	err = open_file(s);
	if (err) {
		s->why = err;
		s->state = STORE_ABSENT;
		(void)open_empty(s);
	}
	if (s->state != state || s->why != why)
		tell_state(s);

	return s->why && (!err || err == ENOMEM);
}


enum store_state store_state(const struct store *s)
{
	return s ? s->state : STORE_ABSENT;
}


json_t *store_stats(const struct store *s)
{
	return s ? json_pack("{s:s,s:s,s:s*}", "state", state_name(s->state),
			     "path", s->path, "error",
			     s->why ? words_of(s->why) : NULL)
		 : NULL;
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
	/* it is only read because of that */
	if (err == EROFS && (s->why == EBUSY || s->why == ENOSPC))
		err = s->why;

	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);

	return err;
}


int store_changes(const struct store *s)
{
	return s ? sqlite3_changes(s->db) : 0;
}
