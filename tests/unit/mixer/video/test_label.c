/**
 * @file tests/unit/mixer/video/test_label.c  Hostile names, bounds
 */
#include <string.h>
#include "mixer/video/canvas.h"
#include "mixer/video/label.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

static const char *const names[] = {
	"",
	" ",
	"A",
	"Zo\xc3\xab Example",
	"\xff\xfe\x80 broken \xc3",
	"new\nline\ttab\x01\x7f",
	"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85",
	"\xe2\x80\xae rtl override \xe2\x80\xad",
	"<b>&amp;</b> %s%n",
	"a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
	"WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
	"\xf0\x9f\x98\x80\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
	"\xe4\xb8\xad\xe6\x96\x87 \xed\x95\x9c\xea\xb8\x80",
};

static void text_is_clean(void)
{
	static const struct {
		const char *name, *text;
	} t[] = {
		{"  a \n b  ", "a b"},
		{"x\xffy", "x\xef\xbf\xbdy"},
		{"\x01\x02", ""},
		{"cut \xc3", "cut \xef\xbf\xbd"},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		char text[LABEL_TEXT_BYTES];

		label_text(text, t[i].name);
		CU_ASSERT_STRING_EQUAL(text, t[i].text);
	}
}

static void initials_are_of_first_and_last(void)
{
	static const struct {
		const char *name, *initials;
	} t[] = {
		{"ada lovelace", "AL"},
		{"Ada", "A"},
		{"Ada B. Lovelace (home)", "AH"},
		{"\xc3\xa4rger", "\xc3\x84"},
		{"- 42", "4"},
		{"...", ""},
		{"\xff\xff", ""},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		char initials[LABEL_INITIALS_BYTES];

		label_initials(initials, t[i].name);
		CU_ASSERT_STRING_EQUAL(initials, t[i].initials);
	}
}

static void labels_stay_inside_their_tiles(void)
{
	static const unsigned sizes[][2] = {
		{2, 2},     {64, 48},   {66, 48},    {176, 144}, {320, 180},
		{256, 144}, {640, 360}, {1280, 720}, {64, 1000}, {1900, 50},
	};
	struct label_painter *painter;

	CU_ASSERT_EQUAL_FATAL(label_painter_alloc(&painter), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
			unsigned w = sizes[k][0], h = sizes[k][1];
			struct label *l;

			CU_ASSERT_EQUAL(label_band(painter, &l, names[i],
						   i & 1, w, h,
						   16 + 4 * (unsigned)k),
					0);
			CU_ASSERT(label_width(l) < w && label_height(l) < h);
			CU_ASSERT_EQUAL((label_width(l) | label_height(l)) & 1,
					0);
			label_free(l);
			CU_ASSERT_EQUAL(
				label_middle(painter, &l, names[i], w, h), 0);
			CU_ASSERT(label_width(l) <= w && label_height(l) < h);
			label_free(l);
		}
	label_painter_free(painter);
}

static uint8_t luma(const struct picture *p, unsigned x, unsigned y)
{
	return p->planes[0][(size_t)y * (size_t)p->strides[0] + x];
}

/* Brightest and darkest of a rectangle */
static void range(const struct picture *p, unsigned x, unsigned y, unsigned w,
		  unsigned h, uint8_t *low, uint8_t *high)
{
	*low = 255;
	*high = 0;
	for (unsigned i = 0; i < w * h; i++) {
		uint8_t v = luma(p, x + i % w, y + i / w);

		if (v < *low)
			*low = v;
		if (v > *high)
			*high = v;
	}
}

static void a_canvas_draws_what_changed(void)
{
	static struct canvas_scene scene;
	struct label_painter *painter;
	struct picture_pool *pool;
	const struct picture *out;
	struct picture *camera;
	struct canvas *c;
	uint8_t low, high;

	CU_ASSERT_EQUAL_FATAL(label_painter_alloc(&painter), 0);
	CU_ASSERT_EQUAL_FATAL(picture_pool_alloc(&pool), 0);
	CU_ASSERT_EQUAL_FATAL(canvas_alloc(&c, painter, pool, 640, 360), 0);
	camera = picture_take(pool, 320, 180);
	CU_ASSERT_PTR_NOT_NULL_FATAL(camera);
	picture_fill(camera, 200, 100, 150);

	memset(&scene, 0, sizeof(scene));
	scene.count = 2;
	scene.tiles[0].rect = (struct layout_rect){0, 90, 320, 180};
	scene.tiles[1].rect = (struct layout_rect){320, 90, 320, 180};
	scene.tiles[0].picture = camera;
	strcpy(scene.tiles[0].label, "Ada");
	strcpy(scene.tiles[1].label, "Bob Example");

	CU_ASSERT(canvas_compose(c, &scene) > 0);
	CU_ASSERT_EQUAL(canvas_compose(c, &scene), 0);
	out = canvas_output(c, 640, 360);
	CU_ASSERT_EQUAL(luma(out, 160, 180), 200); /* camera */
	range(out, 8, 246, 40, 20, &low, &high);   /* its label */
	CU_ASSERT(low < 120 && high > 180);
	range(out, 440, 150, 80, 60, &low, &high); /* initials */
	CU_ASSERT(low < 110 && high > 200);
	CU_ASSERT_EQUAL(luma(out, 160, 20), 26); /* background */

	scene.tiles[1].talking = true;
	CU_ASSERT_EQUAL(canvas_compose(c, &scene), 1);
	CU_ASSERT_EQUAL(luma(out, 321, 91), 150); /* highlight */
	CU_ASSERT_EQUAL(luma(out, 1, 91), 200);

	out = canvas_output(c, 320, 240);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CU_ASSERT_EQUAL(luma(out, 10, 10), 16);   /* bar */
	CU_ASSERT_EQUAL(luma(out, 80, 120), 200); /* camera */

	canvas_free(c);
	picture_deref(camera);
	picture_pool_deref(pool);
	label_painter_free(painter);
}

/* A tile without memory has no label; it is drawn all the same */
static int paint(void *arg)
{
	struct canvas_scene *scene = arg;
	struct label_painter *painter = NULL;
	struct picture_pool *pool = NULL;
	struct canvas *canvas = NULL;
	struct label *band = NULL, *middle = NULL;
	int err = label_painter_alloc(&painter);

	CU_ASSERT_EQUAL(!err, painter != NULL);
	if (!err)
		err = picture_pool_alloc(&pool);
	if (!err)
		err = label_band(painter, &band, "Zo\xc3\xab", true, 320, 180,
				 30);
	if (!err)
		err = label_middle(painter, &middle, "Zo\xc3\xab", 320, 180);
	if (!err)
		err = canvas_alloc(&canvas, painter, pool, 320, 180);
	CU_ASSERT_EQUAL(!err, canvas != NULL);
	if (!err) {
		(void)canvas_compose(canvas, scene);
		scene->tiles[0].muted = !scene->tiles[0].muted;
		(void)canvas_compose(canvas, scene);
		(void)canvas_output(canvas, 160, 90);
		CU_ASSERT_PTR_NOT_NULL(canvas_output(canvas, 320, 180));
	}
	label_free(band);
	label_free(middle);
	canvas_free(canvas);
	picture_pool_deref(pool);
	label_painter_free(painter);

	return err;
}

static void survives_any_failing_allocation(void)
{
	static struct canvas_scene scene;

	scene.count = 2;
	for (unsigned i = 0; i < 2; i++) {
		scene.tiles[i].rect = (struct layout_rect){
			.x = i * 160, .y = 0, .width = 160, .height = 90};
		strcpy(scene.tiles[i].label, "Ada Lovelace");
	}
	failing_each(paint, &scene);
}

static CU_TestInfo tests[] = {
	{"text is clean", text_is_clean},
	{"initials are of the first and last word",
	 initials_are_of_first_and_last},
	{"labels stay inside their tiles", labels_stay_inside_their_tiles},
	{"a canvas draws what changed", a_canvas_draws_what_changed},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(video_label, tests)
