/**
 * @file focus/privileges/run_as.h  The user that a parleyd started as root
 * becomes
 *
 * Root binds ports and reads keys; what strangers send is read by somebody who
 * may do neither. Two capabilities can be handed on to the programs that it
 * starts: mixers whose port only root may bind, and that raise their priority.
 * Main thread, while there is no other.
 */
#ifndef PARLEY_FOCUS_PRIVILEGES_RUN_AS_H
#define PARLEY_FOCUS_PRIVILEGES_RUN_AS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { RUN_AS_NAME_MAX = 32 };

/** Who it is; zeroed: as it is started */
struct run_as {
	bool changes; /**< it is root now, and is to be: */
	uid_t uid;
	gid_t gid;
	char name[RUN_AS_NAME_MAX + 1];
};

/**
 * Look a user up, in the files and services of the system; may block
 *
 * @param name Name or number; "" : parley if there is one, else nobody;
 *             "root": it stays root. Nobody but root becomes anybody: then it
 *             is not looked up
 * @return 0, also where nobody is named and this root may become nobody;
 *         ENOENT no such user; EPERM this root may not become it
 */
int run_as_find(struct run_as *who, const char *name);

/**
 * Become it: no other groups, no capabilities but `keep`, not to be had back.
 * Those are effective only in programs that are executed. Where that user is
 * not to be had (a container that has root alone) the capabilities go all the
 * same. Safe between fork() and exec().
 *
 * @param keep Capabilities by number, 1 << CAP_x
 * @return 0 or errno of the first thing that did not work
 */
int run_as_become(const struct run_as *who, uint64_t keep);

/**
 * Give a folder and our files in it to that user, before it is become. Only
 * where all that is in it is ours, or of no weight (lost+found, names with a
 * dot): a folder that others use, or that somebody named by mistake, stays
 * whose it is. The folder itself may be reached by a link of root's; in it
 * none is followed, and a file that has another name elsewhere, or that is a
 * third user's, is left, with a line in the log.
 *
 * @param ours  Patterns of file names (fnmatch(3)), NULL at the end
 * @return 0; ENOTEMPTY there is something else in it; EPERM anybody may write
 *         in it (/tmp); EBUSY it is another user's home; errno
 */
int run_as_give(const struct run_as *who, const char *folder,
		const char *const ours[]);

#endif
