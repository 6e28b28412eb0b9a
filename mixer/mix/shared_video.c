/**
 * @file mixer/mix/shared_video.c  Who is given which rendition of the picture
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/mix/shared_video.h"
#include "mixer/video/layout.h"


enum { KBPS_MIN = 80 };

/* Of the whole canvas, and for small screens */
enum view_kind { VIEW_WHOLE, VIEW_SMALL, VIEW_KINDS };

struct shared_video {
	struct video_engine *engine;
	struct video_canvas canvas;
	unsigned *count;
	struct video_view *views[VIEW_KINDS]; /* while they have renditions */
	struct list renditions;               /* shared_video_rendition */
	enum video_pace pace;
	shared_video_view_h *viewh;
	void *arg;
};

/* A rendition and who gets it */
struct shared_video_rendition {
	struct le le;
	struct shared_video *shared;
	enum view_kind view;
	struct video_rendition_config config;
	struct video_rendition *rendition;
	struct list users;   /* consumers by now_le */
	struct list waiting; /* consumers by next_le, for a key frame */
};

struct video_consumer {
	struct shared_video *shared;
	struct shared_video_rendition *now;  /* what it gets */
	struct shared_video_rendition *next; /* from its next key frame on */
	struct le now_le, next_le;
	uint32_t delta;     /* rendition's time to the consumer's */
	uint32_t timestamp; /* of its last frame */
	bool begun;         /* it got one */
	video_consumer_frame_h *frameh;
	void *arg;
};


/* Sizes at which libyuv scales exactly */
static const struct {
	unsigned num, den;
} scales[] = {{1, 1}, {3, 4}, {1, 2}, {3, 8}, {1, 4}};

enum { SCALES = sizeof(scales) / sizeof(scales[0]) };


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
			  video_usual_kbps(width, height) /
			  video_usual_kbps(canvas->width, canvas->height));
}


/* The largest scale that respects size, level and bitrate; the smallest if
 * none does */
static size_t choose_scale(const struct video_canvas *canvas,
			   const struct video_wish *wish)
{
	unsigned width = canvas->width, height = canvas->height;
	size_t i;

	for (i = 0; i + 1 < SCALES; i++) {
		unsigned w = width * scales[i].num / scales[i].den;
		unsigned h = height * scales[i].num / scales[i].den;

		if (w > wish->width || h > wish->height)
			continue;
		if (!level_holds(&wish->codec, w & ~1u, h & ~1u))
			continue;
		/* under half of what it needs, a smaller one looks better */
		if (wish->kbps && 2 * wish->kbps < kbps_of(canvas, w, h))
			continue;
		break;
	}

	return i;
}


void shared_video_config(struct video_rendition_config *config,
			 const struct video_canvas *canvas,
			 const struct video_wish *wish)
{
	size_t i = choose_scale(canvas, wish);

	memset(config, 0, sizeof(*config));
	config->codec = wish->codec;
	config->width = canvas->width * scales[i].num / scales[i].den & ~1u;
	config->height = canvas->height * scales[i].num / scales[i].den & ~1u;
	config->fps = wish->fps < canvas->fps ? wish->fps : canvas->fps;
	video_codec_limit(&config->codec, &config->width, &config->height,
			  &config->fps);

	config->kbps = kbps_of(canvas, config->width, config->height);
	if (wish->kbps && wish->kbps < config->kbps)
		config->kbps = wish->kbps;
	config->kbps >>= wish->tier;
	if (config->kbps < KBPS_MIN)
		config->kbps = KBPS_MIN;

	config->payload_max = wish->payload_max;
}


/* -------------------------------------------------------------- renditions */

static void shared_video_destructor(void *arg)
{
	struct shared_video *s = arg;

	list_flush(&s->renditions);
	for (int i = 0; i < VIEW_KINDS; i++)
		mem_deref(s->views[i]);
}


int shared_video_alloc(struct shared_video **sp, struct video_engine *engine,
		       const struct video_canvas *canvas, unsigned *count,
		       shared_video_view_h *viewh, void *arg)
{
	struct shared_video *s;

	s = mem_zalloc(sizeof(*s), shared_video_destructor);
	if (!s)
		return ENOMEM;

	s->engine = engine;
	s->canvas = *canvas;
	s->count = count;
	s->pace = VIDEO_PAUSED;
	s->viewh = viewh;
	s->arg = arg;
	*sp = s;

	return 0;
}


void shared_video_views(const struct shared_video *s)
{
	for (int i = 0; i < VIEW_KINDS; i++) {
		if (s->views[i])
			s->viewh(s->views[i], s->arg);
	}
}


void shared_video_pace(struct shared_video *s, enum video_pace pace)
{
	s->pace = pace;
	for (int i = 0; i < VIEW_KINDS; i++) {
		if (s->views[i])
			video_view_pace(s->views[i], pace);
	}
}


static void shared_video_rendition_destructor(void *arg)
{
	struct shared_video_rendition *r = arg;

	list_unlink(&r->le);
	if (r->rendition)
		--*r->shared->count;
	mem_deref(r->rendition);
}


static void drop_unused_views(struct shared_video *s)
{
	bool used[VIEW_KINDS] = {false};

	for (struct le *le = s->renditions.head; le; le = le->next) {
		const struct shared_video_rendition *r = le->data;

		used[r->view] = true;
	}

	for (int i = 0; i < VIEW_KINDS; i++) {
		if (!used[i])
			s->views[i] = mem_deref(s->views[i]);
	}
}


static void drop_unused(struct shared_video_rendition *r)
{
	struct shared_video *s = r ? r->shared : NULL;

	if (!r || r->users.head || r->waiting.head)
		return;

	mem_deref(r);
	drop_unused_views(s);
}


/* Another rendition's frame may have gone out at this very tick: a receiver
 * wants time to move on */
static uint32_t next_timestamp(const struct video_consumer *c, uint64_t now_us)
{
	uint32_t next = (uint32_t)(now_us * 9 / 100);

	return c->begun && (int32_t)(next - c->timestamp) <= 0
		       ? c->timestamp + 1
		       : next;
}


/* From this key frame on, those who waited get this rendition */
static void adopt_waiting(struct shared_video_rendition *r,
			  const struct video_frame *frame, uint64_t now_us)
{
	while (r->waiting.head) {
		struct video_consumer *c = r->waiting.head->data;
		struct shared_video_rendition *old = c->now;

		list_unlink(&c->next_le);
		c->next = NULL;
		list_unlink(&c->now_le);
		c->now = r;
		list_append(&r->users, &c->now_le, c);
		c->delta = next_timestamp(c, now_us) - frame->timestamp;
		if (old != r)
			drop_unused(old);
	}
}


static void frame_h(const struct video_frame *frame, void *arg)
{
	struct shared_video_rendition *r = arg;
	uint64_t now_us = clock_us();

	if (frame->keyframe)
		adopt_waiting(r, frame, now_us);

	for (struct le *le = r->users.head; le; le = le->next) {
		struct video_consumer *c = le->data;

		c->begun = true;
		c->timestamp = frame->timestamp + c->delta;
		c->frameh(frame, c->timestamp, now_us, c->arg);
	}
}


static struct shared_video_rendition *
find(const struct shared_video *s, const struct video_rendition_config *config)
{
	for (struct le *le = s->renditions.head; le; le = le->next) {
		struct shared_video_rendition *r = le->data;

		if (!memcmp(&r->config, config, sizeof(*config)))
			return r;
	}

	return NULL;
}


/* The largest scale of the canvas that is for small screens */
static size_t small_scale(const struct video_canvas *canvas)
{
	size_t i = 0;

	while (i + 1 < SCALES &&
	       canvas->width * scales[i].num / scales[i].den >
		       LAYOUT_SMALL_WIDTH)
		++i;

	return i;
}


static int make_view(struct shared_video *s, enum view_kind kind)
{
	size_t i = kind == VIEW_SMALL ? small_scale(&s->canvas) : 0;
	int err;

	if (s->views[kind])
		return 0;

	err = video_view_alloc(
		&s->views[kind], s->engine,
		s->canvas.width * scales[i].num / scales[i].den & ~1u,
		s->canvas.height * scales[i].num / scales[i].den & ~1u,
		s->canvas.fps);
	if (err)
		return err;

	video_view_pace(s->views[kind], s->pace);
	s->viewh(s->views[kind], s->arg);

	return 0;
}


static int make(struct shared_video_rendition **rp, struct shared_video *s,
		const struct video_rendition_config *config)
{
	enum view_kind view =
		config->width <= LAYOUT_SMALL_WIDTH ? VIEW_SMALL : VIEW_WHOLE;
	struct shared_video_rendition *r;
	int err = make_view(s, view);

	if (err)
		return err;

	r = mem_zalloc(sizeof(*r), shared_video_rendition_destructor);
	if (!r)
		return ENOMEM;

	r->shared = s;
	r->view = view;
	r->config = *config;
	err = video_rendition_alloc(&r->rendition, s->views[view], config,
				    frame_h, r);
	if (err) {
		mem_deref(r);
		return err;
	}

	++*s->count;
	list_append(&s->renditions, &r->le, r);
	*rp = r;

	return 0;
}


/* --------------------------------------------------------------- consumers */

static void video_consumer_destructor(void *arg)
{
	video_consumer_leave(arg);
}


int video_consumer_alloc(struct video_consumer **cp, struct shared_video *s,
			 video_consumer_frame_h *frameh, void *arg)
{
	struct video_consumer *c;

	c = mem_zalloc(sizeof(*c), video_consumer_destructor);
	if (!c)
		return ENOMEM;

	c->shared = s;
	c->frameh = frameh;
	c->arg = arg;
	*cp = c;

	return 0;
}


static void leave_next(struct video_consumer *c)
{
	struct shared_video_rendition *next = c->next;

	c->next = NULL;
	list_unlink(&c->next_le);
	drop_unused(next);
}


static bool codec_differs(const struct shared_video_rendition *r,
			  const struct video_codec *codec)
{
	return r && memcmp(&r->config.codec, codec, sizeof(*codec)) != 0;
}


int video_consumer_join(struct video_consumer *c,
			const struct video_wish *wish)
{
	struct video_rendition_config config;
	struct shared_video_rendition *r;
	int err;

	if (codec_differs(c->now, &wish->codec) ||
	    codec_differs(c->next, &wish->codec))
		video_consumer_leave(c);

	shared_video_config(&config, &c->shared->canvas, wish);
	r = find(c->shared, &config);
	if (r && r == c->now) {
		leave_next(c);
		return 0;
	}

	if (r && r == c->next)
		return 0;

	if (!r) {
		err = make(&r, c->shared, &config);
		if (err) {
			drop_unused_views(c->shared);
			return err;
		}
	}

	leave_next(c);
	list_append(&r->waiting, &c->next_le, c);
	c->next = r;
	video_rendition_keyframe(r->rendition, !c->now);

	return 0;
}


void video_consumer_leave(struct video_consumer *c)
{
	struct shared_video_rendition *mine = c->now;

	leave_next(c);
	c->now = NULL;
	list_unlink(&c->now_le);
	drop_unused(mine);
}


void video_consumer_move(struct video_consumer *c, struct shared_video *to)
{
	video_consumer_leave(c);
	c->shared = to;
}


void video_consumer_keyframe(struct video_consumer *c, bool urgent)
{
	if (c->now)
		video_rendition_keyframe(c->now->rendition, urgent);
	if (c->next)
		video_rendition_keyframe(c->next->rendition, urgent);
}


const struct video_rendition_config *
video_consumer_config(const struct video_consumer *c)
{
	return c->now ? &c->now->config : NULL;
}
