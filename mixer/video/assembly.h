/**
 * @file mixer/video/assembly.h  Packets to whole frames
 *
 * Puts packets of one stream in place by extended sequence number, so that
 * reordering and retransmission (RFC 4588) heal while a frame waits, and
 * hands out frames in order once they are whole. A frame ends at its marker
 * bit or where the timestamp changes. When a gap cannot heal any more (the
 * window is full, patience is at an end, or a later key frame is whole) the
 * assembly says so once and goes on at the next key frame: what is handed out
 * can always be decoded.
 *
 * All memory is taken at the start. Media thread.
 */
#ifndef PARLEY_MIXER_VIDEO_ASSEMBLY_H
#define PARLEY_MIXER_VIDEO_ASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mixer/video/engine.h"
#include "mixer/video/payload.h"

enum {
	/** Packets that are kept, a power of two: 1.7 s at 2.5 Mb/s */
	ASSEMBLY_SLOTS = 512,
	/** Bytes of a packet that are kept; longer ones are refused */
	ASSEMBLY_PAYLOAD_MAX = 1500,
};

struct assembly;

enum assembly_result {
	ASSEMBLY_NONE,  /**< nothing to hand out now */
	ASSEMBLY_FRAME, /**< a whole frame */
	ASSEMBLY_LOST,  /**< frames are lost, a key frame is needed */
};

/** A whole frame; pieces are valid until the next assembly_put */
struct assembly_frame {
	enum video_codec_id codec;
	uint32_t timestamp;
	bool keyframe; /**< starts like a key frame */
	bool told;     /**< a packet of it said what its colours are: */
	struct video_colour colour;
	struct payload_piece pieces[ASSEMBLY_SLOTS];
	size_t count;
};

int assembly_alloc(struct assembly **ap);

/** How long a gap may wait to be filled, in microseconds */
void assembly_patience(struct assembly *a, uint64_t patience_us);

/**
 * Put a packet in place
 *
 * @param colour What the packet says of its frame's colours; NULL: nothing
 * @return 0, also for duplicates and packets that come too late; EMSGSIZE
 */
int assembly_put(struct assembly *a, enum video_codec_id codec, int64_t seq,
		 uint32_t timestamp, bool marker, const uint8_t *payload,
		 size_t len, const struct video_colour *colour,
		 uint64_t now_us);

/** Take what is ready; call until it says ASSEMBLY_NONE, after each put and
 *  from time to time (patience) */
enum assembly_result assembly_next(struct assembly *a,
				   struct assembly_frame *frame,
				   uint64_t now_us);

/** Forget all; the next frame will be a key frame */
void assembly_reset(struct assembly *a);

#endif
