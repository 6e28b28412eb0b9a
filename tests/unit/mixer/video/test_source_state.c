/**
 * @file test_source_state.c  What of a stream outlives its SSRC or codec
 */
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/video/video_private.h"
#include "tests/unit/unit.h"

enum { VP8_PT = 96, H264_PT = 97, T0 = 5000000 /* us */ };

/* An X-less VP8 descriptor and the start of a frame; a slice */
static const uint8_t vp8_key[] = {0x10, 0x00, 1, 2, 3, 4};
static const uint8_t vp8_delta[] = {0x10, 0x01, 1, 2, 3, 4};
static const uint8_t h264_delta[] = {0x41, 0x9a, 1, 2, 3, 4};

static struct fixture {
	struct video_engine *engine;
	struct video_source *source;
	unsigned asked;
	int64_t seq;
} fx;


static void keyframe_needed(void *arg)
{
	(void)arg;
	++fx.asked;
}


static void open_source(void)
{
	static const struct video_source_handlers handlers = {
		.keyframe_needed = keyframe_needed,
	};
	const struct video_source_format formats[] = {
		{.pt = VP8_PT, .codec = {.id = VIDEO_VP8}},
		{.pt = H264_PT,
		 .codec = {.id = VIDEO_H264, .packetization_mode = 1}},
	};

	memset(&fx, 0, sizeof(fx));
	fx.seq = 70000;
	CU_ASSERT_EQUAL_FATAL(libre_init(), 0);
	CU_ASSERT_EQUAL_FATAL(video_engine_alloc(&fx.engine, 1), 0);
	CU_ASSERT_EQUAL_FATAL(video_source_alloc(&fx.source, fx.engine,
						 formats, 2, &handlers, NULL),
			      0);
	source_show(fx.source->core, 320, 180);
}


static void close_source(void)
{
	mem_deref(fx.source);
	mem_deref(fx.engine);
	libre_close();
}


static void put(uint8_t pt, const uint8_t *payload, uint64_t now_us)
{
	CU_ASSERT_EQUAL(video_source_put(fx.source, pt, fx.seq++,
					 (uint32_t)(now_us * 9 / 100), true,
					 payload, 6, NULL, now_us),
			0);
}


/* One that was not asked yet is not kept waiting for another's answer */
static void a_new_ssrc_is_asked_at_once(void)
{
	open_source();
	put(VP8_PT, vp8_delta, T0);
	CU_ASSERT_EQUAL(fx.asked, 1);
	put(VP8_PT, vp8_delta, T0 + 100000);
	CU_ASSERT_EQUAL(fx.asked, 1);
	video_source_reset(fx.source);
	put(VP8_PT, vp8_delta, T0 + 140000);
	CU_ASSERT_EQUAL(fx.asked, 2);
	close_source();
}


/* Its decoder may know pictures of long ago, or none */
static void another_codec_begins_with_a_key_frame(void)
{
	struct video_source_stats stats;

	open_source();
	put(VP8_PT, vp8_key, T0);
	video_source_stats(fx.source, &stats);
	CU_ASSERT_EQUAL(stats.frames, 1);
	CU_ASSERT_EQUAL(stats.dropped, 0);
	CU_ASSERT_EQUAL(fx.asked, 0);

	put(H264_PT, h264_delta, T0 + 40000);
	video_source_stats(fx.source, &stats);
	CU_ASSERT_EQUAL(stats.frames, 2);
	CU_ASSERT_EQUAL(stats.dropped, 1);
	CU_ASSERT_EQUAL(fx.asked, 1);
	close_source();
}


static CU_TestInfo tests[] = {
	{"a new SSRC is asked at once", a_new_ssrc_is_asked_at_once},
	{"another codec begins with a key frame",
	 another_codec_begins_with_a_key_frame},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(video_source_state, tests)
