/**
 * @file tests/unit/mixer/video/test_canvas.c  What is drawn, and what is not
 * drawn again
 */
#include <stdio.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/video/canvas.h"
#include "tests/unit/unit.h"

enum { WIDTH = 640, HEIGHT = 360, BACKGROUND_Y = 26, BAR_Y = 16 };

static struct label_painter *painter;
static struct picture_pool *pool;
static struct canvas *canvas;
static struct canvas_scene scene;

static void open_canvas(size_t tiles)
{
	CU_ASSERT_EQUAL_FATAL(label_painter_alloc(&painter), 0);
	CU_ASSERT_EQUAL_FATAL(picture_pool_alloc(&pool), 0);
	CU_ASSERT_EQUAL_FATAL(
		canvas_alloc(&canvas, painter, pool, WIDTH, HEIGHT), 0);
	memset(&scene, 0, sizeof(scene));
	scene.count = tiles;
	for (size_t i = 0; i < tiles; i++) {
		scene.tiles[i].rect =
			(struct layout_rect){(unsigned)i * 320, 0, 320, 180};
		(void)snprintf(scene.tiles[i].label, VIDEO_LABEL_BYTES,
			       "Name %zu", i);
	}
}

static void close_canvas(void)
{
	for (size_t i = 0; i < VIDEO_TILES_MAX; i++)
		picture_deref((struct picture *)scene.tiles[i].picture);
	canvas = canvas_free(canvas);
	painter = label_painter_free(painter);
	picture_pool_deref(pool);
}

static void show(size_t tile, unsigned width, unsigned height, uint8_t y)
{
	struct picture *p = picture_take(pool, width, height);

	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	picture_fill(p, y, 100, 100);
	picture_deref((struct picture *)scene.tiles[tile].picture);
	scene.tiles[tile].picture = p;
}

static uint8_t at(const struct picture *p, unsigned x, unsigned y)
{
	return p->planes[0][y * (unsigned)p->strides[0] + x];
}

static uint8_t luma(unsigned x, unsigned y)
{
	return at(canvas_output(canvas, WIDTH, HEIGHT), x, y);
}

static void only_what_changed_is_drawn_again(void)
{
	open_canvas(2);
	CU_ASSERT_EQUAL(canvas_compose(canvas, &scene), 3);
	CU_ASSERT_EQUAL(canvas_compose(canvas, &scene), 0);

	show(0, 320, 180, 200);
	CU_ASSERT_EQUAL(canvas_compose(canvas, &scene), 1);
	CU_ASSERT_EQUAL(canvas_compose(canvas, &scene), 0);
	scene.tiles[1].muted = true;
	CU_ASSERT_EQUAL(canvas_compose(canvas, &scene), 1);
	scene.tiles[1].talking = true;
	CU_ASSERT_EQUAL(canvas_compose(canvas, &scene), 1);
	strcpy(scene.tiles[0].label, "Another");
	CU_ASSERT_EQUAL(canvas_compose(canvas, &scene), 1);

	/* another place: all of it, once */
	scene.tiles[1].rect.y = 180;
	CU_ASSERT_EQUAL(canvas_compose(canvas, &scene), 3);
	scene.count = 1;
	CU_ASSERT_EQUAL(canvas_compose(canvas, &scene), 2);
	scene.count = 0;
	CU_ASSERT_EQUAL(canvas_compose(canvas, &scene), 1);
	CU_ASSERT_EQUAL(canvas_compose(canvas, &scene), 0);
	CU_ASSERT_EQUAL(luma(100, 90), BACKGROUND_Y);
	close_canvas();
}

static void a_camera_fills_its_place_in_its_shape(void)
{
	static const struct {
		unsigned width, height;
		bool bars_at_sides;
	} rows[] = {
		{320, 180, false},   {640, 360, false}, {1280, 720, false},
		{160, 90, false},    {180, 320, true},  {960, 540, false},
		{1920, 1080, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		open_canvas(1);
		show(0, rows[i].width, rows[i].height, 200);
		(void)canvas_compose(canvas, &scene);
		/* scaling may round */
		CU_ASSERT(luma(160, 60) >= 198 && luma(160, 60) <= 202);
		CU_ASSERT_EQUAL(luma(4, 60) > 190, !rows[i].bars_at_sides);
		/* and nothing beside it */
		CU_ASSERT_EQUAL(luma(320, 60), BACKGROUND_Y);
		CU_ASSERT_EQUAL(luma(160, 180), BACKGROUND_Y);
		close_canvas();
	}
}

static void who_talks_has_a_border(void)
{
	open_canvas(1);
	show(0, 320, 180, 30);
	(void)canvas_compose(canvas, &scene);
	CU_ASSERT_EQUAL(luma(0, 60), 30);
	scene.tiles[0].talking = true;
	(void)canvas_compose(canvas, &scene);
	CU_ASSERT_EQUAL(luma(0, 60), 150);
	CU_ASSERT_EQUAL(luma(319, 60), 150);
	CU_ASSERT_EQUAL(luma(160, 0), 150);
	CU_ASSERT_EQUAL(luma(160, 60), 30);
	scene.tiles[0].talking = false;
	(void)canvas_compose(canvas, &scene);
	CU_ASSERT_EQUAL(luma(0, 60), 30);
	close_canvas();
}

static void names_and_initials_are_seen(void)
{
	unsigned band = 0, middle = 0;
	uint8_t colour[3];

	open_canvas(1);
	label_colour(colour, scene.tiles[0].label);
	(void)canvas_compose(canvas, &scene);
	for (unsigned x = 100; x < 220; x++)
		middle += luma(x, 90) != colour[0];
	CU_ASSERT(middle > 5);

	show(0, 320, 180, 200);
	(void)canvas_compose(canvas, &scene);
	for (unsigned x = 0; x < 320; x++)
		band += luma(x, 170) != 200;
	CU_ASSERT(band > 10);
	CU_ASSERT_EQUAL(luma(160, 90), 200);
	close_canvas();
}

static void other_sizes_are_scaled_once_a_composition(void)
{
	const struct picture *half, *tall;

	open_canvas(1);
	show(0, 320, 180, 200);
	(void)canvas_compose(canvas, &scene);
	half = canvas_output(canvas, 320, 180);
	CU_ASSERT_PTR_NOT_NULL_FATAL(half);
	CU_ASSERT_EQUAL(at(half, 80, 30), 200);
	CU_ASSERT_EQUAL(at(half, 240, 150), BACKGROUND_Y);
	CU_ASSERT_PTR_EQUAL(canvas_output(canvas, 320, 180), half);

	/* another shape has bars */
	tall = canvas_output(canvas, 320, 320);
	CU_ASSERT_PTR_NOT_NULL_FATAL(tall);
	CU_ASSERT_EQUAL(at(tall, 80, 10), BAR_Y);
	CU_ASSERT_EQUAL(at(tall, 80, 100), 200);

	/* it follows what is drawn */
	show(0, 320, 180, 90);
	(void)canvas_compose(canvas, &scene);
	CU_ASSERT_EQUAL(at(canvas_output(canvas, 320, 180), 80, 30), 90);
	close_canvas();
}

static void sizes_are_bounded_and_unused_ones_give_way(void)
{
	open_canvas(1);
	for (unsigned round = 0; round < 2; round++) {
		(void)canvas_compose(canvas, &scene);
		for (unsigned i = 0; i < CANVAS_OUTPUTS_MAX; i++)
			CU_ASSERT_PTR_NOT_NULL(canvas_output(
				canvas, 64 + 16 * (i + 8 * round), 64));
		CU_ASSERT_PTR_NULL(canvas_output(canvas, 480, 270));
		CU_ASSERT_PTR_NOT_NULL(canvas_output(canvas, WIDTH, HEIGHT));
	}
	close_canvas();
}

/* H.264's sample aspect ratio: 12:11 makes 4:3 of 352x288, 2:1 16:9 of 8:9 */
static void samples_that_are_not_square_keep_their_shape(void)
{
	static const struct {
		unsigned width, height, sample_width, sample_height;
		unsigned left; /* bar's width in a tile of 320x180 */
	} rows[] = {
		{160, 180, 2, 1, 0},      {160, 180, 1, 1, 80},
		{160, 180, 0, 0, 80},     {160, 180, 5, 1, 80},
		{160, 180, 65535, 1, 80}, {320, 90, 1, 2, 0},
		{320, 90, 1, 65535, 0},   {640, 180, 1, 4, 80},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct picture *p;

		open_canvas(1);
		show(0, rows[i].width, rows[i].height, 200);
		p = (struct picture *)scene.tiles[0].picture;
		p->sample_width = rows[i].sample_width;
		p->sample_height = rows[i].sample_height;
		(void)canvas_compose(canvas, &scene);
		for (unsigned x = 0; x < 160; x++)
			CU_ASSERT_EQUAL(luma(x, 60) > 190, x >= rows[i].left);
		close_canvas();
	}
}

static CU_TestInfo tests[] = {
	{"only what changed is drawn again", only_what_changed_is_drawn_again},
	{"a camera fills its place in its shape",
	 a_camera_fills_its_place_in_its_shape},
	{"samples that are not square keep their shape",
	 samples_that_are_not_square_keep_their_shape},
	{"who talks has a border", who_talks_has_a_border},
	{"names and initials are seen", names_and_initials_are_seen},
	{"other sizes are scaled once a composition",
	 other_sizes_are_scaled_once_a_composition},
	{"sizes are bounded and unused ones give way",
	 sizes_are_bounded_and_unused_ones_give_way},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(canvas, tests)
