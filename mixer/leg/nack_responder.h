/**
 * @file mixer/leg/nack_responder.h  Answers the NACKs for one outgoing stream
 *
 * Keeps what was sent lately and sends again what the far end missed (RFC
 * 4585 section 6.2.1): on the RTX stream where that is negotiated (RFC 4588),
 * else the packet itself. What one far end can make us repeat is bounded.
 * Owned by its send_stream; media thread; time is an argument; only
 * nack_responder_enable allocates.
 */
#ifndef PARLEY_MIXER_LEG_NACK_RESPONDER_H
#define PARLEY_MIXER_LEG_NACK_RESPONDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nack_responder;
struct transport;

/** Most packets repeated in 100 ms: more is a flood, not a repair */
enum { NACK_REPEATS_MAX = 64 };

/** Make one that keeps nothing yet. @return 0 or ENOMEM */
int nack_responder_alloc(struct nack_responder **rp);

/** Begin to keep packets; no effect when it does. @return 0 or ENOMEM */
int nack_responder_enable(struct nack_responder *r);

/** Keep none and forget those kept; the RTX stream's numbers go on */
void nack_responder_disable(struct nack_responder *r);

/** How to repeat: RTX payload type, -1 for none, and the RTX stream's SSRC */
void nack_responder_rtx(struct nack_responder *r, int pt, uint32_t ssrc);

/** A clear packet is about to be sent */
void nack_responder_keep(struct nack_responder *r, uint16_t seq,
			 const uint8_t *packet, size_t len, uint64_t now_us);

/**
 * A NACK came: repeat what is kept and was not repeated a moment ago
 *
 * @param seqs   Numbers the far end misses
 * @param rtt_ms Round trip: no packet is repeated twice within it
 */
void nack_responder_answer(struct nack_responder *r, struct transport *t,
			   const uint16_t *seqs, size_t count, uint32_t rtt_ms,
			   uint64_t now_us);

#endif
