/**
 * @file test_ice_rates.c  How often connections of media are handed on
 */
#include "focus/config/config.h"
#include "signaling/web/ice_rates.h"
#include "tests/unit/unit.h"


static struct sa addr(const char *text)
{
	struct sa sa;

	CU_ASSERT_EQUAL_FATAL(sa_set_str(&sa, text, 1), 0);

	return sa;
}


static void a_school_comes_in(void)
{
	const struct config config = {.ice_tcp = true};
	const struct sa school = addr("192.0.2.1");
	struct ice_rates *r = NULL;

	CU_ASSERT_EQUAL_FATAL(ice_rates_alloc(&r, &config), 0);
	for (unsigned i = 0; i < 600; i++) {
		char text[8];
		struct pl ufrag;

		(void)re_snprintf(text, sizeof(text), "u%u", i / 2);
		pl_set_str(&ufrag, text);
		CU_ASSERT_TRUE(ice_rates_host(r, &school, 1));
		CU_ASSERT_TRUE(ice_rates_leg(r, &school, &ufrag, 1));
	}
	mem_deref(r);
}


static unsigned handed(struct ice_rates *r, const char *host,
		       const char *ufrag, uint64_t now_ms)
{
	const struct sa peer = addr(host);
	struct pl pl;
	unsigned n = 0;

	pl_set_str(&pl, ufrag);
	for (unsigned i = 0; i < 100; i++)
		n += ice_rates_leg(r, &peer, &pl, now_ms);

	return n;
}


static void one_ufrag_is_good_for_a_few(void)
{
	const struct config config = {.ice_tcp = true};
	struct ice_rates *r = NULL;

	CU_ASSERT_EQUAL_FATAL(ice_rates_alloc(&r, &config), 0);
	CU_ASSERT_EQUAL(handed(r, "192.0.2.1", "abcd", 1), ICE_LEG_BURST);
	CU_ASSERT_EQUAL(handed(r, "192.0.2.1", "abcd", 1), 0);
	CU_ASSERT_EQUAL(handed(r, "192.0.2.1", "abcd", 60001), ICE_LEG_RATE);
	/* another leg has its own, and so has this one from another host,
	 * whoever got to know its ufrag; our own host has no more */
	CU_ASSERT_EQUAL(handed(r, "192.0.2.1", "abce", 1), ICE_LEG_BURST);
	CU_ASSERT_EQUAL(handed(r, "192.0.2.2", "abcd", 1), ICE_LEG_BURST);
	CU_ASSERT_EQUAL(handed(r, "2001:db8::1", "abcd", 1), ICE_LEG_BURST);
	CU_ASSERT_EQUAL(handed(r, "2001:db8::2", "abcd", 1), 0);
	CU_ASSERT_EQUAL(handed(r, "127.0.0.1", "abcd", 1), ICE_LEG_BURST);
	mem_deref(r);
}


static void hosts_are_bounded_but_free_ones(void)
{
	const struct config config = {.ice_tcp = true};
	const struct sa host = addr("192.0.2.1"), own = addr("127.0.0.1");
	struct ice_rates *r = NULL;
	unsigned n = 0, free = 0, told = 0;

	CU_ASSERT_EQUAL_FATAL(ice_rates_alloc(&r, &config), 0);
	for (unsigned i = 0; i < 2 * ICE_HOST_BURST; i++) {
		n += ice_rates_host(r, &host, 1);
		free += ice_rates_host(r, &own, 1);
		told += ice_rates_stranger(r, &host, 1);
	}
	CU_ASSERT_EQUAL(n, ICE_HOST_BURST);
	CU_ASSERT_EQUAL(free, 2 * ICE_HOST_BURST);
	CU_ASSERT_EQUAL(told, ICE_STRANGER_BURST);
	mem_deref(r);
}


static CU_TestInfo tests[] = {
	{"a school comes in", a_school_comes_in},
	{"one ufrag is good for a few", one_ufrag_is_good_for_a_few},
	{"hosts are bounded, but free ones", hosts_are_bounded_but_free_ones},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(ice_rates, tests)
