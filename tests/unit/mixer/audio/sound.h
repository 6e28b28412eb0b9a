/**
 * @file sound.h  Signals and measures for the audio tests, fixed seeds
 */
#ifndef PARLEY_TESTS_AUDIO_SOUND_H
#define PARLEY_TESTS_AUDIO_SOUND_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define SOUND_PI 3.14159265358979323846

/** `samples` of a sine from sample number `from` on */
static inline void sound_sine(int16_t *pcm, size_t samples, uint64_t from,
			      double hz, double rate, double amplitude)
{
	for (size_t i = 0; i < samples; i++)
		pcm[i] = (int16_t)lrint(
			amplitude *
			sin(2 * SOUND_PI * hz * (double)(from + i) / rate));
}

/** 0..2^31-1 */
static inline uint32_t sound_random(uint32_t *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 1;
}

/** Share of the energy that is at `hz`, 0..1 */
static inline double sound_tone_share(const int16_t *pcm, size_t samples,
				      double hz, double rate)
{
	double c = 0, s = 0, energy = 1e-9;

	for (size_t i = 0; i < samples; i++) {
		double w = 2 * SOUND_PI * hz * (double)i / rate;

		c += pcm[i] * cos(w);
		s += pcm[i] * sin(w);
		energy += (double)pcm[i] * pcm[i];
	}
	return 2 * (c * c + s * s) / ((double)samples * energy);
}

static inline double sound_rms(const int16_t *pcm, size_t samples)
{
	double energy = 0;

	for (size_t i = 0; i < samples; i++)
		energy += (double)pcm[i] * pcm[i];
	return samples ? sqrt(energy / (double)samples) : 0;
}

/** Greatest step between neighbours */
static inline int sound_step(const int16_t *pcm, size_t samples,
			     int16_t before)
{
	int most = 0;

	for (size_t i = 0; i < samples; i++) {
		int d = abs(pcm[i] - (i ? pcm[i - 1] : before));

		most = d > most ? d : most;
	}
	return most;
}

#endif
