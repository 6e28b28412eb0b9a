/**
 * @file focus/store/user_store.c  Users in the store
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "focus/store/store.h"
#include "focus/store/user_store.h"
#include "mixer/base/log.h"


/** One for each thing that is asked; rows of `sql` */
enum statement {
	COUNT,
	COUNT_STRANGE, /**< of another realm */
	ADD,
	SET,
	REMOVE,
	LIST,
	LOOKUP,
	STATEMENTS,
};

static const char *const sql[STATEMENTS] = {
	[COUNT] = "SELECT count(*) FROM subscriber",
	[COUNT_STRANGE] = "SELECT count(*) FROM subscriber WHERE realm<>?1",
	[ADD] = "INSERT INTO subscriber (name,realm,ha1_md5,ha1_sha256,"
		"ha1b_md5,ha1b_sha256,created) VALUES (?1,?2,?3,?4,?5,?6,?7)",
	[SET] = "UPDATE subscriber SET realm=?2,ha1_md5=?3,ha1_sha256=?4,"
		"ha1b_md5=?5,ha1b_sha256=?6 WHERE name=?1",
	[REMOVE] = "DELETE FROM subscriber WHERE name=?1",
	[LIST] = "SELECT name,realm,created FROM subscriber ORDER BY name",
	[LOOKUP] = "SELECT ha1_md5,ha1_sha256,ha1b_md5,ha1b_sha256"
		   " FROM subscriber WHERE name=?1 AND realm=?2",
};

/** Name alone, and NAME@REALM */
enum { FORM_SHORT, FORM_LONG, FORMS };

struct user_store {
	struct store *store;
	char *realm;
	sqlite3_stmt *stmt[STATEMENTS];
	size_t count; /**< kept, so that a REGISTER need not count */
	void (*removedh)(const char *name, void *arg);
	void *arg;
};


static void finalize(struct user_store *s)
{
	for (int i = 0; i < STATEMENTS; i++) {
		(void)sqlite3_finalize(s->stmt[i]);
		s->stmt[i] = NULL;
	}
}


static void user_store_destructor(void *arg)
{
	struct user_store *s = arg;

	finalize(s);
	mem_deref(s->realm);
}


static int bind_text(sqlite3_stmt *stmt, int i, const char *text)
{
	return sqlite3_bind_text(stmt, i, text, -1, SQLITE_TRANSIENT) ==
			       SQLITE_OK
		       ? 0
		       : ENOMEM;
}


/** Run a statement that counts; a failure counts as none */
static int count_of(const struct user_store *s, enum statement which,
		    size_t *n)
{
	sqlite3_stmt *stmt = s->stmt[which];
	bool row = false;
	int err;

	err = store_step(s->store, stmt, &row);
	if (!err && row) {
		*n = (size_t)sqlite3_column_int64(stmt, 0);
		(void)sqlite3_reset(stmt);
	}

	return err;
}


static int check_realm(const struct user_store *s)
{
	size_t strange = 0;
	int err;

	err = bind_text(s->stmt[COUNT_STRANGE], 1, s->realm);
	if (!err)
		err = count_of(s, COUNT_STRANGE, &strange);
	if (!err && strange)
		log_warn("user_store",
			 "users=%zu cannot log in: their passwords were set"
			 " under another domain than %s. Set the domain back,"
			 " or say `parley user passwd NAME` for each",
			 strange, s->realm);

	return err;
}


static int prepare(struct user_store *s)
{
	int err = 0;

	for (int i = 0; i < STATEMENTS && !err; i++)
		err = store_prepare(s->store, &s->stmt[i], sql[i]);

	return err;
}


static int count_all(struct user_store *s)
{
	int err = count_of(s, COUNT, &s->count);

	return err ? err : check_realm(s);
}


int user_store_alloc(struct user_store **sp, struct store *store,
		     const char *domain)
{
	struct user_store *s;
	int err;

	if (!sp || !store)
		return EINVAL;

	s = mem_zalloc(sizeof(*s), user_store_destructor);
	if (!s)
		return ENOMEM;

	s->store = store;
	err = str_dup(&s->realm,
		      str_isset(domain) ? domain : SUBSCRIBER_REALM_DEFAULT);
	if (!err)
		err = prepare(s);
	if (!err)
		err = count_all(s);

	if (err)
		mem_deref(s);
	else
		*sp = s;

	return err;
}


bool user_store_retry(struct user_store *s)
{
	enum store_state before;
	bool again;
	int err;

	if (!s || (store_state(s->store) == STORE_WRITABLE && s->stmt[LOOKUP]))
		return false;

	before = store_state(s->store);
	finalize(s);
	again = store_retry(s->store);
	err = prepare(s);
	if (!err && store_state(s->store) != before)
		err = count_all(s);
	if (err)
		finalize(s);

	return again || err;
}


const char *user_store_realm(const struct user_store *s)
{
	return s ? s->realm : NULL;
}


void user_store_set_removed_handler(struct user_store *s,
				    void (*removedh)(const char *name,
						     void *arg),
				    void *arg)
{
	s->removedh = removedh;
	s->arg = arg;
}


size_t user_store_count(const struct user_store *s)
{
	return s ? s->count : 0;
}


bool user_store_name_good(const char *name)
{
	size_t len = name ? strlen(name) : 0;

	return len && len <= SUBSCRIBER_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-+") == len;
}


bool user_store_password_good(const char *password)
{
	size_t len = password ? strlen(password) : 0;

	if (len < SUBSCRIBER_PASSWORD_MIN || len > SUBSCRIBER_PASSWORD_MAX)
		return false;

	for (const char *p = password; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	}

	return true;
}


/** Bind name, realm and the four sums as ?1 to ?6 */
static int bind_sums(struct user_store *s, sqlite3_stmt *stmt,
		     const char *name, const char *password)
{
	char address[SUBSCRIBER_NAME_MAX + 1 + 256], hex[DIGEST_HEX_SIZE];
	const char *const users[FORMS] = {name, address};
	struct pl user, realm, secret;
	int err;

	if (re_snprintf(address, sizeof(address), "%s@%s", name, s->realm) < 0)
		return EOVERFLOW;

	err = bind_text(stmt, 1, name);
	if (!err)
		err = bind_text(stmt, 2, s->realm);

	pl_set_str(&realm, s->realm);
	pl_set_str(&secret, password);
	for (int i = 0; i < FORMS * DIGEST_ALGORITHMS && !err; i++) {
		pl_set_str(&user, users[i / DIGEST_ALGORITHMS]);
		err = digest_ha1(
			hex, (enum digest_algorithm)(i % DIGEST_ALGORITHMS),
			&user, &realm, &secret);
		if (!err)
			err = bind_text(stmt, 3 + i, hex);
	}

	return err;
}


/** Run a statement that changes one row */
static int change(struct user_store *s, sqlite3_stmt *stmt, const char *name,
		  const char *password)
{
	int err;

	if (!user_store_name_good(name) ||
	    (password && !user_store_password_good(password)))
		return EINVAL;

	err = password ? bind_sums(s, stmt, name, password)
		       : bind_text(stmt, 1, name);
	if (err)
		return err;

	err = store_step(s->store, stmt, NULL);

	return !err && !store_changes(s->store) ? ENOENT : err;
}


int user_store_add(struct user_store *s, const char *name,
		   const char *password)
{
	int err;

	if (!s || !password)
		return EINVAL;
	if (s->count >= SUBSCRIBERS_MAX)
		return EOVERFLOW;
	if (sqlite3_bind_int64(s->stmt[ADD], 7, (sqlite3_int64)time(NULL)) !=
	    SQLITE_OK)
		return ENOMEM;

	err = change(s, s->stmt[ADD], name, password);
	if (!err)
		++s->count;

	return err;
}


int user_store_set_password(struct user_store *s, const char *name,
			    const char *password)
{
	return s && password ? change(s, s->stmt[SET], name, password)
			     : EINVAL;
}


int user_store_remove(struct user_store *s, const char *name)
{
	int err;

	if (!s)
		return EINVAL;

	err = change(s, s->stmt[REMOVE], name, NULL);
	if (err)
		return err;

	--s->count;
	if (s->removedh)
		s->removedh(name, s->arg);

	return 0;
}


int user_store_list(struct user_store *s, json_t **listp)
{
	json_t *list;
	bool row = true;
	int err = 0;

	if (!s || !listp)
		return EINVAL;

	list = json_array();
	while (!err && row) {
		sqlite3_stmt *stmt = s->stmt[LIST];
		const char *realm;

		err = store_step(s->store, stmt, &row);
		if (err || !row)
			break;

		realm = (const char *)sqlite3_column_text(stmt, 1);
		if (json_array_append_new(
			    list,
			    json_pack(
				    "{s:s,s:s,s:I,s:b}", "name",
				    (const char *)sqlite3_column_text(stmt, 0),
				    "realm", realm, "created",
				    (json_int_t)sqlite3_column_int64(stmt, 2),
				    "usable",
				    realm && !strcmp(realm, s->realm)))) {
			(void)sqlite3_reset(stmt);
			err = ENOMEM;
		}
	}

	if (err)
		json_decref(list);
	else
		*listp = list;

	return err;
}


/** NAME or NAME@REALM; @return its form, -1 when it is neither */
static int split_user(const struct user_store *s, const struct pl *user,
		      char name[SUBSCRIBER_NAME_MAX + 1])
{
	struct pl part = *user, host;
	const char *at = pl_strchr(user, '@');
	int form = FORM_SHORT;

	if (at) {
		part.l = (size_t)(at - user->p);
		host.p = at + 1;
		host.l = user->l - part.l - 1;
		/* as the sum was made: letter by letter */
		if (pl_strcmp(&host, s->realm))
			return -1;
		form = FORM_LONG;
	}

	if (part.l > SUBSCRIBER_NAME_MAX ||
	    pl_strcpy(&part, name, SUBSCRIBER_NAME_MAX + 1))
		return -1;

	return strlen(name) == part.l && user_store_name_good(name) ? form
								    : -1;
}


int user_store_lookup(struct user_store *s, const struct pl *user,
		      enum digest_algorithm algorithm,
		      char name[SUBSCRIBER_NAME_MAX + 1],
		      char ha1[DIGEST_HEX_SIZE])
{
	sqlite3_stmt *stmt;
	const char *sum;
	bool row = false;
	int form, err;

	if (!s || !user || algorithm >= DIGEST_ALGORITHMS)
		return EINVAL;

	form = split_user(s, user, name);
	if (form < 0)
		return ENOENT;

	stmt = s->stmt[LOOKUP];
	err = bind_text(stmt, 1, name);
	if (!err)
		err = bind_text(stmt, 2, s->realm);
	if (!err)
		err = store_step(s->store, stmt, &row);
	if (err)
		return err;
	if (!row)
		return ENOENT;

	sum = (const char *)sqlite3_column_text(
		stmt, form * DIGEST_ALGORITHMS + (int)algorithm);
	if (sum)
		(void)snprintf(ha1, DIGEST_HEX_SIZE, "%s", sum);
	(void)sqlite3_reset(stmt);

	return sum ? 0 : ENOMEM;
}
