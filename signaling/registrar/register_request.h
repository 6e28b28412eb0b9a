/**
 * @file signaling/registrar/register_request.h  What a REGISTER asks for
 *
 * Its Contacts (RFC 3261 section 10.3), Path (RFC 3327) and whether flows are
 * to be kept (RFC 5626). Pure: the message is read, the table of bindings is
 * registrar.c's.
 */
#ifndef PARLEY_SIGNALING_REGISTRAR_REGISTER_REQUEST_H
#define PARLEY_SIGNALING_REGISTRAR_REGISTER_REQUEST_H

#include <stdbool.h>
#include "mixer/base/re.h"

enum {
	REGISTER_CONTACTS_MAX = 10,
	REGISTER_INSTANCE_MAX = 128, /**< bytes of an instance */
	REGISTER_PATH_MAX = 1024,    /**< bytes of all Path values */
	REGISTER_CALL_ID_MAX = 256,
	REGISTER_EXPIRES_MIN_S = 60, /**< shorter ones get 423 */
};

/** One Contact, inside the message */
struct register_contact {
	struct pl contact; /**< its URI: sip or sips, with a host */
	struct uri uri;
	struct pl instance; /**< without quotes; empty without a reg-id */
	uint32_t reg_id;    /**< 0: none */
	uint32_t expires_s; /**< 0: to be removed */
	float q;            /**< 0 to 1 */
};

/** What it asks for, or why it is refused */
struct register_request {
	const struct sip_msg *msg;
	struct register_contact contacts[REGISTER_CONTACTS_MAX];
	size_t count;
	bool all;      /**< Contact: *, all are to be removed */
	bool outbound; /**< the flow is kept as RFC 5626 says */
	char *path;    /**< Path header's value, mem_deref() it; NULL: none */
	uint16_t status; /**< of the refusal */
	const char *phrase;
	char headers[80]; /**< of the refusal, whole lines */
};

/**
 * Read it
 *
 * @param q         Zeroed, msg set
 * @param longest_s Longest registration that is granted, in seconds
 * @return false: refuse it with what stands in q
 */
bool register_read(struct register_request *q, uint32_t longest_s);

/** Note a refusal. @return false */
bool register_refuse(struct register_request *q, uint16_t status,
		     const char *phrase);

/** Is its scheme sip or sips? */
bool register_uri_is_sip(const struct uri *uri);

#endif
