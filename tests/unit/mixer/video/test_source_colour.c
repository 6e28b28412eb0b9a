/**
 * @file tests/unit/mixer/video/test_source_colour.c  Colours that packets
 * tell of, from key frame to key frame
 *
 * A VP8 camera, encoded here, whose numbers are a canvas': BT.709 in full
 * range. A view shows it, so that it is decoded.
 */
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/video/video_private.h"
#include "tests/unit/unit.h"

enum { PT = 96, WIDTH = 320, HEIGHT = 180, FRAME_US = 40000, BT709 = 1 };

static const uint8_t sent[3] = {149, 90, 33}, meant[3] = {125, 104, 48};
static uint8_t payload_memory[1200 * 512];

static struct fixture {
	struct video_engine *engine;
	struct video_source *source;
	struct video_view *view;
	struct video_rendition *rendition;
	struct video_encoder *encoder;
	struct picture_pool *pool;
	struct payload_list list;
	struct tmr tmr;
	uint64_t now_us;
	int64_t seq;
	uint64_t decoded;
} fx;

static void frame_ready(const struct video_frame *frame, void *arg)
{
	(void)frame;
	(void)arg;
}

static void set_up(void)
{
	struct video_rendition_config config = {
		.codec = {.id = VIDEO_VP8},
		.width = WIDTH,
		.height = HEIGHT,
		.fps = 25,
		.kbps = 500,
		.payload_max = 1180,
	};
	const struct video_source_format format = {.pt = PT,
						   .codec = config.codec};
	struct video_tile tile = {.label = "Canvas"};

	memset(&fx, 0, sizeof(fx));
	fx.now_us = 40000000;
	fx.list.buf = payload_memory;
	fx.list.size = sizeof(payload_memory);
	fx.list.payload_max = 1180;
	CU_ASSERT_EQUAL_FATAL(libre_init(), 0);
	CU_ASSERT_EQUAL_FATAL(picture_pool_alloc(&fx.pool), 0);
	CU_ASSERT_EQUAL_FATAL(video_encoder_alloc(&fx.encoder, &config), 0);
	CU_ASSERT_EQUAL_FATAL(video_engine_alloc(&fx.engine, 1), 0);
	CU_ASSERT_EQUAL_FATAL(video_source_alloc(&fx.source, fx.engine,
						 &format, 1, NULL, NULL),
			      0);
	CU_ASSERT_EQUAL_FATAL(
		video_view_alloc(&fx.view, fx.engine, WIDTH, HEIGHT, 25), 0);
	tile.source = fx.source;
	CU_ASSERT_EQUAL_FATAL(
		video_view_set(fx.view, VIDEO_LAYOUT_GRID, &tile, 1), 0);
	CU_ASSERT_EQUAL_FATAL(video_rendition_alloc(&fx.rendition, fx.view,
						    &config, frame_ready,
						    NULL),
			      0);
	video_engine_tick(fx.engine, fx.now_us);
}

static void tear_down(void)
{
	mem_deref(fx.rendition);
	mem_deref(fx.view);
	mem_deref(fx.source);
	mem_deref(fx.engine);
	video_encoder_free(fx.encoder);
	picture_pool_deref(fx.pool);
	libre_close();
}

static void wait(void *arg)
{
	struct video_source_stats stats;

	(void)arg;
	video_source_stats(fx.source, &stats);
	if (stats.decoded > fx.decoded && !fx.source->core->busy)
		re_cancel();
	else
		tmr_start(&fx.tmr, 1, wait, NULL);
}

/* One frame of it; told: the last packet says what its colours are */
static void show(bool key, const struct video_colour *told)
{
	struct picture *p = picture_take(fx.pool, WIDTH, HEIGHT);
	struct video_source_stats stats;
	bool keyframe;

	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	picture_fill(p, sent[0], sent[1], sent[2]);
	fx.now_us += FRAME_US;
	CU_ASSERT_EQUAL_FATAL(fx.encoder->encode(fx.encoder, p,
						 fx.now_us * 9 / 100, key,
						 &fx.list, &keyframe),
			      0);
	picture_deref(p);
	CU_ASSERT_EQUAL(keyframe, key);
	video_source_stats(fx.source, &stats);
	fx.decoded = stats.decoded;
	for (size_t i = 0; i < fx.list.count; i++) {
		bool last = i + 1 == fx.list.count;

		CU_ASSERT_EQUAL(
			video_source_put(fx.source, PT, fx.seq++,
					 (uint32_t)(fx.now_us * 9 / 100), last,
					 fx.list.payloads[i], fx.list.lens[i],
					 last ? told : NULL, fx.now_us),
			0);
	}
	tmr_start(&fx.tmr, 0, wait, NULL);
	(void)re_main(NULL);
	tmr_cancel(&fx.tmr);
}

static bool is(const uint8_t yuv[3])
{
	const struct picture *p = fx.source->core->newest;

	for (int i = 0; p && i < 3; i++) {
		const size_t middle = (size_t)p->strides[i] * 40 + 40;

		if (abs(p->planes[i][middle] - yuv[i]) > 5)
			return false;
	}

	return p != NULL;
}

static void what_is_told_holds_until_a_key_frame_without(void)
{
	static const struct video_colour canvas = {BT709, true};
	static const struct {
		bool key, told;
		const uint8_t *seen;
	} frames[] = {
		{true, true, meant},   {false, false, meant},
		{false, false, meant}, {true, false, sent},
		{false, false, sent},  {false, true, meant},
		{false, false, meant}, {true, true, meant},
	};

	set_up();
	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		show(frames[i].key, frames[i].told ? &canvas : NULL);
		CU_ASSERT_TRUE(is(frames[i].seen));
	}

	/* another stream tells for itself */
	video_source_reset(fx.source);
	show(true, NULL);
	CU_ASSERT_TRUE(is(sent));
	tear_down();
}

static CU_TestInfo tests[] = {
	{"what is told holds until a key frame without",
	 what_is_told_holds_until_a_key_frame_without},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(source_colour, tests)
