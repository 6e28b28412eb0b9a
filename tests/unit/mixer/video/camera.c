/**
 * @file tests/unit/mixer/video/camera.c  A camera that is encoded here
 */
#include <string.h>
#include "tests/unit/mixer/video/camera.h"
#include "tests/unit/unit.h"

enum { PAYLOAD_MAX = 1180, PAYLOADS = 512 };

static uint8_t payload_memory[PAYLOADS * PAYLOAD_MAX];

static void frame_ready(const struct video_frame *frame, void *arg)
{
	(void)frame;
	(void)arg;
}

void camera_open(struct camera *c, const struct video_codec *codec,
		 const struct video_source_handlers *h)
{
	struct video_rendition_config config = {
		.codec = *codec,
		.width = CAMERA_WIDTH,
		.height = CAMERA_HEIGHT,
		.fps = 25,
		.kbps = 500,
		.payload_max = PAYLOAD_MAX,
	};
	struct video_tile tile = {.label = "Camera"};

	memset(c, 0, sizeof(*c));
	c->now_us = 40000000;
	c->list.buf = payload_memory;
	c->list.size = sizeof(payload_memory);
	c->list.payload_max = PAYLOAD_MAX;
	c->format =
		(struct video_source_format){.pt = CAMERA_PT, .codec = *codec};
	CU_ASSERT_EQUAL_FATAL(libre_init(), 0);
	CU_ASSERT_EQUAL_FATAL(picture_pool_alloc(&c->pool), 0);
	CU_ASSERT_EQUAL_FATAL(video_encoder_alloc(&c->encoder, &config), 0);
	CU_ASSERT_EQUAL_FATAL(video_engine_alloc(&c->engine, 1), 0);
	CU_ASSERT_EQUAL_FATAL(video_source_alloc(&c->source, c->engine,
						 &c->format, 1, h, NULL),
			      0);
	CU_ASSERT_EQUAL_FATAL(video_view_alloc(&c->view, c->engine,
					       CAMERA_WIDTH, CAMERA_HEIGHT,
					       25),
			      0);
	tile.source = c->source;
	CU_ASSERT_EQUAL_FATAL(
		video_view_set(c->view, VIDEO_LAYOUT_GRID, &tile, 1), 0);
	config.codec.id = VIDEO_VP8;
	CU_ASSERT_EQUAL_FATAL(video_rendition_alloc(&c->rendition, c->view,
						    &config, frame_ready,
						    NULL),
			      0);
}

void camera_close(struct camera *c)
{
	mem_deref(c->rendition);
	mem_deref(c->view);
	mem_deref(c->source);
	mem_deref(c->engine);
	video_encoder_free(c->encoder);
	picture_pool_deref(c->pool);
	libre_close();
}

bool camera_encode(struct camera *c, uint8_t y, uint8_t cb, uint8_t cr,
		   bool key)
{
	struct picture *p = picture_take(c->pool, CAMERA_WIDTH, CAMERA_HEIGHT);
	bool keyframe;

	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	picture_fill(p, y, cb, cr);
	CU_ASSERT_EQUAL_FATAL(c->encoder->encode(c->encoder, p,
						 camera_timestamp(c), key,
						 &c->list, &keyframe),
			      0);
	picture_deref(p);

	return keyframe;
}

uint32_t camera_timestamp(const struct camera *c)
{
	return (uint32_t)(c->now_us * 9 / 100);
}
