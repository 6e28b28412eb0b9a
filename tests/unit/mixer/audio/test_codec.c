/**
 * @file test_codec.c  Every codec there and back
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/codec.h"
#include "mixer/audio/g722.h"
#include "mixer/base/re.h"
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


/** G.711's own values (ITU-T G.191): extremes and silence */
static void g711_golden_bytes(void)
{
	static const int16_t in[8] = {0, -1,   32767, -32768,
				      8, 1000, -1000, 132};
	static const uint8_t ulaw[8] = {0xff, 0x7f, 0x80, 0x00,
					0xfe, 0xce, 0x4e, 0xf0 - 0x01};
	struct audio_codec codec = codecs[0].codec;
	struct audio_encoder *e = NULL;
	int16_t pcm[80] = {0};
	uint8_t payload[AUDIO_PAYLOAD_MAX];
	size_t len;

	memcpy(pcm, in, sizeof(in));
	codec.ptime_ms = 10;
	CU_ASSERT_FATAL(audio_encoder_alloc(&e, &codec) == 0);
	audio_encoder_encode(e, pcm, payload, &len);
	CU_ASSERT(len == 80);
	for (int i = 0; i < 8; i++)
		CU_ASSERT(payload[i] == ulaw[i]);
	mem_deref(e);

	codec.id = AUDIO_PCMA;
	CU_ASSERT_FATAL(audio_encoder_alloc(&e, &codec) == 0);
	audio_encoder_encode(e, pcm, payload, &len);
	CU_ASSERT(payload[0] == 0xd5);
	CU_ASSERT(payload[1] == 0x55);
	CU_ASSERT(payload[2] == 0xaa);
	CU_ASSERT(payload[3] == 0x2a);
	mem_deref(e);
}


/** Every byte decodes to a value that encodes to the same byte */
static void g711_is_its_own_inverse(void)
{
	for (int c = 0; c < 2; c++) {
		struct audio_codec codec = codecs[c].codec;
		struct audio_encoder *e = NULL;
		struct audio_decoder *d = NULL;
		uint8_t in[240], out[AUDIO_PAYLOAD_MAX];
		int16_t pcm[AUDIO_PACKET_MAX_SAMPLES];
		size_t n;

		codec.ptime_ms = 30;
		CU_ASSERT_FATAL(audio_encoder_alloc(&e, &codec) == 0);
		CU_ASSERT_FATAL(audio_decoder_alloc(&d, &codec) == 0);
		for (int base = 0; base <= 16; base += 16) {
			for (int i = 0; i < 240; i++)
				in[i] = (uint8_t)(base + i);
			audio_decoder_decode(d, in, 240, pcm, &n, NULL);
			audio_encoder_encode(e, pcm, out, &n);
			for (int i = 0; i < 240; i++) {
				/* mu-law has two zeros */
				bool zero = c == 0 && in[i] == 0x7f;

				CU_ASSERT(out[i] == (zero ? 0xff : in[i]));
			}
		}
		mem_deref(e);
		mem_deref(d);
	}
}


static void opus_is_celt_until_loss_then_fec(void)
{
	struct audio_codec codec = {.id = AUDIO_OPUS,
				    .clock_hz = 48000,
				    .rate_hz = 48000,
				    .ptime_ms = 20,
				    .fec = true};
	struct audio_encoder *e = NULL;
	int16_t pcm[960];
	uint8_t payload[AUDIO_PAYLOAD_MAX];
	size_t len;
	int redundant = 0;

	CU_ASSERT_FATAL(audio_encoder_alloc(&e, &codec) == 0);
	for (unsigned i = 0; i < 100; i++) {
		sound_sine(pcm, 960, i * 960, 200 + 5 * i, 48000, 9000);
		audio_encoder_encode(e, pcm, payload, &len);
		if (i < 50)
			CU_ASSERT(payload[0] >= 0x80);
		if (i == 50)
			audio_encoder_loss(e, 10);
		if (i > 60) {
			CU_ASSERT(payload[0] < 0x80);
			redundant += payload[1] >> 6 & 1;
		}
	}
	CU_ASSERT(redundant > 20);

	audio_encoder_loss(e, 0);
	for (unsigned i = 0; i < 10; i++)
		audio_encoder_encode(e, pcm, payload, &len);
	CU_ASSERT(payload[0] >= 0x80);
	mem_deref(e);
}


static void opus_dtx_sends_little(void)
{
	struct audio_codec codec = {.id = AUDIO_OPUS,
				    .clock_hz = 48000,
				    .rate_hz = 48000,
				    .ptime_ms = 20,
				    .dtx = true};
	struct audio_encoder *e = NULL;
	int16_t pcm[960] = {0};
	uint8_t payload[AUDIO_PAYLOAD_MAX];
	size_t len;
	int sent = 0;

	CU_ASSERT_FATAL(audio_encoder_alloc(&e, &codec) == 0);
	for (int i = 0; i < 150; i++) {
		audio_encoder_encode(e, pcm, payload, &len);
		sent += i >= 50 && len > 0;
	}
	CU_ASSERT(sent < 20);
	mem_deref(e);
}


static void opus_takes_stereo_and_dtx_payloads(void)
{
	static const struct audio_codec codec = {
		.id = AUDIO_OPUS, .clock_hz = 48000, .rate_hz = 48000};
	static const uint8_t stereo_silence[] = {0xfc, 0xff, 0xfe};
	static const uint8_t dtx[] = {0x08};
	static const uint8_t broken[] = {0xff, 0xff};
	struct audio_decoder *d = NULL;
	int16_t pcm[AUDIO_PACKET_MAX_SAMPLES];
	size_t n;

	CU_ASSERT_FATAL(audio_decoder_alloc(&d, &codec) == 0);
	CU_ASSERT(!audio_decoder_decode(d, stereo_silence, 3, pcm, &n, NULL));
	CU_ASSERT(n == 960);
	CU_ASSERT(!audio_decoder_decode(d, dtx, 1, pcm, &n, NULL));
	CU_ASSERT(n == 960);
	CU_ASSERT(!audio_decoder_decode(d, NULL, 0, pcm, &n, NULL));
	CU_ASSERT(n == 960);
	CU_ASSERT(audio_decoder_decode(d, broken, 2, pcm, &n, NULL) ==
		  EBADMSG);
	mem_deref(d);
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


static void opus_fec_brings_back_a_lost_packet(void)
{
	struct audio_codec codec = {.id = AUDIO_OPUS,
				    .clock_hz = 48000,
				    .rate_hz = 48000,
				    .ptime_ms = 20,
				    .fec = true};
	struct audio_encoder *e = NULL;
	struct audio_decoder *d = NULL;
	static uint8_t payload[100][AUDIO_PAYLOAD_MAX];
	size_t len[100], n;
	int16_t pcm[AUDIO_PACKET_MAX_SAMPLES];
	double with;

	audio_encoder_alloc(&e, &codec);
	audio_decoder_alloc(&d, &codec);
	audio_encoder_loss(e, 20);

	/* the tone begins in the lost packet: only FEC can know it */
	for (unsigned i = 0; i < 100; i++) {
		sound_sine(pcm, 960, i * 960, i < 50 ? 200 : 1000, 48000,
			   i < 50 ? 20 : 12000);
		audio_encoder_encode(e, pcm, payload[i], &len[i]);
	}
	for (unsigned i = 0; i < 51; i++)
		audio_decoder_decode(d, payload[i], len[i], pcm, &n, NULL);
	CU_ASSERT(!audio_decoder_conceal(d, payload[52], len[52], pcm, 960));
	with = sound_tone_share(pcm, 960, 1000, 48000);
	CU_ASSERT(with > 0.8);
	CU_ASSERT(sound_rms(pcm, 960) > 3000);
	mem_deref(e);
	mem_deref(d);
}


static CU_TestInfo tests[] = {
	{"a tone survives every codec", a_tone_survives},
	{"names in any case", names_in_any_case},
	{"refuses what cannot be", refuses_what_cannot_be},
	{"G.711 golden bytes", g711_golden_bytes},
	{"G.711 is its own inverse", g711_is_its_own_inverse},
	{"Opus is CELT until loss, then FEC",
	 opus_is_celt_until_loss_then_fec},
	{"Opus DTX sends little", opus_dtx_sends_little},
	{"Opus takes stereo and DTX payloads",
	 opus_takes_stereo_and_dtx_payloads},
	{"concealment bridges and fades", concealment_bridges_and_fades},
	{"Opus FEC brings back a lost packet",
	 opus_fec_brings_back_a_lost_packet},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(codec, tests)
