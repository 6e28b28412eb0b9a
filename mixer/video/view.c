/**
 * @file mixer/video/view.c  A layout with tiles on a canvas
 */
#include <errno.h>
#include <string.h>
#include "mixer/video/video_private.h"

enum { SECOND_US = 1000000, FPS_MAX = 30 };

static void tiles_clear(struct view *v)
{
	for (size_t i = 0; i < v->count; i++)
		v->tiles[i].source = mem_deref(v->tiles[i].source);
	v->count = 0;
}

static void canvas_freeh(void *canvas)
{
	canvas_free(canvas);
}

static void core_destructor(void *arg)
{
	struct view *v = arg;

	list_unlink(&v->le);
	tiles_clear(v);
	engine_free(v->engine, v->work.canvas, canvas_freeh);
	mem_deref(v->engine);
}

static void view_destructor(void *arg)
{
	struct video_view *handle = arg;
	struct view *v = handle->core;

	if (!v)
		return;

	v->closed = true;
	tiles_clear(v);
	if (v->le.list) {
		--v->engine->stats.views;
		engine_update_shown(v->engine);
	}
	mem_deref(v);
}

static void run(struct pool_job *job)
{
	struct view *v =
		(struct view *)((char *)job - offsetof(struct view, job));
	struct engine *e = v->engine;

	if (!v->work.canvas && canvas_alloc(&v->work.canvas, e->painter,
					    e->pictures, v->width, v->height))
		return;

	canvas_compose(v->work.canvas, &v->work.scene);

	for (size_t i = 0; i < v->encoding_count; i++) {
		struct rendition *r = v->encoding[i];

		r->work.picture = canvas_output(
			v->work.canvas, r->config.width, r->config.height);
	}
}

/* The composition does not take place: what was promised is still owed */
static void encoding_cancel(struct view *v)
{
	for (size_t i = 0; i < v->encoding_count; i++)
		rendition_owe(v->encoding[i]);
}

static void encoding_clear(struct view *v)
{
	for (size_t i = 0; i < v->encoding_count; i++)
		mem_deref(v->encoding[i]);
	v->encoding_count = 0;
}

void view_job_done(struct view *v)
{
	--v->pending;
}

static void done(struct pool_job *job)
{
	struct view *v =
		(struct view *)((char *)job - offsetof(struct view, job));

	for (size_t i = 0; i < v->work.scene.count; i++)
		v->work.pictures[i] = picture_deref(v->work.pictures[i]);

	++v->engine->stats.frames_composed;

	for (size_t i = 0; i < v->encoding_count; i++) {
		struct rendition *r = v->encoding[i];

		if (!v->closed && !r->closed)
			v->pending += rendition_start(r);
	}

	encoding_clear(v);
	view_job_done(v);
	mem_deref(v);
}

int video_view_alloc(struct video_view **vp, struct video_engine *e,
		     unsigned width, unsigned height, unsigned fps)
{
	struct video_view *handle;
	struct view *v;

	if (!vp || !e || !fps || fps > FPS_MAX || (width & 1) ||
	    (height & 1) || width < LAYOUT_CANVAS_MIN ||
	    height < LAYOUT_CANVAS_MIN || !picture_size_ok(width, height))
		return EINVAL;

	handle = mem_zalloc(sizeof(*handle), view_destructor);
	if (!handle)
		return ENOMEM;

	v = handle->core = mem_zalloc(sizeof(*v), core_destructor);
	if (!v) {
		mem_deref(handle);
		return ENOMEM;
	}

	v->engine = mem_ref(e->core);
	v->width = width;
	v->height = height;
	v->fps = fps;
	v->pace = VIDEO_LIVE;
	v->dirty = true;
	v->job.runh = run;
	v->job.doneh = done;
	list_append(&v->engine->views, &v->le, v);
	++v->engine->stats.views;
	*vp = handle;

	return 0;
}

size_t video_view_room(const struct video_view *handle,
		       enum video_layout layout)
{
	return layout_room(layout, handle->core->width);
}

static size_t active_index(const struct video_tile *tiles, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (tiles[i].active)
			return i;
	}

	return 0;
}

int video_view_set(struct video_view *handle, enum video_layout layout,
		   const struct video_tile *tiles, size_t count)
{
	struct view *v = handle->core;
	struct view_tile old[VIDEO_TILES_MAX];
	size_t old_count = v->count;

	if (count > VIDEO_TILES_MAX || (count && !tiles))
		return EINVAL;

	/* The new references before the old ones go */
	memcpy(old, v->tiles, sizeof(old));
	for (size_t i = 0; i < count; i++) {
		struct view_tile *t = &v->tiles[i];

		t->tile = tiles[i];
		t->serial = 0;
		t->source = tiles[i].source ? mem_ref(tiles[i].source->core)
					    : NULL;
		t->tile.source = NULL; /* the handle is not ours */
		t->tile.label[VIDEO_LABEL_BYTES - 1] = '\0';
	}
	v->count = count;
	v->layout = layout;
	v->dirty = true;
	layout_arrange(v->rects, count, layout, v->width, v->height,
		       active_index(tiles, count));

	for (size_t i = 0; i < old_count; i++)
		mem_deref(old[i].source);

	engine_update_shown(v->engine);

	return 0;
}

void video_view_pace(struct video_view *handle, enum video_pace pace)
{
	struct view *v = handle->core;

	if (v->pace == pace)
		return;

	v->pace = pace;
	v->dirty = true;
	engine_update_shown(v->engine);
}

static const struct picture *tile_picture(const struct view_tile *t)
{
	return t->source ? t->source->newest : NULL;
}

static bool changed(const struct view *v)
{
	bool any = v->dirty;

	for (size_t i = 0; i < v->count && !any; i++) {
		const struct picture *p = tile_picture(&v->tiles[i]);

		any = v->rects[i].width &&
		      (p ? p->serial : 0) != v->tiles[i].serial;
	}

	return any;
}

/* What the worker draws: a copy, with references of its own */
static void scene_set(struct view *v)
{
	struct canvas_scene *scene = &v->work.scene;

	scene->count = v->count;
	for (size_t i = 0; i < v->count; i++) {
		struct view_tile *t = &v->tiles[i];
		struct canvas_tile *to = &scene->tiles[i];
		struct picture *p = t->source ? t->source->newest : NULL;

		v->work.pictures[i] = picture_ref(p);
		t->serial = p ? p->serial : 0;
		to->rect = v->rects[i];
		to->picture = p;
		to->muted = t->tile.muted;
		to->talking = t->tile.talking;
		to->more = t->tile.more;
		memcpy(to->label, t->tile.label, sizeof(to->label));
	}
	v->dirty = false;
}

static void compose_start(struct view *v)
{
	scene_set(v);

	if (pool_submit(v->engine->pool, &v->job)) {
		for (size_t i = 0; i < v->work.scene.count; i++)
			v->work.pictures[i] =
				picture_deref(v->work.pictures[i]);
		encoding_cancel(v);
		encoding_clear(v);
		v->dirty = true;
		++v->engine->stats.frames_skipped;
		return;
	}

	++v->pending;
	mem_ref(v);
}

/* True once a period; a late tick does not make the next ones early */
static bool due(struct view *v, uint64_t now_us)
{
	uint64_t period = SECOND_US / v->fps;

	if (now_us < v->due_us)
		return false;

	v->due_us += period;
	if (v->due_us <= now_us)
		v->due_us = now_us + period;

	return true;
}

void view_tick(struct view *v, uint64_t now_us)
{
	bool differs;

	if (v->closed || v->pace == VIDEO_PAUSED || !v->renditions.head ||
	    !due(v, now_us))
		return;

	differs = changed(v);

	if (v->pending) {
		if (differs)
			++v->engine->stats.frames_skipped;
		return;
	}

	for (struct le *le = v->renditions.head; le; le = le->next) {
		struct rendition *r = le->data;

		if (v->encoding_count >= VIEW_RENDITIONS_MAX)
			break;
		if (rendition_due(r, differs, now_us))
			v->encoding[v->encoding_count++] = mem_ref(r);
	}

	if (v->encoding_count)
		compose_start(v);
}
