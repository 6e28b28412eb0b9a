/**
 * @file test_policy.c  Names, factories, admission, accounts
 */
#include <errno.h>
#include <string.h>
#include "focus/config/config.h"
#include "focus/policy/policy.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"


static void names_are_checked_and_folded(void)
{
	static const struct {
		const char *name, *canonical; /**< NULL: none */
	} rows[] = {
		{"demo", "demo"},
		{"DeMo-1._x", "demo-1._x"},
		{"", NULL},
		{".", NULL},
		{"..", NULL},
		{"a b", NULL},
		{"a/b", NULL},
		{"a@b", NULL},
		{"d\xc3\xa9mo", NULL},
		{"a\n", NULL},
		{"API", NULL},
		{"conference", NULL},
		{"conferences", "conferences"},
		{"MMTEL", NULL},
		{"112", NULL},
		{"1120", "1120"},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		 "aaaa",
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		 "aaaa"},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		 "aaaab",
		 NULL},
	};
	char canonical[POLICY_NAME_MAX + 1];
	struct config_error error;
	struct config *c;
	struct policy *p;

	CU_ASSERT_EQUAL_FATAL(config_load(&c, NULL, NULL, 0, &error), 0);
	CU_ASSERT_EQUAL_FATAL(policy_alloc(&p, c), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum reason reason = policy_name(p, rows[i].name, canonical);

		CU_ASSERT_EQUAL(reason, rows[i].canonical ? REASON_NONE
							  : REASON_NOT_FOUND);
		if (rows[i].canonical)
			CU_ASSERT_STRING_EQUAL(canonical, rows[i].canonical);
	}
	CU_ASSERT_EQUAL(policy_name(p, NULL, canonical), REASON_NOT_FOUND);
	mem_deref(p);
	mem_deref(c);
}


static void factories_make_names_that_nobody_guesses(void)
{
	static const char *const overrides[] = {"conference_names=[a-z]{4}",
						"factory_names=new|a.b"};
	char a[POLICY_NAME_MAX + 1], b[POLICY_NAME_MAX + 1];
	struct config_error error;
	struct config *c;
	struct policy *p;

	CU_ASSERT_EQUAL_FATAL(config_load(&c, NULL, overrides, 2, &error), 0);
	CU_ASSERT_EQUAL_FATAL(policy_alloc(&p, c), 0);
	CU_ASSERT_TRUE(policy_is_factory(p, "new"));
	CU_ASSERT_TRUE(policy_is_factory(p, "axb"));
	CU_ASSERT_FALSE(policy_is_factory(p, "newer"));
	CU_ASSERT_FALSE(policy_is_factory(p, ""));
	CU_ASSERT_FALSE(policy_is_factory(p, "mmtel"));

	policy_fresh_name(a);
	policy_fresh_name(b);
	CU_ASSERT_STRING_NOT_EQUAL(a, b);
	CU_ASSERT_EQUAL(strlen(a), 21);
	CU_ASSERT_TRUE(policy_name_is_fresh(a));
	CU_ASSERT_FALSE(policy_name_is_fresh("conf-aaaaaaaaaaaaaaa"));
	CU_ASSERT_FALSE(policy_name_is_fresh("conf-aaaaaaaaaaaaaaaaa"));
	CU_ASSERT_FALSE(policy_name_is_fresh("conf-aaaaaaaaaaaaaaa1"));
	/* although no such name is permitted otherwise */
	CU_ASSERT_EQUAL(policy_name(p, a, b), REASON_NONE);
	CU_ASSERT_EQUAL(policy_name(p, "conf-x", b), REASON_NOT_FOUND);
	mem_deref(p);
	mem_deref(c);
}


static void admission_follows_the_facts(void)
{
	static const char *const overrides[] = {"max_conferences=1"};
	static const struct {
		struct policy_facts facts;
		enum reason reason;
	} rows[] = {
		{{.conferences = 0}, REASON_NONE},
		{{.conferences = 1}, REASON_OVERLOAD},
		{{.exists = true, .room = 2, .participants = 1}, REASON_NONE},
		{{.exists = true, .room = 2, .participants = 2}, REASON_FULL},
		{{.exists = true, .locked = true}, REASON_LOCKED},
		{{.exists = true, .room = 2, .locked = true, .invited = true},
		 REASON_NONE},
		{{.exists = true,
		  .locked = true,
		  .invited = true,
		  .room = 2,
		  .participants = 2},
		 REASON_FULL},
		{{.exists = true, .shutting_down = true}, REASON_SHUTDOWN},
		/* only a factory begins its conferences */
		{{.fresh = true}, REASON_NOT_FOUND},
		{{.fresh = true, .invited = true}, REASON_NOT_FOUND},
		{{.fresh = true, .factory = true}, REASON_NONE},
		{{.fresh = true, .factory = true, .conferences = 1},
		 REASON_OVERLOAD},
		{{.fresh = true, .exists = true, .room = 2}, REASON_NONE},
	};
	struct config_error error;
	struct config *c;
	struct policy *p;

	CU_ASSERT_EQUAL_FATAL(config_load(&c, NULL, overrides, 1, &error), 0);
	CU_ASSERT_EQUAL_FATAL(policy_alloc(&p, c), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CU_ASSERT_EQUAL(policy_join(p, &rows[i].facts),
				rows[i].reason);
	mem_deref(p);
	mem_deref(c);
}


static void dialling_out_follows_dial_out(void)
{
	static const struct {
		const char *set;
		bool stranger, member, known;
	} rows[] = {
		{"dial_out=all", true, true, true},
		{"dial_out=members", false, true, false},
		{"dial_out=known", false, false, true},
		{"dial_out=off", false, false, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config_error error;
		struct config *c;

		CU_ASSERT_EQUAL_FATAL(
			config_load(&c, NULL, &rows[i].set, 1, &error), 0);
		CU_ASSERT_EQUAL(policy_may_dial(c, false, false),
				rows[i].stranger);
		CU_ASSERT_EQUAL(policy_may_dial(c, true, false),
				rows[i].member);
		CU_ASSERT_EQUAL(policy_may_dial(c, false, true),
				rows[i].known);
		mem_deref(c);
	}
}


static void accounts_lead_somewhere(void)
{
	static const struct {
		const char *set[2];
		const char *words; /**< NULL: fine */
	} rows[] = {
		{{"account=<sip:a@b.example>", "mixers=1"}, NULL},
		{{"account=<sip:a@b.example>;conference=a", "mixers=1"}, NULL},
		{{"account=<sip:a@b.example>;conference=a:b", "mixers=1"},
		 "account: its conference cannot have that name"},
		{{"account=<sip:a@b.example>", "factory_names=x.*"},
		 "account: needs conference=NAME: no plain name in "
		 "factory_names"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config_error error;
		const char *words;
		struct config *c;
		size_t which;

		CU_ASSERT_EQUAL_FATAL(
			config_load(&c, NULL, rows[i].set, 2, &error), 0);
		CU_ASSERT_EQUAL(policy_check(c, &words, &which),
				rows[i].words ? EINVAL : 0);
		CU_ASSERT_EQUAL(which, 0);
		CU_ASSERT_TRUE(
			rows[i].words
				? words && !strncmp(words, rows[i].words,
						    strlen(rows[i].words))
				: !words);
		mem_deref(c);
	}
}


static int make_policy(void *arg)
{
	char canonical[POLICY_NAME_MAX + 1];
	struct policy *p = NULL;
	int err = policy_alloc(&p, arg);

	CU_ASSERT_EQUAL(!err, p != NULL);
	if (!err) {
		CU_ASSERT(policy_is_factory(p, "mmtel"));
		CU_ASSERT_EQUAL(policy_name(p, "112", canonical),
				REASON_NOT_FOUND);
	}
	mem_deref(p);

	return err;
}


static void half_a_policy_is_none(void)
{
	struct config_error error;
	struct config *c;

	CU_ASSERT_EQUAL_FATAL(config_load(&c, NULL, NULL, 0, &error), 0);
	failing_each(make_policy, c);
	mem_deref(c);
}

static CU_TestInfo tests[] = {
	{"names are checked and folded", names_are_checked_and_folded},
	{"factories make names that nobody guesses",
	 factories_make_names_that_nobody_guesses},
	{"dialling out follows dial_out", dialling_out_follows_dial_out},
	{"admission follows the facts", admission_follows_the_facts},
	{"accounts lead somewhere", accounts_lead_somewhere},
	{"half a policy is none", half_a_policy_is_none},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(policy, tests)
