/**
 * @file tests/unit/mixer/video/test_parameter_sets.c  H.264 sets of the
 * signalling
 *
 * A phone's camera, encoded here, whose stream may lack parameter sets; a view
 * shows it, so that it is decoded.
 */
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/video/video_private.h"
#include "tests/unit/unit.h"

enum {
	PT = 97,
	WIDTH = 320,
	HEIGHT = 180,
	PAYLOAD_MAX = 1180,
	PAYLOADS = 64,
	FRAME_US = 40000,
	/* Frames in which a picture comes if it comes at all */
	FRAMES = 100,
};

static uint8_t payload_memory[PAYLOADS * PAYLOAD_MAX];

static struct fixture {
	struct video_engine *engine;
	struct video_source *source;
	struct video_view *view;
	struct video_rendition *rendition;
	struct video_encoder *encoder;
	struct picture_pool *pool;
	struct payload_list list;
	struct video_source_format format;
	struct tmr tmr;
	uint64_t now_us;
	int64_t seq;
	unsigned frames; /* still to send */
	unsigned asked, width;
	bool key_wanted, in_band;
} fx;

static void keyframe_needed(void *arg)
{
	(void)arg;
	++fx.asked;
	fx.key_wanted = true;
}

static void picture_changed(unsigned width, unsigned height, void *arg)
{
	(void)height;
	(void)arg;
	fx.width = width;
}

static void frame_ready(const struct video_frame *frame, void *arg)
{
	(void)frame;
	(void)arg;
}

static void encode(void)
{
	struct picture *p = picture_take(fx.pool, WIDTH, HEIGHT);
	bool keyframe;

	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	picture_fill(p, (uint8_t)(fx.frames * 2), 90, 200);
	CU_ASSERT_EQUAL_FATAL(
		fx.encoder->encode(fx.encoder, p, fx.now_us * 9 / 100,
				   fx.key_wanted, &fx.list, &keyframe),
		0);
	if (keyframe)
		fx.key_wanted = false;
	picture_deref(p);
}

static bool is_parameter_set(const uint8_t *payload)
{
	uint8_t type = payload[0] & 0x1f;

	return type == 7 || type == 8;
}

/* Mode 0: every payload is one NAL unit */
static void send_picture(void)
{
	encode();
	for (size_t i = 0; i < fx.list.count; i++) {
		if (!fx.in_band && is_parameter_set(fx.list.payloads[i]))
			continue;
		CU_ASSERT_EQUAL(
			video_source_put(fx.source, PT, fx.seq++,
					 (uint32_t)(fx.now_us * 9 / 100),
					 i + 1 == fx.list.count,
					 fx.list.payloads[i], fx.list.lens[i],
					 NULL, fx.now_us),
			0);
	}
}

static bool at_work(void)
{
	const struct engine *e = fx.engine->core;
	bool any = fx.source->core->busy;

	for (struct le *le = e->views.head; le; le = le->next)
		any |= ((struct view *)le->data)->pending != 0;

	return any;
}

/* Time stands still while there is work */
static void step(void *arg)
{
	(void)arg;

	if (at_work()) {
		tmr_start(&fx.tmr, 1, step, NULL);
		return;
	}

	if (fx.width || !fx.frames) {
		re_cancel();
		return;
	}

	--fx.frames;
	fx.now_us += FRAME_US;
	send_picture();
	video_engine_tick(fx.engine, fx.now_us);
	tmr_start(&fx.tmr, 0, step, NULL);
}

/** Whether a stream that begins now is seen */
static bool is_seen(bool in_band)
{
	video_source_reset(fx.source);
	fx.in_band = in_band;
	fx.key_wanted = true;
	fx.width = 0;
	fx.frames = FRAMES;
	tmr_start(&fx.tmr, 0, step, NULL);
	(void)re_main(NULL);
	tmr_cancel(&fx.tmr);

	return fx.width == WIDTH;
}

static void set_up(void)
{
	static const struct video_source_handlers handlers = {
		.keyframe_needed = keyframe_needed,
		.picture = picture_changed,
	};
	struct video_rendition_config config = {
		.codec = {.id = VIDEO_H264, .level_idc = 31},
		.width = WIDTH,
		.height = HEIGHT,
		.fps = 25,
		.kbps = 500,
		.payload_max = PAYLOAD_MAX,
	};
	struct video_tile tile = {.label = "Phone"};

	memset(&fx, 0, sizeof(fx));
	fx.now_us = 40000000;
	fx.list.buf = payload_memory;
	fx.list.size = sizeof(payload_memory);
	fx.list.payload_max = PAYLOAD_MAX;
	fx.format =
		(struct video_source_format){.pt = PT, .codec = config.codec};
	CU_ASSERT_EQUAL_FATAL(libre_init(), 0);
	CU_ASSERT_EQUAL_FATAL(picture_pool_alloc(&fx.pool), 0);
	CU_ASSERT_EQUAL_FATAL(video_encoder_alloc(&fx.encoder, &config), 0);
	CU_ASSERT_EQUAL_FATAL(video_engine_alloc(&fx.engine, 1), 0);
	CU_ASSERT_EQUAL_FATAL(video_source_alloc(&fx.source, fx.engine,
						 &fx.format, 1, &handlers,
						 NULL),
			      0);
	CU_ASSERT_EQUAL_FATAL(
		video_view_alloc(&fx.view, fx.engine, WIDTH, HEIGHT, 25), 0);
	tile.source = fx.source;
	CU_ASSERT_EQUAL_FATAL(
		video_view_set(fx.view, VIDEO_LAYOUT_GRID, &tile, 1), 0);
	config.codec.id = VIDEO_VP8;
	CU_ASSERT_EQUAL_FATAL(video_rendition_alloc(&fx.rendition, fx.view,
						    &config, frame_ready,
						    NULL),
			      0);
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

/** What the encoder would send in band, for the SDP */
static void signal_sets(void)
{
	struct video_parameter_sets *sets = &fx.format.parameter_sets;

	fx.key_wanted = true;
	encode();
	sets->len = 0;
	for (size_t i = 0; i < fx.list.count; i++) {
		if (is_parameter_set(fx.list.payloads[i]))
			CU_ASSERT_EQUAL(video_parameter_sets_append(
						sets, fx.list.payloads[i],
						fx.list.lens[i]),
					0);
	}
	CU_ASSERT_TRUE(sets->len > 0);
	CU_ASSERT_EQUAL(video_source_configure(fx.source, &fx.format, 1), 0);
}

static void a_stream_without_any_needs_those_of_signalling(void)
{
	set_up();
	CU_ASSERT_FALSE(is_seen(false));
	CU_ASSERT_TRUE(fx.asked > 1);
	signal_sets();
	CU_ASSERT_TRUE(is_seen(false));

	/* as does every other stream of it, not only the decoder's first */
	CU_ASSERT_TRUE(is_seen(false));
	tear_down();
}

static void those_in_band_win(void)
{
	static const uint8_t nonsense[] = {0x67, 0x42, 0xe0, 0x1f, 0xff,
					   0xff, 0xff, 0xff, 0xff, 0xff};
	struct video_parameter_sets *sets = &fx.format.parameter_sets;

	set_up();
	CU_ASSERT_EQUAL(
		video_parameter_sets_append(sets, nonsense, sizeof(nonsense)),
		0);
	CU_ASSERT_EQUAL(video_source_configure(fx.source, &fx.format, 1), 0);
	CU_ASSERT_FALSE(is_seen(false));
	CU_ASSERT_TRUE(is_seen(true));
	tear_down();
}

static CU_TestInfo tests[] = {
	{"a stream without any needs those of signalling",
	 a_stream_without_any_needs_those_of_signalling},
	{"those in band win", those_in_band_win},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(parameter_sets, tests)
