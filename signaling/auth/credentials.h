/**
 * @file signaling/auth/credentials.h  Answers to challenges of others
 *
 * Digest with MD5, SHA-256 (RFC 7616, 8760) and AKAv1-MD5 (RFC 3310, Milenage
 * of TS 35.206) for the accounts of the configuration. AKA's sequence numbers
 * are kept in data_dir. No I/O but for these. All on parleyd's one thread.
 */
#ifndef PARLEY_SIGNALING_AUTH_CREDENTIALS_H
#define PARLEY_SIGNALING_AUTH_CREDENTIALS_H

#include <jansson.h>
#include "mixer/base/re.h"

struct credentials;
struct config;

enum {
	CREDENTIALS_REALMS_MAX = 4,  /**< proxies that one request passes */
	CREDENTIALS_HEADERS_MAX = 8, /**< challenges looked at in a response */
	CREDENTIALS_ROUNDS_MAX = 6,  /**< answers sent in one request's life */
};

/**
 * Secrets of every `account` of the configuration
 *
 * @param config Borrowed for the life of it
 * @return 0, ENOMEM, ENOTSUP (no AES)
 */
int credentials_alloc(struct credentials **cp, const struct config *config);

/** Challenges answered in one request's life; mem_deref() it before its
 *  credentials */
struct credentials_try;

/**
 * A request in an account's name is about to be sent
 *
 * An account's secret only ever answers challenges to requests that were sent
 * in its name: else anybody whom we call could ask for any of them.
 *
 * @param c   NULL: ENOENT
 * @param aor Account's "sip:USER@DOMAIN"
 * @return 0; ENOENT no such account, or it has no secret; ENOMEM
 */
int credentials_begin(struct credentials_try **tp, struct credentials *c,
		      const char *aor);

/**
 * A 401 or 407 came: prepare the answer
 *
 * @param t NULL: EACCES
 * @return 0 try again with credentials_print(); EACCES give up, logged:
 *         nothing in it that we can answer, it was refused with the same
 *         secret before, the challenge is forged (AKA), too many rounds;
 *         ENOMEM
 */
int credentials_challenge(struct credentials_try *t,
			  const struct sip_msg *msg);

/** The next request (of a dialog, a refresh) begins: its answers are made
 *  from the challenges known (RFC 7616 section 3.6). May be NULL */
void credentials_renew(struct credentials_try *t);

/** A request with a method and a Request-URI */
struct credentials_request {
	struct credentials_try *t; /**< NULL prints nothing */
	const char *method, *uri;
};

/**
 * Header lines (Authorization, Proxy-Authorization) for it; counts nc, so it
 * is to be printed once a request. A REGISTER of an AKA account that was not
 * challenged yet names the private identity (TS 24.229 section 5.1.1.2.2)
 */
int credentials_print(struct re_printf *pf,
		      const struct credentials_request *request);

/** {"challenges":n, "answers":n, "resynchronised":n, "refused":n}; new
 *  reference */
json_t *credentials_stats(const struct credentials *c);

#endif
