/**
 * @file signaling/message/refer_to.h  What a REFER asks for (RFC 3515
 * section 2.1)
 *
 * The value of Refer-To: a URI, a method as its parameter (RFC 3261 section
 * 19.1.1) or among its headers, and headers of the request that it causes.
 * Only Replaces and Join are taken from these; such as could forge a request
 * (section 19.1.5) are refused, others have no effect. Pure functions of
 * hostile text: what leaves is bounded and free of control bytes.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_REFER_TO_H
#define PARLEY_SIGNALING_MESSAGE_REFER_TO_H

#include "mixer/base/re.h"

enum {
	REFER_TO_MAX = 2048,      /**< bytes of the whole value */
	REFER_TO_HEADERS_MAX = 16 /**< headers in the URI */
};

enum refer_method {
	REFER_INVITE, /**< or none named */
	REFER_BYE,
	REFER_OTHER,
};

/** Strings are owned by it */
struct refer_to {
	char *uri; /**< sip:, sips: or tel:, without headers and method */
	enum refer_method method;
	char *replaces; /**< unescaped value, or NULL */
	char *join;     /**< the same */
};

/**
 * Read a value
 *
 * @param rp Set; free with mem_deref()
 * @return 0; EBADMSG cannot be read (400), EPROTONOSUPPORT another scheme
 *         (416), EACCES a header that nobody may set from outside (403),
 *         ENOMEM
 */
int refer_to_decode(struct refer_to **rp, const struct pl *val);

#endif
