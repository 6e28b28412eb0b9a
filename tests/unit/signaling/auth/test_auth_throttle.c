/**
 * @file test_auth_throttle.c  Wrong passwords by address and by user
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/auth/auth_throttle.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

enum { PER_MINUTE = 4, MINUTE_MS = 60000, NOW_MS = 5000000 };

static struct auth_throttle *make(unsigned per_minute)
{
	struct auth_throttle *a = NULL;

	CU_ASSERT_EQUAL_FATAL(auth_throttle_alloc(&a, per_minute), 0);

	return a;
}


static void some_are_free_and_then_they_are_too_many(void)
{
	struct auth_throttle *a = make(PER_MINUTE);

	for (unsigned i = 1; i <= PER_MINUTE + 3; i++) {
		CU_ASSERT_EQUAL(auth_throttle_too_many(a, "k", NOW_MS),
				i > PER_MINUTE);
		/* the log has one line of it */
		CU_ASSERT_EQUAL(auth_throttle_failed(a, "k", NOW_MS),
				i == PER_MINUTE);
	}
	CU_ASSERT_FALSE(auth_throttle_too_many(a, "other", NOW_MS));
	CU_ASSERT_EQUAL(auth_throttle_keys(a), 1);
	mem_deref(a);
}


static void failures_wear_off(void)
{
	static const struct {
		uint64_t later_ms;
		bool too_many;
	} rows[] = {
		{0, true},
		{1, true},
		/* one of four has worn off after a quarter of a minute */
		{MINUTE_MS / PER_MINUTE, false},
		{MINUTE_MS, false},
		{1000 * MINUTE_MS, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct auth_throttle *a = make(PER_MINUTE);

		/* many more do not make it longer */
		for (unsigned n = 0; n < 100; n++)
			(void)auth_throttle_failed(a, "k", NOW_MS);
		CU_ASSERT_EQUAL(auth_throttle_too_many(
					a, "k", NOW_MS + rows[i].later_ms),
				rows[i].too_many);
		mem_deref(a);
	}
}


static void a_steady_rate_below_the_limit_passes(void)
{
	struct auth_throttle *a = make(PER_MINUTE);

	for (unsigned i = 0; i < 100; i++) {
		uint64_t now = NOW_MS + (uint64_t)i * MINUTE_MS / PER_MINUTE;

		CU_ASSERT_FALSE(auth_throttle_failed(a, "k", now));
		CU_ASSERT_FALSE(auth_throttle_too_many(a, "k", now));
	}
	mem_deref(a);
}


static void zero_is_no_limit(void)
{
	struct auth_throttle *a = make(0);

	for (unsigned i = 0; i < 100; i++)
		CU_ASSERT_FALSE(auth_throttle_failed(a, "k", NOW_MS));
	CU_ASSERT_FALSE(auth_throttle_too_many(a, "k", NOW_MS));
	CU_ASSERT_EQUAL(auth_throttle_keys(a), 0);
	auth_throttle_passed(a, "[1]", "u");
	CU_ASSERT_FALSE(auth_throttle_knows(a, "[1]", "u"));
	mem_deref(a);

	CU_ASSERT_FALSE(auth_throttle_failed(NULL, "k", NOW_MS));
	CU_ASSERT_FALSE(auth_throttle_too_many(NULL, "k", NOW_MS));
	CU_ASSERT_FALSE(auth_throttle_knows(NULL, "[1]", "u"));
	CU_ASSERT_EQUAL(auth_throttle_keys(NULL), 0);
}


static void an_address_is_one_as_a_whole_network(void)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
		{"2001:db8:1:2::1", "2001:db8:1:3::1", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char a[AUTH_THROTTLE_KEY_SIZE], b[AUTH_THROTTLE_KEY_SIZE];
		struct sa sa;

		CU_ASSERT_EQUAL(sa_set_str(&sa, rows[i].a, 1), 0);
		auth_throttle_address_key(a, &sa);
		CU_ASSERT_EQUAL(sa_set_str(&sa, rows[i].b, 2), 0);
		auth_throttle_address_key(b, &sa);
		CU_ASSERT_EQUAL(!strcmp(a, b), rows[i].same);
	}
}


static void a_user_is_never_an_address(void)
{
	static const struct {
		const char *user, *key;
	} rows[] = {
		{"alice", "alice"},
		{"alice@example.com", "alice"},
		{"[192.0.2.1]", "(192.0.2.1]"},
		{"@x", ""},
		{"", ""},
	};
	char key[AUTH_THROTTLE_KEY_SIZE], longest[200];
	struct pl pl;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		pl_set_str(&pl, rows[i].user);
		auth_throttle_user_key(key, &pl);
		CU_ASSERT_STRING_EQUAL(key, rows[i].key);
	}

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	pl_set_str(&pl, longest);
	auth_throttle_user_key(key, &pl);
	CU_ASSERT_EQUAL(strlen(key), AUTH_THROTTLE_KEY_SIZE - 1);
}


static void the_key_that_failed_longest_ago_makes_room(void)
{
	struct auth_throttle *a = make(1);
	char key[32];

	for (unsigned i = 0; i < AUTH_THROTTLE_KEYS_MAX; i++) {
		(void)snprintf(key, sizeof(key), "u%u", i);
		CU_ASSERT_TRUE(auth_throttle_failed(a, key, NOW_MS));
	}
	/* the first has failed again: the second is the oldest */
	(void)auth_throttle_failed(a, "u0", NOW_MS);
	(void)auth_throttle_failed(a, "new", NOW_MS);
	CU_ASSERT_EQUAL(auth_throttle_keys(a), AUTH_THROTTLE_KEYS_MAX);
	CU_ASSERT_TRUE(auth_throttle_too_many(a, "u0", NOW_MS));
	CU_ASSERT_FALSE(auth_throttle_too_many(a, "u1", NOW_MS));
	CU_ASSERT_TRUE(auth_throttle_too_many(a, "u2", NOW_MS));
	mem_deref(a);
}


static void who_was_right_is_known_where_it_was(void)
{
	struct auth_throttle *a = make(PER_MINUTE);
	char user[32];

	auth_throttle_passed(a, "[192.0.2.1]", "alice");
	CU_ASSERT_TRUE(auth_throttle_knows(a, "[192.0.2.1]", "alice"));
	CU_ASSERT_FALSE(auth_throttle_knows(a, "[192.0.2.2]", "alice"));
	CU_ASSERT_FALSE(auth_throttle_knows(a, "[192.0.2.1]", "bob"));

	/* bounded: who was right longest ago makes room */
	for (unsigned i = 0; i < AUTH_THROTTLE_KNOWN_MAX; i++) {
		(void)snprintf(user, sizeof(user), "u%u", i);
		if (i == AUTH_THROTTLE_KNOWN_MAX - 1)
			auth_throttle_passed(a, "[192.0.2.1]", "alice");
		auth_throttle_passed(a, "[192.0.2.1]", user);
	}
	CU_ASSERT_TRUE(auth_throttle_knows(a, "[192.0.2.1]", "alice"));
	CU_ASSERT_FALSE(auth_throttle_knows(a, "[192.0.2.1]", "u0"));
	CU_ASSERT_TRUE(auth_throttle_knows(a, "[192.0.2.1]", "u1"));
	mem_deref(a);
}


static int fail_and_pass(void *arg)
{
	struct auth_throttle *a = NULL;
	int err = auth_throttle_alloc(&a, 1);

	(void)arg;
	CU_ASSERT_EQUAL(!err, a != NULL);
	if (err)
		return err;

	/* a failure that cannot be noted locks nobody out */
	CU_ASSERT_EQUAL(auth_throttle_failed(a, "k", NOW_MS),
			auth_throttle_too_many(a, "k", NOW_MS));
	auth_throttle_passed(a, "[1]", "u");
	(void)auth_throttle_knows(a, "[1]", "u");
	mem_deref(a);

	return 0;
}


static void survives_any_failing_allocation(void)
{
	failing_each(fail_and_pass, NULL);
	CU_ASSERT_EQUAL(auth_throttle_alloc(NULL, 1), EINVAL);
}


static CU_TestInfo tests[] = {
	{"some are free and then they are too many",
	 some_are_free_and_then_they_are_too_many},
	{"failures wear off", failures_wear_off},
	{"a steady rate below the limit passes",
	 a_steady_rate_below_the_limit_passes},
	{"zero is no limit", zero_is_no_limit},
	{"an address is one as a whole network",
	 an_address_is_one_as_a_whole_network},
	{"a user is never an address", a_user_is_never_an_address},
	{"the key that failed longest ago makes room",
	 the_key_that_failed_longest_ago_makes_room},
	{"who was right is known where it was",
	 who_was_right_is_known_where_it_was},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(auth_throttle, tests)
