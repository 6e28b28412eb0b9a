/**
 * @file mixer/prompt/loudness.c  Recorded words as loud as all others
 */
#include <math.h>
#include "mixer/prompt/loudness.h"
#include "mixer/prompt/wav.h"


enum {
	FRAME_SAMPLES = PROMPT_RATE_HZ / 100, /* 10 ms */
	LEAD_FRAMES = 2,                      /* kept before and after */
	FADE_SAMPLES = PROMPT_RATE_HZ / 200,
	PEAK = 29000, /* a dB below full scale */
};

/* A frame so far below the loudest is a pause */
#define PAUSE_DB 30.0

/* below which nothing is heard, dBov */
#define SILENCE_DBOV (-60.0)


static double frame_power(const int16_t *pcm, size_t n)
{
	double energy = 0;

	for (size_t i = 0; i < n; i++)
		energy += (double)pcm[i] * pcm[i];

	return energy / (double)n / 32768.0 / 32768.0;
}


static double loudest(const int16_t *pcm, size_t frames)
{
	double most = 0;

	for (size_t i = 0; i < frames; i++)
		most = fmax(most, frame_power(pcm + i * FRAME_SAMPLES,
					      FRAME_SAMPLES));

	return most;
}


/* Power that a frame of speech has */
static double threshold(const int16_t *pcm, size_t frames)
{
	return fmax(loudest(pcm, frames) / pow(10, PAUSE_DB / 10),
		    pow(10, SILENCE_DBOV / 10));
}


double prompt_level(const int16_t *pcm, size_t samples)
{
	const size_t frames = samples / FRAME_SAMPLES;
	const double least = threshold(pcm, frames);
	double power = 0;
	size_t active = 0;

	for (size_t i = 0; i < frames; i++) {
		double p = frame_power(pcm + i * FRAME_SAMPLES, FRAME_SAMPLES);

		if (p < least)
			continue;
		power += p;
		active++;
	}

	return active ? 10 * log10(power / (double)active) : -96;
}


static int16_t *trim(int16_t *pcm, size_t *samples)
{
	const size_t frames = *samples / FRAME_SAMPLES;
	const double least = threshold(pcm, frames);
	size_t first = frames, last = 0;

	for (size_t i = 0; i < frames; i++) {
		if (frame_power(pcm + i * FRAME_SAMPLES, FRAME_SAMPLES) <
		    least)
			continue;
		first = i < first ? i : first;
		last = i;
	}

	if (first > last)
		return pcm;

	first = first > LEAD_FRAMES ? first - LEAD_FRAMES : 0;
	last += 1 + LEAD_FRAMES;
	if (last < frames)
		*samples = last * FRAME_SAMPLES;
	*samples -= first * FRAME_SAMPLES;

	return pcm + first * FRAME_SAMPLES;
}


static double peak(const int16_t *pcm, size_t samples)
{
	double most = 1;

	for (size_t i = 0; i < samples; i++)
		most = fmax(most, fabs((double)pcm[i]));

	return most;
}


/* 1 but for an instant at each end */
static double fade(size_t i, size_t samples)
{
	size_t edge = i < samples - 1 - i ? i : samples - 1 - i;

	return edge < FADE_SAMPLES ? (double)edge / FADE_SAMPLES : 1;
}


int16_t *prompt_polish(int16_t *pcm, size_t *samples)
{
	double gain;

	pcm = trim(pcm, samples);
	gain = pow(10, (PROMPT_LEVEL_DBOV - prompt_level(pcm, *samples)) / 20);
	gain = fmin(gain, PEAK / peak(pcm, *samples));
	for (size_t i = 0; i < *samples; i++)
		pcm[i] = (int16_t)lrint(pcm[i] * gain * fade(i, *samples));

	return pcm;
}
