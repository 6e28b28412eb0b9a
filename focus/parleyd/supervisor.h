/**
 * @file focus/parleyd/supervisor.h  What systemd is told of us
 *
 * The protocol of sd_notify(3) for a unit of Type=notify: calls are taken, the
 * configuration is read again, calls are ended, and signs of life for the
 * watchdog. Without a supervisor nothing is said. It is spoken here and not by
 * libsystemd, which would load five more libraries into what strangers reach.
 * Loop thread.
 */
#ifndef PARLEY_FOCUS_PARLEYD_SUPERVISOR_H
#define PARLEY_FOCUS_PARLEYD_SUPERVISOR_H

#include "mixer/base/re.h"

/** Whoever started us and watches */
struct supervisor {
	struct tmr tmr;       /**< the next sign of life */
	uint64_t interval_ms; /**< between two when ready, 0 = none is asked */
	int fd;               /**< connected to it, -1 = there is none */
	bool ready;
};

/**
 * Find the supervisor (NOTIFY_SOCKET) and what its watchdog asks for
 * (WATCHDOG_USEC, WATCHDOG_PID), and take them out of the environment: they
 * are not for the mixers. Signs of life come twice in the watchdog's time and
 * from the loop, so that a loop that hangs gives none. Until
 * supervisor_ready() they move the deadline of the start on: who says when a
 * start has failed is the focus
 *
 * @param s Ends with supervisor_close()
 */
void supervisor_open(struct supervisor *s);

/**
 * Calls are taken from now on
 *
 * @param s Open
 */
void supervisor_ready(struct supervisor *s);

/**
 * The configuration is read again; supervisor_ready() follows
 *
 * @param s Open
 */
void supervisor_reloading(const struct supervisor *s);

/**
 * Calls are being ended
 *
 * @param s Open
 */
void supervisor_stopping(const struct supervisor *s);

/**
 * No more signs of life
 *
 * @param s Open
 */
void supervisor_close(struct supervisor *s);

#endif
