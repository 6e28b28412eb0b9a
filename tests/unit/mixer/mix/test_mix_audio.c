/**
 * @file test_mix_audio.c  Who is given the common mix
 *
 * Consumers of shared renditions, in a time of the test's own; one of them
 * beside the legs of a whole mix.
 */
#include <math.h>
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/mix/mix.h"
#include "mixer/mix/shared_audio.h"
#include "tests/unit/mixer/world/handset.h"
#include "tests/unit/unit.h"


enum { TICK0 = 300, LOUD = 8000, KEPT = 50 };

/** One who is no leg */
struct recorder {
	struct audio_consumer *consumer;
	unsigned packets;
	struct audio_packet last;
	uint32_t step; /* from the packet before */
	struct audio_decoder *ear;
	int16_t pcm[AUDIO_PACKET_MAX_SAMPLES * KEPT];
	size_t samples;
};

/** The shared renditions of no mix */
struct shop {
	struct past_sound past;
	struct shared_audio *shared;
	unsigned renditions;
	uint64_t tick;
};


static struct audio_codec codec(enum audio_codec_id id, uint32_t ptime_ms)
{
	struct audio_codec c;

	memset(&c, 0, sizeof(c));
	c.id = id;
	c.clock_hz = 8000;
	c.rate_hz = id == AUDIO_G722 ? 16000 : 8000;
	c.ptime_ms = ptime_ms;

	return c;
}


static void packet_h(const struct audio_packet *p, uint64_t now_us, void *arg)
{
	struct recorder *r = arg;
	size_t n = 0;

	(void)now_us;
	r->step = p->timestamp - r->last.timestamp;
	r->last = *p;
	r->packets++;
	if (r->ear && r->samples + AUDIO_PACKET_MAX_SAMPLES <
			      sizeof(r->pcm) / sizeof(r->pcm[0])) {
		CU_ASSERT_EQUAL(
			audio_decoder_decode(r->ear, p->payload, p->len,
					     r->pcm + r->samples, &n, NULL),
			0);
		r->samples += n;
	}
}


static void shop_open(struct shop *s)
{
	memset(s, 0, sizeof(*s));
	s->tick = TICK0;
	CU_ASSERT_EQUAL_FATAL(
		shared_audio_alloc(&s->shared, &s->past, &s->renditions), 0);
}


static void shop_run(struct shop *s, unsigned ticks)
{
	static const int16_t pcm[AUDIO_TICK_SAMPLES] = {1};

	while (ticks--) {
		shared_audio_tick(s->shared, pcm, s->tick, s->tick * 20000);
		past_sound_advance(&s->past);
		s->tick++;
	}
}


static void recorder_open(struct recorder *r, struct shared_audio *shared,
			  const struct audio_codec *c)
{
	memset(r, 0, sizeof(*r));
	CU_ASSERT_EQUAL_FATAL(
		audio_consumer_alloc(&r->consumer, shared, packet_h, r), 0);
	if (c)
		CU_ASSERT_EQUAL_FATAL(
			audio_consumer_join(r->consumer, c, AUDIO_CMR_NONE),
			0);
}


static void equal_wishes_share_one_rendition(void)
{
	const struct audio_codec pcmu = codec(AUDIO_PCMU, 20);
	const struct audio_codec pcma = codec(AUDIO_PCMA, 20);
	static struct recorder r[3];
	struct shop s;

	shop_open(&s);
	recorder_open(&r[0], s.shared, &pcmu);
	recorder_open(&r[1], s.shared, &pcmu);
	CU_ASSERT_EQUAL(s.renditions, 1);
	recorder_open(&r[2], s.shared, &pcma);
	CU_ASSERT_EQUAL(s.renditions, 2);

	shop_run(&s, 10);
	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL(r[i].packets, 10);
		CU_ASSERT_EQUAL(r[i].last.tick, s.tick - 1);
		CU_ASSERT_EQUAL(r[i].step, 160);
	}
	CU_ASSERT_PTR_EQUAL(r[0].last.payload, r[1].last.payload);
	CU_ASSERT_PTR_NOT_EQUAL(r[0].last.payload, r[2].last.payload);

	/* to another one, and the last to leave puts out the light */
	CU_ASSERT_EQUAL(
		audio_consumer_join(r[2].consumer, &pcmu, AUDIO_CMR_NONE), 0);
	CU_ASSERT_EQUAL(s.renditions, 1);
	audio_consumer_leave(r[0].consumer);
	CU_ASSERT_PTR_NULL(audio_consumer_codec(r[0].consumer));
	mem_deref(r[1].consumer);
	CU_ASSERT_EQUAL(s.renditions, 1);
	mem_deref(r[2].consumer);
	CU_ASSERT_EQUAL(s.renditions, 0);
	mem_deref(r[0].consumer);
	mem_deref(s.shared);
}


/* State of a consumer x what happens to it: does it get the next packet */
static void a_consumer_gets_what_it_has_joined_and_takes(void)
{
	enum event { NOTHING, JOIN, LEAVE, TAKE, LET_PASS, EVENTS };
	static const struct {
		bool joined, taking;
		bool gets[EVENTS];
	} table[] = {
		{false, false, {false, false, false, false, false}},
		{false, true, {false, true, false, false, false}},
		{true, false, {false, false, false, true, false}},
		{true, true, {true, true, false, true, false}},
	};
	const struct audio_codec pcmu = codec(AUDIO_PCMU, 20);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		for (int e = 0; e < EVENTS; e++) {
			static struct recorder r;
			struct shop s;

			shop_open(&s);
			recorder_open(&r, s.shared,
				      table[i].joined ? &pcmu : NULL);
			audio_consumer_take(r.consumer, table[i].taking);
			if (e == JOIN)
				(void)audio_consumer_join(r.consumer, &pcmu,
							  AUDIO_CMR_NONE);
			if (e == LEAVE)
				audio_consumer_leave(r.consumer);
			if (e == TAKE || e == LET_PASS)
				audio_consumer_take(r.consumer, e == TAKE);
			shop_run(&s, 1);
			CU_ASSERT_EQUAL(r.packets == 1, table[i].gets[e]);
			mem_deref(r.consumer);
			mem_deref(s.shared);
		}
	}
}


/* Whenever one comes: a leg that changes over loses and doubles nothing */
static void packets_of_all_keep_step(void)
{
	const struct audio_codec pcmu = codec(AUDIO_PCMU, 40);
	static struct recorder r[2];
	struct shop s;

	shop_open(&s);
	shop_run(&s, 1); /* an odd tick now */
	recorder_open(&r[0], s.shared, &pcmu);
	shop_run(&s, 2);
	CU_ASSERT_EQUAL(r[0].packets, 0);
	recorder_open(&r[1], s.shared, &pcmu);
	shop_run(&s, 3);
	CU_ASSERT_EQUAL(r[0].packets, 2);
	CU_ASSERT_EQUAL(r[0].step, 320);
	CU_ASSERT_EQUAL(r[0].last.tick % 2, 1);
	CU_ASSERT_EQUAL(r[0].last.timestamp,
			(uint32_t)(r[0].last.tick - 1) * 160);
	CU_ASSERT_EQUAL(r[0].last.tick, r[1].last.tick);
	mem_deref(r[0].consumer);
	mem_deref(r[1].consumer);
	mem_deref(s.shared);
}


static double tone(const struct recorder *r, double hz)
{
	double re = 0, im = 0;
	size_t n = 1600;

	if (r->samples < n)
		return 0;

	for (size_t i = 0; i < n; i++) {
		double a = 2 * M_PI * hz * (double)i / 8000;

		re += r->pcm[r->samples - n + i] * cos(a);
		im += r->pcm[r->samples - n + i] * sin(a);
	}

	return 2 * sqrt(re * re + im * im) / (double)n;
}


/* A recorder beside two legs: it hears both, and they notice nothing */
static void who_is_no_leg_hears_the_common_mix(void)
{
	const struct audio_codec pcmu = codec(AUDIO_PCMU, 20);
	static struct handset h[2];
	static struct recorder r;
	struct shared_audio *shared;
	uint64_t now_us;
	struct world w;

	world_open(&w, 30);
	for (unsigned i = 0; i < 2; i++) {
		handset_join(&w, &h[i], i + 1, AUDIO_PCMU, 20);
		h[i].amplitude = LOUD;
		h[i].hz = 400 + 300 * i;
	}
	shared = mix_shared_audio(mixer_mix(w.mixer, 1));
	recorder_open(&r, shared, &pcmu);
	CU_ASSERT_EQUAL_FATAL(audio_decoder_alloc(&r.ear, &pcmu), 0);
	now_us = clock_us();
	handsets_run(&w, h, 2, 600, &now_us);

	CU_ASSERT_EQUAL(r.packets, 30);
	CU_ASSERT_EQUAL(r.step, 160);
	CU_ASSERT_TRUE(tone(&r, 400) > LOUD / 2);
	CU_ASSERT_TRUE(tone(&r, 700) > LOUD / 2);
	CU_ASSERT_TRUE(handset_tone(&h[0], 700, h[0].heard_count - 1600,
				    1600) > LOUD / 2);
	CU_ASSERT_TRUE(handset_tone(&h[0], 400, h[0].heard_count - 1600,
				    1600) < LOUD / 20);

	mem_deref(r.consumer);
	mem_deref(r.ear);
	handset_close(&h[0]);
	handset_close(&h[1]);
	world_close(&w);
}


static CU_TestInfo tests[] = {
	{"equal wishes share one rendition", equal_wishes_share_one_rendition},
	{"a consumer gets what it has joined and takes",
	 a_consumer_gets_what_it_has_joined_and_takes},
	{"packets of all keep step", packets_of_all_keep_step},
	{"who is no leg hears the common mix",
	 who_is_no_leg_hears_the_common_mix},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(mix_audio, tests)
