/**
 * @file signaling/message/cpim.h  Messages with a head of their own (RFC 3862)
 *
 * message/cpim wraps what is said, of any MIME type, with who says it, to whom
 * and when. Only the MIME part is read here: who has sent a SIP message is
 * known better than by what he writes into it. What we send is made by
 * cpim_print(). Pure.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_CPIM_H
#define PARLEY_SIGNALING_MESSAGE_CPIM_H

#include "mixer/base/re.h"

#define CPIM_TYPE "message/cpim"

/** What is inside; all parts of the body that was read, empty if absent */
struct cpim {
	struct pl type;        /**< Content-Type, with parameters */
	struct pl encoding;    /**< Content-Transfer-Encoding */
	struct pl disposition; /**< Content-Disposition */
	struct pl length;      /**< Content-Length */
	struct pl body;
};

/**
 * Read one
 *
 * Lines may end in CRLF or in LF alone; of a header that comes twice the first
 * counts. An inner Content-Length cuts the body short, and is passed over
 * where it is more.
 *
 * @param body Hostile
 * @return 0; EBADMSG: not such a message, or more lines than anybody writes;
 *         ENOTSUP: it requires that headers are understood that are not known
 *         here (section 4.6)
 */
int cpim_decode(struct cpim *c, const struct pl *body);

/** The head of one that we send */
struct cpim_head {
	const char *name, *uri; /**< who says it; the name may be NULL */
	const char *to;         /**< URI */
	uint64_t time_ms;       /**< Unix time */
};

/** Print it, up to the body: a text in UTF-8 (re_hprintf()'s %H) */
int cpim_print(struct re_printf *pf, const struct cpim_head *head);

#endif
