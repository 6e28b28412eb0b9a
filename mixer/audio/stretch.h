/**
 * @file mixer/audio/stretch.h  Shorten or lengthen sound without clicks
 *
 * Takes out, or repeats, one pitch period where the signal looks like itself
 * (WSOLA), with a cross-fade. Works on the front of a run of samples at
 * AUDIO_RATE_HZ. Pure functions, private to mixer/audio.
 */
#ifndef PARLEY_MIXER_AUDIO_STRETCH_H
#define PARLEY_MIXER_AUDIO_STRETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	STRETCH_LAG_MIN = 120, /**< 2.5 ms */
	STRETCH_LAG_MAX = 720, /**< 15 ms */
	STRETCH_FADE = 384,    /**< 8 ms */
	/** Samples that must be there */
	STRETCH_NEED = STRETCH_LAG_MAX + STRETCH_FADE + 6,
};

/**
 * Take one period out
 *
 * @param samples Their number; at least STRETCH_NEED, else nothing happens
 * @param force   Even where the signal is not alike
 * @return samples taken out, 0 = no good place
 */
size_t stretch_shorten(int16_t *pcm, size_t samples, bool force);

/**
 * Repeat one period
 *
 * @param pcm Has room for samples + STRETCH_LAG_MAX + 6
 * @return samples put in, 0 = no good place
 */
size_t stretch_lengthen(int16_t *pcm, size_t samples, bool force);

#endif
