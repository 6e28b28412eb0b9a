/**
 * @file test_mixer_process.c  One parley-mixer process
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "focus/config/config.h"
#include "focus/mixers/mixer_process.h"
#include "tests/unit/unit.h"


static void ports_are_shared_out(void)
{
	static const char *const overrides[] = {"mixers=3",
						"rtp_ports=20001-20020"};
	unsigned min, max, last = 20001;
	struct config_error error;
	struct config *c;

	CU_ASSERT_EQUAL_FATAL(config_load(&c, NULL, overrides, 2, &error), 0);
	for (unsigned i = 0; i < 3; i++) {
		mixer_process_ports(c, i, &min, &max);
		CU_ASSERT_EQUAL(min % 2, 0);
		CU_ASSERT(min >= last && max > min && max <= 20020);
		last = max + 1;
	}
	mem_deref(c);
}


static struct config *with_program(const char *override)
{
	const char *overrides[] = {"mixers=1", override};
	struct config_error error;
	struct config *c = NULL;

	CU_ASSERT_EQUAL_FATAL(config_load(&c, NULL, overrides, 2, &error), 0);

	return c;
}


/** Who cannot be started is no process and no descriptor */
static void what_is_no_program_is_an_error(void)
{
	static const struct {
		const char *override;
		int err;
	} rows[] = {
		{"mixer_program=/nonexistent/mixer", ENOENT},
		{"mixer_program=/dev/null", EACCES},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct config *c = with_program(rows[i].override);
		int fd = -1, output = -1;
		pid_t pid = 0;

		CU_ASSERT_EQUAL(mixer_process_start(c, 0, &fd, &output, &pid),
				rows[i].err);
		CU_ASSERT_EQUAL(fd, -1);
		CU_ASSERT_EQUAL(output, -1);
		CU_ASSERT_EQUAL(pid, 0);
		mem_deref(c);
	}
}


/** The end of the link is how a death is known (focus/mixers/mixers.h) */
static void its_end_closes_the_link(void)
{
	struct config *c = with_program("mixer_program=/bin/true");
	int fd = -1, output = -1, status = 0;
	pid_t pid = 0;
	char byte;

	CU_ASSERT_EQUAL_FATAL(mixer_process_start(c, 0, &fd, &output, &pid),
			      0);
	CU_ASSERT_EQUAL(read(fd, &byte, 1), 0);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT(WIFEXITED(status));
	/* a group of its own: the terminal's ^C is not for it */
	CU_ASSERT_NOT_EQUAL(pid, getpgrp());
	CU_ASSERT_EQUAL(read(output, &byte, 1), 0);
	(void)close(output);
	(void)close(fd);
	mem_deref(c);
}

static CU_TestInfo tests[] = {
	{"ports are shared out", ports_are_shared_out},
	{"what is no program is an error", what_is_no_program_is_an_error},
	{"its end closes the link", its_end_closes_the_link},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(mixer_process, tests)
