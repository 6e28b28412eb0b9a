/**
 * @file signaling/message/target.h  Addresses that can be called
 *
 * What a URI to dial comes down to before a way to it is looked for: a
 * Request-URI, perhaps a route to it. Pure functions of hostile text.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_TARGET_H
#define PARLEY_SIGNALING_MESSAGE_TARGET_H

#include <stdbool.h>
#include "mixer/base/re.h"

struct config;

enum {
	TARGETS_MAX = 10,       /**< tried for one call */
	TARGET_NUMBER_MAX = 64, /**< digits of a telephone number */
};

/** One address; in a list, best first. mem_deref() unlinks and frees it */
struct target {
	struct le le;
	char *uri;     /**< sip: or sips: */
	char *path;    /**< route set, as a Path header's value, or NULL */
	uint64_t flow; /**< it is called by; 0: as its URI says */
	bool bound;    /**< a user of ours registered it */
	bool webrtc;   /**< what to offer it first */
	unsigned q;    /**< thousandths */
};

/**
 * What anybody may give us to be dialled
 *
 * A telephone number (RFC 3966) becomes a SIP URI with user=phone (RFC 3261
 * section 19.1.6) at the domain of the first account, at the outbound proxy
 * or at our domain.
 *
 * @param uri sip:, sips: or tel: URI without headers or password
 * @return 0; EINVAL no such URI; EACCES emergency; EHOSTUNREACH a telephone
 *         number and nobody to ask for it; ENOMEM
 */
int target_read(struct target **tp, const char *uri,
		const struct config *config);

/** An address that is known to be good. @param path May be NULL
 *  @return 0; EINVAL not to be called all the same; ENOMEM */
int target_alloc(struct target **tp, const char *uri, const char *path);

/**
 * The Contacts of a redirection (RFC 3261 section 8.1.3.4), best first
 *
 * Such that cannot be called are left out.
 *
 * @param list Appended to, ordered by q
 * @param sips A sips: call must not be redirected to less (section 8.1.3.4)
 */
void targets_from_contacts(struct list *list, const struct sip_msg *msg,
			   bool sips, const struct config *config);

/** Is its scheme sips? */
bool target_is_sips(const struct target *t);

/**
 * Is it urn:service:sos (RFC 5031) or a number of emergency_numbers?
 *
 * @param uri As it stands in a request, any scheme
 */
bool target_is_emergency(const struct pl *uri, const struct config *config);

#endif
