/**
 * @file signaling/session/next_hop.h  The way to one target (RFC 3261
 * sec. 8.1.2, 16.6)
 *
 * Where a request to a target goes first: by the flow it registered by, the
 * flow of the account in whose name we call, through the outbound proxy, or
 * where RFC 3263 leads from its URI; and when nobody answers there, to the
 * next address of the same name (RFC 3263 section 4.3). It finds a flow and
 * the route set, sends nothing and knows no session. On parleyd's thread.
 */
#ifndef PARLEY_SIGNALING_SESSION_NEXT_HOP_H
#define PARLEY_SIGNALING_SESSION_NEXT_HOP_H

#include <stdbool.h>
#include <stdint.h>
#include "mixer/base/re.h"

struct account;
struct next_hop;
struct sessions_dependencies;
struct target;

/**
 * It was found, or not. Never called from within; may free the next hop
 *
 * @param err   0; else nobody can be reached there: EPROTONOSUPPORT a sips
 *              target without TLS, EHOSTUNREACH, ENOENT, ...
 * @param route URI that leads to the flow: the first of the route set
 */
typedef void(next_hop_h)(int err, const char *route, uint64_t flow, void *arg);

/**
 * @param base Layer, configuration and accounts; borrowed
 * @param t    Taken, also on failure
 * @return 0, ENOMEM. Free with mem_deref(): the handler is called no more
 */
int next_hop_alloc(struct next_hop **hp,
		   const struct sessions_dependencies *base, struct target *t,
		   next_hop_h *h, void *arg);

/** Look for it; the handler follows */
void next_hop_find(struct next_hop *h);

/** Has its name another address, perhaps? Not one that registered, nor one
 *  whose host is an address already */
bool next_hop_may_have_another(const struct next_hop *h);

/**
 * Nobody answered at the address that was found, or with 503: look for the
 * next one; the handler follows. Other calls are not touched by it
 *
 * @param refusal The 503, NULL: silence. A reference is taken
 * @return 0; else there is none, and no handler follows
 */
int next_hop_find_another(struct next_hop *h, const struct sip_msg *refusal);

/** What the last address that failed said; NULL: nothing. Borrowed */
const struct sip_msg *next_hop_refusal(const struct next_hop *h);
/** Has an address of it failed? */
bool next_hop_has_failed(const struct next_hop *h);

const struct target *next_hop_target(const struct next_hop *h);
/** In whose name the call is, NULL: in that of the conference */
const struct account *next_hop_account(const struct next_hop *h);
/** Is the flow that was found TLS or WSS? */
bool next_hop_is_secure(const struct next_hop *h);

enum { NEXT_HOP_ROUTES_MAX = 8 };

/** A route set, first to last */
struct next_hop_routes {
	char *uri[NEXT_HOP_ROUTES_MAX];
	uint32_t n;
};

/**
 * The route set of a dialog by that hop: the flow, then what the target
 * registered with (Path, RFC 3327), the account's routes or the outbound proxy
 *
 * @param route As the handler got it
 * @param r     Set, also on failure; free its URIs with mem_deref()
 * @return 0, E2BIG, EBADMSG, ENOMEM
 */
int next_hop_routes(const struct next_hop *h, const char *route,
		    struct next_hop_routes *r);

#endif
