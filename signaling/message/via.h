/**
 * @file signaling/message/via.h  One Via value (RFC 3261 section 20.42, RFC
 * 3581)
 *
 * Points into the caller's bytes. Pure.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_VIA_H
#define PARLEY_SIGNALING_MESSAGE_VIA_H

#include "mixer/base/re.h"

struct via {
	struct pl transport; /**< "UDP", "WSS", ... */
	struct pl sent_by;   /**< host, or host:port */
	struct pl host;      /**< without IPv6 brackets */
	uint16_t port;       /**< 0 if not given */
	struct pl params;
	struct pl branch; /**< empty if absent */
	bool rport;       /**< the sender asks for RFC 3581 */
};

/**
 * Parse one value (no comma list)
 *
 * @return 0, EBADMSG
 */
int via_decode(struct via *via, const struct pl *value);

/**
 * Read what can be read of a broken value, to answer who sent it: transport,
 * sent-by, host and port, whatever its SIP version and parameters
 *
 * @return false if there is no sent-by
 */
bool via_salvage(struct via *via, const struct pl *value);

/** Branch begins with RFC 3261's magic cookie, so it identifies alone */
bool via_has_cookie(const struct via *via);

/**
 * Print it with what the server transport must add: received where the source
 * differs from sent-by or rport is asked for, and rport's value. Any
 * received or rport value of the sender is dropped
 */
int via_print_received(struct mbuf *mb, const struct via *via,
		       const struct sa *source);

#endif
