/**
 * @file mixer/video/video_private.h  What the engine's parts know of each
 * other
 *
 * The public structs are handles: freeing one closes the core behind it,
 * which lives on while a job or a view holds a reference. Cores, and all
 * references to them, belong to the media thread. While a core's job is under
 * way the worker owns the fields listed under "job" and the media thread
 * keeps off.
 */
#ifndef PARLEY_MIXER_VIDEO_VIDEO_PRIVATE_H
#define PARLEY_MIXER_VIDEO_VIDEO_PRIVATE_H

#include "mixer/base/re.h"
#include "mixer/video/assembly.h"
#include "mixer/video/canvas.h"
#include "mixer/video/codec.h"
#include "mixer/video/engine.h"
#include "mixer/video/label.h"
#include "mixer/video/layout.h"
#include "mixer/video/picture.h"
#include "mixer/video/pool.h"

enum {
	SOURCE_FORMATS_MAX = 16,
	/** Frames that wait for the decoder */
	SOURCE_FRAMES = 8,
	SOURCE_FRAME_BYTES = 512 * 1024,
	VIEW_RENDITIONS_MAX = 32,
};

struct engine {
	struct pool *pool;
	struct picture_pool *pictures;
	struct label_painter *painter;
	struct list sources, views; /* cores, not referenced */
	struct video_engine_stats stats;
	uint64_t now_us; /* of the latest call that told */
};

struct video_engine {
	struct engine *core;
};

/** A frame on its way to the decoder */
struct source_frame {
	uint8_t *buf; /* SOURCE_FRAME_BYTES and VIDEO_DECODER_PADDING */
	size_t len;
	enum video_codec_id codec;
	bool keyframe;
	bool told; /* what its colours are: */
	struct video_colour colour;
};

struct source {
	struct le le; /* engine's sources */
	struct engine *engine;
	struct video_source_format formats[SOURCE_FORMATS_MAX];
	size_t format_count;
	struct video_source_handlers handlers;
	void *arg;
	bool closed;

	struct assembly *assembly;
	struct source_frame frames[SOURCE_FRAMES];
	size_t head, tail; /* frames written, frames decoded */
	struct picture *newest;
	unsigned width, height; /* as reported */
	unsigned shown_width, shown_height;
	unsigned next_width, next_height; /* while being looked up */
	bool need_key;
	bool sets_received; /* H.264: parameter sets came in band */
	bool told;          /* beside the stream, what its colours are: */
	struct video_colour colour;
	uint8_t pt;          /* of the latest packet */
	unsigned generation; /* resets */
	uint64_t asked_us, packet_us, picture_us;
	struct video_source_stats stats;

	bool busy;
	struct pool_job job;
	struct { /* the worker's while busy */
		size_t first, count;
		unsigned generation;
		struct video_decoder *decoders[VIDEO_CODEC_COUNT];
		bool broken; /* reference lost, waits for a key frame */
		bool failed; /* broke in this job */
		struct picture *picture;
		uint64_t decoded;
	} work;
};

struct video_source {
	struct source *core;
};

struct view_tile {
	struct source *source;
	struct video_tile tile;
	uint64_t serial; /* of the picture composed last */
};

struct view {
	struct le le; /* engine's views */
	struct engine *engine;
	unsigned width, height, fps;
	bool closed;
	enum video_pace pace;
	struct list renditions; /* not referenced */
	enum video_layout layout;
	struct view_tile tiles[VIDEO_TILES_MAX];
	struct layout_rect rects[VIDEO_TILES_MAX];
	size_t count;
	bool dirty;
	uint64_t due_us;

	unsigned pending; /* jobs under way: composition, then encodings */
	struct rendition *encoding[VIEW_RENDITIONS_MAX];
	size_t encoding_count;
	struct pool_job job;
	struct { /* the worker's during the composition */
		struct canvas *canvas;
		struct canvas_scene scene;
		struct picture *pictures[VIDEO_TILES_MAX];
	} work;
};

struct video_view {
	struct view *core;
};

struct rendition {
	struct le le; /* view's renditions */
	struct view *view;
	struct video_rendition_config config;
	video_frame_h *frameh;
	void *arg;
	bool closed;
	bool key_wanted, key_urgent, stale, broken;
	uint64_t key_us, frame_us, due_us;
	uint32_t timestamp_offset;

	struct pool_job job;
	struct { /* the worker's while encoding */
		struct video_encoder *encoder;
		const struct picture *picture; /* the canvas' */
		struct payload_list list;
		unsigned kbps, kbps_set;
		uint64_t timestamp;
		bool key, keyframe;
		int err;
	} work;
};

struct video_rendition {
	struct rendition *core;
};

/**
 * Free something big that no job has in hand any more (an encoder, a decoder,
 * a canvas): by a worker, since it takes milliseconds, which the media thread
 * does not have; at once where that cannot be had
 *
 * @param thing NULL: nothing is to be done
 * @param freeh Frees it; on any thread, once
 */
void engine_free(struct engine *e, void *thing, void (*freeh)(void *thing));

/** Which sources are shown and how large, after any change */
void engine_update_shown(struct engine *e);

/** Every tick: timeouts, key frames still wanted */
void source_tick(struct source *s, uint64_t now_us);

/** It is shown at that size from now on; 0, 0: not at all */
void source_show(struct source *s, unsigned width, unsigned height);

/** Every tick: compose when due */
void view_tick(struct view *v, uint64_t now_us);

/** A composition is done or an encoding is: one job less */
void view_job_done(struct view *v);

/**
 * Decide whether the rendition takes part in the composition that is due
 *
 * @param changed The composed picture will differ from the last
 */
bool rendition_due(struct rendition *r, bool changed, uint64_t now_us);

/** Encode the view's canvas; takes a reference until done. Returns the number
 *  of jobs that started, 0 or 1 */
unsigned rendition_start(struct rendition *r);

/** What rendition_due decided did not happen: it is due again */
void rendition_owe(struct rendition *r);

#endif
