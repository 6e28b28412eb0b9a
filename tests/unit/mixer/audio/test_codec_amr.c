/**
 * @file test_codec_amr.c  AMR coders: modes, DTX, requests
 */
#include <string.h>
#include "mixer/audio/codec.h"
#include "mixer/base/re.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"


static struct audio_codec amr(bool wide)
{
	struct audio_codec codec = {.id = wide ? AUDIO_AMR_WB : AUDIO_AMR,
				    .clock_hz = wide ? 16000 : 8000,
				    .rate_hz = wide ? 16000 : 8000,
				    .ptime_ms = 20};

	return codec;
}


static void every_mode_round_trips(void)
{
	for (int wide = 0; wide < 2; wide++) {
		for (int mode = 0; mode < (wide ? 9 : 8); mode++) {
			struct audio_codec codec = amr(wide);
			struct audio_encoder *e = NULL;
			struct audio_decoder *d = NULL;
			int16_t pcm[AUDIO_PACKET_MAX_SAMPLES];
			uint8_t payload[AUDIO_PAYLOAD_MAX];
			size_t per = codec.rate_hz / 50, len, n;

			codec.mode_set = (uint16_t)(1 << mode);
			codec.octet_align = mode & 1;
			CU_ASSERT_FATAL(!audio_encoder_alloc(&e, &codec));
			CU_ASSERT_FATAL(!audio_decoder_alloc(&d, &codec));
			for (unsigned i = 0; i < 25; i++) {
				sound_sine(pcm, per, i * per, 500,
					   codec.rate_hz, 8000);
				audio_encoder_encode(e, pcm, payload, &len);
				CU_ASSERT(!audio_decoder_decode(
					d, payload, len, pcm, &n, NULL));
			}
			CU_ASSERT(sound_rms(pcm, per) > 2500);
			CU_ASSERT(sound_tone_share(pcm, per, 500,
						   codec.rate_hz) > 0.7);
			mem_deref(e);
			mem_deref(d);
		}
	}
}


static void dtx_both_ways(void)
{
	for (int wide = 0; wide < 2; wide++) {
		struct audio_codec codec = amr(wide);
		struct audio_encoder *e = NULL;
		struct audio_decoder *d = NULL;
		int16_t pcm[AUDIO_PACKET_MAX_SAMPLES];
		uint8_t payload[AUDIO_PAYLOAD_MAX];
		size_t per = codec.rate_hz / 50, len, n;
		int sent = 0, sid = 0;

		codec.dtx = codec.octet_align = true;
		audio_encoder_alloc(&e, &codec);
		audio_decoder_alloc(&d, &codec);
		for (unsigned i = 0; i < 100; i++) {
			memset(pcm, 0, sizeof(pcm));
			CU_ASSERT(
				!audio_encoder_encode(e, pcm, payload, &len));
			if (!len) {
				CU_ASSERT(!audio_decoder_conceal(d, NULL, 0,
								 pcm, per));
				continue;
			}
			sent += i >= 50;
			sid += (payload[1] >> 3 & 15) == (wide ? 9 : 8);
			CU_ASSERT(!audio_decoder_decode(d, payload, len, pcm,
							&n, NULL));
		}
		CU_ASSERT(sent < 15);
		CU_ASSERT(sid > 2);
		CU_ASSERT(sound_rms(pcm, per) < 100);
		mem_deref(e);
		mem_deref(d);
	}
}


static void a_mode_request_is_obeyed_and_told(void)
{
	struct audio_codec codec = amr(false);
	struct audio_encoder *e = NULL;
	struct audio_decoder *d = NULL;
	int16_t pcm[AUDIO_PACKET_MAX_SAMPLES] = {0};
	uint8_t payload[AUDIO_PAYLOAD_MAX], cmr;
	size_t len, n;

	codec.octet_align = true;
	audio_encoder_alloc(&e, &codec);
	audio_decoder_alloc(&d, &codec);
	audio_encoder_encode(e, pcm, payload, &len);
	CU_ASSERT((payload[1] >> 3 & 15) == 7);
	CU_ASSERT(len == 2 + 31);

	audio_encoder_cmr(e, 2);
	audio_encoder_encode(e, pcm, payload, &len);
	CU_ASSERT((payload[1] >> 3 & 15) == 2);
	audio_encoder_cmr(e, 15);
	audio_encoder_encode(e, pcm, payload, &len);
	CU_ASSERT((payload[1] >> 3 & 15) == 2);

	payload[0] = 0x40;
	CU_ASSERT(!audio_decoder_decode(d, payload, len, pcm, &n, &cmr));
	CU_ASSERT(cmr == 4);
	mem_deref(e);
	mem_deref(d);
}


static CU_TestInfo tests[] = {
	{"every mode round-trips", every_mode_round_trips},
	{"DTX both ways", dtx_both_ways},
	{"a mode request is obeyed and told",
	 a_mode_request_is_obeyed_and_told},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(codec_amr, tests)
