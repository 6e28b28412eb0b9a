/**
 * @file signaling/message/sender.h  From which host a message came
 *
 * The terminal's, as far as it can be known: behind a proxy that is trusted
 * the bottom Via is the terminal's own, and the proxy has written into it
 * where it came from (RFC 3261 section 18.2.1). Any other proxy is the sender
 * for us. Its address is from where media may come, too
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

#endif
