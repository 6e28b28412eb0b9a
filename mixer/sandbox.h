/**
 * @file mixer/sandbox.h  What the mixer may still do once it runs
 *
 * It parses what strangers send. After start-up it gives up what it does not
 * need: new privileges, files, programs, other kinds of sockets. Called once,
 * on the main thread, when all threads exist.
 */
#ifndef PARLEY_MIXER_SANDBOX_H
#define PARLEY_MIXER_SANDBOX_H

#include <stdbool.h>

/**
 * Raise RLIMIT_NOFILE to its hard limit and forbid core dumps of keys
 *
 * @return descriptors that may be open
 */
unsigned sandbox_limits(void);

/** Raise the thread's priority if that is permitted; false if it is not */
bool sandbox_priority(void);

/** No new privileges, and system calls by a list. @return 0 or errno */
int sandbox_enter(void);

#endif
