/**
 * @file mixer/server/durations.c  How long things took, in a fixed room
 */
#include <stddef.h>
#include "mixer/server/durations.h"


enum { OCTAVE = 8 };


static size_t step_of(uint64_t us)
{
	size_t shift = 0;

	while (us >> shift >= 2 * OCTAVE)
		shift++;

	if (us >= OCTAVE)
		us = (us >> shift) + shift * OCTAVE;

	return us < DURATION_STEPS ? (size_t)us : DURATION_STEPS - 1;
}


/** The longest that falls into it */
static uint64_t step_us(size_t step)
{
	size_t shift = step < OCTAVE ? 0 : step / OCTAVE - 1;

	return ((uint64_t)(step - shift * OCTAVE + 1) << shift) - 1;
}


void durations_add(struct durations *d, uint64_t us)
{
	d->steps[step_of(us)]++;
	d->count++;
	if (us > d->max_us)
		d->max_us = us;
}


uint64_t durations_percentile(const struct durations *d, unsigned percent)
{
	uint64_t sum = 0;

	for (size_t i = 0; i + 1 < DURATION_STEPS && d->count; i++) {
		sum += d->steps[i];
		if (sum * 100 >= d->count * percent) {
			uint64_t us = step_us(i);

			return us < d->max_us ? us : d->max_us;
		}
	}

	return d->max_us;
}
