/**
 * @file said.c  What stands on stderr meanwhile
 */
#include <string.h>
#include <unistd.h>
#include "tests/unit/said.h"
#include "tests/unit/unit.h"


void said_begin(struct said *said)
{
	said->file = tmpfile();
	said->stderr_fd = dup(STDERR_FILENO);
	CU_ASSERT_PTR_NOT_NULL_FATAL(said->file);
	CU_ASSERT_FATAL(dup2(fileno(said->file), STDERR_FILENO) >= 0);
}


void said_end(struct said *said)
{
	size_t n;

	(void)dup2(said->stderr_fd, STDERR_FILENO);
	(void)close(said->stderr_fd);
	rewind(said->file);
	n = fread(said->text, 1, sizeof(said->text) - 1, said->file);
	(void)fclose(said->file);
	said->text[n] = '\0';
}


unsigned said_count(const struct said *said, const char *what)
{
	const char *text = said->text;
	unsigned n = 0;

	while ((text = strstr(text, what))) {
		n++;
		text++;
	}

	return n;
}
