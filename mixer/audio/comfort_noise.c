/**
 * @file mixer/audio/comfort_noise.c  White noise through a lattice filter
 */
#include <errno.h>
#include <math.h>
#include "mixer/audio/comfort_noise.h"


enum {
	LEVEL_MASK = 0x7f,
	/** A reflection coefficient of zero (RFC 3389 section 3.2) */
	REFLECTION_ZERO = 127,
};

/** Root mean square of uniform noise in -1..1 */
static const float uniform_rms = 0.57735f;


int comfort_noise_set(struct comfort_noise *c, const uint8_t *payload,
		      size_t len)
{
	float power = 1;

	if (!len)
		return EBADMSG;

	c->order = len - 1 < COMFORT_NOISE_ORDER_MAX ? (unsigned)(len - 1)
						     : COMFORT_NOISE_ORDER_MAX;

	for (unsigned i = 0; i < c->order; i++) {
		float k = (float)(payload[1 + i] - REFLECTION_ZERO) * 258 /
			  32768;

		/* 255 is not a legal index and would be unstable */
		k = k > 0.99f ? 0.99f : k < -0.99f ? -0.99f : k;
		c->reflection[i] = k;
		power *= 1 - k * k;
	}

	c->wanted = 32768 * powf(10, -(float)(payload[0] & LEVEL_MASK) / 20) /
		    uniform_rms * sqrtf(power);
	c->active = true;

	return 0;
}


static float excitation(struct comfort_noise *c)
{
	c->seed = c->seed * 1664525u + 1013904223u;

	return (float)(int32_t)c->seed / 2147483648.0f;
}


/** All-pole lattice: stable while every |k| < 1 */
static float synthesize(struct comfort_noise *c, float v)
{
	for (unsigned i = c->order; i-- > 0;) {
		v -= c->reflection[i] * c->state[i];
		c->state[i + 1] = c->state[i] + c->reflection[i] * v;
	}
	c->state[0] = v;

	return v;
}


void comfort_noise_run(struct comfort_noise *c, int16_t *pcm, size_t samples)
{
	for (size_t i = 0; i < samples; i++) {
		float v;

		c->gain += (c->wanted - c->gain) * 0.005f;
		v = synthesize(c, excitation(c) * c->gain);
		v = v > 32767 ? 32767 : v < -32768 ? -32768 : v;

		pcm[i] = (int16_t)(int32_t)v;
	}
}
