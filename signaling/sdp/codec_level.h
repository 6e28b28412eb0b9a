/**
 * @file signaling/sdp/codec_level.h  H.264 levels and picture sizes
 *
 * Table A-1 of ITU-T H.264 for the levels a conference meets: how many
 * macroblocks (16x16) a picture and a second may have. Pure; any thread.
 */
#ifndef PARLEY_SIGNALING_SDP_CODEC_LEVEL_H
#define PARLEY_SIGNALING_SDP_CODEC_LEVEL_H

#include <stdint.h>
#include "mixer/base/re.h"

/** The largest picture we take */
struct picture_limits {
	unsigned width, height, fps;
};

/** What a far end can take of a codec; 0: any */
struct picture_bounds {
	uint32_t mbps, fs;      /**< macroblocks a second, a picture */
	uint32_t fps;           /**< pictures a second */
	unsigned width, height; /**< of a=imageattr */
};

/** The lowest level_idc that can carry pictures of that size and rate */
uint8_t codec_level_for(const struct picture_limits *picture);

/** Limits of a level; unknown ones count as the next lower.
 *  @param mbps,fs Set to macroblocks a second, a picture */
void codec_level_limits(uint8_t level_idc, uint32_t *mbps, uint32_t *fs);

/**
 * Largest picture that the far end lets us send
 *
 * @param limits Ours; the result is never larger
 */
void codec_level_picture(const struct picture_bounds *bounds,
			 const struct picture_limits *limits,
			 struct picture_limits *picture);

#endif
