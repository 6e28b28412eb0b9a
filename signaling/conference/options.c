/**
 * @file signaling/conference/options.c  What can you do? (RFC 3261 section 11)
 *
 * Answered as an INVITE would be at this moment; without a user part it is a
 * proxy's or a browser's ping at the server itself.
 */
#include <errno.h>
#include "signaling/conference/conference_private.h"
#include "focus/conference/focus.h"
#include "signaling/message/header.h"
#include "signaling/message/host.h"
#include "signaling/session/dialog.h"
#include "signaling/session/refusal.h"
#include "signaling/session/session.h"
#include "signaling/session/session_headers.h"
#include "signaling/transport/layer.h"

/* A conference's Contact tells that it is one (RFC 4579, discovery by
 * OPTIONS); a factory is none yet, nor is the server */
static enum reason may_join(struct sessions *all, const struct sip_msg *msg,
			    const struct flow_info *flow, char *contact,
			    size_t size)
{
	enum reason reason;
	char *name = NULL;
	int err;

	err = header_user(&name, &msg->uri);
	if (err == ENOENT)
		return REASON_NONE;
	if (err)
		return REASON_BAD_REQUEST;
	reason = focus_may_join(sessions_base(all)->focus, name);
	if (reason == REASON_NONE &&
	    !focus_is_factory(sessions_base(all)->focus, name) &&
	    layer_contact(sessions_base(all)->layer, flow->id, name, contact,
			  size))
		reason = REASON_INTERNAL;
	mem_deref(name);

	return reason;
}

static int contact_print(struct re_printf *pf, const char *uri)
{
	return *uri ? session_contact_print(pf, uri) : 0;
}

void options_in(struct sessions *all, const struct sip_msg *msg)
{
	const struct session_request request = {all, msg};
	char contact[HEADER_URI_MAX] = "";
	const struct session *s;
	struct flow_info flow;
	enum reason reason;

	if (pl_isset(&msg->to.tag)) {
		s = session_find(all, msg);
		if (!s) {
			session_refuse_protocol(
				all, msg, NULL, 481,
				"Call/Transaction Does Not Exist", NULL);
			return;
		}
		str_ncpy(contact, dialog_contact(session_dialog(s)),
			 sizeof(contact));
		reason = REASON_NONE;
	}
	else if (layer_flow(sessions_base(all)->layer, msg, &flow))
		return;
	else if (!host_is_ours(sessions_base(all)->config, &msg->uri.host,
			       &flow))
		reason = REASON_NOT_FOUND;
	else
		reason = may_join(all, msg, &flow, contact, sizeof(contact));

	if (reason != REASON_NONE) {
		session_refuse(all, msg, NULL, reason);
		return;
	}
	(void)sip_treplyf(
		NULL, NULL, sessions_sip(all), msg, false, 200, "OK",
		"%H%H" SESSION_ALLOW SESSION_ALLOW_EVENTS SESSION_ACCEPT
		"Accept: application/dtmf-relay,"
		" application/dtmf\r\n" SESSION_SUPPORTED
		"Supported: precondition\r\n" SESSION_NO_BODY,
		contact_print, contact, session_id_reply_print, &request);
}
