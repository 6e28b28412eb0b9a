/**
 * @file signaling/auth/digest.h  Digest access authentication's sums and
 * headers
 *
 * RFC 7616 and RFC 8760 for both sides: who challenges (signaling/auth/auth.h)
 * and who answers (signaling/auth/credentials.h). Pure functions; what they
 * read is hostile.
 */
#ifndef PARLEY_SIGNALING_AUTH_DIGEST_H
#define PARLEY_SIGNALING_AUTH_DIGEST_H

#include "focus/store/digest_sum.h"

enum {
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

/** What a response is made from; values without their quotes, as they stand
 *  in the header */
struct digest_input {
	enum digest_algorithm algorithm;
	const char *ha1; /**< hex */
	struct pl nonce, method, uri;
	struct pl qop; /**< "auth", "auth-int"; empty: none (RFC 2069), and
			    the next two do not count */
	struct pl nc, cnonce;
	struct pl body; /**< the message's, for auth-int */
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
