/**
 * @file test_source.c  The jitter buffer under every weather, clock in hand
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/source.h"
#include "mixer/base/re.h"
#include "tests/unit/failing.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"


enum {
	TICK = AUDIO_TICK_SAMPLES,
	PT = 96,
	PT_CN = 13,
	QUEUE = 256,
	TONE_HZ = 400,
};

struct flying {
	uint64_t at_us;
	uint8_t pt;
	uint16_t seq;
	uint32_t timestamp;
	bool marker, used;
	size_t len;
	uint8_t payload[AUDIO_PAYLOAD_MAX];
};

/** A sender, a network and the source under test */
struct line {
	struct audio_source *source;
	struct audio_encoder *encoder;
	struct audio_codec codec;
	struct flying queue[QUEUE];
	uint64_t now_us, send_us;
	double drift;       /**< sender's clock, 1.0 = ours */
	unsigned jitter_ms; /**< uniform, added to each packet */
	unsigned loss_percent;
	unsigned twice_percent;
	unsigned held_ms; /**< added to each packet: another path */
	bool babble;      /**< loud and soft in turn, as voice is */
	bool silent;      /**< sends nothing, time goes on */
	bool marker;
	uint64_t sent_samples;
	uint16_t seq;
	uint32_t timestamp;
	uint32_t seed;
	/* what was heard */
	int16_t pcm[TICK], last;
	int step;
	bool skip;
};


static struct audio_codec codec_of(enum audio_codec_id id, unsigned ptime)
{
	struct audio_codec codec = {.id = id,
				    .clock_hz = 8000,
				    .rate_hz = 8000,
				    .ptime_ms = ptime};

	if (id == AUDIO_OPUS)
		codec.clock_hz = codec.rate_hz = 48000;
	if (id == AUDIO_G722)
		codec.rate_hz = 16000;
	if (id == AUDIO_AMR_WB)
		codec.clock_hz = codec.rate_hz = 16000;

	return codec;
}


static void open_line(struct line *l, enum audio_codec_id id, unsigned ptime)
{
	struct audio_source_config config;

	memset(l, 0, sizeof(*l));
	memset(&config, 0, sizeof(config));
	l->codec = codec_of(id, ptime);
	config.formats[0].pt = PT;
	config.formats[0].codec = l->codec;
	config.formats[1].pt = PT + 1;
	config.formats[1].codec =
		codec_of(id == AUDIO_PCMA ? AUDIO_PCMU : AUDIO_PCMA, ptime);
	config.format_count = 2;
	config.cn_pt = PT_CN;

	CU_ASSERT_FATAL(!audio_source_alloc(&l->source, &config));
	CU_ASSERT_FATAL(!audio_encoder_alloc(&l->encoder, &l->codec));
	l->now_us = l->send_us = 5000000;
	l->drift = 1;
	l->seq = 65530;
	l->timestamp = 0xffffff00;
	l->seed = 11;
}


static void close_line(struct line *l)
{
	mem_deref(l->source);
	mem_deref(l->encoder);
}


static void post(struct line *l, const struct flying *f)
{
	for (int i = 0; i < QUEUE; i++) {
		if (!l->queue[i].used) {
			l->queue[i] = *f;
			l->queue[i].used = true;
			return;
		}
	}
	CU_FAIL("queue");
}


static void send_packet(struct line *l)
{
	size_t per = l->codec.rate_hz / 1000 * l->codec.ptime_ms;
	int16_t pcm[AUDIO_PACKET_MAX_SAMPLES];
	struct flying f = {.pt = PT,
			   .seq = l->seq,
			   .timestamp = l->timestamp,
			   .marker = l->marker};

	sound_sine(pcm, per, l->sent_samples, TONE_HZ, l->codec.rate_hz,
		   l->babble && l->seq / 4 % 2 ? 100 : 8000);
	l->sent_samples += per;
	l->timestamp += l->codec.clock_hz / 1000 * l->codec.ptime_ms;
	if (l->silent)
		return;

	audio_encoder_encode(l->encoder, pcm, f.payload, &f.len);
	l->seq++;
	l->marker = false;
	f.at_us = l->send_us + 1000 * (uint64_t)l->held_ms;
	if (l->jitter_ms)
		f.at_us += sound_random(&l->seed) % (l->jitter_ms * 1000);
	if (sound_random(&l->seed) % 100 < l->loss_percent)
		return;

	post(l, &f);
	if (sound_random(&l->seed) % 100 < l->twice_percent) {
		f.at_us += 5000;
		post(l, &f);
	}
}


/** Everything that arrives before `until` */
static void deliver(struct line *l, uint64_t until)
{
	for (;;) {
		struct flying *first = NULL;

		for (int i = 0; i < QUEUE; i++) {
			struct flying *f = &l->queue[i];

			if (f->used && f->at_us <= until &&
			    (!first || f->at_us < first->at_us))
				first = f;
		}
		if (!first)
			return;
		first->used = false;
		CU_ASSERT(!audio_source_put(l->source, first->pt, first->seq,
					    first->timestamp, first->marker,
					    first->payload, first->len, -1,
					    first->at_us));
	}
}


static void tick(struct line *l)
{
	int step;

	l->now_us += 20000;
	while (l->send_us <= l->now_us) {
		send_packet(l);
		l->send_us += (uint64_t)(l->codec.ptime_ms * 1000 / l->drift);
	}
	deliver(l, l->now_us);

	if (l->skip) {
		audio_source_skip(l->source, l->now_us);
		l->last = 0;
		return;
	}
	(void)audio_source_get(l->source, l->pcm, l->now_us);
	step = sound_step(l->pcm, TICK, l->last);
	l->step = step > l->step ? step : l->step;
	l->last = l->pcm[TICK - 1];
}


static void run(struct line *l, unsigned ms)
{
	for (unsigned t = 0; t < ms; t += 20)
		tick(l);
}


static struct audio_source_stats stats(const struct line *l)
{
	struct audio_source_stats s;

	audio_source_stats(l->source, &s);
	return s;
}


/** Greatest step of the tone itself, with some room */
static int tone_step(void)
{
	return (int)(8000 * 2 * SOUND_PI * TONE_HZ / 48000 * 1.6);
}


static void a_calm_line_is_heard_whole_at_low_delay(void)
{
	static const enum audio_codec_id ids[] = {
		AUDIO_PCMU, AUDIO_G722, AUDIO_OPUS, AUDIO_AMR, AUDIO_AMR_WB};
	static const unsigned ptimes[] = {20, 40, 60, 120, 10};

	for (int c = 0; c < 5; c++) {
		for (int p = 0; p < 5; p++) {
			struct line l;

			if (ptimes[p] == 10 && ids[c] >= AUDIO_AMR)
				continue;
			open_line(&l, ids[c], ptimes[p]);
			run(&l, 6000);
			CU_ASSERT(stats(&l).late == 0);
			CU_ASSERT(stats(&l).concealed == 0);
			CU_ASSERT(stats(&l).delay_ms <= 45);
			CU_ASSERT(sound_tone_share(l.pcm, TICK, TONE_HZ,
						   48000) > 0.8);
			CU_ASSERT(sound_rms(l.pcm, TICK) > 4000);
			close_line(&l);
		}
	}
}


static void jitter_is_ridden_out_and_delay_returns(void)
{
	struct line l;
	uint64_t concealed;

	open_line(&l, AUDIO_PCMU, 20);
	l.jitter_ms = 80;
	run(&l, 5000);
	concealed = stats(&l).concealed;
	run(&l, 10000);
	CU_ASSERT(stats(&l).concealed - concealed < 15);
	CU_ASSERT(stats(&l).delay_ms >= 80);
	CU_ASSERT(stats(&l).delay_ms <= 80 + 60);
	CU_ASSERT(l.step < tone_step() * 2);

	l.jitter_ms = 0;
	run(&l, 8000);
	CU_ASSERT(stats(&l).delay_ms <= 45);
	CU_ASSERT(stats(&l).stretched > 0);
	CU_ASSERT(l.step < tone_step() * 2);
	close_line(&l);
}


static void loss_is_concealed_without_clicks(void)
{
	struct line l;

	open_line(&l, AUDIO_PCMA, 20);
	l.loss_percent = 10;
	l.twice_percent = 20;
	run(&l, 20000);
	CU_ASSERT(stats(&l).concealed > 50);
	CU_ASSERT(stats(&l).concealed < 200);
	CU_ASSERT(stats(&l).delay_ms <= 45);
	CU_ASSERT(l.step < tone_step() * 2);
	close_line(&l);
}


static void clock_drift_does_not_creep(void)
{
	static const double drifts[] = {1.001, 0.999};

	for (int d = 0; d < 2; d++) {
		struct line l;

		open_line(&l, AUDIO_OPUS, 20);
		l.drift = drifts[d];
		run(&l, 60000);
		CU_ASSERT(stats(&l).concealed < 20);
		CU_ASSERT(stats(&l).delay_ms <= 60);
		CU_ASSERT(stats(&l).stretched > 1);
		close_line(&l);
	}
}


static void a_pause_builds_no_delay(void)
{
	struct line l;

	open_line(&l, AUDIO_PCMU, 20);
	for (int i = 0; i < 10; i++) {
		l.silent = false;
		l.marker = true;
		run(&l, 1000);
		l.silent = true;
		run(&l, 3000);
		CU_ASSERT(sound_rms(l.pcm, TICK) == 0);
	}
	l.silent = false;
	l.marker = true;
	run(&l, 1000);
	CU_ASSERT(stats(&l).delay_ms <= 45);
	CU_ASSERT(sound_rms(l.pcm, TICK) > 4000);
	close_line(&l);
}


/** A sender whose RTP clock stands still, or leaps, while it is silent */
static void a_marked_time_jump_builds_no_delay(void)
{
	static const int32_t jumps[] = {-8000, 8000, 800000, -800000};

	for (int j = 0; j < 4; j++) {
		struct line l;

		open_line(&l, AUDIO_PCMU, 20);
		run(&l, 2000);
		l.timestamp += (uint32_t)jumps[j];
		l.marker = true;
		run(&l, 1000);
		CU_ASSERT(stats(&l).delay_ms <= 60);
		CU_ASSERT(sound_rms(l.pcm, TICK) > 4000);
		CU_ASSERT(l.step < tone_step() * 2);
		close_line(&l);
	}
}


static void a_longer_path_is_followed(void)
{
	struct line l;

	open_line(&l, AUDIO_PCMU, 20);
	run(&l, 3000);
	l.held_ms = 300;
	run(&l, 6000);
	CU_ASSERT(stats(&l).delay_ms <= 60);
	CU_ASSERT(sound_rms(l.pcm, TICK) > 4000);
	l.held_ms = 1500;
	run(&l, 8000);
	CU_ASSERT(stats(&l).delay_ms <= 60);
	CU_ASSERT(sound_rms(l.pcm, TICK) > 4000);
	close_line(&l);
}


/** With and without a resampler, which holds an old sound too */
static const enum audio_codec_id kinds[] = {AUDIO_OPUS, AUDIO_PCMU,
					    AUDIO_G722};


static void a_new_ssrc_starts_afresh(void)
{
	struct line l;

	for (size_t i = 0; i < 5 * ARRAY_SIZE(kinds); i++) {
		open_line(&l, kinds[i / 5], 20);
		run(&l, 2000);
		audio_source_reset(l.source);
		/* at any phase of the old wave; Opus codes the jump itself */
		if (kinds[i / 5] != AUDIO_OPUS)
			l.sent_samples +=
				i % 5 * l.codec.rate_hz / TONE_HZ / 5;
		l.seq = 17;
		l.timestamp = 99;
		run(&l, 500);
		CU_ASSERT(sound_rms(l.pcm, TICK) > 4000);
		CU_ASSERT(stats(&l).delay_ms <= 60);
		CU_ASSERT(l.step < tone_step() * 2);
		close_line(&l);
	}
}


static void a_new_payload_type_is_followed(void)
{
	static const enum audio_codec_id ids[] = {AUDIO_PCMU, AUDIO_G722,
						  AUDIO_OPUS};

	for (int c = 0; c < 3; c++) {
		struct line l;
		struct audio_encoder *e = NULL;
		struct audio_codec pcma = codec_of(AUDIO_PCMA, 20);

		open_line(&l, ids[c], 20);
		run(&l, 1000);
		audio_encoder_alloc(&e, &pcma);
		for (int i = 0; i < 50; i++) {
			int16_t pcm[160];
			uint8_t payload[AUDIO_PAYLOAD_MAX];
			size_t len;

			l.now_us += 20000;
			sound_sine(pcm, 160, (uint64_t)i * 160, TONE_HZ, 8000,
				   8000);
			audio_encoder_encode(e, pcm, payload, &len);
			audio_source_put(l.source, PT + 1,
					 (uint16_t)(l.seq + i),
					 l.timestamp + 160u * (unsigned)i,
					 false, payload, len, -1, l.now_us);
			audio_source_get(l.source, l.pcm, l.now_us);
		}
		CU_ASSERT(sound_rms(l.pcm, TICK) > 4000);
		CU_ASSERT(audio_source_codec(l.source)->id == AUDIO_PCMA);
		CU_ASSERT(stats(&l).delay_ms <= 60);
		mem_deref(e);
		close_line(&l);
	}
}


static void unheard_time_goes_on_and_returns_clean(void)
{
	struct line l;
	uint64_t decoded;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		open_line(&l, kinds[i], 20);
		run(&l, 1000);
		l.skip = true;
		decoded = stats(&l).decoded;
		run(&l, 5000);
		CU_ASSERT(stats(&l).decoded == decoded);
		l.skip = false;
		l.step = 0;
		tick(&l);
		CU_ASSERT(sound_tone_share(l.pcm, TICK, TONE_HZ, 48000) > 0.6);
		run(&l, 200);
		CU_ASSERT(l.step < tone_step() * 2);
		CU_ASSERT(stats(&l).delay_ms <= 45);
		CU_ASSERT(sound_rms(l.pcm, TICK) > 4000);
		close_line(&l);
	}
}


/** The position falls into the midst of a packet: what is left of that one is
 *  shorter than the fading in */
static void sound_begins_without_a_click_wherever_it_begins(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (unsigned part = 0; part < 4 * 20; part++) {
			struct line l;

			open_line(&l, kinds[i], 20);
			l.send_us += part / 4 * 1000;
			l.sent_samples =
				part % 4 * l.codec.rate_hz / TONE_HZ / 4;
			/* somebody in the midst of a word */
			l.loss_percent = 100;
			run(&l, 100);
			l.loss_percent = 0;
			run(&l, 300);
			CU_ASSERT(l.step < tone_step() * 2);
			CU_ASSERT(sound_rms(l.pcm, TICK) > 4000);
			audio_source_reset(l.source);
			run(&l, 300);
			CU_ASSERT(l.step < tone_step() * 2);
			close_line(&l);
		}
	}
}


static void comfort_noise_fills_the_pause(void)
{
	static const uint8_t cn[] = {40, 137, 117};
	struct line l;

	open_line(&l, AUDIO_PCMU, 20);
	run(&l, 1000);
	l.silent = true;
	CU_ASSERT(!audio_source_put(l.source, PT_CN, l.seq++, l.timestamp,
				    false, cn, sizeof(cn), -1, l.now_us));
	run(&l, 3000);
	/* -40 dBov */
	CU_ASSERT(sound_rms(l.pcm, TICK) > 327 * 0.6);
	CU_ASSERT(sound_rms(l.pcm, TICK) < 327 * 1.5);
	l.silent = false;
	l.marker = true;
	run(&l, 500);
	CU_ASSERT(sound_rms(l.pcm, TICK) > 4000);
	CU_ASSERT(stats(&l).delay_ms <= 45);
	close_line(&l);
}


static void opus_fec_is_taken_from_the_next_packet(void)
{
	struct line l;
	struct audio_codec codec = codec_of(AUDIO_OPUS, 20);

	open_line(&l, AUDIO_OPUS, 20);
	mem_deref(l.encoder);
	codec.fec = true;
	audio_encoder_alloc(&l.encoder, &codec);
	audio_encoder_loss(l.encoder, 15);
	l.loss_percent = 15;
	l.jitter_ms = 30;
	l.babble = true;
	run(&l, 20000);
	CU_ASSERT(stats(&l).fec > 50);
	close_line(&l);
}


static void levels_are_told(void)
{
	struct line l;
	bool unknown = true;

	open_line(&l, AUDIO_PCMU, 20);
	l.skip = true;
	run(&l, 500);
	/* 8000 of 32768 in a sine: -15.3 dBov, known without decoding */
	CU_ASSERT(audio_source_level(l.source, &unknown, l.now_us) == 15);
	CU_ASSERT(!unknown);
	close_line(&l);

	open_line(&l, AUDIO_OPUS, 20);
	l.skip = true;
	run(&l, 500);
	CU_ASSERT(audio_source_level(l.source, &unknown, l.now_us) == 127);
	CU_ASSERT(unknown);
	l.skip = false;
	run(&l, 500);
	CU_ASSERT(abs((int)audio_source_level(l.source, &unknown, l.now_us) -
		      15) <= 1);
	CU_ASSERT(unknown);
	CU_ASSERT(!audio_source_put(l.source, PT, 30000, 1, false,
				    (const uint8_t *)"\xfc\xff\xfe", 3, 33,
				    l.now_us + 130000));
	CU_ASSERT(audio_source_level(l.source, &unknown, l.now_us + 130000) ==
		  33);
	CU_ASSERT(!unknown);
	/* the next does not tell: it may be the first loud one */
	CU_ASSERT(!audio_source_put(l.source, PT, 30001, 961, false,
				    (const uint8_t *)"\xfc\xff\xfe", 3, -1,
				    l.now_us + 150000));
	(void)audio_source_level(l.source, &unknown, l.now_us + 150000);
	CU_ASSERT(unknown);
	close_line(&l);
}


static void garbage_is_refused(void)
{
	struct line l;

	open_line(&l, AUDIO_AMR, 20);
	CU_ASSERT(audio_source_put(l.source, 77, 1, 1, false,
				   (const uint8_t *)"x", 1, -1, 1) == ENOENT);
	CU_ASSERT(audio_source_put(l.source, PT, 1, 1, false,
				   (const uint8_t *)"x", 1, -1, 1) == EBADMSG);
	CU_ASSERT(audio_source_put(l.source, PT, 1, 1, false, NULL, 0, -1,
				   1) == EBADMSG);
	CU_ASSERT(!audio_source_get(l.source, l.pcm, 20000));
	CU_ASSERT(audio_source_codec(l.source) == NULL);
	CU_ASSERT(audio_source_cmr(l.source) == AUDIO_CMR_NONE);
	close_line(&l);
}


static const struct audio_source_config three_codecs = {
	.formats = {{0,
		     {.id = AUDIO_PCMU,
		      .clock_hz = 8000,
		      .rate_hz = 8000,
		      .ptime_ms = 20}},
		    {97,
		     {.id = AUDIO_G722,
		      .clock_hz = 8000,
		      .rate_hz = 16000,
		      .ptime_ms = 20}},
		    {111,
		     {.id = AUDIO_OPUS,
		      .clock_hz = 48000,
		      .rate_hz = 48000,
		      .ptime_ms = 20}}},
	.format_count = 3,
	.cn_pt = PT_CN,
};

/** A re-offer that there is no memory for leaves the source as it was */
static int make_and_configure(void *arg)
{
	static const uint8_t sound[160] = {0x10, 0x20, 0x30};
	struct audio_source_config one = three_codecs;
	struct audio_source *s = NULL;
	static int16_t pcm[TICK];
	int err;

	(void)arg;
	one.format_count = 1;
	err = audio_source_alloc(&s, &one);
	CU_ASSERT_EQUAL(!err, s != NULL);
	if (err)
		return err;

	err = audio_source_configure(s, &three_codecs);
	CU_ASSERT_EQUAL(audio_source_put(s, 0, 1, 1, true, sound,
					 sizeof(sound), -1, 1000000),
			0);
	if (!err)
		CU_ASSERT_EQUAL(audio_source_put(s, 97, 2, 161, false, sound,
						 sizeof(sound), -1, 1020000),
				0);
	for (unsigned i = 0; i < 5; i++)
		(void)audio_source_get(s, pcm, 1040000 + i * 20000);
	mem_deref(s);

	return err;
}


static void survives_any_failing_allocation(void)
{
	failing_each(make_and_configure, NULL);
}

static CU_TestInfo tests[] = {
	{"a calm line is heard whole at low delay",
	 a_calm_line_is_heard_whole_at_low_delay},
	{"jitter is ridden out and delay returns",
	 jitter_is_ridden_out_and_delay_returns},
	{"sound begins without a click wherever it begins",
	 sound_begins_without_a_click_wherever_it_begins},
	{"loss is concealed without clicks", loss_is_concealed_without_clicks},
	{"clock drift does not creep", clock_drift_does_not_creep},
	{"a pause builds no delay", a_pause_builds_no_delay},
	{"a marked time jump builds no delay",
	 a_marked_time_jump_builds_no_delay},
	{"a longer path is followed", a_longer_path_is_followed},
	{"a new SSRC starts afresh", a_new_ssrc_starts_afresh},
	{"a new payload type is followed", a_new_payload_type_is_followed},
	{"unheard time goes on and returns clean",
	 unheard_time_goes_on_and_returns_clean},
	{"comfort noise fills the pause", comfort_noise_fills_the_pause},
	{"Opus FEC is taken from the next packet",
	 opus_fec_is_taken_from_the_next_packet},
	{"levels are told", levels_are_told},
	{"garbage is refused", garbage_is_refused},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(source, tests)
