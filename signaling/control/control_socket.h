/**
 * @file signaling/control/control_socket.h  Where the control socket stands
 *
 * A path in a folder of our own, and whatever was left there. Loop thread.
 */
#ifndef PARLEY_SIGNALING_CONTROL_CONTROL_SOCKET_H
#define PARLEY_SIGNALING_CONTROL_CONTROL_SOCKET_H

#include <stddef.h>

struct config;

/**
 * Bind it and listen. A socket that nobody serves was left by a server that
 * was killed: it is replaced. Its folder is made; when we are to become
 * another user, it is that user's, so that he can take the socket away at the
 * end.
 *
 * @param fdp    Set to the descriptor; close it, then unlink the path
 * @param config control_socket, user
 * @param why    Gets what stands in the way and what to do about it; as it was
 *               when errno alone says it
 * @return 0; EADDRINUSE: another parleyd serves it; EEXIST: it is no socket;
 *         EACCES, EPERM: it, or its folder, is another user's; errno
 */
int control_socket_open(int *fdp, const struct config *config, char *why,
			size_t size);

#endif
