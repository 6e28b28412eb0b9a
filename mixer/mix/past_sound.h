/**
 * @file mixer/mix/past_sound.h  The last ticks of a mix's sum
 *
 * An encoder that was idle holds the end of an old sound. It is fed what its
 * listeners just heard, so that the change-over does not click. Embedded in
 * its mix, zeroed; media thread; no allocation.
 */
#ifndef PARLEY_MIXER_MIX_PAST_SOUND_H
#define PARLEY_MIXER_MIX_PAST_SOUND_H

#include <stddef.h>
#include "mixer/audio/bus.h"
#include "mixer/audio/rendition.h"

enum {
	/** Packets of the past that warm up an encoder: with one, Opus is
	 *  off by 8 dB for two frames, with three by 30 dB */
	PAST_PACKETS = 3,
	/** Ticks that are kept: the longest packet has three, the end of one
	 *  before is delayed into them, and one is being written */
	PAST_TICKS = 3 * PAST_PACKETS + 2,
};

struct past_sound {
	int32_t ticks[PAST_TICKS][AUDIO_TICK_SAMPLES];
	size_t next;
};

/** Forget all: silence */
void past_sound_clear(struct past_sound *p);

/** Where the tick that is being mixed is written */
int32_t *past_sound_now(struct past_sound *p);

/** That tick is done: it is the newest of the past */
void past_sound_advance(struct past_sound *p);

/**
 * Feed an encoder the packets before this tick
 *
 * @param limiter      Of the encoder, is fed, too; NULL: it is another's,
 *                     which goes on: what comes out of it is made by a delay
 * @param packet_ticks Ticks of one of its packets, 1..3
 */
void past_sound_warm_up(const struct past_sound *p, struct audio_rendition *r,
			struct audio_limiter *limiter, unsigned packet_ticks);

#endif
