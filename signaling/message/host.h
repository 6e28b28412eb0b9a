/**
 * @file signaling/message/host.h  Is a URI's host this server?
 */
#ifndef PARLEY_SIGNALING_MESSAGE_HOST_H
#define PARLEY_SIGNALING_MESSAGE_HOST_H

#include <stdbool.h>
#include "mixer/base/re.h"

struct config;
struct flow_info;

/**
 * The configured domain, "conf.", "conference." or "conf-factory." before it,
 * the host's name, or one of its addresses: the flow's
 * own, configured ones with those that a 1:1 NAT makes of them, those of its
 * interfaces
 *
 * @param flow What the URI came by; NULL: none, and "localhost" is us
 */
bool host_is_ours(const struct config *config, const struct pl *host,
		  const struct flow_info *flow);

#endif
