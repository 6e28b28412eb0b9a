/**
 * @file signaling/conference/options.c  What can you do? (RFC 3261 section 11)
 *
 * Answered as an INVITE would be at this moment; without a user part it is a
 * proxy's or a browser's ping at the server itself.
 */
#include <errno.h>
#include <string.h>
#include "signaling/auth/auth.h"
#include "signaling/conference/conference_private.h"
#include "signaling/conference/relay.h"
#include "focus/conference/focus.h"
#include "signaling/message/header.h"
#include "signaling/message/host.h"
#include "signaling/session/dialog.h"
#include "signaling/session/refusal.h"
#include "signaling/session/session.h"
#include "signaling/session/session_headers.h"
#include "signaling/transport/layer.h"

/** One that is answered when it is known whether an INVITE would be let in */
struct options {
	struct sessions *all;
	struct sip_msg *msg;
	struct flow_info flow;
	char *conference;
	char *aor;    /**< of who asks for a relay and has proved who it is */
	char *secret; /**< what it says proves that it was in; hostile */
	bool relay;
};

static void options_destructor(void *arg)
{
	struct options *o = arg;

	mem_deref(o->msg);
	mem_deref(o->conference);
	mem_deref(o->aor);
	mem_deref(o->secret);
}

static int contact_print(struct re_printf *pf, const char *uri)
{
	return *uri ? session_contact_print(pf, uri) : 0;
}

/** What it takes in a body, at the end of the headers */
static int body_print(struct re_printf *pf, const char *body)
{
	return *body ? re_hprintf(pf,
				  "Content-Type: " RELAY_TYPE
				  "\r\nContent-Length: %zu\r\n\r\n%s",
				  strlen(body), body)
		     : re_hprintf(pf, SESSION_NO_BODY);
}

static void options_answer(struct sessions *all, const struct sip_msg *msg,
			   const char *contact, const char *body)
{
	const struct session_request request = {all, msg};

	/* nothing is kept of it (RFC 3261 section 8.2.7) */
	(void)sip_replyf(
		sessions_sip(all), msg, 200, "OK",
		"%H%H" SESSION_ALLOW SESSION_ALLOW_EVENTS SESSION_ACCEPT
		"Accept: application/dtmf-relay, "
		"application/dtmf, " WRITTEN_TYPES "\r\n" SESSION_SUPPORTED
		"Supported: precondition\r\n%H",
		contact_print, contact, session_id_reply_print, &request,
		body_print, body);
}

/* A conference's Contact tells that it is one (RFC 4579, discovery by
 * OPTIONS); a factory is none yet, nor is the server */
static void options_may_join_h(enum reason reason, void *arg)
{
	struct options *o = arg;
	const struct sessions_dependencies *base = sessions_base(o->all);
	const struct acts *acts = sessions_acts_arg(o->all);
	char contact[HEADER_URI_MAX] = "";
	char *body = NULL;

	if (reason == REASON_NONE &&
	    !focus_is_factory(base->focus, o->conference) &&
	    layer_contact(base->layer, o->flow.id, o->conference, contact,
			  sizeof(contact)))
		reason = REASON_INTERNAL;
	if (reason == REASON_NONE && o->relay)
		reason = relay_give(acts->relay, &o->flow, o->aor, &body);
	if (reason == REASON_NONE)
		options_answer(o->all, o->msg, contact, body ? body : "");
	else
		session_refuse(o->all, o->msg, NULL, reason);
	mem_deref(body);
}

/* A relay is for who may call: it proves as for an INVITE who it is, or by its
 * secret that it takes part already, or did; then no lock shuts it out.
 * @return false: it has been answered */
static bool relay_may_ask(struct options *o, struct question *q)
{
	const struct sessions_dependencies *base = sessions_base(o->all);
	const struct sip_hdr *hdr = sip_msg_xhdr(o->msg, "Parley-Secret");
	const struct endpoint *ep = NULL;

	if (hdr && !pl_strdup(&o->secret, &hdr->val))
		ep = focus_secret_endpoint(base->focus, o->secret);

	q->probe = false;
	q->secret = o->secret;
	if (ep) {
		q->conference = focus_endpoint_conference(ep);
		q->asker.leg = focus_leg(ep);
		q->replaces = true;
		return true;
	}
	if (auth_check(base->auth, o->msg, &o->flow, &o->aor) == AUTH_ANSWERED)
		return false;
	q->asker.aor = o->aor;
	q->asker.known = o->aor != NULL;

	return true;
}

/* As an INVITE of somebody who has not said who it is */
static void options_ask(struct sessions *all, const struct sip_msg *msg,
			const struct flow_info *flow)
{
	struct question q = {.kind = QUESTION_JOIN, .probe = true};
	const struct acts *acts = sessions_acts_arg(all);
	struct options *o = mem_zalloc(sizeof(*o), options_destructor);
	int err = o ? header_user(&o->conference, &msg->uri) : ENOMEM;

	if (err) {
		mem_deref(o);
		if (err == ENOENT)
			options_answer(all, msg, "", "");
		else
			session_refuse(all, msg, NULL,
				       err == ENOMEM ? REASON_INTERNAL
						     : REASON_BAD_REQUEST);
		return;
	}
	o->all = all;
	o->msg = mem_ref((void *)msg);
	o->flow = *flow;
	o->relay = relay_is_wanted(acts->relay, msg, flow);
	q.conference = o->conference;
	if (o->relay && !relay_may_ask(o, &q)) {
		mem_deref(o);
		return;
	}
	asking_begin(all, msg, &q, options_may_join_h, o);
}

static void options_in_dialog(struct sessions *all, const struct sip_msg *msg)
{
	const struct session *s = session_find(all, msg);

	if (s)
		options_answer(all, msg, dialog_contact(session_dialog(s)),
			       "");
	else
		session_refuse_protocol(all, msg, NULL, 481,
					"Call/Transaction Does Not Exist",
					NULL);
}

void options_in(struct sessions *all, const struct sip_msg *msg)
{
	const struct sessions_dependencies *base = sessions_base(all);
	struct flow_info flow;

	if (pl_isset(&msg->to.tag))
		options_in_dialog(all, msg);
	else if (layer_flow(base->layer, msg, &flow))
		return;
	else if (!host_is_ours(base->config, &msg->uri.host, &flow))
		session_refuse(all, msg, NULL, REASON_NOT_FOUND);
	else
		options_ask(all, msg, &flow);
}
