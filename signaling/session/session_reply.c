/**
 * @file signaling/session/session_reply.c  Our 200, its ACK, and answers to
 * offers
 */
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session/session_private.h"

void session_reply_init(struct session *s)
{
	tmr_init(&s->reply.resend);
	tmr_init(&s->reply.give_up);
}

void session_reply_reset(struct session *s)
{
	tmr_cancel(&s->reply.resend);
	tmr_cancel(&s->reply.give_up);
	s->reply.msg = mem_deref(s->reply.msg);
	s->reply.mb = mem_deref(s->reply.mb);
	s->reply.waits = false;
	s->reply.sent = 0;
}

static void reply_resend_h(void *arg)
{
	struct session *s = arg;
	struct session_reply *r = &s->reply;

	r->mb->pos = 0;
	(void)sip_send(s->all->sip, r->msg->sock, r->msg->tp, &r->msg->src,
		       r->mb);
	r->sent++;
	tmr_start(&r->resend,
		  r->sent < 4 ? (uint64_t)SIP_T1 << r->sent : SIP_T2,
		  reply_resend_h, s);
}

static void give_up_h(void *arg)
{
	struct session *s = arg;

	log_info("session", "no ACK");
	session_reply_reset(s);
	if (dialog_state(s->dialog) == DIALOG_ENDING)
		session_bye(s, s->end_reason);
	else
		session_fail(s, REASON_UNAVAILABLE);
}

/* Where a page says what it does by itself (it muted its microphone), by the
 * HTTP API, and the secret that proves there, and in an INVITE that comes
 * later, that it is it. Relative: the page knows its server. */
static int self_print(struct re_printf *pf, const struct session *s)
{
	struct flow_info flow;
	char secret[SECRET_SIZE];

	if (!s->first_reply || !s->ep || dialog_flow_info(s->dialog, &flow))
		return 0;
	if (flow.transport != FLOW_WS && flow.transport != FLOW_WSS)
		return 0;
	focus_secret(s->ep, secret);

	return re_hprintf(pf,
			  "Call-Info: </api/self>"
			  ";purpose=conference-self;secret=%s\r\n",
			  secret);
}

/* The session timer runs from the session's beginning on; an UPDATE before
 * that, and a PRACK, have nothing to do with it. */
static bool is_timed(const struct session *s)
{
	return server_request_is_invite(s->in_hand) ||
	       (!pl_strcmp(&server_request_msg(s->in_hand)->met, "UPDATE") &&
		(dialog_state(s->dialog) == DIALOG_CONFIRMED ||
		 dialog_state(s->dialog) == DIALOG_ANSWERED));
}

static int timed_print(struct re_printf *pf, const struct session *s)
{
	return is_timed(s) ? timer_print_reply(pf, s) : 0;
}

static int reply_print(struct re_printf *pf, const struct session *s)
{
	const bool invite = server_request_is_invite(s->in_hand);

	return re_hprintf(pf, "%H%s%H%H", session_headers_print, s,
			  invite ? SESSION_ACCEPT_WRITTEN : "", timed_print, s,
			  self_print, s);
}

void session_answer(struct session *s, struct mbuf *sdp)
{
	bool invite = server_request_is_invite(s->in_hand);
	struct mbuf *mb = NULL;
	bool timed;
	int err;

	if (reliable_due(s)) {
		reliable_send(s, sdp);
		return;
	}
	s->first_reply = invite && dialog_state(s->dialog) == DIALOG_INCOMING;
	timed = is_timed(s);
	if (timed)
		timer_accept(s, server_request_msg(s->in_hand));
	err = sip_treplyf(server_request_strans(s->in_hand), &mb, s->all->sip,
			  server_request_msg(s->in_hand), true, 200, "OK",
			  "%H%sContent-Length: %zu\r\n\r\n%b", reply_print, s,
			  sdp ? "Content-Type: application/sdp\r\n" : "",
			  sdp ? mbuf_get_left(sdp) : (size_t)0,
			  sdp ? mbuf_buf(sdp) : NULL,
			  sdp ? mbuf_get_left(sdp) : (size_t)0);
	if (err) {
		log_warn("session", "answer error=\"%s\"", strerror(err));
		session_fail(s, REASON_INTERNAL);
		return;
	}
	if (sdp) {
		exchange_sent(s->exchange, sdp);
		s->unagreed = false;
	}
	if (timed)
		timer_restart(s);
	if (invite) {
		session_reply_reset(s);
		s->reply.msg = mem_ref((void *)server_request_msg(s->in_hand));
		s->reply.mb = mem_ref(mb);
		s->reply.waits = true;
		tmr_start(&s->reply.resend, SIP_T1, reply_resend_h, s);
		tmr_start(&s->reply.give_up, 64 * SIP_T1, give_up_h, s);
		if (dialog_state(s->dialog) == DIALOG_INCOMING)
			session_set_state(s, DIALOG_ANSWERED);
	}
	server_request_forget(s->in_hand);
	mem_deref(mb);
	if (!invite)
		session_next(s);
}

static void act_on_plan(struct session *s)
{
	void *plan = session_take_plan(s);

	if (plan)
		s->all->acts->confirmedh(s, plan);
	mem_deref(plan);
}

static void tell_connected(struct session *s)
{
	if (!s->connected) {
		s->connected = true;
		focus_connected(s->ep);
		act_on_plan(s);
	}
	/* either may have ended it */
	if (!s->ep)
		return;

	focus_held(s->ep, offer_held(exchange_offer(s->exchange)));
}

static void applied_h(enum reason reason, const struct leg_local *local,
		      void *arg)
{
	struct session *s = arg;
	(void)local;

	s->unagreed = false;
	exchange_applied(s->exchange);
	if (reason != REASON_NONE && !session_survives(s, reason)) {
		session_fail(s, reason);
		return;
	}
	if (reason != REASON_NONE && session_offer_again(s))
		return;
	mem_ref(s);
	session_shape_over(s, reason);
	if (s->he.list)
		session_next(s);
	mem_deref(s);
}

enum reason session_apply_leg(struct session *s,
			      const struct leg_description *leg)
{
	enum reason reason;

	reason = s->ep ? focus_leg_modify(s->ep, leg, applied_h, s)
		       : REASON_UNAVAILABLE;
	if (reason != REASON_NONE)
		exchange_applied(s->exchange);

	return reason;
}

enum reason session_apply_answer(struct session *s, const struct sip_msg *msg)
{
	struct pl sdp;

	if (header_sdp(msg, &sdp))
		return REASON_BAD_REQUEST;

	return session_apply_sdp(s, msg, &sdp);
}

static enum reason apply_now(struct session *s, const struct pl *sdp)
{
	enum reason reason;
	struct leg_description *leg = NULL;

	reason = exchange_answered(s->exchange, sdp, &leg);
	if (reason != REASON_NONE)
		return reason;
	reason = session_apply_leg(s, leg);
	mem_deref(leg);
	if (reason == REASON_NONE || !session_survives(s, reason))
		return reason;
	/* The dialog is confirmed all the same, and so can be offered anew. */
	if (!session_offer_again(s))
		session_next(s);

	return REASON_NONE;
}

static void answer_named_h(struct session *s, const struct pl *sdp)
{
	enum reason reason = apply_now(s, sdp);

	if (reason != REASON_NONE)
		session_fail(s, reason);
}

enum reason session_apply_sdp(struct session *s, const struct sip_msg *msg,
			      const struct pl *sdp)
{
	return session_names_wait(s, msg, sdp, answer_named_h)
		       ? REASON_NONE
		       : apply_now(s, sdp);
}

void session_ack_in(struct session *s, const struct sip_msg *msg)
{
	enum reason reason;

	if (!s->reply.waits || s->reply.msg->cseq.num != msg->cseq.num)
		return;
	session_reply_reset(s);
	if (dialog_state(s->dialog) == DIALOG_ENDING) {
		session_bye(s, s->end_reason);
		return;
	}
	if (dialog_state(s->dialog) == DIALOG_ANSWERED)
		session_set_state(s, DIALOG_CONFIRMED);

	if (exchange_phase(s->exchange) == EXCHANGE_OFFERED) {
		/* Our offer was in the 2xx: its answer comes here or never. */
		reason = session_apply_answer(s, msg);
		if (reason != REASON_NONE)
			session_fail(s, reason);
		return;
	}
	session_next(s);
}

void session_next(struct session *s)
{
	if (dialog_state(s->dialog) == DIALOG_CONFIRMED &&
	    exchange_phase(s->exchange) == EXCHANGE_IDLE && s->ep &&
	    !s->unagreed)
		tell_connected(s);
	if (!reliable_next(s))
		session_wishes_due(s);
}
