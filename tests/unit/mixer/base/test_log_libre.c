/**
 * @file test_log_libre.c  What libre says: little, escaped, on one line
 */
#include <string.h>
#include "mixer/base/log.h"
#include "mixer/base/log_libre.h"
#include "mixer/base/re.h"
#include "tests/unit/said.h"
#include "tests/unit/unit.h"


/** A method that it does not know makes libre warn */
static void warn(unsigned times)
{
	struct tls *tls = NULL;

	for (unsigned i = 0; i < times; i++)
		CU_ASSERT(tls_alloc(&tls, (enum tls_method)99, NULL, NULL));
}


static void says_little_and_on_one_line(void)
{
	struct said said;

	log_libre_start();
	said_begin(&said);
	warn(LOG_BURST + 5);
	said_end(&said);
	CU_ASSERT_EQUAL(said_count(&said, "warn libre: said text=\"tls: "),
			LOG_BURST);
	CU_ASSERT_EQUAL(said_count(&said, "\n"), LOG_BURST);
	CU_ASSERT_PTR_NULL(strstr(said.text, "\x1b"));
}


static void tells_in_the_end_how_much_was_left_out(void)
{
	struct said said;

	said_begin(&said);
	warn(2);
	log_libre_stop();
	said_end(&said);
	CU_ASSERT_STRING_EQUAL(said.text,
			       "warn libre: more lines=7 event=\"said\"\n");
}


static CU_TestInfo tests[] = {
	{"says little, on one line", says_little_and_on_one_line},
	{"tells in the end how much was left out",
	 tells_in_the_end_how_much_was_left_out},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(log_libre, tests)
