/**
 * @file signaling/transport/rewrite.h  What the transport layer changes in a
 * message
 *
 * To libre the transport layer is a stateless proxy in front of it (RFC
 * 3261 16.11): on top of a request that comes in it puts a Via and a
 * Record-Route of the flow's layer address, and takes both off again on the
 * way out. The transport layer address of a flow is made from its number, one
 * to one, in 127.64.0.0/10; it never appears on the lines. Pure.
 */
#ifndef PARLEY_SIGNALING_TRANSPORT_REWRITE_H
#define PARLEY_SIGNALING_TRANSPORT_REWRITE_H

#include "mixer/base/host_key.h"
#include "signaling/message/flow.h"
#include "signaling/message/sip_lines.h"

/** Bus address of a flow's number, and back (0: not a transport layer address)
 */
void rewrite_layer_addr(struct sa *sa, uint64_t flow);
uint64_t rewrite_flow(const struct sa *sa);

/** Says if a Route value names ourselves */
typedef bool(rewrite_ours_h)(const struct uri *uri, void *arg);

/** What is known where a message comes in */
struct rewrite_in {
	uint64_t flow;
	enum flow_transport transport;
	struct sa peer;
	bool claimed; /**< anybody may have sent it: `peer` is a datagram's
			   word, and no tag of ours stands in it */
	const uint8_t *key; /**< secret of the branches */
	size_t key_bytes;
	rewrite_ours_h *oursh;
	void *arg;
};

/** Print the message as libre shall see it, without what it would misread
 *  (alias.h) */
int rewrite_in(struct mbuf *mb, const struct sip_lines *w,
	       const struct rewrite_in *r);

/** What is found in a message that goes out */
struct rewrite_out {
	bool direct;     /**< next hop is the URI's, not the flow's peer */
	bool claimed;    /**< the dialog began by a claim: nothing leaves
			      the flow before its far end was reached */
	bool host_known; /**< by a dialog's route */
	uint8_t host[HOST_KEY_BYTES]; /**< who was at the flow then */
	char next_hop[256];  /**< URI of the next hop after our own Route */
	uint16_t reply_port; /**< response: RFC 3261 18.2.2, 0: the peer's */
	char key[192];       /**< equal for retransmissions only; "" where
				  a repeat must be sent */
};

/** Look at a message of libre's; @return 0, EBADMSG */
int rewrite_inspect(struct rewrite_out *out, const struct sip_lines *w);

/**
 * Print it as the far end shall see it
 *
 * What belongs inside the trust domain (RFC 3325, 6050, 7315) goes to a
 * trusted far end only, whatever way the message was meant for.
 *
 * @param flow    By which it goes
 * @param trusted Its far end is in the trust domain
 */
int rewrite_out(struct mbuf *mb, const struct sip_lines *w,
		const struct flow_info *flow, bool trusted);

#endif
