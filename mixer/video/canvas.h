/**
 * @file mixer/video/canvas.h  A view's composed picture
 *
 * Draws tiles into one lasting picture and redraws only those that changed:
 * new camera picture, name, mark, highlight or place. Also keeps scaled
 * copies of it, one a size. One thread at a time; the caller sees to it that
 * nobody reads the pictures while canvas_compose or canvas_output run.
 */
#ifndef PARLEY_MIXER_VIDEO_CANVAS_H
#define PARLEY_MIXER_VIDEO_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include "mixer/video/engine.h"
#include "mixer/video/label.h"
#include "mixer/video/layout.h"
#include "mixer/video/picture.h"

enum {
	/** Distinct sizes besides its own that a canvas is scaled to */
	CANVAS_OUTPUTS_MAX = 8,
};

struct canvas;

struct canvas_tile {
	struct layout_rect rect;
	const struct picture *picture; /**< NULL: placeholder */
	char label[VIDEO_LABEL_BYTES];
	bool muted, talking;
	size_t more; /**< stands for so many who have no tile; 0: is one */
};

struct canvas_scene {
	struct canvas_tile tiles[VIDEO_TILES_MAX];
	size_t count;
};

/** Painter and pool must outlive it */
int canvas_alloc(struct canvas **cp, struct label_painter *painter,
		 struct picture_pool *pool, unsigned width, unsigned height);

/** NULL is allowed; always returns NULL */
void *canvas_free(struct canvas *c);

/**
 * Draw
 *
 * @return Tiles that were redrawn; 0: the picture is the same as before
 */
size_t canvas_compose(struct canvas *c, const struct canvas_scene *scene);

/**
 * The picture at some size, letterboxed; scaled once a composition
 *
 * @return The canvas' own (no reference), valid until the next
 *         canvas_compose; NULL without memory or when more than
 *         CANVAS_OUTPUTS_MAX sizes are asked for in one composition
 */
const struct picture *canvas_output(struct canvas *c, unsigned width,
				    unsigned height);

#endif
