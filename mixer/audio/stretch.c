/**
 * @file mixer/audio/stretch.c  Waveform similarity overlap-add
 */
#include <string.h>
#include "mixer/audio/stretch.h"


enum {
	COARSE = 6, /**< decimation of the first search: 8 kHz */
	COARSE_LENGTH = STRETCH_NEED / COARSE,
	COARSE_WINDOW = STRETCH_FADE / COARSE,
	/** Mean square below which any place will do: -50 dBov */
	QUIET = 100 * 100,
};

static const float similar = 0.6f;
static const float nearly = 0.02f;


/** dot / sqrt(energies) of the fade window against itself `lag` later */
static float similarity(const int16_t *x, size_t lag, size_t window)
{
	float dot = 0, one = 1, two = 1;

	for (size_t i = 0; i < window; i++) {
		float a = x[i], b = x[i + lag];

		dot += a * b;
		one += a * a;
		two += b * b;
	}

	/* squared, with its sign: no root needed to compare */
	return (dot > 0 ? dot * dot : -dot * dot) / (one * two);
}


/** Most similar lag; among those nearly as good the longest, because fewer
 *  cuts are better than many */
static size_t best_coarse(const int16_t *x)
{
	float scores[STRETCH_LAG_MAX / COARSE + 1];
	size_t best = STRETCH_LAG_MAX / COARSE;
	float most = -1;

	for (size_t lag = STRETCH_LAG_MIN / COARSE;
	     lag <= STRETCH_LAG_MAX / COARSE; lag++) {
		scores[lag] = similarity(x, lag, COARSE_WINDOW);
		most = scores[lag] > most ? scores[lag] : most;
	}
	while (scores[best] < most - nearly)
		best--;

	return best;
}


static size_t best_fine(const int16_t *x, size_t from, size_t to, float *score)
{
	size_t best = from;

	*score = -2;
	for (size_t lag = from; lag <= to; lag++) {
		float s = similarity(x, lag, STRETCH_FADE);

		if (s > *score) {
			*score = s;
			best = lag;
		}
	}

	return best;
}


static bool is_quiet(const int16_t *pcm)
{
	int64_t energy = 0;

	for (int i = 0; i < STRETCH_NEED; i++)
		energy += (int32_t)pcm[i] * pcm[i];

	return energy < (int64_t)QUIET * STRETCH_NEED;
}


/** @return the lag to use, 0 = none good enough */
static size_t find_lag(const int16_t *pcm, bool force)
{
	int16_t coarse[COARSE_LENGTH];
	size_t lag, from, to;
	float score;

	for (size_t i = 0; i < COARSE_LENGTH; i++) {
		int sum = 0;

		for (size_t j = 0; j < COARSE; j++)
			sum += pcm[i * COARSE + j];
		coarse[i] = (int16_t)(sum / COARSE);
	}

	lag = COARSE * best_coarse(coarse);
	from = lag < STRETCH_LAG_MIN + COARSE ? STRETCH_LAG_MIN : lag - COARSE;
	to = lag + COARSE > STRETCH_LAG_MAX ? STRETCH_LAG_MAX : lag + COARSE;
	lag = best_fine(pcm, from, to, &score);

	if (force || score >= similar * similar || is_quiet(pcm))
		return lag;

	return 0;
}


/** out[i] goes from a[i] to b[i]; out may be a or b */
static void cross_fade(int16_t *out, const int16_t *a, const int16_t *b)
{
	for (int i = 0; i < STRETCH_FADE; i++) {
		int v = a[i] * (STRETCH_FADE - i) + b[i] * i;

		out[i] = (int16_t)(v / STRETCH_FADE);
	}
}


size_t stretch_shorten(int16_t *pcm, size_t samples, bool force)
{
	size_t lag;

	if (samples < STRETCH_NEED)
		return 0;

	lag = find_lag(pcm, force);
	if (!lag)
		return 0;

	cross_fade(pcm, pcm, pcm + lag);
	memmove(pcm + STRETCH_FADE, pcm + STRETCH_FADE + lag,
		(samples - STRETCH_FADE - lag) * sizeof(*pcm));

	return lag;
}


size_t stretch_lengthen(int16_t *pcm, size_t samples, bool force)
{
	int16_t joint[STRETCH_FADE];
	size_t lag;

	if (samples < STRETCH_NEED)
		return 0;

	lag = find_lag(pcm, force);
	if (!lag)
		return 0;

	cross_fade(joint, pcm + lag, pcm);
	memmove(pcm + lag + STRETCH_FADE, pcm + STRETCH_FADE,
		(samples - STRETCH_FADE) * sizeof(*pcm));
	memcpy(pcm + lag, joint, sizeof(joint));

	return lag;
}
