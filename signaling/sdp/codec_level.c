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


uint8_t match_level_for(const struct match_limits *picture)
{
	uint32_t fs = macroblocks(picture->width, picture->height);
	size_t i;

	for (i = 1; i < ARRAY_SIZE(levels) - 1; i++) {
		if (levels[i].fs >= fs && levels[i].mbps >= fs * picture->fps)
			break;
	}
	return levels[i].idc;
}


void match_level_limits(uint8_t level_idc, uint32_t *mbps, uint32_t *fs)
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


/** Level 1b is level_idc 11 with constraint_set3 (H.264 A.3.1) */
static void h264_limits(const struct fmtp_h264 *h264, uint32_t *mbps,
			uint32_t *fs)
{
	bool level_1b = h264->level_idc == 11 && (h264->profile_iop & 0x10);

	match_level_limits(level_1b ? 9 : h264->level_idc, mbps, fs);
	if (h264->max_mbps > *mbps)
		*mbps = h264->max_mbps;
	if (h264->max_fs > *fs)
		*fs = h264->max_fs;
}


static void fit_size(struct match_limits *picture, uint32_t fs)
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


void match_picture(const struct match_codec *codec,
		   const struct match_limits *limits,
		   struct match_limits *picture)
{
	uint32_t mbps = UINT32_MAX, fs = UINT32_MAX, blocks;

	*picture = *limits;
	if (codec->id == MATCH_H264) {
		h264_limits(&codec->h264, &mbps, &fs);
	}
	else if (codec->id == MATCH_VP8) {
		if (codec->vp8.max_fs)
			fs = codec->vp8.max_fs;
		if (codec->vp8.max_fr && codec->vp8.max_fr < picture->fps)
			picture->fps = codec->vp8.max_fr;
	}
	fit_size(picture, fs);
	if (codec->width >= 64 && codec->width < picture->width)
		picture->width = codec->width & ~1u;
	if (codec->height >= 64 && codec->height < picture->height)
		picture->height = codec->height & ~1u;
	blocks = macroblocks(picture->width, picture->height);
	if (blocks && mbps / blocks < picture->fps)
		picture->fps = mbps / blocks ? mbps / blocks : 1;
}
