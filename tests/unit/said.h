/**
 * @file said.h  What stands on stderr meanwhile
 */
#ifndef PARLEY_TESTS_SAID_H
#define PARLEY_TESTS_SAID_H

#include <stdio.h>

struct said {
	FILE *file;
	int stderr_fd;
	char text[8192];
};

/** From now on; between the two CUnit has nothing to say */
void said_begin(struct said *said);

/** Up to now: it is in said->text */
void said_end(struct said *said);

/** How often a text stands in it */
unsigned said_count(const struct said *said, const char *what);

#endif
