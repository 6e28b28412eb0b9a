/**
 * @file signaling/auth/auth_private.h  A request that is checked (auth.c), and
 * what it is answered (auth_answer.c)
 */
#ifndef PARLEY_SIGNALING_AUTH_AUTH_PRIVATE_H
#define PARLEY_SIGNALING_AUTH_AUTH_PRIVATE_H

#include "focus/store/user_store.h"
#include "signaling/auth/auth.h"
#include "signaling/auth/auth_throttle.h"
#include "signaling/auth/digest.h"
#include "signaling/auth/nonce.h"

enum { SECRET_BYTES = 16 };

struct auth {
	struct transport_layer *layer;
	struct sip *sip;
	const struct config *config;
	struct user_store *users;
	struct nonces *nonces;
	struct auth_throttle *throttle;
	struct auth_throttle *crowds; /**< addresses, AUTH_CROWD_TIMES as
					   many */
	struct list pending;
	size_t pending_count;
	char secret[2 * SECRET_BYTES + 1]; /**< of users that do not exist */
	char opaque[2 * SECRET_BYTES + 1];
	uint64_t challenges, accepted, failures, stale, slowed;
};

/** One request on its way through auth_check() */
struct check {
	struct auth *auth;
	const struct sip_msg *msg;
	const struct flow_info *flow;
	bool registers;
	struct digest_header header;
	enum digest_algorithm algorithm;
	bool found, broken;
	bool trusted; /**< in the trust domain */
	bool shared;  /**< its address stands for many, identity_is_shared():
			   browsers behind a web server are not trusted, but
			   many */
	bool proved;  /**< this user was right from this address lately */
	char name[SUBSCRIBER_NAME_MAX + 1];
	char address_key[AUTH_THROTTLE_KEY_SIZE],
		user_key[AUTH_THROTTLE_KEY_SIZE];
	char pair_key[AUTH_THROTTLE_KEY_SIZE]; /**< of a user where he was
						    proved */
};

/** Is it answered 401, not 407? */
bool auth_is_register(const struct sip_msg *msg);

/**
 * 401 or 407
 *
 * @param st     Set: within this transaction. NULL: in none, so that requests
 *               without credentials cost no memory (RFC 3261 section
 *               26.3.2.4)
 * @param client Its address key
 */
void auth_challenge(struct auth *a, const struct sip_msg *msg,
		    struct sip_strans **st, const char *client, bool stale);

void auth_refuse(struct auth *a, const struct sip_msg *msg, uint16_t status,
		 const char *phrase, const char *words);

/** 503: others of this user or address wait for their late refusal */
void auth_refuse_busy(struct auth *a, const struct sip_msg *msg);

/**
 * May the password not even be looked at now? While a late refusal of the same
 * user waits, for a guesser would learn by what is not taken at once; where
 * the user was right lately, one of him there. An address alone shuts itself
 * only by AUTH_CROWD_TIMES as many wrong ones: of many behind one NAT some are
 * always wrong, and the others are let in at once
 */
bool auth_is_shut(const struct check *c);

/** One more wrong password: now; late if there were too many before; 503 if
 *  another one waits for that */
void auth_refuse_wrong(const struct check *c);

#endif
