/**
 * @file signaling/sdp/codec_level.c  H.264 levels and picture sizes
 */
#include "signaling/sdp/codec_level.h"

/** ITU-T H.264 table A-1: MaxMBPS and MaxFS */
static const struct level {
	uint8_t idc;
	uint32_t mbps, fs;
} levels[] = {
	{9, 1485, 99},       {10, 1485, 99},       {11, 3000, 396},
	{12, 6000, 396},     {13, 11880, 396},     {20, 11880, 396},
	{21, 19800, 792},    {22, 20250, 1620},    {30, 40500, 1620},
	{31, 108000, 3600},  {32, 216000, 5120},   {40, 245760, 8192},
	{41, 245760, 8192},  {42, 522240, 8704},   {50, 589824, 22080},
	{51, 983040, 36864}, {52, 2073600, 36864},
};

/** Sizes that are cheap to compose and scale to, largest first */
static const struct size {
	unsigned width, height;
} sizes[] = {
	{1920, 1080}, {1280, 720}, {960, 540}, {640, 480},
	{640, 360},   {352, 288},  {320, 180}, {176, 144},
};


static uint32_t macroblocks(unsigned width, unsigned height)
{
	return ((width + 15) / 16) * ((height + 15) / 16);
}


uint8_t codec_level_for(const struct picture_limits *picture)
{
	uint32_t fs = macroblocks(picture->width, picture->height);
	size_t i;

	for (i = 1; i < ARRAY_SIZE(levels) - 1; i++) {
		if (levels[i].fs >= fs && levels[i].mbps >= fs * picture->fps)
			break;
	}
	return levels[i].idc;
}


void codec_level_limits(uint8_t level_idc, uint32_t *mbps, uint32_t *fs)
{
	*mbps = levels[0].mbps;
	*fs = levels[0].fs;
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		if (levels[i].idc > level_idc)
			break;
		*mbps = levels[i].mbps;
		*fs = levels[i].fs;
	}
}


static void fit_size(struct picture_limits *picture, uint32_t fs)
{
	if (macroblocks(picture->width, picture->height) <= fs)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i].width <= picture->width &&
		    sizes[i].height <= picture->height &&
		    macroblocks(sizes[i].width, sizes[i].height) <= fs) {
			picture->width = sizes[i].width;
			picture->height = sizes[i].height;
			return;
		}
	}
	picture->width = sizes[ARRAY_SIZE(sizes) - 1].width;
	picture->height = sizes[ARRAY_SIZE(sizes) - 1].height;
}


void codec_level_picture(const struct picture_bounds *bounds,
			 const struct picture_limits *limits,
			 struct picture_limits *picture)
{
	uint32_t blocks;

	*picture = *limits;
	if (bounds->fps && bounds->fps < picture->fps)
		picture->fps = bounds->fps;
	fit_size(picture, bounds->fs ? bounds->fs : UINT32_MAX);
	if (bounds->width >= 64 && bounds->width < picture->width)
		picture->width = bounds->width & ~1u;
	if (bounds->height >= 64 && bounds->height < picture->height)
		picture->height = bounds->height & ~1u;
	blocks = macroblocks(picture->width, picture->height);
	if (bounds->mbps && blocks && bounds->mbps / blocks < picture->fps)
		picture->fps =
			bounds->mbps / blocks ? bounds->mbps / blocks : 1;
}
