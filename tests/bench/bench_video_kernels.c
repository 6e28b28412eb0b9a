/**
 * @file tests/bench/bench_video_kernels.c  What a picture costs
 *
 * Prints microseconds of processor time for each kernel of the video side,
 * the mean of many runs on a moving picture.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "mixer/video/canvas.h"
#include "mixer/video/codec.h"
#include "mixer/video/label.h"
#include "mixer/video/layout.h"
#include "tests/bench/scene.h"

enum { FRAMES = 100, CAMERAS = 4 };

static struct picture_pool *pool;
static struct label_painter *painter;

/* The thread's own time: what others do on the machine does not count */
static uint64_t cpu_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);

	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static void must(int err)
{
	if (err) {
		(void)fprintf(stderr, "failed: %s\n", strerror(err));
		exit(EXIT_FAILURE);
	}
}

static void report(const char *what, uint64_t start_us, unsigned runs)
{
	printf("%-34s %8.1f us\n", what, (double)(cpu_us() - start_us) / runs);
}

static void bench_scale(const char *what, unsigned from_w, unsigned from_h,
			unsigned to_w, unsigned to_h)
{
	struct picture *from = scene(pool, from_w, from_h, 1);
	struct picture *to = picture_take(pool, to_w, to_h);
	uint64_t start = cpu_us();

	for (unsigned i = 0; to && i < 5 * FRAMES; i++)
		picture_scale(to, 0, 0, to_w, to_h, from, 0, 0, from_w,
			      from_h);
	report(what, start, 5 * FRAMES);
	picture_deref(from);
	picture_deref(to);
}

/* What leaves the decoder's memory: as it is, or brought to the canvas' space
 */
static void bench_colour(const char *what, struct video_colour colour)
{
	struct picture *from = scene(pool, 1280, 720, 1);
	struct picture *to = picture_take(pool, 1280, 720);
	const struct colour_planes planes = {
		.planes = {from->planes[0], from->planes[1], from->planes[2]},
		.strides = {from->strides[0], from->strides[1],
			    from->strides[2]},
	};
	uint64_t start = cpu_us();

	for (unsigned i = 0; to && i < 5 * FRAMES; i++)
		colour_copy(to, &planes, &colour);
	report(what, start, 5 * FRAMES);
	picture_deref(from);
	picture_deref(to);
}

static void bench_compose(const char *what, size_t tiles, unsigned camera_w,
			  unsigned camera_h)
{
	struct layout_rect rects[VIDEO_TILES_MAX];
	static struct canvas_scene s;
	struct picture *cameras[2];
	struct canvas *canvas;
	uint64_t start;

	must(canvas_alloc(&canvas, painter, pool, 1280, 720));
	layout_arrange(rects, tiles, VIDEO_LAYOUT_GRID, 1280, 720, 0);
	for (unsigned i = 0; i < 2; i++)
		cameras[i] = scene(pool, camera_w, camera_h, i);

	memset(&s, 0, sizeof(s));
	s.count = tiles;
	for (size_t i = 0; i < tiles; i++) {
		s.tiles[i].rect = rects[i];
		(void)snprintf(s.tiles[i].label, sizeof(s.tiles[i].label),
			       "Participant %zu", i);
	}
	canvas_compose(canvas, &s);

	start = cpu_us();
	for (unsigned n = 0; n < FRAMES; n++) {
		for (size_t i = 0; i < tiles; i++)
			s.tiles[i].picture = cameras[n % 2];
		canvas_compose(canvas, &s);
	}
	report(what, start, FRAMES);
	canvas_free(canvas);
	picture_deref(cameras[0]);
	picture_deref(cameras[1]);
}

static int join(enum video_codec_id id, const struct payload_list *list,
		struct payload_frame *f)
{
	int err = 0;

	f->len = 0;
	for (size_t i = 0; i < list->count; i++)
		err |= id == VIDEO_VP8
			       ? vp8_payload_append(f, list->payloads[i],
						    list->lens[i])
			       : h264_payload_append(f, list->payloads[i],
						     list->lens[i]);

	return err;
}

static void bench_codec(enum video_codec_id id, unsigned width,
			unsigned height, unsigned kbps)
{
	static uint8_t lines[1200 * 512], buf[1200 * 512 + 64];
	static struct payload_list list;
	const struct video_rendition_config config = {
		.codec = {.id = id, .packetization_mode = 1, .level_idc = 31},
		.width = width,
		.height = height,
		.fps = 25,
		.kbps = kbps,
		.payload_max = 1200,
	};
	uint64_t encode_us = 0, decode_us = 0, bytes = 0;
	struct payload_frame f = {.buf = buf, .size = sizeof(lines)};
	struct video_encoder *e;
	struct video_decoder *d;
	struct picture *out;
	bool keyframe;

	must(video_encoder_alloc(&e, &config));
	must(video_decoder_alloc(&d, id));
	list.buf = lines;
	list.size = sizeof(lines);
	list.payload_max = 1200;

	for (unsigned i = 0; i < FRAMES; i++) {
		struct picture *p = scene(pool, width, height, i);
		uint64_t t = cpu_us();

		must(e->encode(e, p, (i + 1) * 3600ull, i == 0, &list,
			       &keyframe));
		encode_us += cpu_us() - t;
		picture_deref(p);
		if (!list.count)
			continue;

		must(join(id, &list, &f));
		memset(&buf[f.len], 0, VIDEO_DECODER_PADDING);
		bytes += f.len;
		t = cpu_us();
		must(d->decode(d, buf, f.len, NULL, pool, &out));
		decode_us += cpu_us() - t;
		picture_deref(out);
	}

	printf("%-5s %4ux%-4u 25 fps asked %4u kb/s encode %7.1f us, decode "
	       "%6.1f us, got %.0f kb/s\n",
	       video_codec_name(id), width, height, kbps,
	       (double)encode_us / FRAMES, (double)decode_us / FRAMES,
	       (double)bytes * 8 * 25 / FRAMES / 1000);
	video_encoder_free(e);
	video_decoder_free(d);
}

int main(void)
{
	must(picture_pool_alloc(&pool));
	must(label_painter_alloc(&painter));

	bench_scale("scale 1280x720 to 640x360", 1280, 720, 640, 360);
	bench_scale("scale 1280x720 to 426x240", 1280, 720, 426, 240);
	bench_scale("scale 1280x720 to 320x180", 1280, 720, 320, 180);
	bench_scale("scale 640x360 to 426x240", 640, 360, 426, 240);
	bench_colour("copy 1280x720 in BT.601",
		     (struct video_colour){COLOUR_BT601, false});
	bench_colour("copy 1280x720 in BT.709, full range",
		     (struct video_colour){1, true});
	bench_compose("compose 720p, 4 tiles of 640x360", 4, 640, 360);
	bench_compose("compose 720p, 4 tiles of 1280x720", 4, 1280, 720);
	bench_compose("compose 720p, 9 tiles of 640x360", 9, 640, 360);
	bench_compose("compose 720p, 9 tiles of 1280x720", 9, 1280, 720);

	for (int id = VIDEO_VP8; id <= VIDEO_H264; id++) {
		bench_codec((enum video_codec_id)id, 640, 360, 500);
		bench_codec((enum video_codec_id)id, 1280, 720, 1500);
	}

	label_painter_free(painter);
	picture_pool_deref(pool);

	return EXIT_SUCCESS;
}
