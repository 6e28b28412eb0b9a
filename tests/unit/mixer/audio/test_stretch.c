/**
 * @file test_stretch.c  Shorter and longer without clicks
 */
#include <string.h>
#include "mixer/audio/stretch.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"


enum { LENGTH = 2880, ROOM = LENGTH + STRETCH_LAG_MAX + 6 };


static const double pitches[] = {80, 133, 200, 317, 400, 1000};


static void a_tone_keeps_its_shape(void)
{
	for (size_t p = 0; p < sizeof(pitches) / sizeof(pitches[0]); p++) {
		const double hz = pitches[p];
		const int most = (int)(8000 * 2 * SOUND_PI * hz / 48000) + 2;
		int16_t pcm[ROOM];
		size_t n;

		sound_sine(pcm, LENGTH, 0, hz, 48000, 8000);
		n = stretch_shorten(pcm, LENGTH, false);
		CU_ASSERT(n >= STRETCH_LAG_MIN && n <= STRETCH_LAG_MAX);
		CU_ASSERT(sound_step(pcm, LENGTH - n, 0) <= most * 5 / 4);
		CU_ASSERT(sound_tone_share(pcm, LENGTH - n, hz, 48000) > 0.9);

		sound_sine(pcm, LENGTH, 0, hz, 48000, 8000);
		n = stretch_lengthen(pcm, LENGTH, false);
		CU_ASSERT(n >= STRETCH_LAG_MIN && n <= STRETCH_LAG_MAX);
		CU_ASSERT(sound_step(pcm, LENGTH + n, 0) <= most * 5 / 4);
		CU_ASSERT(sound_tone_share(pcm, LENGTH + n, hz, 48000) > 0.9);
	}
}


/** What was there before and after is still there */
static void both_ends_are_untouched(void)
{
	int16_t pcm[ROOM], before[ROOM];
	size_t n;

	sound_sine(before, LENGTH, 0, 200, 48000, 8000);
	memcpy(pcm, before, LENGTH * sizeof(*pcm));
	n = stretch_lengthen(pcm, LENGTH, false);
	CU_ASSERT(!memcmp(pcm, before, STRETCH_LAG_MIN * sizeof(*pcm)));
	CU_ASSERT(!memcmp(pcm + LENGTH + n - 500, before + LENGTH - 500,
			  500 * sizeof(*pcm)));

	memcpy(pcm, before, LENGTH * sizeof(*pcm));
	n = stretch_shorten(pcm, LENGTH, false);
	CU_ASSERT(pcm[0] == before[0]);
	CU_ASSERT(!memcmp(pcm + LENGTH - n - 500, before + LENGTH - 500,
			  500 * sizeof(*pcm)));
}


static void noise_is_left_alone_unless_forced(void)
{
	int16_t pcm[ROOM];
	uint32_t seed = 9;

	for (int i = 0; i < LENGTH; i++)
		pcm[i] = (int16_t)(sound_random(&seed) >> 15);
	CU_ASSERT(stretch_shorten(pcm, LENGTH, false) == 0);
	CU_ASSERT(stretch_lengthen(pcm, LENGTH, false) == 0);
	CU_ASSERT(stretch_shorten(pcm, LENGTH, true) > 0);
}


static void too_little_is_left_alone(void)
{
	int16_t pcm[ROOM] = {0};

	CU_ASSERT(stretch_shorten(pcm, STRETCH_NEED - 1, true) == 0);
	CU_ASSERT(stretch_lengthen(pcm, STRETCH_NEED - 1, true) == 0);
	CU_ASSERT(stretch_shorten(pcm, STRETCH_NEED, false) > 0);
}


static CU_TestInfo tests[] = {
	{"a tone keeps its shape", a_tone_keeps_its_shape},
	{"both ends are untouched", both_ends_are_untouched},
	{"noise is left alone unless forced",
	 noise_is_left_alone_unless_forced},
	{"too little is left alone", too_little_is_left_alone},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(stretch, tests)
