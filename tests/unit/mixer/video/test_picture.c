/**
 * @file tests/unit/mixer/video/test_picture.c  Pictures that are shared, and
 * their pool
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/video/picture.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

static struct picture_pool *make(void)
{
	struct picture_pool *pool = NULL;

	CU_ASSERT_EQUAL_FATAL(picture_pool_alloc(&pool), 0);

	return pool;
}

static void sizes_of_peers_are_bounded(void)
{
	static const struct {
		unsigned width, height;
		bool ok;
	} rows[] = {
		{1, 1, true},
		{1920, 1088, true},
		{1088, 1920, true},
		{1920, 1089, false},
		{1921, 1, false},
		{1, 1921, false},
		{0, 100, false},
		{100, 0, false},
		/* whose product wraps around */
		{65536, 65536, false},
	};
	struct picture_pool *pool = make();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct picture *p;

		CU_ASSERT_EQUAL(picture_size_ok(rows[i].width, rows[i].height),
				rows[i].ok);
		p = picture_take(pool, rows[i].width, rows[i].height);
		CU_ASSERT_EQUAL(p != NULL, rows[i].ok);
		picture_deref(p);
	}
	picture_pool_deref(pool);
}

/* Every byte of the planes is there, odd sizes too */
static void planes_are_whole_and_aligned(void)
{
	struct picture_pool *pool = make();

	for (unsigned width = 1; width < 140; width += 23) {
		for (unsigned height = 1; height < 20; height += 3) {
			struct picture *p = picture_take(pool, width, height);

			CU_ASSERT_PTR_NOT_NULL_FATAL(p);
			for (int k = 0; k < 3; k++) {
				unsigned w = k ? (width + 1) / 2 : width;
				unsigned h = k ? (height + 1) / 2 : height;

				CU_ASSERT_EQUAL((uintptr_t)p->planes[k] % 64,
						0);
				CU_ASSERT(p->strides[k] >= (int)w);
				for (unsigned y = 0; y < h; y++)
					memset(p->planes[k] +
						       (size_t)y *
							       (size_t)p->strides
								       [k],
					       k + 1, w);
			}
			CU_ASSERT_EQUAL(p->planes[0][0], 1);
			CU_ASSERT_EQUAL(p->planes[1][0], 2);
			picture_deref(p);
		}
	}
	picture_pool_deref(pool);
}

static void the_same_memory_is_another_picture(void)
{
	struct picture_pool *pool = make();
	struct picture *a = picture_take(pool, 64, 48), *b;
	uint64_t serial = a->serial;

	picture_deref(a);
	b = picture_take(pool, 64, 48);
	CU_ASSERT_PTR_EQUAL(a, b);
	CU_ASSERT_NOT_EQUAL(b->serial, serial);
	/* another size, or one that is out, is other memory */
	a = picture_take(pool, 64, 48);
	CU_ASSERT_PTR_NOT_EQUAL(a, b);
	picture_deref(a);
	a = picture_take(pool, 48, 64);
	CU_ASSERT_EQUAL(a->width, 48);
	picture_deref(a);
	picture_deref(b);
	picture_pool_deref(pool);
}

static void the_last_reference_gives_it_back(void)
{
	struct picture_pool *pool = make();
	struct picture *a = picture_take(pool, 64, 48), *b;

	CU_ASSERT_PTR_EQUAL(picture_ref(a), a);
	picture_deref(a);
	b = picture_take(pool, 64, 48);
	CU_ASSERT_PTR_NOT_EQUAL(a, b);
	picture_deref(a);
	picture_deref(b);
	CU_ASSERT_PTR_NULL(picture_ref(NULL));
	CU_ASSERT_PTR_NULL(picture_deref(NULL));

	/* the pool lives on while pictures are out */
	a = picture_take(pool, 64, 48);
	picture_pool_deref(pool);
	picture_fill(a, 1, 2, 3);
	picture_deref(a);
	picture_pool_deref(NULL);
}

/* After a change of size the old ones are pushed out */
static void spares_are_bounded(void)
{
	enum { MANY = 40 };
	struct picture_pool *pool = make();
	struct picture *p[MANY];

	for (unsigned i = 0; i < MANY; i++)
		p[i] = picture_take(pool, 64, 16 + 2 * (i % 20));
	for (unsigned i = 0; i < MANY; i++)
		picture_deref(p[i]);
	for (unsigned i = 0; i < MANY; i++)
		p[i] = picture_take(pool, 64, 54);
	for (unsigned i = 0; i < MANY; i++)
		picture_deref(p[i]);
	picture_pool_deref(pool);
	CU_PASS("all was given back: the sanitizer looks");
}

static void fills_and_scales_where_it_should(void)
{
	static const struct {
		unsigned from, to;
	} rows[] = {{32, 32}, {64, 32}, {32, 64}, {128, 32}, {48, 32}};
	struct picture_pool *pool = make();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct picture *from =
			picture_take(pool, rows[i].from, rows[i].from);
		struct picture *to =
			picture_take(pool, rows[i].to + 16, rows[i].to + 16);
		const unsigned inside = 8 + rows[i].to / 2;

		picture_fill(from, 200, 60, 70);
		picture_fill(to, 16, 128, 128);
		picture_scale(to, 8, 8, rows[i].to, rows[i].to, from, 0, 0,
			      rows[i].from, rows[i].from);
		CU_ASSERT_EQUAL(
			to->planes[0]
				  [inside * (unsigned)to->strides[0] + inside],
			200);
		CU_ASSERT_EQUAL(
			to->planes[1][inside / 2 * (unsigned)to->strides[1] +
				      inside / 2],
			60);
		CU_ASSERT_EQUAL(to->planes[0][7 * to->strides[0] + 7], 16);
		CU_ASSERT_EQUAL(
			to->planes[0][(8 + rows[i].to) *
					      (unsigned)to->strides[0] +
				      8],
			16);
		picture_deref(from);
		picture_deref(to);
	}
	picture_pool_deref(pool);
}

static int take_some(void *arg)
{
	struct picture_pool *pool = NULL;
	struct picture *a = NULL, *b = NULL;
	int err = picture_pool_alloc(&pool);

	(void)arg;
	CU_ASSERT_EQUAL(!err, pool != NULL);
	if (!err) {
		a = picture_take(pool, 64, 48);
		b = picture_take(pool, 64, 48);
		err = a && b ? 0 : ENOMEM;
	}
	picture_deref(a);
	picture_deref(b);
	picture_pool_deref(pool);

	return err;
}

static void survives_any_failing_allocation(void)
{
	CU_ASSERT_EQUAL(failing_each(take_some, NULL), 3);
}

static CU_TestInfo tests[] = {
	{"sizes of peers are bounded", sizes_of_peers_are_bounded},
	{"planes are whole and aligned", planes_are_whole_and_aligned},
	{"the same memory is another picture",
	 the_same_memory_is_another_picture},
	{"the last reference gives it back", the_last_reference_gives_it_back},
	{"spares are bounded", spares_are_bounded},
	{"fills and scales where it should", fills_and_scales_where_it_should},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(picture, tests)
