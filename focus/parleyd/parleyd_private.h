/**
 * @file focus/parleyd/parleyd_private.h  What the checks of -t share
 *
 * Of check*.c alone. Nothing of it runs in a parleyd that serves. Main thread.
 */
#ifndef PARLEY_FOCUS_PARLEYD_PARLEYD_PRIVATE_H
#define PARLEY_FOCUS_PARLEYD_PARLEYD_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "focus/config/config.h"

enum { CHECK_HELD_MAX = 1024 };

/** A check that is under way */
struct check {
	const struct config *c;
	unsigned problems;
	pid_t running;      /**< parleyd that serves control_socket, 0: none */
	struct check_held { /**< what would be bound, until the end */
		int fd;
		const char *key;
		size_t i;
	} held[CHECK_HELD_MAX];
	size_t held_count;
};

/**
 * Say what is wrong with a value
 *
 * @param i Which of those of a list
 */
__attribute__((format(printf, 4, 5))) void check_problem(struct check *k,
							 const char *key,
							 size_t i,
							 const char *fmt, ...);

/** The same of what may be as it is */
__attribute__((format(printf, 4, 5))) void
check_note(struct check *k, const char *key, size_t i, const char *fmt, ...);

/** Addresses and ports of listeners and media: are they there, and free? */
void check_ports(struct check *k);

/** Who has a socket */
struct check_holder {
	pid_t pid; /**< 0: it cannot be found out */
	pid_t parent;
	char name[32];
};

/**
 * Find out who has bound an address, from /proc
 *
 * @param h   Filled
 * @param udp Else it listens by TCP
 * @param sa  With its port
 * @return false: nobody is seen to
 */
bool check_holder_find(struct check_holder *h, bool udp, const struct sa *sa);

#endif
