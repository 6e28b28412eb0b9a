/**
 * @file signaling/credentials.h  Answers to challenges of others
 *
 * Digest with MD5, SHA-256 (RFC 7616, 8760) and AKAv1-MD5 (RFC 3310, Milenage
 * of TS 35.206) for the accounts of the configuration. Pure but for the
 * accounts' sequence numbers.
 */
#ifndef PARLEY_SIGNALING_CREDENTIALS_H
#define PARLEY_SIGNALING_CREDENTIALS_H

#include "mixer/base/re.h"

struct credentials;
struct config;

/** Reads every `account` of the configuration. @return 0; EINVAL, logged */
int credentials_alloc(struct credentials **cp, const struct config *config);

/** Challenges answered in one request's life; opaque, mem_deref() it */
struct credentials_try;

/**
 * A 401 or 407 came: prepare the answer
 *
 * @param tp  Set at the first call for a request, kept for its next ones
 * @return 0 try again with credentials_print(); EACCES: no account for that
 *         realm, or it was refused with the same credentials; ENOMEM
 */
int credentials_challenge(struct credentials_try **tp, struct credentials *c,
			  const struct sip_msg *msg);

/**
 * Header lines (Authorization, Proxy-Authorization) for the next request
 *
 * @param t NULL prints nothing
 */
int credentials_print(struct re_printf *pf, const struct credentials_try *t,
		      const char *method, const char *uri);

#endif
