/**
 * @file focus/privileges/system_calls.h  What parleyd cannot ask of the kernel
 *
 * A list of what is denied, not of what is allowed as the mixer's is: parleyd
 * starts programs, resolves names and stands on libraries (SQLite, OpenSSL,
 * libc's name services) whose calls change with an update, and an update must
 * not end calls. Denied is what none of them needs and what an intruder goes
 * on with: other processes' memory, kernel interfaces that have been the way
 * to root (bpf, io_uring, userfaultfd, perf, keys, namespaces), mounts,
 * modules, the clock, other users. It holds for the mixers that are started
 * later, beside their own list.
 */
#ifndef PARLEY_FOCUS_PRIVILEGES_SYSTEM_CALLS_H
#define PARLEY_FOCUS_PRIVILEGES_SYSTEM_CALLS_H

#include <stdbool.h>

/**
 * No new privileges by executing anything, and the denied calls fail with
 * EPERM, in all threads. There is no way back. With AddressSanitizer ptrace is
 * left: its search for leaks is done by it.
 *
 * @param users Becoming another user is denied, too. Not where parleyd stays
 *              root: its mixers then become nobody
 * @return 0 or errno: the kernel cannot
 */
int system_calls_deny(bool users);

#endif
