/**
 * @file test_handset.c  Whom the mixer decodes, and what a listener hears
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/leg/leg_demux.h"
#include "mixer/leg/leg_private.h"
#include "mixer/mix/mix_private.h"
#include "tests/unit/mixer/world/handset.h"
#include "tests/unit/unit.h"


enum { CROWD = 12, LOUD = 8000, QUIET = 10, PROBES = 4 };


static const struct member_sound *sound_of(const struct world *w, size_t i)
{
	const struct mix *mix = mixer_mix(w->mixer, 1);

	CU_ASSERT_PTR_NOT_NULL_FATAL(mix);

	return &mix->members[i]->sound;
}


/* Opus without RFC 6464: only decoding tells who is loud */
static void the_quiet_are_decoded_in_turns_and_never_heard(void)
{
	static struct handset h[CROWD];
	uint64_t now_us, decoded;
	struct world w;

	world_open(&w, 30);
	for (unsigned i = 0; i < CROWD; i++) {
		handset_join(&w, &h[i], i + 1, AUDIO_OPUS, 20);
		h[i].amplitude = QUIET;
	}
	now_us = clock_us();
	handsets_run(&w, h, CROWD, 600, &now_us);

	decoded = w.mixer->totals.decoded_audio;
	handsets_run(&w, h, CROWD, 1000, &now_us);
	CU_ASSERT_EQUAL(w.mixer->totals.decoded_audio - decoded, PROBES * 50);
	for (unsigned i = 0; i < CROWD; i++) {
		CU_ASSERT_FALSE(sound_of(&w, i)->speaker.audible);
		/* one may have had its own while the others came */
		CU_ASSERT_FALSE(sound_of(&w, i)->on_own);
	}

	h[CROWD - 1].amplitude = LOUD;
	handsets_run(&w, h, CROWD, 300, &now_us);
	CU_ASSERT_TRUE(sound_of(&w, CROWD - 1)->speaker.audible);
	CU_ASSERT_TRUE(handset_tone(&h[0], 440, h[0].heard_count - 4800,
				    4800) > LOUD / 2);

	for (unsigned i = 0; i < CROWD; i++)
		handset_close(&h[i]);
	world_close(&w);
}


static void the_silent_who_say_so_are_not_decoded(void)
{
	static struct handset h[CROWD];
	uint64_t now_us, decoded;
	struct world w;

	world_open(&w, 30);
	for (unsigned i = 0; i < CROWD; i++) {
		handset_join(&w, &h[i], i + 1, AUDIO_OPUS, 20);
		h[i].amplitude = LOUD;
		h[i].level = 127;
	}
	now_us = clock_us();
	handsets_run(&w, h, CROWD, 300, &now_us);
	decoded = w.mixer->totals.decoded_audio;
	handsets_run(&w, h, CROWD, 500, &now_us);
	CU_ASSERT_EQUAL(w.mixer->totals.decoded_audio, decoded);

	/* one says that it is loud: it and nobody else */
	h[3].level = 15;
	handsets_run(&w, h, CROWD, 500, &now_us);
	CU_ASSERT_TRUE(w.mixer->totals.decoded_audio - decoded <= 25);
	CU_ASSERT_TRUE(w.mixer->totals.decoded_audio - decoded >= 23);

	for (unsigned i = 0; i < CROWD; i++)
		handset_close(&h[i]);
	world_close(&w);
}


/* RFC 9143 section 9.2: a mid says more than SSRC and payload type */
static void a_mid_tells_sections_apart(void)
{
	static const uint8_t mids[2][4] = {{0x20, 'a'}, {0x20, 'b'}};
	struct leg_transport *lt;
	struct rtp_packet p;
	struct leg *leg;
	struct world w;

	world_open(&w, 30);
	world_ask(&w,
		  json_pack("{s:s,s:i,s:i,s:s,s:[{s:s,s:s,s:b}],s:["
			    "{s:s,s:i,s:s,s:b,s:b,s:[{s:s,s:i,s:i}],s:{s:i}},"
			    "{s:s,s:i,s:s,s:b,s:b,s:[{s:s,s:i,s:i}],s:{s:i},s:"
			    "[i]}]}",
			    "op", "leg.add", "mix", 1, "leg", 1, "name", "two",
			    "transports", "kind", "plain", "remote",
			    "127.0.0.1:9", "rtcp_mux", true, "media", "kind",
			    "audio", "transport", 0, "mid", "a", "send", true,
			    "recv", true, "codecs", "name", "PCMU", "pt", 0,
			    "clock", 8000, "extensions", "mid", 2, "kind",
			    "video", "transport", 0, "mid", "b", "send", true,
			    "recv", true, "codecs", "name", "VP8", "pt", 96,
			    "clock", 90000, "extensions", "mid", 2, "ssrcs",
			    55));
	CU_ASSERT_EQUAL_FATAL(w.reply_err, 0);
	leg = mixer_leg(w.mixer, 1);
	lt = &leg->transports[0];

	memset(&p, 0, sizeof(p));
	p.ssrc = 7;
	p.pt = 99;
	CU_ASSERT_PTR_NULL(leg_demux(lt, &p));
	p.pt = 96;
	CU_ASSERT_PTR_EQUAL(leg_demux(lt, &p), leg->media[1]);
	/* the mid overrules what was learnt, and is learnt itself */
	p.extension = mids[0];
	p.extension_bytes = sizeof(mids[0]);
	CU_ASSERT_PTR_EQUAL(leg_demux(lt, &p), leg->media[0]);
	p.extension = NULL;
	CU_ASSERT_PTR_EQUAL(leg_demux(lt, &p), leg->media[0]);
	/* signalled */
	p.ssrc = 55;
	p.pt = 0;
	CU_ASSERT_PTR_EQUAL(leg_demux(lt, &p), leg->media[1]);

	/* a flood of SSRCs is bounded and keeps nobody out */
	p.pt = 0;
	for (p.ssrc = 1000; p.ssrc < 1100; p.ssrc++)
		CU_ASSERT_PTR_EQUAL(leg_demux(lt, &p), leg->media[0]);
	CU_ASSERT_EQUAL(lt->ssrc_count, LEG_SSRCS_MAX);
	world_close(&w);
}


/* Largest and smallest amplitude of a tone, 20 ms at a time */
static void extremes(const struct handset *h, double hz, size_t from,
		     double *min, double *max)
{
	const size_t window = h->codec.rate_hz / 50;

	*min = 1e9;
	*max = 0;
	for (; from + window <= h->heard_count; from += window) {
		double v = handset_tone(h, hz, from, window);

		*min = v < *min ? v : *min;
		*max = v > *max ? v : *max;
	}
}


static int largest_step(const struct handset *h, size_t from)
{
	int most = 0;

	for (size_t i = from + 1; i < h->heard_count; i++) {
		int d = abs(h->heard[i] - h->heard[i - 1]);

		most = d > most ? d : most;
	}

	return most;
}


/* A listener begins to talk, falls quiet, and must not hear the change of
 * encoders: no click, no dip */
static void changes_of_rendition_are_not_heard(void)
{
	static struct handset h[3];
	double min, max;
	uint64_t now_us;
	struct world w;
	size_t from;

	world_open(&w, 30);
	for (unsigned i = 0; i < 3; i++)
		handset_join(&w, &h[i], i + 1, AUDIO_OPUS, 20);
	h[0].amplitude = LOUD;
	now_us = clock_us();
	handsets_run(&w, h, 3, 1200, &now_us);
	CU_ASSERT_FALSE(sound_of(&w, 1)->on_own);

	from = h[1].heard_count;
	h[1].hz = 1250;
	h[1].amplitude = LOUD;
	handsets_run(&w, h, 3, 800, &now_us);
	CU_ASSERT_TRUE(sound_of(&w, 1)->on_own);
	h[1].amplitude = 0;
	handsets_run(&w, h, 3, 3000, &now_us);
	CU_ASSERT_FALSE(sound_of(&w, 1)->on_own);

	extremes(&h[1], 440, from, &min, &max);
	CU_ASSERT_TRUE(min > 0.9 * LOUD);
	CU_ASSERT_TRUE(max < 1.1 * LOUD);
	/* a sine of 440 Hz rises by 461 a sample */
	CU_ASSERT_TRUE(largest_step(&h[1], from) < 600);
	CU_ASSERT_TRUE(h[1].jumps <= world_missed(&w));

	for (unsigned i = 0; i < 3; i++)
		handset_close(&h[i]);
	world_close(&w);
}


static void packets_of_40_and_60_ms_keep_step(void)
{
	static const uint32_t ptimes[] = {40, 60};

	for (size_t i = 0; i < 2; i++) {
		static struct handset h[2];
		uint64_t now_us = clock_us();
		struct world w;
		size_t last;

		world_open(&w, 30);
		handset_join(&w, &h[0], 1, AUDIO_PCMU, ptimes[i]);
		handset_join(&w, &h[1], 2, AUDIO_PCMU, ptimes[i]);
		h[0].amplitude = LOUD;
		handsets_run(&w, h, 2, 900, &now_us);
		/* common to own and back must keep the packets' grid */
		h[1].hz = 1250;
		h[1].amplitude = LOUD;
		handsets_run(&w, h, 2, 600, &now_us);
		CU_ASSERT_TRUE(sound_of(&w, 1)->on_own);
		CU_ASSERT_EQUAL(h[0].last_bytes, 8 * ptimes[i]);
		CU_ASSERT_TRUE(h[0].jumps <= world_missed(&w));
		CU_ASSERT_TRUE(h[1].jumps <= world_missed(&w));
		CU_ASSERT_TRUE(h[1].packets >= 1300 / ptimes[i]);
		last = h[1].heard_count - 1600;
		CU_ASSERT_TRUE(handset_tone(&h[1], 440, last, 1600) >
			       LOUD / 2);
		CU_ASSERT_TRUE(handset_tone(&h[1], 1250, last, 1600) <
			       LOUD / 50);

		handset_close(&h[0]);
		handset_close(&h[1]);
		world_close(&w);
	}
}


/* RFC 4867 section 4.3.1: frame type of an octet-aligned payload */
static unsigned frame_type(const struct handset *h)
{
	return h->last_payload[1] >> 3 & 0x0f;
}


static void a_mode_request_is_obeyed_for_who_asked(void)
{
	static struct handset h[3];
	uint64_t now_us = clock_us();
	struct world w;

	world_open(&w, 30);
	handset_join(&w, &h[0], 1, AUDIO_AMR, 20);
	handset_join(&w, &h[1], 2, AUDIO_AMR, 20);
	handset_join(&w, &h[2], 3, AUDIO_AMR, 20);
	h[0].amplitude = LOUD;
	h[1].cmr = 2;
	handsets_run(&w, h, 3, 900, &now_us);
	CU_ASSERT_EQUAL(frame_type(&h[1]), 2);
	CU_ASSERT_EQUAL(frame_type(&h[2]), 7);

	h[1].cmr = 15;
	handsets_run(&w, h, 3, 400, &now_us);
	CU_ASSERT_EQUAL(frame_type(&h[1]), 7);
	CU_ASSERT_EQUAL(w.mixer->totals.audio_renditions, 1);

	handset_close(&h[0]);
	handset_close(&h[1]);
	handset_close(&h[2]);
	world_close(&w);
}


static void dtmf_without_its_end_is_reported_once(void)
{
	static struct handset h[2];
	uint64_t now_us = clock_us();
	struct world w;

	world_open(&w, 30);
	handset_join(&w, &h[0], 1, AUDIO_PCMU, 20);
	handset_join(&w, &h[1], 2, AUDIO_PCMU, 20);
	for (unsigned i = 1; i <= 4; i++) {
		uint8_t payload[4] = {11, 0x0a, 0, (uint8_t)(i * 50)};

		handset_send(&h[0], HANDSET_EVENT_PT, 777, payload, 4, now_us);
	}
	handsets_run(&w, h, 2, 600, &now_us);
	world_run(&w, 30); /* the event crosses the link */
	CU_ASSERT_EQUAL(world_events(&w, "dtmf", 1), 1);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(
				       world_event(&w, "dtmf", 1), "digit")),
			       "#");

	handset_close(&h[0]);
	handset_close(&h[1]);
	world_close(&w);
}


/* A number of packets of one key: `down`, then three ends */
static void press_key(struct handset *h, uint8_t event, unsigned down,
		      unsigned ends, uint64_t now_us)
{
	for (unsigned i = 1; i <= down + ends; i++) {
		unsigned units = (i < down ? i : down) * 50;
		uint8_t payload[4] = {event, i > down ? 0x8a : 0x0a,
				      (uint8_t)(units >> 8), (uint8_t)units};

		handset_send(h, HANDSET_EVENT_PT, 777, payload, 4, now_us);
	}
}


static void digits(const struct world *w, char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < w->event_count && n + 1 < size; i++) {
		const json_t *e = w->events[i];

		if (!strcmp(json_string_value(json_object_get(e, "event")),
			    "dtmf"))
			text[n++] = *json_string_value(
				json_object_get(e, "digit"));
	}
	text[n] = '\0';
}


/* All keys under one time stamp, as some gateways send them */
static void keys_of_one_time_stamp_are_all_told(void)
{
	static struct handset h[2];
	uint64_t now_us = clock_us();
	char told[16];
	struct world w;

	world_open(&w, 30);
	handset_join(&w, &h[0], 1, AUDIO_PCMU, 20);
	handset_join(&w, &h[1], 2, AUDIO_PCMU, 20);
	press_key(&h[0], 10, 3, 3, now_us);
	handsets_run(&w, h, 2, 300, &now_us);
	press_key(&h[0], 6, 3, 3, now_us);
	handsets_run(&w, h, 2, 300, &now_us);

	/* another source, in the midst of a key and with one of its own */
	press_key(&h[0], 7, 4, 0, now_us);
	handsets_run(&w, h, 2, 40, &now_us);
	h[0].ssrc += 5;
	press_key(&h[0], 6, 3, 3, now_us);
	handsets_run(&w, h, 2, 600, &now_us);
	world_run(&w, 30);
	digits(&w, told, sizeof(told));
	CU_ASSERT_STRING_EQUAL(told, "*676");

	handset_close(&h[0]);
	handset_close(&h[1]);
	world_close(&w);
}


/* RFC 3550 section 8.2 */
static void a_collision_of_ssrcs_moves_ours(void)
{
	static struct handset h[2];
	uint64_t now_us = clock_us();
	struct world w;
	uint32_t ours;

	world_open(&w, 30);
	handset_join(&w, &h[0], 1, AUDIO_PCMU, 20);
	handset_join(&w, &h[1], 2, AUDIO_PCMU, 20);
	h[0].amplitude = LOUD;
	handsets_run(&w, h, 2, 400, &now_us);
	ours = h[0].last_ssrc;
	CU_ASSERT_NOT_EQUAL(ours, 0);

	h[0].ssrc = ours;
	handsets_run(&w, h, 2, 900, &now_us);
	CU_ASSERT_NOT_EQUAL(h[0].last_ssrc, ours);
	CU_ASSERT_TRUE(handset_tone(&h[1], 440, h[1].heard_count - 1600,
				    1600) > LOUD / 2);
	ours = h[0].last_ssrc;
	handsets_run(&w, h, 2, 200, &now_us);
	CU_ASSERT_EQUAL(h[0].last_ssrc, ours);

	handset_close(&h[0]);
	handset_close(&h[1]);
	world_close(&w);
}


static void set_early(struct leg *leg, bool early)
{
	struct leg_settings settings = *leg_settings(leg);

	settings.early = early;
	leg_follow_settings(leg, &settings);
}


/* A session that is not confirmed: its ringback is nobody's voice */
static void who_is_early_neither_says_nor_hears_anything(void)
{
	struct handset h[2];
	uint64_t now_us;
	unsigned packets;
	struct world w;

	world_open(&w, 30);
	for (unsigned i = 0; i < 2; i++) {
		handset_join(&w, &h[i], i + 1, AUDIO_PCMU, 20);
		h[i].amplitude = LOUD;
	}
	set_early(mixer_leg(w.mixer, 2), true);
	now_us = clock_us();
	handsets_run(&w, h, 2, 600, &now_us);
	CU_ASSERT_TRUE(h[0].packets > 20);
	CU_ASSERT_TRUE(handset_tone(&h[0], h[1].hz, h[0].heard_count - 1600,
				    1600) < QUIET);
	CU_ASSERT_EQUAL(h[1].packets, 0);
	CU_ASSERT_FALSE(leg_participates(mixer_leg(w.mixer, 2)));

	set_early(mixer_leg(w.mixer, 2), false);
	packets = h[1].packets;
	handsets_run(&w, h, 2, 600, &now_us);
	CU_ASSERT_TRUE(h[1].packets > packets + 20);
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT_TRUE(handset_tone(&h[i], h[1 - i].hz,
					    h[i].heard_count - 1600,
					    1600) > LOUD / 2);
		handset_close(&h[i]);
	}
	CU_ASSERT_TRUE(leg_participates(mixer_leg(w.mixer, 2)));
	world_close(&w);
}


static CU_TestInfo tests[] = {
	{"who is early neither says nor hears anything (S4)",
	 who_is_early_neither_says_nor_hears_anything},
	{"the quiet are decoded in turns and never heard",
	 the_quiet_are_decoded_in_turns_and_never_heard},
	{"the silent who say so are not decoded",
	 the_silent_who_say_so_are_not_decoded},
	{"a mid tells sections apart", a_mid_tells_sections_apart},
	{"changes of rendition are not heard",
	 changes_of_rendition_are_not_heard},
	{"packets of 40 and 60 ms keep step",
	 packets_of_40_and_60_ms_keep_step},
	{"a mode request is obeyed for who asked",
	 a_mode_request_is_obeyed_for_who_asked},
	{"DTMF without its end is reported once",
	 dtmf_without_its_end_is_reported_once},
	{"keys of one time stamp are all told",
	 keys_of_one_time_stamp_are_all_told},
	{"a collision of SSRCs moves ours", a_collision_of_ssrcs_moves_ours},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(handset, tests)
