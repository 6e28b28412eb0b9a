/**
 * @file signaling/session/reinvite_out.c  What the exchange wishes: re-INVITEs
 * of ours (RFC 3261 section 14.1)
 *
 * The focus wants new media (its mixer was replaced), or the session timer
 * wants a sign of life from an endpoint that has no UPDATE; and a mixer is to
 * go back to what was agreed when a change came to nothing.
 */
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session/session_private.h"

/* RFC 3261 section 14.1: who made the Call-ID waits 2.1 to 4 s, the other 0
 * to 2 s, in steps of 10 ms */
uint64_t session_glare_ms(const struct session *s)
{
	return dialog_is_ours(s->dialog)
		       ? 2100 + 10 * (uint64_t)(rand_u16() % 191)
		       : 10 * (uint64_t)(rand_u16() % 201);
}

/* The same offer once more. May drop */
static void offer_in(struct session *s, uint64_t ms)
{
	session_shape_later(s);
	(void)exchange_again(s->exchange, REASON_MEDIA_FAILED, ms,
			     tmr_jiffies());
}

static void reinvite_accepted(struct session *s, const struct sip_msg *msg)
{
	enum reason reason;
	struct pl sdp;

	exchange_accepted(s->exchange);
	session_heard(s, msg);
	call_out_renew(s->call);
	(void)sip_dialog_update(dialog_sip(s->dialog), msg);
	if (session_ack_send(s, dialog_sip(s->dialog), msg->cseq.num)) {
		session_fail(s, REASON_INTERNAL);
		return;
	}
	timer_answered(s, msg);
	if (exchange_refresh_over(s->exchange)) {
		/* We changed nothing; they may have (RFC 4028 section 7.4). */
		if (header_sdp(msg, &sdp) ||
		    !offer_is_news(exchange_offer(s->exchange), sdp.p,
				   sdp.l)) {
			session_next(s);
			return;
		}
		reason = session_apply_sdp(s, msg, &sdp);
	}
	else {
		reason = client_invite_answer(s, msg);
	}
	if (reason != REASON_NONE)
		session_fail(s, reason);
}

/* @return false: it is not to be offered again just so */
static bool offered_again(struct session *s, const struct sip_msg *msg)
{
	switch (msg->scode) {

	case 401:
	case 407:
		if (call_out_challenge(s->call, msg))
			return false;
		offer_in(s, 0);
		return true;

	case 422:
		if (timer_raise(s, msg))
			return false;
		offer_in(s, 0);
		return true;

	case 491: offer_in(s, 0); return true;

	case 500:
		if (!sip_msg_hdr(msg, SIP_HDR_RETRY_AFTER))
			return false;
		offer_in(s, timer_retry_after_ms(msg));
		return true;

	default: return false;
	}
}

static void reinvite_refused(struct session *s, const struct sip_msg *msg)
{
	bool refreshing = exchange_is_refresh(s->exchange);

	session_names_stop_answer(s); /* of its reliable 183 */
	if (msg->scode == 408 || msg->scode == 481) {
		session_fail(s, refreshing ? REASON_SESSION_EXPIRED
					   : REASON_UNAVAILABLE);
		return;
	}
	if (msg->scode == 491)
		exchange_glare(s->exchange, session_glare_ms(s),
			       tmr_jiffies());
	if (refreshing) {
		(void)exchange_refresh_over(s->exchange);
		timer_not_refreshed(s, msg);
		session_next(s);
		return;
	}
	if (!session_shape_is_hopeless(s) && offered_again(s, msg))
		return;
	if (exchange_is_shape(s->exchange)) {
		session_shape_refused(s, REASON_MEDIA_FAILED);
		return;
	}
	log_info("session", "re-INVITE refused status=%u", msg->scode);
	/* RFC 3261 section 14.1 leaves in force what was agreed before. That
	 * was with a mixer that is no more: nobody would hear anything. */
	session_fail(s, REASON_MEDIA_FAILED);
}

static void reinvite_response_h(int err, const struct sip_msg *msg, void *arg)
{
	struct session *s = arg;

	if (err) {
		session_fail(s, exchange_is_refresh(s->exchange)
					? REASON_SESSION_EXPIRED
					: REASON_UNAVAILABLE);
		return;
	}
	if (msg->scode < 200) {
		if (msg->scode > 100)
			client_invite_in(s, msg);
		return;
	}
	if (msg->scode < 300)
		reinvite_accepted(s, msg);
	else
		reinvite_refused(s, msg);
}

void session_offer_prepared(enum reason reason, const struct leg_local *local,
			    void *arg)
{
	struct session *s = arg;
	struct mbuf *sdp = NULL;
	int err;

	if (reason != REASON_NONE && exchange_is_shape(s->exchange) &&
	    !reason_is_no_mixer(reason)) {
		session_shape_refused(s, reason);
		return;
	}
	if (reason != REASON_NONE) {
		exchange_rollback(s->exchange);
		if (!session_survives(s, reason))
			session_fail(s, reason);
		else if (!session_offer_again(s))
			session_next(s);
		return;
	}
	err = exchange_print(s->exchange, local, &sdp);
	if (!err)
		err = client_invite_send(s, dialog_sip(s->dialog), sdp,
					 reinvite_response_h);
	if (!err)
		exchange_sent(s->exchange, sdp);
	mem_deref(sdp);
	if (err)
		session_fail(s, REASON_INTERNAL);
}

/* --------------------------------------------------------- what is wished */

/* While there is no mixer nothing is offered: the focus asks when one is
 * back. */
static enum reason reoffer(struct session *s)
{
	enum reason reason;
	struct leg_description *leg = NULL;

	if (s->moves_to && !s->ask && !s->mixer_wait)
		return session_move_offer(s);
	if (!s->ep || !focus_has_mixer(s->ep))
		return REASON_NONE;
	session_shape_take(s);
	/* It asks for what is there: a telephone is not asked for pictures in
	 * mid-call. */
	reason = exchange_ours_again(
		s->exchange, offer_has_video(exchange_offer(s->exchange)),
		&leg);
	if (reason == REASON_NONE)
		reason = focus_leg_modify(s->ep, leg, session_offer_prepared,
					  s);
	mem_deref(leg);

	return reason;
}

/* An offer that may be refused. One that cannot be made is as if it were */
static enum reason reshape(struct session *s)
{
	enum reason reason;

	if (session_shape_waits(s))
		return REASON_NONE;
	reason = reoffer(s);
	if (reason == REASON_NONE || reason_is_no_mixer(reason))
		return reason;
	exchange_rollback(s->exchange);
	session_shape_over(s, reason);

	return REASON_NONE;
}

static enum reason refresh(struct session *s)
{
	struct mbuf *sdp = exchange_local(s->exchange);

	/* The very bytes, so the same o= version (RFC 4028 section 7.4) */
	if (!sdp || client_invite_send(s, dialog_sip(s->dialog), sdp,
				       reinvite_response_h))
		return REASON_INTERNAL;
	exchange_refresh_sent(s->exchange);

	return REASON_NONE;
}

static enum reason restore(struct session *s)
{
	enum reason reason;
	struct leg_description *leg = NULL;

	reason = exchange_restore(s->exchange, &leg);
	if (reason == REASON_NONE)
		reason = session_apply_leg(s, leg);
	mem_deref(leg);

	return reason;
}

static enum reason wish_h(enum exchange_wish wish, void *arg)
{
	switch (wish) {

	case EXCHANGE_WISH_RESTORE: return restore(arg);
	case EXCHANGE_WISH_OFFER: return reoffer(arg);
	case EXCHANGE_WISH_SHAPE: return reshape(arg);
	default: return refresh(arg);
	}
}

static unsigned holds_h(void *arg)
{
	const struct session *s = arg;
	unsigned holds = 0;

	if (server_request_is_open(s->in_hand))
		holds |= EXCHANGE_HOLD_THEIRS;
	if (s->reply.waits)
		holds |= EXCHANGE_HOLD_ACK;
	if (reliable_waits(s))
		holds |= EXCHANGE_HOLD_RELIABLE;
	if (client_invite_is_open(s->invite))
		holds |= EXCHANGE_HOLD_OURS;
	if (client_invite_answered(s))
		holds |= EXCHANGE_HOLD_ANSWERED;
	if (s->names)
		holds |= EXCHANGE_HOLD_NAMES;
	if (dialog_state(s->dialog) != DIALOG_CONFIRMED)
		holds |= EXCHANGE_HOLD_DIALOG;

	return holds;
}

static void wake_up_h(void *arg)
{
	session_next(arg);
}

static void wake_h(uint64_t ms, void *arg)
{
	struct session *s = arg;

	tmr_start(&s->wake, ms, wake_up_h, s);
}

static void fail_h(enum reason reason, void *arg)
{
	session_fail(arg, reason);
}

int session_exchange_alloc(struct session *s)
{
	static const struct exchange_handlers handlers = {holds_h, wish_h,
							  wake_h, fail_h};

	tmr_init(&s->wake);

	return exchange_alloc(&s->exchange, &handlers, s);
}

void session_exchange_stop(struct session *s)
{
	tmr_cancel(&s->wake);
	if (s->exchange)
		exchange_stop(s->exchange);
}

void session_wish(struct session *s, enum exchange_wish wish)
{
	exchange_wish(s->exchange, wish, tmr_jiffies());
}

void session_wishes_due(struct session *s)
{
	exchange_step(s->exchange, tmr_jiffies());
}

bool session_offer_again(struct session *s)
{
	return focus_has_mixer(s->ep) &&
	       exchange_again(s->exchange, REASON_NO_MIXER, EXCHANGE_AGAIN_MS,
			      tmr_jiffies());
}
