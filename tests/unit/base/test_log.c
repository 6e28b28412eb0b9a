/**
 * @file test_log.c  Nothing of a peer forges a log line
 */
#include <string.h>
#include "mixer/base/log.h"
#include "tests/unit/unit.h"


static void escapes_controls_and_quotes(void)
{
	char out[64];

	CU_ASSERT_STRING_EQUAL(log_escape(out, sizeof(out), "a\r\n\"b\\", 6),
			       "\"a\\x0d\\x0a\\\"b\\\\\"");
}


static void truncates_to_fit(void)
{
	char out[8];

	log_escape(out, sizeof(out), "abcdefghijkl", 12);
	CU_ASSERT(strlen(out) < sizeof(out));
	CU_ASSERT_EQUAL(out[strlen(out) - 1], '"');
}


static CU_TestInfo tests[] = {
	{"escapes controls and quotes", escapes_controls_and_quotes},
	{"truncates to fit", truncates_to_fit},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(log, tests)
