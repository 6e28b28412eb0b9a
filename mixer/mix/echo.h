/**
 * @file mixer/mix/echo.h  What somebody says, to be heard again
 *
 * A second later: what comes sooner one hardly hears beside one's own voice,
 * and a browser's echo canceller would take it away. Of one leg's mix; media
 * thread; a tick does not allocate.
 */
#ifndef PARLEY_MIXER_MIX_ECHO_H
#define PARLEY_MIXER_MIX_ECHO_H

#include <stdint.h>
#include "mixer/audio/codec.h"

struct echo;

enum { ECHO_MS = 1000 };

int echo_alloc(struct echo **ep);

/**
 * A tick
 *
 * @param in  AUDIO_TICK_SAMPLES; NULL: silence
 * @param out Gets those of ECHO_MS ago
 */
void echo_run(struct echo *e, const int16_t *in, int16_t *out);

/** How loud what is said is, forgotten slowly, so that a pause between words
 * is none; -dBov, 127 is silence */
uint8_t echo_level(const struct echo *e);

#endif
