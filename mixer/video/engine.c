/**
 * @file mixer/video/engine.c  Ties sources, views and renditions together
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include "mixer/video/video_private.h"

static void core_destructor(void *arg)
{
	struct engine *e = arg;

	mem_deref(e->pool);
	label_painter_free(e->painter);
	picture_pool_deref(e->pictures);
}

static void silence(struct engine *e)
{
	struct le *le, *next;

	LIST_FOREACH (&e->sources, le)
		((struct source *)le->data)->closed = true;

	for (le = e->views.head; le; le = next) {
		struct view *v = le->data;
		struct le *r;

		next = le->next;
		v->closed = true;
		LIST_FOREACH (&v->renditions, r)
			((struct rendition *)r->data)->closed = true;
	}
}

static void engine_destructor(void *arg)
{
	struct video_engine *e = arg;

	if (!e->core)
		return;

	/* The jobs' results are handed back in here, to nobody */
	silence(e->core);
	pool_stop(e->core->pool);
	mem_deref(e->core);
}

int video_engine_alloc(struct video_engine **ep, unsigned workers)
{
	struct video_engine *e;
	int err;

	if (!ep || !workers)
		return EINVAL;

	e = mem_zalloc(sizeof(*e), engine_destructor);
	if (!e)
		return ENOMEM;

	e->core = mem_zalloc(sizeof(*e->core), core_destructor);
	if (!e->core) {
		err = ENOMEM;
		goto out;
	}

	err = picture_pool_alloc(&e->core->pictures);
	if (err)
		goto out;
	err = label_painter_alloc(&e->core->painter);
	if (err)
		goto out;
	err = pool_alloc(&e->core->pool, workers);

out:
	if (err)
		mem_deref(e);
	else
		*ep = e;

	return err;
}

/* ----------------------------------------------------------- last things */

/** Something that a worker is to free */
struct remains {
	struct pool_job job;
	struct engine *engine;
	void *thing; /* NULL: it is freed */
	void (*freeh)(void *thing);
};

static void remains_free(struct pool_job *job)
{
	struct remains *r = (struct remains *)((char *)job -
					       offsetof(struct remains, job));

	if (r->thing)
		r->freeh(r->thing);
	r->thing = NULL;
}

static void remains_done(struct pool_job *job)
{
	struct remains *r = (struct remains *)((char *)job -
					       offsetof(struct remains, job));
	struct engine *e = r->engine;

	/* the pool may have ended before its turn came */
	remains_free(job);
	mem_deref(r);
	mem_deref(e);
}

void engine_free(struct engine *e, void *thing, void (*freeh)(void *thing))
{
	struct remains *r = thing ? mem_zalloc(sizeof(*r), NULL) : NULL;

	if (!thing)
		return;

	if (r) {
		r->job.runh = remains_free;
		r->job.doneh = remains_done;
		r->engine = e;
		r->thing = thing;
		r->freeh = freeh;
	}
	if (!r || pool_submit(e->pool, &r->job)) {
		mem_deref(r);
		freeh(thing);
		return;
	}

	mem_ref(e);
}

/* ------------------------------------------------------------------ shown */

/* The largest place of each source among the tiles of one view */
static void note_tiles(const struct view *v)
{
	for (size_t i = 0; i < v->count; i++) {
		struct source *s = v->tiles[i].source;

		if (!s || v->rects[i].width <= s->next_width)
			continue;
		s->next_width = v->rects[i].width;
		s->next_height = v->rects[i].height;
	}
}

void engine_update_shown(struct engine *e)
{
	struct le *le;

	for (le = e->sources.head; le; le = le->next) {
		struct source *s = le->data;

		s->next_width = s->next_height = 0;
	}

	for (le = e->views.head; le; le = le->next) {
		const struct view *v = le->data;

		if (!v->closed && v->pace != VIDEO_PAUSED &&
		    v->renditions.head)
			note_tiles(v);
	}

	for (le = e->sources.head; le; le = le->next) {
		struct source *s = le->data;

		source_show(s, s->next_width, s->next_height);
	}
}

/* A handler may free anything; what is being ticked stays in the list until
 * its reference is gone, and so leads to the next */
static void tick_sources(struct engine *e, uint64_t now_us)
{
	struct le *le = e->sources.head;

	while (le) {
		struct source *s = mem_ref(le->data);

		source_tick(s, now_us);
		le = le->next;
		mem_deref(s);
	}
}

void video_engine_tick(struct video_engine *engine, uint64_t now_us)
{
	struct engine *e;

	if (!engine)
		return;

	e = mem_ref(engine->core);
	e->now_us = now_us;
	tick_sources(e, now_us);

	for (struct le *le = e->views.head; le; le = le->next)
		view_tick(le->data, now_us);

	mem_deref(e);
}

void video_engine_stats(const struct video_engine *e,
			struct video_engine_stats *stats)
{
	*stats = e->core->stats;
}
