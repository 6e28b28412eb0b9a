/**
 * @file tests/fuzz/fuzz_video_source.c  A hostile camera, packets to pictures
 *
 * Input: packets of {sequence step (signed), flags, time step, length (2)},
 * then the payload. Flags: 1 marker, 2 new timestamp, 4 H.264, 8 reset,
 * 16 a long way ahead.
 */
#include <stdlib.h>
#include "mixer/base/re.h"
#include "mixer/video/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 5 };

static struct video_engine *engine;
static struct video_view *view;
static struct video_rendition *rendition;
static uint64_t now_us = 1000000;

static void frame_handler(const struct video_frame *frame, void *arg)
{
	(void)frame;
	(void)arg;
}

static void start(void)
{
	const struct video_rendition_config config = {
		.width = 64,
		.height = 64,
		.fps = 30,
		.kbps = 100,
		.payload_max = 1200,
	};

	if (libre_init() || video_engine_alloc(&engine, 1) ||
	    video_view_alloc(&view, engine, 64, 64, 30) ||
	    video_rendition_alloc(&rendition, view, &config, frame_handler,
				  NULL))
		abort();
}

static void stop_loop(void *arg)
{
	(void)arg;
	re_cancel();
}

static void run_loop(uint64_t ms)
{
	struct tmr tmr;

	tmr_init(&tmr);
	tmr_start(&tmr, ms, stop_loop, NULL);
	(void)re_main(NULL);
	tmr_cancel(&tmr);
}

static void play(struct video_source *s, const uint8_t *data, size_t size)
{
	uint32_t timestamp = 0;
	int64_t seq = 65530;

	while (size > HEADER) {
		size_t len = (size_t)(data[3] << 8 | data[4]) % 1600;
		const struct video_colour colour = {data[2], data[1] & 64};

		if (len > size - HEADER)
			len = size - HEADER;
		seq += (int8_t)data[0];
		if (data[1] & 16)
			seq += 500;
		if (data[1] & 2)
			timestamp += 3000;
		if (data[1] & 8)
			video_source_reset(s);
		now_us += data[2] * 1000u;
		(void)video_source_put(s, data[1] & 4 ? 97 : 96, seq,
				       timestamp, data[1] & 1, data + HEADER,
				       len, data[1] & 32 ? &colour : NULL,
				       now_us);
		if (data[2] > 200)
			video_engine_tick(engine, now_us);
		data += HEADER + len;
		size -= HEADER + len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct video_source_format formats[] = {
		{.pt = 96, .codec = {.id = VIDEO_VP8}},
		{.pt = 97,
		 .codec = {.id = VIDEO_H264, .packetization_mode = 1},
		 .parameter_sets = {"\0\0\0\1\x67\x42\xc0\x1e\x8c\x8d\x40"
				    "\x50\x1e\xd0\x0f\x12\x26\xa0"
				    "\0\0\0\1\x68\xce\x3c\x80",
				    26}},
	};
	struct video_tile tile = {.label = ""};
	struct video_source *s;

	if (!engine)
		start();
	if (video_source_alloc(&s, engine, formats, 2, NULL, NULL))
		abort();

	tile.source = s;
	for (size_t i = 0; i < size && i < VIDEO_LABEL_BYTES - 1; i++)
		tile.label[i] = (char)data[i];
	(void)video_view_set(view, VIDEO_LAYOUT_GRID, &tile, 1);

	play(s, data, size);
	now_us += 40000;
	video_engine_tick(engine, now_us);
	run_loop(0);
	mem_deref(s);
	(void)video_view_set(view, VIDEO_LAYOUT_GRID, NULL, 0);
	run_loop(1);

	return 0;
}
