/**
 * @file focus/parleyd/options.h  What parleyd is told on its command line
 */
#ifndef PARLEY_FOCUS_PARLEYD_OPTIONS_H
#define PARLEY_FOCUS_PARLEYD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct config;
struct config_error;

enum { OVERRIDES_MAX = 64 };

/** Its words are argv's */
struct options {
	const char *file; /**< NULL: none */
	const char *overrides[OVERRIDES_MAX];
	size_t override_count;
	bool check; /**< the configuration, and exit */
};

/**
 * Read them; what is asked for by one of them alone (help) is printed, and
 * what is wrong
 *
 * @param o Zeroed
 * @return -1: go on; else the exit status
 */
int options_read(struct options *o, int argc, char *argv[]);

/**
 * The configuration that they name, as it is now
 *
 * @param cp    Set to it; free with mem_deref()
 * @param error Says what is wrong
 * @return 0 or errno
 */
int options_load(struct config **cp, const struct options *o,
		 struct config_error *error);

/**
 * What policy_check() says, with its place
 *
 * @param words As it says it, "key: words"; NULL: it had no memory
 * @param which As it says it
 * @param dst   Gets "FILE:LINE: key: words"
 */
void options_tell_policy(const struct config *c, const char *words,
			 size_t which, char *dst, size_t size);

#endif
