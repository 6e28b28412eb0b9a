/**
 * @file mixer/video/source.c  One incoming stream
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/video/video_private.h"

enum {
	KEYFRAME_INTERVAL_US = 500000,
	STOPPED_US = 2000000,
	/* Who sends nothing cannot send a key frame either */
	ALIVE_US = 1000000,
};

static void decoder_freeh(void *decoder)
{
	video_decoder_free(decoder);
}

static void core_destructor(void *arg)
{
	struct source *s = arg;

	list_unlink(&s->le);
	for (size_t i = 0; i < VIDEO_CODEC_COUNT; i++)
		engine_free(s->engine, s->work.decoders[i], decoder_freeh);
	for (size_t i = 0; i < SOURCE_FRAMES; i++)
		free(s->frames[i].buf);
	picture_deref(s->newest);
	picture_deref(s->work.picture);
	mem_deref(s->assembly);
	mem_deref(s->engine);
}

static void source_destructor(void *arg)
{
	struct video_source *handle = arg;
	struct source *s = handle->core;

	if (!s)
		return;

	s->closed = true;
	s->newest = picture_deref(s->newest);
	if (s->le.list)
		--s->engine->stats.sources;
	mem_deref(s);
}

static void decode_frame(struct source *s, const struct source_frame *frame)
{
	struct video_decoder **dp = &s->work.decoders[frame->codec];
	struct picture *picture;
	int err = 0;

	if (s->work.broken && !frame->keyframe)
		return;
	if (!*dp)
		err = video_decoder_alloc(dp, frame->codec);
	if (!err)
		err = (*dp)->decode(*dp, frame->buf, frame->len,
				    frame->told ? &frame->colour : NULL,
				    s->engine->pictures, &picture);

	s->work.broken = err != 0;
	s->work.failed |= err != 0;
	if (err)
		return;

	++s->work.decoded;
	if (picture) {
		picture_deref(s->work.picture);
		s->work.picture = picture;
	}
}

static void run(struct pool_job *job)
{
	struct source *s =
		(struct source *)((char *)job - offsetof(struct source, job));

	s->work.failed = false;
	s->work.decoded = 0;
	for (size_t i = 0; i < s->work.count; i++)
		decode_frame(s,
			     &s->frames[(s->work.first + i) % SOURCE_FRAMES]);
}

static void decode_start(struct source *s)
{
	if (s->busy || s->head == s->tail)
		return;

	s->work.first = s->tail;
	s->work.count = s->head - s->tail;
	s->work.generation = s->generation;

	if (pool_submit(s->engine->pool, &s->job))
		return;

	s->busy = true;
	mem_ref(s);
}

/* The caller holds a reference */
static void report_size(struct source *s, unsigned width, unsigned height)
{
	if (width == s->width && height == s->height)
		return;

	s->width = width;
	s->height = height;
	if (!s->closed && s->handlers.picture)
		s->handlers.picture(width, height, s->arg);
}

static void ask_keyframe(struct source *s, uint64_t now_us)
{
	if (!s->need_key || s->closed || !s->shown_width)
		return;
	if (!s->packet_us || now_us > s->packet_us + ALIVE_US)
		return;
	if (s->asked_us && now_us < s->asked_us + KEYFRAME_INTERVAL_US)
		return;

	s->asked_us = now_us;
	if (s->handlers.keyframe_needed)
		s->handlers.keyframe_needed(s->arg);
}

static void done(struct pool_job *job)
{
	struct source *s =
		(struct source *)((char *)job - offsetof(struct source, job));
	struct picture *picture = s->work.picture;

	s->work.picture = NULL;
	s->busy = false;
	s->tail = s->work.first + s->work.count;
	s->stats.decoded += s->work.decoded;
	s->engine->stats.frames_decoded += s->work.decoded;

	if (s->closed || s->generation != s->work.generation ||
	    !s->shown_width) {
		picture_deref(picture);
		goto out;
	}

	if (s->work.failed && s->work.broken)
		s->need_key = true;
	if (picture) {
		picture_deref(s->newest);
		s->newest = picture;
		s->picture_us = s->engine->now_us;
		s->stats.width = picture->width;
		s->stats.height = picture->height;
		report_size(s, picture->width, picture->height);
	}
	ask_keyframe(s, s->engine->now_us);

out:
	if (!s->closed)
		decode_start(s);
	mem_deref(s);
}

static int frames_alloc(struct source *s)
{
	for (size_t i = 0; i < SOURCE_FRAMES; i++) {
		/* malloc: pages that no frame uses cost nothing */
		s->frames[i].buf =
			malloc(SOURCE_FRAME_BYTES + VIDEO_DECODER_PADDING);
		if (!s->frames[i].buf)
			return ENOMEM;
	}

	return assembly_alloc(&s->assembly);
}

int video_source_alloc(struct video_source **sp, struct video_engine *e,
		       const struct video_source_format *formats,
		       size_t format_count,
		       const struct video_source_handlers *h, void *arg)
{
	struct video_source *handle;
	struct source *s;
	int err;

	if (!sp || !e)
		return EINVAL;

	handle = mem_zalloc(sizeof(*handle), source_destructor);
	if (!handle)
		return ENOMEM;

	s = handle->core = mem_zalloc(sizeof(*s), core_destructor);
	if (!s) {
		err = ENOMEM;
		goto out;
	}

	s->engine = mem_ref(e->core);
	s->need_key = true;
	s->arg = arg;
	if (h)
		s->handlers = *h;
	s->stats.codec = VIDEO_CODEC_COUNT;
	s->job.runh = run;
	s->job.doneh = done;

	err = frames_alloc(s);
	if (err)
		goto out;
	err = video_source_configure(handle, formats, format_count);
	if (err)
		goto out;

	list_append(&s->engine->sources, &s->le, s);
	++s->engine->stats.sources;

out:
	if (err)
		mem_deref(handle);
	else
		*sp = handle;

	return err;
}

static const struct video_parameter_sets *
parameter_sets(const struct video_source_format *formats, size_t count,
	       uint8_t pt)
{
	static const struct video_parameter_sets none;

	for (size_t i = 0; i < count; i++) {
		if (formats[i].pt == pt)
			return &formats[i].parameter_sets;
	}

	return &none;
}

/* What is signalled anew holds until the stream says otherwise */
static bool sets_changed(const struct source *s,
			 const struct video_source_format *formats,
			 size_t count)
{
	const struct video_parameter_sets *now =
		parameter_sets(s->formats, s->format_count, s->pt);
	const struct video_parameter_sets *then =
		parameter_sets(formats, count, s->pt);

	return then->len != now->len ||
	       memcmp(then->buf, now->buf, now->len) != 0;
}

int video_source_configure(struct video_source *handle,
			   const struct video_source_format *formats,
			   size_t format_count)
{
	struct source *s = handle->core;

	if (format_count > SOURCE_FORMATS_MAX || (format_count && !formats))
		return EINVAL;

	for (size_t i = 0; i < format_count; i++) {
		if ((unsigned)formats[i].codec.id >= VIDEO_CODEC_COUNT)
			return EINVAL;
	}

	if (sets_changed(s, formats, format_count))
		s->sets_received = false;
	if (format_count)
		memcpy(s->formats, formats, format_count * sizeof(*formats));
	s->format_count = format_count;

	return 0;
}

/* A phone whose parameter sets are in its SDP need not send them (RFC 6184
 * section 8.4). The decoder has each before what depends on it */
static void prime(const struct source *s, struct payload_frame *frame)
{
	const struct video_parameter_sets *sets =
		parameter_sets(s->formats, s->format_count, s->pt);

	memcpy(frame->buf, sets->buf, sets->len);
	frame->len = sets->len;
}

static int append(struct source *s, struct source_frame *to,
		  const struct assembly_frame *from)
{
	struct payload_frame frame = {
		.buf = to->buf,
		.size = SOURCE_FRAME_BYTES,
	};
	int err = 0;

	if (from->codec == VIDEO_H264 && from->keyframe && !s->sets_received)
		prime(s, &frame);

	for (size_t i = 0; i < from->count && !err; i++) {
		const struct payload_piece *piece = &from->pieces[i];

		err = from->codec == VIDEO_VP8
			      ? vp8_payload_append(&frame, piece->p,
						   piece->len)
			      : h264_payload_append(&frame, piece->p,
						    piece->len);
	}
	if (err)
		return err;
	if (!payload_frame_whole(&frame))
		return EBADMSG;

	memset(&to->buf[frame.len], 0, VIDEO_DECODER_PADDING);
	to->len = frame.len;
	to->codec = from->codec;
	to->keyframe = frame.keyframe;
	to->told = s->told;
	to->colour = s->colour;
	s->sets_received |= frame.parameter_sets;

	return 0;
}

static void take_frame(struct source *s, const struct assembly_frame *frame)
{
	struct source_frame *to = &s->frames[s->head % SOURCE_FRAMES];

	++s->stats.frames;
	/* what that decoder knows is of before, or nothing */
	if (frame->codec != s->stats.codec)
		s->need_key = true;
	s->stats.codec = frame->codec;
	if (frame->told || frame->keyframe) {
		s->told = frame->told;
		s->colour = frame->colour;
	}

	/* Nobody looks: it will have to start with a key frame */
	if (!s->shown_width) {
		s->need_key = true;
		return;
	}

	if (s->need_key && !frame->keyframe) {
		++s->stats.dropped;
		return;
	}

	/* A decoder that cannot follow starts over */
	if (s->head - s->tail >= SOURCE_FRAMES || append(s, to, frame)) {
		++s->stats.dropped;
		s->need_key = true;
		return;
	}

	if (to->keyframe)
		s->need_key = false;
	++s->head;
}

static void take_frames(struct source *s, uint64_t now_us)
{
	struct assembly_frame frame;
	enum assembly_result result;

	while ((result = assembly_next(s->assembly, &frame, now_us))) {
		if (result == ASSEMBLY_FRAME) {
			take_frame(s, &frame);
			continue;
		}
		++s->stats.dropped;
		s->need_key = true;
	}

	decode_start(s);
	ask_keyframe(s, now_us);
}

int video_source_put(struct video_source *handle, uint8_t pt, int64_t seq,
		     uint32_t timestamp, bool marker, const uint8_t *payload,
		     size_t len, const struct video_colour *colour,
		     uint64_t now_us)
{
	struct source *s = handle->core;
	size_t i = 0;
	int err;

	while (i < s->format_count && s->formats[i].pt != pt)
		++i;
	if (i == s->format_count)
		return ENOENT;

	s->engine->now_us = now_us;
	s->packet_us = now_us;
	s->pt = pt;
	err = assembly_put(s->assembly, s->formats[i].codec.id, seq, timestamp,
			   marker, payload, len, colour, now_us);
	if (err)
		return EBADMSG;

	mem_ref(s);
	take_frames(s, now_us);
	mem_deref(s);

	return 0;
}

void video_source_patience(struct video_source *s, unsigned ms)
{
	assembly_patience(s->core->assembly, (uint64_t)ms * 1000);
}

/* Forget the frames that wait; those in the decoder's hands stay its own */
static void blank(struct source *s)
{
	++s->generation;
	s->head = s->busy ? s->work.first + s->work.count : s->tail;
	s->need_key = true;
	s->newest = picture_deref(s->newest);
	s->width = s->height = 0;
	s->stats.width = s->stats.height = 0;
}

void video_source_reset(struct video_source *handle)
{
	blank(handle->core);
	assembly_reset(handle->core->assembly);
	handle->core->packet_us = 0;
	/* the new one has not been asked yet */
	handle->core->asked_us = 0;
	handle->core->sets_received = false;
	handle->core->told = false;
}

void source_show(struct source *s, unsigned width, unsigned height)
{
	bool was = s->shown_width;

	s->shown_width = width;
	s->shown_height = height;

	/* An old picture is not shown as if it were new */
	if (!was != !width)
		blank(s);
}

void source_tick(struct source *s, uint64_t now_us)
{
	if (s->closed)
		return;

	take_frames(s, now_us);

	if (s->newest && now_us > s->picture_us + STOPPED_US) {
		s->newest = picture_deref(s->newest);
		s->stats.width = s->stats.height = 0;
		report_size(s, 0, 0);
	}
}

void video_source_shown(const struct video_source *s, unsigned *width,
			unsigned *height)
{
	*width = s->core->shown_width;
	*height = s->core->shown_height;
}

void video_source_stats(const struct video_source *s,
			struct video_source_stats *stats)
{
	*stats = s->core->stats;
}
