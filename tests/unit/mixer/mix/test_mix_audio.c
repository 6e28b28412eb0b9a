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
#include "mixer/net/rtp.h"
#include "tests/unit/failing.h"
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


/** Time stamps go on by the packet, whoever comes when */
static void packets_shorter_than_a_tick_are_handed_out_in_it(void)
{
	const struct audio_codec ten = codec(AUDIO_PCMU, 10);
	const struct audio_codec five = codec(AUDIO_G722, 5);
	static struct recorder r[3];
	struct shop s;

	shop_open(&s);
	recorder_open(&r[0], s.shared, &ten);
	recorder_open(&r[1], s.shared, &five);
	shop_run(&s, 10);
	recorder_open(&r[2], s.shared, &ten);
	shop_run(&s, 10);
	CU_ASSERT_EQUAL(r[0].packets, 40);
	CU_ASSERT_EQUAL(r[0].step, 80);
	CU_ASSERT_EQUAL(r[0].last.len, 80);
	CU_ASSERT_EQUAL(r[0].last.timestamp, (uint32_t)s.tick * 160 - 80);
	CU_ASSERT_EQUAL(r[1].packets, 80);
	CU_ASSERT_EQUAL(r[1].step, 40);
	CU_ASSERT_EQUAL(r[1].last.len, 40);
	CU_ASSERT_EQUAL(r[2].packets, 20);
	CU_ASSERT_EQUAL(r[2].last.timestamp, r[0].last.timestamp);
	for (size_t i = 0; i < 3; i++)
		mem_deref(r[i].consumer);
	mem_deref(s.shared);
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


/* Whoever cannot move stays; and the renditions are as many as are joined */
static int join_move_and_leave(void *arg)
{
	const struct audio_codec pcmu = codec(AUDIO_PCMU, 20);
	const struct audio_codec g722 = codec(AUDIO_G722, 20);
	struct audio_consumer *c[2] = {NULL, NULL};
	static struct recorder r[2];
	struct shop s = {.tick = TICK0};
	const struct audio_codec *has;
	int err;

	(void)arg;
	memset(r, 0, sizeof(r));
	err = shared_audio_alloc(&s.shared, &s.past, &s.renditions);
	for (size_t i = 0; i < 2 && !err; i++)
		err = audio_consumer_alloc(&c[i], s.shared, packet_h, &r[i]);
	for (size_t i = 0; i < 2 && !err; i++)
		err = audio_consumer_join(c[i], &pcmu, AUDIO_CMR_NONE);
	if (!err) {
		err = audio_consumer_join(c[1], &g722, AUDIO_CMR_NONE);
		has = audio_consumer_codec(c[1]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(has);
		CU_ASSERT_EQUAL(has->id, err ? AUDIO_PCMU : AUDIO_G722);
		CU_ASSERT_EQUAL(s.renditions, err ? 1 : 2);
		shop_run(&s, 3);
		CU_ASSERT_EQUAL(r[0].packets, 3);
		CU_ASSERT_EQUAL(r[1].packets, 3);
		audio_consumer_leave(c[1]);
		CU_ASSERT_EQUAL(s.renditions, 1);
	}

	mem_deref(c[0]);
	mem_deref(c[1]);
	CU_ASSERT_EQUAL(s.renditions, 0);
	mem_deref(s.shared);

	return err;
}


static void without_memory_a_consumer_stays_where_it_was(void)
{
	failing_each(join_move_and_leave, NULL);
}


/* Two that talk, the second of them to be described anew */
struct talk {
	struct world w;
	struct handset h[2];
	struct leg_description *anew;
	uint64_t now_us;
};

enum { NEW_PT = 97, PCMU_BYTES = 160, AMR_BYTES = 33 };


static void talk_open(struct talk *t)
{
	char why[DESCRIPTION_WHY_BYTES];
	struct handset as;
	struct sa local;
	json_t *msg;

	world_open(&t->w, 30);
	for (unsigned i = 0; i < 2; i++) {
		handset_join(&t->w, &t->h[i], i + 1, AUDIO_PCMU, 20);
		t->h[i].amplitude = LOUD;
	}

	as = t->h[1];
	as.codec = audio_codec_plain(AUDIO_AMR);
	CU_ASSERT_EQUAL_FATAL(
		getsockname(as.fd, &local.u.sa, &(socklen_t){sizeof(local.u)}),
		0);
	msg = handset_description(&as, "leg.modify", sa_port(&local));
	CU_ASSERT_EQUAL_FATAL(leg_description_read(&t->anew, msg, why), 0);
	t->anew->media[0].codecs[0].pt = NEW_PT;
	json_decref(msg);
	t->now_us = clock_us();
}


static void talk_close(struct talk *t)
{
	mem_deref(t->anew);
	handset_close(&t->h[0]);
	handset_close(&t->h[1]);
	world_close(&t->w);
}


/* Ticks; what the second is sent meanwhile is what its type says.
 * @return packets of each type */
static void listen_closely(struct talk *t, unsigned ticks, unsigned got[2])
{
	struct mix *mix = mixer_mix(t->w.mixer, 1);
	uint8_t buf[2048];
	struct rtp_packet p;
	ssize_t n;

	got[0] = got[1] = 0;
	while (ticks--) {
		t->now_us += 20000;
		mix_tick(mix, t->now_us / 20000, t->now_us);
		n = recv(t->h[1].fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n <= 0 || rtp_packet_decode(&p, buf, (size_t)n))
			continue;
		CU_ASSERT_EQUAL(p.payload_bytes,
				p.pt == NEW_PT ? AMR_BYTES : PCMU_BYTES);
		got[p.pt == NEW_PT]++;
	}
}


static int change_codec_while_talking(void *arg)
{
	char why[DESCRIPTION_WHY_BYTES];
	struct talk *t = arg;
	unsigned got[2];
	int err;

	memset(t, 0, sizeof(*t));
	failing_pause();
	talk_open(t);
	/* each becomes audible, and takes a rendition of its own */
	handsets_run(&t->w, t->h, 2, 200, &t->now_us);
	failing_resume();

	/* the tick has to take another one */
	err = leg_configure(mixer_leg(t->w.mixer, 2), t->anew, why);
	listen_closely(t, 3, got);
	CU_ASSERT_EQUAL(got[0], 0);
	CU_ASSERT_TRUE(!err || !got[1]);

	/* with memory again it is as if nothing had been */
	failing_pause();
	CU_ASSERT_EQUAL(leg_configure(mixer_leg(t->w.mixer, 2), t->anew, why),
			0);
	listen_closely(t, 5, got);
	CU_ASSERT_EQUAL(got[0], 0);
	CU_ASSERT_EQUAL(got[1], 5);
	talk_close(t);
	failing_resume();

	return err;
}


static void without_memory_nobody_is_sent_another_codec_than_told(void)
{
	static struct talk t;

	failing_each(change_codec_while_talking, &t);
}


static CU_TestInfo tests[] = {
	{"packets shorter than a tick are handed out in it",
	 packets_shorter_than_a_tick_are_handed_out_in_it},
	{"equal wishes share one rendition", equal_wishes_share_one_rendition},
	{"a consumer gets what it has joined and takes",
	 a_consumer_gets_what_it_has_joined_and_takes},
	{"packets of all keep step", packets_of_all_keep_step},
	{"who is no leg hears the common mix",
	 who_is_no_leg_hears_the_common_mix},
	{"without memory a consumer stays where it was",
	 without_memory_a_consumer_stays_where_it_was},
	{"without memory nobody is sent another codec than told",
	 without_memory_nobody_is_sent_another_codec_than_told},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(mix_audio, tests)
