/**
 * @file signaling/session/modify.c  re-INVITE and UPDATE that come in
 *
 * RFC 3261 section 14.2, RFC 3311: hold, media that come and go, ICE restart,
 * session refresh. One offer at a time: 491 when ours is out, 500 with
 * Retry-After when theirs has no answer yet.
 */
#include <errno.h>
#include "mixer/base/log.h"
#include "signaling/session/session_private.h"

static void refuse_for_now(struct session *s, const struct sip_msg *msg)
{
	char retry[32];

	(void)re_snprintf(retry, sizeof(retry), "Retry-After: %u\r\n",
			  (unsigned)rand_u16() % 11);
	session_refuse_protocol(s->all, msg, NULL, 500,
				"Server Internal Error", retry);
}

void session_refuse_busy(struct session *s, const struct sip_msg *msg)
{
	if (exchange_refusal(s->exchange) == EXCHANGE_PENDING)
		session_refuse_protocol(s->all, msg, NULL, 491,
					"Request Pending", NULL);
	else
		refuse_for_now(s, msg);
}

/* A caller that sends a new INVITE has seen our 2xx, even if its ACK was lost:
 * without an answer to wait for, the dialog is confirmed. */
static void imply_ack(struct session *s)
{
	struct sip_msg *msg;

	if (!s->reply.waits || exchange_phase(s->exchange) != EXCHANGE_IDLE)
		return;
	msg = mem_ref(s->reply.msg);
	session_ack_in(s, msg);
	mem_deref(msg);
}

static void change_refuse(struct session *s)
{
	if (server_request_is_open(s->in_hand))
		session_refuse_protocol(s->all, server_request_msg(s->in_hand),
					server_request_strans(s->in_hand), 487,
					"Request Terminated", NULL);
}

void session_change_stop(struct session *s)
{
	if (!server_request_is_open(s->in_hand))
		return;
	(void)session_names_stop(s);
	change_refuse(s);
	server_request_forget(s->in_hand);
	if (exchange_phase(s->exchange) == EXCHANGE_THEIRS)
		exchange_rollback(s->exchange);
}

static void modify_cancel_h(void *arg)
{
	struct session *s = arg;

	if (reliable_hurry(s))
		return;
	/* Only the change is called off (RFC 3261 section 14.2); what the
	 * mixer makes of it is replaced when its answer is there. */
	change_refuse(s);
	if (session_names_stop(s)) { /* the mixer was not asked yet */
		server_request_forget(s->in_hand);
		session_next(s);
	}
}

bool session_survives(const struct session *s, enum reason reason)
{
	return reason_is_no_mixer(reason) &&
	       dialog_state(s->dialog) == DIALOG_CONFIRMED && s->ep;
}

void session_restore(struct session *s, enum reason reason)
{
	exchange_rollback(s->exchange);
	server_request_forget(s->in_hand);
	/* An offer that waits may be the last one that fails. */
	mem_ref(s);
	if (!reason_is_no_mixer(reason))
		session_wish(s, EXCHANGE_WISH_RESTORE);
	else if (session_survives(s, reason))
		(void)session_offer_again(s);
	if (s->he.list)
		session_next(s);
	mem_deref(s);
}

static void modify_refuse(struct session *s, enum reason reason)
{
	if (server_request_is_open(s->in_hand))
		session_refuse(s->all, server_request_msg(s->in_hand),
			       server_request_strans(s->in_hand), reason);
	exchange_rollback(s->exchange);
	server_request_forget(s->in_hand);
	session_next(s);
}

static void modified_h(enum reason reason, const struct leg_local *local,
		       void *arg)
{
	struct session *s = arg;
	struct mbuf *sdp = NULL;
	bool theirs = exchange_phase(s->exchange) == EXCHANGE_THEIRS;

	if (!server_request_is_open(s->in_hand)) { /* cancelled meanwhile */
		session_restore(s, reason);
		return;
	}
	if (reason != REASON_NONE) {
		session_refuse(s->all, server_request_msg(s->in_hand),
			       server_request_strans(s->in_hand), reason);
		session_restore(s, reason);
		return;
	}
	if (exchange_print(s->exchange, local, &sdp)) {
		session_refuse(s->all, server_request_msg(s->in_hand),
			       server_request_strans(s->in_hand),
			       REASON_INTERNAL);
		session_restore(s, REASON_INTERNAL);
		return;
	}
	if (theirs && s->ep)
		focus_held(s->ep, offer_held(exchange_offer(s->exchange)));
	mem_ref(s);
	session_answer(s, sdp);
	mem_deref(sdp);
	if (s->he.list)
		session_shape_news(s);
	mem_deref(s);
}

static void change_now(struct session *s, const struct pl *sdp)
{
	enum reason reason;
	struct leg_description *leg = NULL;

	if (!sdp->l && s->ep)
		session_shape_take(s);
	reason = sdp->l ? exchange_theirs(s->exchange, sdp, &leg)
			: exchange_ours_again(s->exchange, true, &leg);
	if (reason == REASON_NONE && !s->ep)
		reason = REASON_UNAVAILABLE;
	if (reason == REASON_NONE && !reliable_can(s))
		reason = REASON_BAD_REQUEST;
	if (reason == REASON_NONE)
		reason = focus_leg_modify(s->ep, leg, modified_h, s);
	mem_deref(leg);
	if (reason != REASON_NONE)
		modify_refuse(s, reason);
}

static void change(struct session *s, const struct pl *sdp)
{
	if (!session_names_wait(s, server_request_msg(s->in_hand), sdp,
				change_now))
		change_now(s, sdp);
}

/* The transaction is ours to answer. 0, or it has been answered */
static int modify_take(struct session *s, const struct sip_msg *msg)
{
	bool invite = !pl_strcmp(&msg->met, "INVITE");

	/* No other request can be cancelled (RFC 3261 section 9.2). */
	if (server_request_begin(s->in_hand, s->all->sip, msg,
				 invite ? modify_cancel_h : NULL, s)) {
		session_refuse(s->all, msg, NULL, REASON_INTERNAL);
		return ENOMEM;
	}
	/* Target refresh (RFC 3261 section 12.2.2); one without a Contact
	 * that can be read leaves the old target. */
	if (pl_strcmp(&msg->met, "PRACK"))
		(void)sip_dialog_update(client_invite_dialog(s, msg), msg);
	timer_read_allow(s, msg);
	dialog_flow_leave(s->dialog);

	return 0;
}

int session_read_sdp(struct session *s, const struct sip_msg *msg,
		     struct pl *sdp)
{
	int err = header_sdp(msg, sdp);

	if (err == ENOENT) {
		pl_set_str(sdp, "");
		return 0;
	}
	if (err == ENOTSUP)
		session_refuse_protocol(s->all, msg, NULL, 415,
					"Unsupported Media Type",
					"Accept: application/sdp\r\n"
					"Accept-Encoding: identity\r\n");
	else if (err == EMSGSIZE)
		session_refuse_protocol(s->all, msg, NULL, 413,
					"Request Entity Too Large", NULL);
	else if (err)
		session_refuse(s->all, msg, NULL, REASON_BAD_REQUEST);

	return err;
}

/* It may be somewhere else now, and within reach again */
static void follow(struct session *s, const struct sip_msg *msg)
{
	bool was_cut_off = dialog_is_cut_off(s->dialog);

	dialog_follow(s->dialog, msg, s->party->conference);
	if (was_cut_off && !dialog_is_cut_off(s->dialog) && s->ep)
		focus_cut_off(s->ep);
	session_shape_go_on(s);
}

void session_change_in(struct session *s, const struct sip_msg *msg,
		       const struct pl *sdp)
{
	if (modify_take(s, msg))
		return;
	follow(s, msg);
	change(s, sdp);
}

void session_reinvite_in(struct session *s, const struct sip_msg *msg)
{
	struct pl sdp;

	if (dialog_state(s->dialog) != DIALOG_CONFIRMED &&
	    dialog_state(s->dialog) != DIALOG_ANSWERED) {
		session_refuse_busy(s, msg);
		return;
	}
	/* The implied ACK may end the session, or begin an offer of ours. */
	mem_ref(s);
	imply_ack(s);
	if (!s->he.list || dialog_state(s->dialog) == DIALOG_ENDING)
		session_refuse_protocol(s->all, msg, NULL, 481,
					"Call/Transaction Does Not Exist",
					NULL);
	else if (!exchange_idle(s->exchange, EXCHANGE_BY_INVITE))
		session_refuse_busy(s, msg);
	else if (!session_read_sdp(s, msg, &sdp) &&
		 !timer_refused(s->all, msg) && !modify_take(s, msg)) {
		follow(s, msg);
		(void)sip_treply(server_request_strans(s->in_hand),
				 s->all->sip, msg, 100, "Trying");
		reliable_read(s, msg);
		change(s, &sdp);
	}
	mem_deref(s);
}

void session_update_in(struct session *s, const struct sip_msg *msg)
{
	struct pl sdp;

	if (session_read_sdp(s, msg, &sdp) || timer_refused(s->all, msg))
		return;
	/* Only the session timer: no offer, so nothing to collide with. */
	if (!sdp.l && server_request_is_open(s->in_hand)) {
		session_refuse_busy(s, msg);
		return;
	}
	/* No offer of ours is open there, so it is no glare (RFC 3311 section
	 * 5.2); it may be the one that answers in the end. */
	if (sdp.l && client_invite_beside(s, msg)) {
		refuse_for_now(s, msg);
		return;
	}
	if (sdp.l && !exchange_idle(s->exchange, EXCHANGE_BY_UPDATE)) {
		session_refuse_busy(s, msg);
		return;
	}
	if (sdp.l) {
		session_change_in(s, msg, &sdp);
		return;
	}
	if (modify_take(s, msg))
		return;
	follow(s, msg);
	session_answer(s, NULL);
}
