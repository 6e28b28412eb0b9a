/**
 * @file signaling/connect.c  INVITE of ours: dialling out (RFC 4579 sec. 5.5)
 *
 * A way is looked for, the mixer makes a leg, the INVITE goes out with our
 * offer. The dialog of that INVITE stays pristine in `early`; each 2xx makes
 * a dialog of its own from it, the first one is the session's.
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session_state.h"

enum {
	REDIRECTS_MAX = 5,
	RINGING_MAX_MS = 180 * 1000, /* as RFC 3261's timer C */
};

static int send_invite(struct session *s);

static enum reason reason_of_status(uint16_t status)
{
	switch (status) {

	case 401:
	case 403:
	case 407: return REASON_FORBIDDEN;
	case 404:
	case 410:
	case 484:
	case 604: return REASON_NOBODY;
	case 408: return REASON_NO_ANSWER;
	case 486:
	case 600: return REASON_BUSY;
	case 603: return REASON_DECLINED;
	case 415:
	case 488:
	case 606: return REASON_NO_CODEC;
	default: return REASON_UNAVAILABLE;
	}
}

/* No INVITE of ours is out: nothing to cancel, nobody to tell but the focus */
static void give_up(struct session *s, enum reason reason)
{
	log_info("session", "dial failed reason=%s",
		 reason_row(reason)->token);
	if (!s->joined)
		focus_dial_failed(s->all->focus, s->conference, s->target,
				  reason);
	dial_tell_reason(s, reason);
	session_drop(s, reason);
}

static void ringing_h(void *arg)
{
	session_fail(arg, REASON_NO_ANSWER);
}

/* ------------------------------------------------------------ responses */

static void cancelled(struct session *s, int err, const struct sip_msg *msg)
{
	if (err || msg->scode >= 300) {
		session_drop(s, REASON_LEFT);
		return;
	}
	/* The 2xx crossed our CANCEL (RFC 3261 section 9.1) */
	if (msg->scode < 200)
		return;
	if (sip_dialog_fork(&s->dlg, s->early, msg) ||
	    session_ack_send(s->all, s->dlg, msg->cseq.num))
		session_drop(s, REASON_LEFT);
	else
		session_bye(s, s->end_reason);
}

static void accepted(struct session *s, const struct sip_msg *msg)
{
	enum reason reason;

	tmr_cancel(&s->ringing);
	if (sip_dialog_fork(&s->dlg, s->early, msg)) {
		give_up(s, REASON_BAD_REQUEST);
		return;
	}
	if (session_ack_send(s->all, s->dlg, msg->cseq.num)) {
		give_up(s, REASON_INTERNAL);
		return;
	}
	session_set_state(s, SESSION_CONFIRMED);
	dial_tell_msg(s, msg);
	s->peer_update = sip_msg_hdr_has_value(msg, SIP_HDR_ALLOW, "UPDATE");
	timer_answered(s, msg);
	reason = session_apply_answer(s, msg);
	if (reason != REASON_NONE)
		session_fail(s, reason);
}

/* RFC 3261 section 8.1.3.4: the first Contact that is a SIP URI */
static int redirect(struct session *s, const struct sip_msg *msg)
{
	const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	struct sip_addr addr;
	char *target = NULL;
	int err;

	if (s->redirects++ >= REDIRECTS_MAX)
		return ELOOP;
	if (!contact || sip_addr_decode(&addr, &contact->val) ||
	    pl_strcasecmp(&addr.uri.scheme, "sip") ||
	    pl_isset(&addr.uri.headers))
		return EBADMSG;
	err = header_uri(&target, &addr.auri);
	if (err)
		return err;
	mem_deref(s->target);
	s->target = target;
	s->early = mem_deref(s->early);
	session_set_state(s, SESSION_DIALLING);
	session_register(s, s->target);

	return session_resolve(s);
}

static enum reason join(struct session *s);

/* The other of plain RTP and WebRTC: a new leg, then the old one goes, so
 * that the conference is never empty between them */
static int try_other_shape(struct session *s)
{
	struct endpoint *old = s->ep;
	enum reason reason;

	if (s->other_shape_tried)
		return EPROTO;
	s->other_shape_tried = true;
	s->webrtc = !s->webrtc;
	s->ep = NULL;
	session_set_state(s, SESSION_DIALLING);
	reason = join(s);
	if (old)
		focus_leave(old, REASON_NO_CODEC);

	return reason == REASON_NONE ? 0 : EPROTO;
}

static void refused(struct session *s, const struct sip_msg *msg)
{
	int err = EPROTO;

	tmr_cancel(&s->ringing);
	s->exchange = EXCHANGE_NONE;
	if (msg->scode < 400)
		err = redirect(s, msg);
	else if (msg->scode == 422) {
		err = timer_raise(s, msg);
		if (!err)
			err = send_invite(s);
	}
	else if (msg->scode == 488 || msg->scode == 415 || msg->scode == 606)
		err = try_other_shape(s);

	if (err) {
		log_info("session", "dial refused status=%u", msg->scode);
		dial_tell_msg(s, msg);
		give_up(s, reason_of_status(msg->scode));
	}
}

static void response_h(int err, const struct sip_msg *msg, void *arg)
{
	struct session *s = arg;

	if (s->state == SESSION_CANCELLING) {
		cancelled(s, err, msg);
		return;
	}
	if (err) {
		give_up(s, REASON_UNAVAILABLE);
		return;
	}
	s->heard = true;
	if (msg->scode < 200) {
		/* SDP in it is early media: the 2xx will repeat it. */
		if (s->ep && msg->scode > 100)
			focus_progress(s->ep, msg->scode == 180
						      ? "alerting"
						      : "dialing-out");
		if (msg->scode > 100)
			dial_tell_msg(s, msg);
	}
	else if (msg->scode < 300)
		accepted(s, msg);
	else
		refused(s, msg);
}

/* -------------------------------------------------------------- requests */

int session_invite_send(struct session *s, struct sip_dialog *dlg,
			struct mbuf *sdp, sip_resp_h *resph)
{
	sdp->pos = 0;

	return sip_drequestf(
		&s->req, s->all->sip, true, "INVITE", dlg, 0, NULL, NULL,
		resph, s,
		"Contact: <%s>;isfocus\r\n" SESSION_ALLOW SESSION_SUPPORTED
		"%H"
		"Content-Type: application/sdp\r\n"
		"Content-Length: %zu\r\n\r\n%b",
		s->contact, timer_print_request, s, mbuf_get_left(sdp),
		mbuf_buf(sdp), mbuf_get_left(sdp));
}

static int send_invite(struct session *s)
{
	int err = session_invite_send(s, s->early, s->local_sdp, response_h);

	if (err)
		return err;
	s->exchange = EXCHANGE_OFFERED;
	session_set_state(s, SESSION_CALLING);
	tmr_start(&s->ringing, RINGING_MAX_MS, ringing_h, s);

	return 0;
}

static void joined_h(enum reason reason, const json_t *local, void *arg)
{
	struct session *s = arg;
	struct mbuf *sdp = NULL;
	int err;

	if (reason != REASON_NONE) {
		s->ep = NULL;
		give_up(s, reason);
		return;
	}
	err = offer_local(s->offer, local, &sdp);
	if (!err) {
		session_set_local_sdp(s, sdp);
		err = send_invite(s);
	}
	mem_deref(sdp);
	if (err)
		give_up(s, REASON_INTERNAL);
}

static enum reason join(struct session *s)
{
	json_t *leg = NULL;
	enum reason reason;

	if (session_offer_alloc(s) ||
	    offer_begin(s->offer, s->webrtc, true, &leg))
		return REASON_INTERNAL;
	s->exchange = EXCHANGE_PREPARE;
	reason = session_join(s, leg, s->webrtc, joined_h);
	json_decref(leg);

	return reason;
}

/* Who we are in From: the conference at our domain, or at our address */
static int from_uri(const struct session *s, char *dst, size_t size)
{
	const char *domain = s->all->config->domain;
	const char *at = strchr(s->contact, '@');
	const char *params = strchr(s->contact, ';');
	struct pl user, all;

	all.p = s->contact;
	all.l = params ? (size_t)(params - s->contact) : strlen(s->contact);
	user.p = s->contact;
	user.l = at ? (size_t)(at - s->contact) : 0;
	if (at && str_isset(domain))
		return re_snprintf(dst, size, "%r@%s", &user, domain) < 0
			       ? EOVERFLOW
			       : 0;
	return re_snprintf(dst, size, "%r", &all) < 0 ? EOVERFLOW : 0;
}

static int make_dialog(struct session *s, const char *route)
{
	char uri[HEADER_URI_MAX];
	const char *routev[1];
	int err;

	err = bus_contact(s->all->bus, s->flow, s->conference, uri,
			  sizeof(uri));
	if (err)
		return err;
	s->contact = mem_deref(s->contact);
	err = str_dup(&s->contact, uri);
	if (err)
		return err;
	err = from_uri(s, uri, sizeof(uri));
	if (err)
		return err;
	routev[0] = route;
	s->early = mem_deref(s->early);
	err = sip_dialog_alloc(&s->early, s->target, s->target,
			       s->from_display, uri, routev, 1);
	if (err)
		return err;
	session_register(s, sip_dialog_callid(s->early));

	return 0;
}

static void routed_h(int err, const char *route, uint64_t flow, void *arg)
{
	struct session *s = arg;
	enum reason reason = REASON_INTERNAL;

	s->resolve = mem_deref(s->resolve);
	if (err) {
		log_info("session", "dial: no way error=\"%s\"",
			 strerror(err));
		give_up(s, REASON_NO_ROUTE);
		return;
	}
	s->flow = flow;
	if (!make_dialog(s, route)) {
		if (s->ep) /* redirected: leg and offer are there */
			reason =
				send_invite(s) ? REASON_INTERNAL : REASON_NONE;
		else
			reason = join(s);
	}
	if (reason != REASON_NONE)
		give_up(s, reason);
}

int session_resolve(struct session *s)
{
	return bus_resolve(&s->resolve, s->all->bus, s->target, routed_h, s);
}
