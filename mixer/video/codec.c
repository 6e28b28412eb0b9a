/**
 * @file mixer/video/codec.c  Video codecs by name, by table, by level
 */
#include <errno.h>
#include <math.h>
#include <strings.h>
#include "mixer/video/codec.h"

enum { MACROBLOCK = 16, SIZE_MIN = 32, KBPS_720P = 1500 };

static const char *const codec_names[VIDEO_CODEC_COUNT] = {
	[VIDEO_VP8] = "VP8",
	[VIDEO_H264] = "H264",
};

/* H.264 table A-1: macroblocks a second and a frame */
static const struct level {
	uint8_t level_idc;
	uint32_t max_mbps, max_fs;
} levels[] = {
	{9, 1485, 99},       {10, 1485, 99},       {11, 3000, 396},
	{12, 6000, 396},     {13, 11880, 396},     {20, 11880, 396},
	{21, 19800, 792},    {22, 20250, 1620},    {30, 40500, 1620},
	{31, 108000, 3600},  {32, 216000, 5120},   {40, 245760, 8192},
	{41, 245760, 8192},  {42, 522240, 8704},   {50, 589824, 22080},
	{51, 983040, 36864}, {52, 2073600, 36864},
};

enum video_codec_id video_codec_by_name(const char *name)
{
	enum video_codec_id id = VIDEO_VP8;

	while (name && id < VIDEO_CODEC_COUNT) {
		if (!strcasecmp(name, codec_names[id]))
			return id;
		++id;
	}

	return VIDEO_CODEC_COUNT;
}

const char *video_codec_name(enum video_codec_id id)
{
	return (unsigned)id < VIDEO_CODEC_COUNT ? codec_names[id] : "?";
}

static struct level codec_level(const struct video_codec *codec)
{
	struct level level = levels[0];

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (levels[i].level_idc <= codec->level_idc)
			level = levels[i];
	}

	/* Level 1b: level_idc 11 with constraint_set3 (A.3.1) */
	if (codec->level_idc == 11 && (codec->profile_iop & 0x10))
		level = levels[0];

	if (codec->max_mbps > level.max_mbps)
		level.max_mbps = codec->max_mbps;
	if (codec->max_fs > level.max_fs)
		level.max_fs = codec->max_fs;

	return level;
}

static uint32_t macroblocks(unsigned width, unsigned height)
{
	return (uint32_t)((width + MACROBLOCK - 1) / MACROBLOCK) *
	       ((height + MACROBLOCK - 1) / MACROBLOCK);
}

/* Cheap ratios of the view, largest first */
static const struct {
	unsigned num, den;
} ratios[] = {{1, 1}, {3, 4}, {1, 2}, {3, 8}, {1, 4}, {1, 8}};

void video_codec_limit(const struct video_codec *codec, unsigned *width,
		       unsigned *height, unsigned *fps)
{
	unsigned w = *width, h = *height;
	struct level level;
	uint32_t fs;

	if (codec->id != VIDEO_H264 || !codec->level_idc)
		return;

	level = codec_level(codec);
	for (size_t i = 0; i < sizeof(ratios) / sizeof(ratios[0]); i++) {
		w = (*width * ratios[i].num / ratios[i].den) & ~1u;
		h = (*height * ratios[i].num / ratios[i].den) & ~1u;
		if (macroblocks(w, h) <= level.max_fs)
			break;
	}

	*width = w < SIZE_MIN ? SIZE_MIN : w;
	*height = h < SIZE_MIN ? SIZE_MIN : h;

	fs = macroblocks(*width, *height);
	if (*fps * fs > level.max_mbps)
		*fps = level.max_mbps / fs ? level.max_mbps / fs : 1;
}

int video_decoder_alloc(struct video_decoder **dp, enum video_codec_id id)
{
	switch (id) {

	case VIDEO_VP8: return vpx_decoder_alloc(dp);
	case VIDEO_H264: return avc_decoder_alloc(dp);
	default: return ENOTSUP;
	}
}

void *video_decoder_free(struct video_decoder *d)
{
	if (d)
		d->free(d);

	return NULL;
}

int video_encoder_alloc(struct video_encoder **ep,
			const struct video_rendition_config *config)
{
	switch (config->codec.id) {

	case VIDEO_VP8: return vpx_encoder_alloc(ep, config);
	case VIDEO_H264: return avc_encoder_alloc(ep, config);
	default: return ENOTSUP;
	}
}

void *video_encoder_free(struct video_encoder *e)
{
	if (e)
		e->free(e);

	return NULL;
}


unsigned video_usual_kbps(unsigned width, unsigned height)
{
	double area = (double)width * height / (1280.0 * 720.0);

	return (unsigned)(KBPS_720P * pow(area, 0.75));
}
