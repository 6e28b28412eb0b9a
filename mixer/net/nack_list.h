/**
 * @file mixer/net/nack_list.h  Which packets to ask for again
 *
 * It watches sequence numbers of one video (or audio) stream that is received
 * and says which to request (RFC 4585 section 6.2.1), after one reordering
 * window, repeated per round trip, given up after a while (then the caller
 * asks for a key frame). What is sent again is mixer/net/sent_history.h's.
 * Media thread; fixed memory; time is an argument.
 */
#ifndef PARLEY_MIXER_NET_NACK_LIST_H
#define PARLEY_MIXER_NET_NACK_LIST_H

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

#endif
