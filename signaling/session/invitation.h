/**
 * @file signaling/session/invitation.h  What a new INVITE asks for, before
 * there is a session
 */
#ifndef PARLEY_SIGNALING_SESSION_INVITATION_H
#define PARLEY_SIGNALING_SESSION_INVITATION_H

#include <stdbool.h>
#include "mixer/base/re.h"
#include "signaling/transport/layer.h"

struct identity;

struct invitation {
	const struct sip_msg *msg;
	struct flow_info flow;
	struct identity *who;
	char *conference;      /**< to be joined */
	bool factory;          /**< which is one of its own */
	bool replaces;         /**< in the place of one that is in */
	uint32_t replaces_leg; /**< ...which has that leg; 0: none */
	bool inherits;         /**< its rights, too */
	bool has_list;         /**< a body is for the acts: it may be alone */
	void *plan; /**< the acts': freed by mem_deref(), by the session
			 when it has one */
};

#endif
