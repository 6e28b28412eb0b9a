/**
 * @file signaling/registrar/bindings.h  The registrar's table (RFC 3261
 * section 10.3)
 *
 * Users by name, and of each what it is bound to. A binding is known by its
 * Contact URI, or by instance and reg-id where the user agent gave both (RFC
 * 5626 section 6). Private to registrar.c; knows no message. Time is an
 * argument.
 */
#ifndef PARLEY_SIGNALING_REGISTRAR_BINDINGS_H
#define PARLEY_SIGNALING_REGISTRAR_BINDINGS_H

#include "mixer/base/re.h"

enum {
	BINDINGS_MAX = 50000, /**< of all users together */
};

struct bindings;

/** One Contact of one user; strings are its own */
struct bound {
	struct le le; /**< of its user: oldest update first */
	struct le he; /**< by flow */
	struct bound_user *user;
	char *contact;
	char *target;    /**< Request-URI: the contact without headers */
	char *instance;  /**< "<urn:uuid:..>", NULL without a reg-id */
	uint32_t reg_id; /**< 0: none */
	char *path;      /**< Path header's value, NULL: none */
	char *callid;
	uint32_t cseq;
	uint64_t flow;
	bool tied;   /**< it ends with its flow */
	bool webrtc; /**< it came by WebSocket */
	float q;
	uint64_t expires_ms;
};

int bindings_alloc(struct bindings **bp);

/** The one a Contact means; NULL if there is none. @param instance NULL or
 *  with a reg_id */
struct bound *bindings_find(const struct bindings *b, const char *name,
			    const struct pl *contact,
			    const struct pl *instance, uint32_t reg_id);

/** A new one; owned by the table. @return 0, ENOSPC, ENOMEM */
int bindings_add(struct bindings *b, const char *name, struct bound **bdp);

/** It was updated by this flow: the newest of its user now. Every new one is
 */
void bindings_updated(struct bindings *b, struct bound *bd, uint64_t flow);

void bindings_remove(struct bindings *b, struct bound *bd);

/** All of a user, oldest update first; NULL: it has none */
const struct list *bindings_of(const struct bindings *b, const char *name);

/** Does anything end with this flow? */
bool bindings_flow_used(const struct bindings *b, uint64_t flow);

/** Remove what ends with this flow. @return how many */
size_t bindings_flow_closed(struct bindings *b, uint64_t flow);

/**
 * Remove what has expired
 *
 * @return when the next one will, 0: there is none
 */
uint64_t bindings_expire(struct bindings *b, uint64_t now_ms);

size_t bindings_count(const struct bindings *b);
size_t bindings_users(const struct bindings *b);

#endif
