/**
 * @file test_aside.c  Who is not let into the conference yet
 */
#include "mixer/base/clock.h"
#include "mixer/mix/mix_private.h"
#include "tests/unit/failing.h"
#include "tests/unit/mixer/world/handset.h"
#include "tests/unit/unit.h"


enum { LOUD = 8000, OUTSIDE = 2 /* of three handsets */ };

static const struct {
	enum audio_codec_id id;
	unsigned ptime_ms;
	int step; /**< from sample to sample, that no such music has */
} rows[] = {
	{AUDIO_PCMU, 20, 1200}, {AUDIO_PCMU, 60, 1200}, {AUDIO_G722, 20, 700},
	{AUDIO_OPUS, 20, 300},  {AUDIO_AMR, 20, 1200},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };


/** Two who are in, and one who is aside */
static void open_row(struct world *w, struct handset h[3], size_t row)
{
	world_open(w, 30);
	for (unsigned i = 0; i < 3; i++) {
		handset_join(w, &h[i], i + 1, rows[row].id,
			     rows[row].ptime_ms);
		h[i].hz = 440 + 300 * i;
	}
	CU_ASSERT_EQUAL_FATAL(mix_set_aside(h[OUTSIDE].media->leg, true), 0);
}


static void close_all(struct world *w, struct handset h[3])
{
	for (unsigned i = 0; i < 3; i++)
		handset_close(&h[i]);
	world_close(w);
}


static double tone(const struct handset *h, double hz)
{
	size_t n = h->codec.rate_hz / 5;

	return handset_tone(h, hz, h->heard_count - n, n);
}


static void who_is_aside_is_as_alone_and_enters_without_a_gap(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		static struct handset h[3];
		uint64_t now_us = clock_us();
		struct world w;
		uint32_t ssrc;

		open_row(&w, h, i);
		h[0].amplitude = h[OUTSIDE].amplitude = LOUD;
		handsets_run(&w, h, 3, 3000, &now_us);
		/* the music that one hears who is alone, and nobody else */
		CU_ASSERT_TRUE(handset_loudness(&h[OUTSIDE], 2000, 0) > -42);
		CU_ASSERT_TRUE(handset_loudness(&h[OUTSIDE], 2000, 0) < -26);
		CU_ASSERT_TRUE(tone(&h[OUTSIDE], 440) < LOUD / 16);
		CU_ASSERT_TRUE(tone(&h[1], 440) > LOUD / 2);
		CU_ASSERT_TRUE(tone(&h[1], 1040) < LOUD / 16);

		h[0].amplitude = h[OUTSIDE].amplitude = 0;
		handsets_run(&w, h, 3, 500, &now_us);
		ssrc = h[OUTSIDE].last_ssrc;
		h[OUTSIDE].markers = 0;
		/* anywhere in a packet */
		handsets_run(&w, h, 3, 20 * (i % 3), &now_us);
		CU_ASSERT_EQUAL(mix_set_aside(h[OUTSIDE].media->leg, false),
				0);
		handsets_run(&w, h, 3, 1000, &now_us);
		CU_ASSERT_TRUE(handset_loudness(&h[OUTSIDE], 500, 0) < -60);
		CU_ASSERT_TRUE(handset_step(&h[OUTSIDE], 3100, 8000) <
			       rows[i].step);
		CU_ASSERT_EQUAL(h[OUTSIDE].jumps, 0);
		CU_ASSERT_EQUAL(h[OUTSIDE].markers, 0);
		CU_ASSERT_EQUAL(h[OUTSIDE].last_ssrc, ssrc);

		h[0].amplitude = h[OUTSIDE].amplitude = LOUD;
		handsets_run(&w, h, 3, 1000, &now_us);
		CU_ASSERT_TRUE(tone(&h[OUTSIDE], 440) > LOUD / 2);
		CU_ASSERT_TRUE(tone(&h[1], 1040) > LOUD / 2);
		CU_ASSERT_EQUAL(h[OUTSIDE].jumps, 0);
		CU_ASSERT_EQUAL(w.mixer->totals.mixes, 1);
		CU_ASSERT_EQUAL(w.mixer->totals.legs, 3);
		close_all(&w, h);
	}
}


/** As leg.set does, without the loop, in which ticks are due */
static void put_aside(struct leg *leg, bool aside)
{
	struct leg_settings next = *leg_settings(leg);

	next.aside = aside;
	CU_ASSERT_EQUAL(mix_set_aside(leg, aside), 0);
	leg_follow_settings(leg, &next);
}


static void make_mix(struct world *w, unsigned id)
{
	(void)world_ask(
		w, json_pack("{s:s,s:i}", "op", "mix.create", "mix", (int)id));
	CU_ASSERT_EQUAL_FATAL(w->reply_err, 0);
}


/** From beside one mix to beside another, where others talk, and in */
static void who_goes_to_another_mix_does_so_without_a_gap(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		static struct handset h[3];
		uint64_t now_us = clock_us();
		struct world w;
		uint32_t ssrc;

		open_row(&w, h, i);
		put_aside(h[OUTSIDE].media->leg, true);
		make_mix(&w, 2);
		for (unsigned k = 0; k < OUTSIDE; k++)
			CU_ASSERT_EQUAL(mix_move(h[k].media->leg,
						 mixer_mix(w.mixer, 2)),
					0);
		h[0].amplitude = h[OUTSIDE].amplitude = LOUD;
		handsets_run(&w, h, 3, 3000, &now_us);
		CU_ASSERT_TRUE(tone(&h[1], 440) > LOUD / 2);
		ssrc = h[OUTSIDE].last_ssrc;
		h[OUTSIDE].markers = 0;
		CU_ASSERT_EQUAL(
			mix_move(h[OUTSIDE].media->leg, mixer_mix(w.mixer, 2)),
			0);
		CU_ASSERT_EQUAL(mix_id(mix_of(h[OUTSIDE].media->leg)), 2);
		/* beside it, as it was */
		handsets_run(&w, h, 3, 1000, &now_us);
		CU_ASSERT_TRUE(tone(&h[OUTSIDE], 440) < LOUD / 16);
		CU_ASSERT_TRUE(tone(&h[1], 1040) < LOUD / 16);
		put_aside(h[OUTSIDE].media->leg, false);
		handsets_run(&w, h, 3, 1000, &now_us);
		CU_ASSERT_TRUE(tone(&h[OUTSIDE], 440) > LOUD / 2);
		CU_ASSERT_TRUE(tone(&h[1], 1040) > LOUD / 2);
		CU_ASSERT_EQUAL(h[OUTSIDE].jumps, 0);
		CU_ASSERT_EQUAL(h[OUTSIDE].markers, 0);
		CU_ASSERT_EQUAL(h[OUTSIDE].last_ssrc, ssrc);
		CU_ASSERT_EQUAL(w.mixer->totals.mixes, 2);
		CU_ASSERT_EQUAL(w.mixer->totals.legs, 3);

		/* what it was in can go */
		(void)world_ask(&w, json_pack("{s:s,s:i}", "op", "mix.remove",
					      "mix", 1));
		handsets_run(&w, h, 3, 500, &now_us);
		CU_ASSERT_TRUE(tone(&h[OUTSIDE], 440) > LOUD / 2);
		CU_ASSERT_EQUAL(w.mixer->totals.legs, 3);
		close_all(&w, h);
	}
}


/** Where each is alone with his own words, and back */
static void who_goes_to_an_echo_hears_himself(void)
{
	static struct handset h[3];
	uint64_t now_us = clock_us();
	struct world w;

	open_row(&w, h, 0);
	make_mix(&w, 2);
	mix_set_echoes(mixer_mix(w.mixer, 2));
	CU_ASSERT_EQUAL(mix_move(h[1].media->leg, mixer_mix(w.mixer, 2)), 0);
	h[1].amplitude = LOUD;
	handsets_run(&w, h, 3, 3000, &now_us);
	CU_ASSERT_TRUE(tone(&h[1], 740) > LOUD / 2);
	CU_ASSERT_TRUE(tone(&h[0], 740) < LOUD / 16);
	CU_ASSERT_EQUAL(mix_move(h[1].media->leg, mixer_mix(w.mixer, 1)), 0);
	handsets_run(&w, h, 3, 1000, &now_us);
	CU_ASSERT_TRUE(tone(&h[1], 740) < LOUD / 16);
	CU_ASSERT_TRUE(tone(&h[0], 740) > LOUD / 2);
	CU_ASSERT_EQUAL(w.mixer->totals.legs, 3);
	close_all(&w, h);
}


static bool talks(const struct world *w, unsigned leg)
{
	return json_is_true(
		json_object_get(world_event(w, "talking", leg), "talking"));
}


static void who_is_put_aside_hears_and_says_nothing_more(void)
{
	static struct handset h[3];
	uint64_t now_us = clock_us();
	struct world w;

	open_row(&w, h, 0);
	CU_ASSERT_EQUAL(mix_set_aside(h[OUTSIDE].media->leg, false), 0);
	CU_ASSERT_EQUAL(mix_set_aside(h[OUTSIDE].media->leg, false), 0);
	h[0].amplitude = h[OUTSIDE].amplitude = LOUD;
	handsets_run(&w, h, 3, 1000, &now_us);
	CU_ASSERT_TRUE(tone(&h[1], 1040) > LOUD / 2);
	CU_ASSERT_EQUAL(mix_set_aside(h[OUTSIDE].media->leg, true), 0);
	handsets_run(&w, h, 3, 1000, &now_us);
	CU_ASSERT_TRUE(tone(&h[OUTSIDE], 440) < LOUD / 16);
	CU_ASSERT_TRUE(tone(&h[1], 1040) < LOUD / 16);
	CU_ASSERT_TRUE(tone(&h[1], 440) > LOUD / 2);
	CU_ASSERT_EQUAL(h[OUTSIDE].jumps, 0);
	/* as the focus is told */
	world_until(&w, world_events(&w, "talking", 3) == 2, 3000);
	CU_ASSERT_TRUE(talks(&w, 1));
	CU_ASSERT_FALSE(talks(&w, 3));
	close_all(&w, h);
}


/** It is the only one who is in, and was told so */
static void who_is_aside_is_no_company(void)
{
	static struct handset h[3];
	uint64_t now_us = clock_us();
	struct world w;

	open_row(&w, h, 0);
	mix_remove(h[1].media->leg);
	CU_ASSERT_FALSE(mix_is_busy(mixer_mix(w.mixer, 1)));
	CU_ASSERT_EQUAL(w.mixer->totals.busy, 0);
	h[OUTSIDE].amplitude = LOUD;
	handset_close(&h[1]);
	h[1] = h[OUTSIDE];
	handsets_run(&w, h, 2, 3000, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 1000, 0) > -42);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 1000, 0) < -26);
	/* nor is there anything to mix for two of them */
	CU_ASSERT_EQUAL(mix_set_aside(h[0].media->leg, true), 0);
	handsets_run(&w, h, 2, 1000, &now_us);
	CU_ASSERT_TRUE(handset_loudness(&h[0], 1000, 0) < -26);
	CU_ASSERT_EQUAL(w.mixer->totals.decoded_audio, 0);
	handset_close(&h[0]);
	handset_close(&h[1]);
	world_close(&w);
}


static json_t *join(struct world *w, unsigned leg)
{
	static struct phone p;
	json_t *msg;

	p.leg = leg;
	p.port = 9;
	msg = phone_description(&p, "leg.add", true, true);
	json_object_set_new(msg, "aside", json_true());

	return world_ask(w, msg);
}


static void set_aside(struct world *w, unsigned leg, bool aside)
{
	world_ask(w, json_pack("{s:s,s:i,s:b}", "op", "leg.set", "leg",
			       (int)leg, "aside", aside));
}


static void the_focus_has_the_say(void)
{
	struct world w;
	json_t *stats;

	world_open(&w, 30);
	for (unsigned leg = 1; leg <= 3; leg++) {
		(void)join(&w, leg);
		CU_ASSERT_EQUAL_FATAL(w.reply_err, 0);
	}
	CU_ASSERT_EQUAL(w.mixer->totals.mixes, 1);
	CU_ASSERT_EQUAL(w.mixer->totals.legs, 3);
	CU_ASSERT_EQUAL(w.mixer->totals.busy, 0);

	set_aside(&w, 2, false);
	set_aside(&w, 3, false);
	CU_ASSERT_EQUAL(w.mixer->totals.busy, 1);
	set_aside(&w, 3, true);
	CU_ASSERT_EQUAL(w.mixer->totals.busy, 0);
	world_ask(&w, json_pack("{s:s,s:i,s:s}", "op", "leg.set", "leg", 3,
				"aside", "no"));
	CU_ASSERT_EQUAL(w.reply_err, EINVAL);

	/* to nowhere, or of nobody */
	world_ask(&w, json_pack("{s:s,s:i,s:i}", "op", "leg.move", "leg", 3,
				"mix", 2));
	CU_ASSERT_EQUAL(w.reply_err, ENOENT);
	world_ask(&w, json_pack("{s:s,s:i,s:i}", "op", "leg.move", "leg", 9,
				"mix", 1));
	CU_ASSERT_EQUAL(w.reply_err, ENOENT);
	/* where it is already */
	world_ask(&w, json_pack("{s:s,s:i,s:i}", "op", "leg.move", "leg", 3,
				"mix", 1));
	CU_ASSERT_EQUAL(w.reply_err, 0);
	CU_ASSERT_EQUAL(w.mixer->totals.busy, 0);

	/* of one mix, for who asks */
	stats = world_ask(&w, json_pack("{s:s}", "op", "stats"));
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(
			json_integer_value(json_object_get(
				json_array_get(json_object_get(stats, "legs"),
					       i),
				"mix")),
			1);

	world_ask(&w, json_pack("{s:s,s:i}", "op", "leg.remove", "leg", 1));
	CU_ASSERT_EQUAL(w.reply_err, 0);
	CU_ASSERT_EQUAL(w.mixer->totals.legs, 2);
	/* with one in it and one aside */
	world_ask(&w, json_pack("{s:s,s:i}", "op", "mix.remove", "mix", 1));
	CU_ASSERT_EQUAL(w.reply_err, 0);
	world_until(&w, !w.mixer->totals.mixes, 3000);
	CU_ASSERT_EQUAL(w.mixer->totals.legs, 0);
	CU_ASSERT_EQUAL(w.mixer->totals.mixes, 0);
	CU_ASSERT_PTR_NULL(mixer_leg(w.mixer, 3));
	world_close(&w);
}


/** It leaves the rendition of the mix that ends with that */
static void a_picture_moves_with_its_leg(void)
{
	static struct phone p;
	struct world w;

	world_open(&w, 30);
	p.port = 9;
	for (unsigned leg = 1; leg <= 2; leg++) {
		json_t *msg;

		p.leg = leg;
		msg = phone_description(&p, "leg.add", true, true);
		json_object_set_new(msg, "aside", json_true());
		json_array_append_new(
			json_object_get(msg, "media"),
			json_pack("{s:s,s:i,s:b,s:b,s:[{s:s,s:i,s:i}]}",
				  "kind", "video", "transport", 0, "send", 1,
				  "recv", 1, "codecs", "name", "VP8", "pt", 98,
				  "clock", 90000));
		(void)world_ask(&w, msg);
		CU_ASSERT_EQUAL_FATAL(w.reply_err, 0);
	}
	CU_ASSERT_EQUAL(w.mixer->totals.video_renditions, 2);
	for (unsigned leg = 1; leg <= 2; leg++) {
		set_aside(&w, leg, false);
		CU_ASSERT_EQUAL(w.reply_err, 0);
	}
	CU_ASSERT_EQUAL(w.mixer->totals.video_renditions, 1);
	world_run(&w, 100);
	set_aside(&w, 2, true);
	CU_ASSERT_EQUAL(w.mixer->totals.video_renditions, 2);
	world_run(&w, 100);
	world_close(&w);
}


static void a_mix_goes_with_those_who_are_aside(void)
{
	struct world w;

	world_open(&w, 30);
	for (unsigned leg = 1; leg <= 3; leg++)
		(void)join(&w, leg);
	mixer_end_mix(w.mixer, mixer_mix(w.mixer, 1), 0);
	CU_ASSERT_EQUAL(w.mixer->totals.legs, 2);
	world_until(&w, !w.mixer->totals.mixes, 3000);
	CU_ASSERT_EQUAL(w.mixer->totals.legs, 0);
	world_close(&w);
}


static int out_and_in(void *arg)
{
	struct leg *leg = arg;
	const struct mix *mix = mix_of(leg);
	int err = mix_set_aside(leg, true);

	CU_ASSERT_EQUAL(mix->member_count, err ? 2 : 1);
	if (!err) {
		err = mix_set_aside(leg, false);
		CU_ASSERT_EQUAL(mix->member_count, err ? 1 : 2);
	}
	failing_pause();
	CU_ASSERT_EQUAL(mix_set_aside(leg, false), 0);
	failing_resume();

	return err;
}


struct journey {
	struct leg *leg;
	struct mix *from, *to;
};


/** ...and back; it is in one of the two */
static int there_and_back(void *arg)
{
	const struct journey *j = arg;
	int err = mix_move(j->leg, j->to);

	CU_ASSERT_TRUE(mix_of(j->leg) == j->to ||
		       (err && mix_of(j->leg) == j->from));
	failing_pause();
	CU_ASSERT_EQUAL(mix_move(j->leg, j->from), 0);
	failing_resume();
	CU_ASSERT_PTR_EQUAL(mix_of(j->leg), j->from);

	return err;
}


static void without_memory_all_stay_where_they_are(void)
{
	static struct handset h[3];
	uint64_t now_us = clock_us();
	struct world w;

	open_row(&w, h, 0);
	CU_ASSERT_TRUE(failing_each(out_and_in, h[1].media->leg) > 5);
	make_mix(&w, 2);
	put_aside(h[OUTSIDE].media->leg, true);
	for (unsigned i = 1; i < 3; i++) {
		struct journey j = {h[i].media->leg, mixer_mix(w.mixer, 1),
				    mixer_mix(w.mixer, 2)};

		CU_ASSERT_TRUE(failing_each(there_and_back, &j) > 0);
	}
	CU_ASSERT_EQUAL(w.mixer->totals.mixes, 2);
	CU_ASSERT_EQUAL(w.mixer->totals.legs, 3);
	handsets_run(&w, h, 3, 200, &now_us);
	close_all(&w, h);
}


static CU_TestInfo tests[] = {
	{"who is aside is as alone and enters without a gap",
	 who_is_aside_is_as_alone_and_enters_without_a_gap},
	{"who goes to another mix does so without a gap",
	 who_goes_to_another_mix_does_so_without_a_gap},
	{"who goes to an echo hears himself",
	 who_goes_to_an_echo_hears_himself},
	{"who is put aside hears and says nothing more",
	 who_is_put_aside_hears_and_says_nothing_more},
	{"who is aside is no company", who_is_aside_is_no_company},
	{"the focus has the say", the_focus_has_the_say},
	{"a picture moves with its leg", a_picture_moves_with_its_leg},
	{"a mix goes with those who are aside",
	 a_mix_goes_with_those_who_are_aside},
	{"without memory all stay where they are",
	 without_memory_all_stay_where_they_are},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(aside, tests)
