/**
 * @file signaling/registrar/registrar.h  REGISTER and where users are (RFC
 * 3261 sec. 10)
 *
 * Bindings of users to contacts and flows (RFC 5626, 3327), in memory: after
 * a restart user agents register again, browsers at once, others when their
 * time is up. Only users of focus/store/user_store.h can register, each for
 * itself, and `auth off` does not change that. A third-party registration (a
 * trusted host says REGISTER for another, as an S-CSCF does to its application
 * servers, TS 24.229 section 5.4.1.7) is answered with 200 and has no effect:
 * who is registered in an IMS is called through it.
 *
 * A binding that came by a WebSocket, or by a connection where the user agent
 * cannot be called anew, ends with it. Alloc before sessions_alloc().
 */
#ifndef PARLEY_SIGNALING_REGISTRAR_REGISTRAR_H
#define PARLEY_SIGNALING_REGISTRAR_REGISTRAR_H

#include <jansson.h>
#include "mixer/base/re.h"

struct registrar;
struct auth;
struct transport_layer;
struct config;

enum {
	REGISTRAR_BINDINGS_MAX = 10, /**< of one user; the oldest makes room */
	REGISTRAR_FLOW_TIMER_S =
		120, /**< told to who keeps a flow (RFC 5626) */
};

/**
 * Borrowed: all, auth among them is needed
 *
 * @return 0, EINVAL, ENOMEM
 */
int registrar_alloc(struct registrar **rp, struct transport_layer *layer,
		    struct auth *auth, const struct config *config);

/** Where a user can be called; strings borrowed until the loop's next turn */
struct binding {
	const char *contact; /**< Request-URI of a call to it */
	const char *path;    /**< Route set (Path header's value) or NULL */
	uint64_t flow;       /**< the flow it registered by; it may be gone
				  (layer_flow_by_id()) */
	bool webrtc;         /**< it came by WebSocket */
	float q;
};

/**
 * Live bindings of an address-of-record, best first (q, then the newest)
 *
 * @param aor "sip:alice@example.com"; our domain, or without one any address
 *            of ours
 * @return how many were written to v
 */
size_t registrar_lookup(const struct registrar *r, const char *aor,
			struct binding v[], size_t max);

/** A user was removed: drop its bindings */
void registrar_forget(struct registrar *r, const char *name);

/** {"users":n,"bindings":n,"registers":n,"refused":n,"flows_lost":n}; new
 *  reference */
json_t *registrar_stats(const struct registrar *r);

#endif
