/**
 * @file signaling/answer.c  An INVITE to a conference URI (RFC 4579 sec. 5.1)
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session_state.h"

/* CANCEL came for their INVITE in hand (RFC 3261 section 9.2) */
static void cancel_h(void *arg)
{
	struct session *s = arg;

	session_refuse_protocol(s->all, s->msg, &s->st, 487,
				"Request Terminated", NULL);
	log_info("session", "cancelled");
	session_drop(s, REASON_LEFT);
}

static void refuse(struct session *s, enum reason reason)
{
	session_refuse(s->all, s->msg, &s->st, reason);
	session_drop(s, reason);
}

/* The mixer has the leg: the answer, or our offer, goes into the 200 */
static void joined_h(enum reason reason, const json_t *local, void *arg)
{
	struct session *s = arg;
	struct mbuf *sdp = NULL;
	int err;

	if (reason != REASON_NONE) {
		s->ep = NULL;
		refuse(s, reason);
		return;
	}
	if (s->exchange == EXCHANGE_PREPARE) {
		err = offer_local(s->offer, local, &sdp);
		s->exchange = EXCHANGE_OFFERED;
	}
	else {
		err = offer_answer(s->offer, local, &sdp);
		s->exchange = EXCHANGE_NONE;
	}
	if (err) {
		refuse(s, REASON_INTERNAL);
		return;
	}
	session_answer(s, sdp);
	mem_deref(sdp);
}

static int read_identity(struct session *s, const struct sip_msg *msg)
{
	const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	const struct sip_hdr *agent = sip_msg_hdr(msg, SIP_HDR_USER_AGENT);
	struct sip_addr addr;
	int err;

	if (!contact || sip_addr_decode(&addr, &contact->val))
		return EBADMSG;
	err = header_uri(&s->entity, &addr.auri);
	if (!err)
		err = header_aor(&s->aor, &msg->from.uri);
	if (!err)
		err = header_display(&s->display, &msg->from.dname);
	if (!err && agent)
		err = header_text(&s->agent, &agent->val, HEADER_AGENT_MAX);

	s->peer_update = sip_msg_hdr_has_value(msg, SIP_HDR_ALLOW, "UPDATE");

	return err;
}

static enum reason read_offer(struct session *s, const struct pl *sdp,
			      json_t **leg)
{
	struct flow_info flow;
	int err;

	if (sdp->l) {
		s->exchange = EXCHANGE_THEIRS;
		return offer_remote(s->offer, sdp->p, sdp->l, leg);
	}
	if (bus_flow_by_id(s->all->bus, s->flow, &flow))
		return REASON_INTERNAL;
	s->exchange = EXCHANGE_PREPARE;
	s->webrtc = flow.transport == FLOW_WS || flow.transport == FLOW_WSS;
	err = offer_begin(s->offer, s->webrtc, true, leg);

	return err ? REASON_INTERNAL : REASON_NONE;
}

static enum reason join(struct session *s, const struct pl *sdp)
{
	json_t *leg = NULL;
	enum reason reason;

	if (session_offer_alloc(s))
		return REASON_INTERNAL;
	reason = read_offer(s, sdp, &leg);
	if (reason == REASON_NONE)
		reason = session_join(
			s, leg, sdp->l ? offer_is_webrtc(s->offer) : s->webrtc,
			joined_h);
	json_decref(leg);

	return reason;
}

/* Checks that need no session. 0: go on; else it has been answered */
static int check_body(struct sessions *all, const struct sip_msg *msg,
		      struct pl *sdp)
{
	int err = header_sdp(msg, sdp);

	switch (err) {

	case 0: break;

	case ENOENT: pl_set_str(sdp, ""); break;

	case ENOTSUP:
		session_refuse_protocol(all, msg, NULL, 415,
					"Unsupported Media Type",
					"Accept: application/sdp\r\n"
					"Accept-Encoding: identity\r\n");
		return err;

	case EMSGSIZE:
		session_refuse_protocol(all, msg, NULL, 413,
					"Request Entity Too Large", NULL);
		return err;

	default:
		session_refuse(all, msg, NULL, REASON_BAD_REQUEST);
		return err;
	}
	if (!header_accepts_sdp(msg)) {
		session_refuse_protocol(all, msg, NULL, 406, "Not Acceptable",
					"Warning: 399 parley"
					" \"Accept leaves out"
					" application/sdp\"\r\n");
		return ENOTSUP;
	}
	return timer_refused(all, msg) ? ERANGE : 0;
}

static enum reason check_target(struct sessions *all,
				const struct sip_msg *msg,
				const struct flow_info *flow, char **name)
{
	int err;

	if (all->closing)
		return REASON_SHUTDOWN;
	if (all->count >= SESSIONS_MAX ||
	    all->unconfirmed >= SESSIONS_UNCONFIRMED_MAX)
		return REASON_OVERLOAD;
	if (!host_is_ours(all->config, &msg->uri.host, flow))
		return REASON_NOT_FOUND;
	err = header_user(name, &msg->uri);
	if (err)
		return err == ENOENT ? REASON_NOT_FOUND : REASON_BAD_REQUEST;

	return focus_may_join(all->focus, *name);
}

static int create(struct session **sp, struct sessions *all,
		  const struct sip_msg *msg, const struct flow_info *flow,
		  char **name)
{
	char contact[HEADER_URI_MAX];
	struct session *s;
	int err;

	err = session_alloc(&s, all);
	if (err)
		return err;
	s->state = SESSION_INCOMING;
	s->flow = flow->id;
	s->conference = *name;
	*name = NULL;
	err = read_identity(s, msg);
	if (err)
		goto out;
	err = bus_contact(all->bus, s->flow, s->conference, contact,
			  sizeof(contact));
	if (err)
		goto out;
	err = str_dup(&s->contact, contact);
	if (err)
		goto out;
	err = session_charge(s, msg);
	if (err)
		goto out;
	session_heard(s, msg);
	err = sip_dialog_accept(&s->dlg, msg);
	if (err)
		goto out;
	s->msg = mem_ref((void *)msg);
	err = sip_strans_alloc(&s->st, all->sip, msg, cancel_h, s);
	if (err)
		goto out;
	session_register(s, sip_dialog_callid(s->dlg));
	s->unconfirmed = true;
	all->unconfirmed++;
	*sp = s;

out:
	if (err)
		mem_deref(s);
	return err;
}

void session_invite_in(struct sessions *all, const struct sip_msg *msg)
{
	struct flow_info flow;
	struct session *s;
	struct pl sdp;
	char *name = NULL;
	enum reason reason;
	int err;

	all->invites++;
	if (bus_flow(all->bus, msg, &flow))
		return;
	reason = check_target(all, msg, &flow, &name);
	if (reason != REASON_NONE) {
		session_refuse(all, msg, NULL, reason);
		goto out;
	}
	if (check_body(all, msg, &sdp))
		goto out;

	err = create(&s, all, msg, &flow, &name);
	if (err) {
		session_refuse(all, msg, NULL,
			       err == EBADMSG || err == EINVAL
				       ? REASON_BAD_REQUEST
				       : REASON_INTERNAL);
		goto out;
	}
	(void)sip_treply(&s->st, all->sip, msg, 100, "Trying");
	reason = join(s, &sdp);
	if (reason != REASON_NONE)
		refuse(s, reason);

out:
	mem_deref(name);
}
