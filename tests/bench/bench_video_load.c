/**
 * @file tests/bench/bench_video_load.c  Pictures: N legs, C have a camera
 *
 * Dials N legs with video only into one conference of a running Parley. The
 * first C send a camera of 640x360 at 25 fps, encoded beforehand; all receive
 * the composed 1280x720. Prints one row as bench_load.c does; the bare calls
 * are C decodes, one composition and one encode a frame, and the packets'
 * receives and sends.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/video/engine.h"
#include "mixer/video/canvas.h"
#include "mixer/video/codec.h"
#include "tests/bench/load.h"
#include "tests/bench/scene.h"

enum {
	FPS = 25,
	FRAME_MS = 1000 / FPS,
	FRAME_CLOCK = VIDEO_CLOCK_HZ / FPS,
	LOOP_FRAMES = 2 * FPS, /**< the camera's recording */
	ROUNDS = 3,            /**< of the loop, to measure */
	CAMERA_WIDTH = 640,
	CAMERA_HEIGHT = 360,
	CAMERA_KBPS = 500,
	WIDTH = 1280,
	HEIGHT = 720,
	PAYLOAD_MAX = 1150,
	FRAME_BYTES = 256 * 1024,
};

/** One frame of the recording */
struct recorded {
	uint8_t *payloads[VIDEO_FRAME_PAYLOADS_MAX];
	size_t lens[VIDEO_FRAME_PAYLOADS_MAX], count;
	uint8_t *whole; /**< as the decoder takes it, padded */
	size_t len;
};

/** What draws the picture that all see, for the bare calls */
struct studio {
	struct video_decoder *decoders[VIDEO_TILES_MAX];
	struct canvas *canvas;
	struct canvas_scene scene;
	struct video_encoder *encoder;
	double decode_us, compose_us, encode_us; /**< all of them */
};

static struct load load = {.codec = "VP8",
			   .leg_count = 4,
			   .seconds = 10,
			   .kind = "video",
			   .settle_s = 6,
			   .payload_type = 97};
static unsigned cameras = 4;
static enum video_codec_id codec;
static struct recorded recording[LOOP_FRAMES];
static struct picture_pool *pool;


static void must(int err)
{
	if (err) {
		fprintf(stderr, "bench: %s\n", strerror(err));
		exit(EXIT_FAILURE);
	}
}


static void open_encoder(struct video_encoder **e, unsigned width,
			 unsigned height, unsigned kbps)
{
	const struct video_rendition_config config = {
		.codec = {.id = codec,
			  .packetization_mode = 1,
			  .profile_idc = 0x42,
			  .profile_iop = 0xe0,
			  .level_idc = 31},
		.width = width,
		.height = height,
		.fps = FPS,
		.kbps = kbps,
		.payload_max = PAYLOAD_MAX,
	};

	must(video_encoder_alloc(e, &config));
}


static struct payload_list *new_list(void)
{
	static uint8_t lines[FRAME_BYTES];
	static struct payload_list list;

	list.buf = lines;
	list.size = sizeof(lines);
	list.payload_max = PAYLOAD_MAX;

	return &list;
}


static void keep(struct recorded *r, const struct payload_list *list)
{
	static uint8_t buf[FRAME_BYTES];
	struct payload_frame f = {.buf = buf, .size = sizeof(buf)};

	for (size_t i = 0; i < list->count; i++) {
		r->lens[i] = list->lens[i];
		r->payloads[i] = malloc(list->lens[i]);
		must(r->payloads[i] ? 0 : ENOMEM);
		memcpy(r->payloads[i], list->payloads[i], list->lens[i]);
		must(codec == VIDEO_VP8
			     ? vp8_payload_append(&f, list->payloads[i],
						  list->lens[i])
			     : h264_payload_append(&f, list->payloads[i],
						   list->lens[i]));
	}

	r->count = list->count;
	r->len = f.len;
	r->whole = calloc(1, f.len + VIDEO_DECODER_PADDING);
	must(r->whole ? 0 : ENOMEM);
	memcpy(r->whole, buf, f.len);
}


static void record(void)
{
	struct payload_list *list = new_list();
	struct video_encoder *e;
	bool keyframe;

	open_encoder(&e, CAMERA_WIDTH, CAMERA_HEIGHT, CAMERA_KBPS);
	for (unsigned i = 0; i < LOOP_FRAMES; i++) {
		struct picture *p =
			scene(pool, CAMERA_WIDTH, CAMERA_HEIGHT, i);

		must(e->encode(e, p, (i + 1) * (uint64_t)FRAME_CLOCK, !i, list,
			       &keyframe));
		keep(&recording[i], list);
		picture_deref(p);
	}

	video_encoder_free(e);
}


/* Cameras are not in step */
static void send_due(struct load *l, unsigned ms)
{
	for (unsigned i = 0; i < cameras; i++) {
		struct load_leg *leg = &l->legs[i];
		unsigned phase = i * FRAME_MS / cameras;
		const struct recorded *r =
			&recording[leg->timestamp / FRAME_CLOCK % LOOP_FRAMES];

		if (ms % FRAME_MS != phase)
			continue;

		for (size_t k = 0; k < r->count; k++)
			load_send(l, leg, k + 1 == r->count, r->payloads[k],
				  r->lens[k], -1);
		leg->timestamp += FRAME_CLOCK;
	}
}


/* -------------------------------------------------------- bare calls */

static void studio_open(struct studio *s)
{
	static struct label_painter *painter;
	struct layout_rect rects[VIDEO_TILES_MAX];
	size_t tiles = load.leg_count < VIDEO_TILES_MAX ? load.leg_count
							: VIDEO_TILES_MAX;

	memset(s, 0, sizeof(*s));
	must(label_painter_alloc(&painter));
	must(canvas_alloc(&s->canvas, painter, pool, WIDTH, HEIGHT));
	layout_arrange(rects, tiles, VIDEO_LAYOUT_GRID, WIDTH, HEIGHT, 0);
	s->scene.count = tiles;
	for (size_t i = 0; i < tiles; i++) {
		s->scene.tiles[i].rect = rects[i];
		snprintf(s->scene.tiles[i].label,
			 sizeof(s->scene.tiles[i].label), "leg %zu", i);
	}

	for (size_t i = 0; i < cameras; i++)
		must(video_decoder_alloc(&s->decoders[i], codec));

	open_encoder(&s->encoder, WIDTH, HEIGHT,
		     video_usual_kbps(WIDTH, HEIGHT));
}


static void studio_decode(struct studio *s, const struct recorded *r)
{
	double t = load_cpu_us();

	for (size_t i = 0; i < cameras && r->count; i++) {
		struct picture *p = NULL;

		must(s->decoders[i]->decode(s->decoders[i], r->whole, r->len,
					    NULL, pool, &p));
		if (!p)
			continue;

		picture_deref((struct picture *)s->scene.tiles[i].picture);
		s->scene.tiles[i].picture = p;
	}

	s->decode_us += load_cpu_us() - t;
}


/* One frame: microseconds of each step are added up */
static void studio_frame(struct studio *s, unsigned n)
{
	struct payload_list *list = new_list();
	bool keyframe;
	double t;

	studio_decode(s, &recording[n % LOOP_FRAMES]);

	t = load_cpu_us();
	canvas_compose(s->canvas, &s->scene);
	s->compose_us += load_cpu_us() - t;

	t = load_cpu_us();
	must(s->encoder->encode(
		s->encoder, canvas_output(s->canvas, WIDTH, HEIGHT),
		(n + 1) * (uint64_t)FRAME_CLOCK, !n, list, &keyframe));
	s->encode_us += load_cpu_us() - t;
}


static void studio_close(struct studio *s)
{
	for (size_t i = 0; i < cameras; i++) {
		picture_deref((struct picture *)s->scene.tiles[i].picture);
		video_decoder_free(s->decoders[i]);
	}

	canvas_free(s->canvas);
	video_encoder_free(s->encoder);
}


/* A frame that rate control drops costs next to nothing: what is drawn is
 * counted as often as viewers got it */
static double bare_cores(const struct load_result *r)
{
	static struct studio s;
	struct load_bare b;
	unsigned n = 0;

	studio_open(&s);
	for (; n < LOOP_FRAMES; n++)
		studio_frame(&s, n);

	s.decode_us = s.compose_us = s.encode_us = 0;
	for (; n < LOOP_FRAMES * (1 + ROUNDS); n++)
		studio_frame(&s, n);

	studio_close(&s);
	load_bare_measure(&load, &b, PAYLOAD_MAX);
	n = LOOP_FRAMES * ROUNDS;

	return (s.decode_us * FPS + (s.compose_us + s.encode_us) * r->marks) /
		       n / 1e6 +
	       load_bare_cores(&b, r->packets_in, r->packets_out);
}


static void print_row(const struct load_result *r)
{
	double bare = bare_cores(r);

	printf("| %s%s | %u | %u | %.0f | %.0f | %.1f | %.3f | %.3f | %.1f | "
	       "%.4f | %.3f | %.3f | %.2f |\n",
	       load.codec, load.suite ? " SRTP" : "", cameras, load.leg_count,
	       r->packets_in, r->packets_out, r->marks, r->loss_in,
	       r->loss_out, r->late_ms, r->focus_cores, r->mixer_cores, bare,
	       (r->focus_cores + r->mixer_cores) / bare);
}


static bool option(const char *name, const char *value)
{
	if (!value || strcmp(name, "--cameras"))
		return false;

	cameras = (unsigned)atoi(value);

	return true;
}


int main(int argc, char *argv[])
{
	static const char *const attributes[VIDEO_CODEC_COUNT] = {
		[VIDEO_VP8] = "a=rtpmap:97 VP8/90000\r\n",
		[VIDEO_H264] = "a=rtpmap:97 H264/90000\r\n"
			       "a=fmtp:97 profile-level-id=42e01f;"
			       "packetization-mode=1\r\n",
	};
	struct load_result r;

	load_options(&load, argc, argv, option, "         [--cameras C]\n");
	codec = video_codec_by_name(load.codec);
	if (codec >= VIDEO_CODEC_COUNT || !cameras ||
	    cameras > load.leg_count || cameras > VIDEO_TILES_MAX) {
		fputs("unknown codec, or too many cameras\n", stderr);
		return 2;
	}

	load.attributes = attributes[codec];
	load.sendh = send_due;
	for (unsigned i = cameras; i < load.leg_count; i++)
		load.legs[i].listens_only = true;

	must(picture_pool_alloc(&pool));
	record();
	load_run(&load, &r);
	print_row(&r);

	return EXIT_SUCCESS;
}
