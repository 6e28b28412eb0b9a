/**
 * @file signaling/message/sender.h  From which host a message came
 *
 * The terminal's, as far as it can be known: a proxy that is trusted has
 * written into the Via below its own where that came from (RFC 3261 section
 * 18.2.1), which is the terminal's or another proxy's. The first of these that
 * is not trusted is the sender for us: what stands below it is only its word.
 * Its address is from where media may come, too
 * (mixer/mp/leg_description.h, `near`). Pure.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_SENDER_H
#define PARLEY_SIGNALING_MESSAGE_SENDER_H

#include <stdbool.h>
#include "mixer/base/re.h"

struct config;
struct flow_info;

/**
 * @param host Set, if it is known; its port means nothing
 * @param msg  A request, or a response to one of ours: that comes from the
 *             next hop, and behind a trusted proxy says nothing of who sent it
 * @param flow The one that it came by
 * @return false: the message does not tell, what was known before holds
 */
bool sender_host(struct sa *host, const struct sip_msg *msg,
		 const struct flow_info *flow, const struct config *config);

/** Did a request come without any proxy between? @param msg As our stack has
 *  it, with a Via of its own on top (signaling/transport/rewrite.h) */
bool sender_is_direct(const struct sip_msg *msg);

#endif
