/**
 * @file test_plc.c  Concealment by pitch repetition
 */
#include <string.h>
#include "mixer/audio/plc.h"
#include "mixer/base/re.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"

enum { PACKETS = 10, LONGEST = 320 };

/** 200 ms of a tone were heard */
static size_t hear(struct plc *p, uint32_t rate, double hz, int16_t *last)
{
	const size_t n = rate / 50;

	plc_init(p, rate);
	for (unsigned k = 0; k < PACKETS; k++) {
		int16_t pcm[LONGEST];

		sound_sine(pcm, n, (uint64_t)k * n, hz, rate, 8000);
		plc_good(p, pcm, n);
		*last = pcm[n - 1];
	}

	return n;
}


static const uint32_t rates[] = {8000, 16000};

static void a_gap_goes_on_as_the_sound_was(void)
{
	static const double tones[] = {80, 100, 200, 250, 400};

	for (size_t r = 0; r < ARRAY_SIZE(rates); r++) {
		for (size_t t = 0; t < ARRAY_SIZE(tones); t++) {
			struct plc p;
			int16_t pcm[LONGEST], last;
			size_t n = hear(&p, rates[r], tones[t], &last);
			double step =
				8000 * 2 * SOUND_PI * tones[t] / rates[r];

			plc_conceal(&p, pcm, n);
			/* as loud, of the same pitch, without a click */
			CU_ASSERT(sound_rms(pcm, n) > 4500);
			CU_ASSERT(sound_rms(pcm, n) < 6500);
			CU_ASSERT(sound_step(pcm, n, last) < 2 * step + 200);
			if (tones[t] >= 100)
				CU_ASSERT(sound_tone_share(pcm, n, tones[t],
							   rates[r]) > 0.9);
		}
	}
}


static void a_long_gap_fades_to_silence(void)
{
	for (size_t r = 0; r < ARRAY_SIZE(rates); r++) {
		struct plc p;
		int16_t pcm[LONGEST], last;
		size_t n = hear(&p, rates[r], 200, &last);
		double before = 8000;

		for (unsigned k = 0; k < 10; k++) {
			double now;

			plc_conceal(&p, pcm, n);
			now = sound_rms(pcm, n);
			CU_ASSERT(now <= before + 1);
			before = now;
			/* gone after 80 ms */
			CU_ASSERT((k < 4) == (now > 0));
		}
	}
}


static void good_samples_are_merged_without_a_click(void)
{
	for (size_t r = 0; r < ARRAY_SIZE(rates); r++) {
		struct plc p;
		int16_t pcm[LONGEST], last;
		size_t n = hear(&p, rates[r], 200, &last);

		plc_conceal(&p, pcm, n);
		last = pcm[n - 1];
		/* at another phase than the gap ended with */
		sound_sine(pcm, n, n / 3, 200, rates[r], 8000);
		plc_good(&p, pcm, n);
		CU_ASSERT(sound_step(pcm, n, last) <
			  2 * 8000 * 2 * SOUND_PI * 200 / rates[r] + 500);

		/* and from then on as they are */
		sound_sine(pcm, n, 0, 200, rates[r], 8000);
		last = pcm[0];
		plc_good(&p, pcm, n);
		CU_ASSERT_EQUAL(pcm[0], last);
	}
}


static void nothing_heard_is_concealed_by_nothing(void)
{
	struct plc p;
	int16_t pcm[160];

	plc_init(&p, 8000);
	memset(pcm, 0x55, sizeof(pcm));
	plc_conceal(&p, pcm, 160);
	CU_ASSERT_EQUAL(sound_rms(pcm, 160), 0);
}


/** Any lengths in any order: the sanitizer watches the borders */
static void any_lengths_stay_in_bounds(void)
{
	uint32_t seed = 11;

	for (size_t r = 0; r < ARRAY_SIZE(rates); r++) {
		static int16_t pcm[2000];
		struct plc p;

		plc_init(&p, rates[r]);
		for (unsigned k = 0; k < 3000; k++) {
			size_t n = sound_random(&seed) % ARRAY_SIZE(pcm);

			if (sound_random(&seed) >> 28 & 1) {
				for (size_t i = 0; i < n; i++)
					pcm[i] = (int16_t)(sound_random(
								   &seed) >>
							   13);
				plc_good(&p, pcm, n);
			}
			else {
				plc_conceal(&p, pcm, n);
			}
		}
	}
	CU_PASS("no border was passed");
}


static CU_TestInfo tests[] = {
	{"a gap goes on as the sound was", a_gap_goes_on_as_the_sound_was},
	{"a long gap fades to silence", a_long_gap_fades_to_silence},
	{"good samples are merged without a click",
	 good_samples_are_merged_without_a_click},
	{"nothing heard is concealed by nothing",
	 nothing_heard_is_concealed_by_nothing},
	{"any lengths stay in bounds", any_lengths_stay_in_bounds},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(plc, tests)
