/**
 * @file test_codec_opus.c  Opus: modes, FEC, DTX, payloads
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/codec.h"
#include "mixer/base/re.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"


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
	{"Opus is CELT until loss, then FEC",
	 opus_is_celt_until_loss_then_fec},
	{"Opus DTX sends little", opus_dtx_sends_little},
	{"Opus takes stereo and DTX payloads",
	 opus_takes_stereo_and_dtx_payloads},
	{"Opus FEC brings back a lost packet",
	 opus_fec_brings_back_a_lost_packet},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(codec_opus, tests)
