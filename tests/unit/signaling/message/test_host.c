/**
 * @file test_host.c  Which hosts are ours
 */
#include "focus/config/config.h"
#include "mixer/base/re.h"
#include "signaling/message/host.h"
#include "tests/unit/unit.h"

static void knows_our_domain(void)
{
	static const char *const overrides[] = {"domain=example.com"};
	static const struct {
		const char *host;
		bool ours;
	} rows[] = {
		{"example.com", true},
		{"EXAMPLE.com", true},
		{"conf.example.com", true},
		{"Conference.example.com", true},
		{"conf-factory.example.com", true},
		{"conf.", false},
		{"conf.conf.example.com", false},
		{"conf.example.org", false},
		{"other.example.com", false},
		{"confexample.com", false},
		{"127.0.0.1", true},
		{"192.0.2.1", false},
	};
	struct config_error error;
	struct config *c = NULL;
	struct pl host;
	size_t i;

	CU_ASSERT_EQUAL_FATAL(config_load(&c, NULL, overrides, 1, &error), 0);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		pl_set_str(&host, rows[i].host);
		CU_ASSERT_EQUAL(host_is_ours(c, &host, NULL), rows[i].ours);
	}
	mem_deref(c);

	/* without a domain no name with "conf." before it is ours */
	CU_ASSERT_EQUAL_FATAL(config_load(&c, NULL, NULL, 0, &error), 0);
	pl_set_str(&host, "conf.");
	CU_ASSERT_FALSE(host_is_ours(c, &host, NULL));
	mem_deref(c);
}

static void knows_what_a_nat_makes_of_us(void)
{
	static const char *const overrides[] = {
		"sip_listen=0.0.0.0:5060/203.0.113.7",
		"https_listen=0.0.0.0:8443/203.0.113.8:443",
		"media_address=192.0.2.4/203.0.113.9"};
	static const char *const ours[] = {"203.0.113.7", "203.0.113.8",
					   "203.0.113.9", "192.0.2.4"};
	struct config_error error;
	struct config *c = NULL;
	struct pl host;
	size_t i;

	CU_ASSERT_EQUAL_FATAL(config_load(&c, NULL, overrides, 3, &error), 0);
	for (i = 0; i < ARRAY_SIZE(ours); i++) {
		pl_set_str(&host, ours[i]);
		CU_ASSERT_TRUE(host_is_ours(c, &host, NULL));
	}
	pl_set_str(&host, "203.0.113.10");
	CU_ASSERT_FALSE(host_is_ours(c, &host, NULL));
	mem_deref(c);
}

static CU_TestInfo tests[] = {
	{"knows our domain and the conferences' hosts in it",
	 knows_our_domain},
	{"knows what a NAT makes of us", knows_what_a_nat_makes_of_us},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(host, tests)
