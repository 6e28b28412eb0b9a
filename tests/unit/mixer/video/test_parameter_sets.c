/**
 * @file tests/unit/mixer/video/test_parameter_sets.c  H.264 sets of the
 * signalling
 *
 * A phone's camera whose stream may lack parameter sets.
 */
#include <string.h>
#include "tests/unit/mixer/video/camera.h"
#include "tests/unit/unit.h"

/** Frames in which a picture comes if it comes at all */
enum { FRAMES = 100 };

static struct camera camera;

static struct fixture {
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

static void encode(void)
{
	if (camera_encode(&camera, (uint8_t)(fx.frames * 2), 90, 200,
			  fx.key_wanted))
		fx.key_wanted = false;
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
	for (size_t i = 0; i < camera.list.count; i++) {
		if (!fx.in_band && is_parameter_set(camera.list.payloads[i]))
			continue;
		CU_ASSERT_EQUAL(video_source_put(camera.source, CAMERA_PT,
						 camera.seq++,
						 camera_timestamp(&camera),
						 i + 1 == camera.list.count,
						 camera.list.payloads[i],
						 camera.list.lens[i], NULL,
						 camera.now_us),
				0);
	}
}

static bool at_work(void)
{
	const struct engine *e = camera.engine->core;
	bool any = camera.source->core->busy;

	for (struct le *le = e->views.head; le; le = le->next)
		any |= ((struct view *)le->data)->pending != 0;

	return any;
}

/* Time stands still while there is work */
static void step(void *arg)
{
	(void)arg;

	if (at_work()) {
		tmr_start(&camera.tmr, 1, step, NULL);
		return;
	}

	if (fx.width || !fx.frames) {
		re_cancel();
		return;
	}

	--fx.frames;
	camera.now_us += CAMERA_FRAME_US;
	send_picture();
	video_engine_tick(camera.engine, camera.now_us);
	tmr_start(&camera.tmr, 0, step, NULL);
}

/** Whether a stream that begins now is seen */
static bool is_seen(bool in_band)
{
	video_source_reset(camera.source);
	fx.in_band = in_band;
	fx.key_wanted = true;
	fx.width = 0;
	fx.frames = FRAMES;
	tmr_start(&camera.tmr, 0, step, NULL);
	(void)re_main(NULL);
	tmr_cancel(&camera.tmr);

	return fx.width == CAMERA_WIDTH;
}

static void set_up(void)
{
	static const struct video_source_handlers handlers = {
		.keyframe_needed = keyframe_needed,
		.picture = picture_changed,
	};
	const struct video_codec codec = {.id = VIDEO_H264, .level_idc = 31};

	memset(&fx, 0, sizeof(fx));
	camera_open(&camera, &codec, &handlers);
}

/** What the encoder would send in band, for the SDP */
static void signal_sets(void)
{
	struct video_parameter_sets *sets = &camera.format.parameter_sets;

	fx.key_wanted = true;
	encode();
	sets->len = 0;
	for (size_t i = 0; i < camera.list.count; i++) {
		if (is_parameter_set(camera.list.payloads[i]))
			CU_ASSERT_EQUAL(video_parameter_sets_append(
						sets, camera.list.payloads[i],
						camera.list.lens[i]),
					0);
	}
	CU_ASSERT_TRUE(sets->len > 0);
	CU_ASSERT_EQUAL(
		video_source_configure(camera.source, &camera.format, 1), 0);
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
	camera_close(&camera);
}

static void those_in_band_win(void)
{
	static const uint8_t nonsense[] = {0x67, 0x42, 0xe0, 0x1f, 0xff,
					   0xff, 0xff, 0xff, 0xff, 0xff};
	struct video_parameter_sets *sets = &camera.format.parameter_sets;

	set_up();
	CU_ASSERT_EQUAL(
		video_parameter_sets_append(sets, nonsense, sizeof(nonsense)),
		0);
	CU_ASSERT_EQUAL(
		video_source_configure(camera.source, &camera.format, 1), 0);
	CU_ASSERT_FALSE(is_seen(false));
	CU_ASSERT_TRUE(is_seen(true));
	camera_close(&camera);
}

static CU_TestInfo tests[] = {
	{"a stream without any needs those of signalling",
	 a_stream_without_any_needs_those_of_signalling},
	{"those in band win", those_in_band_win},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(parameter_sets, tests)
