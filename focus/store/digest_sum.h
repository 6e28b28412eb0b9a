/**
 * @file focus/store/digest_sum.h  The sums of digest authentication (RFC 7616)
 *
 * What users' passwords are kept as (focus/store/user_store.h) and what the
 * headers of signaling/auth/digest.h are made with. Pure functions.
 */
#ifndef PARLEY_FOCUS_STORE_DIGEST_SUM_H
#define PARLEY_FOCUS_STORE_DIGEST_SUM_H

#include "mixer/base/re.h"

/** The hash; the larger number is the stronger one */
enum digest_algorithm {
	DIGEST_MD5,
	DIGEST_SHA256,
	DIGEST_ALGORITHMS, /**< how many */
};

enum { DIGEST_HEX_SIZE = 65 /**< the longest sum in hex, with its end */ };

/**
 * Sum of the parts with a colon between them, in lower case hex
 *
 * @return 0; ENOTSUP if the crypto library has no such hash
 */
int digest_sum(char hex[DIGEST_HEX_SIZE], enum digest_algorithm algorithm,
	       const struct pl *const parts[], size_t n);

/**
 * H(user:realm:password) in lower case hex
 *
 * @param password Bytes: AKA's is binary (RFC 3310 section 3.3)
 * @return 0; ENOTSUP if the crypto library has no such hash
 */
int digest_ha1(char hex[DIGEST_HEX_SIZE], enum digest_algorithm algorithm,
	       const struct pl *user, const struct pl *realm,
	       const struct pl *password);

#endif
