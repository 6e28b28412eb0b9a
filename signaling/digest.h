/**
 * @file signaling/digest.h  Digest access authentication's sums and headers
 *
 * RFC 7616 and RFC 8760 for both sides: who challenges (signaling/auth.h) and
 * who answers (signaling/credentials.h). Pure functions; what they read is
 * hostile.
 */
#ifndef PARLEY_SIGNALING_DIGEST_H
#define PARLEY_SIGNALING_DIGEST_H

#include "mixer/base/re.h"

/** The hash; the larger number is the stronger one */
enum digest_algorithm {
	DIGEST_MD5,
	DIGEST_SHA256,
};

enum {
	DIGEST_HEX_SIZE = 65,     /**< the longest sum in hex, with its end */
	DIGEST_VALUE_MAX = 512,   /**< bytes of one value in a header */
	DIGEST_PARAMETER_MAX = 32 /**< parameters in one header */
};

/** "MD5", "SHA-256" */
const char *digest_algorithm_name(enum digest_algorithm algorithm);

/**
 * What an algorithm parameter names
 *
 * @param name Empty: MD5, as RFC 7616 section 3.3 says
 * @return 0; ENOTSUP for all others, "-sess" and "AKA.." included
 */
int digest_algorithm_find(enum digest_algorithm *algorithm,
			  const struct pl *name);

/**
 * H(user:realm:password) in lower case hex
 *
 * @param password Bytes: AKA's is binary (RFC 3310 section 3.3)
 * @return 0; ENOTSUP if the crypto library has no such hash
 */
int digest_ha1(char hex[DIGEST_HEX_SIZE], enum digest_algorithm algorithm,
	       const struct pl *user, const struct pl *realm,
	       const struct pl *password);

/** What a response is made from; values without their quotes, as they stand
 *  in the header */
struct digest_input {
	enum digest_algorithm algorithm;
	const char *ha1; /**< hex */
	struct pl nonce, method, uri;
	struct pl qop; /**< "auth"; empty: none (RFC 2069), and the next two
			    do not count */
	struct pl nc, cnonce;
};

/** The response in lower case hex. Errors as digest_ha1() */
int digest_response(char hex[DIGEST_HEX_SIZE], const struct digest_input *in);

/**
 * Value of a WWW-Authenticate, Proxy-Authenticate, Authorization or
 * Proxy-Authorization header: values inside it, without quotes, with their
 * backslashes; what is absent is empty (p NULL)
 */
struct digest_header {
	struct pl realm, nonce, opaque, stale, algorithm, qop;
	struct pl username, uri, response, nc, cnonce, auts;
};

/**
 * Read one
 *
 * @return 0; ENOTSUP another scheme than Digest; EBADMSG not to be read, a
 *         parameter given twice, too many or too long
 */
int digest_header_decode(struct digest_header *h, const struct pl *value);

/** Does a list like qop="auth,auth-int" have this token? */
bool digest_list_has(const struct pl *list, const char *token);

#endif
