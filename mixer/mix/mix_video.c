/**
 * @file mixer/mix/mix_video.c  Tiles and renditions
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/leg/leg.h"
#include "mixer/mix/mix.h"
#include "mixer/mix/mix_video.h"
#include "mixer/server/mixer.h"


enum {
	KBPS_720P = 1500,
	KBPS_MIN = 80,
};

/* Sizes at which libyuv scales exactly */
static const struct {
	unsigned num, den;
} scales[] = {{1, 1}, {3, 4}, {1, 2}, {3, 8}, {1, 4}};

enum { SCALES = sizeof(scales) / sizeof(scales[0]) };


unsigned mix_video_kbps(unsigned width, unsigned height)
{
	double area = (double)width * height / (1280.0 * 720.0);

	return (unsigned)(KBPS_720P * pow(area, 0.75));
}


static bool level_holds(const struct video_codec *codec, unsigned width,
			unsigned height)
{
	unsigned w = width, h = height, fps = 1;

	video_codec_limit(codec, &w, &h, &fps);

	return w == width && h == height;
}


static unsigned kbps_of(const struct video_canvas *canvas, unsigned width,
			unsigned height)
{
	return (unsigned)((uint64_t)canvas->kbps *
			  mix_video_kbps(width, height) /
			  mix_video_kbps(canvas->width, canvas->height));
}


/* The largest scale that respects size, level and bitrate; the smallest if
 * none does */
static size_t choose_scale(const struct video_canvas *canvas,
			   const struct media_description *d,
			   const struct video_codec *codec)
{
	unsigned width = canvas->width, height = canvas->height;
	size_t i;

	for (i = 0; i + 1 < SCALES; i++) {
		unsigned w = width * scales[i].num / scales[i].den;
		unsigned h = height * scales[i].num / scales[i].den;

		if (w > d->width || h > d->height)
			continue;
		if (!level_holds(codec, w & ~1u, h & ~1u))
			continue;
		/* under half of what it needs, a smaller one looks better */
		if (d->kbps && 2 * d->kbps < kbps_of(canvas, w, h))
			continue;
		break;
	}

	return i;
}


void mix_video_config(struct video_rendition_config *config,
		      const struct video_canvas *canvas,
		      const struct media_description *d,
		      const struct video_codec *codec, unsigned tier)
{
	size_t i = choose_scale(canvas, d, codec);

	memset(config, 0, sizeof(*config));
	config->codec = *codec;
	config->width = canvas->width * scales[i].num / scales[i].den & ~1u;
	config->height = canvas->height * scales[i].num / scales[i].den & ~1u;
	config->fps = d->fps < canvas->fps ? d->fps : canvas->fps;
	video_codec_limit(&config->codec, &config->width, &config->height,
			  &config->fps);

	config->kbps = kbps_of(canvas, config->width, config->height);
	if (d->kbps && d->kbps < config->kbps)
		config->kbps = d->kbps;
	config->kbps >>= tier;
	if (config->kbps < KBPS_MIN)
		config->kbps = KBPS_MIN;

	config->payload_max = sink_payload_max();
}


/* -------------------------------------------------------------- shares */

static void share_destructor(void *arg)
{
	struct video_share *s = arg;

	list_unlink(&s->le);
	if (s->rendition)
		s->mix->mixer->video_renditions--;
	mem_deref(s->rendition);
}


static void share_drop_unused(struct video_share *s)
{
	if (s && !s->users.head && !s->waiting.head)
		mem_deref(s);
}


/* Another rendition's frame may have gone out at this very tick: a receiver
 * wants time to move on */
static uint32_t next_timestamp(const struct video_media *v, uint64_t now_us)
{
	uint32_t next = (uint32_t)(now_us * 9 / 100);
	uint32_t last = v->m->sink.timestamp;

	return v->frames_out && (int32_t)(next - last) <= 0 ? last + 1 : next;
}


/* From this key frame on, those who waited get this rendition */
static void adopt_waiting(struct video_share *s,
			  const struct video_frame *frame, uint64_t now_us)
{
	while (s->waiting.head) {
		struct video_media *v = s->waiting.head->data;
		struct video_share *old = v->share;

		list_unlink(&v->next_le);
		v->next = NULL;
		list_unlink(&v->share_le);
		v->share = s;
		list_append(&s->users, &v->share_le, v);
		v->delta = next_timestamp(v, now_us) - frame->timestamp;
		if (old != s)
			share_drop_unused(old);
	}
}


static void frame_h(const struct video_frame *frame, void *arg)
{
	struct video_share *s = arg;
	uint64_t now_us = clock_us();

	if (frame->keyframe)
		adopt_waiting(s, frame, now_us);

	for (struct le *le = s->users.head; le; le = le->next) {
		struct video_media *v = le->data;

		if (!media_sends(v->m))
			continue;

		v->frames_out++;
		sink_send_frame(&v->m->sink, frame->timestamp + v->delta,
				frame, now_us);
	}
}


static struct video_share *
share_find(const struct mix *mix, const struct video_rendition_config *config)
{
	for (struct le *le = mix->video_shares.head; le; le = le->next) {
		struct video_share *s = le->data;

		if (!memcmp(&s->config, config, sizeof(*config)))
			return s;
	}

	return NULL;
}


static void fill_tile(struct video_tile *tile, const struct mix *mix,
		      const struct leg *leg)
{
	const struct audio_media *a = leg_audio(leg);

	memset(tile, 0, sizeof(*tile));
	snprintf(tile->label, sizeof(tile->label), "%s", leg->name);
	tile->source = leg->video_muted ? NULL : leg_picture(leg);
	tile->muted = leg->muted;
	tile->talking = a && a->speaker.talking;
	tile->active = leg == mix->active;
}


static void set_tiles(struct mix *mix)
{
	struct video_tile tiles[VIDEO_TILES_MAX];
	bool shown = !mix->active;
	size_t n = 0;

	for (size_t i = 0; i < mix->leg_count; i++) {
		struct leg *leg = mix->legs[i];

		if (!leg_participates(leg))
			continue;

		if (n == VIDEO_TILES_MAX) {
			/* who speaks is seen, whenever it came */
			if (!shown && leg == mix->active)
				fill_tile(&tiles[n - 1], mix, leg);
			continue;
		}

		fill_tile(&tiles[n++], mix, leg);
		shown = shown || leg == mix->active;
	}

	(void)video_view_set(mix->view, mix->layout, tiles, n);
	mix->tiles_changed = false;
}


static int share_alloc(struct video_share **sp, struct mix *mix,
		       const struct video_rendition_config *config)
{
	struct video_share *s;
	int err;

	if (!mix->view) {
		err = video_view_alloc(&mix->view, mix->mixer->engine,
				       mix->canvas.width, mix->canvas.height,
				       mix->canvas.fps);
		if (err)
			return err;

		video_view_pause(mix->view, !mix_is_busy(mix));
		set_tiles(mix);
	}

	s = mem_zalloc(sizeof(*s), share_destructor);
	if (!s)
		return ENOMEM;

	s->mix = mix;
	s->config = *config;
	err = video_rendition_alloc(&s->rendition, mix->view, config, frame_h,
				    s);
	if (err) {
		mem_deref(s);
		return err;
	}

	mix->mixer->video_renditions++;
	list_append(&mix->video_shares, &s->le, s);
	*sp = s;

	return 0;
}


static void leave_next(struct video_media *v)
{
	struct video_share *next = v->next;

	v->next = NULL;
	list_unlink(&v->next_le);
	share_drop_unused(next);
}


int mix_video_join(struct video_media *v)
{
	struct mix *mix = v->m->leg->mix;
	struct video_rendition_config config;
	struct video_share *s;
	int err;

	mix_video_config(&config, &mix->canvas, &v->m->d,
			 &v->m->codecs[0].video, v->tier);
	s = share_find(mix, &config);
	if (s && s == v->share) {
		leave_next(v);
		return 0;
	}

	if (s && s == v->next)
		return 0;

	if (!s) {
		err = share_alloc(&s, mix, &config);
		if (err)
			return err;
	}

	leave_next(v);
	list_append(&s->waiting, &v->next_le, v);
	v->next = s;
	video_rendition_keyframe(s->rendition, !v->share);

	return 0;
}


void mix_video_leave(struct video_media *v)
{
	struct mix *mix = v->m->leg->mix;
	struct video_share *mine = v->share;

	leave_next(v);
	v->share = NULL;
	list_unlink(&v->share_le);
	share_drop_unused(mine);

	if (mix && !mix->video_shares.head)
		mix->view = mem_deref(mix->view);
}


void mix_video_busy(struct mix *mix, bool busy)
{
	if (mix->view)
		video_view_pause(mix->view, !busy);
}


void mix_video_tick(struct mix *mix)
{
	if (mix->view && mix->tiles_changed)
		set_tiles(mix);
}
