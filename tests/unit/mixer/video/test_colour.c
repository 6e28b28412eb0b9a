/**
 * @file tests/unit/mixer/video/test_colour.c  Colours, shapes and kinds of
 * pictures that streams describe
 *
 * The streams in h264/ are one picture of one colour each, made with x264 by
 * h264/make.sh.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/video/codec.h"
#include "mixer/video/colour.h"
#include "tests/unit/unit.h"

enum { BT709 = 1, BT470BG = 5, BT2020 = 9, STREAM_BYTES = 4096 };

static struct picture_pool *pool;

/* Y'CbCr of R'G'B' by the formulas of H.273, in doubles */
static void yuv_of(double yuv[3], const double rgb[3],
		   const struct video_colour *c)
{
	double red = c->matrix == BT709    ? 0.2126
		     : c->matrix == BT2020 ? 0.2627
					   : 0.299;
	double blue = c->matrix == BT709    ? 0.0722
		      : c->matrix == BT2020 ? 0.0593
					    : 0.114;
	double y = red * rgb[0] + (1 - red - blue) * rgb[1] + blue * rgb[2];

	yuv[0] = y * (c->full_range ? 255 : 219) + (c->full_range ? 0 : 16);
	yuv[1] = (rgb[2] - y) / (2 * (1 - blue)) * (c->full_range ? 255 : 224);
	yuv[2] = (rgb[0] - y) / (2 * (1 - red)) * (c->full_range ? 255 : 224);
	yuv[1] += 128;
	yuv[2] += 128;
}

static uint8_t sample_of(double x)
{
	return (uint8_t)(x < 0 ? 0 : x > 255 ? 255 : lrint(x));
}

static struct colour_planes planes_of(const struct picture *p)
{
	return (struct colour_planes){
		.planes = {p->planes[0], p->planes[1], p->planes[2]},
		.strides = {p->strides[0], p->strides[1], p->strides[2]},
	};
}

/* Largest distance of a sample of all of a plane from a value */
static double far_from(const struct picture *p, int plane, double value)
{
	unsigned w = plane ? (p->width + 1) / 2 : p->width;
	unsigned h = plane ? (p->height + 1) / 2 : p->height;
	double most = 0;

	for (unsigned y = 0; y < h; y++) {
		const uint8_t *row =
			p->planes[plane] + y * (size_t)p->strides[plane];

		for (unsigned x = 0; x < w; x++)
			most = fmax(most, fabs(row[x] - value));
	}

	return most;
}

/* Colours of the whole cube, in every space there is, in sizes that end in
 * the middle of whatever is done at once */
static void colours_stay_what_they_are(void)
{
	static const struct video_colour spaces[] = {
		{BT709, true},   {BT709, false},
		{BT2020, false}, {COLOUR_BT601, true},
		{BT470BG, true}, {COLOUR_UNSPECIFIED, true},
		{255, true},
	};
	static const struct video_colour canvas = {COLOUR_BT601, false};
	double most = 0;

	CU_ASSERT_EQUAL_FATAL(picture_pool_alloc(&pool), 0);
	for (unsigned n = 0; n < 7 * 125; n++) {
		const struct video_colour *c = &spaces[n / 125];
		const double rgb[3] = {(n % 5) / 4.0, (n / 5 % 5) / 4.0,
				       (n / 25 % 5) / 4.0};
		unsigned width = 1 + n % 67, height = 1 + n % 5;
		struct picture *from = picture_take(pool, width, height);
		struct picture *to = picture_take(pool, width, height);
		const struct colour_planes planes = planes_of(from);
		double yuv[3], right[3];

		yuv_of(yuv, rgb, c);
		yuv_of(right, rgb, &canvas);
		picture_fill(from, sample_of(yuv[0]), sample_of(yuv[1]),
			     sample_of(yuv[2]));
		colour_copy(to, &planes, c);
		for (int k = 0; k < 3; k++)
			most = fmax(most, far_from(to, k, right[k]));
		picture_deref(from);
		picture_deref(to);
	}
	/* rounded twice */
	CU_ASSERT(most < 1.7);
	picture_pool_deref(pool);
}

static void what_is_the_canvas_own_is_not_touched(void)
{
	static const uint8_t matrices[] = {COLOUR_BT601, BT470BG,
					   COLOUR_UNSPECIFIED, 0, 255};
	struct picture *from, *to;

	CU_ASSERT_EQUAL_FATAL(picture_pool_alloc(&pool), 0);
	from = picture_take(pool, 70, 9);
	to = picture_take(pool, 70, 9);
	for (unsigned i = 0; i < sizeof(matrices); i++) {
		const struct video_colour c = {matrices[i], false};
		const struct colour_planes planes = planes_of(from);

		picture_fill(from, (uint8_t)(i * 60), 255, 0);
		colour_copy(to, &planes, &c);
		CU_ASSERT_EQUAL(far_from(to, 0, i * 60), 0);
		CU_ASSERT_EQUAL(far_from(to, 1, 255), 0);
		CU_ASSERT_EQUAL(far_from(to, 2, 0), 0);
	}
	picture_deref(from);
	picture_deref(to);
	picture_pool_deref(pool);
}

static void the_extension_is_read_and_written(void)
{
	static const struct {
		size_t bytes;
		uint8_t data[4];
		bool ok;
		uint8_t matrix;
		bool full_range;
	} rows[] = {
		/* Chromium's canvas: sRGB, BT.709 matrix, full */
		{4, {1, 13, 1, 0x20}, true, 1, true},
		{28, {1, 13, 1, 0x20}, true, 1, true},
		{4, {1, 1, 1, 0x10}, true, 1, false},
		{4, {6, 6, 6, 0x1a}, true, 6, false},
		{4, {2, 2, 2, 0x30}, true, 2, false},
		{4, {1, 1, 1, 0x00}, false, 0, false},
		{3, {1, 1, 1, 0x20}, false, 0, false},
		{0, {1, 1, 1, 0x20}, false, 0, false},
	};
	uint8_t data[28] = {0};
	struct video_colour c;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		memcpy(data, rows[i].data, 4);
		CU_ASSERT_EQUAL(colour_extension_read(&c, data, rows[i].bytes),
				rows[i].ok);
		if (!rows[i].ok)
			continue;
		CU_ASSERT_EQUAL(c.matrix, rows[i].matrix);
		CU_ASSERT_EQUAL(c.full_range, rows[i].full_range);
	}

	colour_extension_write(data);
	CU_ASSERT_TRUE(colour_extension_read(&c, data, 4));
	CU_ASSERT_EQUAL(c.matrix, COLOUR_BT601);
	CU_ASSERT_FALSE(c.full_range);
}

/* A whole stream as a decoder takes it */
static size_t load(uint8_t buf[STREAM_BYTES + VIDEO_DECODER_PADDING],
		   const char *name)
{
	char path[256];
	size_t len;
	FILE *f;

	(void)snprintf(path, sizeof(path),
		       "tests/unit/mixer/video/h264/%s.h264", name);
	f = fopen(path, "rb");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	len = fread(buf, 1, STREAM_BYTES, f);
	CU_ASSERT(len > 0);
	(void)fclose(f);
	memset(buf + len, 0, VIDEO_DECODER_PADDING);

	return len;
}

static int decode(struct video_decoder *d, const char *name,
		  const struct video_colour *told, struct picture **pp)
{
	uint8_t buf[STREAM_BYTES + VIDEO_DECODER_PADDING];
	size_t len = load(buf, name);

	return d->decode(d, buf, len, told, pool, pp);
}

static void assert_colour(const char *name, const struct picture *p,
			  const uint8_t yuv[3])
{
	for (int k = 0; k < 3; k++) {
		double off = far_from(p, k, yuv[k]);

		CU_ASSERT(off <= 2);
		if (off > 2)
			printf("\n%s: plane %d is off by %.0f\n", name, k,
			       off);
	}
}

/* R'G'B' 0, 200, 80 as BT.601 in limited range */
static const uint8_t green[3] = {125, 104, 48};

static const struct {
	const char *name;
	int err;
	unsigned width, height, sample_width, sample_height;
} streams[] = {
	{"bt709_full", 0, 64, 48, 1, 1},
	{"bt709_limited", 0, 64, 48, 1, 1},
	{"bt601_full", 0, 64, 48, 1, 1},
	{"unmarked", 0, 64, 48, 1, 1},
	{"uneven", 0, 62, 46, 1, 1},
	{"cropped", 0, 56, 44, 1, 1},
	{"wide_samples", 0, 64, 48, 16, 11},
	{"interlaced", 0, 64, 64, 1, 1},
	{"larger_high", 0, 96, 64, 1, 1},
	{"yuv422", EBADMSG, 0, 0, 0, 0},
	{"yuv444", EBADMSG, 0, 0, 0, 0},
	{"high10", EBADMSG, 0, 0, 0, 0},
};

/* Each after each in one decoder: every change of parameter sets in the middle
 * of a stream that there is, and what is refused harms nothing */
static void h264_is_what_its_parameter_sets_say(void)
{
	struct video_decoder *d = NULL;

	CU_ASSERT_EQUAL_FATAL(picture_pool_alloc(&pool), 0);
	CU_ASSERT_EQUAL_FATAL(video_decoder_alloc(&d, VIDEO_H264), 0);
	for (size_t n = 0; n < ARRAY_SIZE(streams) * ARRAY_SIZE(streams);
	     n++) {
		size_t i = n / ARRAY_SIZE(streams);
		struct picture *p = NULL;

		if (n % 2)
			i = n % ARRAY_SIZE(streams);
		CU_ASSERT_EQUAL(decode(d, streams[i].name, NULL, &p),
				streams[i].err);
		if (streams[i].err)
			continue;
		CU_ASSERT_PTR_NOT_NULL_FATAL(p);
		CU_ASSERT_EQUAL(p->width, streams[i].width);
		CU_ASSERT_EQUAL(p->height, streams[i].height);
		CU_ASSERT_EQUAL(p->sample_width * streams[i].sample_height,
				p->sample_height * streams[i].sample_width);
		assert_colour(streams[i].name, p, green);
		picture_deref(p);
	}
	video_decoder_free(d);
	picture_pool_deref(pool);
}

/* The header extension goes before the VUI, but not where it knows less */
static void what_is_told_beside_the_stream_goes_before(void)
{
	static const struct {
		const char *name;
		struct video_colour told;
		uint8_t yuv[3];
	} rows[] = {
		{"bt709_full", {COLOUR_BT601, false}, {149, 90, 33}},
		{"bt709_full", {COLOUR_UNSPECIFIED, true}, {125, 104, 48}},
		{"unmarked", {BT709, false}, {108, 112, 52}},
	};
	struct video_decoder *d = NULL;

	CU_ASSERT_EQUAL_FATAL(picture_pool_alloc(&pool), 0);
	CU_ASSERT_EQUAL_FATAL(video_decoder_alloc(&d, VIDEO_H264), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct picture *p = NULL;

		CU_ASSERT_EQUAL(decode(d, rows[i].name, &rows[i].told, &p), 0);
		CU_ASSERT_PTR_NOT_NULL_FATAL(p);
		assert_colour(rows[i].name, p, rows[i].yuv);
		picture_deref(p);
	}
	video_decoder_free(d);
	picture_pool_deref(pool);
}

static CU_TestInfo tests[] = {
	{"colours stay what they are", colours_stay_what_they_are},
	{"what is the canvas' own is not touched",
	 what_is_the_canvas_own_is_not_touched},
	{"the extension is read and written",
	 the_extension_is_read_and_written},
	{"H.264 is what its parameter sets say",
	 h264_is_what_its_parameter_sets_say},
	{"what is told beside the stream goes before",
	 what_is_told_beside_the_stream_goes_before},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(colour, tests)
