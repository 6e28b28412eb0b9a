/**
 * @file test_digest_sum.c  Sums of digest authentication
 */
#include <errno.h>
#include <string.h>
#include "focus/store/digest_sum.h"
#include "tests/unit/unit.h"


/** The example of RFC 7616 section 3.9.1, and of RFC 2617 section 3.5 */
static void ha1_is_that_of_the_standards(void)
{
	static const struct {
		enum digest_algorithm algorithm;
		const char *user, *realm, *password, *hex;
	} rows[] = {
		{DIGEST_MD5, "Mufasa", "testrealm@host.com", "Circle Of Life",
		 "939e7578ed9e3c518a452acee763bce9"},
		{DIGEST_SHA256, "Mufasa", "http-auth@example.org",
		 "Circle of Life",
		 "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b"
		 "4794232"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char hex[DIGEST_HEX_SIZE];
		struct pl user, realm, password;

		pl_set_str(&user, rows[i].user);
		pl_set_str(&realm, rows[i].realm);
		pl_set_str(&password, rows[i].password);
		CU_ASSERT_EQUAL(digest_ha1(hex, rows[i].algorithm, &user,
					   &realm, &password),
				0);
		CU_ASSERT_STRING_EQUAL(hex, rows[i].hex);
	}
}


static void parts_have_a_colon_between(void)
{
	const struct pl ab = PL("a:b"), a = PL("a"), b = PL("b");
	const struct pl *const one[] = {&ab}, *const two[] = {&a, &b};
	char x[DIGEST_HEX_SIZE], y[DIGEST_HEX_SIZE];

	CU_ASSERT_EQUAL(digest_sum(x, DIGEST_MD5, one, 1), 0);
	CU_ASSERT_EQUAL(digest_sum(y, DIGEST_MD5, two, 2), 0);
	CU_ASSERT_STRING_EQUAL(x, y);
	/* of nothing: RFC 1321 appendix A.5 */
	CU_ASSERT_EQUAL(digest_sum(x, DIGEST_MD5, NULL, 0), 0);
	CU_ASSERT_STRING_EQUAL(x, "d41d8cd98f00b204e9800998ecf8427e");
}


/** AKA's "password" is RES (RFC 3310 section 3.3): zeroes count */
static void a_password_may_be_binary(void)
{
	const struct pl user = PL("u"), realm = PL("r");
	const struct pl zero = {"\0x", 2}, empty = {"", 0};
	char x[DIGEST_HEX_SIZE], y[DIGEST_HEX_SIZE];

	CU_ASSERT_EQUAL(digest_ha1(x, DIGEST_SHA256, &user, &realm, &zero), 0);
	CU_ASSERT_EQUAL(digest_ha1(y, DIGEST_SHA256, &user, &realm, &empty),
			0);
	CU_ASSERT_STRING_NOT_EQUAL(x, y);
	CU_ASSERT_EQUAL(strlen(x), 64);
}


static CU_TestInfo tests[] = {
	{"HA1 is that of the standards", ha1_is_that_of_the_standards},
	{"parts have a colon between", parts_have_a_colon_between},
	{"a password may be binary", a_password_may_be_binary},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(digest_sum, tests)
