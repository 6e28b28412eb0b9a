/**
 * @file signaling/auth/auth.h  Digest authentication of requests (RFC 7616,
 * 8760)
 *
 * Challenges with SHA-256 and MD5, qop auth; nonces are ours, with a time and
 * a MAC in them, their counts kept; stale is told, before a password is looked
 * at; wrong passwords are slowed down by address and by user: beyond
 * auth_failures a minute one try at a time is looked at, and its refusal comes
 * late. What others do with its name does not slow a user down where it was
 * right lately, and the address of a trusted host counts for nobody, because
 * it stands for many. Users are focus/store/user_store.h's; one that does not
 * exist looks like a wrong password.
 */
#ifndef PARLEY_SIGNALING_AUTH_AUTH_H
#define PARLEY_SIGNALING_AUTH_AUTH_H

#include <stdbool.h>
#include <jansson.h>
#include "mixer/base/re.h"

struct auth;
struct transport_layer;
struct config;
struct flow_info;
struct user_store;

enum {
	/** A refusal of one who tries too often comes so late */
	AUTH_DELAY_MS = 2000,
	/** Times auth_failures that an address may be wrong a minute before
	 *  passwords from there are not looked at while one waits: so much
	 *  faster than by himself is who tries one user after the other */
	AUTH_CROWD_TIMES = 5,
	/** Refusals that wait at a time */
	AUTH_PENDING_MAX = 1024,
	/** Retry-After of tries that are not looked at */
	AUTH_RETRY_AFTER_S = 5,
};

/** Borrowed: all. Free with mem_deref() after all who ask it, before the
 * transport layer
 */
int auth_alloc(struct auth **ap, struct transport_layer *layer,
	       const struct config *config, struct user_store *users);

/** Are there users at all? */
bool auth_has_users(const struct auth *a);

enum auth_result {
	AUTH_PASS,     /**< go on; *aorp is set if digest proved somebody */
	AUTH_ANSWERED, /**< 401, 407, 403, 400 or 503 has been sent, or will
			    be: drop the request */
};

/**
 * May this request go on? Out-of-dialog requests only; 407 style for calls
 * and 401 for REGISTER. With `auth off` and no credentials every call passes;
 * so does what comes from trusted hosts but for REGISTER. A From that is
 * another user of ours than digest proved is refused with 403.
 *
 * @param a    NULL: everything passes
 * @param aorp Set to the AOR proved ("sip:alice@DOMAIN", mem_deref() it), or
 *             NULL
 */
enum auth_result auth_check(struct auth *a, const struct sip_msg *msg,
			    const struct flow_info *flow, char **aorp);

/** {"challenges":n,"accepted":n,"failures":n,"stale":n,"slowed":n}; new
 *  reference */
json_t *auth_stats(const struct auth *a);

#endif
