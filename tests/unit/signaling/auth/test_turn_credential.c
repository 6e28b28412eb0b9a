/**
 * @file test_turn_credential.c  What coturn expects of its REST mechanism
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "signaling/auth/turn_credential.h"
#include "tests/unit/unit.h"


/** printf '1700000000:ab12' | openssl dgst -sha1 -hmac north -binary | base64
 */
static void the_password_is_the_sum_of_the_name(void)
{
	struct turn_credential c;

	CU_ASSERT_EQUAL(turn_credential_make(&c, "north", 1700000000, "ab12"),
			0);
	CU_ASSERT_STRING_EQUAL(c.username, "1700000000:ab12");
	CU_ASSERT_STRING_EQUAL(c.password, "9/aCM+T5dzzM5n7JTIUjl9Job3E=");
}


static void another_secret_user_or_end_is_another_password(void)
{
	static const struct {
		const char *secret, *id;
		time_t end;
	} rows[] = {{"south", "ab12", 1700000000},
		    {"north", "ab13", 1700000000},
		    {"north", "ab12", 1700000001}};
	struct turn_credential a, b;

	CU_ASSERT_EQUAL(turn_credential_make(&a, "north", 1700000000, "ab12"),
			0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CU_ASSERT_EQUAL(turn_credential_make(&b, rows[i].secret,
						     rows[i].end, rows[i].id),
				0);
		CU_ASSERT_STRING_NOT_EQUAL(a.password, b.password);
	}
}


static void a_name_that_does_not_fit_is_refused(void)
{
	struct turn_credential c;
	char id[65];

	memset(id, 'x', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	CU_ASSERT_EQUAL(turn_credential_make(&c, "north", 1700000000, id),
			EINVAL);
}


static CU_TestInfo tests[] = {
	{"the password is the sum of the name",
	 the_password_is_the_sum_of_the_name},
	{"another secret, user or end is another password",
	 another_secret_user_or_end_is_another_password},
	{"a name that does not fit is refused",
	 a_name_that_does_not_fit_is_refused},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(turn_credential, tests)
