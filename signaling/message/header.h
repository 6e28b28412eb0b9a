/**
 * @file signaling/message/header.h  What the session layer reads out of SIP
 * headers
 *
 * Names and URIs of peers are hostile: what leaves this file is of bounded
 * length, free of control bytes, valid UTF-8 and on the heap (free with
 * mem_deref()). Pure functions.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_HEADER_H
#define PARLEY_SIGNALING_MESSAGE_HEADER_H

#include "mixer/base/re.h"

enum {
	HEADER_DISPLAY_MAX = 128,    /**< bytes of a display name */
	HEADER_AGENT_MAX = 128,      /**< bytes of a User-Agent */
	HEADER_URI_MAX = 512,        /**< bytes of a URI that is kept */
	HEADER_BODY_MAX = 64 * 1024, /**< bytes of a body that is looked at */
};

/**
 * A display name without its backslashes
 *
 * @param dname As libre's sip_taddr gives it: the quotes are off already
 * @return 0, *dst NULL when nothing is left; ENOMEM
 */
int header_display(char **dst, const struct pl *dname);

/** A header's value as text for people, cut at max bytes. As header_display */
int header_text(char **dst, const struct pl *val, size_t max);

/**
 * A URI as it stands
 *
 * @return 0; EBADMSG too long or bytes that no URI has; ENOMEM
 */
int header_uri(char **dst, const struct pl *uri);

/** Is it what a host may look like: a name or an address, without brackets? */
bool header_is_host(const struct pl *host);

/** Address-of-record "sip:user@host": no password, port or parameter. Errors
 *  as header_uri; EBADMSG also without a host or for a tel: URI */
int header_aor(char **dst, const struct uri *uri);

/**
 * The user part, percent-decoded (RFC 3261 section 19.1.2)
 *
 * @return 0; ENOENT no user part; EBADMSG bad escape, control byte, too long
 */
int header_user(char **dst, const struct uri *uri);

/**
 * A route's URI as sip_dialog_alloc() wants it: without "lr", which it adds
 * itself
 *
 * @return 0, ENOMEM
 */
int header_route(char **dst, const struct pl *uri);

/** A display name fit for a quoted-string: quote and backslash escaped */
int header_quote(char **dst, const char *name);

/** A part of a message's body, or all of it */
struct header_part {
	struct pl body;     /**< inside the message, never empty */
	struct pl encoding; /**< Content-Transfer-Encoding, may be empty */
};

/**
 * Find a body by its type, alone or as a part of a multipart body, also of
 * such within such (RFC 5621 section 3)
 *
 * @param type        "application/sdp"
 * @param disposition What Content-Disposition says, if it is there; NULL: any
 * @return 0; ENOENT no body; ENOTSUP nothing of that type; EMSGSIZE too
 *         large; EBADMSG multipart that cannot be split
 */
int header_part(struct header_part *part, const struct sip_msg *msg,
		const char *type, const char *disposition);

/**
 * The same without its Content-Transfer-Encoding
 *
 * @param mbp Set to a copy; free with mem_deref()
 * @return 0; ENOTSUP neither base64 nor one that changes nothing; EBADMSG bad
 *         base64; ENOMEM
 */
int header_part_decode(struct mbuf **mbp, const struct header_part *part);

/** Does a multipart body insist (handling=required, RFC 5621 section 8) on a
 *  part of a type that nobody here reads? */
bool header_has_foreign_part(const struct sip_msg *msg);

/** The session description in a message. Errors as header_part() */
int header_sdp(const struct sip_msg *msg, struct pl *sdp);

/** The whole body; empty when there is none */
void header_body(const struct sip_msg *msg, struct pl *body);

/** May a response to it carry SDP (Accept; RFC 3261 section 20.1)? */
bool header_accepts_sdp(const struct sip_msg *msg);

/** What a PRACK acknowledges (RFC 3262 section 7.2) */
struct header_rack {
	uint32_t rseq, cseq;
	struct pl method; /**< inside the value */
};

/** @return 0, EBADMSG */
int header_rack(struct header_rack *rack, const struct pl *val);

/** A number that opens a header's value, `fallback` when it is absent or not
 *  a number below 2^31 */
uint32_t header_seconds(const struct sip_msg *msg, enum sip_hdrid id,
			uint32_t fallback);

#endif
