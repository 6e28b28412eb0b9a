/**
 * @file mixer/prompt/loudness.h  Recorded words as loud as all others
 *
 * Voices differ: in how loud they are, in how long they wait before and after
 * a word. Of the same ilk are prompts that come from one program or recording
 * and from another when both were brought to one active speech level, the
 * mean power of what is speech and no pause (in the manner of ITU-T P.56), and
 * begin and end alike. Pure.
 */
#ifndef PARLEY_MIXER_PROMPT_LOUDNESS_H
#define PARLEY_MIXER_PROMPT_LOUDNESS_H

#include <stddef.h>
#include <stdint.h>

/** What words are brought to, dB below full scale: as loud as people who
 *  speak into a good telephone */
#define PROMPT_LEVEL_DBOV (-20.0)

/** Active speech level of samples at PROMPT_RATE_HZ, dB below full scale
 *  (negative); -96 for silence */
double prompt_level(const int16_t *pcm, size_t samples);

/**
 * Cut what is silent off both ends but for an instant, bring the rest to
 * PROMPT_LEVEL_DBOV (less where it would clip), and let it come and go softly
 *
 * @param samples At PROMPT_RATE_HZ; how many are left
 * @return where in `pcm` they begin
 */
int16_t *prompt_polish(int16_t *pcm, size_t *samples);

#endif
