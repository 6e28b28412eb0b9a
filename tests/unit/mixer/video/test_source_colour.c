/**
 * @file tests/unit/mixer/video/test_source_colour.c  Colours that packets
 * tell of, from key frame to key frame
 *
 * A VP8 camera whose numbers are a canvas': BT.709 in full range.
 */
#include <stdlib.h>
#include "tests/unit/mixer/video/camera.h"
#include "tests/unit/unit.h"

enum { BT709 = 1 };

static const uint8_t sent[3] = {149, 90, 33}, meant[3] = {125, 104, 48};
static struct camera camera;
static uint64_t decoded;

static void set_up(void)
{
	const struct video_codec codec = {.id = VIDEO_VP8};

	camera_open(&camera, &codec, NULL);
	video_engine_tick(camera.engine, camera.now_us);
}

static void wait(void *arg)
{
	struct video_source_stats stats;

	(void)arg;
	video_source_stats(camera.source, &stats);
	if (stats.decoded > decoded && !camera.source->core->busy)
		re_cancel();
	else
		tmr_start(&camera.tmr, 1, wait, NULL);
}

/* One frame of it; told: the last packet says what its colours are */
static void show(bool key, const struct video_colour *told)
{
	struct video_source_stats stats;

	camera.now_us += CAMERA_FRAME_US;
	CU_ASSERT_EQUAL(camera_encode(&camera, sent[0], sent[1], sent[2], key),
			key);
	video_source_stats(camera.source, &stats);
	decoded = stats.decoded;
	for (size_t i = 0; i < camera.list.count; i++) {
		bool last = i + 1 == camera.list.count;

		CU_ASSERT_EQUAL(video_source_put(
					camera.source, CAMERA_PT, camera.seq++,
					camera_timestamp(&camera), last,
					camera.list.payloads[i],
					camera.list.lens[i],
					last ? told : NULL, camera.now_us),
				0);
	}
	tmr_start(&camera.tmr, 0, wait, NULL);
	(void)re_main(NULL);
	tmr_cancel(&camera.tmr);
}

static bool is(const uint8_t yuv[3])
{
	const struct picture *p = camera.source->core->newest;

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
	video_source_reset(camera.source);
	show(true, NULL);
	CU_ASSERT_TRUE(is(sent));
	camera_close(&camera);
}

static CU_TestInfo tests[] = {
	{"what is told holds until a key frame without",
	 what_is_told_holds_until_a_key_frame_without},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(source_colour, tests)
