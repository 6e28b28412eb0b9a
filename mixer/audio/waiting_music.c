/**
 * @file mixer/audio/waiting_music.c  Soft music for who waits for others
 */
#include <math.h>
#include <string.h>
#include "mixer/audio/waiting_music.h"


enum {
	/* Each chord begins so long after the one before it */
	CHORD_TICKS = 4000 / AUDIO_TICK_MS,
	/* and is the only one in the middle of that */
	SOUND_TICKS = 2 * CHORD_TICKS,
};

/* Of one voice; all of them together are at -32 dBov */
#define VOICE_PEAK 580.0f

/* Hz: C major 7, A minor 7, F major 7, G 6, from c' up */
static const float chords[][WAITING_MUSIC_VOICES] = {
	{261.63f, 329.63f, 392.00f, 493.88f},
	{261.63f, 329.63f, 392.00f, 440.00f},
	{261.63f, 349.23f, 440.00f, 523.25f},
	{293.66f, 329.63f, 392.00f, 493.88f},
};

enum { CHORDS = sizeof(chords) / sizeof(chords[0]) };


static void begin_chord(struct waiting_music *m, size_t slot, size_t chord)
{
	for (size_t i = 0; i < WAITING_MUSIC_VOICES; i++) {
		float w = 2.0f * (float)M_PI * chords[chord][i] /
			  (float)AUDIO_RATE_HZ;

		m->voices[slot][i].re = 1.0f;
		m->voices[slot][i].im = 0.0f;
		m->voices[slot][i].cos = cosf(w);
		m->voices[slot][i].sin = sinf(w);
	}
}


/* Silent at the chord's first tick and after its last one */
static float loudness(uint64_t age)
{
	float x = (float)M_PI * (float)age / (float)SOUND_TICKS;

	return VOICE_PEAK * sinf(x) * sinf(x);
}


static void add_chord(struct waiting_music *m, size_t slot, uint64_t age,
		      float *sum)
{
	const float from = loudness(age);
	const float step = (loudness(age + 1) - from) / AUDIO_TICK_SAMPLES;

	for (size_t v = 0; v < WAITING_MUSIC_VOICES; v++) {
		float re = m->voices[slot][v].re, im = m->voices[slot][v].im;
		const float c = m->voices[slot][v].cos;
		const float s = m->voices[slot][v].sin;

		for (size_t i = 0; i < AUDIO_TICK_SAMPLES; i++) {
			float next = re * c - im * s;

			im = re * s + im * c;
			re = next;
			sum[i] += im * (from + step * (float)i);
		}
		m->voices[slot][v].re = re;
		m->voices[slot][v].im = im;
	}
}


void waiting_music_run(struct waiting_music *m, int16_t *pcm)
{
	uint64_t age = m->tick % CHORD_TICKS;
	size_t chord = m->tick / CHORD_TICKS;
	float sum[AUDIO_TICK_SAMPLES] = {0};

	if (!age)
		begin_chord(m, chord % WAITING_MUSIC_CHORDS, chord % CHORDS);

	add_chord(m, chord % WAITING_MUSIC_CHORDS, age, sum);
	if (chord)
		add_chord(m, (chord + 1) % WAITING_MUSIC_CHORDS,
			  age + CHORD_TICKS, sum);

	for (size_t i = 0; i < AUDIO_TICK_SAMPLES; i++)
		pcm[i] = (int16_t)lrintf(sum[i]);
	m->tick++;
}
