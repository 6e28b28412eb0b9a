/**
 * @file test_transport_local.c  What a transport says of itself
 */
#include "mixer/net/transport.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


/** Outside comes first; who is inside finds the bound address behind */
static void candidates_are_told_as_a_nat_makes_them(void)
{
	static const char *const wanted[] = {"203.0.113.7", "::1",
					     "127.0.0.1"};
	struct net_config config = {.media_address_count = 2};
	struct transport_local local;
	struct transport *t = NULL;
	struct net *net = NULL;

	sa_set_str(&config.media_addresses[0], "127.0.0.1", 0);
	sa_set_str(&config.advertised_addresses[0], "203.0.113.7", 0);
	sa_set_str(&config.media_addresses[1], "::1", 0);
	CU_ASSERT_EQUAL_FATAL(net_alloc(&net, &config), 0);
	CU_ASSERT_EQUAL_FATAL(transport_alloc(&t, net, TRANSPORT_WEBRTC, 0,
					      TRANSPORT_SUITE_NONE,
					      &loopback_handlers, NULL),
			      0);
	transport_local(t, &local);
	CU_ASSERT_EQUAL(local.candidate_count, ARRAY_SIZE(wanted));
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		struct sa sa;

		sa_set_str(&sa, wanted[i], net_webrtc_port(net));
		CU_ASSERT_TRUE(sa_cmp(&local.candidates[i].addr, &sa, SA_ALL));
		if (i)
			CU_ASSERT_TRUE(local.candidates[i].priority <
				       local.candidates[i - 1].priority);
	}
	mem_deref(t);
	mem_deref(net);
}


static CU_TestInfo tests[] = {
	{"candidates are told as a NAT makes them",
	 candidates_are_told_as_a_nat_makes_them},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(transport_local, tests)
