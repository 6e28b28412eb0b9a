/**
 * @file focus/mixers/mixers_private.h  A slot, and the mixer that is in it
 */
#ifndef PARLEY_FOCUS_MIXERS_MIXERS_PRIVATE_H
#define PARLEY_FOCUS_MIXERS_MIXERS_PRIVATE_H

#include <sys/types.h>
#include "focus/mixers/mixers.h"
#include "mixer/base/clock.h"
#include "mixer/mp/protocol.h"

enum mixer_state {
	MIXER_EMPTY,    /**< nothing in the slot */
	MIXER_STARTING, /**< has a link, no hello yet */
	MIXER_UP,
	MIXER_DYING,   /**< killed, not reaped */
	MIXER_PAUSING, /**< next start is on the timer */
};

struct mixer {
	struct mixers *mixers;
	unsigned index;
	enum mixer_state state;
	struct link *link;
	int fd; /**< the link's, to shut it down */
	pid_t pid;
	struct mixer_output *output; /**< of its process; NULL: none */
	bool own;        /**< we start the processes in this slot */
	bool died_young; /**< the one before this did */
	bool lied;       /**< it is about to be closed */
	struct tmr tmr;  /**< ping, reaping or pause, by state */
	uint64_t started_ms, watched_ms, pause_ms;
	uint64_t events_us; /**< when its events of up to now were due */
	unsigned legs, deaths;
	struct mixer_capabilities capable;
};

struct mixers {
	const struct config *config;
	struct mixers_handlers h;
	struct hash *ufrags; /**< struct mixer_ufrag */
	char listen[96];     /**< ice.listen as it is told, "": not */
	unsigned count;
	struct mixer slot[];
};

static inline uint64_t mixers_now_ms(void)
{
	return clock_us() / 1000;
}

/** Start a process in it; where that cannot be, again after a pause */
void mixer_slot_start(struct mixer *m);

/** Tell one that is up at which ports somebody listens for it */
void mixer_tell_tcp_ports(struct mixer *m);

/**
 * Put a far end into it
 *
 * @param pid Of its process, 0: it has none of ours
 * @return 0, or errno: fd is still the caller's
 */
int mixer_slot_adopt(struct mixer *m, int fd, pid_t pid);

#endif
