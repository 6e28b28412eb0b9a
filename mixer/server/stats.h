/**
 * @file mixer/server/stats.h  The reply to "stats"
 */
#ifndef PARLEY_MIXER_SERVER_STATS_H
#define PARLEY_MIXER_SERVER_STATS_H

#include <jansson.h>
#include <stdint.h>

struct mixer;

enum {
	/** Legs in one reply: it must fit a datagram of the link */
	STATS_LEGS_MAX = 120,
};

/**
 * Totals, and the legs whose id is above `after`, ascending
 *
 * @return new reference; NULL without memory. "more" is true when legs were
 *         left for another request
 */
json_t *stats_json(const struct mixer *mixer, uint64_t after);

#endif
