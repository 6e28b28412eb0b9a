/**
 * @file mixer/audio/limiter.c  Look-ahead peak limiter
 *
 * The tick is cut into blocks of half a millisecond. The gain is known at
 * the blocks' borders and a straight line between them; at a border it never
 * exceeds what either neighbour block needs, so no sample can clip, and it
 * falls early enough (four blocks of look-ahead) to do so without a step.
 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "mixer/audio/bus.h"
#include "mixer/base/re.h"


enum {
	BLOCK = AUDIO_RATE_HZ / 2000,
	AHEAD = AUDIO_LIMITER_DELAY_SAMPLES / BLOCK, /**< blocks */
	DELAY = AUDIO_LIMITER_DELAY_SAMPLES,
	TICK_BLOCKS = AUDIO_TICK_SAMPLES / BLOCK,
	BLOCKS = AHEAD + TICK_BLOCKS,
	/** Blocks for a full recovery: 200 ms */
	RELEASE_BLOCKS = 400,
};

struct audio_limiter {
	int32_t samples[DELAY + AUDIO_TICK_SAMPLES];
	float needed[BLOCKS]; /**< highest gain each block bears */
	float gain;           /**< at the border before the next block */
};


int audio_limiter_alloc(struct audio_limiter **lp)
{
	struct audio_limiter *l;

	if (!lp)
		return EINVAL;

	l = mem_zalloc(sizeof(*l), NULL);
	if (!l)
		return ENOMEM;

	for (int i = 0; i < BLOCKS; i++)
		l->needed[i] = 1;
	l->gain = 1;
	*lp = l;

	return 0;
}


/** @return true if all of the tick fits 16 bits */
static bool measure(struct audio_limiter *l)
{
	bool fits = true;

	for (int b = AHEAD; b < BLOCKS; b++) {
		const int32_t *in = l->samples + b * BLOCK;
		int32_t peak = 0;

		for (int i = 0; i < BLOCK; i++) {
			int32_t v = in[i] ^ in[i] >> 31;

			peak = v > peak ? v : peak;
		}
		l->needed[b] = peak > 32767 ? 32767.0f / (float)peak : 1;
		fits &= peak <= 32767;
	}

	return fits;
}


static float lower(float a, float b)
{
	return a < b ? a : b;
}


/** Gain at the border after block `b`: recovering, unless the line to some
 *  lower need within sight must already be followed */
static float next_gain(const struct audio_limiter *l, int b)
{
	float gain = lower(1, l->gain + 1.0f / RELEASE_BLOCKS);

	for (int ahead = 1; ahead <= AHEAD; ahead++) {
		float need =
			lower(l->needed[b + ahead - 1], l->needed[b + ahead]);
		float line = l->gain + (need - l->gain) / (float)ahead;

		gain = lower(gain, need < l->gain ? line : need);
	}

	/* rounding of the line must not exceed the need itself */
	return lower(gain, lower(l->needed[b], l->needed[b + 1]));
}


static void apply(const int32_t *in, int16_t *out, float from, float to)
{
	const float step = (to - from) / BLOCK;

	for (int i = 0; i < BLOCK; i++) {
		float v = (float)in[i] * (from + step * (float)i);

		v = v > 32767 ? 32767 : v < -32768 ? -32768 : v;
		out[i] = (int16_t)(int32_t)v;
	}
}


static void copy(const int32_t *in, int16_t *out, int count)
{
	for (int i = 0; i < count; i++)
		out[i] = (int16_t)in[i];
}


static void limit(struct audio_limiter *l, int16_t *out)
{
	for (int b = 0; b < TICK_BLOCKS; b++) {
		float to = next_gain(l, b);

		if (l->gain == 1 && to == 1)
			copy(l->samples + b * BLOCK, out + b * BLOCK, BLOCK);
		else
			apply(l->samples + b * BLOCK, out + b * BLOCK, l->gain,
			      to);
		l->gain = to;
	}
}


static bool at_rest(const struct audio_limiter *l)
{
	for (int b = 0; b < AHEAD; b++) {
		if (l->needed[b] < 1)
			return false;
	}

	return l->gain == 1;
}


void audio_limiter_run(struct audio_limiter *l, const int32_t *in,
		       int16_t *out)
{
	bool fits;

	memcpy(l->samples + DELAY, in, AUDIO_TICK_SAMPLES * sizeof(*in));
	fits = measure(l);

	if (fits && at_rest(l))
		copy(l->samples, out, AUDIO_TICK_SAMPLES);
	else
		limit(l, out);

	memmove(l->samples, l->samples + AUDIO_TICK_SAMPLES,
		DELAY * sizeof(*l->samples));
	memmove(l->needed, l->needed + TICK_BLOCKS,
		AHEAD * sizeof(*l->needed));
}
