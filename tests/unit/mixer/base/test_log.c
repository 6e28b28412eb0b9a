/**
 * @file test_log.c  Nothing of a peer forges a log line
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "mixer/base/log.h"
#include "mixer/base/re.h"
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


static void what_is_above_the_level_is_not_told(void)
{
	static const struct {
		enum log_level max, level;
		bool told;
	} rows[] = {
		{LOG_LEVEL_ERROR, LOG_LEVEL_ERROR, true},
		{LOG_LEVEL_ERROR, LOG_LEVEL_WARN, false},
		{LOG_LEVEL_INFO, LOG_LEVEL_WARN, true},
		{LOG_LEVEL_INFO, LOG_LEVEL_DEBUG, false},
		{LOG_LEVEL_DEBUG, LOG_LEVEL_DEBUG, true},
	};
	const enum log_level before = log_level_get();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		log_level_set(rows[i].max);
		CU_ASSERT_EQUAL(log_enabled(rows[i].level), rows[i].told);
	}
	log_level_set(before);
}


static void levels_have_names(void)
{
	enum log_level level = LOG_LEVEL_ERROR;

	CU_ASSERT_EQUAL(log_level_parse(&level, "debug"), 0);
	CU_ASSERT_EQUAL(level, LOG_LEVEL_DEBUG);
	CU_ASSERT_EQUAL(log_level_parse(&level, "Debug"), EINVAL);
	CU_ASSERT_EQUAL(log_level_parse(&level, ""), EINVAL);
	CU_ASSERT_EQUAL(level, LOG_LEVEL_DEBUG);
}


static CU_TestInfo tests[] = {
	{"escapes controls and quotes", escapes_controls_and_quotes},
	{"truncates to fit", truncates_to_fit},
	{"what is above the level is not told",
	 what_is_above_the_level_is_not_told},
	{"levels have names", levels_have_names},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(log, tests)
