/**
 * @file test_mixer_output.c  What a media server's process writes
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "focus/mixers/mixer_output.h"
#include "mixer/base/log.h"
#include "mixer/base/re.h"
#include "tests/unit/clock.h"
#include "tests/unit/focus/mixers/mixers_world.h"
#include "tests/unit/said.h"
#include "tests/unit/unit.h"


enum { LINE_BYTES = 100, KIB = 1024 };

static struct pipe_end {
	struct mixer_output *output;
	int fd;
	struct said said;
} writer;


static void writer_open(void)
{
	int fds[2] = {-1, -1};

	CU_ASSERT_EQUAL_FATAL(mixer_output_pipe(fds), 0);
	CU_ASSERT_EQUAL_FATAL(mixer_output_alloc(&writer.output, 3, fds[0]),
			      0);
	writer.fd = fds[1];
	unit_clock.still = true;
	said_begin(&writer.said);
}


static void writer_close(void)
{
	(void)close(writer.fd);
	writer.output = mem_deref(writer.output);
	unit_clock.still = false;
	said_end(&writer.said);
}


static void say(const char *text)
{
	(void)!write(writer.fd, text, strlen(text));
}


static size_t said_bytes(void)
{
	return (size_t)lseek(fileno(writer.said.file), 0, SEEK_END);
}


static void lines_are_passed_on_without_controls(void)
{
	writer_open();
	say("info main: started\nhalf a ");
	world_pass(1);
	say("line\n\033[2Jcleared\r\n");
	world_pass(1);
	say("and the last words");
	writer_close();
	CU_ASSERT_STRING_EQUAL(writer.said.text,
			       "info main: started\nhalf a line\n"
			       "?[2Jcleared?\nand the last words\n");
}


/** A library in a loop, or a process that was taken over */
static void a_flood_is_bounded_and_nobody_waits(void)
{
	char line[LINE_BYTES + 1];
	size_t written = 0, bytes;

	memset(line, 'x', sizeof(line));
	line[LINE_BYTES - 1] = '\n';
	line[LINE_BYTES] = '\0';
	writer_open();
	for (unsigned i = 0; i < 1000 * KIB / LINE_BYTES; i++) {
		say(line);
		if (i % 50 == 49)
			world_pass(0);
	}
	bytes = said_bytes();
	CU_ASSERT(bytes >= MIXER_OUTPUT_BURST_BYTES);
	CU_ASSERT(bytes < MIXER_OUTPUT_BURST_BYTES + 4 * KIB);
	for (unsigned s = 0; s < 10; s++) {
		for (unsigned i = 0; i < 10 * KIB / LINE_BYTES; i++)
			say(line);
		world_pass(1000);
	}
	written = said_bytes() - bytes;
	CU_ASSERT(written > 5 * MIXER_OUTPUT_BYTES_PER_S);
	CU_ASSERT(written < 13 * MIXER_OUTPUT_BYTES_PER_S);
	writer_close();

	/* and whoever comes next is heard */
	writer_open();
	say("up\n");
	writer_close();
	CU_ASSERT_STRING_EQUAL(writer.said.text, "up\n");
}


/** They are not passed on, and cost as much to read */
static void empty_lines_count(void)
{
	char text[KIB];
	size_t taken = 0;

	memset(text, '\n', sizeof(text));
	writer_open();
	for (unsigned i = 0; i < 400; i++) {
		if (write(writer.fd, text, sizeof(text)) > 0)
			taken += sizeof(text);
		world_pass(0);
	}
	/* of which the pipe holds some */
	CU_ASSERT(taken >= MIXER_OUTPUT_BURST_BYTES);
	CU_ASSERT(taken < 3 * MIXER_OUTPUT_BURST_BYTES);
	writer_close();
}


static void at_debug_level_much_is_passed_on(void)
{
	const enum log_level before = log_level_get();
	char line[LINE_BYTES + 1];

	memset(line, 'x', sizeof(line));
	line[LINE_BYTES - 1] = '\n';
	line[LINE_BYTES] = '\0';
	log_level_set(LOG_LEVEL_DEBUG);
	writer_open();
	for (unsigned i = 0; i < 200 * KIB / LINE_BYTES; i++) {
		say(line);
		if (i % 50 == 49)
			world_pass(0);
	}
	log_level_set(before);
	CU_ASSERT(said_bytes() > 190 * (size_t)KIB);
	writer_close();
}


static void a_line_without_end_is_cut(void)
{
	char text[3 * MIXER_OUTPUT_LINE_BYTES + 1];

	memset(text, 'y', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	writer_open();
	say(text);
	writer_close();
	CU_ASSERT_EQUAL(said_count(&writer.said, "\n"), 4);
}


static CU_TestInfo tests[] = {
	{"lines are passed on without controls",
	 lines_are_passed_on_without_controls},
	{"a flood is bounded, and nobody waits",
	 a_flood_is_bounded_and_nobody_waits},
	{"empty lines count", empty_lines_count},
	{"at debug level much is passed on", at_debug_level_much_is_passed_on},
	{"a line without end is cut", a_line_without_end_is_cut},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(mixer_output, tests)
