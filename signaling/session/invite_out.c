/**
 * @file signaling/session/invite_out.c  INVITE of ours: dialling out (RFC 4579
 * sec. 5.5)
 *
 * The next hop is found (attempt.c), the mixer makes a leg, the INVITE goes
 * out with our offer. The dialog of that INVITE stays pristine in `early`;
 * each 2xx makes a dialog of its own from it, the first one is the session's.
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session/session_private.h"

enum { RINGING_MAX_MS = 180 * 1000 /* as RFC 3261's timer C */ };

static int send_invite(struct session *s);
static enum reason join_callee(struct session *s, bool webrtc);
static void mixer_there_h(enum reason reason, void *arg);

static void ringing_h(void *arg)
{
	session_fail(arg, REASON_NO_ANSWER);
}

/* ------------------------------------------------------------ responses */

/* The dialog is the one that this 2xx makes */
static int call_confirm(struct session *s, const struct sip_msg *msg)
{
	struct sip_dialog *dlg = NULL;
	int err = client_invite_confirm(s, msg, &dlg);

	if (!err)
		dialog_confirm(s->dialog, dlg);
	mem_deref(dlg);

	return err;
}

static void call_cancelled(struct session *s, int err,
			   const struct sip_msg *msg)
{
	if (err || msg->scode >= 300) {
		session_drop(s, REASON_LEFT);
		return;
	}
	/* The 2xx crossed our CANCEL (RFC 3261 section 9.1) */
	if (msg->scode < 200)
		return;
	if (call_confirm(s, msg) ||
	    session_ack_send(s, dialog_sip(s->dialog), msg->cseq.num))
		session_drop(s, REASON_LEFT);
	else
		session_bye(s, s->end_reason);
}

static void call_accepted(struct session *s, const struct sip_msg *msg)
{
	enum reason reason;

	call_out_stop_timer(s->call);
	if (call_confirm(s, msg)) {
		session_give_up(s, REASON_BAD_REQUEST);
		return;
	}
	if (session_ack_send(s, dialog_sip(s->dialog), msg->cseq.num)) {
		session_give_up(s, REASON_INTERNAL);
		return;
	}
	session_set_state(s, DIALOG_CONFIRMED);
	call_out_tell_msg(s->call, msg);
	dial_answered(s, msg);
	timer_read_allow(s, msg);
	timer_answered(s, msg);
	reason = client_invite_answer(s, msg);
	if (reason != REASON_NONE)
		session_fail(s, reason);
}

/* ------------------------------------------------------------ refusals */

/* A new leg, then the old one goes, so that the conference is never empty
 * between them */
static enum reason rejoin(struct session *s, bool webrtc, enum reason why)
{
	struct endpoint *old = s->ep;
	enum reason reason;

	session_endpoint_gone(s);
	session_set_state(s, DIALOG_DIALLING);
	reason = join_callee(s, webrtc);
	if (old)
		focus_leave(old, why);

	return reason;
}

/* The other of plain RTP and WebRTC */
static int try_other_shape(struct session *s)
{
	if (!call_out_try_other_shape(s->call))
		return EPROTO;

	return rejoin(s, !exchange_is_webrtc(s->exchange), REASON_NO_CODEC) ==
			       REASON_NONE
		       ? 0
		       : EPROTO;
}

/* RFC 3261 section 8.1.3.5: the same without what it does not know */
static int try_plain(struct session *s)
{
	return call_out_try_plain(s->call) ? send_invite(s) : EPROTO;
}

/* Multipart bodies are for all (RFC 5621 section 3), but terminals that read
 * nothing but SDP answer with 415, or with whatever they say when they find
 * none */
static int try_lone_sdp(struct session *s)
{
	return call_out_try_lone_sdp(s->call) ? send_invite(s) : EPROTO;
}

/* RFC 3312 section 11: who insists on preconditions is offered some, once */
static int try_preconditions(struct session *s, const struct sip_msg *msg)
{
	struct mbuf *sdp = NULL;
	int err;

	if (!sip_msg_hdr_has_value(msg, SIP_HDR_REQUIRE, "precondition"))
		return EPROTO;
	err = offer_ask_preconditions(exchange_offer(s->exchange), &sdp);
	if (err)
		return err;
	exchange_sent(s->exchange, sdp);
	mem_deref(sdp);

	return send_invite(s);
}

static int redirect(struct session *s, const struct sip_msg *msg)
{
	int err = call_out_redirect(s->call, msg);

	if (!err)
		session_next_target(s);

	return err;
}

static int try_again(struct session *s, const struct sip_msg *msg)
{
	int err;

	switch (msg->scode) {

	case 401:
	case 407:
		err = call_out_challenge(s->call, msg);
		return err ? err : send_invite(s);
	case 400:
	case 500: return try_lone_sdp(s);
	case 415: err = try_lone_sdp(s); return err ? try_other_shape(s) : 0;
	case 488:
	case 606: return try_other_shape(s);
	case 420: return try_plain(s);
	case 421: return try_preconditions(s, msg);
	case 422: err = timer_raise(s, msg); return err ? err : send_invite(s);
	default: return msg->scode < 400 ? redirect(s, msg) : EPROTO;
	}
}

/* May another address of whom we call do better? Who is busy or declines is
 * so everywhere. */
static bool fails_over(uint16_t status)
{
	switch (status) {

	case 404:
	case 408:
	case 410:
	case 430: /* RFC 5626 section 5.3.1 */
	case 480: return true;
	default: return status < 400 || (status >= 500 && status < 600);
	}
}

static void call_refused(struct session *s, const struct sip_msg *msg)
{
	session_attempt_over(s);
	if (!try_again(s, msg))
		return;
	log_info("session", "dial refused status=%u", msg->scode);
	if (msg->scode == 503 && session_another_address(s, msg))
		return;
	if (call_out_has_more(s->call) && fails_over(msg->scode)) {
		session_next_target(s);
		return;
	}
	session_call_refused(s, msg);
}

static void call_response_h(int err, const struct sip_msg *msg, void *arg)
{
	struct session *s = arg;

	if (dialog_state(s->dialog) == DIALOG_CANCELLING) {
		call_cancelled(s, err, msg);
		return;
	}
	if (err) {
		session_unreached(s);
		return;
	}
	call_out_received(s->call);
	session_received(s, msg);
	if (msg->scode < 200) {
		if (s->ep && msg->scode > 100)
			focus_progress(s->ep, msg->scode == 180
						      ? "alerting"
						      : "dialing-out");
		if (msg->scode > 100) {
			call_out_tell_msg(s->call, msg);
			client_invite_in(s, msg);
		}
	}
	else if (msg->scode < 300)
		call_accepted(s, msg);
	else
		call_refused(s, msg);
}

/* -------------------------------------------------------------- requests */

static int send_invite(struct session *s)
{
	int err;

	if (!exchange_local(s->exchange))
		return rejoin(s, exchange_is_webrtc(s->exchange),
			      REASON_UNAVAILABLE) == REASON_NONE
			       ? 0
			       : EPROTO;
	err = client_invite_send(s, client_invite_early(s->invite),
				 exchange_local(s->exchange), call_response_h);
	if (err)
		return err;
	exchange_resent(s->exchange);
	session_set_state(s, DIALOG_CALLING);
	call_out_start_timer(s->call, RINGING_MAX_MS, ringing_h, s);

	return 0;
}

static void callee_joined_h(enum reason reason, const struct leg_local *local,
			    void *arg)
{
	struct session *s = arg;
	struct flow_info flow;
	struct mbuf *sdp = NULL;
	int err;

	if (reason != REASON_NONE) {
		session_endpoint_gone(s);
		if (reason != REASON_MIXER_LOST ||
		    !session_join_again(s, reason, mixer_there_h))
			session_give_up(s, reason);
		return;
	}
	err = exchange_print(s->exchange, local, &sdp);
	if (!err)
		exchange_sent(s->exchange, sdp);
	mem_deref(sdp);
	if (!err && dialog_flow_info(s->dialog, &flow)) {
		session_unreached(s); /* its connection did not come about */
		return;
	}
	if (!err)
		err = send_invite(s);
	if (err)
		session_give_up(s, REASON_INTERNAL);
}

static enum reason join_callee(struct session *s, bool webrtc)
{
	struct leg_description *leg = NULL;
	enum reason reason;

	if (session_exchange_begin(s))
		return REASON_INTERNAL;
	reason = exchange_ours(s->exchange, webrtc, &leg);
	if (reason == REASON_NONE)
		reason = session_join(s, leg, callee_joined_h);
	mem_deref(leg);

	return reason;
}

static void mixer_there_h(enum reason reason, void *arg)
{
	struct session *s = arg;
	const struct next_hop *hop = call_out_hop(s->call);

	if (reason == REASON_NONE)
		reason = join_callee(s, next_hop_target(hop)->webrtc);
	if (reason != REASON_NONE &&
	    !session_join_again(s, reason, mixer_there_h))
		session_give_up(s, reason);
}

void session_call(struct session *s)
{
	const struct next_hop *hop = call_out_hop(s->call);
	const bool webrtc = next_hop_target(hop)->webrtc;
	enum reason reason;

	if (!s->ep) {
		session_await_mixer(s, mixer_there_h);
		return;
	}
	if (exchange_is_webrtc(s->exchange) == webrtc &&
	    exchange_has_keys(s->exchange) == next_hop_is_secure(hop))
		reason = send_invite(s) ? REASON_INTERNAL : REASON_NONE;
	else /* Keys of an offer over TLS must not be seen on the way. */
		reason = rejoin(s, webrtc, REASON_UNAVAILABLE);
	if (reason != REASON_NONE)
		session_give_up(s, reason);
}
