/**
 * @file mixer/video/payload.h  Frames from and to RTP payloads
 *
 * VP8 by RFC 7741, H.264 by RFC 6184 (packetization modes 0 and 1: single
 * NAL unit, STAP-A, FU-A). Pure functions over the caller's buffers: no
 * allocation, any thread. Everything that is read came from the network;
 * every function checks lengths before it reads.
 */
#ifndef PARLEY_MIXER_VIDEO_PAYLOAD_H
#define PARLEY_MIXER_VIDEO_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mixer/video/engine.h"

/** One RTP payload, owned by somebody else */
struct payload_piece {
	const uint8_t *p;
	size_t len;
};

/** A frame as it is put together, in the form its decoder takes: a VP8
 *  frame, or an H.264 access unit as Annex B byte stream */
struct payload_frame {
	uint8_t *buf;        /**< caller's */
	size_t size;         /**< its size */
	size_t len;          /**< bytes used */
	bool keyframe;       /**< a key frame (VP8) or IDR picture (H.264) */
	bool fragment;       /**< H.264: inside a fragmented NAL unit */
	bool parameter_sets; /**< H.264: it has a sequence parameter set */
};

/** A frame as it is cut up */
struct payload_list {
	uint8_t *buf;       /**< caller's */
	size_t size;        /**< its size */
	size_t used;        /**< bytes used */
	size_t payload_max; /**< bytes a payload may have */
	const uint8_t *payloads[VIDEO_FRAME_PAYLOADS_MAX]; /**< into buf */
	size_t lens[VIDEO_FRAME_PAYLOADS_MAX];
	size_t count;
};

/** Forget the payloads, keep buffer and payload_max */
static inline void payload_list_clear(struct payload_list *list)
{
	list->used = 0;
	list->count = 0;
}

/**
 * True if a packet is the first of a key frame: a VP8 frame's first partition
 * with the P bit clear; for H.264 a parameter set, or the IDR slice of the
 * first macroblock
 */
bool vp8_payload_starts_keyframe(const uint8_t *p, size_t len);
bool h264_payload_starts_keyframe(const uint8_t *p, size_t len);

/**
 * Append one packet to a frame, packets in order of sequence
 *
 * @return 0; EBADMSG malformed or out of place; EOVERFLOW buffer full
 */
int vp8_payload_append(struct payload_frame *frame, const uint8_t *p,
		       size_t len);
int h264_payload_append(struct payload_frame *frame, const uint8_t *p,
			size_t len);

/** True if nothing is half done: the frame may go to the decoder */
static inline bool payload_frame_whole(const struct payload_frame *frame)
{
	return frame->len && !frame->fragment;
}

/**
 * Size of a VP8 key frame (RFC 6386 section 9.1)
 *
 * @return 0; EBADMSG if it is no key frame or too short
 */
int vp8_keyframe_size(const uint8_t *frame, size_t len, unsigned *width,
		      unsigned *height);

/**
 * Cut a VP8 frame into payloads of nearly equal size, each with a descriptor
 * that carries a 15 bit PictureID
 *
 * @return 0; EOVERFLOW too many payloads or buffer full; EINVAL
 */
int vp8_payload_split(struct payload_list *list, const uint8_t *frame,
		      size_t len, uint16_t picture_id);

/**
 * Cut NAL units (without start codes) into payloads. Mode 0 sends each as it
 * is; mode 1 aggregates neighbours that fit into STAP-A and fragments what
 * does not into FU-A.
 *
 * @param mode packetization-mode, 0 or 1
 * @return 0; EMSGSIZE NAL unit too long for mode 0; EOVERFLOW; EINVAL
 */
int h264_payload_split(struct payload_list *list, unsigned mode,
		       const struct payload_piece *nals, size_t count);

#endif
