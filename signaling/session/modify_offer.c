/**
 * @file signaling/session/modify_offer.c  re-INVITE of ours (RFC 3261
 * section 14.1)
 *
 * The focus wants new media (its mixer was replaced), or the session timer
 * wants a sign of life from an endpoint that has no UPDATE.
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session/session_private.h"

enum {
	OFFERS_MAX = 20, /* that may fail in a row */
	RETRY_AFTER_MAX_S = 60,
	REFRESH_AGAIN_MS = 2000,
};

static void retry_h(void *arg)
{
	session_next(arg);
}

/* RFC 3261 section 14.1: who made the Call-ID waits 2.1 to 4 s, the other 0
 * to 2 s, in steps of 10 ms */
static uint64_t glare_ms(bool caller)
{
	return caller ? 2100 + 10 * (uint64_t)(rand_u16() % 191)
		      : 10 * (uint64_t)(rand_u16() % 201);
}

void session_offer_again(struct session *s, uint64_t ms, enum reason reason)
{
	if (++s->offers_failed > OFFERS_MAX) {
		session_fail(s, reason);
		return;
	}
	s->reoffer_due = true;
	tmr_start(&s->retry, ms, retry_h, s);
}

/* The same request once more. May drop */
static void wait_and_retry(struct session *s, uint64_t ms)
{
	bool refreshing = s->refreshing;

	s->refreshing = false;
	s->exchange = EXCHANGE_NONE;
	if (refreshing) {
		timer_refresh_in(s, ms);
		session_next(s);
		return;
	}
	offer_rollback(s->offer);
	session_offer_again(s, ms, REASON_MEDIA_FAILED);
}

static void accepted(struct session *s, const struct sip_msg *msg)
{
	bool refreshing = s->refreshing;
	enum reason reason;
	struct pl sdp;

	s->refreshing = false;
	s->offers_failed = 0;
	credentials_renew(s->tried);
	(void)sip_dialog_update(s->dlg, msg);
	if (session_ack_send(s, s->dlg, msg->cseq.num)) {
		session_fail(s, REASON_INTERNAL);
		return;
	}
	timer_answered(s, msg);
	if (refreshing) {
		s->exchange = EXCHANGE_NONE;
		/* We changed nothing; they may have (RFC 4028 section 7.4). */
		if (header_sdp(msg, &sdp) ||
		    !offer_is_news(s->offer, sdp.p, sdp.l)) {
			session_next(s);
			return;
		}
		reason = session_apply_sdp(s, &sdp);
	}
	else {
		reason = provisional_answer(s, msg);
	}
	if (reason != REASON_NONE)
		session_fail(s, reason);
}

static void refused(struct session *s, const struct sip_msg *msg)
{
	bool refreshing = s->refreshing;

	switch (msg->scode) {

	case 401:
	case 407:
		if (!credentials_challenge(s->tried, msg)) {
			wait_and_retry(s, 0);
			return;
		}
		break;

	case 408:
	case 481:
		session_fail(s, refreshing ? REASON_SESSION_EXPIRED
					   : REASON_UNAVAILABLE);
		return;

	case 422:
		if (!timer_raise(s, msg)) {
			wait_and_retry(s, 0);
			return;
		}
		break;

	case 491: wait_and_retry(s, glare_ms(s->caller)); return;

	case 500:
		if (sip_msg_hdr(msg, SIP_HDR_RETRY_AFTER)) {
			wait_and_retry(
				s,
				1000 * (uint64_t)MIN(
					       header_seconds(
						       msg,
						       SIP_HDR_RETRY_AFTER, 5),
					       RETRY_AFTER_MAX_S));
			return;
		}
		break;
	}
	log_info("session", "re-INVITE refused status=%u", msg->scode);
	if (refreshing) {
		/* Only 408 and 481 say that the session is over (RFC 4028
		 * section 10); its expiry goes on running. */
		wait_and_retry(s, REFRESH_AGAIN_MS);
		return;
	}
	/* RFC 3261 section 14.1 leaves in force what was agreed before. That
	 * was with a mixer that is no more: nobody would hear anything. */
	session_fail(s, REASON_MEDIA_FAILED);
}

static void response_h(int err, const struct sip_msg *msg, void *arg)
{
	struct session *s = arg;

	if (err) {
		session_fail(s, s->refreshing ? REASON_SESSION_EXPIRED
					      : REASON_UNAVAILABLE);
		return;
	}
	if (msg->scode < 200) {
		if (msg->scode > 100)
			provisional_in(s, msg);
		return;
	}
	if (msg->scode < 300)
		accepted(s, msg);
	else
		refused(s, msg);
}

static int send_reinvite(struct session *s, struct mbuf *sdp)
{
	int err = session_invite_send(s, s->dlg, sdp, response_h);

	if (!err)
		s->exchange = EXCHANGE_OFFERED;

	return err;
}

static void prepared_h(enum reason reason, const json_t *local, void *arg)
{
	struct session *s = arg;
	struct mbuf *sdp = NULL;
	int err;

	s->exchange = EXCHANGE_NONE;
	if (reason != REASON_NONE) {
		offer_rollback(s->offer);
		if (session_survives(s, reason))
			session_next(s);
		else
			session_fail(s, reason);
		return;
	}
	err = offer_local(s->offer, local, &sdp);
	if (!err)
		err = send_reinvite(s, sdp);
	if (!err)
		session_set_local_sdp(s, sdp);
	mem_deref(sdp);
	if (err)
		session_fail(s, REASON_INTERNAL);
}

int session_reoffer(struct session *s)
{
	enum reason reason;
	json_t *leg = NULL;
	int err;

	if (s->state == SESSION_ENDING || s->state == SESSION_CANCELLING ||
	    !s->ep)
		return ENOTCONN;
	if (s->state != SESSION_CONFIRMED || s->exchange != EXCHANGE_NONE ||
	    s->st || s->req || s->reply.waits || reliable_waits(s) ||
	    tmr_isrunning(&s->retry)) {
		s->reoffer_due = true;
		return 0;
	}
	/* It asks for what is there: a telephone is not asked for pictures in
	 * mid-call. */
	err = offer_begin(s->offer, s->webrtc, offer_has_video(s->offer),
			  &leg);
	if (err)
		return err;
	reason = focus_leg_modify(s->ep, leg, prepared_h, s);
	json_decref(leg);
	if (reason != REASON_NONE) {
		offer_rollback(s->offer);
		return EIO;
	}
	s->exchange = EXCHANGE_PREPARE;

	return 0;
}

int session_reinvite_refresh(struct session *s)
{
	int err;

	if (s->state != SESSION_CONFIRMED || s->exchange != EXCHANGE_NONE ||
	    s->st || s->req || s->reply.waits || reliable_waits(s))
		return EBUSY;
	if (!s->local_sdp)
		return ENOENT;
	/* The very bytes, so the same o= version (RFC 4028 section 7.4) */
	s->refreshing = true;
	err = send_reinvite(s, s->local_sdp);
	if (err)
		s->refreshing = false;

	return err;
}
