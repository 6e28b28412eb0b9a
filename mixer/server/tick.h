/**
 * @file mixer/server/tick.h  The 20 ms beat of sound
 *
 * A timerfd in libre's loop. Beats are numbered by time, so that numbers go
 * on over pauses and RTP timestamps with them. A late beat is made up for,
 * up to TICK_CATCH_UP of them; more are given up and counted as missed. When
 * stopped there is no timer at all. Media thread.
 */
#ifndef PARLEY_MIXER_SERVER_TICK_H
#define PARLEY_MIXER_SERVER_TICK_H

#include <stdint.h>

enum {
	TICK_US = 20000,
	TICK_CATCH_UP = 5,
	TICK_BUCKETS = 64,
};

struct tick;

struct tick_stats {
	uint64_t ticks, missed;
	uint32_t late_us_p50, late_us_p99, late_us_max;
};

/** @param number The beat's, ascending; may leave some out */
typedef void(tick_h)(uint64_t number, uint64_t now_us, void *arg);

int tick_alloc(struct tick **tp, tick_h *handler, void *arg);

/** Start beating; no effect when it does already. @return 0 or errno */
int tick_start(struct tick *t);
void tick_stop(struct tick *t);

/** Percentiles since start, of how late a beat began */
void tick_stats(const struct tick *t, struct tick_stats *stats);

#endif
