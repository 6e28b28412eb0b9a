/**
 * @file signaling/registrar.h  REGISTER and where users are (RFC 3261 sec. 10)
 *
 * Bindings of users to contacts and flows (RFC 5626, 3327), in memory. Alloc
 * before sessions_alloc().
 */
#ifndef PARLEY_SIGNALING_REGISTRAR_H
#define PARLEY_SIGNALING_REGISTRAR_H

#include <jansson.h>
#include "mixer/base/re.h"

struct registrar;
struct auth;
struct bus;
struct config;

enum { REGISTRAR_BINDINGS_MAX = 10, /**< of one user */ };

int registrar_alloc(struct registrar **rp, struct bus *bus, struct auth *auth,
		    const struct config *config);

/** Where a user can be called; strings borrowed until the loop's next turn */
struct binding {
	const char *contact; /**< Request-URI of a call to it */
	const char *path;    /**< Route set (Path header's value) or NULL */
	uint64_t flow;       /**< the flow it registered by; it may be gone
				  (bus_flow_by_id()) */
	bool webrtc;         /**< it came by WebSocket */
	float q;
};

/**
 * Live bindings of an address-of-record, best first (q, then the newest)
 *
 * @param aor "sip:alice@example.com"
 * @return how many were written to v
 */
size_t registrar_lookup(const struct registrar *r, const char *aor,
			struct binding v[], size_t max);

/** {"users":n,"bindings":n,"registers":n,...}; new reference */
json_t *registrar_stats(const struct registrar *r);

#endif
