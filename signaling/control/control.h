/**
 * @file signaling/control/control.h  The control socket: JSON lines (Unix,
 * stream)
 *
 * The moderator's way in, for the `parley` command and for scripts. A client
 * sends one command of focus/command/command.h a line and gets one answer a
 * line, in the order of the commands. Who can open the socket may do
 * everything: it is made with mode 0600 in a folder of mode 0700.
 *
 * {"verb":"watch","conference":NAME} (NAME may be left out: all) turns the
 * connection into a stream: {"ok":true}, then one event of
 * focus/conference/event.h a line, a snapshot of every conference first, until
 * either side closes; one that nobody is in yet is waited for. A name that no
 * conference can have is refused instead, as any command. A watcher that does
 * not read is dropped.
 */
#ifndef PARLEY_SIGNALING_CONTROL_CONTROL_H
#define PARLEY_SIGNALING_CONTROL_CONTROL_H

struct control;
struct config;
struct focus;

enum {
	/** Longest command */
	CONTROL_LINE_MAX = 64 * 1024,
	/** Answers that may wait for a client that reads slowly */
	CONTROL_BACKLOG_MAX = 8 * 1024 * 1024,
	CONTROL_CLIENTS_MAX = 256,
	/** Until the first command; empty lines are none */
	CONTROL_FIRST_MS = 30000,
	/** Between commands, while none is waiting for its answer */
	CONTROL_IDLE_MS = 600000,
	/** From first to last byte of a line */
	CONTROL_LINE_MS = 30000,
	/** While answers wait and it reads nothing */
	CONTROL_STALL_MS = 60000,
};

/**
 * Open the socket
 *
 * Ownership: mem_deref() closes all connections and removes the socket; do so
 * before the focus goes.
 *
 * @param config Borrowed: control_socket
 * @param focus  Borrowed
 * @return 0; EADDRINUSE: another parleyd serves it; EACCES etc., with a log
 *         line that names key, path and what to do
 */
int control_alloc(struct control **cp, const struct config *config,
		  struct focus *focus);

#endif
