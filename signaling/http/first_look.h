/**
 * @file signaling/http/first_look.h  Waits for what tells what a connection is
 *
 * What comes is looked at and not read: whoever the connection is for finds it
 * as it came. The socket is polled for as many bytes as tell more
 * (SO_RCVLOWAT), so that one that has sent a few does not turn the loop. On
 * the thread of the loop that it was made on.
 */
#ifndef PARLEY_SIGNALING_HTTP_FIRST_LOOK_H
#define PARLEY_SIGNALING_HTTP_FIRST_LOOK_H

#include "mixer/base/re.h"

enum {
	/** So long it may take, as the head of a request may */
	FIRST_LOOK_MS = 10000,
};

struct first_look;

/**
 * It is known; called once, and may free the look
 *
 * @param fd    The handler's; -1: it was closed, for it is nothing of ours,
 *              ended or took too long
 * @param ufrag Of the check of ICE it begins with, valid during the call;
 * NULL: it begins with something else
 */
typedef void(first_look_h)(int fd, const struct pl *ufrag, void *arg);

/**
 * Begin. The handler is not called from within
 *
 * @param fd Non-blocking; taken, also on failure
 * @return 0, ENOMEM, ...; mem_deref() closes it if it is not known yet
 */
int first_look_alloc(struct first_look **lp, int fd, first_look_h *h,
		     void *arg);

#endif
