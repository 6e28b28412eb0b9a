/**
 * @file mixer/net/sprayers.h  Who sends to many legs from one place
 *
 * Where the SDP tells of no NAT, who speaks first from the signalling's host
 * is believed (mixer/net/media_source.h), and behind a NAT that may be a
 * neighbour, who sends to all ports and wins at each one that opens. But a
 * terminal that is behind a NAT sends to one leg from a port: so who goes from
 * leg to leg and back is none. One that calls again from the same port changes
 * once; SPRAYERS_FREE changes at once are forgiven, and one in
 * SPRAYERS_CHANGE_US for ever.
 *
 * Ask only about sources that were learnt: several legs may be signalled at
 * one place. Places are an address and port, SPRAYERS_MAX of them; where one
 * finds no room, it takes that of who was not heard for longest and is no
 * sprayer, or is taken for none itself.
 *
 * Pure, time is an argument; it allocates nothing. Media thread.
 */
#ifndef PARLEY_MIXER_NET_SPRAYERS_H
#define PARLEY_MIXER_NET_SPRAYERS_H

#include <stdbool.h>
#include <stdint.h>
#include "mixer/base/re.h"

enum {
	/** Changes from one leg to another */
	SPRAYERS_FREE = 4,
	SPRAYERS_CHANGE_US = 10000000,
	/** It is one until it has kept to one leg for so long */
	SPRAYERS_MEMORY_US = 30000000,
	SPRAYERS_MAX = 1024,
	SPRAYERS_WAYS = 4, /**< places in the table that one may have */
};

/** Where media comes from; written by sprayers.c only */
struct sprayer {
	struct sa addr;
	uint64_t leg;      /**< it sent to last; 0: unused */
	uint64_t used_us;  /**< when */
	uint64_t paid_us;  /**< until when its changes are paid for */
	uint64_t until_us; /**< it is one, if `spraying` */
	bool spraying;
};

/** All of a mixer; zeroed is ready */
struct sprayers {
	struct sprayer places[SPRAYERS_MAX];
};

/**
 * A packet came from there to that leg. Is it a sprayer's?
 *
 * @param leg Not 0
 */
bool sprayers_heard(struct sprayers *all, const struct sa *src, uint64_t leg,
		    uint64_t now_us);

#endif
