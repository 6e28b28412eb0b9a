/**
 * @file test_uuid.c  Random UUIDs (RFC 4122 section 4.4)
 */
#include <string.h>
#include "mixer/base/uuid.h"
#include "tests/unit/unit.h"


static void has_version_and_variant(void)
{
	for (unsigned i = 0; i < 200; i++) {
		char uuid[UUID_SIZE];

		uuid_make(uuid);
		CU_ASSERT_EQUAL(strlen(uuid), UUID_SIZE - 1);
		CU_ASSERT_EQUAL(strspn(uuid, "0123456789abcdef"),
				UUID_SIZE - 1);
		CU_ASSERT_EQUAL(uuid[12], '4');
		CU_ASSERT_PTR_NOT_NULL(strchr("89ab", uuid[16]));
	}
}


/** Each digit but those two takes all of its values */
static void all_else_is_random(void)
{
	unsigned seen[UUID_SIZE - 1] = {0};
	char first[UUID_SIZE];

	uuid_make(first);
	for (unsigned i = 0; i < 1000; i++) {
		char uuid[UUID_SIZE];

		uuid_make(uuid);
		CU_ASSERT_STRING_NOT_EQUAL(uuid, first);
		for (unsigned k = 0; k < UUID_SIZE - 1; k++)
			seen[k] |= 1u << (uuid[k] <= '9' ? uuid[k] - '0'
							 : uuid[k] - 'a' + 10);
	}
	for (unsigned k = 0; k < UUID_SIZE - 1; k++)
		CU_ASSERT_EQUAL(seen[k], k == 12   ? 1u << 4
					 : k == 16 ? 0xf00u
						   : 0xffffu);
}


static CU_TestInfo tests[] = {
	{"has version and variant", has_version_and_variant},
	{"all else is random", all_else_is_random},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(uuid, tests)
