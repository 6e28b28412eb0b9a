/**
 * @file mixer/video/layout.h  Where the tiles of a view are
 *
 * Pure functions. All rectangles have even position and size, lie inside the
 * canvas and do not overlap. Tiles keep the canvas' aspect ratio, and sizes
 * are chosen so that cameras of the canvas' own size scale at cheap ratios
 * (1/1, 1/2, 1/4, 3/4).
 *
 * Grid: 1 tile fills the canvas; 2 stand side by side; 3-4 in 2 columns, 5-9
 * in 3, 10-16 in 4, 17-25 in 5. The block is centred, and so is its last row.
 *
 * Speaker: the active tile takes 3/4 of the canvas each way. Up to 4 others
 * stand below it at 1/4; from 5 on the large tile moves to the upper left,
 * and 3 stand right of it and 4 below. Who does not fit has no rectangle
 * (width 0).
 *
 * Where there is no room for all, the last tile says how many are not seen:
 * people in tiles and those in its number are all (layout_choose).
 *
 * A canvas that is LAYOUT_SMALL_WIDTH wide or less is for small screens, of
 * telephones in the hand or on the desk: names on it are twice as large
 * (layout_band), and no more tiles than that their names can be read.
 */
#ifndef PARLEY_MIXER_VIDEO_LAYOUT_H
#define PARLEY_MIXER_VIDEO_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include "mixer/video/engine.h"

enum {
	/** Smallest canvas side that layouts are made for */
	LAYOUT_CANVAS_MIN = 32,
	/** Tiles of the speaker layout: the large one and seven others */
	LAYOUT_SPEAKER_TILES = 8,
	/** Widest canvas that is for small screens, and its tiles */
	LAYOUT_SMALL_WIDTH = 640,
	LAYOUT_SMALL_TILES = 9,
};

struct layout_rect {
	unsigned x, y, width, height;
};

/**
 * Arrange
 *
 * @param rects  One a tile, count of them are written
 * @param count  Tiles, at most VIDEO_TILES_MAX; more get no rectangle
 * @param active Index of the large tile; out of range means the first
 */
void layout_arrange(struct layout_rect *rects, size_t count,
		    enum video_layout layout, unsigned width, unsigned height,
		    size_t active);

/** Tiles that a layout has room for on a canvas of that width */
size_t layout_room(enum video_layout layout, unsigned width);

/**
 * Choose who is seen: all where there is room, else who came first, and the
 * active speaker, and one tile is left for the number of the others
 *
 * @param chosen Set to whom, ascending; has `room` entries
 * @param count  People
 * @param room   Tiles, at least 2
 * @param active Who must be seen; out of range: nobody
 * @return how many are seen
 */
size_t layout_choose(size_t *chosen, size_t count, size_t room, size_t active);

/**
 * Least height of the band with a name. Its letters are 0.6 of it: on a small
 * screen's canvas that is shown 360 wide, 10; on a large one's shown 590 wide,
 * 9. Pixels, even
 */
unsigned layout_band(unsigned canvas_width);

/**
 * How a camera picture goes into a tile, the one rule for aspect ratios: it
 * is cropped (evenly at both ends) to fill the tile as long as at least 70 %
 * of it stays visible, which covers 4:3 in 16:9; otherwise (portrait, very
 * wide) all of it is shown between bars.
 *
 * @param from Part of the picture that is shown
 * @param to   Place of it, relative to the tile's corner
 */
void layout_fit(unsigned picture_width, unsigned picture_height,
		unsigned tile_width, unsigned tile_height,
		struct layout_rect *from, struct layout_rect *to);

/** All of a picture between bars: `to` inside width x height */
void layout_letterbox(unsigned picture_width, unsigned picture_height,
		      unsigned width, unsigned height, struct layout_rect *to);

#endif
