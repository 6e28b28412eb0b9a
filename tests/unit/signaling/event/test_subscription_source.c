/**
 * @file test_subscription_source.c  How many subscriptions hosts have
 */
#include <errno.h>
#include "focus/config/config.h"
#include "signaling/event/subscription_source.h"
#include "signaling/message/flow.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

enum { MAX = 3 };


static int take(struct subscription_source **sp,
		struct subscription_sources *all, const char *address,
		const char *member)
{
	struct flow_info flow = {.transport = FLOW_UDP};

	CU_ASSERT_EQUAL_FATAL(sa_set_str(&flow.peer, address, 5060), 0);

	return subscription_source_take(sp, all, &flow, member);
}


/** The third row is another host, or the same */
static void counts_by_host(void)
{
	static const struct {
		const char *a, *b, *other;
		bool same;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1", true},
		{"2001:db8::1", "2001:db8::2", "2001:db8::ffff:1", true},
		{"2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", false},
	};
	const struct config config = {.subscriptions_per_source = MAX};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct subscription_sources *all = NULL;
		struct subscription_source *s[MAX], *other = NULL;

		CU_ASSERT_EQUAL_FATAL(
			subscription_sources_alloc(&all, &config), 0);
		CU_ASSERT_EQUAL(take(&s[0], all, rows[i].a, NULL), 0);
		CU_ASSERT_EQUAL(take(&s[1], all, rows[i].b, NULL), 0);
		CU_ASSERT_EQUAL(take(&s[2], all, rows[i].b, NULL), 0);
		CU_ASSERT_EQUAL(take(&other, all, rows[i].other, NULL),
				rows[i].same ? EOVERFLOW : 0);

		/* one less, and there is room again */
		(void)subscription_source_give(s[0]);
		CU_ASSERT_EQUAL(take(&s[0], all, rows[i].a, NULL), 0);
		for (size_t k = 0; k < MAX; k++)
			(void)subscription_source_give(s[k]);
		(void)subscription_source_give(other);
		mem_deref(all);
	}
}


/** Who takes part has his own, beside all others of his host */
static void members_are_free(void)
{
	const struct config config = {.subscriptions_per_source = MAX};
	enum { MEMBERS = 4 * MAX };
	struct subscription_source *s[MEMBERS][SUBSCRIPTIONS_MEMBER_FREE];
	struct subscription_source *out[MAX], *more = NULL;
	struct subscription_sources *all = NULL;

	CU_ASSERT_EQUAL_FATAL(subscription_sources_alloc(&all, &config), 0);
	for (size_t i = 0; i < MEMBERS; i++) {
		char name[8];

		(void)re_snprintf(name, sizeof(name), "m%zu", i);
		for (size_t k = 0; k < SUBSCRIPTIONS_MEMBER_FREE; k++)
			CU_ASSERT_EQUAL_FATAL(
				take(&s[i][k], all, "192.0.2.1", name), 0);
	}

	/* outsiders have what they had; so has a member beyond his */
	for (size_t i = 0; i < MAX; i++)
		CU_ASSERT_EQUAL(
			take(&out[i], all, "192.0.2.1", i ? NULL : "m0"), 0);
	CU_ASSERT_EQUAL(take(&more, all, "192.0.2.1", NULL), EOVERFLOW);
	CU_ASSERT_EQUAL(take(&more, all, "192.0.2.1", "m0"), EOVERFLOW);

	/* who takes part no more is an outsider, where there is room */
	CU_ASSERT_EQUAL(subscription_source_count(&s[0][0], all), EOVERFLOW);
	(void)subscription_source_give(out[0]);
	CU_ASSERT_EQUAL(subscription_source_count(&s[0][0], all), 0);
	CU_ASSERT_EQUAL(subscription_source_count(&s[0][0], all), 0);
	CU_ASSERT_EQUAL(subscription_source_count(&s[1][0], all), EOVERFLOW);
	CU_ASSERT_EQUAL(take(&out[0], all, "192.0.2.1", "m0"), 0);

	for (size_t i = 0; i < MAX; i++)
		(void)subscription_source_give(out[i]);
	for (size_t i = 0; i < MEMBERS; i++) {
		for (size_t k = 0; k < SUBSCRIPTIONS_MEMBER_FREE; k++)
			(void)subscription_source_give(s[i][k]);
	}
	mem_deref(all);
}


static int take_and_give(void *arg)
{
	const struct config config = {.subscriptions_per_source = MAX};
	struct subscription_sources *all = NULL;
	struct subscription_source *s = NULL;
	int err;
	(void)arg;

	err = subscription_sources_alloc(&all, &config);
	if (!err)
		err = take(&s, all, "2001:db8::1", "m");
	CU_ASSERT_EQUAL(!err, s != NULL);
	if (!err)
		err = subscription_source_count(&s, all);
	(void)subscription_source_give(s);
	mem_deref(all);

	return err;
}


static void survives_any_failing_allocation(void)
{
	CU_ASSERT_TRUE(failing_each(take_and_give, NULL) > 1);
}


static CU_TestInfo tests[] = {
	{"counts by host", counts_by_host},
	{"members are free", members_are_free},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(subscription_source, tests)
