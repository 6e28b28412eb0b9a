/**
 * @file mixer/server/durations.h  How long things took, in a fixed room
 *
 * A histogram of eight steps an octave: a percentile is told at most an eighth
 * too large, from a microsecond to two minutes. Zeroed it is empty; there is
 * nothing to free. Media thread.
 */
#ifndef PARLEY_MIXER_SERVER_DURATIONS_H
#define PARLEY_MIXER_SERVER_DURATIONS_H

#include <stdint.h>

enum {
	/** Below 8 us each has its step; 24 octaves follow */
	DURATION_STEPS = 8 + 24 * 8,
};

struct durations {
	uint64_t count;
	uint64_t max_us;
	uint64_t steps[DURATION_STEPS];
};

/** One more */
void durations_add(struct durations *d, uint64_t us);

/**
 * That which so many of a hundred did not exceed
 *
 * @param percent 1..100
 * @return microseconds, rounded up within its step but never above max_us; 0
 *         when nothing was counted
 */
uint64_t durations_percentile(const struct durations *d, unsigned percent);

#endif
