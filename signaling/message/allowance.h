/**
 * @file signaling/message/allowance.h  Token bucket of one flow or session
 *
 * What many may do is counted by their source (signaling/http/limit.h); this
 * is the part that one of them has by himself, kept where he is. Pure; time is
 * an argument.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_ALLOWANCE_H
#define PARLEY_SIGNALING_MESSAGE_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

/** How fast it fills, and how full */
struct allowance_rate {
	unsigned count, seconds; /**< so many in that time */
	unsigned burst;          /**< at once */
};

/** Zeroed it is full */
struct allowance {
	uint64_t used; /**< in parts of which rate.count come back in 1 ms */
	uint64_t at_ms;
};

/**
 * Take so many, all of them or none
 *
 * @param rate   The same each time
 * @param now_ms Monotonic time in milliseconds
 * @return false if there are not so many
 */
bool allowance_take(struct allowance *a, const struct allowance_rate *rate,
		    unsigned count, uint64_t now_ms);

#endif
