/**
 * @file test_shared_video.c  What a consumer can take of a canvas
 */
#include <string.h>
#include "mixer/mix/mix.h"
#include "mixer/mix/shared_video.h"
#include "tests/unit/mixer/world/world.h"
#include "tests/unit/unit.h"


static void size_and_rate_follow_the_limits(void)
{
	static const struct {
		const char *what;
		enum video_codec_id codec;
		uint8_t level;
		unsigned width, height, fps, kbps, tier;
		unsigned want_width, want_height, want_fps, want_kbps;
	} table[] = {
		{"everything", VIDEO_VP8, 0, 1280, 720, 30, 0, 0, 1280, 720,
		 25, 1500},
		{"half the size", VIDEO_VP8, 0, 640, 360, 25, 0, 0, 640, 360,
		 25, 530},
		{"no matching size: the next smaller", VIDEO_VP8, 0, 700, 700,
		 25, 0, 0, 640, 360, 25, 530},
		{"smaller than any: the smallest", VIDEO_VP8, 0, 16, 16, 25, 0,
		 0, 320, 180, 25, 187},
		{"level 3.1 holds 720p", VIDEO_H264, 31, 1280, 720, 25, 0, 0,
		 1280, 720, 25, 1500},
		{"level 3 does not", VIDEO_H264, 30, 1280, 720, 25, 0, 0, 640,
		 360, 25, 530},
		{"level 1.2 counts macroblocks", VIDEO_H264, 12, 1280, 720, 25,
		 0, 0, 320, 180, 25, 187},
		{"b= limits bits", VIDEO_VP8, 0, 1280, 720, 25, 1000, 0, 1280,
		 720, 25, 1000},
		{"b= far below limits pixels", VIDEO_VP8, 0, 1280, 720, 25,
		 200, 0, 480, 270, 25, 200},
		{"tier 2 is a quarter", VIDEO_VP8, 0, 1280, 720, 25, 0, 2,
		 1280, 720, 25, 375},
		{"slow receiver", VIDEO_VP8, 0, 1280, 720, 10, 0, 0, 1280, 720,
		 10, 1500},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct video_canvas canvas = {1280, 720, 25, 1500};
		struct video_rendition_config c;
		struct video_wish wish;

		memset(&wish, 0, sizeof(wish));
		wish.codec.id = table[i].codec;
		wish.codec.level_idc = table[i].level;
		wish.width = table[i].width;
		wish.height = table[i].height;
		wish.fps = table[i].fps;
		wish.kbps = table[i].kbps;
		wish.tier = table[i].tier;
		shared_video_config(&c, &canvas, &wish);
		if (c.width != table[i].want_width ||
		    c.height != table[i].want_height ||
		    c.fps != table[i].want_fps || c.kbps != table[i].want_kbps)
			CU_FAIL(table[i].what);
		CU_ASSERT_EQUAL(c.width, table[i].want_width);
		CU_ASSERT_EQUAL(c.height, table[i].want_height);
		CU_ASSERT_EQUAL(c.fps, table[i].want_fps);
		CU_ASSERT_EQUAL(c.kbps, table[i].want_kbps);
	}
}


static void a_mix_may_have_another_bitrate(void)
{
	const struct video_canvas canvas = {1280, 720, 25, 600};
	struct video_rendition_config c;
	struct video_wish wish;

	memset(&wish, 0, sizeof(wish));
	wish.width = 1280;
	wish.height = 720;
	wish.fps = 25;
	shared_video_config(&c, &canvas, &wish);
	CU_ASSERT_EQUAL(c.kbps, 600);
	wish.width = 640;
	shared_video_config(&c, &canvas, &wish);
	CU_ASSERT_EQUAL(c.width, 640);
	CU_ASSERT_EQUAL(c.kbps, 212);
}


/** One who is no leg */
struct viewer {
	unsigned frames, keyframes, jumps;
	uint32_t timestamp;
};


static void frame_h(const struct video_frame *frame, uint32_t timestamp,
		    uint64_t now_us, void *arg)
{
	struct viewer *v = arg;

	(void)now_us;
	if (v->frames && (int32_t)(timestamp - v->timestamp) <= 0)
		v->jumps++;
	v->timestamp = timestamp;
	v->keyframes += frame->keyframe;
	v->frames++;
}


static void who_is_no_leg_is_shown_the_canvas(void)
{
	struct video_wish wish = {
		.width = 320, .height = 180, .fps = 25, .payload_max = 1000};
	struct video_consumer *consumer;
	static struct phone p[2];
	struct viewer v = {0};
	unsigned before;
	struct world w;

	world_open(&w, 30);
	phone_join(&w, &p[0], 1, 0);
	phone_join(&w, &p[1], 2, 0);
	CU_ASSERT_EQUAL_FATAL(
		video_consumer_alloc(&consumer,
				     mix_shared_video(mixer_mix(w.mixer, 1)),
				     frame_h, &v),
		0);
	CU_ASSERT_PTR_NULL(video_consumer_config(consumer));
	CU_ASSERT_EQUAL_FATAL(video_consumer_join(consumer, &wish), 0);
	CU_ASSERT_EQUAL(w.mixer->totals.video_renditions, 1);
	world_until(&w, v.frames > 2, 10000);
	CU_ASSERT_TRUE(v.frames > 2);
	CU_ASSERT_EQUAL(v.keyframes, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(video_consumer_config(consumer));
	CU_ASSERT_EQUAL(video_consumer_config(consumer)->width, 320);

	/* what it has goes on until the other's first key frame */
	wish.tier = 1;
	CU_ASSERT_EQUAL(video_consumer_join(consumer, &wish), 0);
	CU_ASSERT_EQUAL(w.mixer->totals.video_renditions, 2);
	world_until(&w, v.keyframes == 2, 10000);
	CU_ASSERT_EQUAL(v.keyframes, 2);
	CU_ASSERT_EQUAL(w.mixer->totals.video_renditions, 1);

	/* a key frame for who asks */
	before = v.keyframes;
	video_consumer_keyframe(consumer, true);
	world_until(&w, v.keyframes > before, 10000);
	CU_ASSERT_TRUE(v.keyframes > before);
	CU_ASSERT_EQUAL(v.jumps, 0);

	mem_deref(consumer);
	CU_ASSERT_EQUAL(w.mixer->totals.video_renditions, 0);
	phone_close(&p[0]);
	phone_close(&p[1]);
	world_close(&w);
}


static size_t views(const struct world *w)
{
	struct video_engine_stats stats;

	video_engine_stats(w->mixer->engine, &stats);

	return stats.views;
}


/* Small pictures are made of a view of their own, large ones of another, and
 * neither is there longer than somebody is given it */
static void small_screens_have_a_view_of_their_own(void)
{
	struct video_wish wish = {
		.width = 1280, .height = 720, .fps = 25, .payload_max = 1000};
	static const unsigned widths[] = {1280, 960, 640, 352};
	static const size_t together[] = {1, 1, 2, 2};
	struct video_consumer *c[2];
	static struct phone p[2];
	struct viewer v[2];
	struct world w;

	memset(v, 0, sizeof(v));
	world_open(&w, 30);
	phone_join(&w, &p[0], 1, 0);
	phone_join(&w, &p[1], 2, 0);
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL_FATAL(
			video_consumer_alloc(
				&c[i], mix_shared_video(mixer_mix(w.mixer, 1)),
				frame_h, &v[i]),
			0);

	CU_ASSERT_EQUAL(video_consumer_join(c[0], &wish), 0);
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		unsigned before = v[1].keyframes;

		wish.width = widths[i];
		CU_ASSERT_EQUAL(video_consumer_join(c[1], &wish), 0);
		world_until(&w, v[1].keyframes > before, 10000);
		CU_ASSERT_EQUAL(views(&w), together[i]);
	}

	/* to the other's, and alone back: the first view goes with who had it
	 */
	wish.width = 1280;
	CU_ASSERT_EQUAL(video_consumer_join(c[1], &wish), 0);
	world_until(&w, views(&w) == 1, 10000);
	CU_ASSERT_EQUAL(views(&w), 1);
	mem_deref(c[0]);
	CU_ASSERT_EQUAL(views(&w), 1);
	mem_deref(c[1]);
	CU_ASSERT_EQUAL(views(&w), 0);
	CU_ASSERT_EQUAL(w.mixer->totals.video_renditions, 0);
	CU_ASSERT_EQUAL(v[1].jumps, 0);
	phone_close(&p[0]);
	phone_close(&p[1]);
	world_close(&w);
}


static CU_TestInfo tests[] = {
	{"a mix may have another bitrate", a_mix_may_have_another_bitrate},
	{"who is no leg is shown the canvas",
	 who_is_no_leg_is_shown_the_canvas},
	{"small screens have a view of their own",
	 small_screens_have_a_view_of_their_own},
	{"size and rate follow the limits", size_and_rate_follow_the_limits},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(shared_video, tests)
