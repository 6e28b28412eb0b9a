/**
 * @file signaling/http/limit.h  Token bucket for each source address
 *
 * A source is a host: an IPv4 address or an IPv6 /64 (mixer/base/host_key.h).
 * The table is bounded: the source seen longest ago makes room. Time is an
 * argument.
 */
#ifndef PARLEY_SIGNALING_HTTP_LIMIT_H
#define PARLEY_SIGNALING_HTTP_LIMIT_H

#include "mixer/base/re.h"

enum { LIMIT_SOURCES_MAX = 8192, LIMIT_BURST_MIN = 10 };

/** How fast a bucket fills, and how full */
struct limit_rate {
	unsigned count, seconds; /**< so many in that time; 0: no limit */
	unsigned burst;          /**< at once; at least `count` and
				      LIMIT_BURST_MIN it is anyway */
};

struct limit;

int limit_alloc(struct limit **lp, const struct limit_rate *rate);

/**
 * Take tokens, all of them or none
 *
 * @param now_ms Monotonic time in milliseconds
 * @return false if the source is over its rate
 */
bool limit_take(struct limit *l, const struct sa *source, unsigned count,
		uint64_t now_ms);

/** A limit, and who is free of it */
struct limit_of {
	struct limit *limit; /**< NULL: nobody has one */
	bool (*freeh)(const struct sa *source, const void *arg);
	const void *arg;
};

/** limit_take() of one, now. @return false if the source is over its rate and
 *  not free */
bool limit_of_take(const struct limit_of *of, const struct sa *source);

/** Sources that are known now */
size_t limit_sources(const struct limit *l);

#endif
