/**
 * @file mixer/audio/waiting_music.h  Soft music for who waits for others
 *
 * Made, not played from a file: four chords that fade into each other, quiet
 * enough to talk over, in the band that a telephone carries. Embedded by its
 * owner, zeroed; media thread; no allocation.
 */
#ifndef PARLEY_MIXER_AUDIO_WAITING_MUSIC_H
#define PARLEY_MIXER_AUDIO_WAITING_MUSIC_H

#include <stdint.h>
#include "mixer/audio/codec.h"

enum {
	WAITING_MUSIC_VOICES = 4, /**< of a chord */
	WAITING_MUSIC_CHORDS = 2, /**< that sound at a time */
};

struct waiting_music {
	uint64_t tick;
	/** A rotating phasor a voice */
	struct {
		float re, im, cos, sin;
	} voices[WAITING_MUSIC_CHORDS][WAITING_MUSIC_VOICES];
};

/** The next tick of it. @param pcm AUDIO_TICK_SAMPLES */
void waiting_music_run(struct waiting_music *m, int16_t *pcm);

#endif
