/**
 * @file test_codec_level.c  H.264 levels and what pictures they carry
 */
#include <stdio.h>
#include <string.h>
#include "signaling/sdp/codec_level.h"
#include "tests/unit/unit.h"


/** ITU-T H.264 table A-1 and its note on common formats */
static void the_lowest_level_that_carries_it_is_said(void)
{
	static const struct {
		struct picture_limits picture;
		uint8_t level;
	} rows[] = {
		{{128, 96, 15}, 10},
		{{176, 144, 15}, 10},
		{{176, 144, 30}, 11},
		{{320, 240, 10}, 11},
		{{352, 288, 15}, 12},
		{{352, 288, 30}, 13},
		{{640, 480, 25}, 30},
		{{1280, 720, 30}, 31},
		{{1280, 720, 60}, 32},
		{{1920, 1080, 30}, 40},
		/* beyond the table: its last */
		{{4096, 4096, 60}, 52},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t level = codec_level_for(&rows[i].picture);

		if (level != rows[i].level)
			fprintf(stderr, "row %zu: %u\n", i, level);
		CU_ASSERT_EQUAL(level, rows[i].level);
	}
}


static void unknown_levels_count_as_the_next_lower(void)
{
	static const struct {
		uint8_t level;
		uint32_t mbps, fs;
	} rows[] = {
		{31, 108000, 3600}, {33, 216000, 5120}, {9, 1485, 99},
		{0, 1485, 99},      {11, 3000, 396},    {255, 2073600, 36864},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t mbps, fs;

		codec_level_limits(rows[i].level, &mbps, &fs);
		CU_ASSERT_EQUAL(mbps, rows[i].mbps);
		CU_ASSERT_EQUAL(fs, rows[i].fs);
	}
}


static void a_picture_fits_the_codec(void)
{
	static const struct picture_limits ours = {1280, 720, 25};
	static const struct {
		struct picture_bounds bounds;
		struct picture_limits picture;
	} rows[] = {
		{{.fs = 0}, {1280, 720, 25}},
		{{.mbps = 108000, .fs = 3600}, {1280, 720, 25}},
		{{.mbps = 40500, .fs = 1620}, {640, 480, 25}},
		{{.mbps = 6000, .fs = 396}, {352, 288, 15}},
		{{.mbps = 1485, .fs = 99}, {176, 144, 15}},
		{{.fs = 1200, .fps = 15}, {640, 480, 15}},
		{{.fs = 1}, {176, 144, 25}},
		{{.width = 640, .height = 361}, {640, 360, 25}},
		/* too small to be meant */
		{{.width = 32, .height = 32}, {1280, 720, 25}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct picture_limits picture;

		codec_level_picture(&rows[i].bounds, &ours, &picture);
		CU_ASSERT_EQUAL(picture.width, rows[i].picture.width);
		CU_ASSERT_EQUAL(picture.height, rows[i].picture.height);
		CU_ASSERT_EQUAL(picture.fps, rows[i].picture.fps);
	}
}


static CU_TestInfo tests[] = {
	{"the lowest level that carries it is said",
	 the_lowest_level_that_carries_it_is_said},
	{"unknown levels count as the next lower",
	 unknown_levels_count_as_the_next_lower},
	{"a picture fits the codec", a_picture_fits_the_codec},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(codec_level, tests)
