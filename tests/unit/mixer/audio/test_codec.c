/**
 * @file test_codec.c  Every codec there and back
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/codec.h"
#include "mixer/audio/g722.h"
#include "mixer/base/re.h"
#include "tests/unit/failing.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"


static const struct {
	struct audio_codec codec;
	double share; /**< of the energy at the tone, at least */
} codecs[] = {
	{{.id = AUDIO_PCMU, .clock_hz = 8000, .rate_hz = 8000}, 0.99},
	{{.id = AUDIO_PCMA, .clock_hz = 8000, .rate_hz = 8000}, 0.99},
	{{.id = AUDIO_G722, .clock_hz = 8000, .rate_hz = 16000}, 0.99},
	{{.id = AUDIO_OPUS, .clock_hz = 48000, .rate_hz = 48000}, 0.95},
	{{.id = AUDIO_AMR, .clock_hz = 8000, .rate_hz = 8000}, 0.9},
	{{.id = AUDIO_AMR,
	  .clock_hz = 8000,
	  .rate_hz = 8000,
	  .octet_align = true},
	 0.9},
	{{.id = AUDIO_AMR_WB, .clock_hz = 16000, .rate_hz = 16000}, 0.9},
	{{.id = AUDIO_AMR_WB,
	  .clock_hz = 16000,
	  .rate_hz = 16000,
	  .octet_align = true},
	 0.9},
};

enum { CODECS = sizeof(codecs) / sizeof(codecs[0]) };


/** Half a second of 440 Hz there and back; the last 200 ms are measured */
static void round_trip(struct audio_codec codec, unsigned ptime, double share)
{
	static int16_t in[AUDIO_PACKET_MAX_SAMPLES];
	static int16_t out[48000 + AUDIO_PACKET_MAX_SAMPLES];
	struct audio_encoder *e = NULL;
	struct audio_decoder *d = NULL;
	size_t per, got = 0, tail = codec.rate_hz / 5;

	codec.ptime_ms = ptime;
	per = codec.rate_hz / 1000 * ptime;
	CU_ASSERT_FATAL(audio_encoder_alloc(&e, &codec) == 0);
	CU_ASSERT_FATAL(audio_decoder_alloc(&d, &codec) == 0);

	for (size_t at = 0; at < codec.rate_hz / 2; at += per) {
		uint8_t payload[AUDIO_PAYLOAD_MAX];
		size_t len = 0, samples = 0;
		uint8_t cmr = 0;

		sound_sine(in, per, at, 440, codec.rate_hz, 8000);
		CU_ASSERT(audio_encoder_encode(e, in, payload, &len) == 0);
		CU_ASSERT(len > 0);
		CU_ASSERT(audio_payload_samples(&codec, payload, len) == per);
		CU_ASSERT(audio_decoder_decode(d, payload, len, out + got,
					       &samples, &cmr) == 0);
		CU_ASSERT(samples == per);
		CU_ASSERT(cmr == AUDIO_CMR_NONE);
		got += samples;
	}

	CU_ASSERT(sound_tone_share(out + got - tail, tail, 440,
				   codec.rate_hz) > share);
	CU_ASSERT(sound_rms(out + got - tail, tail) > 4500);
	CU_ASSERT(sound_rms(out + got - tail, tail) < 6800);

	mem_deref(e);
	mem_deref(d);
}


static void a_tone_survives(void)
{
	for (int i = 0; i < CODECS; i++) {
		round_trip(codecs[i].codec, 20, codecs[i].share);
		round_trip(codecs[i].codec, 60, codecs[i].share);
	}
}


static void names_in_any_case(void)
{
	CU_ASSERT(audio_codec_by_name("OPUS") == AUDIO_OPUS);
	CU_ASSERT(audio_codec_by_name("amr-wb") == AUDIO_AMR_WB);
	CU_ASSERT(audio_codec_by_name("pcmu") == AUDIO_PCMU);
	CU_ASSERT(audio_codec_by_name("speex") == AUDIO_CODEC_COUNT);
	CU_ASSERT(audio_codec_by_name("") == AUDIO_CODEC_COUNT);
	CU_ASSERT_STRING_EQUAL(audio_codec_name(AUDIO_G722), "G722");
}


static void refuses_what_cannot_be(void)
{
	static const struct audio_codec wrong[] = {
		{.id = AUDIO_CODEC_COUNT,
		 .clock_hz = 8000,
		 .rate_hz = 8000,
		 .ptime_ms = 20},
		{.id = AUDIO_PCMU,
		 .clock_hz = 8000,
		 .rate_hz = 16000,
		 .ptime_ms = 20},
		{.id = AUDIO_G722,
		 .clock_hz = 16000,
		 .rate_hz = 16000,
		 .ptime_ms = 20},
		{.id = AUDIO_PCMU,
		 .clock_hz = 8000,
		 .rate_hz = 8000,
		 .ptime_ms = 0},
		{.id = AUDIO_PCMU,
		 .clock_hz = 8000,
		 .rate_hz = 8000,
		 .ptime_ms = 140},
		{.id = AUDIO_AMR,
		 .clock_hz = 8000,
		 .rate_hz = 8000,
		 .ptime_ms = 30},
		{.id = AUDIO_OPUS,
		 .clock_hz = 48000,
		 .rate_hz = 48000,
		 .ptime_ms = 30},
	};
	struct audio_encoder *e = NULL;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CU_ASSERT(audio_encoder_alloc(&e, &wrong[i]) == EINVAL);
	CU_ASSERT_PTR_NULL(e);
}


/** A 20 ms hole is bridged with the same tone, a long one fades out, and
 *  neither edge clicks */
static void concealment_bridges_and_fades(void)
{
	for (int c = 0; c < 3; c++) {
		struct audio_codec codec = codecs[c].codec;
		struct audio_encoder *e = NULL;
		struct audio_decoder *d = NULL;
		int16_t pcm[AUDIO_PACKET_MAX_SAMPLES], last = 0;
		uint8_t payload[AUDIO_PAYLOAD_MAX];
		size_t per = codec.rate_hz / 50, len, n;
		int normal;

		codec.ptime_ms = 20;
		normal = (int)(8000 * 2 * SOUND_PI * 400 / codec.rate_hz) + 1;
		audio_encoder_alloc(&e, &codec);
		audio_decoder_alloc(&d, &codec);
		for (unsigned i = 0; i < 40; i++) {
			sound_sine(pcm, per, i * per, 400, codec.rate_hz,
				   8000);
			audio_encoder_encode(e, pcm, payload, &len);
			if (i == 20 || i >= 30) {
				CU_ASSERT(!audio_decoder_conceal(d, NULL, 0,
								 pcm, per));
			}
			else {
				audio_decoder_decode(d, payload, len, pcm, &n,
						     NULL);
			}
			if (i == 20)
				CU_ASSERT(sound_rms(pcm, per) > 5000);
			if (i > 5)
				CU_ASSERT(sound_step(pcm, per, last) <
					  normal * 3 / 2);
			last = pcm[per - 1];
		}
		CU_ASSERT(sound_rms(pcm, per) == 0);
		mem_deref(e);
		mem_deref(d);
	}
}


static int make_both(void *arg)
{
	const struct audio_codec *codec = arg;
	struct audio_encoder *e = NULL;
	struct audio_decoder *d = NULL;
	int err = audio_encoder_alloc(&e, codec);

	CU_ASSERT_EQUAL(!err, e != NULL);
	if (!err)
		err = audio_decoder_alloc(&d, codec);
	CU_ASSERT_EQUAL(!err, d != NULL);
	mem_deref(e);
	mem_deref(d);

	return err;
}


static void survives_any_failing_allocation(void)
{
	for (int i = 0; i < CODECS; i++) {
		struct audio_codec codec = codecs[i].codec;

		codec.ptime_ms = 20;
		failing_each(make_both, &codec);
	}
}

static CU_TestInfo tests[] = {
	{"a tone survives every codec", a_tone_survives},
	{"names in any case", names_in_any_case},
	{"refuses what cannot be", refuses_what_cannot_be},
	{"concealment bridges and fades", concealment_bridges_and_fades},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(codec, tests)
