/**
 * @file signaling/sdp/codec_level.h  H.264 levels and picture sizes
 *
 * Table A-1 of ITU-T H.264 for the levels a conference meets: how many
 * macroblocks (16x16) a picture and a second may have. Pure; any thread.
 */
#ifndef PARLEY_SIGNALING_SDP_CODEC_LEVEL_H
#define PARLEY_SIGNALING_SDP_CODEC_LEVEL_H

#include <stdint.h>
#include "signaling/sdp/codec_negotiation.h"

/** The lowest level_idc that can carry pictures of that size and rate */
uint8_t match_level_for(const struct match_limits *picture);

/** Limits of a level; unknown ones count as the next lower.
 *  @param mbps,fs Set to macroblocks a second, a picture */
void match_level_limits(uint8_t level_idc, uint32_t *mbps, uint32_t *fs);

#endif
