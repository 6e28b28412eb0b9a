/**
 * @file test_codec_g711.c  PCMU and PCMA (ITU-T G.711)
 */
#include <stdlib.h>
#include <string.h>
#include "mixer/audio/codec.h"
#include "mixer/base/re.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"


static const struct audio_codec laws[] = {
	{.id = AUDIO_PCMU, .clock_hz = 8000, .rate_hz = 8000},
	{.id = AUDIO_PCMA, .clock_hz = 8000, .rate_hz = 8000},
};


/** G.711's own values (ITU-T G.191): extremes and silence */
static void g711_golden_bytes(void)
{
	static const int16_t in[8] = {0, -1,   32767, -32768,
				      8, 1000, -1000, 132};
	static const uint8_t ulaw[8] = {0xff, 0x7f, 0x80, 0x00,
					0xfe, 0xce, 0x4e, 0xf0 - 0x01};
	struct audio_codec codec = laws[0];
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
		struct audio_codec codec = laws[c];
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


/** Each sample comes back within half a step of its segment, in order */
static void no_sample_is_further_off_than_its_step(void)
{
	for (int c = 0; c < 2; c++) {
		struct audio_codec codec = laws[c];
		struct audio_encoder *e = NULL;
		struct audio_decoder *d = NULL;
		int last = -40000;

		codec.ptime_ms = 10;
		CU_ASSERT_FATAL(audio_encoder_alloc(&e, &codec) == 0);
		CU_ASSERT_FATAL(audio_decoder_alloc(&d, &codec) == 0);
		for (int base = -32768; base <= 32767; base += 80) {
			int16_t in[80], out[AUDIO_PACKET_MAX_SAMPLES];
			uint8_t payload[AUDIO_PAYLOAD_MAX];
			size_t n;

			for (int i = 0; i < 80; i++)
				in[i] = (int16_t)(base + i > 32767 ? 32767
								   : base + i);
			audio_encoder_encode(e, in, payload, &n);
			audio_decoder_decode(d, payload, n, out, &n, NULL);
			for (int i = 0; i < 80; i++) {
				int off = abs(out[i] - in[i]);
				int step = abs(in[i]) / 16 + 16;

				if (off > step / 2 + 640 * (abs(in[i]) >
							    32000) ||
				    out[i] < last)
					CU_FAIL("a sample");
				last = out[i];
			}
		}
		mem_deref(e);
		mem_deref(d);
	}
}

static CU_TestInfo tests[] = {
	{"G.711 golden bytes", g711_golden_bytes},
	{"G.711 is its own inverse", g711_is_its_own_inverse},
	{"no sample is further off than its step",
	 no_sample_is_further_off_than_its_step},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(codec_g711, tests)
