/**
 * @file test_resample.c  Between the rates of codecs and of the bus
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/resample.h"
#include "mixer/base/re.h"
#include "tests/unit/failing.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"

enum { LONGEST = 48000 };

static int16_t in[LONGEST], out[LONGEST];

static const struct {
	uint32_t from, to;
} rates[] = {
	{8000, 48000},  {16000, 48000}, {48000, 8000},
	{48000, 16000}, {48000, 48000},
};


static void tones_pass_and_counts_are_exact(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		const size_t per = rates[i].from / 50, all = 50 * per;
		const size_t made = rates[i].to / 50;
		struct resample *r = NULL;

		CU_ASSERT_EQUAL_FATAL(
			resample_alloc(&r, rates[i].from, rates[i].to), 0);
		sound_sine(in, all, 0, 1000, rates[i].from, 8000);
		for (size_t k = 0; k < 50; k++)
			CU_ASSERT_EQUAL(resample_run(r, in + k * per, per,
						     out + k * made),
					made);
		/* without its beginning */
		CU_ASSERT(sound_tone_share(out + 5 * made, 45 * made, 1000,
					   rates[i].to) > 0.99);
		CU_ASSERT(fabs(sound_rms(out + 5 * made, 45 * made) - 5657) <
			  300);
		mem_deref(r);
	}
}


/** What the lower rate cannot have does not come back as another tone */
static void what_is_too_high_is_taken_out(void)
{
	static const double tones[] = {5000, 7000, 10000, 15000, 20000};

	for (size_t i = 0; i < ARRAY_SIZE(tones); i++) {
		struct resample *r = NULL;

		CU_ASSERT_EQUAL_FATAL(resample_alloc(&r, 48000, 8000), 0);
		sound_sine(in, 48000, 0, tones[i], 48000, 8000);
		(void)resample_run(r, in, 48000, out);
		/* 20 dB at the edge, more beyond */
		CU_ASSERT(sound_rms(out + 800, 7200) <
			  (tones[i] > 6000 ? 60 : 566));
		mem_deref(r);
	}
}


static void a_reset_forgets_what_was_heard(void)
{
	static const int16_t silence[480];
	struct resample *r = NULL;

	CU_ASSERT_EQUAL_FATAL(resample_alloc(&r, 48000, 8000), 0);
	sound_sine(in, 480, 0, 1000, 48000, 30000);
	(void)resample_run(r, in, 480, out);
	resample_reset(r);
	(void)resample_run(r, silence, 480, out);
	CU_ASSERT_EQUAL(sound_rms(out, 80), 0);
	resample_reset(NULL);
	mem_deref(r);
}


static int make(void *arg)
{
	struct resample *r = NULL;
	int err = resample_alloc(&r, 8000, 48000);

	(void)arg;
	CU_ASSERT_EQUAL(!err, r != NULL);
	mem_deref(r);

	return err;
}


static void survives_any_failing_allocation(void)
{
	struct resample *r = NULL;

	failing_each(make, NULL);
	CU_ASSERT_EQUAL(resample_alloc(NULL, 8000, 48000), EINVAL);
	CU_ASSERT_EQUAL(resample_alloc(&r, 0, 48000), EINVAL);
	CU_ASSERT_EQUAL(resample_alloc(&r, 8000, 0), EINVAL);
}


static CU_TestInfo tests[] = {
	{"tones pass and counts are exact", tones_pass_and_counts_are_exact},
	{"what is too high is taken out", what_is_too_high_is_taken_out},
	{"a reset forgets what was heard", a_reset_forgets_what_was_heard},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(resample, tests)
