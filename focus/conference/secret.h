/**
 * @file focus/conference/secret.h  What proves that somebody is an endpoint,
 * or was
 *
 * Whoever takes part may be given a secret, to come by another way (HTTP) or
 * to come back. It is said once and kept as a sum: whoever reads our memory or
 * a core dump is nobody by that. Parleyd's loop only.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_SECRET_H
#define PARLEY_FOCUS_CONFERENCE_SECRET_H

#include <stdbool.h>
#include <stdint.h>

enum {
	/** 128 random bits in hex, with its NUL */
	SECRET_SIZE = 33,
	SECRET_SUM_SIZE = 32,
	/** Of an address that is its own proof; what is longer is cut */
	SECRET_ADDRESS_MAX = 600,
};

/** What is kept of a secret */
struct secret_sum {
	uint8_t sha256[SECRET_SUM_SIZE];
	bool given; /**< false: there is none, and nothing is it */
};

/** Make one. @param text Gets it, SECRET_SIZE bytes */
void secret_make(struct secret_sum *sum, char *text);

/** What is kept of the secret that somebody says. @param text Hostile; NULL:
 *  none. @return false: it can be none; then the sum is no one's */
bool secret_read(struct secret_sum *sum, const char *text);

/** What stands for a proved address where there is no secret; no secret has
 *  that sum. In whatever case */
void secret_of_address(struct secret_sum *sum, const char *aor);

/** Are they of one secret? Takes as long for every wrong one; not so where
 *  either is none */
bool secret_same(const struct secret_sum *a, const struct secret_sum *b);

#endif
