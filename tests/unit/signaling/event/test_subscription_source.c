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
		struct subscription_sources *all, const char *address)
{
	struct flow_info flow = {.transport = FLOW_UDP};

	CU_ASSERT_EQUAL_FATAL(sa_set_str(&flow.peer, address, 5060), 0);

	return subscription_source_take(sp, all, &flow);
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
		CU_ASSERT_EQUAL(take(&s[0], all, rows[i].a), 0);
		CU_ASSERT_EQUAL(take(&s[1], all, rows[i].b), 0);
		CU_ASSERT_EQUAL(take(&s[2], all, rows[i].b), 0);
		CU_ASSERT_EQUAL(take(&other, all, rows[i].other),
				rows[i].same ? EOVERFLOW : 0);

		/* one less, and there is room again */
		(void)subscription_source_give(s[0]);
		CU_ASSERT_EQUAL(take(&s[0], all, rows[i].a), 0);
		for (size_t k = 0; k < MAX; k++)
			(void)subscription_source_give(s[k]);
		(void)subscription_source_give(other);
		mem_deref(all);
	}
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
		err = take(&s, all, "2001:db8::1");
	CU_ASSERT_EQUAL(!err, s != NULL);
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
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(subscription_source, tests)
