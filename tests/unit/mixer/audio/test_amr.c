/**
 * @file test_amr.c  RFC 4867 payloads, derived by hand, and mode adaptation
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/amr_mode.h"
#include "mixer/audio/amr_payload.h"
#include "mixer/audio/codec.h"
#include "mixer/base/re.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"


static const struct golden {
	struct amr_format format;
	uint8_t cmr;
	size_t count;
	uint8_t type[3], good[3];
	uint8_t fill; /**< every speech byte, before the cut */
	size_t len;
	uint8_t payload[160];
} golden[] = {
	/* CMR 1111 | F0 FT1000 Q1 | 39 ones | pad */
	{{false, false},
	 15,
	 1,
	 {8},
	 {1},
	 0xff,
	 7,
	 {0xf4, 0x7f, 0xff, 0xff, 0xff, 0xff, 0x80}},
	/* CMR 1111 0000 | F0 FT1000 Q1 00 | 39 ones, one pad bit */
	{{false, true},
	 15,
	 1,
	 {8},
	 {1},
	 0xff,
	 7,
	 {0xf0, 0x44, 0xff, 0xff, 0xff, 0xff, 0xfe}},
	/* 0111 | 1 1111 1 | 0 0000 1 | 95 bits of 1010.. */
	{{false, false},
	 7,
	 2,
	 {15, 0},
	 {1, 1},
	 0xaa,
	 14,
	 {0x7f, 0xc1, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
	  0xaa, 0xaa, 0xaa}},
	/* octets: CMR, two contents, only the second has bits */
	{{false, true},
	 7,
	 2,
	 {15, 0},
	 {1, 1},
	 0xaa,
	 15,
	 {0x70, 0xfc, 0x04, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
	  0xaa, 0xaa, 0xaa, 0xaa}},
	/* AMR-WB SID twice, Q 0 then 1: 0010 | 1 1001 0 | 0 1001 1 | 80 bits
	 */
	{{true, false},
	 2,
	 2,
	 {9, 9},
	 {0, 1},
	 0xf0,
	 12,
	 {0x2c, 0x93, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0,
	  0xf0}},
	{{true, true},
	 2,
	 2,
	 {9, 9},
	 {0, 1},
	 0xf0,
	 13,
	 {0x20, 0xc8, 0x4c, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0,
	  0xf0, 0xf0}},
	/* AMR-WB speech lost and no data: no bits at all */
	{{true, false}, 15, 2, {14, 15}, {1, 1}, 0, 2, {0xff, 0x5f}},
};

enum { GOLDEN = sizeof(golden) / sizeof(golden[0]) };


static void writes_golden_payloads(void)
{
	for (int g = 0; g < GOLDEN; g++) {
		struct amr_payload p = {.cmr = golden[g].cmr,
					.count = golden[g].count};
		uint8_t buf[160];
		size_t n;

		for (size_t i = 0; i < p.count; i++) {
			p.frames[i].type = golden[g].type[i];
			p.frames[i].good = golden[g].good[i];
			memset(p.frames[i].speech, golden[g].fill,
			       AMR_SPEECH_MAX);
		}
		n = amr_payload_encode(&p, &golden[g].format, buf,
				       sizeof(buf));
		CU_ASSERT(n == golden[g].len);
		CU_ASSERT(!memcmp(buf, golden[g].payload, golden[g].len));
		CU_ASSERT(!amr_payload_encode(&p, &golden[g].format, buf,
					      n - 1));
	}
}


static void reads_golden_payloads(void)
{
	for (int g = 0; g < GOLDEN; g++) {
		struct amr_payload p;
		const struct golden *it = &golden[g];

		CU_ASSERT(!amr_payload_decode(&p, &it->format, it->payload,
					      it->len));
		CU_ASSERT(p.cmr == it->cmr);
		CU_ASSERT_FATAL(p.count == it->count);
		CU_ASSERT(amr_payload_frames(&it->format, it->payload,
					     it->len) == it->count);
		for (size_t i = 0; i < p.count; i++) {
			int bits = amr_frame_bits(it->format.wideband,
						  it->type[i]);

			CU_ASSERT(p.frames[i].type == it->type[i]);
			CU_ASSERT(p.frames[i].good == it->good[i]);
			for (int b = 0; b < bits / 8; b++)
				CU_ASSERT(p.frames[i].speech[b] == it->fill);
		}
	}
}


static void any_other_length_is_broken(void)
{
	for (int g = 0; g < GOLDEN; g++) {
		for (size_t len = 0; len < 20; len++) {
			uint8_t *exact = malloc(len ? len : 1);
			struct amr_payload p;
			size_t n = len < golden[g].len ? len : golden[g].len;

			memset(exact, 0, len ? len : 1);
			memcpy(exact, golden[g].payload, n);
			CU_ASSERT(amr_payload_decode(&p, &golden[g].format,
						     exact, len) ==
				  (len == golden[g].len ? 0 : EBADMSG));
			free(exact);
		}
	}
}


static void reserved_types_are_broken(void)
{
	for (uint8_t type = 0; type < 16; type++) {
		for (int wide = 0; wide < 2; wide++) {
			struct amr_format format = {wide, true};
			bool reserved = wide ? type >= 10 && type <= 13
					     : type >= 9 && type <= 14;
			int bits = amr_frame_bits(wide, type);
			uint8_t buf[128] = {0xf0, (uint8_t)(type << 3 | 4)};
			struct amr_payload p;

			CU_ASSERT((bits < 0) == reserved);
			CU_ASSERT((amr_payload_decode(
					   &p, &format, buf,
					   2 + (size_t)(bits < 0 ? 5
								 : bits + 7) /
							   8) != 0) ==
				  reserved);
		}
	}
}


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


static void mode_set_period_and_neighbor_bind(void)
{
	struct audio_codec codec = amr(true);
	struct amr_mode m;

	codec.mode_set = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 8;
	codec.mode_change_period = 2;
	codec.mode_change_neighbor = true;
	amr_mode_init(&m, &codec);
	CU_ASSERT(amr_mode_next(&m) == 2);

	amr_mode_request(&m, 0);
	CU_ASSERT(amr_mode_next(&m) == 2);
	CU_ASSERT(amr_mode_next(&m) == 1);
	CU_ASSERT(amr_mode_next(&m) == 1);
	CU_ASSERT(amr_mode_next(&m) == 0);

	/* 5 is not in the set: no more than that, so 2 */
	amr_mode_request(&m, 5);
	for (int i = 0; i < 10; i++)
		(void)amr_mode_next(&m);
	CU_ASSERT(m.now == 2);
	amr_mode_request(&m, 12);
	CU_ASSERT(m.wanted == 2);
	amr_mode_request(&m, 8);
	for (int i = 0; i < 10; i++)
		(void)amr_mode_next(&m);
	CU_ASSERT(m.now == 8);

	codec.mode_set = 0;
	codec.max_bitrate = 9000;
	amr_mode_init(&m, &codec);
	CU_ASSERT(m.now == 1);
}


static CU_TestInfo tests[] = {
	{"writes golden payloads", writes_golden_payloads},
	{"reads golden payloads", reads_golden_payloads},
	{"any other length is broken", any_other_length_is_broken},
	{"reserved types are broken", reserved_types_are_broken},
	{"every mode round-trips", every_mode_round_trips},
	{"DTX both ways", dtx_both_ways},
	{"a mode request is obeyed and told",
	 a_mode_request_is_obeyed_and_told},
	{"mode-set, period and neighbor bind",
	 mode_set_period_and_neighbor_bind},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(amr, tests)
