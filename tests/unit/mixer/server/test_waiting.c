/**
 * @file test_waiting.c  What somebody hears who is alone
 */
#include <math.h>
#include <stdlib.h>
#include "mixer/base/clock.h"
#include "mixer/mix/mix_private.h"
#include "mixer/voice/voices.h"
#include "tests/unit/mixer/world/handset.h"
#include "tests/unit/unit.h"


enum { LOUD = 8000 };

static const struct {
	enum audio_codec_id id;
	unsigned ptime_ms;
	int step; /**< from sample to sample, that no such music has */
} rows[] = {
	{AUDIO_PCMU, 20, 1200}, {AUDIO_PCMU, 60, 1200}, {AUDIO_G722, 20, 700},
	{AUDIO_OPUS, 20, 300},  {AUDIO_AMR, 20, 1200},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };


/** The loop, which has a time of its own, must not run any more: the second
 *  handset has joined and waits outside */
static struct leg *open_alone(struct world *w, struct handset h[2], size_t row)
{
	struct leg *other;

	world_open(w, 30);
	for (unsigned i = 0; i < 2; i++)
		handset_join(w, &h[i], i + 1, rows[row].id,
			     rows[row].ptime_ms);
	other = mem_ref(h[1].media->leg);
	mix_remove(other);

	return other;
}


static void close_both(struct world *w, struct handset h[2])
{
	handset_close(&h[0]);
	handset_close(&h[1]);
	world_close(w);
}


static void come(struct world *w, struct leg *leg)
{
	CU_ASSERT_EQUAL(mix_add(mixer_mix(w->mixer, 1), mem_ref(leg)), 0);
}


static void say(const struct world *w, const struct leg *leg, const char *name)
{
	struct announcement_words words = {.count = 1};

	words.prompts[0] = voices_find(w->mixer->voices, VOICE_ENGLISH, name);
	CU_ASSERT_PTR_NOT_NULL_FATAL(words.prompts[0]);
	CU_ASSERT_EQUAL(mix_announce(leg, &words), 0);
}


static float music_gain(const struct world *w)
{
	return mixer_mix(w->mixer, 1)->members[0]->sound.waiting_gain;
}


static void nothing_is_said_over_music(void)
{
	static struct handset h[2];
	uint64_t now_us = clock_us();
	struct world w;
	struct leg *other = open_alone(&w, h, 0);

	handsets_run(&w, h, 1, 3000, &now_us);
	CU_ASSERT_EQUAL(music_gain(&w), 1);
	say(&w, h[0].media->leg, "help");
	handsets_run(&w, h, 1, 1000, &now_us);
	CU_ASSERT_EQUAL(music_gain(&w), 0);
	say(&w, h[0].media->leg, "muted");
	handsets_run(&w, h, 1, 6000, &now_us);
	CU_ASSERT_EQUAL(music_gain(&w), 1);
	mem_deref(other);
	close_both(&w, h);
}


static void music_is_heard_alone_and_goes_when_somebody_comes(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		static struct handset h[2];
		uint64_t now_us = clock_us();
		struct world w;

		struct leg *other = open_alone(&w, h, i);

		handsets_run(&w, h, 1, 200, &now_us);
		CU_ASSERT_TRUE(h[0].packets >= 160 / rows[i].ptime_ms);
		handsets_run(&w, h, 1, 2800, &now_us);
		CU_ASSERT_TRUE(handset_loudness(&h[0], 2000, 0) > -42);
		CU_ASSERT_TRUE(handset_loudness(&h[0], 2000, 0) < -26);

		come(&w, other);
		handsets_run(&w, h, 2, 1000, &now_us);
		CU_ASSERT_TRUE(handset_loudness(&h[0], 500, 0) < -60);
		CU_ASSERT_EQUAL(w.mixer->totals.audio_renditions, 1);
		h[1].amplitude = LOUD;
		handsets_run(&w, h, 2, 1000, &now_us);
		CU_ASSERT_TRUE(
			handset_tone(&h[0], 440,
				     h[0].heard_count - h[0].codec.rate_hz / 5,
				     h[0].codec.rate_hz / 5) > LOUD / 2);

		/* it fell silent before it went */
		h[1].amplitude = 0;
		handsets_run(&w, h, 2, 500, &now_us);
		mix_remove(other);
		handsets_run(&w, h, 1, 2000, &now_us);
		CU_ASSERT_TRUE(handset_loudness(&h[0], 1000, 0) > -42);
		/* but for the tone, whose ends are abrupt */
		CU_ASSERT_TRUE(handset_step(&h[0], 0, 4000) < rows[i].step);
		CU_ASSERT_TRUE(handset_step(&h[0], 5300, 7500) < rows[i].step);
		CU_ASSERT_EQUAL(h[0].jumps, 0);
		mem_deref(other);
		close_both(&w, h);
	}
}


static void where_it_is_not_wanted_there_is_no_music(void)
{
	static struct handset h;
	uint64_t now_us = clock_us();
	struct world w;

	world_open(&w, 30);
	world_ask(&w, json_pack("{s:s,s:i,s:s}", "op", "mix.create", "mix", 2,
				"waiting", "loud"));
	CU_ASSERT_EQUAL(w.reply_err, EINVAL);
	mix_set_waiting(mixer_mix(w.mixer, 1), WAITING_SILENCE);
	handset_join(&w, &h, 1, AUDIO_PCMU, 20);
	handsets_run(&w, &h, 1, 2000, &now_us);
	/* it is sent to all the same */
	CU_ASSERT_TRUE(h.packets > 90);
	CU_ASSERT_TRUE(handset_loudness(&h, 1500, 0) < -60);
	handset_close(&h);
	world_close(&w);
}


static void an_announcement_is_said_to_one_alone(void)
{
	static struct handset h[2];
	uint64_t now_us = clock_us();
	struct world w;

	struct leg *other = open_alone(&w, h, 0);

	say(&w, h[0].media->leg, "first");
	handsets_run(&w, h, 1, 3000, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 2500, 0) > -26);
	handsets_run(&w, h, 1, 4000, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 1000, 0) < -26);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 1000, 0) > -42);

	/* it ends as soon as it is not true any more */
	say(&w, h[0].media->leg, "alone");
	handsets_run(&w, h, 1, 500, &now_us);
	come(&w, other);
	handsets_run(&w, h, 2, 1000, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 600, 0) < -60);

	/* beside others, who hear nothing of it */
	say(&w, other, "alone");
	handsets_run(&w, h, 2, 2000, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[1], 1500, 0) > -26);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 1500, 0) < -60);
	handsets_run(&w, h, 2, 3000, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[1], 1000, 0) < -60);
	CU_ASSERT_EQUAL(h[0].jumps, 0);
	CU_ASSERT_EQUAL(h[1].jumps, 0);
	mem_deref(other);
	close_both(&w, h);
}


static CU_TestInfo tests[] = {
	{"nothing is said over music", nothing_is_said_over_music},
	{"music is heard alone and goes when somebody comes",
	 music_is_heard_alone_and_goes_when_somebody_comes},
	{"where it is not wanted there is no music",
	 where_it_is_not_wanted_there_is_no_music},
	{"an announcement is said to one alone",
	 an_announcement_is_said_to_one_alone},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(waiting, tests)
