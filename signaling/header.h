/**
 * @file signaling/header.h  What the session layer reads out of SIP headers
 *
 * Names and URIs of peers are hostile: what leaves this file is of bounded
 * length, free of control bytes, valid UTF-8 and on the heap (free with
 * mem_deref()). Pure functions.
 */
#ifndef PARLEY_SIGNALING_HEADER_H
#define PARLEY_SIGNALING_HEADER_H

#include "mixer/base/re.h"

enum {
	HEADER_DISPLAY_MAX = 128,    /**< bytes of a display name */
	HEADER_AGENT_MAX = 128,      /**< bytes of a User-Agent */
	HEADER_URI_MAX = 512,        /**< bytes of a URI that is kept */
	HEADER_BODY_MAX = 64 * 1024, /**< bytes of a body that is looked at */
};

/**
 * A display name without its quotes and backslashes
 *
 * @param dname As libre's sip_taddr gives it
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

/** Address-of-record "sip:user@host": no password, port or parameter. Errors
 *  as header_uri; EBADMSG also without a host or for a tel: URI */
int header_aor(char **dst, const struct uri *uri);

/**
 * The user part, percent-decoded (RFC 3261 section 19.1.2)
 *
 * @return 0; ENOENT no user part; EBADMSG bad escape, control byte, too long
 */
int header_user(char **dst, const struct uri *uri);

/** A display name fit for a quoted-string: quote and backslash escaped */
int header_quote(char **dst, const char *name);

/**
 * The session description in a message, alone or as a part of a multipart
 * body (RFC 5621 section 3)
 *
 * @param sdp Set to its bytes, inside the message
 * @return 0; ENOENT no body; ENOTSUP another type; EMSGSIZE too large;
 *         EBADMSG multipart that cannot be split
 */
int header_sdp(const struct sip_msg *msg, struct pl *sdp);

/** The whole body; empty when there is none */
void header_body(const struct sip_msg *msg, struct pl *body);

/** May a response to it carry SDP (Accept; RFC 3261 section 20.1)? */
bool header_accepts_sdp(const struct sip_msg *msg);

/** A number that opens a header's value, `fallback` when it is absent or not
 *  a number below 2^31 */
uint32_t header_seconds(const struct sip_msg *msg, enum sip_hdrid id,
			uint32_t fallback);

#endif
