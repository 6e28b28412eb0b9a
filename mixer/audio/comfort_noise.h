/**
 * @file mixer/audio/comfort_noise.h  Comfort noise (RFC 3389)
 *
 * Level and spectrum of the far end's background while it sends nothing.
 * Private to mixer/audio, embedded and zeroed by its owner; media thread.
 */
#ifndef PARLEY_MIXER_AUDIO_COMFORT_NOISE_H
#define PARLEY_MIXER_AUDIO_COMFORT_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COMFORT_NOISE_ORDER_MAX = 12 };

struct comfort_noise {
	bool active;
	unsigned order;
	float reflection[COMFORT_NOISE_ORDER_MAX];
	float state[COMFORT_NOISE_ORDER_MAX + 1];
	float gain;   /**< of the excitation now */
	float wanted; /**< what it moves to */
	uint32_t seed;
};

/** A CN payload came into its time. @return 0, EBADMSG when empty */
int comfort_noise_set(struct comfort_noise *c, const uint8_t *payload,
		      size_t len);

/** Make some */
void comfort_noise_run(struct comfort_noise *c, int16_t *pcm, size_t samples);

#endif
