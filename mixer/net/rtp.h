/**
 * @file mixer/net/rtp.h  RTP header and header extensions (RFC 3550, 8285)
 *
 * Pure functions. Parsers read nothing beyond `len` and fail with EBADMSG.
 */
#ifndef PARLEY_MIXER_NET_RTP_H
#define PARLEY_MIXER_NET_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RTP_HEADER_BYTES = 12, RTP_CSRC_MAX = 15, RTP_EXTENSION_MAX = 16 };

/** A parsed RTP packet; pointers into it */
struct rtp_packet {
	bool marker;
	uint8_t pt;
	uint16_t seq;
	uint32_t timestamp;
	uint32_t ssrc;
	const uint8_t *extension; /**< RFC 8285 block's elements, or NULL */
	size_t extension_bytes;
	bool two_byte;          /**< two-byte elements */
	const uint8_t *payload; /**< without padding */
	size_t payload_bytes;
};

/** Parse one packet. @return 0 or EBADMSG */
int rtp_packet_decode(struct rtp_packet *p, const uint8_t *buf, size_t len);

/**
 * Find an extension element by its negotiated id (RFC 8285)
 *
 * @param id 1..255; 0 never matches
 * @return its bytes, NULL when absent; *bytes its length
 */
const uint8_t *rtp_extension(const struct rtp_packet *p, uint8_t id,
			     size_t *bytes);

/** RFC 6464: level in -dBov 0 (loudest)..127 and the V bit; false if absent */
bool rtp_audio_level(const struct rtp_packet *p, uint8_t id, uint8_t *dbov,
		     bool *voice);

/** One extension element to be written */
struct rtp_extension_element {
	uint8_t id; /**< 1..14 */
	uint8_t bytes;
	const uint8_t *data;
};

/**
 * Write a header (with a one-byte-header extension block when count > 0)
 *
 * @return header length in bytes, 0 when it does not fit `size`
 */
size_t rtp_packet_encode(uint8_t *buf, size_t size, uint8_t pt, bool marker,
			 uint16_t seq, uint32_t timestamp, uint32_t ssrc,
			 const struct rtp_extension_element *elements,
			 size_t count);

/** a is newer than b in 16-bit sequence arithmetic */
static inline bool rtp_seq_newer(uint16_t a, uint16_t b)
{
	return (int16_t)(uint16_t)(a - b) > 0;
}

/**
 * Extend a 16-bit number near a 64-bit reference (the highest so far)
 */
int64_t rtp_seq_extend(int64_t highest, uint16_t seq);

/** Random start of a sequence below 2^15: loss near the first wrap would
 *  leave libsrtp receivers with a wrong roll-over counter for ever */
uint16_t rtp_seq_start(void);

#endif
