/**
 * @file test_bus.c  N-1, gains, limiter
 */
#include <string.h>
#include "mixer/audio/bus.h"
#include "mixer/base/re.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"


enum { TICK = AUDIO_TICK_SAMPLES, DELAY = 96 };


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


static void the_limiter_passes_16_bits_untouched(void)
{
	struct audio_limiter *l = NULL;
	static int32_t in[10 * TICK];
	static int16_t out[10 * TICK];
	uint32_t seed = 3;

	CU_ASSERT_FATAL(!audio_limiter_alloc(&l));
	for (int i = 0; i < 10 * TICK; i++)
		in[i] = (int16_t)(sound_random(&seed) >> 14);
	in[500] = -32768;
	in[501] = 32767;
	for (int t = 0; t < 10; t++)
		audio_limiter_run(l, in + t * TICK, out + t * TICK);
	for (int i = 0; i < 10 * TICK; i++)
		CU_ASSERT(out[i] == (i < DELAY ? 0 : in[i - DELAY]));
	mem_deref(l);
}


/** Whatever comes in, the shape stays: no flat tops, so no sample at the
 *  rail while the input moves on */
static void the_limiter_never_clips(void)
{
	struct audio_limiter *l = NULL;
	static int32_t in[50 * TICK];
	static int16_t out[50 * TICK];
	int rails = 0;

	CU_ASSERT_FATAL(!audio_limiter_alloc(&l));
	for (int i = 0; i < 50 * TICK; i++) {
		double a = i < 10 * TICK   ? 20000
			   : i < 20 * TICK ? 200000
			   : i < 25 * TICK ? 32768.0 * 1000
					   : 20000;

		in[i] = (int32_t)(a * sin(2 * SOUND_PI * 300 * i / 48000.0));
	}
	for (int t = 0; t < 50; t++)
		audio_limiter_run(l, in + t * TICK, out + t * TICK);

	for (int i = DELAY + 1; i < 50 * TICK; i++) {
		int64_t x = in[i - DELAY], before = in[i - DELAY - 1];

		rails += abs(out[i]) >= 32767 && abs(out[i - 1]) >= 32767 &&
			 llabs(x - before) > 1000;
		/* never turned over, never louder than it came */
		CU_ASSERT((int64_t)out[i] * x >= 0);
		CU_ASSERT(llabs(out[i]) <= llabs(x));
	}
	CU_ASSERT(rails == 0);
	/* loud stays loud, and after 200 ms of quiet it is untouched again */
	CU_ASSERT(sound_rms(out + 15 * TICK, 5 * TICK) > 20000);
	for (int i = 40 * TICK; i < 50 * TICK; i++)
		CU_ASSERT(out[i] == in[i - DELAY]);
	mem_deref(l);
}


static void the_limiter_moves_without_steps(void)
{
	struct audio_limiter *l = NULL;
	int32_t in[TICK];
	static int16_t out[20 * TICK];

	CU_ASSERT_FATAL(!audio_limiter_alloc(&l));
	for (int t = 0; t < 20; t++) {
		for (int i = 0; i < TICK; i++)
			in[i] = t == 9 && i >= 500 ? 3 * 30000 : 30000;
		audio_limiter_run(l, in, out + t * TICK);
	}
	/* before the peak arrives the gain has fallen, a little a sample */
	CU_ASSERT(sound_step(out + 9 * TICK, 500 + DELAY - 1,
			     out[9 * TICK - 1]) < 30000 / DELAY * 2);
	mem_deref(l);
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
	{"the limiter passes 16 bits untouched",
	 the_limiter_passes_16_bits_untouched},
	{"the limiter never clips", the_limiter_never_clips},
	{"the limiter moves without steps", the_limiter_moves_without_steps},
	{"a gain change does not click", a_gain_change_does_not_click},
	{"unity gain is bit-exact, silence is told",
	 unity_gain_is_bit_exact_and_silence_is_told},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(bus, tests)
