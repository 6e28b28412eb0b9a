/**
 * @file test_auth_world.h  A registrar with users, on a transport layer with
 * peers
 *
 * Users "alice" and "bob" with the password "secret"; realm as of the domain
 * given. INVITEs that pass are answered with 486 and a Warning that names who
 * asks.
 */
#ifndef PARLEY_TESTS_AUTH_WORLD_H
#define PARLEY_TESTS_AUTH_WORLD_H

#include "focus/store/store.h"
#include "focus/store/user_store.h"
#include "signaling/auth/auth.h"
#include "signaling/registrar/registrar.h"
#include "tests/unit/signaling/world/transport_world.h"

struct auth_world {
	struct world *layer;
	struct store *store;
	struct user_store *users;
	struct auth *auth;
	struct registrar *registrar;
	struct layer_handled *calls;
	char folder[64];
	unsigned number;       /**< of requests */
	unsigned back;         /**< a REGISTER's CSeq is so much behind it */
	const char *to, *from; /**< of a REGISTER; NULL: sip:alice@REALM */
};

/** What a client says; NULL and 0: the usual */
struct claim {
	const char *user;     /**< "alice" */
	const char *password; /**< "secret" */
	const char *realm;    /**< the server's */
	const char *uri;      /**< "sip:REALM" */
	const char *nonce;    /**< of the last challenge */
	const char *qop;      /**< "auth"; "": none */
	uint32_t nc;          /**< 1 */
	enum digest_algorithm algorithm;
};

struct auth_world *auth_world_open(const char *domain, const char *auth);
void auth_world_close(struct auth_world *w);

/**
 * Send REGISTER sip:REALM of alice and read the answer
 *
 * @param headers Whole lines: Contact etc.
 * @param claim   NULL: without credentials
 * @param last    The challenge to answer
 */
const char *auth_register(struct auth_world *w, struct peer *p,
			  const char *headers, const struct claim *claim,
			  const char *last);

/** The same without waiting for an answer */
void auth_send_register(struct auth_world *w, struct peer *p,
			const char *headers, const struct claim *claim,
			const char *last);

/** A REGISTER that is challenged and then has right credentials; @return its
 *  answer */
const char *auth_enrol(struct auth_world *w, struct peer *p,
		       const char *headers);

/** INVITE sip:demo@REALM. `from` is a URI */
const char *auth_invite(struct auth_world *w, struct peer *p, const char *from,
			const struct claim *claim, const char *last);

/** Does a message begin with that status? */
bool has_status(const char *msg, unsigned status);

#endif
