/**
 * @file mixer/prompt/tone.h  Soft tones for who comes and goes
 *
 * Two notes with a soft beginning and a long end: up a fourth for somebody who
 * comes, down for somebody who goes. Half as loud as words. Pure.
 */
#ifndef PARLEY_MIXER_PROMPT_TONE_H
#define PARLEY_MIXER_PROMPT_TONE_H

#include <stddef.h>
#include <stdint.h>

enum {
	TONES = 2,
	/** Samples of one, at PROMPT_RATE_HZ */
	TONE_SAMPLES = 16000 * 45 / 100,
};

/** Names of the prompts that they are: "joined", "left" */
extern const char *const tone_names[TONES];

void tone_make(int16_t pcm[TONE_SAMPLES], size_t tone);

#endif
