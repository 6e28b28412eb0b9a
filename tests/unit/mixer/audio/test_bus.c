/**
 * @file test_bus.c  N-1 and gains
 */
#include <string.h>
#include "mixer/audio/bus.h"
#include "mixer/base/re.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"


enum { TICK = AUDIO_TICK_SAMPLES };


static void each_hears_exactly_the_others(void)
{
	static int16_t pcm[7][TICK];
	struct audio_bus bus;
	int32_t out[TICK];
	uint32_t seed = 7;

	audio_bus_clear(&bus);
	for (int n = 0; n < 7; n++) {
		for (int i = 0; i < TICK; i++)
			pcm[n][i] =
				n < 4   ? (int16_t)(sound_random(&seed) >> 14)
				: n & 1 ? 32767
					: -32768;
		audio_bus_add(&bus, pcm[n]);
	}
	CU_ASSERT(bus.inputs == 7);

	for (int me = -1; me < 7; me++) {
		audio_bus_minus(&bus, me < 0 ? NULL : pcm[me], out);
		for (int i = 0; i < TICK; i++) {
			int32_t sum = 0;

			for (int n = 0; n < 7; n++)
				sum += n == me ? 0 : pcm[n][i];
			CU_ASSERT(out[i] == sum);
		}
	}
}


static void a_thousand_full_scale_inputs_add_up(void)
{
	static int16_t pcm[TICK];
	struct audio_bus bus;
	int32_t out[TICK];

	for (int i = 0; i < TICK; i++)
		pcm[i] = -32768;
	audio_bus_clear(&bus);
	for (int n = 0; n < 1000; n++)
		audio_bus_add(&bus, pcm);
	audio_bus_minus(&bus, pcm, out);
	CU_ASSERT(out[0] == -32768 * 999);
	CU_ASSERT(out[TICK - 1] == -32768 * 999);
}


static void a_gain_change_does_not_click(void)
{
	static const struct {
		float db;
		bool muted;
		double goal;
	} steps[] = {{0, true, 0},    {0, false, 1},   {-20, false, 0.1},
		     {20, false, 10}, {30, false, 10}, {-60, false, 0},
		     {-90, false, 0}, {0, false, 1}};
	struct audio_gain g;
	int16_t pcm[TICK], last = 2000;

	audio_gain_init(&g);
	for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++) {
		double most = fabs((double)g.now - steps[s].goal) * 2000;

		audio_gain_set(&g, steps[s].db, steps[s].muted);
		for (int i = 0; i < TICK; i++)
			pcm[i] = 2000;
		(void)audio_gain_apply(&g, pcm);
		CU_ASSERT(sound_step(pcm, TICK, last) <= most / TICK + 2);
		last = pcm[TICK - 1];
		CU_ASSERT(fabs(last - steps[s].goal * 2000) <= 1);
	}
}


static void unity_gain_is_bit_exact_and_silence_is_told(void)
{
	struct audio_gain g;
	int16_t pcm[TICK], copy[TICK];
	uint32_t seed = 5;

	audio_gain_init(&g);
	for (int i = 0; i < TICK; i++)
		pcm[i] = (int16_t)(sound_random(&seed) >> 14);
	memcpy(copy, pcm, sizeof(pcm));
	CU_ASSERT(audio_gain_apply(&g, pcm));
	CU_ASSERT(!memcmp(copy, pcm, sizeof(pcm)));

	audio_gain_set(&g, 20, false);
	audio_gain_apply(&g, pcm);
	memcpy(pcm, copy, sizeof(pcm));
	pcm[0] = 32767;
	pcm[1] = -32768;
	audio_gain_apply(&g, pcm);
	CU_ASSERT(pcm[0] == 32767 && pcm[1] == -32768);

	audio_gain_set(&g, 0, true);
	audio_gain_apply(&g, pcm);
	memcpy(pcm, copy, sizeof(pcm));
	CU_ASSERT(!audio_gain_apply(&g, pcm));
	CU_ASSERT(sound_rms(pcm, TICK) == 0);
}


static CU_TestInfo tests[] = {
	{"each hears exactly the others", each_hears_exactly_the_others},
	{"a thousand full-scale inputs add up",
	 a_thousand_full_scale_inputs_add_up},
	{"a gain change does not click", a_gain_change_does_not_click},
	{"unity gain is bit-exact, silence is told",
	 unity_gain_is_bit_exact_and_silence_is_told},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(bus, tests)
