/**
 * @file tests/unit/mixer/video/test_layout.c  Tiles inside, even, apart
 */
#include <string.h>
#include "mixer/video/layout.h"
#include "tests/unit/unit.h"

static const struct {
	unsigned width, height;
} canvases[] = {
	{1280, 720}, {640, 360},   {1920, 1080}, {640, 480},
	{352, 288},  {320, 180},   {176, 144},   {720, 1280},
	{64, 64},    {1918, 1086}, {426, 240},   {66, 1000},
};

static bool apart(const struct layout_rect *a, const struct layout_rect *b)
{
	return a->x + a->width <= b->x || b->x + b->width <= a->x ||
	       a->y + a->height <= b->y || b->y + b->height <= a->y;
}

static void check(const struct layout_rect *r, size_t count, unsigned width,
		  unsigned height)
{
	for (size_t i = 0; i < count; i++) {
		if (!r[i].width)
			continue;
		CU_ASSERT_EQUAL(
			(r[i].x | r[i].y | r[i].width | r[i].height) & 1, 0);
		CU_ASSERT(r[i].height > 0);
		CU_ASSERT(r[i].x + r[i].width <= width);
		CU_ASSERT(r[i].y + r[i].height <= height);
		for (size_t k = 0; k < i; k++)
			CU_ASSERT(!r[k].width || apart(&r[i], &r[k]));
	}
}

static void tiles_lie_inside_even_and_apart(void)
{
	struct layout_rect r[VIDEO_TILES_MAX];

	for (size_t c = 0; c < sizeof(canvases) / sizeof(canvases[0]); c++)
		for (size_t n = 1; n <= VIDEO_TILES_MAX; n++) {
			unsigned w = canvases[c].width;
			unsigned h = canvases[c].height;

			layout_arrange(r, n, VIDEO_LAYOUT_GRID, w, h, 0);
			check(r, n, w, h);
			for (size_t i = 0; i < n; i++)
				CU_ASSERT(r[i].width > 0);

			for (size_t a = 0; a <= n; a++) {
				layout_arrange(r, n, VIDEO_LAYOUT_SPEAKER, w,
					       h, a);
				check(r, n, w, h);
				CU_ASSERT(r[a < n ? a : 0].width > 0);
			}
		}
}

static void grid_sizes_are_cheap_ratios(void)
{
	static const struct {
		size_t count;
		unsigned width, height;
	} t[] = {
		{1, 1280, 720}, {2, 640, 360},  {3, 640, 360},  {4, 640, 360},
		{5, 426, 240},  {9, 426, 240},  {10, 320, 180}, {16, 320, 180},
		{17, 256, 144}, {25, 256, 144},
	};
	struct layout_rect r[VIDEO_TILES_MAX];

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		layout_arrange(r, t[i].count, VIDEO_LAYOUT_GRID, 1280, 720, 0);
		CU_ASSERT_EQUAL(r[0].width, t[i].width);
		CU_ASSERT_EQUAL(r[0].height, t[i].height);
	}
}

static void last_row_is_centred(void)
{
	struct layout_rect r[VIDEO_TILES_MAX];

	layout_arrange(r, 3, VIDEO_LAYOUT_GRID, 1280, 720, 0);
	CU_ASSERT_EQUAL(r[2].x, 320);
	CU_ASSERT_EQUAL(r[2].y, 360);
	layout_arrange(r, 2, VIDEO_LAYOUT_GRID, 1280, 720, 0);
	CU_ASSERT_EQUAL(r[0].y, 180);
	CU_ASSERT_EQUAL(r[1].x, 640);
}

static void speaker_is_large_and_the_strip_full(void)
{
	struct layout_rect r[VIDEO_TILES_MAX];
	size_t seen = 0;

	layout_arrange(r, 25, VIDEO_LAYOUT_SPEAKER, 1280, 720, 9);
	CU_ASSERT_EQUAL(r[9].width, 960);
	CU_ASSERT_EQUAL(r[9].height, 540);
	for (size_t i = 0; i < 25; i++)
		seen += r[i].width != 0;
	CU_ASSERT_EQUAL(seen, LAYOUT_SPEAKER_TILES);
	layout_arrange(r, 1, VIDEO_LAYOUT_SPEAKER, 1280, 720, 0);
	CU_ASSERT_EQUAL(r[0].width, 1280);
}

/* Those in tiles and those in the last tile's number are all, whoever speaks
 */
static void who_is_not_seen_is_counted(void)
{
	size_t chosen[VIDEO_TILES_MAX];

	for (size_t room = 2; room <= VIDEO_TILES_MAX; room++)
		for (size_t count = 0; count <= 60; count++)
			for (size_t active = 0; active <= count; active++) {
				size_t n = layout_choose(chosen, count, room,
							 active);
				size_t more = count - n;
				bool seen = active == count;

				CU_ASSERT(n <= count && n + !!more <= room);
				CU_ASSERT(more != 1 || room < count);
				for (size_t i = 0; i < n; i++) {
					CU_ASSERT(chosen[i] < count);
					CU_ASSERT(!i ||
						  chosen[i - 1] < chosen[i]);
					seen |= chosen[i] == active;
				}
				CU_ASSERT(seen);
			}
}

/* As seen on a telephone: 360 points wide upright, 590 and more lengthwise */
static void names_can_be_read(void)
{
	struct layout_rect r[VIDEO_TILES_MAX];

	for (int i = 0; i < 2; i++) {
		unsigned width = i ? 1280 : LAYOUT_SMALL_WIDTH;
		unsigned height = width * 9 / 16, shown = i ? 590 : 360;
		unsigned band = layout_band(width);

		CU_ASSERT(band * 6 * shown >= 10 * 9 * width);
		for (int layout = 0; layout < 2; layout++) {
			size_t n =
				layout_room((enum video_layout)layout, width);

			layout_arrange(r, n, (enum video_layout)layout, width,
				       height, 0);
			for (size_t k = 0; k < n; k++) {
				CU_ASSERT(r[k].width >= 5 * band);
				CU_ASSERT(r[k].height >= 3 * band);
			}
		}
	}
}

static void cameras_are_cropped_or_boxed(void)
{
	static const struct {
		unsigned pw, ph, tw, th;
		struct layout_rect from, to;
	} t[] = {
		{1280, 720, 640, 360, {0, 0, 1280, 720}, {0, 0, 640, 360}},
		{640, 480, 640, 360, {0, 60, 640, 360}, {0, 0, 640, 360}},
		{640, 360, 640, 480, {80, 0, 480, 360}, {0, 0, 640, 480}},
		{360, 640, 640, 360, {0, 0, 360, 640}, {218, 0, 202, 360}},
		{1000, 100, 100, 100, {0, 0, 1000, 100}, {0, 44, 100, 10}},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct layout_rect from, to;

		layout_fit(t[i].pw, t[i].ph, t[i].tw, t[i].th, &from, &to);
		CU_ASSERT_EQUAL(memcmp(&from, &t[i].from, sizeof(from)), 0);
		CU_ASSERT_EQUAL(memcmp(&to, &t[i].to, sizeof(to)), 0);
	}
}

static void any_size_fits_any_tile(void)
{
	for (unsigned pw = 1; pw < 2000; pw += 37)
		for (unsigned ph = 1; ph < 2000; ph += 41)
			for (unsigned tw = 2; tw < 700; tw += 98) {
				struct layout_rect from, to;

				layout_fit(pw, ph, tw, 200, &from, &to);
				CU_ASSERT(from.width && from.height);
				CU_ASSERT(from.x + from.width <= pw || pw < 2);
				CU_ASSERT(from.y + from.height <= ph ||
					  ph < 2);
				CU_ASSERT(to.width && to.height);
				CU_ASSERT(to.x + to.width <= tw);
				CU_ASSERT(to.y + to.height <= 200);
			}
}

static void names_are_the_protocols(void)
{
	CU_ASSERT_EQUAL(video_layout_by_name("grid"), VIDEO_LAYOUT_GRID);
	CU_ASSERT_EQUAL(video_layout_by_name("speaker"), VIDEO_LAYOUT_SPEAKER);
	CU_ASSERT_EQUAL(video_layout_by_name("x"), -1);
	CU_ASSERT_EQUAL(video_layout_by_name(NULL), -1);
	CU_ASSERT_STRING_EQUAL(video_layout_name(VIDEO_LAYOUT_GRID), "grid");
}

static CU_TestInfo tests[] = {
	{"tiles lie inside, even and apart", tiles_lie_inside_even_and_apart},
	{"grid sizes are cheap ratios", grid_sizes_are_cheap_ratios},
	{"last row is centred", last_row_is_centred},
	{"speaker is large, the strip full",
	 speaker_is_large_and_the_strip_full},
	{"who is not seen is counted", who_is_not_seen_is_counted},
	{"names can be read", names_can_be_read},
	{"cameras are cropped or boxed", cameras_are_cropped_or_boxed},
	{"any size fits any tile", any_size_fits_any_tile},
	{"names are the protocol's", names_are_the_protocols},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(video_layout, tests)
