/**
 * @file signaling/options.c  What can you do? (RFC 3261 section 11)
 *
 * Answered as an INVITE would be at this moment; without a user part it is a
 * proxy's or a browser's ping at the server itself.
 */
#include <errno.h>
#include "signaling/session_state.h"

static enum reason may_join(struct sessions *all, const struct sip_msg *msg)
{
	enum reason reason;
	char *name = NULL;
	int err;

	err = header_user(&name, &msg->uri);
	if (err == ENOENT)
		return REASON_NONE;
	if (err)
		return REASON_BAD_REQUEST;
	reason = focus_may_join(all->focus, name);
	mem_deref(name);

	return reason;
}

void session_options_in(struct sessions *all, const struct sip_msg *msg)
{
	struct flow_info flow;
	enum reason reason;

	if (pl_isset(&msg->to.tag)) {
		if (!session_find(all, msg)) {
			session_refuse_protocol(
				all, msg, NULL, 481,
				"Call/Transaction Does Not Exist", NULL);
			return;
		}
		reason = REASON_NONE;
	}
	else if (bus_flow(all->bus, msg, &flow))
		return;
	else if (!host_is_ours(all->config, &msg->uri.host, &flow))
		reason = REASON_NOT_FOUND;
	else
		reason = may_join(all, msg);

	if (reason != REASON_NONE) {
		session_refuse(all, msg, NULL, reason);
		return;
	}
	(void)sip_treplyf(NULL, NULL, all->sip, msg, false, 200, "OK",
			  SESSION_ALLOW SESSION_ALLOW_EVENTS
			  "Accept: application/sdp, application/dtmf-relay,"
			  " application/dtmf\r\n"
			  "Accept-Encoding: identity\r\n" SESSION_SUPPORTED
			  "Supported: precondition\r\n" SESSION_NO_BODY);
}
