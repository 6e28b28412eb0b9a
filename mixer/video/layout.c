/**
 * @file mixer/video/layout.c  Where the tiles of a view are
 */
#include <string.h>
#include <strings.h>
#include "mixer/video/layout.h"

enum { VISIBLE_MIN_PERCENT = 70 };

static const char *const layout_names[] = {
	[VIDEO_LAYOUT_GRID] = "grid",
	[VIDEO_LAYOUT_SPEAKER] = "speaker",
};

int video_layout_by_name(const char *name)
{
	for (int i = 0; name && i < 2; i++) {
		if (!strcasecmp(name, layout_names[i]))
			return i;
	}

	return -1;
}

const char *video_layout_name(enum video_layout layout)
{
	return (unsigned)layout < 2 ? layout_names[layout] : "?";
}

static unsigned even(unsigned n)
{
	return n & ~1u;
}

size_t layout_room(enum video_layout layout, unsigned width)
{
	if (layout == VIDEO_LAYOUT_SPEAKER)
		return LAYOUT_SPEAKER_TILES;

	return width <= LAYOUT_SMALL_WIDTH ? LAYOUT_SMALL_TILES
					   : VIDEO_TILES_MAX;
}

size_t layout_choose(size_t *chosen, size_t count, size_t room, size_t active)
{
	size_t n = count <= room ? count : room - 1;

	for (size_t i = 0; i < n; i++)
		chosen[i] = i;
	if (active >= n && active < count)
		chosen[n - 1] = active;

	return n;
}

unsigned layout_band(unsigned canvas_width)
{
	return canvas_width <= LAYOUT_SMALL_WIDTH
		       ? even(canvas_width * 3 / 64)
		       : even(canvas_width * 3 / 112);
}

static unsigned even_at_least_2(unsigned n)
{
	return n < 2 ? 2 : even(n);
}

static unsigned grid_columns(size_t count)
{
	unsigned columns = 1;

	while ((size_t)columns * columns < count)
		++columns;

	return columns;
}

static void grid(struct layout_rect *rects, size_t count, unsigned width,
		 unsigned height)
{
	unsigned columns = grid_columns(count);
	unsigned rows = (unsigned)((count + columns - 1) / columns);
	unsigned w = even(width / columns);
	unsigned h = even(height / columns);
	unsigned top = even((height - rows * h) / 2);

	for (size_t i = 0; i < count; i++) {
		unsigned row = (unsigned)(i / columns);
		unsigned column = (unsigned)(i % columns);
		unsigned in_row =
			row + 1 < rows
				? columns
				: (unsigned)(count - (size_t)row * columns);
		unsigned left = even((width - in_row * w) / 2);

		rects[i].x = left + column * w;
		rects[i].y = top + row * h;
		rects[i].width = w;
		rects[i].height = h;
	}
}

/* Place of the i-th of the others, small tiles being w x h */
static void place_other(struct layout_rect *rect, size_t i, size_t others,
			unsigned width, unsigned w, unsigned h,
			const struct layout_rect *large)
{
	rect->width = w;
	rect->height = h;

	if (others <= 4) {
		rect->x = even((width - (unsigned)others * w) / 2) +
			  (unsigned)i * w;
		rect->y = large->y + large->height;
	}
	else if (i < 3) {
		rect->x = large->x + large->width;
		rect->y = large->y + (unsigned)i * h;
	}
	else {
		rect->x = large->x + (unsigned)(i - 3) * w;
		rect->y = large->y + large->height;
	}
}

static void speaker(struct layout_rect *rects, size_t count, unsigned width,
		    unsigned height, size_t active)
{
	unsigned w = even(width / 4), h = even(height / 4);
	struct layout_rect *large = &rects[active];
	size_t others = count - 1, n = 0;

	if (others > LAYOUT_SPEAKER_TILES - 1)
		others = LAYOUT_SPEAKER_TILES - 1;

	large->width = 3 * w;
	large->height = 3 * h;
	large->y = even((height - 4 * h) / 2);
	large->x = others <= 4 ? even((width - 3 * w) / 2)
			       : even((width - 4 * w) / 2);

	for (size_t i = 0; i < count && n < others; i++) {
		if (i == active)
			continue;
		place_other(&rects[i], n, others, width, w, h, large);
		++n;
	}
}

void layout_arrange(struct layout_rect *rects, size_t count,
		    enum video_layout layout, unsigned width, unsigned height,
		    size_t active)
{
	memset(rects, 0, count * sizeof(*rects));

	if (count > VIDEO_TILES_MAX)
		count = VIDEO_TILES_MAX;
	if (!count || width < LAYOUT_CANVAS_MIN || height < LAYOUT_CANVAS_MIN)
		return;
	if (active >= count)
		active = 0;

	if (layout == VIDEO_LAYOUT_SPEAKER && count > 1)
		speaker(rects, count, width, height, active);
	else
		grid(rects, count, width, height);
}

void layout_letterbox(unsigned picture_width, unsigned picture_height,
		      unsigned width, unsigned height, struct layout_rect *to)
{
	unsigned long long pw = picture_width, ph = picture_height;

	to->width = width;
	to->height = height;

	if (pw * height > ph * width)
		to->height = even_at_least_2((unsigned)(ph * width / pw));
	else if (ph)
		to->width = even_at_least_2((unsigned)(pw * height / ph));

	to->x = even((width - to->width) / 2);
	to->y = even((height - to->height) / 2);
}

void layout_fit(unsigned picture_width, unsigned picture_height,
		unsigned tile_width, unsigned tile_height,
		struct layout_rect *from, struct layout_rect *to)
{
	unsigned long long wide =
		(unsigned long long)picture_width * tile_height;
	unsigned long long high =
		(unsigned long long)picture_height * tile_width;
	unsigned long long less = wide < high ? wide : high;
	unsigned long long more = wide < high ? high : wide;

	*from = (struct layout_rect){0, 0, picture_width, picture_height};
	*to = (struct layout_rect){0, 0, tile_width, tile_height};

	if (less * 100 < more * VISIBLE_MIN_PERCENT) {
		layout_letterbox(picture_width, picture_height, tile_width,
				 tile_height, to);
		return;
	}

	/* The crop keeps chroma samples whole */
	if (wide > high) {
		from->width = even_at_least_2((unsigned)(high / tile_height));
		from->x = even((picture_width - from->width) / 2);
	}
	else if (high > wide) {
		from->height = even_at_least_2((unsigned)(wide / tile_width));
		from->y = even((picture_height - from->height) / 2);
	}
}
