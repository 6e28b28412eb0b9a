/**
 * @file mixer/video/rendition.c  A view encoded once for many
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/log.h"
#include "mixer/video/video_private.h"

enum {
	SECOND_US = 1000000,
	KEYFRAME_INTERVAL_US = 300000,
	/* An unchanged picture is sent so often */
	KEEPALIVE_US = 200000,
	RESTING_US = 2000000, /**< likewise, of a view that rests */
	PAYLOAD_MIN = 256,
	KBPS_MIN = 30,
	FPS_MAX = 30,
};

static void encoder_freeh(void *encoder)
{
	video_encoder_free(encoder);
}

static void core_destructor(void *arg)
{
	struct rendition *r = arg;

	list_unlink(&r->le);
	engine_free(r->view->engine, r->work.encoder, encoder_freeh);
	free(r->work.list.buf);
	mem_deref(r->view);
}

static void rendition_destructor(void *arg)
{
	struct video_rendition *handle = arg;
	struct rendition *r = handle->core;

	if (!r)
		return;

	r->closed = true;
	if (r->le.list) {
		list_unlink(&r->le);
		--r->view->engine->stats.renditions;
		engine_update_shown(r->view->engine);
	}
	mem_deref(r);
}

/* The encoder is made here because that takes the time of a frame or two */
static int encode(struct rendition *r)
{
	int err = 0;

	if (!r->work.picture)
		return ENOMEM;

	if (!r->work.encoder) {
		struct video_rendition_config config = r->config;

		config.kbps = r->work.kbps;
		err = video_encoder_alloc(&r->work.encoder, &config);
		r->work.kbps_set = r->work.kbps;
	}
	if (err)
		return err;

	if (r->work.kbps != r->work.kbps_set) {
		(void)r->work.encoder->bitrate(r->work.encoder, r->work.kbps);
		r->work.kbps_set = r->work.kbps;
	}

	return r->work.encoder->encode(r->work.encoder, r->work.picture,
				       r->work.timestamp, r->work.key,
				       &r->work.list, &r->work.keyframe);
}

static void run(struct pool_job *job)
{
	struct rendition *r =
		(struct rendition *)((char *)job -
				     offsetof(struct rendition, job));

	payload_list_clear(&r->work.list);
	r->work.keyframe = false;
	r->work.err = encode(r);
	if (r->work.err)
		payload_list_clear(&r->work.list);
}

static void deliver(struct rendition *r)
{
	const struct payload_list *list = &r->work.list;
	struct video_frame frame;

	frame.keyframe = r->work.keyframe;
	frame.timestamp = (uint32_t)r->work.timestamp + r->timestamp_offset;
	frame.count = list->count;
	memcpy(frame.payloads, list->payloads,
	       list->count * sizeof(list->payloads[0]));
	memcpy(frame.lens, list->lens, list->count * sizeof(list->lens[0]));

	++r->view->engine->stats.frames_encoded;
	r->frameh(&frame, r->arg);
}

static void done(struct pool_job *job)
{
	struct rendition *r =
		(struct rendition *)((char *)job -
				     offsetof(struct rendition, job));

	view_job_done(r->view);

	/* A key frame that did not come is still owed */
	if (r->work.key && !(r->work.keyframe && r->work.list.count))
		r->key_wanted = r->key_urgent = true;

	if (r->work.err && !r->broken) {
		log_warn("video", "encode_failed codec=%s errno=%d",
			 video_codec_name(r->config.codec.id), r->work.err);
		r->broken = true;
	}
	if (!r->work.err)
		r->broken = false;

	if (r->work.list.count && !r->closed)
		deliver(r);

	mem_deref(r);
}

static bool config_ok(const struct video_rendition_config *c)
{
	return (unsigned)c->codec.id < VIDEO_CODEC_COUNT &&
	       c->codec.packetization_mode <= 1 && c->width && c->height &&
	       !(c->width & 1) && !(c->height & 1) &&
	       c->width >= LAYOUT_CANVAS_MIN &&
	       c->height >= LAYOUT_CANVAS_MIN &&
	       picture_size_ok(c->width, c->height) && c->fps &&
	       c->fps <= FPS_MAX && c->payload_max >= PAYLOAD_MIN &&
	       c->payload_max <= UINT16_MAX;
}

static int rendition_init(struct rendition *r)
{
	size_t size = r->config.payload_max * VIDEO_FRAME_PAYLOADS_MAX;

	video_codec_limit(&r->config.codec, &r->config.width,
			  &r->config.height, &r->config.fps);
	if (r->config.kbps < KBPS_MIN)
		r->config.kbps = KBPS_MIN;

	r->key_wanted = r->key_urgent = true;
	r->timestamp_offset = rand_u32();
	r->job.runh = run;
	r->job.doneh = done;

	/* malloc: pages that no frame uses cost nothing */
	r->work.list.buf = malloc(size);
	r->work.list.size = size;
	r->work.list.payload_max = r->config.payload_max;

	return r->work.list.buf ? 0 : ENOMEM;
}

int video_rendition_alloc(struct video_rendition **rp, struct video_view *v,
			  const struct video_rendition_config *config,
			  video_frame_h *frameh, void *arg)
{
	struct video_rendition *handle;
	struct rendition *r;
	int err;

	if (!rp || !v || !config || !frameh || !config_ok(config))
		return EINVAL;

	handle = mem_zalloc(sizeof(*handle), rendition_destructor);
	if (!handle)
		return ENOMEM;

	r = handle->core = mem_zalloc(sizeof(*r), core_destructor);
	if (!r) {
		err = ENOMEM;
		goto out;
	}

	r->view = mem_ref(v->core);
	r->config = *config;
	r->frameh = frameh;
	r->arg = arg;
	err = rendition_init(r);
	if (err)
		goto out;

	list_append(&r->view->renditions, &r->le, r);
	++r->view->engine->stats.renditions;

	/* Whoever waits for a picture gets it at the next tick */
	r->view->due_us = 0;
	engine_update_shown(r->view->engine);

out:
	if (err)
		mem_deref(handle);
	else
		*rp = handle;

	return err;
}

void video_rendition_keyframe(struct video_rendition *handle, bool urgent)
{
	handle->core->key_wanted = true;
	handle->core->key_urgent |= urgent;
}

void video_rendition_bitrate(struct video_rendition *handle, unsigned kbps)
{
	handle->core->config.kbps = kbps < KBPS_MIN ? KBPS_MIN : kbps;
}

const struct video_rendition_config *
video_rendition_config(const struct video_rendition *handle)
{
	return &handle->core->config;
}

/* True once a period of the rendition's own rate, up to half a view's period
 * early: the two are not in step */
static bool in_time(struct rendition *r, uint64_t now_us)
{
	uint64_t period = SECOND_US / r->config.fps;
	uint64_t slack = SECOND_US / r->view->fps / 2;

	if (r->config.fps >= r->view->fps)
		return true;
	if (now_us + slack < r->due_us)
		return false;

	r->due_us += period;
	if (r->due_us <= now_us)
		r->due_us = now_us + period;

	return true;
}

bool rendition_due(struct rendition *r, bool changed, uint64_t now_us)
{
	const uint64_t pause =
		r->view->pace == VIDEO_RESTS ? RESTING_US : KEEPALIVE_US;
	bool key =
		r->key_wanted &&
		(r->key_urgent || now_us >= r->key_us + KEYFRAME_INTERVAL_US);

	r->stale |= changed;
	if (!in_time(r, now_us) && !(key && r->key_urgent))
		return false;
	if (!r->stale && !key && now_us < r->frame_us + pause)
		return false;

	r->stale = false;
	r->frame_us = now_us;
	r->work.key = key;
	r->work.kbps = r->config.kbps;
	if (key) {
		r->key_wanted = r->key_urgent = false;
		r->key_us = now_us;
	}

	/* Encoders want time to move on */
	r->work.timestamp = now_us * 9 / 100 > r->work.timestamp
				    ? now_us * 9 / 100
				    : r->work.timestamp + 1;

	return true;
}

void rendition_owe(struct rendition *r)
{
	r->stale = true;
	if (r->work.key)
		r->key_wanted = r->key_urgent = true;
}

unsigned rendition_start(struct rendition *r)
{
	if (pool_submit(r->view->engine->pool, &r->job)) {
		rendition_owe(r);
		return 0;
	}

	mem_ref(r);

	return 1;
}
