/**
 * @file mixer/audio/level.h  Loudness of samples in -dBov (RFC 6464)
 *
 * Pure functions; private to mixer/audio.
 */
#ifndef PARLEY_MIXER_AUDIO_LEVEL_H
#define PARLEY_MIXER_AUDIO_LEVEL_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { AUDIO_LEVEL_SILENT = 127 };

/** Sum of squares */
static inline double audio_energy(const int16_t *pcm, size_t samples)
{
	int64_t sum = 0;

	for (size_t i = 0; i < samples; i++)
		sum += (int32_t)pcm[i] * pcm[i];

	return (double)sum;
}

/** -dBov 0 (a full-scale square wave) .. 127 (silence) of `samples` */
static inline unsigned audio_level(double energy, size_t samples)
{
	double mean, db;

	if (!samples || energy <= 0)
		return AUDIO_LEVEL_SILENT;

	mean = energy / (double)samples / (32768.0 * 32768.0);
	db = -10.0 * log10(mean);

	if (db <= 0)
		return 0;

	return db >= AUDIO_LEVEL_SILENT ? AUDIO_LEVEL_SILENT
					: (unsigned)(db + 0.5);
}

#endif
