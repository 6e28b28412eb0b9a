/**
 * @file signaling/limit.h  Token bucket for each source address
 *
 * A source is an IPv4 address or an IPv6 /64. A bucket holds one second's
 * worth of messages (at least BURST_MIN). The table is bounded: the source
 * seen longest ago makes room. Time is an argument.
 */
#ifndef PARLEY_SIGNALING_LIMIT_H
#define PARLEY_SIGNALING_LIMIT_H

#include "mixer/base/re.h"

enum { LIMIT_SOURCES_MAX = 8192, LIMIT_BURST_MIN = 10 };

struct limit;

/** @param per_second Messages a second a source may send; 0: no limit */
int limit_alloc(struct limit **lp, unsigned per_second);

/**
 * Take one token
 *
 * @param now_ms Monotonic time in milliseconds
 * @return false if the source is over its rate
 */
bool limit_take(struct limit *l, const struct sa *source, uint64_t now_ms);

/** Sources that are known now */
size_t limit_sources(const struct limit *l);

#endif
