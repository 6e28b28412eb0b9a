/**
 * @file test_subscriber.c  Users in the store (S14)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "focus/store/store.h"
#include "focus/store/user_store.h"
#include "mixer/base/log.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


static char folder[64];
static struct store *store;
static struct user_store *users;


static void open_users(const char *domain)
{
	if (!store) {
		log_level_set(LOG_LEVEL_ERROR);
		(void)snprintf(folder, sizeof(folder),
			       "/tmp/parley-users-XXXXXX");
		CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
		CU_ASSERT_EQUAL_FATAL(store_alloc(&store, folder), 0);
	}
	users = mem_deref(users);
	CU_ASSERT_EQUAL_FATAL(user_store_alloc(&users, store, domain), 0);
}


static void close_users(void)
{
	char path[96];

	users = mem_deref(users);
	store = mem_deref(store);
	(void)snprintf(path, sizeof(path), "%s/parley.db", folder);
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT_EQUAL(rmdir(folder), 0);
}


/** The sum that a client computes from what it was told */
static bool has_sum(const char *user, const char *realm, const char *password)
{
	struct pl u, r, p;
	bool same = true;

	pl_set_str(&u, user);
	pl_set_str(&r, realm);
	pl_set_str(&p, password);
	for (int i = 0; i < DIGEST_ALGORITHMS; i++) {
		const enum digest_algorithm a = (enum digest_algorithm)i;
		char want[DIGEST_HEX_SIZE], got[DIGEST_HEX_SIZE] = "";
		char name[SUBSCRIBER_NAME_MAX + 1];

		CU_ASSERT_EQUAL(digest_ha1(want, a, &u, &r, &p), 0);
		if (user_store_lookup(users, &u, a, name, got) ||
		    strcmp(name, "alice") || strcmp(want, got))
			same = false;
	}

	return same;
}


static void gives_the_sums_that_clients_compute(void)
{
	open_users("example.com");
	CU_ASSERT_EQUAL(user_store_count(users), 0);
	CU_ASSERT_EQUAL(user_store_add(users, "alice", "secret"), 0);
	CU_ASSERT_EQUAL(user_store_count(users), 1);
	CU_ASSERT_TRUE(has_sum("alice", "example.com", "secret"));
	CU_ASSERT_TRUE(has_sum("alice@example.com", "example.com", "secret"));
	CU_ASSERT_FALSE(has_sum("alice", "example.com", "Secret"));
	CU_ASSERT_FALSE(has_sum("alice@example.org", "example.com", "secret"));
	CU_ASSERT_FALSE(has_sum("ALICE", "example.com", "secret"));

	CU_ASSERT_EQUAL(user_store_set_password(users, "alice", "other!"), 0);
	CU_ASSERT_TRUE(has_sum("alice", "example.com", "other!"));
	CU_ASSERT_FALSE(has_sum("alice", "example.com", "secret"));

	CU_ASSERT_EQUAL(user_store_remove(users, "alice"), 0);
	CU_ASSERT_FALSE(has_sum("alice", "example.com", "other!"));
	CU_ASSERT_EQUAL(user_store_count(users), 0);
	close_users();
}


static void says_why_not(void)
{
	static const char *const names[] = {
		"",
		"Alice",
		"al ice",
		"al@ice",
		"\xc3\xa4",
		"a'b",
		"a\nb",
		"a%62",
		"a;b",
		"0123456789012345678901234567890123456789"
		"0123456789012345678901234"};
	static const char *const passwords[] = {"", "short", "ctl\tchar"};
	char longest[SUBSCRIBER_PASSWORD_MAX + 2];

	open_users("");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		CU_ASSERT_EQUAL(user_store_add(users, names[i], "secret"),
				EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(passwords); i++)
		CU_ASSERT_EQUAL(user_store_add(users, "bob", passwords[i]),
				EINVAL);
	memset(longest, 'x', sizeof(longest));
	longest[SUBSCRIBER_PASSWORD_MAX + 1] = '\0';
	CU_ASSERT_EQUAL(user_store_add(users, "bob", longest), EINVAL);

	CU_ASSERT_EQUAL(user_store_set_password(users, "bob", "secret"),
			ENOENT);
	CU_ASSERT_EQUAL(user_store_remove(users, "bob"), ENOENT);
	CU_ASSERT_EQUAL(user_store_add(users, "bob", "secret"), 0);
	CU_ASSERT_EQUAL(user_store_add(users, "bob", "secret"), EEXIST);
	CU_ASSERT_EQUAL(user_store_count(users), 1);
	close_users();
}


/** With another domain the sums are worth nothing until the password is set
 *  again */
static void sums_hold_for_one_realm(void)
{
	json_t *list = NULL;

	open_users("");
	CU_ASSERT_STRING_EQUAL(user_store_realm(users), "parley");
	CU_ASSERT_EQUAL(user_store_add(users, "alice", "secret"), 0);
	CU_ASSERT_TRUE(has_sum("alice", "parley", "secret"));

	open_users("example.com");
	CU_ASSERT_EQUAL(user_store_count(users), 1);
	CU_ASSERT_FALSE(has_sum("alice", "parley", "secret"));
	CU_ASSERT_EQUAL(user_store_list(users, &list), 0);
	CU_ASSERT_EQUAL(json_array_size(list), 1);
	CU_ASSERT_TRUE(json_is_false(
		json_object_get(json_array_get(list, 0), "usable")));
	json_decref(list);

	CU_ASSERT_EQUAL(user_store_set_password(users, "alice", "secret"), 0);
	CU_ASSERT_TRUE(has_sum("alice", "example.com", "secret"));
	CU_ASSERT_EQUAL(user_store_list(users, &list), 0);
	CU_ASSERT_TRUE(json_is_true(
		json_object_get(json_array_get(list, 0), "usable")));
	json_decref(list);
	close_users();
}


/** A look-up must not hold up the loop: far below a millisecond each, with
 *  many users */
static void look_ups_are_cheap(void)
{
	enum { USERS = 200, LOOKUPS = 2000 };
	char name[SUBSCRIBER_NAME_MAX + 1], ha1[DIGEST_HEX_SIZE];
	uint64_t start;

	open_users("example.com");
	for (int i = 0; i < USERS; i++) {
		(void)snprintf(name, sizeof(name), "user%d", i);
		CU_ASSERT_EQUAL(user_store_add(users, name, "secret"), 0);
	}

	start = tmr_jiffies();
	for (int i = 0; i < LOOKUPS; i++) {
		char text[32];
		struct pl user;

		(void)snprintf(text, sizeof(text), "user%d", i % USERS);
		pl_set_str(&user, text);
		CU_ASSERT_EQUAL(user_store_lookup(users, &user, DIGEST_SHA256,
						  name, ha1),
				0);
	}
	CU_ASSERT_TRUE(tmr_jiffies() - start < unit_patience_ms(LOOKUPS));
	close_users();
}


static void removed_handler(const char *name, void *arg)
{
	char *removed = arg;

	(void)snprintf(removed, SUBSCRIBER_NAME_MAX + 1, "%s", name);
}


static void the_verb_says_what_it_did(void)
{
	static const struct {
		const char *members, *code;
	} rows[] = {
		{"", "bad-request"},
		{",\"action\":\"fly\"", "bad-request"},
		{",\"action\":\"add\"", "bad-request"},
		{",\"action\":\"add\",\"name\":\"Al\",\"password\":"
		 "\"secret\"",
		 "bad-request"},
		{",\"action\":\"add\",\"name\":\"al\"", "bad-request"},
		{",\"action\":\"add\",\"name\":\"al\",\"password\":\"x\"",
		 "bad-request"},
		{",\"action\":\"add\",\"name\":\"al\",\"password\":"
		 "\"secret\"",
		 NULL},
		{",\"action\":\"add\",\"name\":\"al\",\"password\":"
		 "\"secret\"",
		 "forbidden"},
		{",\"action\":\"passwd\",\"name\":\"al\",\"password\":"
		 "\"Secret\"",
		 NULL},
		{",\"action\":\"passwd\",\"name\":\"bo\",\"password\":"
		 "\"secret\"",
		 "not-found"},
		{",\"action\":\"remove\",\"name\":\"bo\"", "not-found"},
		{",\"action\":\"list\"", NULL},
		{",\"action\":\"remove\",\"name\":\"al\"", NULL},
	};
	char removed[SUBSCRIBER_NAME_MAX + 1] = "", text[160];
	struct focus_room r;

	open_users("");
	room_open(&r);
	room_command(&r, "{\"verb\":\"user\",\"action\":\"list\"}");
	CU_ASSERT_FALSE(room_ok(&r));

	user_store_set_removed_handler(users, removed_handler, removed);
	focus_set_user_store(r.focus, users);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *code;

		(void)snprintf(text, sizeof(text), "{\"verb\":\"user\"%s}",
			       rows[i].members);
		room_command(&r, text);
		code = json_string_value(json_object_get(r.answer, "code"));
		CU_ASSERT_EQUAL(room_ok(&r), !rows[i].code);
		CU_ASSERT(!rows[i].code ||
			  (code && !strcmp(code, rows[i].code)));
	}
	CU_ASSERT_STRING_EQUAL(removed, "al");
	room_close(&r);
	close_users();
}


static CU_TestInfo tests[] = {
	{"gives the sums that clients compute (S14)",
	 gives_the_sums_that_clients_compute},
	{"says why not", says_why_not},
	{"sums hold for one realm", sums_hold_for_one_realm},
	{"look-ups are cheap", look_ups_are_cheap},
	{"the verb says what it did", the_verb_says_what_it_did},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(subscriber, tests)
