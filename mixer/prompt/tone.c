/**
 * @file mixer/prompt/tone.c  Soft tones for who comes and goes
 */
#include <math.h>
#include <string.h>
#include "mixer/prompt/tone.h"
#include "mixer/prompt/wav.h"


enum {
	NOTES = 2,
	/* The second begins so long after the first */
	NOTE_SAMPLES = PROMPT_RATE_HZ * 14 / 100,
	/* until it is as loud as it gets */
	ATTACK_SAMPLES = PROMPT_RATE_HZ * 12 / 1000,
	END_SAMPLES = PROMPT_RATE_HZ / 50,
};

#define AMPLITUDE 2600.0
#define DECAY_S   0.09

const char *const tone_names[TONES] = {"joined", "left"};

/* Hz: e'' and a'' */
static const double notes[TONES][NOTES] = {{659.26, 880.0}, {880.0, 659.26}};


static double loudness(size_t age, size_t left)
{
	double v = exp(-(double)age / PROMPT_RATE_HZ / DECAY_S);

	if (age < ATTACK_SAMPLES)
		v *= sin(M_PI / 2 * (double)age / ATTACK_SAMPLES);
	if (left < END_SAMPLES)
		v *= (double)left / END_SAMPLES;

	return v;
}


void tone_make(int16_t pcm[TONE_SAMPLES], size_t tone)
{
	memset(pcm, 0, TONE_SAMPLES * sizeof(*pcm));
	for (size_t n = 0; n < NOTES; n++) {
		const double w = 2 * M_PI * notes[tone][n] / PROMPT_RATE_HZ;

		for (size_t i = n * NOTE_SAMPLES; i < TONE_SAMPLES; i++) {
			size_t age = i - n * NOTE_SAMPLES;

			pcm[i] = (int16_t)(pcm[i] +
					   lrint(AMPLITUDE *
						 loudness(age,
							  TONE_SAMPLES - i) *
						 sin(w * (double)age)));
		}
	}
}
