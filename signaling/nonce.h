/**
 * @file signaling/nonce.h  Nonces of our challenges (RFC 7616 section 5.4)
 *
 * A nonce has its time, its number and a MAC in it, so handing one out costs
 * no memory. Only those that right credentials were made with are kept, with
 * the counts (nc) that were used; the table is bounded, and a nonce that was
 * forgotten is stale rather than good again. Time is an argument.
 */
#ifndef PARLEY_SIGNALING_NONCE_H
#define PARLEY_SIGNALING_NONCE_H

#include <stdbool.h>
#include "mixer/base/re.h"

enum {
	NONCE_SIZE = 57,        /**< text of one, with its end */
	NONCE_LIFE_MS = 300000, /**< then it is stale */
	NONCE_WINDOW = 64,      /**< counts below the highest that may still
				     come, as requests overtake each other */
	NONCES_MAX = 16384,
};

struct nonces;

/** The key is made at random: nonces do not outlive the process */
int nonces_alloc(struct nonces **np);

/** A fresh one. @param now_ms Monotonic time in milliseconds */
void nonces_make(struct nonces *n, char nonce[NONCE_SIZE], uint64_t now_ms);

/**
 * Right credentials were made with it: use up this count
 *
 * @param nc 1 and up
 * @return false: not ours, too old, or the count was used: stale
 */
bool nonces_use(struct nonces *n, const struct pl *nonce, uint32_t nc,
		uint64_t now_ms);

/** How many are kept */
size_t nonces_kept(const struct nonces *n);

#endif
