/**
 * @file mixer/audio/amr_payload.h  AMR and AMR-WB payloads (RFC 4867)
 *
 * Both formats: bandwidth-efficient (section 4.3) and octet-aligned (4.4,
 * without interleaving, CRC or robust sorting). Pure functions, private to
 * mixer/audio. Reads nothing beyond the payload's length.
 */
#ifndef PARLEY_MIXER_AUDIO_AMR_PAYLOAD_H
#define PARLEY_MIXER_AUDIO_AMR_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	AMR_FRAME_MS = 20,
	AMR_FRAMES_MAX = 6,  /**< in a packet: 120 ms */
	AMR_SPEECH_MAX = 60, /**< bytes of AMR-WB 23.85 */
	AMR_FT_SID = 8,
	AMR_WB_FT_SID = 9,
	AMR_WB_FT_LOST = 14,
	AMR_FT_NO_DATA = 15,
	AMR_MODES = 8,
	AMR_WB_MODES = 9,
};

/** What was negotiated */
struct amr_format {
	bool wideband;
	bool octet_align;
};

/** One 20 ms frame: its table-of-contents entry and its bits */
struct amr_frame {
	uint8_t type;                   /**< FT */
	bool good;                      /**< Q */
	uint8_t speech[AMR_SPEECH_MAX]; /**< first bit in the top bit */
};

struct amr_payload {
	uint8_t cmr; /**< codec mode request, 15 none */
	size_t count;
	struct amr_frame frames[AMR_FRAMES_MAX];
};

/** Bits of a frame type; -1 for a type that may not be sent */
int amr_frame_bits(bool wideband, uint8_t type);

/** @return 0, or EBADMSG: too short or long, or a reserved frame type */
int amr_payload_decode(struct amr_payload *p, const struct amr_format *format,
		       const uint8_t *buf, size_t len);

/** Frames a payload announces, 0 if it is broken; cheaper than decoding */
size_t amr_payload_frames(const struct amr_format *format, const uint8_t *buf,
			  size_t len);

/** @return bytes written, 0 if `size` is too small or a type is invalid */
size_t amr_payload_encode(const struct amr_payload *p,
			  const struct amr_format *format, uint8_t *buf,
			  size_t size);

#endif
