/**
 * @file test_origin.c  Whose page a browser's request comes from
 */
#include <stdio.h>
#include "mixer/base/re.h"
#include "signaling/http/origin.h"
#include "tests/unit/unit.h"


static const struct {
	const char *origin, *host;
	bool secure, ours;
} rows[] = {
	{"https://h.example", "h.example", true, true},
	{"https://h.example", "h.example:443", true, true},
	{"https://h.example:443", "h.example", true, true},
	{"https://h.example:8443", "h.example:8443", true, true},
	{"https://H.Example", "h.eXample", true, true},
	{"HTTPS://h.example", "h.example", true, true},
	{"https://[2001:db8::1]:8443", "[2001:DB8::1]:8443", true, true},
	{"http://127.0.0.1:8080", "127.0.0.1:8080", false, true},
	{"http://[::1]:8080", "[::1]:8080", false, true},
	{"http://localhost:8080", "localhost:8080", false, true},
	{"http://LocalHost", "localhost", false, true},
	{"http://conf.example:80", "conf.example", false, true},
	/* a name that somebody lets lead here */
	{"http://h.example:80", "h.example", false, false},
	{"http://evil.example:8080", "evil.example:8080", false, false},
	{"http://localhost.evil.example", "localhost.evil.example", false,
	 false},
	{"http://x.conf.example", "x.conf.example", false, false},
	{"http://127.0.0.1.example", "127.0.0.1.example", false, false},
	{"http://127.0.0.1x", "127.0.0.1x", false, false},
	/* what only looks like an address */
	{"http://.", ".", false, false},
	{"http://1.2.3.4.", "1.2.3.4.", false, false},
	{"http://1.2.3", "1.2.3", false, false},
	{"http://1.2.3.456", "1.2.3.456", false, false},
	{"http://1234", "1234", false, false},
	{"http://[evil.com]", "[evil.com]", false, false},
	{"http://[]", "[]", false, false},
	{"http://[1.2.3.4]", "[1.2.3.4]", false, false},
	{"http://[::1%eth0]", "[::1%eth0]", false, false},
	{"http://[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]",
	 "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]", false,
	 false},
	{"http://[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]", false, true},
	/* behind a proxy that ends TLS */
	{"https://h.example", "h.example", false, true},
	{"https://h.example:443", "h.example", false, true},
	/* somebody between wrote the page */
	{"http://h.example", "h.example", true, false},
	{"http://h.example:8443", "h.example:8443", true, false},
	{"https://h.example", "h.example:8443", true, false},
	{"https://h.example:8443", "h.example", true, false},
	{"https://h.example", "h.example:80", false, false},
	{"https://evil.example", "h.example", true, false},
	{"https://h.example.evil.example", "h.example", true, false},
	{"https://evilh.example", "h.example", true, false},
	{"https://h.example@evil.example", "evil.example", true, false},
	{"https://evil.example@h.example", "h.example", true, false},
	{"https://h.example/", "h.example", true, false},
	{"https://h.example:", "h.example", true, false},
	{"https://h.example:0443", "h.example", true, true},
	{"https://h.example:000443", "h.example", true, false},
	{"https://h.example:65536", "h.example:65536", true, false},
	{"https://h.example:0", "h.example:0", true, false},
	{"https://h.example: 443", "h.example", true, false},
	{"https://h.example.", "h.example", true, false},
	{"https://", "", true, false},
	{"https://[::1", "[::1", true, false},
	{"https://[::1]x", "[::1]x", true, false},
	{"https://", "h.example", true, false},
	{"ftp://h.example", "h.example", false, false},
	{"h.example", "h.example", false, false},
	{"null", "null", false, false},
	{"", "", false, false},
	{"https://h.example", NULL, true, false},
};


static void only_the_same_site_is_ours(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool ours = origin_is_ours(rows[i].origin, rows[i].host,
					   rows[i].secure, "conf.example");

		CU_ASSERT_EQUAL(ours, rows[i].ours);
		if (ours != rows[i].ours)
			printf("\n%s at %s\n", rows[i].origin,
			       rows[i].host ? rows[i].host : "-");
	}
}


static CU_TestInfo tests[] = {
	{"only the same site is ours", only_the_same_site_is_ours},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(origin, tests)
