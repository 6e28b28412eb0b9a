/**
 * @file tests/unit/mixer/video/test_codec.c  Encoders and decoders against
 * each other
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/video/codec.h"
#include "tests/unit/unit.h"

enum { WIDTH = 320, HEIGHT = 180, PAYLOAD_MAX = 600 };

static uint8_t wire[PAYLOAD_MAX * 512];
static uint8_t buf[PAYLOAD_MAX * 512 + VIDEO_DECODER_PADDING];
static struct payload_list list;
static struct payload_frame frame;
static struct picture_pool *pool;
static struct video_encoder *encoder;
static struct video_decoder *decoder;

static const struct {
	enum video_codec_id id;
	uint8_t mode;
} codecs[] = {{VIDEO_VP8, 0}, {VIDEO_H264, 0}, {VIDEO_H264, 1}};

enum { CODECS = sizeof(codecs) / sizeof(codecs[0]) };

static void open_codec(size_t i, unsigned kbps)
{
	const struct video_rendition_config config = {
		.codec = {.id = codecs[i].id,
			  .packetization_mode = codecs[i].mode,
			  .profile_idc = 66,
			  .profile_iop = 0xe0,
			  .level_idc = 31},
		.width = WIDTH,
		.height = HEIGHT,
		.fps = 25,
		.kbps = kbps,
		.payload_max = PAYLOAD_MAX,
	};

	CU_ASSERT_EQUAL_FATAL(picture_pool_alloc(&pool), 0);
	CU_ASSERT_EQUAL_FATAL(video_encoder_alloc(&encoder, &config), 0);
	CU_ASSERT_EQUAL_FATAL(video_decoder_alloc(&decoder, codecs[i].id), 0);
	list = (struct payload_list){
		.buf = wire, .size = sizeof(wire), .payload_max = PAYLOAD_MAX};
}

static void close_codec(void)
{
	encoder = video_encoder_free(encoder);
	decoder = video_decoder_free(decoder);
	picture_pool_deref(pool);
}

/* Blocks that move; every frame is new */
static struct picture *scene(unsigned n)
{
	struct picture *p = picture_take(pool, WIDTH, HEIGHT);

	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	picture_fill(p, 80, 120, 140);
	for (unsigned y = 0; y < HEIGHT; y++)
		for (unsigned x = 0; x < WIDTH; x++)
			if ((((x + n * 3) / 16) ^ ((y + n) / 16)) & 1)
				p->planes[0][y * (unsigned)p->strides[0] + x] =
					(uint8_t)(140 + (x * 7 + y * 3) % 32);

	return p;
}

static bool encode(unsigned n, bool key)
{
	struct picture *p = scene(n);
	bool keyframe;

	CU_ASSERT_EQUAL(encoder->encode(encoder, p, (n + 1) * 3600ull, key,
					&list, &keyframe),
			0);
	picture_deref(p);

	return keyframe;
}

static void join(size_t i)
{
	frame = (struct payload_frame){.buf = buf, .size = PAYLOAD_MAX * 512};
	for (size_t k = 0; k < list.count; k++) {
		const uint8_t *p = list.payloads[k];
		size_t len = list.lens[k];

		CU_ASSERT(len <= PAYLOAD_MAX);
		CU_ASSERT_EQUAL(codecs[i].id == VIDEO_VP8
					? vp8_payload_append(&frame, p, len)
					: h264_payload_append(&frame, p, len),
				0);
	}
	memset(&buf[frame.len], 0, VIDEO_DECODER_PADDING);
}

static double difference(const struct picture *a, const struct picture *b)
{
	uint64_t sum = 0;

	for (unsigned y = 0; y < HEIGHT; y++)
		for (unsigned x = 0; x < WIDTH; x++)
			sum += (uint64_t)abs(
				a->planes[0][y * (unsigned)a->strides[0] + x] -
				b->planes[0][y * (unsigned)b->strides[0] + x]);

	return (double)sum / (WIDTH * HEIGHT);
}

static void decodes_what_it_encoded(void)
{
	for (size_t i = 0; i < CODECS; i++) {
		open_codec(i, 1000);
		for (unsigned n = 0; n < 20; n++) {
			struct picture *out, *in = scene(n);
			bool key = encode(n, n == 0 || n == 10);

			if (n == 0 || n == 10)
				CU_ASSERT(key);
			if (list.count) {
				join(i);
				CU_ASSERT_EQUAL(frame.keyframe, key);
				CU_ASSERT_EQUAL(decoder->decode(decoder, buf,
								frame.len,
								NULL, pool,
								&out),
						0);
				CU_ASSERT_PTR_NOT_NULL_FATAL(out);
				CU_ASSERT_EQUAL(out->width, WIDTH);
				CU_ASSERT(difference(in, out) < 12);
				picture_deref(out);
			}
			picture_deref(in);
		}
		close_codec();
	}
}

static void key_frames_carry_parameter_sets(void)
{
	for (size_t i = 1; i < CODECS; i++) {
		open_codec(i, 1000);
		for (unsigned n = 0; n < 9; n++) {
			const uint8_t *p;

			if (!encode(n, n % 4 == 0))
				continue;
			p = list.payloads[0];
			if (codecs[i].mode == 1) {
				CU_ASSERT_EQUAL(p[0] & 0x1f, 24);
				p += 3;
			}
			/* constrained baseline of the level asked for */
			CU_ASSERT_EQUAL(p[0] & 0x1f, 7);
			CU_ASSERT_EQUAL(p[1], 66);
			CU_ASSERT_EQUAL(p[2] & 0x40, 0x40);
			CU_ASSERT_EQUAL(p[3], 31);
		}
		close_codec();
	}
}

static void bitrate_is_honest(void)
{
	static const unsigned rates[] = {200, 600};

	for (size_t i = 0; i < CODECS; i++) {
		size_t bytes[2] = {0, 0};

		open_codec(i, rates[0]);
		for (unsigned n = 0; n < 250; n++) {
			if (n == 125)
				CU_ASSERT_EQUAL(
					encoder->bitrate(encoder, rates[1]),
					0);
			encode(n, n == 0);
			for (size_t k = 0; k < list.count; k++)
				bytes[n >= 125] += list.lens[k];
		}
		for (size_t r = 0; r < 2; r++) {
			double kbps = (double)bytes[r] * 8 / 5 / 1000;

			CU_ASSERT(kbps < rates[r] * 1.25);
			CU_ASSERT(kbps > rates[r] * 0.5);
		}
		close_codec();
	}
}

/* A damaged frame is an error or a picture, never a crash; and a stream that
 * starts in the middle is an error */
static void damage_does_not_pass(void)
{
	uint32_t seed = 5;

	for (size_t i = 0; i < CODECS; i++) {
		struct picture *out;

		open_codec(i, 1000);
		encode(0, true);
		encode(1, false);
		join(i);
		CU_ASSERT_NOT_EQUAL(decoder->decode(decoder, buf, frame.len,
						    NULL, pool, &out),
				    0);
		for (unsigned n = 2; n < 200; n++) {
			encode(n, n % 8 == 0);
			if (!list.count)
				continue;
			join(i);
			for (unsigned k = 0; k < n % 4; k++) {
				seed = seed * 1664525u + 1013904223u;
				buf[(seed >> 4) % frame.len] ^=
					(uint8_t)(seed >> 24);
			}
			if (!decoder->decode(decoder, buf, frame.len, NULL,
					     pool, &out))
				picture_deref(out);
		}
		close_codec();
	}
}

static void bombs_are_refused(void)
{
	static const uint8_t bomb[64 + VIDEO_DECODER_PADDING] = {
		0x50, 0x00, 0x00, 0x9d, 0x01, 0x2a, 0xff, 0x3f, 0xff, 0x3f,
	};
	struct picture *out;

	open_codec(0, 100);
	CU_ASSERT_EQUAL(decoder->decode(decoder, bomb, 64, NULL, pool, &out),
			EOVERFLOW);
	CU_ASSERT_PTR_NULL(out);
	CU_ASSERT_PTR_NULL(picture_take(pool, 1920, 1921));
	CU_ASSERT_PTR_NULL(picture_take(pool, 0, 10));
	CU_ASSERT(picture_size_ok(1088, 1920));
	close_codec();
}

static void levels_limit_size_and_rate(void)
{
	static const struct {
		uint8_t level, iop;
		unsigned width, height, fps;
		unsigned to_width, to_height, to_fps;
	} t[] = {
		{31, 0xe0, 1280, 720, 30, 1280, 720, 30},
		{30, 0xe0, 1280, 720, 25, 640, 360, 25},
		{12, 0xe0, 1280, 720, 25, 320, 180, 25},
		{10, 0xe0, 640, 360, 25, 160, 90, 24},
		{11, 0xf0, 640, 360, 25, 160, 90, 24},
		{0, 0, 1280, 720, 30, 1280, 720, 30},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct video_codec c = {.id = VIDEO_H264,
					.level_idc = t[i].level,
					.profile_iop = t[i].iop};
		unsigned w = t[i].width, h = t[i].height, fps = t[i].fps;

		video_codec_limit(&c, &w, &h, &fps);
		CU_ASSERT_EQUAL(w, t[i].to_width);
		CU_ASSERT_EQUAL(h, t[i].to_height);
		CU_ASSERT_EQUAL(fps, t[i].to_fps);
	}
}

static void names_are_sdps(void)
{
	CU_ASSERT_EQUAL(video_codec_by_name("vp8"), VIDEO_VP8);
	CU_ASSERT_EQUAL(video_codec_by_name("H264"), VIDEO_H264);
	CU_ASSERT_EQUAL(video_codec_by_name("VP9"), VIDEO_CODEC_COUNT);
	CU_ASSERT_EQUAL(video_codec_by_name(NULL), VIDEO_CODEC_COUNT);
	CU_ASSERT_STRING_EQUAL(video_codec_name(VIDEO_H264), "H264");
	CU_ASSERT_STRING_EQUAL(video_codec_name(VIDEO_CODEC_COUNT), "?");
}

static CU_TestInfo tests[] = {
	{"decodes what it encoded", decodes_what_it_encoded},
	{"key frames carry parameter sets", key_frames_carry_parameter_sets},
	{"bitrate is honest", bitrate_is_honest},
	{"damage does not pass", damage_does_not_pass},
	{"bombs are refused", bombs_are_refused},
	{"levels limit size and rate", levels_limit_size_and_rate},
	{"names are SDP's", names_are_sdps},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(video_codec, tests)
