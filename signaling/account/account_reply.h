/**
 * @file signaling/account/account_reply.h  What a registrar says in its 200
 *
 * RFC 3261 section 10.2.4, RFC 3608 (Service-Route), RFC 5627 (GRUU), RFC 5626
 * (Flow-Timer), RFC 7315 (P-Associated-URI). Pure; hostile input.
 */
#ifndef PARLEY_SIGNALING_ACCOUNT_ACCOUNT_REPLY_H
#define PARLEY_SIGNALING_ACCOUNT_ACCOUNT_REPLY_H

#include "mixer/base/re.h"

enum {
	ACCOUNT_ROUTES_MAX = 6,       /**< values of Service-Route kept */
	ACCOUNT_CONTACTS_MAX = 64,    /**< Contacts looked at */
	ACCOUNT_EXPIRES_MAX_S = 86400 /**< more is cut */
};

/** What was read; strings are owned by it, account_reply_reset() frees them
 */
struct account_reply {
	uint32_t expires_s;    /**< of our Contact; 0: it is not registered */
	uint32_t flow_timer_s; /**< 0: none asked for */
	char *gruu;            /**< public GRUU or NULL */
	char *identity;        /**< first P-Associated-URI that is a SIP URI,
				    or NULL */
	char *routes[ACCOUNT_ROUTES_MAX]; /**< URIs of Service-Route */
	uint32_t route_count;
};

/** Which Contact is ours */
struct account_contact {
	const char *uri;      /**< as we sent it */
	const char *instance; /**< "urn:uuid:..." */
	uint32_t asked_s;     /**< expires that we asked for */
};

/**
 * Read a 200 to our REGISTER
 *
 * @param r Filled; what it held is freed
 * @return 0; EBADMSG (a Service-Route that cannot be followed); ENOMEM; then
 *         it is empty
 */
int account_reply_read(struct account_reply *r, const struct sip_msg *msg,
		       const struct account_contact *contact);

void account_reply_reset(struct account_reply *r);

/** When to register again (TS 24.229 section 5.1.1.4.1: 600 s before the end,
 *  or at half time), in ms; not sooner than in 5 s */
uint64_t account_refresh_ms(uint32_t expires_s);

/** How long to wait after so many failures in a row (RFC 5626 section 4.5),
 *  in ms: from 50 to 100 % of the step
 *
 *  @param random Any number */
uint64_t account_backoff_ms(unsigned failures, uint32_t random);

#endif
