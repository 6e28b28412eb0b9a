/**
 * @file mixer/audio/bus.c  The sum, N-1 and gains
 *
 * Loops of constant length without branches, so that -O2 vectorises them.
 */
#include <math.h>
#include <string.h>
#include "mixer/audio/bus.h"


enum {
	GAIN_MIN_DB = -60, /**< and below: silence */
	GAIN_MAX_DB = 20,
};


void audio_bus_clear(struct audio_bus *bus)
{
	memset(bus, 0, sizeof(*bus));
}


void audio_bus_add(struct audio_bus *bus, const int16_t *pcm)
{
	for (int i = 0; i < AUDIO_TICK_SAMPLES; i++)
		bus->sum[i] += pcm[i];
	bus->inputs++;
}


void audio_bus_minus(const struct audio_bus *restrict bus,
		     const int16_t *restrict own, int32_t *restrict out)
{
	if (!own) {
		memcpy(out, bus->sum, sizeof(bus->sum));
		return;
	}

	for (int i = 0; i < AUDIO_TICK_SAMPLES; i++)
		out[i] = bus->sum[i] - own[i];
}


void audio_gain_init(struct audio_gain *g)
{
	g->now = g->goal = 1;
}


void audio_gain_set(struct audio_gain *g, float db, bool muted)
{
	/* written so that NaN is silence */
	if (muted || !(db > GAIN_MIN_DB))
		g->goal = 0;
	else
		g->goal = powf(10, (db > GAIN_MAX_DB ? GAIN_MAX_DB : db) / 20);
}


static bool any_sound(const int16_t *pcm)
{
	int any = 0;

	for (int i = 0; i < AUDIO_TICK_SAMPLES; i++)
		any |= pcm[i];

	return any != 0;
}


bool audio_gain_apply(struct audio_gain *g, int16_t *pcm)
{
	const float from = g->now;
	const float step = (g->goal - g->now) / AUDIO_TICK_SAMPLES;

	g->now = g->goal;

	if (from == 1 && step == 0)
		return any_sound(pcm);

	if (from == 0 && step == 0) {
		memset(pcm, 0, AUDIO_TICK_SAMPLES * sizeof(*pcm));
		return false;
	}

	for (int i = 0; i < AUDIO_TICK_SAMPLES; i++) {
		float v = pcm[i] * (from + step * (float)(i + 1));

		v = v > 32767 ? 32767 : v < -32768 ? -32768 : v;
		pcm[i] = (int16_t)(int32_t)v;
	}

	return any_sound(pcm);
}
