/**
 * @file test_nonce.c  Nonces of our challenges: time, address, counts
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/auth/nonce.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

#define CLIENT "192.0.2.1"

enum { NOW_MS = 1000000 };

static struct nonces *make(void)
{
	struct nonces *n = NULL;

	CU_ASSERT_EQUAL_FATAL(nonces_alloc(&n), 0);

	return n;
}


static struct pl fresh(struct nonces *n, char text[NONCE_SIZE])
{
	struct pl pl;

	nonces_make(n, text, CLIENT, NOW_MS);
	pl_set_str(&pl, text);

	return pl;
}


static void is_good_for_whom_and_when_it_was_given(void)
{
	static const struct {
		const char *client;
		uint64_t later_ms;
		bool good;
	} rows[] = {
		{CLIENT, 0, true},
		{CLIENT, NONCE_LIFE_MS, true},
		{CLIENT, NONCE_LIFE_MS + 1, false},
		{"192.0.2.2", 0, false},
		{"", 0, false},
		{NULL, 0, false},
	};
	struct nonces *n = make();
	char text[NONCE_SIZE];
	struct pl pl = fresh(n, text);

	CU_ASSERT_EQUAL(pl.l, NONCE_SIZE - 1);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CU_ASSERT_EQUAL(nonces_given(n, &pl, rows[i].client,
					     NOW_MS + rows[i].later_ms),
				rows[i].good);
	CU_ASSERT_FALSE(nonces_given(NULL, &pl, CLIENT, NOW_MS));
	CU_ASSERT_FALSE(nonces_given(n, NULL, CLIENT, NOW_MS));
	mem_deref(n);
}


static void no_changed_one_is_good(void)
{
	struct nonces *n = make(), *other = make();
	char text[NONCE_SIZE];
	struct pl pl = fresh(n, text);

	for (size_t i = 0; i < pl.l; i++) {
		char kept = text[i];

		text[i] = kept == 'f' ? 'e' : 'f';
		CU_ASSERT_FALSE(nonces_given(n, &pl, CLIENT, NOW_MS));
		text[i] = kept;
	}
	pl.l--;
	CU_ASSERT_FALSE(nonces_given(n, &pl, CLIENT, NOW_MS));
	pl.l++;
	/* nor one of another process */
	CU_ASSERT_FALSE(nonces_given(other, &pl, CLIENT, NOW_MS));
	mem_deref(n);
	mem_deref(other);
}


static void no_two_are_the_same(void)
{
	struct nonces *n = make();
	char a[NONCE_SIZE], b[NONCE_SIZE];

	(void)fresh(n, a);
	(void)fresh(n, b);
	CU_ASSERT_STRING_NOT_EQUAL(a, b);
	CU_ASSERT_EQUAL(nonces_kept(n), 0);
	mem_deref(n);
}


static void each_count_is_used_once(void)
{
	static const struct {
		uint32_t nc;
		bool good;
	} rows[] = {
		{0, false},         {1, true},           {1, false},
		{2, true},          {5, true},           {4, true},
		{3, true},          {3, false},          {5, false},
		{69, true},         {6, true},           {5, false},
		{69, false},        {1000, true},        {937, true},
		{936, false},       {999, true},         {937, false},
		{UINT32_MAX, true}, {UINT32_MAX, false}, {1001, false},
	};
	struct nonces *n = make();
	char text[NONCE_SIZE], another[NONCE_SIZE];
	struct pl pl = fresh(n, text), pl2 = fresh(n, another);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool good = nonces_use(n, &pl, rows[i].nc);

		if (good != rows[i].good)
			fprintf(stderr, "row %zu: nc %u\n", i, rows[i].nc);
		CU_ASSERT_EQUAL(good, rows[i].good);
	}
	CU_ASSERT_EQUAL(nonces_kept(n), 1);
	/* they are counted for each of them */
	CU_ASSERT_TRUE(nonces_use(n, &pl2, 1));
	CU_ASSERT_EQUAL(nonces_kept(n), 2);
	mem_deref(n);
}


/** What was forgotten is stale, or it could be played again */
static void what_is_forgotten_is_stale(void)
{
	static char texts[NONCES_MAX + 2][NONCE_SIZE];
	struct nonces *n = make();
	struct pl pl;

	for (size_t i = 0; i < NONCES_MAX + 2; i++) {
		pl = fresh(n, texts[i]);
		/* the second is not used yet */
		if (i != 1)
			CU_ASSERT_TRUE(nonces_use(n, &pl, 1));
	}
	CU_ASSERT_EQUAL(nonces_kept(n), NONCES_MAX);
	pl_set_str(&pl, texts[0]);
	CU_ASSERT_FALSE(nonces_use(n, &pl, 2));
	pl_set_str(&pl, texts[2]);
	CU_ASSERT_TRUE(nonces_use(n, &pl, 2));
	pl_set_str(&pl, texts[1]);
	CU_ASSERT_TRUE(nonces_use(n, &pl, 1));
	/* which took the place of the oldest */
	pl_set_str(&pl, texts[2]);
	CU_ASSERT_FALSE(nonces_use(n, &pl, 3));
	mem_deref(n);
}


static int use_one(void *arg)
{
	struct nonces *n = NULL;
	char text[NONCE_SIZE];
	struct pl pl;
	int err = nonces_alloc(&n);

	(void)arg;
	CU_ASSERT_EQUAL(!err, n != NULL);
	if (err)
		return err;

	pl = fresh(n, text);
	if (!nonces_use(n, &pl, 1))
		err = ENOMEM;
	/* what could not be noted was not used */
	CU_ASSERT_EQUAL(nonces_kept(n), err ? 0 : 1);
	mem_deref(n);

	return err;
}


static void what_cannot_be_noted_is_not_used(void)
{
	failing_each(use_one, NULL);
	CU_ASSERT_EQUAL(nonces_alloc(NULL), EINVAL);
}


static CU_TestInfo tests[] = {
	{"is good for whom and when it was given",
	 is_good_for_whom_and_when_it_was_given},
	{"no changed one is good", no_changed_one_is_good},
	{"no two are the same", no_two_are_the_same},
	{"each count is used once", each_count_is_used_once},
	{"what is forgotten is stale", what_is_forgotten_is_stale},
	{"what cannot be noted is not used", what_cannot_be_noted_is_not_used},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(nonce, tests)
