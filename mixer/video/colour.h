/**
 * @file mixer/video/colour.h  What a picture's numbers mean
 *
 * Y'CbCr numbers are colours only together with the matrix and the range that
 * they were made with (ITU-T H.273). The canvas has one space: BT.601 in
 * limited range. It is the one that VP8 can say (RFC 6386 section 9.2), that
 * Chromium takes unmarked VP8 and Firefox all that is received for, and in
 * which nearly all cameras send: so the usual picture needs no conversion,
 * neither on its way in nor at those who look.
 *
 * What else comes is brought to it in the same pass that takes it out of its
 * decoder's memory. Primaries and transfer characteristics stay as they are:
 * browsers, too, show the R'G'B' that matrix and range give.
 *
 * Pure functions, no allocation, any thread.
 */
#ifndef PARLEY_MIXER_VIDEO_COLOUR_H
#define PARLEY_MIXER_VIDEO_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct picture;

/** H.273 code points that Parley itself uses */
enum {
	COLOUR_UNSPECIFIED = 2,
	COLOUR_BT601 = 6, /**< SMPTE 170M, primaries, transfer, matrix */
};

/** Of what is not said, the canvas' own is assumed */
struct video_colour {
	uint8_t matrix; /**< H.273 MatrixCoefficients */
	bool full_range;
};

/** RTP header extension http://www.webrtc.org/experiments/rtp-hdrext/
 *  color-space, as it is sent: without HDR metadata */
enum { COLOUR_EXTENSION_BYTES = 4 };

/** Read the extension, with or without HDR metadata. @return false: it is
 *  too short, or says that its range is invalid */
bool colour_extension_read(struct video_colour *colour, const uint8_t *data,
			   size_t bytes);

/** Write the extension that says: as the canvas is */
void colour_extension_write(uint8_t data[COLOUR_EXTENSION_BYTES]);

/** Planes of an I420 picture in somebody else's memory */
struct colour_planes {
	const uint8_t *planes[3];
	int strides[3];
};

/**
 * Copy a picture of to's size into it, brought to the canvas' space: without
 * arithmetic where it is in that space. A matrix that is none of Y'CbCr with
 * constant weights (not said, reserved, YCgCo) is taken for BT.601's
 */
void colour_copy(struct picture *to, const struct colour_planes *from,
		 const struct video_colour *colour);

#endif
