/**
 * @file mixer/audio/plc.c  Concealment by pitch repetition
 */
#include <math.h>
#include <string.h>
#include "mixer/audio/plc.h"


enum {
	PITCH_MIN_US = 2500,
	PITCH_MAX_US = 15000,
	WINDOW_US = 10000, /**< compared when searching the pitch */
	MERGE_US = 4000,   /**< cross-fade into good samples */
	FADE_START_US = 20000,
	FADE_END_US = 80000,
};


static size_t in_samples(const struct plc *p, unsigned us)
{
	return (size_t)p->rate_hz * us / 1000000;
}


void plc_init(struct plc *p, uint32_t rate_hz)
{
	memset(p, 0, sizeof(*p));
	p->rate_hz = rate_hz;
}


/** Lag at which the end of the history looks most like itself */
static size_t find_pitch(const struct plc *p)
{
	const size_t window = in_samples(p, WINDOW_US);
	const size_t step = p->rate_hz / 8000;
	const int16_t *end = p->history + PLC_HISTORY - window;
	size_t best = in_samples(p, PITCH_MAX_US);
	float best_score = 0;

	for (size_t lag = in_samples(p, PITCH_MIN_US);
	     lag <= in_samples(p, PITCH_MAX_US); lag++) {
		const int16_t *past = end - lag;
		float dot = 0, energy = 1;

		for (size_t i = 0; i < window; i += step) {
			dot += (float)end[i] * past[i];
			energy += (float)past[i] * past[i];
		}
		if (dot > 0 && dot * dot / energy > best_score) {
			best_score = dot * dot / energy;
			best = lag;
		}
	}

	return best;
}


/** Take one period off the end of the history and join its ends: the last
 *  quarter fades into what came before the first sample */
static void start(struct plc *p)
{
	const int16_t *tail;
	size_t fade;

	p->period = find_pitch(p);
	p->offset = 0;
	fade = p->period / 4;
	tail = p->history + PLC_HISTORY - p->period;

	memcpy(p->cycle, tail, p->period * sizeof(*p->cycle));
	for (size_t i = 0; i < fade; i++) {
		size_t at = p->period - fade + i;
		float w = (float)(i + 1) / (float)(fade + 1);

		p->cycle[at] = (int16_t)lrintf(
			(1 - w) * tail[at] +
			w * tail[(ptrdiff_t)i - (ptrdiff_t)fade]);
	}
}


static float fade_at(const struct plc *p, size_t lost)
{
	const size_t from = in_samples(p, FADE_START_US);
	const size_t to = in_samples(p, FADE_END_US);

	if (lost <= from)
		return 1;

	return lost >= to ? 0 : (float)(to - lost) / (float)(to - from);
}


static int16_t next_sample(struct plc *p)
{
	float v = p->cycle[p->offset] * fade_at(p, p->lost);

	p->offset = (p->offset + 1) % p->period;
	p->lost++;

	return (int16_t)lrintf(v);
}


void plc_conceal(struct plc *p, int16_t *pcm, size_t samples)
{
	if (!p->lost)
		start(p);

	for (size_t i = 0; i < samples; i++)
		pcm[i] = next_sample(p);
}


static void remember(struct plc *p, const int16_t *pcm, size_t samples)
{
	if (samples >= PLC_HISTORY) {
		memcpy(p->history, pcm + samples - PLC_HISTORY,
		       sizeof(p->history));
		return;
	}

	memmove(p->history, p->history + samples,
		(PLC_HISTORY - samples) * sizeof(*p->history));
	memcpy(p->history + PLC_HISTORY - samples, pcm,
	       samples * sizeof(*pcm));
}


void plc_good(struct plc *p, int16_t *pcm, size_t samples)
{
	if (p->lost) {
		size_t merge = in_samples(p, MERGE_US);

		if (merge > samples)
			merge = samples;
		for (size_t i = 0; i < merge; i++) {
			float w = (float)(i + 1) / (float)(merge + 1);

			pcm[i] = (int16_t)lrintf(w * pcm[i] +
						 (1 - w) * next_sample(p));
		}
		p->lost = 0;
	}

	remember(p, pcm, samples);
}
