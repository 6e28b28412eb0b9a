/**
 * @file signaling/http/acceptor.h  Accepts the connections of a listening
 * socket
 *
 * Of any family. Where the process, the host or the kernel has nothing left
 * for another connection (EMFILE, ENFILE, ENOBUFS, ENOMEM) accept() fails and
 * the socket stays readable: the loop would turn as fast as it can. Then it is
 * not polled for ACCEPTOR_PAUSE_MS; who waits is accepted when there is room
 * again. Logged once when that begins and once when it is over. On the thread
 * of the loop that it was made on.
 */
#ifndef PARLEY_SIGNALING_HTTP_ACCEPTOR_H
#define PARLEY_SIGNALING_HTTP_ACCEPTOR_H

#include <stdint.h>
#include "mixer/base/re.h"

enum { ACCEPTOR_PAUSE_MS = 250 };

struct acceptor;

/**
 * A connection has come
 *
 * @param fd   Non-blocking, close-on-exec; the handler's
 * @param peer Its address; unset for a Unix socket
 */
typedef void(acceptor_h)(int fd, const struct sa *peer, void *arg);

/**
 * Begin
 *
 * @param ap   Set; mem_deref() ends it and closes the socket
 * @param fd   Listening, non-blocking; taken, also on failure
 * @param name Of it for the log; borrowed
 * @return 0, EINVAL, ENOMEM, ...
 */
int acceptor_alloc(struct acceptor **ap, int fd, const char *name,
		   acceptor_h *h, void *arg);

/** How often it had to pause */
uint64_t acceptor_pauses(const struct acceptor *a);

#endif
