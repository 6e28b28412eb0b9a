/**
 * @file mixer/video/canvas.c  A view's composed picture
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libyuv.h>
#include "mixer/video/canvas.h"

enum {
	BACKGROUND_Y = 26,
	BAR_Y = 16,
	GREY_C = 128,
	/* Samples that are longer than this are somebody's mistake */
	SAMPLE_ASPECT_MAX = 4,
};

/* Behind the number of those who have no tile */
static const uint8_t more_yuv[3] = {52, 132, 124};

/* Highlight of who talks: green */
static const uint8_t talking_yuv[3] = {150, 70, 70};

/* What is drawn at a place now */
struct slot {
	struct layout_rect rect;
	uint64_t serial; /* of the picture, 0: placeholder */
	char name[VIDEO_LABEL_BYTES];
	bool muted, talking;
	size_t more;
	struct label *band, *middle;
};

struct output {
	struct picture *picture;
	uint64_t version; /* of the canvas it was made from */
	uint64_t used;    /* composition that asked for it */
};

struct canvas {
	struct label_painter *painter;
	struct picture_pool *pool;
	struct picture *picture;
	unsigned band; /* least height of names */
	struct slot slots[VIDEO_TILES_MAX];
	size_t count;
	struct output outputs[CANVAS_OUTPUTS_MAX];
	uint64_t version;     /* changes of the picture */
	uint64_t composition; /* calls of canvas_compose */
};

static void slot_clear(struct slot *slot)
{
	label_free(slot->band);
	label_free(slot->middle);
	memset(slot, 0, sizeof(*slot));
}

void *canvas_free(struct canvas *c)
{
	if (!c)
		return NULL;

	for (size_t i = 0; i < VIDEO_TILES_MAX; i++)
		slot_clear(&c->slots[i]);
	for (size_t i = 0; i < CANVAS_OUTPUTS_MAX; i++)
		picture_deref(c->outputs[i].picture);
	picture_deref(c->picture);
	free(c);

	return NULL;
}

int canvas_alloc(struct canvas **cp, struct label_painter *painter,
		 struct picture_pool *pool, unsigned width, unsigned height)
{
	struct canvas *c = calloc(1, sizeof(*c));

	if (!c)
		return ENOMEM;

	c->painter = painter;
	c->pool = pool;
	c->band = layout_band(width);
	c->picture = picture_take(pool, width, height);
	if (!c->picture) {
		free(c);
		return ENOMEM;
	}

	picture_fill(c->picture, BACKGROUND_Y, GREY_C, GREY_C);
	*cp = c;

	return 0;
}

static void canvas_fill(struct picture *p, unsigned x, unsigned y,
			unsigned width, unsigned height, const uint8_t yuv[3])
{
	if (!width || !height)
		return;

	I420Rect(p->planes[0], p->strides[0], p->planes[1], p->strides[1],
		 p->planes[2], p->strides[2], (int)x, (int)y, (int)width,
		 (int)height, yuv[0], yuv[1], yuv[2]);
}

static void draw_bars(struct picture *to, const struct layout_rect *tile,
		      const struct layout_rect *inner)
{
	static const uint8_t black[3] = {BAR_Y, GREY_C, GREY_C};
	unsigned right = inner->x + inner->width;
	unsigned below = inner->y + inner->height;

	canvas_fill(to, tile->x, tile->y, inner->x, tile->height, black);
	canvas_fill(to, tile->x + right, tile->y, tile->width - right,
		    tile->height, black);
	canvas_fill(to, tile->x, tile->y, tile->width, inner->y, black);
	canvas_fill(to, tile->x, tile->y + below, tile->width,
		    tile->height - below, black);
}

/* libyuv is fast at exact halves and quarters by box and above one half by
 * bilinear, but slow at the rest: a third goes by way of one half */
static struct picture *halve(struct canvas *c, const struct picture *camera,
			     const struct layout_rect *from,
			     const struct layout_rect *to)
{
	unsigned width = (from->width / 2) & ~1u;
	unsigned height = (from->height / 2) & ~1u;
	struct picture *half;

	if (width <= to->width || height <= to->height ||
	    from->width == 4 * to->width)
		return NULL;

	half = picture_take(c->pool, width, height);
	if (half)
		picture_scale(half, 0, 0, width, height, camera, from->x,
			      from->y, 2 * width, 2 * height);

	return half;
}

static unsigned scaled(unsigned x, unsigned num, unsigned den)
{
	return (unsigned)(((uint64_t)x * num + den / 2) / den);
}

static unsigned at_most(unsigned x, unsigned most)
{
	return x < most ? x : most;
}

/* Where layout_fit is asked in square samples, the answer is in the camera's
 */
static void fit(const struct picture *camera, const struct layout_rect *tile,
		struct layout_rect *from, struct layout_rect *to)
{
	unsigned w = camera->sample_width, h = camera->sample_height;

	if (!w || !h || w > SAMPLE_ASPECT_MAX * h || h > SAMPLE_ASPECT_MAX * w)
		w = h = 1;

	if (w > h) {
		layout_fit(scaled(camera->width, w, h), camera->height,
			   tile->width, tile->height, from, to);
		from->x = scaled(from->x, h, w) & ~1u;
		from->width = scaled(from->width, h, w);
		from->width = at_most(from->width, camera->width - from->x);
	}
	else {
		layout_fit(camera->width, scaled(camera->height, h, w),
			   tile->width, tile->height, from, to);
		from->y = scaled(from->y, w, h) & ~1u;
		from->height = scaled(from->height, w, h);
		from->height = at_most(from->height, camera->height - from->y);
	}
}

static void draw_camera(struct canvas *c, const struct layout_rect *tile,
			const struct picture *camera)
{
	struct layout_rect from, inner;
	struct picture *half;

	fit(camera, tile, &from, &inner);
	draw_bars(c->picture, tile, &inner);

	half = halve(c, camera, &from, &inner);
	if (half) {
		camera = half;
		from = (struct layout_rect){0, 0, half->width, half->height};
	}

	picture_scale(c->picture, tile->x + inner.x, tile->y + inner.y,
		      inner.width, inner.height, camera, from.x, from.y,
		      from.width, from.height);
	picture_deref(half);
}

static void draw_placeholder(struct picture *to, const struct slot *slot)
{
	const struct layout_rect *r = &slot->rect;
	unsigned w = label_width(slot->middle);
	unsigned h = label_height(slot->middle);
	uint8_t yuv[3];

	if (slot->more)
		memcpy(yuv, more_yuv, sizeof(yuv));
	else
		label_colour(yuv, slot->name);
	canvas_fill(to, r->x, r->y, r->width, r->height, yuv);
	label_blend(slot->middle, to, r->x + (((r->width - w) / 2) & ~1u),
		    r->y + (((r->height - h) / 2) & ~1u));
}

static unsigned border_width(const struct layout_rect *r)
{
	unsigned width = (r->height / 60) & ~1u;

	return width < 2 ? 2 : width;
}

static void draw_border(struct picture *to, const struct layout_rect *r)
{
	unsigned b = border_width(r);

	canvas_fill(to, r->x, r->y, r->width, b, talking_yuv);
	canvas_fill(to, r->x, r->y + r->height - b, r->width, b, talking_yuv);
	canvas_fill(to, r->x, r->y, b, r->height, talking_yuv);
	canvas_fill(to, r->x + r->width - b, r->y, b, r->height, talking_yuv);
}

static void draw_slot(struct canvas *c, const struct slot *slot,
		      const struct picture *camera)
{
	const struct layout_rect *r = &slot->rect;
	unsigned b = border_width(r);

	if (camera)
		draw_camera(c, r, camera);
	else
		draw_placeholder(c->picture, slot);

	if (slot->band)
		label_blend(slot->band, c->picture, r->x + b,
			    r->y + r->height - b - label_height(slot->band));
	if (slot->talking)
		draw_border(c->picture, r);
}

static bool same_rect(const struct layout_rect *a, const struct layout_rect *b)
{
	return a->x == b->x && a->y == b->y && a->width == b->width &&
	       a->height == b->height;
}

/* Render anew what the changes make stale; a label that cannot be rendered
 * is left out */
static void slot_labels(struct canvas *c, struct slot *slot,
			const struct canvas_tile *tile, bool renamed)
{
	bool placeholder = !tile->picture;

	if (renamed) {
		slot->band = label_free(slot->band);
		slot->middle = label_free(slot->middle);
		(void)label_band(c->painter, &slot->band, tile->label,
				 tile->muted, tile->rect.width,
				 tile->rect.height, c->band);
	}
	if (tile->more && !slot->middle)
		(void)label_more(c->painter, &slot->middle, tile->more,
				 tile->rect.width, tile->rect.height);
	else if (placeholder && !slot->middle)
		(void)label_middle(c->painter, &slot->middle, tile->label,
				   tile->rect.width, tile->rect.height);
}

static bool slot_update(struct canvas *c, struct slot *slot,
			const struct canvas_tile *tile, bool fresh)
{
	uint64_t serial = tile->picture ? tile->picture->serial : 0;
	bool renamed =
		fresh || slot->muted != tile->muted ||
		slot->more != tile->more ||
		strncmp(slot->name, tile->label, VIDEO_LABEL_BYTES) != 0;

	if (!tile->rect.width)
		return false;
	if (!renamed && slot->serial == serial &&
	    slot->talking == tile->talking)
		return false;

	slot_labels(c, slot, tile, renamed);
	slot->serial = serial;
	slot->muted = tile->muted;
	slot->talking = tile->talking;
	slot->more = tile->more;
	memcpy(slot->name, tile->label, sizeof(slot->name));
	draw_slot(c, slot, tile->picture);

	return true;
}

/* True if every tile has the place it had */
static bool same_places(const struct canvas *c,
			const struct canvas_scene *scene)
{
	if (c->count != scene->count)
		return false;

	for (size_t i = 0; i < c->count; i++) {
		if (!same_rect(&c->slots[i].rect, &scene->tiles[i].rect))
			return false;
	}

	return true;
}

size_t canvas_compose(struct canvas *c, const struct canvas_scene *scene)
{
	bool fresh = !same_places(c, scene);
	size_t changed = fresh ? 1 : 0;

	++c->composition;

	if (fresh) {
		for (size_t i = 0; i < VIDEO_TILES_MAX; i++)
			slot_clear(&c->slots[i]);
		for (size_t i = 0; i < scene->count; i++)
			c->slots[i].rect = scene->tiles[i].rect;
		c->count = scene->count;
		picture_fill(c->picture, BACKGROUND_Y, GREY_C, GREY_C);
	}

	for (size_t i = 0; i < scene->count; i++)
		changed +=
			slot_update(c, &c->slots[i], &scene->tiles[i], fresh);
	if (changed)
		++c->version;

	return changed;
}

/* The output of that size, or one that nobody asked for this time */
static struct output *output_find(struct canvas *c, unsigned width,
				  unsigned height)
{
	struct output *spare = NULL;

	for (size_t i = 0; i < CANVAS_OUTPUTS_MAX; i++) {
		struct output *o = &c->outputs[i];

		if (o->picture && o->picture->width == width &&
		    o->picture->height == height)
			return o;
		if (o->used != c->composition && (!spare || !o->picture))
			spare = o;
	}

	if (spare) {
		picture_deref(spare->picture);
		*spare = (struct output){
			.picture = picture_take(c->pool, width, height),
			.version = UINT64_MAX,
		};
		if (spare->picture)
			picture_fill(spare->picture, BAR_Y, GREY_C, GREY_C);
	}

	return spare && spare->picture ? spare : NULL;
}

const struct picture *canvas_output(struct canvas *c, unsigned width,
				    unsigned height)
{
	struct layout_rect to;
	struct output *o;

	if (width == c->picture->width && height == c->picture->height)
		return c->picture;

	o = output_find(c, width, height);
	if (!o)
		return NULL;

	o->used = c->composition;
	if (o->version == c->version)
		return o->picture;

	layout_letterbox(c->picture->width, c->picture->height, width, height,
			 &to);
	picture_scale(o->picture, to.x, to.y, to.width, to.height, c->picture,
		      0, 0, c->picture->width, c->picture->height);
	o->version = c->version;

	return o->picture;
}
