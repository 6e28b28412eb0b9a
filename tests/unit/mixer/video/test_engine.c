/**
 * @file tests/unit/mixer/video/test_engine.c  Cameras to pictures in one
 * process
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/video/video_private.h"
#include "tests/unit/unit.h"

enum {
	CAMERAS = 4,
	TICK_US = 20000,
	DEADLINE_MS = 20000,
	PT = 96,
	PAYLOAD_MAX = 1180,
};

static const uint8_t colours[CAMERAS][3] = {
	{80, 90, 240},
	{140, 60, 40},
	{50, 240, 110},
	{200, 30, 150},
};

/** A camera: an encoder whose picture is of one colour with a moving bar */
struct camera {
	struct video_encoder *encoder;
	struct picture_pool *pool;
	struct payload_list list;
	uint8_t colour[3];
	struct video_source *source;
	unsigned width, height, frame;
	int64_t seq;
	bool key_wanted;
	unsigned asked, lose_frame;
	unsigned seen_width, seen_height, reports;
};

/** Somebody who looks at a rendition */
struct viewer {
	struct video_decoder *decoder;
	struct picture_pool *pool;
	struct video_rendition *rendition;
	struct picture *picture;
	enum video_codec_id codec;
	unsigned frames, keyframes, errors;
	size_t longest;
	uint32_t timestamp;
};

static struct fixture {
	struct video_engine *engine;
	struct camera cameras[CAMERAS];
	struct viewer viewers[2];
	uint64_t now_us;
	struct tmr tmr;
	uint64_t deadline;
	bool (*until)(void);
	bool reached;
	unsigned quiet_ticks; /* cameras pause */
	bool impatient;       /* time does not wait for the work */
} fx;

static uint8_t list_memory[CAMERAS][1200 * 512];

static void keyframe_needed(void *arg)
{
	struct camera *c = arg;

	++c->asked;
	c->key_wanted = true;
}

static void picture_changed(unsigned width, unsigned height, void *arg)
{
	struct camera *c = arg;

	c->seen_width = width;
	c->seen_height = height;
	++c->reports;
}

static const struct video_source_handlers handlers = {
	.keyframe_needed = keyframe_needed,
	.picture = picture_changed,
};

static struct video_codec codec_of(enum video_codec_id id, uint8_t mode)
{
	return (struct video_codec){
		.id = id,
		.packetization_mode = mode,
		.profile_idc = 66,
		.profile_iop = 0xe0,
		.level_idc = 31,
	};
}

static void camera_open(struct camera *c, size_t i, enum video_codec_id id,
			unsigned width, unsigned height)
{
	struct video_source_format format = {.pt = PT,
					     .codec = codec_of(id, 1)};
	struct video_rendition_config config = {
		.codec = format.codec,
		.width = width,
		.height = height,
		.fps = 25,
		.kbps = 800,
		.payload_max = PAYLOAD_MAX,
	};

	memset(c, 0, sizeof(*c));
	memcpy(c->colour, colours[i], 3);
	c->width = width;
	c->height = height;
	c->seq = 65500; /* wraps soon in 16 bits */
	c->key_wanted = true;
	c->list.buf = list_memory[i];
	c->list.size = sizeof(list_memory[i]);
	c->list.payload_max = PAYLOAD_MAX;
	CU_ASSERT_EQUAL_FATAL(picture_pool_alloc(&c->pool), 0);
	CU_ASSERT_EQUAL_FATAL(video_encoder_alloc(&c->encoder, &config), 0);
	CU_ASSERT_EQUAL_FATAL(video_source_alloc(&c->source, fx.engine,
						 &format, 1, &handlers, c),
			      0);
}

static void camera_close(struct camera *c)
{
	c->encoder = video_encoder_free(c->encoder);
	c->source = mem_deref(c->source);
	picture_pool_deref(c->pool);
	c->pool = NULL;
}

static void camera_send(struct camera *c)
{
	struct picture *p = picture_take(c->pool, c->width, c->height);
	uint64_t timestamp = fx.now_us * 9 / 100;
	bool keyframe;

	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	picture_fill(p, c->colour[0], c->colour[1], c->colour[2]);
	memset(p->planes[0] + (size_t)p->strides[0] * (c->frame % 16), 16,
	       p->width); /* a line that moves near the upper edge */
	CU_ASSERT_EQUAL_FATAL(c->encoder->encode(c->encoder, p, timestamp,
						 c->key_wanted, &c->list,
						 &keyframe),
			      0);
	if (c->list.count && c->key_wanted && keyframe)
		c->key_wanted = false;
	picture_deref(p);
	++c->frame;

	/* Sent in reverse: the assembly puts them in order */
	for (size_t i = c->list.count; i-- > 0;) {
		if (c->lose_frame == c->frame && i == c->list.count / 2)
			continue;
		CU_ASSERT_EQUAL(
			video_source_put(c->source, PT, c->seq + (int64_t)i,
					 (uint32_t)timestamp,
					 i + 1 == c->list.count,
					 c->list.payloads[i], c->list.lens[i],
					 NULL, fx.now_us),
			0);
	}
	c->seq += (int64_t)c->list.count;
}

static void frame_handler(const struct video_frame *frame, void *arg)
{
	static uint8_t buf[1200 * 512 + VIDEO_DECODER_PADDING];
	struct viewer *v = arg;
	struct payload_frame f = {.buf = buf, .size = 1200 * 512};
	struct picture *p;
	int err = 0;

	for (size_t i = 0; i < frame->count; i++) {
		if (frame->lens[i] > v->longest)
			v->longest = frame->lens[i];
		err |= v->codec == VIDEO_VP8
			       ? vp8_payload_append(&f, frame->payloads[i],
						    frame->lens[i])
			       : h264_payload_append(&f, frame->payloads[i],
						     frame->lens[i]);
	}
	CU_ASSERT_EQUAL(err, 0);
	CU_ASSERT_EQUAL(f.keyframe, frame->keyframe);

	memset(&buf[f.len], 0, VIDEO_DECODER_PADDING);
	++v->frames;
	v->keyframes += frame->keyframe;
	v->timestamp = frame->timestamp;
	if (v->decoder->decode(v->decoder, buf, f.len, NULL, v->pool, &p)) {
		++v->errors;
		return;
	}
	if (p) {
		picture_deref(v->picture);
		v->picture = p;
	}
}

static void viewer_open(struct viewer *v, struct video_view *view,
			struct video_codec codec, unsigned width,
			unsigned height)
{
	struct video_rendition_config config = {
		.codec = codec,
		.width = width,
		.height = height,
		.fps = 25,
		.kbps = 1500,
		.payload_max = PAYLOAD_MAX,
	};

	memset(v, 0, sizeof(*v));
	v->codec = codec.id;
	CU_ASSERT_EQUAL_FATAL(picture_pool_alloc(&v->pool), 0);
	CU_ASSERT_EQUAL_FATAL(video_decoder_alloc(&v->decoder, codec.id), 0);
	CU_ASSERT_EQUAL_FATAL(video_rendition_alloc(&v->rendition, view,
						    &config, frame_handler, v),
			      0);
}

static void viewer_close(struct viewer *v)
{
	v->rendition = mem_deref(v->rendition);
	v->decoder = video_decoder_free(v->decoder);
	v->picture = picture_deref(v->picture);
	picture_pool_deref(v->pool);
	v->pool = NULL;
}

static bool at_work(void)
{
	const struct engine *e = fx.engine->core;
	bool any = false;

	for (struct le *le = e->sources.head; le; le = le->next)
		any |= ((struct source *)le->data)->busy;
	for (struct le *le = e->views.head; le; le = le->next)
		any |= ((struct view *)le->data)->pending != 0;

	return any;
}

/* Time of the conference runs as fast as the machine can: it stands still
 * while there is work, so that a slow machine sees the same */
static void step(void *arg)
{
	(void)arg;

	if (!fx.impatient && at_work() && tmr_jiffies() <= fx.deadline) {
		tmr_start(&fx.tmr, 1, step, NULL);
		return;
	}

	fx.now_us += TICK_US;
	for (size_t i = 0; i < CAMERAS; i++) {
		if (fx.cameras[i].source && !fx.quiet_ticks &&
		    fx.now_us % (2 * TICK_US) == 0)
			camera_send(&fx.cameras[i]);
	}
	if (fx.quiet_ticks)
		--fx.quiet_ticks;
	video_engine_tick(fx.engine, fx.now_us);

	fx.reached = fx.until();
	if (fx.reached || tmr_jiffies() > fx.deadline)
		re_cancel();
	else
		tmr_start(&fx.tmr, fx.impatient ? 4 : 0, step, NULL);
}

static bool run_until(bool (*condition)(void))
{
	fx.until = condition;
	fx.reached = false;
	fx.deadline = tmr_jiffies() + unit_patience_ms(DEADLINE_MS);
	tmr_start(&fx.tmr, 0, step, NULL);
	(void)re_main(NULL);
	tmr_cancel(&fx.tmr);

	return fx.reached;
}

static void open_engine(unsigned workers)
{
	memset(&fx, 0, sizeof(fx));
	fx.now_us = 40000000;
	CU_ASSERT_EQUAL_FATAL(libre_init(), 0);
	CU_ASSERT_EQUAL_FATAL(video_engine_alloc(&fx.engine, workers), 0);
}

static void close_engine(void)
{
	for (size_t i = 0; i < CAMERAS; i++) {
		if (fx.cameras[i].encoder)
			camera_close(&fx.cameras[i]);
	}
	for (size_t i = 0; i < 2; i++) {
		if (fx.viewers[i].decoder)
			viewer_close(&fx.viewers[i]);
	}
	fx.engine = mem_deref(fx.engine);
	libre_close();
}

static int distance(const struct picture *p, unsigned x, unsigned y,
		    const uint8_t yuv[3])
{
	int worst = 0;

	for (int i = 0; i < 3; i++) {
		unsigned px = i ? x / 2 : x, py = i ? y / 2 : y;
		int d = p->planes[i][(size_t)py * (size_t)p->strides[i] + px] -
			yuv[i];

		if (d < 0)
			d = -d;
		if (d > worst)
			worst = d;
	}

	return worst;
}

static bool shows(const struct viewer *v, size_t camera, unsigned x,
		  unsigned y)
{
	return v->picture && distance(v->picture, x, y, colours[camera]) < 14;
}

static struct layout_rect rects[CAMERAS];

/* The middle of each tile has its camera's colour, at the rendition's scale */
static bool viewer_sees_all(const struct viewer *v, unsigned view_width)
{
	for (size_t i = 0; v->picture && i < CAMERAS; i++) {
		unsigned x = (rects[i].x + rects[i].width / 2) *
			     v->picture->width / view_width;
		unsigned y = (rects[i].y + rects[i].height / 2) *
			     v->picture->width / view_width;

		if (!shows(v, i, x, y))
			return false;
	}

	return v->picture;
}

static bool both_see_all(void)
{
	return viewer_sees_all(&fx.viewers[0], 640) &&
	       viewer_sees_all(&fx.viewers[1], 640);
}

static struct video_view *view_of_all(enum video_layout layout)
{
	struct video_tile tiles[CAMERAS];
	struct video_view *view;

	CU_ASSERT_EQUAL_FATAL(video_view_alloc(&view, fx.engine, 640, 360, 25),
			      0);
	memset(tiles, 0, sizeof(tiles));
	for (size_t i = 0; i < CAMERAS; i++) {
		tiles[i].source = fx.cameras[i].source;
		(void)re_snprintf(tiles[i].label, sizeof(tiles[i].label),
				  "Camera %zu", i);
	}
	tiles[1].active = tiles[1].talking = true;
	tiles[2].muted = true;
	layout_arrange(rects, CAMERAS, layout, 640, 360, 1);
	CU_ASSERT_EQUAL_FATAL(video_view_set(view, layout, tiles, CAMERAS), 0);

	return view;
}

static void open_cameras(void)
{
	camera_open(&fx.cameras[0], 0, VIDEO_VP8, 640, 360);
	camera_open(&fx.cameras[1], 1, VIDEO_H264, 640, 360);
	camera_open(&fx.cameras[2], 2, VIDEO_VP8, 320, 240);
	camera_open(&fx.cameras[3], 3, VIDEO_H264, 320, 180);
}

static void everybody_sees_everybody(void)
{
	static const enum video_layout layouts[] = {VIDEO_LAYOUT_GRID,
						    VIDEO_LAYOUT_SPEAKER};

	for (size_t i = 0; i < 2; i++) {
		struct video_engine_stats stats;
		struct video_view *view;

		open_engine(2);
		open_cameras();
		view = view_of_all(layouts[i]);
		viewer_open(&fx.viewers[0], view, codec_of(VIDEO_VP8, 0), 640,
			    360);
		viewer_open(&fx.viewers[1], view, codec_of(VIDEO_H264, i), 320,
			    180);
		CU_ASSERT(run_until(both_see_all));

		for (size_t k = 0; k < 2; k++) {
			CU_ASSERT_EQUAL(fx.viewers[k].errors, 0);
			CU_ASSERT(fx.viewers[k].keyframes >= 1);
			CU_ASSERT(fx.viewers[k].longest <= PAYLOAD_MAX);
		}
		CU_ASSERT_EQUAL(fx.viewers[1].picture->width, 320);
		CU_ASSERT_EQUAL(fx.cameras[2].seen_width, 320);
		CU_ASSERT_EQUAL(fx.cameras[2].seen_height, 240);

		video_engine_stats(fx.engine, &stats);
		CU_ASSERT_EQUAL(stats.sources, CAMERAS);
		CU_ASSERT_EQUAL(stats.views, 1);
		CU_ASSERT_EQUAL(stats.renditions, 2);
		CU_ASSERT(stats.frames_decoded >= CAMERAS);
		mem_deref(view);
		close_engine();
	}
}

static unsigned count_frames;

static bool frames_sent(void)
{
	return fx.cameras[0].frame >= count_frames;
}

static void decodes_nothing_unseen(void)
{
	struct video_source_stats stats;
	struct video_engine_stats engine_stats;
	struct video_view *view;
	unsigned width, height;

	open_engine(1);
	open_cameras();
	view = view_of_all(VIDEO_LAYOUT_GRID);
	count_frames = 10;
	CU_ASSERT(run_until(frames_sent));

	video_source_stats(fx.cameras[0].source, &stats);
	CU_ASSERT(stats.frames >= 9);
	CU_ASSERT_EQUAL(stats.decoded, 0);
	CU_ASSERT_EQUAL(stats.codec, VIDEO_VP8);
	CU_ASSERT_EQUAL(fx.cameras[0].asked, 0);
	video_source_shown(fx.cameras[0].source, &width, &height);
	CU_ASSERT_EQUAL(width, 0);
	video_engine_stats(fx.engine, &engine_stats);
	CU_ASSERT_EQUAL(engine_stats.frames_composed, 0);

	/* Into view: a key frame is asked for, and then it shows */
	viewer_open(&fx.viewers[0], view, codec_of(VIDEO_VP8, 0), 640, 360);
	viewer_open(&fx.viewers[1], view, codec_of(VIDEO_VP8, 0), 320, 180);
	CU_ASSERT(run_until(both_see_all));
	CU_ASSERT(fx.cameras[0].asked >= 1);
	video_source_shown(fx.cameras[0].source, &width, &height);
	CU_ASSERT_EQUAL(width, 320);
	CU_ASSERT_EQUAL(height, 180);

	mem_deref(view);
	close_engine();
}

static bool camera_0_asked(void)
{
	return fx.cameras[0].asked > 0;
}

static void asks_for_a_key_frame_after_loss(void)
{
	struct video_view *view;
	uint64_t since;

	open_engine(1);
	open_cameras();
	view = view_of_all(VIDEO_LAYOUT_GRID);
	viewer_open(&fx.viewers[0], view, codec_of(VIDEO_VP8, 0), 640, 360);
	viewer_open(&fx.viewers[1], view, codec_of(VIDEO_VP8, 0), 640, 360);
	CU_ASSERT(run_until(both_see_all));
	fx.cameras[0].asked = 0;
	fx.cameras[0].lose_frame = fx.cameras[0].frame + 1;
	since = fx.now_us;
	CU_ASSERT(run_until(camera_0_asked));
	CU_ASSERT(fx.now_us - since >= 300000);
	CU_ASSERT(fx.now_us - since < 500000);
	CU_ASSERT_EQUAL(fx.cameras[1].asked, 0);

	/* In the meantime the last good picture stays */
	CU_ASSERT(both_see_all());
	mem_deref(view);
	close_engine();
}

static bool camera_0_stopped(void)
{
	return fx.cameras[0].reports && !fx.cameras[0].seen_width;
}

static void blanks_a_camera_that_stopped(void)
{
	struct video_view *view;
	uint64_t since;

	open_engine(1);
	open_cameras();
	view = view_of_all(VIDEO_LAYOUT_GRID);
	viewer_open(&fx.viewers[0], view, codec_of(VIDEO_VP8, 0), 640, 360);
	viewer_open(&fx.viewers[1], view, codec_of(VIDEO_VP8, 0), 640, 360);
	CU_ASSERT(run_until(both_see_all));
	fx.quiet_ticks = 1000;
	since = fx.now_us;
	CU_ASSERT(run_until(camera_0_stopped));
	CU_ASSERT(fx.now_us - since >= 1900000);
	CU_ASSERT(fx.now_us - since <= 2200000);
	mem_deref(view);
	close_engine();
}

static unsigned count_keyframes;

static bool viewer_0_keyframes(void)
{
	return fx.viewers[0].keyframes >= count_keyframes;
}

static void key_frames_are_coalesced(void)
{
	struct video_view *view;
	uint64_t since;

	open_engine(1);
	open_cameras();
	view = view_of_all(VIDEO_LAYOUT_GRID);
	viewer_open(&fx.viewers[0], view, codec_of(VIDEO_H264, 1), 320, 180);
	count_keyframes = 1;
	CU_ASSERT(run_until(viewer_0_keyframes));
	since = fx.now_us;

	for (unsigned i = 0; i < 20; i++)
		video_rendition_keyframe(fx.viewers[0].rendition, false);
	count_keyframes = 2;
	CU_ASSERT(run_until(viewer_0_keyframes));
	CU_ASSERT(fx.now_us - since >= 200000);
	CU_ASSERT_EQUAL(fx.viewers[0].keyframes, 2);

	since = fx.now_us;
	video_rendition_keyframe(fx.viewers[0].rendition, true);
	count_keyframes = 3;
	CU_ASSERT(run_until(viewer_0_keyframes));
	CU_ASSERT(fx.now_us - since < 200000);
	mem_deref(view);
	close_engine();
}

static unsigned count_steps;

static bool steps_done(void)
{
	return count_steps-- == 0;
}

/* Everything is freed at every stage of the work under way */
static void frees_with_work_in_flight(void)
{
	for (unsigned round = 0; round < 24; round++) {
		struct video_view *view;

		open_engine(1 + round % 2);
		open_cameras();
		view = view_of_all(VIDEO_LAYOUT_GRID);
		viewer_open(&fx.viewers[0], view, codec_of(VIDEO_VP8, 0), 640,
			    360);
		viewer_open(&fx.viewers[1], view, codec_of(VIDEO_H264, 1), 320,
			    180);
		fx.impatient = true;
		count_steps = 1 + round / 2;
		CU_ASSERT(run_until(steps_done));
		step(NULL);
		tmr_cancel(&fx.tmr);

		switch (round % 4) {
		case 0: viewer_close(&fx.viewers[0]); break;
		case 1: camera_close(&fx.cameras[0]); break;
		case 2: view = mem_deref(view); break;
		default: fx.engine = mem_deref(fx.engine); break;
		}

		if (fx.engine) {
			unsigned frames = fx.viewers[0].frames;

			count_steps = 3;
			CU_ASSERT(run_until(steps_done));
			if (round % 4 == 0)
				CU_ASSERT_EQUAL(fx.viewers[0].frames, frames);
		}
		mem_deref(view);
		close_engine();
	}
}

static bool placeholder_frames(void)
{
	return fx.viewers[0].frames >= 4;
}

static void placeholders_are_sent_slowly(void)
{
	struct video_tile tile = {.label = "Zo\xc3\xab Example"};
	struct video_view *view;
	uint64_t since;

	open_engine(1);
	CU_ASSERT_EQUAL_FATAL(video_view_alloc(&view, fx.engine, 640, 360, 25),
			      0);
	CU_ASSERT_EQUAL(video_view_set(view, VIDEO_LAYOUT_GRID, &tile, 1), 0);
	viewer_open(&fx.viewers[0], view, codec_of(VIDEO_VP8, 0), 640, 360);
	since = fx.now_us;
	CU_ASSERT(run_until(placeholder_frames));
	CU_ASSERT(fx.now_us - since >= 600000);
	CU_ASSERT_EQUAL(fx.viewers[0].errors, 0);
	mem_deref(view);
	close_engine();
}

static void refuses_nonsense(void)
{
	struct video_rendition_config config = {
		.width = 640,
		.height = 360,
		.fps = 25,
		.kbps = 500,
		.payload_max = 1200,
	};
	struct video_rendition *r;
	struct video_view *view;
	struct video_source *s;
	struct video_source_format f = {.pt = PT};

	open_engine(1);
	CU_ASSERT_EQUAL(video_view_alloc(&view, fx.engine, 641, 360, 25),
			EINVAL);
	CU_ASSERT_EQUAL(video_view_alloc(&view, fx.engine, 640, 360, 0),
			EINVAL);
	CU_ASSERT_EQUAL(video_view_alloc(&view, fx.engine, 9000, 9000, 25),
			EINVAL);
	CU_ASSERT_EQUAL_FATAL(video_view_alloc(&view, fx.engine, 640, 360, 25),
			      0);
	config.payload_max = 10;
	CU_ASSERT_EQUAL(
		video_rendition_alloc(&r, view, &config, frame_handler, NULL),
		EINVAL);
	f.codec.id = VIDEO_CODEC_COUNT;
	CU_ASSERT_EQUAL(video_source_alloc(&s, fx.engine, &f, 1, NULL, NULL),
			EINVAL);
	f.codec.id = VIDEO_VP8;
	CU_ASSERT_EQUAL_FATAL(
		video_source_alloc(&s, fx.engine, &f, 1, NULL, NULL), 0);
	CU_ASSERT_EQUAL(
		video_source_put(s, PT + 1, 1, 0, true, NULL, 0, NULL, 1),
		ENOENT);
	CU_ASSERT_EQUAL(video_source_put(s, PT, 1, 0, true, list_memory[0],
					 1501, NULL, 1),
			EBADMSG);
	mem_deref(s);
	mem_deref(view);
	close_engine();
}

static CU_TestInfo tests[] = {
	{"everybody sees everybody", everybody_sees_everybody},
	{"decodes nothing unseen", decodes_nothing_unseen},
	{"asks for a key frame after loss", asks_for_a_key_frame_after_loss},
	{"blanks a camera that stopped", blanks_a_camera_that_stopped},
	{"key frames are coalesced", key_frames_are_coalesced},
	{"frees with work in flight", frees_with_work_in_flight},
	{"placeholders are sent slowly", placeholders_are_sent_slowly},
	{"refuses nonsense", refuses_nonsense},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(video_engine, tests)
