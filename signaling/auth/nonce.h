/**
 * @file signaling/auth/nonce.h  Nonces of our challenges (RFC 7616
 * section 5.4)
 *
 * A nonce has its time, its number and a MAC in it, so handing one out costs
 * no memory. It is good for the address that it was given to only: who makes
 * up the source of a datagram has none. Only those that right credentials
 * were made with are kept, with the counts (nc) that were used; the table is
 * bounded, and a nonce that was forgotten is stale rather than good again.
 * Time is an argument.
 */
#ifndef PARLEY_SIGNALING_AUTH_NONCE_H
#define PARLEY_SIGNALING_AUTH_NONCE_H

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

/** A fresh one. @param client Whose address it is for, any text
 *  @param now_ms Monotonic time in milliseconds */
void nonces_make(struct nonces *n, char nonce[NONCE_SIZE], const char *client,
		 uint64_t now_ms);

/** Did we give it to that client, and not too long ago? */
bool nonces_given(const struct nonces *n, const struct pl *nonce,
		  const char *client, uint64_t now_ms);

/**
 * Right credentials were made with one that was given: use up this count
 *
 * @param nonce nonces_given() said yes
 * @param nc    1 and up
 * @return false: the count was used, or may have been: stale
 */
bool nonces_use(struct nonces *n, const struct pl *nonce, uint32_t nc);

/** How many are kept */
size_t nonces_kept(const struct nonces *n);

#endif
