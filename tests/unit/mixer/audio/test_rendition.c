/**
 * @file test_rendition.c  Ticks in, payloads out
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/rendition.h"
#include "mixer/base/re.h"
#include "tests/unit/failing.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"


static const struct {
	struct audio_codec codec;
	uint32_t tick_units;
} cases[] = {
	{{.id = AUDIO_PCMU, .clock_hz = 8000, .rate_hz = 8000}, 160},
	{{.id = AUDIO_G722, .clock_hz = 8000, .rate_hz = 16000}, 160},
	{{.id = AUDIO_OPUS, .clock_hz = 48000, .rate_hz = 48000}, 960},
	{{.id = AUDIO_AMR_WB, .clock_hz = 16000, .rate_hz = 16000}, 320},
};


/** A payload every ptime, never between, and the tone is in it */
static void one_payload_a_packet_time(void)
{
	for (int c = 0; c < 4; c++) {
		for (unsigned ptime = 20; ptime <= 60; ptime += 20) {
			struct audio_codec codec = cases[c].codec;
			struct audio_rendition *r = NULL;
			struct audio_decoder *d = NULL;
			int16_t pcm[AUDIO_TICK_SAMPLES];
			int16_t out[AUDIO_PACKET_MAX_SAMPLES];
			const uint8_t *payload;
			size_t len, n = 0;

			codec.ptime_ms = ptime;
			CU_ASSERT_FATAL(!audio_rendition_alloc(&r, &codec));
			CU_ASSERT_FATAL(!audio_decoder_alloc(&d, &codec));
			CU_ASSERT(audio_rendition_tick_units(r) ==
				  cases[c].tick_units);
			for (unsigned t = 1; t <= 60; t++) {
				sound_sine(pcm, AUDIO_TICK_SAMPLES,
					   (uint64_t)t * AUDIO_TICK_SAMPLES,
					   400, 48000, 8000);
				CU_ASSERT(!audio_rendition_feed(
					r, pcm, &payload, &len));
				CU_ASSERT((len > 0) == (t * 20 % ptime == 0));
				if (len)
					CU_ASSERT(!audio_decoder_decode(
						d, payload, len, out, &n,
						NULL));
			}
			CU_ASSERT(n == codec.rate_hz / 1000 * ptime);
			CU_ASSERT(sound_tone_share(out, n, 400,
						   codec.rate_hz) > 0.9);
			mem_deref(r);
			mem_deref(d);
		}
	}
}


/** Several a tick, each of its time stamp's part of the tone */
static void short_packets_come_several_a_tick(void)
{
	for (int c = 0; c < 3; c++) {
		for (unsigned ptime = 5; ptime <= 10; ptime += 5) {
			struct audio_codec codec = cases[c].codec;
			struct audio_rendition *r = NULL;
			struct audio_decoder *d = NULL;
			int16_t pcm[AUDIO_TICK_SAMPLES];
			int16_t out[60 * AUDIO_TICK_SAMPLES +
				    AUDIO_PACKET_MAX_SAMPLES];
			const uint8_t *payload;
			size_t len, n, all = 0;

			codec.ptime_ms = ptime;
			CU_ASSERT_FATAL(!audio_rendition_alloc(&r, &codec));
			CU_ASSERT_FATAL(!audio_decoder_alloc(&d, &codec));
			CU_ASSERT_EQUAL(audio_rendition_packet_units(r),
					cases[c].tick_units * ptime / 20);
			CU_ASSERT_FALSE(
				audio_rendition_more(r, &payload, &len));
			for (unsigned t = 0; t < 60; t++) {
				unsigned packets = 0;

				sound_sine(pcm, AUDIO_TICK_SAMPLES,
					   (uint64_t)t * AUDIO_TICK_SAMPLES,
					   400, 48000, 8000);
				CU_ASSERT(!audio_rendition_feed(
					r, pcm, &payload, &len));
				do {
					CU_ASSERT(len > 0);
					CU_ASSERT(!audio_decoder_decode(
						d, payload, len, out + all, &n,
						NULL));
					CU_ASSERT_EQUAL(n, codec.rate_hz /
								   1000 *
								   ptime);
					all += n;
					packets++;
				} while (audio_rendition_more(r, &payload,
							      &len));
				CU_ASSERT_EQUAL(packets, 20 / ptime);
			}
			/* past the beginning of the codec: no gap in it */
			n = all / 2;
			CU_ASSERT(sound_tone_share(out + n, all - n, 400,
						   codec.rate_hz) > 0.98);
			mem_deref(r);
			mem_deref(d);
		}
	}
}


static void silence_is_sent_unless_dtx(void)
{
	for (int dtx = 0; dtx < 2; dtx++) {
		struct audio_codec codec = cases[2].codec;
		struct audio_rendition *r = NULL;
		const uint8_t *payload;
		size_t len;
		int sent = 0;

		codec.ptime_ms = 20;
		codec.dtx = dtx;
		CU_ASSERT_FATAL(!audio_rendition_alloc(&r, &codec));
		for (int t = 0; t < 100; t++) {
			audio_rendition_feed(r, NULL, &payload, &len);
			sent += len > 0;
		}
		CU_ASSERT(dtx ? sent < 20 : sent == 100);
		mem_deref(r);
	}
}


static void packets_and_ticks_end_together(void)
{
	struct audio_codec codec = cases[0].codec;
	struct audio_rendition *r = NULL;

	codec.ptime_ms = 30;
	CU_ASSERT(audio_rendition_alloc(&r, &codec) == EINVAL);
	codec.ptime_ms = 15;
	CU_ASSERT(audio_rendition_alloc(&r, &codec) == EINVAL);
	codec.ptime_ms = 0;
	CU_ASSERT(audio_rendition_alloc(&r, &codec) == EINVAL);
}


static int make_and_feed(void *arg)
{
	struct audio_rendition *r = NULL;
	int16_t pcm[AUDIO_TICK_SAMPLES] = {1000};
	struct audio_codec codec = *(const struct audio_codec *)arg;
	const uint8_t *payload;
	size_t len;
	int err;

	codec.ptime_ms = 40;
	err = audio_rendition_alloc(&r, &codec);
	CU_ASSERT_EQUAL(!err, r != NULL);
	for (unsigned i = 0; !err && i < 4; i++)
		err = audio_rendition_feed(r, pcm, &payload, &len);
	mem_deref(r);

	return err;
}


static void survives_any_failing_allocation(void)
{
	for (int c = 0; c < 4; c++) {
		struct audio_codec codec = cases[c].codec;

		failing_each(make_and_feed, &codec);
	}
}

static CU_TestInfo tests[] = {
	{"one payload a packet time", one_payload_a_packet_time},
	{"silence is sent unless DTX", silence_is_sent_unless_dtx},
	{"short packets come several a tick",
	 short_packets_come_several_a_tick},
	{"packets and ticks end together", packets_and_ticks_end_together},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(rendition, tests)
