/**
 * @file focus/parleyd/privileges.h  What parleyd gives up before it takes
 * calls
 *
 * Started as root it becomes a user (run_as) with no capability but those that
 * its mixers make use of; started by anybody it denies itself the system calls
 * of focus/privileges/system_calls.h. Main thread, before there is another.
 */
#ifndef PARLEY_FOCUS_PARLEYD_PRIVILEGES_H
#define PARLEY_FOCUS_PARLEYD_PRIVILEGES_H

struct config;

/**
 * Find the user, and hold the mixers' program open for it
 *
 * @param c Its `user` is set
 * @return 0; ENOENT, EPERM: there is no such user as run_as, or it cannot be
 *         become
 */
int privileges_begin(struct config *c);

/**
 * Ports are bound, keys are read, files are open: give up what is left, and
 * data_dir to the user. What does not work is logged, and which files could
 * not be read again by SIGHUP
 *
 * @param file Of the configuration, NULL: none
 * @return 0, also where no user was named and none can be become (a container
 *         that has root alone); errno
 */
int privileges_give_up(const struct config *c, const char *file);

#endif
