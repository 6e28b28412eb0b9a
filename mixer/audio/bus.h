/**
 * @file mixer/audio/bus.h  Sum once, subtract each one's own (N-1)
 *
 * 32-bit sums, exact: what a listener gets is the sum of the others, through
 * a look-ahead limiter of its own. Gains ramp, so mute and volume never
 * click. Media thread; no allocation after alloc.
 */
#ifndef PARLEY_MIXER_AUDIO_BUS_H
#define PARLEY_MIXER_AUDIO_BUS_H

#include <stdbool.h>
#include <stdint.h>
#include "mixer/audio/codec.h"

/** One tick's sum of all talkers */
struct audio_bus {
	int32_t sum[AUDIO_TICK_SAMPLES];
	unsigned inputs;
};

/** Begin a tick: silence, nobody */
void audio_bus_clear(struct audio_bus *bus);
/** Add AUDIO_TICK_SAMPLES of one talker */
void audio_bus_add(struct audio_bus *bus, const int16_t *pcm);

/** out = sum - own (own may be NULL); 32 bits, not limited */
void audio_bus_minus(const struct audio_bus *bus, const int16_t *own,
		     int32_t *out);

/** Gain that moves towards its goal over one tick, without clicks */
struct audio_gain {
	float now, goal;
};

/** @param db -60 and below is silence; 0 is 1.0; at most +20 */
void audio_gain_set(struct audio_gain *g, float db, bool muted);
/** 1.0, at rest */
void audio_gain_init(struct audio_gain *g);

/** Apply in place, saturating. @return false if the result is all silence */
bool audio_gain_apply(struct audio_gain *g, int16_t *pcm);

struct audio_limiter;

enum {
	/** By so much a limiter delays: its look-ahead of 2 ms */
	AUDIO_LIMITER_DELAY_SAMPLES = AUDIO_RATE_HZ / 500,
};

/** One a listener's mix. @return 0 or ENOMEM */
int audio_limiter_alloc(struct audio_limiter **lp);

/** One tick of a sum, brought into 16 bits without clipping; delays by the
 *  look-ahead. Quiet input passes bit-exact */
void audio_limiter_run(struct audio_limiter *l, const int32_t *in,
		       int16_t *out);

#endif
