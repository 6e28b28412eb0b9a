/**
 * @file signaling/account/account.h  Parley as a terminal at other servers
 *
 * Each `account` of the configuration registers (RFC 3261 section 10.2, RFC
 * 5626, TS 24.229 section 5.1.1), answers challenges, refreshes, comes back
 * after failures, and takes itself out at the end. Who calls it there joins
 * a conference here; calls of ours to its domain go by it. All on parleyd's
 * one thread.
 */
#ifndef PARLEY_SIGNALING_ACCOUNT_ACCOUNT_H
#define PARLEY_SIGNALING_ACCOUNT_ACCOUNT_H

#include <stdint.h>
#include <jansson.h>
#include "mixer/base/re.h"

struct account;
struct accounts;
struct transport_layer;
struct config;
struct credentials;

/**
 * Begin to register
 *
 * @param ap Set; mem_deref() drops everything without a word, before layer,
 *           config and credentials, which are borrowed, and after sessions
 * @return 0, ENOMEM, errno of the file that keeps our instance
 */
int accounts_alloc(struct accounts **ap, struct transport_layer *layer,
		   const struct config *config,
		   struct credentials *credentials);

/**
 * Take the registrations back (RFC 3261 section 10.2.2)
 *
 * @param done Called once, never from within, when the last is answered or
 *              after 1 s. Not called if there are no accounts (NULL)
 */
void accounts_close(struct accounts *a, void (*done)(void *arg), void *arg);

/**
 * The account by which to call somebody: that of the URI's domain, else the
 * default one unless the host is an address or `localhost`
 *
 * @param a NULL: there is none
 * @return NULL: none
 */
const struct account *accounts_for(const struct accounts *a,
				   const struct uri *uri);

/** "sip:USER@DOMAIN": From of its calls, and for credentials_begin() */
const char *account_aor(const struct account *a);

/** Where its requests go first, for layer_resolve() */
const char *account_next_hop(const struct account *a);

/** The flow that it is registered by, which its requests go by as long as it
 *  lives; 0: none */
uint64_t account_flow(const struct account *a);

/**
 * The route set of its calls: outbound proxy, then Service-Route (RFC 3608
 * section 5, TS 24.229 section 5.1.2A.1)
 *
 * @param v Gets URIs, borrowed until the loop's next turn
 * @return how many
 */
size_t account_routes(const struct account *a, const char *v[], size_t max);

/** P-Preferred-Identity of its calls (RFC 3325 section 9.2) */
int account_print_identity(struct re_printf *pf, const struct account *a);

/**
 * For `parley stats`: one object an account, {"account":AOR, "state":WORD,
 * "expires_in_s":n, "failures":n in a row, "registers":n sent,
 * "last_status":n, "gruu":URI, "routes":[URI]}; new reference
 */
json_t *accounts_stats(const struct accounts *a);

#endif
