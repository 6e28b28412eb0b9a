/**
 * @file test_end_mix.c  Large conferences end without the others noticing
 */
#include "mixer/base/clock.h"
#include "mixer/server/mixer.h"
#include "tests/unit/mixer/world/world.h"
#include "tests/unit/unit.h"


/** A request of its own, answered when a small one is gone */
static void a_small_mix_is_gone_with_the_answer(void)
{
	static struct phone p[2];
	struct world w;

	world_open(&w, 30);
	for (unsigned i = 0; i < 2; i++)
		phone_join(&w, &p[i], i + 1, 0);
	world_ask(&w, json_pack("{s:s,s:i}", "op", "mix.remove", "mix", 1));
	CU_ASSERT_EQUAL(w.reply_err, 0);
	CU_ASSERT_PTR_NULL(mixer_mix(w.mixer, 1));
	world_until(&w, !w.mixer->totals.mixes, 3000);
	CU_ASSERT_EQUAL(w.mixer->totals.mixes, 0);
	CU_ASSERT_EQUAL(w.mixer->totals.legs, 0);
	for (unsigned i = 0; i < 2; i++)
		phone_close(&p[i]);
	world_close(&w);
}


/** However many its legs are */
static void a_mix_is_freed_in_slices(void)
{
	static struct phone p[3];
	struct world w;
	struct mix *mix;

	world_open(&w, 30);
	for (unsigned i = 0; i < 3; i++)
		phone_join(&w, &p[i], i + 1, 0);
	mix = mixer_mix(w.mixer, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mix);
	/* no time at all: a leg all the same */
	mixer_end_mix(w.mixer, mix, 0);
	CU_ASSERT_PTR_NULL(mixer_mix(w.mixer, 1));
	CU_ASSERT_EQUAL(w.mixer->totals.legs, 2);
	CU_ASSERT_EQUAL(w.mixer->totals.mixes, 1);

	world_until(&w, !w.mixer->totals.mixes, 3000);
	CU_ASSERT_EQUAL(w.mixer->totals.mixes, 0);
	CU_ASSERT_EQUAL(w.mixer->totals.legs, 0);
	CU_ASSERT_PTR_NULL(mixer_leg(w.mixer, 1));

	for (unsigned i = 0; i < 3; i++)
		phone_close(&p[i]);
	world_close(&w);
}


/** The mixer ends meanwhile */
static void slices_that_are_left_go_with_the_mixer(void)
{
	static struct phone p[2];
	struct world w;

	world_open(&w, 30);
	for (unsigned i = 0; i < 2; i++)
		phone_join(&w, &p[i], i + 1, 0);
	mixer_end_mix(w.mixer, mixer_mix(w.mixer, 1), 0);
	for (unsigned i = 0; i < 2; i++)
		phone_close(&p[i]);
	world_close(&w);
}


static CU_TestInfo tests[] = {
	{"a small mix is gone with the answer",
	 a_small_mix_is_gone_with_the_answer},
	{"a mix is freed in slices", a_mix_is_freed_in_slices},
	{"slices that are left go with the mixer",
	 slices_that_are_left_go_with_the_mixer},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(end_mix, tests)
