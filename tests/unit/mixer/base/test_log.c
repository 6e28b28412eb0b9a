/**
 * @file test_log.c  Nothing of a peer forges a log line
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/log.h"
#include "mixer/base/log_libre.h"
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


static void libre_says_little_and_on_one_line(void)
{
	FILE *file = tmpfile();
	int stderr_fd = dup(STDERR_FILENO);
	char text[4096] = "", *p = text;
	struct tls *tls = NULL;
	unsigned lines = 0;
	size_t n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_FATAL(dup2(fileno(file), STDERR_FILENO) >= 0);
	log_libre_start();
	/* a method that it does not know makes it warn */
	for (unsigned i = 0; i < 3 * LOG_LIBRE_BURST; i++)
		CU_ASSERT(tls_alloc(&tls, (enum tls_method)99, NULL, NULL));
	(void)dup2(stderr_fd, STDERR_FILENO);
	(void)close(stderr_fd);

	rewind(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	text[n] = '\0';
	while ((p = strstr(p, "warn libre: said text=\"tls: "))) {
		lines++;
		p++;
	}
	CU_ASSERT_EQUAL(lines, LOG_LIBRE_BURST);
	CU_ASSERT_PTR_NULL(strstr(text, "\x1b"));
}


static CU_TestInfo tests[] = {
	{"escapes controls and quotes", escapes_controls_and_quotes},
	{"truncates to fit", truncates_to_fit},
	{"libre says little, on one line", libre_says_little_and_on_one_line},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(log, tests)
