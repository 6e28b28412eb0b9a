/**
 * @file signaling/auth.h  Digest authentication of requests (RFC 7616, 8760)
 *
 * Challenges with SHA-256 and MD5, qop auth; nonces are ours, with a time and
 * a MAC in them, their counts kept; stale is told; wrong passwords are slowed
 * down by address and by user. Users are focus/subscriber.h's.
 */
#ifndef PARLEY_SIGNALING_AUTH_H
#define PARLEY_SIGNALING_AUTH_H

#include <stdbool.h>
#include <jansson.h>
#include "mixer/base/re.h"

struct auth;
struct bus;
struct config;
struct flow_info;
struct subscribers;

int auth_alloc(struct auth **ap, struct bus *bus, const struct config *config,
	       struct subscribers *subscribers);

enum auth_result {
	AUTH_PASS,     /**< go on; *aorp is set if digest proved somebody */
	AUTH_ANSWERED, /**< 401/407/403/400 has been sent: drop the request */
};

/**
 * May this request go on? Out-of-dialog requests only; 407 style for calls
 * and 401 for REGISTER. With `auth off` and no credentials every call passes.
 *
 * @param a    NULL: everything passes
 * @param aorp Set to the AOR proved ("sip:alice@DOMAIN", mem_deref() it), or
 *             NULL
 */
enum auth_result auth_check(struct auth *a, const struct sip_msg *msg,
			    const struct flow_info *flow, char **aorp);

/** {"challenges":n,"accepted":n,"failures":n,"slowed":n}; new reference */
json_t *auth_stats(const struct auth *a);

#endif
