/**
 * @file test_log.c  Nothing of a peer forges a log line
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "mixer/base/log.h"
#include "mixer/base/re.h"
#include "tests/unit/said.h"
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


/** Time is the test's */
static void a_place_has_a_burst_and_then_a_line_an_interval(void)
{
	const uint64_t start = UINT64_C(1000000000),
		       interval = LOG_INTERVAL_MS * UINT64_C(1000);
	struct log_site site = {.full_us = 0};
	unsigned more = 99, sum = 0;

	for (int i = 0; i < LOG_BURST; i++) {
		CU_ASSERT(log_site_take(&site, start, &more));
		CU_ASSERT_EQUAL(more, 0);
	}
	for (int i = 0; i < 1000; i++)
		CU_ASSERT_FALSE(log_site_take(&site, start + i, &more));

	CU_ASSERT_FALSE(log_site_take(&site, start + interval - 1, &more));
	CU_ASSERT(log_site_take(&site, start + interval, &more));
	CU_ASSERT_EQUAL(more, 1001);
	CU_ASSERT_FALSE(log_site_take(&site, start + interval, &more));

	/* the burst comes back, and no more than that */
	for (int i = 0; i < 2 * LOG_BURST; i++)
		sum += log_site_take(&site, start + 100 * interval, &more);
	CU_ASSERT_EQUAL(sum, LOG_BURST);
}


static void flood(unsigned lines)
{
	for (unsigned i = 0; i < lines; i++)
		log_warn("door", "knocked at=%s line=%u", "night", i);
}


/** 10 lines and a count, which add up; another place has its own */
static void a_flood_is_counted(void)
{
	struct said said;

	said_begin(&said);
	flood(5000);
	log_warn("door", "opened");
	log_tell_held();
	log_tell_held();
	said_end(&said);
	CU_ASSERT_EQUAL(said_count(&said, "warn door: knocked at="),
			LOG_BURST);
	CU_ASSERT_EQUAL(said_count(&said, "warn door: opened\n"), 1);
	CU_ASSERT_EQUAL(said_count(&said, "warn door: more lines=4990 "
					  "event=\"knocked\"\n"),
			1);
	CU_ASSERT_EQUAL(said_count(&said, "\n"), LOG_BURST + 2);
}


/** The third of them is told, whatever the others say */
static void of_several_each_has_its_own(void)
{
	struct said said;

	said_begin(&said);
	for (unsigned i = 0; i < 2 * LOG_BURST + 1; i++)
		LOG_OF_SEVERAL(3, i < 2 * LOG_BURST ? i & 1 : 2,
			       LOG_LEVEL_WARN, "door", "shut door=%u", i);
	said_end(&said);
	CU_ASSERT_EQUAL(said_count(&said, "door: shut"), 2 * LOG_BURST + 1);
	CU_ASSERT_EQUAL(said_count(&said, "door=20\n"), 1);

	said_begin(&said);
	for (unsigned i = 0; i < 2 * LOG_BURST; i++)
		LOG_OF_SEVERAL(3, 1u, LOG_LEVEL_WARN, "door", "locked by=%u",
			       i);
	log_tell_held();
	said_end(&said);
	CU_ASSERT_EQUAL(said_count(&said, "lines=10 event=\"locked\" of=1\n"),
			1);
}


static void nothing_is_held_back_when_debugging(void)
{
	const enum log_level before = log_level_get();
	struct said said;

	log_level_set(LOG_LEVEL_DEBUG);
	said_begin(&said);
	for (unsigned i = 0; i < 2 * LOG_BURST; i++)
		log_info("door", "seen");
	said_end(&said);
	log_level_set(before);
	CU_ASSERT_EQUAL(said_count(&said, "info door: seen\n"), 2 * LOG_BURST);
}


static void a_long_line_keeps_its_end(void)
{
	static struct log_site site;
	char text[2000];
	struct said said;

	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	atomic_store(&site.held, 3);
	said_begin(&said);
	log_limited(&site, LOG_LEVEL_WARN, "door", "said text=%s", text);
	said_end(&said);
	CU_ASSERT_EQUAL(said_count(&said, "a more=3\n"), 1);
	CU_ASSERT_EQUAL(strlen(said.text), 1023);
}


static CU_TestInfo tests[] = {
	{"escapes controls and quotes", escapes_controls_and_quotes},
	{"truncates to fit", truncates_to_fit},
	{"what is above the level is not told",
	 what_is_above_the_level_is_not_told},
	{"levels have names", levels_have_names},
	{"a place has a burst and then a line an interval",
	 a_place_has_a_burst_and_then_a_line_an_interval},
	{"a flood is counted", a_flood_is_counted},
	{"of several each has its own", of_several_each_has_its_own},
	{"nothing is held back when debugging",
	 nothing_is_held_back_when_debugging},
	{"a long line keeps its end", a_long_line_keeps_its_end},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(log, tests)
