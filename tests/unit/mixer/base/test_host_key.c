/**
 * @file test_host_key.c  What counts as one host
 */
#include <string.h>
#include "mixer/base/host_key.h"
#include "tests/unit/unit.h"


static void knows_hosts(void)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"0.0.0.0", "::", false},
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true},
		{"2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"fe80::1", "fe80::2", true},
		/* IPv4 as a socket for both families has it */
		{"::ffff:192.0.2.1", "192.0.2.1", true},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
		{"::ffff:192.0.2.1", "::1", false},
		{"::192.0.2.1", "192.0.2.1", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t a[HOST_KEY_BYTES], b[HOST_KEY_BYTES];
		struct sa sa;

		CU_ASSERT_EQUAL(sa_set_str(&sa, rows[i].a, 1), 0);
		host_key(a, &sa);
		CU_ASSERT_EQUAL(sa_set_str(&sa, rows[i].b, 2), 0);
		host_key(b, &sa);
		CU_ASSERT_EQUAL(!memcmp(a, b, sizeof(a)), rows[i].same);
	}
}


static CU_TestInfo tests[] = {
	{"knows hosts", knows_hosts},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(host_key, tests)
