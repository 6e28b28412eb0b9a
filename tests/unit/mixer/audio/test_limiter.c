/**
 * @file test_limiter.c  The look-ahead limiter of a mix
 */
#include <string.h>
#include "mixer/audio/bus.h"
#include "mixer/base/re.h"
#include "tests/unit/failing.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"


enum { TICK = AUDIO_TICK_SAMPLES, DELAY = 96 };


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


/** A fifth of a second after a peak all is as loud as it was */
static void recovers_and_then_passes_untouched(void)
{
	static int32_t in[TICK];
	static int16_t out[TICK];
	struct audio_limiter *l = NULL;

	CU_ASSERT_FATAL(!audio_limiter_alloc(&l));
	for (int i = 0; i < TICK; i++)
		in[i] = i == 0 ? 4 * 32767 : 1000;
	audio_limiter_run(l, in, out);
	CU_ASSERT(out[TICK - 1] < 500);
	in[0] = 1000;
	for (int t = 0; t < 11; t++) {
		int16_t before = out[TICK - 1];

		audio_limiter_run(l, in, out);
		CU_ASSERT(out[TICK - 1] >= before);
	}
	for (int i = 0; i < TICK; i++)
		CU_ASSERT(out[i] == 1000);
	mem_deref(l);
}


/** Both ends of the range, of any sum that a thousand talkers can make */
static void the_greatest_sums_are_brought_in(void)
{
	static const int32_t sums[] = {32767 * 1000, -32768 * 1000, 32768,
				       -32769};
	static int32_t in[TICK];
	static int16_t out[TICK];

	for (size_t k = 0; k < ARRAY_SIZE(sums); k++) {
		struct audio_limiter *l = NULL;
		int least = 0, most = 0;

		CU_ASSERT_FATAL(!audio_limiter_alloc(&l));
		for (int i = 0; i < TICK; i++)
			in[i] = sums[k];
		for (int t = 0; t < 3; t++)
			audio_limiter_run(l, in, out);
		for (int i = 0; i < TICK; i++) {
			least = out[i] < least ? out[i] : least;
			most = out[i] > most ? out[i] : most;
		}
		/* as loud as it can be, and of the same sign */
		CU_ASSERT(sums[k] > 0 ? most > 32700 && least == 0
				      : least < -32700 && most == 0);
		mem_deref(l);
	}
}


static int make(void *arg)
{
	struct audio_limiter *l = NULL;
	int err = audio_limiter_alloc(&l);

	(void)arg;
	CU_ASSERT_EQUAL(!err, l != NULL);
	mem_deref(l);

	return err;
}


static void survives_any_failing_allocation(void)
{
	CU_ASSERT_EQUAL(failing_each(make, NULL), 1);
	CU_ASSERT_NOT_EQUAL(audio_limiter_alloc(NULL), 0);
}

static CU_TestInfo tests[] = {
	{"the limiter passes 16 bits untouched",
	 the_limiter_passes_16_bits_untouched},
	{"the limiter never clips", the_limiter_never_clips},
	{"the limiter moves without steps", the_limiter_moves_without_steps},
	{"recovers and then passes untouched",
	 recovers_and_then_passes_untouched},
	{"the greatest sums are brought in", the_greatest_sums_are_brought_in},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(limiter, tests)
