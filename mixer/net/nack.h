/**
 * @file mixer/net/nack.h  What to ask for again, and what to send again
 *
 * Receiver: nack_list watches sequence numbers of one video (or audio)
 * stream and says which to request (RFC 4585), after one reordering window,
 * repeated per round trip, given up after a while (then the caller asks for
 * a key frame). Sender: sent_history keeps the clear RTP of the last packets
 * of one outgoing stream, so that a NACK can be answered, as a plain repeat
 * or on the RTX stream (RFC 4588: OSN in front of the payload, own pt, ssrc,
 * seq). Media thread; fixed memory; time is an argument.
 */
#ifndef PARLEY_MIXER_NET_NACK_H
#define PARLEY_MIXER_NET_NACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nack_list;

int nack_list_alloc(struct nack_list **np);

/** A packet arrived. @return true if it had been missing (recovered) */
bool nack_list_received(struct nack_list *n, uint16_t seq, uint64_t now_us);

/**
 * Numbers to request now, ascending
 *
 * @param rtt_ms Round trip estimate; requests repeat at that distance
 * @param seqs   Filled, at most `max`
 * @param lost   Set when something was given up: a key frame is needed
 */
size_t nack_list_due(struct nack_list *n, uint64_t now_us, uint32_t rtt_ms,
		     uint16_t *seqs, size_t max, bool *lost);

/** Forget all: another stream begins, or nobody wants this one now */
void nack_list_clear(struct nack_list *n);

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
