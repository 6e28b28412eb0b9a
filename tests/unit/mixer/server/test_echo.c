/**
 * @file test_echo.c  A conference in which everybody hears himself
 */
#include "mixer/base/clock.h"
#include "mixer/mix/mix_private.h"
#include "tests/unit/mixer/world/handset.h"
#include "tests/unit/unit.h"


enum { LOUD = 8000 };


static double tone(const struct handset *h, double hz, unsigned before_ms)
{
	size_t per_ms = h->codec.rate_hz / 1000, n = 200 * per_ms;

	return handset_tone(h, hz, h->heard_count - n - before_ms * per_ms, n);
}


static void who_speaks_hears_himself_a_second_later_alone(void)
{
	static struct handset h[2];
	uint64_t now_us = clock_us();
	struct mix_leg_stats stats;
	struct world w;

	world_open(&w, 30);
	mix_set_echoes(mixer_mix(w.mixer, 1));
	for (unsigned i = 0; i < 2; i++) {
		handset_join(&w, &h[i], i + 1, AUDIO_PCMU, 20);
		h[i].hz = 440 + 300 * i;
	}
	CU_ASSERT_EQUAL(w.mixer->totals.busy, 0);
	handsets_run(&w, h, 2, 1500, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 1000, 0) < -60);
	mix_leg_stats(h[0].media->leg, &stats);
	CU_ASSERT_TRUE(stats.level_dbov > 60);

	h[0].amplitude = h[1].amplitude = LOUD;
	handsets_run(&w, h, 2, 900, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 800, 0) < -60);
	h[0].amplitude = h[1].amplitude = 0;
	handsets_run(&w, h, 2, 600, &now_us);
	for (size_t i = 0; i < 2; i++) {
		CU_ASSERT_TRUE(tone(&h[i], h[i].hz, 200) > LOUD / 2);
		CU_ASSERT_TRUE(tone(&h[i], h[1 - i].hz, 200) < LOUD / 16);
		CU_ASSERT_EQUAL(h[i].jumps, 0);
	}
	mix_leg_stats(h[0].media->leg, &stats);
	CU_ASSERT_TRUE(stats.level_dbov > 12 && stats.level_dbov < 20);
	handsets_run(&w, h, 2, 1000, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 400, 0) < -60);

	/* there is nothing that it could be let into */
	CU_ASSERT_EQUAL(mix_set_aside(h[0].media->leg, false), 0);
	CU_ASSERT_EQUAL(w.mixer->totals.busy, 0);
	CU_ASSERT_EQUAL(w.mixer->totals.legs, 2);
	CU_ASSERT_EQUAL(w.mixer->totals.mixes, 1);
	handset_close(&h[0]);
	handset_close(&h[1]);
	world_close(&w);
}


static void the_focus_asks_for_one(void)
{
	struct world w;

	world_open(&w, 30);
	world_ask(&w, json_pack("{s:s,s:i,s:b}", "op", "mix.create", "mix", 2,
				"echo", 1));
	CU_ASSERT_EQUAL(w.reply_err, 0);
	CU_ASSERT_TRUE(mixer_mix(w.mixer, 2)->echoes);
	world_ask(&w, json_pack("{s:s,s:i,s:s}", "op", "mix.create", "mix", 3,
				"echo", "yes"));
	CU_ASSERT_EQUAL(w.reply_err, EINVAL);
	world_close(&w);
}


static CU_TestInfo tests[] = {
	{"who speaks hears himself a second later, alone",
	 who_speaks_hears_himself_a_second_later_alone},
	{"the focus asks for one", the_focus_asks_for_one},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(echo, tests)
