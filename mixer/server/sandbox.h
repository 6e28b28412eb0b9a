/**
 * @file mixer/server/sandbox.h  What the mixer may still do once it runs
 *
 * It parses what strangers send. After start-up it gives up what it does not
 * need: the superuser, new privileges, files, programs, other kinds of
 * sockets, signals to others. On the main thread, in the order of this header.
 */
#ifndef PARLEY_MIXER_SERVER_SANDBOX_H
#define PARLEY_MIXER_SERVER_SANDBOX_H

#include <stdbool.h>

/**
 * Raise RLIMIT_NOFILE to its hard limit, make room for so many descriptors,
 * and forbid core dumps of keys. Before the first thread starts
 *
 * @return descriptors that may be open
 */
unsigned sandbox_limits(void);

/** Raise the thread's priority if that is permitted; false if it is not */
bool sandbox_priority(void);

/**
 * Have no capabilities, and be nobody instead of root. Before any thread is
 * made, after ports are bound that only root may.
 *
 * @return 0; errno where a root cannot become nobody (a container without
 *         the capability or the user): the rest of the sandbox still holds
 */
int sandbox_privileges(void);

/**
 * Leave nothing of the file system but the fonts, to be read (Landlock);
 * before any thread is made, for it binds those made later
 *
 * @return false where the kernel cannot: sandbox_enter() then closes all
 *         files, and scripts whose font is not open yet have no labels
 */
bool sandbox_files(void);

/**
 * No new privileges, and system calls by a list; when all threads exist
 *
 * @param files sandbox_files() succeeded: files may be opened for reading
 * @return 0 or errno
 */
int sandbox_enter(bool files);

#endif
