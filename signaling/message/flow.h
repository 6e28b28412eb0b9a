/**
 * @file signaling/message/flow.h  One way a peer is reachable (RFC 5626
 * section 3)
 *
 * A UDP remote address on one of our sockets, or a TCP, TLS, WS or WSS
 * connection. SIP messages come in whole (after signaling/transport/gate.h has
 * looked at them) and go out whole. A flow is looked up by its number when it
 * is used: a dead flow is a miss, never a dangling pointer.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_FLOW_H
#define PARLEY_SIGNALING_MESSAGE_FLOW_H

#include <stdbool.h>
#include <stdint.h>
#include "mixer/base/re.h"

enum flow_transport { FLOW_UDP, FLOW_TCP, FLOW_TLS, FLOW_WS, FLOW_WSS };

/** What the session layer may know of a flow */
struct flow_info {
	uint64_t id;
	enum flow_transport transport;
	struct sa local; /**< ours, as the far end knows it: behind a 1:1 NAT
			      what that makes of it */
	struct sa peer;  /**< its true address, not the transport layer's */
	bool retired;    /**< a connection that nothing new goes by */
	bool proven; /**< its peer has shown that it gets what we send it */
};

/** "UDP", "TCP", "TLS", "WS", "WSS": the word in Via */
const char *flow_transport_name(enum flow_transport transport);

/** Can nobody on the way read or change what goes by it (TLS, WSS)? */
bool flow_is_secure(const struct flow_info *flow);

#endif
