/**
 * @file test_log_libre.c  What libre says: little, escaped, on one line
 *
 * Time is the test's: libre's clock is this program's own.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/log.h"
#include "mixer/base/log_libre.h"
#include "mixer/base/re.h"
#include "tests/unit/unit.h"

static uint64_t now_ms = 1000000;

uint64_t tmr_jiffies(void)
{
	return now_ms;
}


/** What stands on stderr while libre warns so often */
static void warn(char *text, size_t size, unsigned times)
{
	FILE *file = tmpfile();
	int stderr_fd = dup(STDERR_FILENO);
	struct tls *tls = NULL;
	size_t n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_FATAL(dup2(fileno(file), STDERR_FILENO) >= 0);
	/* a method that it does not know makes it warn */
	for (unsigned i = 0; i < times; i++)
		CU_ASSERT(tls_alloc(&tls, (enum tls_method)99, NULL, NULL));
	(void)dup2(stderr_fd, STDERR_FILENO);
	(void)close(stderr_fd);

	rewind(file);
	n = fread(text, 1, size - 1, file);
	(void)fclose(file);
	text[n] = '\0';
}


static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	while ((text = strstr(text, what))) {
		n++;
		text++;
	}

	return n;
}


static void says_little_and_on_one_line(void)
{
	char text[4096];

	log_libre_start();
	now_ms += LOG_LIBRE_INTERVAL_MS;
	warn(text, sizeof(text), 3 * LOG_LIBRE_BURST);
	CU_ASSERT_EQUAL(count(text, "warn libre: said text=\"tls: "),
			LOG_LIBRE_BURST);
	CU_ASSERT_EQUAL(count(text, "\n"), LOG_LIBRE_BURST);
	CU_ASSERT_PTR_NULL(strstr(text, "\x1b"));
}


static void tells_how_much_was_left_out(void)
{
	char text[4096];

	log_libre_start();
	now_ms += 2 * LOG_LIBRE_INTERVAL_MS;
	warn(text, sizeof(text), LOG_LIBRE_BURST + 5);
	now_ms += LOG_LIBRE_INTERVAL_MS - 1;
	warn(text, sizeof(text), 1);
	CU_ASSERT_STRING_EQUAL(text, "");
	now_ms += 1;
	warn(text, sizeof(text), 2);
	CU_ASSERT_EQUAL(count(text, "warn libre: more lines=6\n"), 1);
	CU_ASSERT_EQUAL(count(text, "said"), 2);
}


static CU_TestInfo tests[] = {
	{"says little, on one line", says_little_and_on_one_line},
	{"tells how much was left out", tells_how_much_was_left_out},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(log_libre, tests)
