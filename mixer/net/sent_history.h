/**
 * @file mixer/net/sent_history.h  What was sent, and how it is sent again
 *
 * The clear RTP of the last packets of one outgoing stream, so that a NACK can
 * be answered, as a plain repeat or on the RTX stream (RFC 4588: OSN in front
 * of the payload, own pt, ssrc, seq). Media thread; fixed memory; time is an
 * argument.
 */
#ifndef PARLEY_MIXER_NET_SENT_HISTORY_H
#define PARLEY_MIXER_NET_SENT_HISTORY_H

#include <stddef.h>
#include <stdint.h>

struct sent_history;

/** @param packets Capacity, a power of two (video 1024, audio 64) */
int sent_history_alloc(struct sent_history **hp, size_t packets);

/** Keep a copy of a clear packet before it is protected */
void sent_history_put(struct sent_history *h, uint16_t seq, const uint8_t *buf,
		      size_t len, uint64_t now_us);

/**
 * A packet again
 *
 * @param min_age_ms Not again within this time of its last sending
 * @return its bytes (valid until the next put), NULL when gone or too fresh
 */
const uint8_t *sent_history_get(struct sent_history *h, uint16_t seq,
				size_t *len, uint64_t now_us,
				uint32_t min_age_ms);

/**
 * Wrap a kept packet as RTX (RFC 4588 section 4)
 *
 * @return length written to `out`, 0 when it does not fit
 */
size_t rtx_encode(uint8_t *out, size_t size, const uint8_t *packet, size_t len,
		  uint8_t rtx_pt, uint32_t rtx_ssrc, uint16_t rtx_seq);

/**
 * Unwrap a received RTX packet in place to the original
 *
 * @return new length; 0 for an empty or short one (a probe)
 */
size_t rtx_decode(uint8_t *buf, size_t len, uint8_t apt, uint32_t media_ssrc);

#endif
