/**
 * @file mixer/audio/announcement.h  What the mixer can say
 *
 * Words for people at a telephone, who have no page to read. They are spoken
 * when Parley is built (conf/announcements.txt) and are part of the program:
 * a mixer has given up its files when it is asked for one. Read-only; any
 * thread.
 */
#ifndef PARLEY_MIXER_AUDIO_ANNOUNCEMENT_H
#define PARLEY_MIXER_AUDIO_ANNOUNCEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mixer/audio/codec.h"

enum announcement_id {
	ANNOUNCEMENT_FIRST, /**< nobody else has come yet */
	ANNOUNCEMENT_ALONE, /**< everybody else has gone */
	ANNOUNCEMENT_COUNT,
};

/** By its name in conf/announcements.txt; ANNOUNCEMENT_COUNT: there is none */
enum announcement_id announcement_by_name(const char *name);

/** One that is being said; zeroed: none. Embedded by its owner */
struct announcement {
	const int16_t *pcm; /**< at ANNOUNCEMENT_RATE_HZ; NULL: none */
	size_t samples, at;
	struct resample *resample;
	bool fades; /**< the next tick is its last */
};

/** Begin one; another one under way ends. @return 0 or ENOMEM */
int announcement_begin(struct announcement *a, enum announcement_id id);

/** Say a tick of it, if one is under way: added to AUDIO_TICK_SAMPLES at
 *  `sum`. Allocates nothing */
void announcement_add(struct announcement *a, int32_t *sum);

/** What it says is not true any more: it ends within a tick, not with a click
 */
void announcement_fade(struct announcement *a);

/** One is under way */
static inline bool announcement_is_on(const struct announcement *a)
{
	return a->pcm != NULL;
}

/** It says nothing more, and holds nothing */
void announcement_end(struct announcement *a);

#endif
