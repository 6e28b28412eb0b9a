/**
 * @file signaling/session/timer.c  Session timers (RFC 4028)
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session/session_private.h"

enum {
	INTERVAL_MAX_S = 24 * 3600,
	RETRIES_MAX = 3,
	BUSY_RETRY_MS = 500,
};

struct timer {
	struct tmr refresh, expire;
	struct sip_request *update; /**< ours, that refreshes */
	uint32_t interval_s;        /**< 0: the session does not expire */
	uint32_t min_se_s;          /**< largest Min-SE received, or our own */
	bool ours;                  /**< we are the refresher */
	bool peer_supports;
	bool peer_update; /**< its Allow names UPDATE */
	unsigned raised;  /**< how often 422 had us do so */
};

static void timer_destructor(void *arg)
{
	struct timer *t = arg;

	tmr_cancel(&t->refresh);
	tmr_cancel(&t->expire);
	mem_deref(t->update);
}

int timer_alloc(struct timer **tp, const struct config *config)
{
	struct timer *t = mem_zalloc(sizeof(*t), timer_destructor);

	if (!t)
		return ENOMEM;
	tmr_init(&t->refresh);
	tmr_init(&t->expire);
	t->interval_s = config->session_expires_s;
	t->min_se_s = config->session_min_se_s;
	t->ours = true;
	*tp = t;

	return 0;
}

static void cancel_both(struct timer *t)
{
	tmr_cancel(&t->refresh);
	tmr_cancel(&t->expire);
}

void timer_stop(struct session *s)
{
	cancel_both(s->timer);
	s->timer->update = mem_deref(s->timer->update);
}

/* "1800;refresher=uac": 1 uac, 2 uas, 0 not said */
static int refresher(const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_SESSION_EXPIRES);
	struct pl params, who;
	const char *semicolon;

	if (!hdr)
		return 0;
	semicolon = pl_strchr(&hdr->val, ';');
	if (!semicolon)
		return 0;
	params.p = semicolon;
	params.l = hdr->val.l - (size_t)(semicolon - hdr->val.p);
	if (msg_param_decode(&params, "refresher", &who))
		return 0;

	return !pl_strcasecmp(&who, "uac")   ? 1
	       : !pl_strcasecmp(&who, "uas") ? 2
					     : 0;
}

bool timer_refused(struct sessions *all, const struct sip_msg *msg)
{
	uint32_t min = all->base.config->session_min_se_s;
	char header[48];

	if (header_seconds(msg, SIP_HDR_SESSION_EXPIRES, UINT32_MAX) >= min ||
	    !sip_msg_hdr_has_value(msg, SIP_HDR_SUPPORTED, "timer"))
		return false;
	(void)re_snprintf(header, sizeof(header), "Min-SE: %u\r\n", min);
	session_refuse_protocol(all, msg, NULL, 422,
				"Session Interval Too Small", header);

	return true;
}

void timer_accept(struct session *s, const struct sip_msg *msg)
{
	struct timer *t = s->timer;
	uint32_t want = s->all->base.config->session_expires_s;
	uint32_t asked = header_seconds(msg, SIP_HDR_SESSION_EXPIRES, 0);
	uint32_t min = header_seconds(msg, SIP_HDR_MIN_SE, 0);
	int who = refresher(msg);

	if (!want) {
		t->interval_s = 0;
		return;
	}
	if (t->min_se_s < min)
		t->min_se_s = min;
	if (want < t->min_se_s)
		want = t->min_se_s;
	/* Section 9: what they ask may be lowered, never raised. One below our
	 * minimum gets here only from an endpoint without timers, for which
	 * we refresh ourselves. */
	if (asked && asked < want &&
	    asked >= s->all->base.config->session_min_se_s)
		want = asked;
	t->interval_s = want < INTERVAL_MAX_S ? want : INTERVAL_MAX_S;
	t->peer_supports =
		sip_msg_hdr_has_value(msg, SIP_HDR_SUPPORTED, "timer");
	t->ours = !t->peer_supports || who == 2;
}

void timer_answered(struct session *s, const struct sip_msg *msg)
{
	struct timer *t = s->timer;
	uint32_t interval = header_seconds(msg, SIP_HDR_SESSION_EXPIRES, 0);

	if (interval && s->all->base.config->session_expires_s) {
		/* A far end that grants less than we bear is refreshed at the
		 * pace we bear. */
		if (interval < s->all->base.config->session_min_se_s)
			interval = s->all->base.config->session_min_se_s;
		t->interval_s =
			interval < INTERVAL_MAX_S ? interval : INTERVAL_MAX_S;
		t->ours = refresher(msg) != 2;
		t->peer_supports = true;
	}
	else {
		/* Section 7.2: no Session-Expires, so only our own wish; we
		 * refresh, and learn from it whether they live. */
		t->ours = true;
		t->peer_supports = false;
	}
	timer_restart(s);
}

int timer_raise(struct session *s, const struct sip_msg *msg)
{
	uint32_t min = header_seconds(msg, SIP_HDR_MIN_SE, 0);

	if (!min || min > INTERVAL_MAX_S || min <= s->timer->interval_s ||
	    s->timer->raised++ >= RETRIES_MAX)
		return EPROTO;
	s->timer->min_se_s = min;
	s->timer->interval_s = min;

	return 0;
}

int timer_print_reply(struct re_printf *pf, const struct session *s)
{
	const struct timer *t = s->timer;

	if (!t->interval_s)
		return 0;
	return re_hprintf(pf, "Session-Expires: %u;refresher=%s\r\n%s",
			  t->interval_s, t->ours ? "uas" : "uac",
			  t->peer_supports ? "Require: timer\r\n" : "");
}

int timer_print_request(struct re_printf *pf, const struct session *s)
{
	const struct timer *t = s->timer;
	const char *who = "";

	if (!t->interval_s)
		return 0;
	/* Section 7.4: in mid-dialog the roles stay as they are. */
	if (dialog_state(s->dialog) == DIALOG_CONFIRMED)
		who = t->ours ? ";refresher=uac" : ";refresher=uas";

	return re_hprintf(pf, "Session-Expires: %u%s\r\nMin-SE: %u\r\n",
			  t->interval_s, who, t->min_se_s);
}

void timer_read_allow(struct session *s, const struct sip_msg *msg)
{
	if (sip_msg_hdr(msg, SIP_HDR_ALLOW))
		s->timer->peer_update =
			sip_msg_hdr_has_value(msg, SIP_HDR_ALLOW, "UPDATE");
}

static void expire_h(void *arg)
{
	session_fail(arg, REASON_SESSION_EXPIRED);
}

static void timer_refresh_h(void *arg);

static int send_update(struct session *s);

static void update_h(int err, const struct sip_msg *msg, void *arg)
{
	struct session *s = arg;

	if (!err && msg->scode < 200)
		return;
	if (err || msg->scode == 408 || msg->scode == 481) {
		session_fail(s, REASON_SESSION_EXPIRED);
		return;
	}
	if (msg->scode < 300) {
		(void)sip_dialog_update(dialog_sip(s->dialog), msg);
		call_out_renew(s->call);
		timer_answered(s, msg);
		return;
	}
	if ((msg->scode == 401 || msg->scode == 407) &&
	    !call_out_challenge(s->call, msg) && !send_update(s))
		return;
	if (msg->scode == 405 || msg->scode == 501)
		s->timer->peer_update = false;
	else if (msg->scode == 422 && timer_raise(s, msg))
		return;
	/* Again soon; the expiry goes on running. */
	tmr_start(&s->timer->refresh, BUSY_RETRY_MS * 4, timer_refresh_h, s);
}

static int send_update(struct session *s)
{
	const struct call_out_request proof = {s->call, "UPDATE", NULL};

	if (s->timer->update)
		return EBUSY;

	return sip_drequestf(&s->timer->update, s->all->sip, true, "UPDATE",
			     dialog_sip(s->dialog), 0, NULL, NULL, update_h, s,
			     "%H%H%H" SESSION_NO_BODY, session_headers_print,
			     s, timer_print_request, s,
			     call_out_credentials_print, &proof);
}

static void timer_refresh_h(void *arg)
{
	struct session *s = arg;
	int err;

	if (!s->timer->peer_update) {
		session_wish(s, EXCHANGE_WISH_REFRESH);
		return;
	}
	err = send_update(s);
	if (err)
		tmr_start(&s->timer->refresh, BUSY_RETRY_MS, timer_refresh_h,
			  s);
}

void timer_restart(struct session *s)
{
	struct timer *t = s->timer;
	uint64_t ms = (uint64_t)t->interval_s * 1000;

	cancel_both(t);
	if (!t->interval_s || dialog_state(s->dialog) == DIALOG_ENDING)
		return;
	if (t->ours) {
		tmr_start(&t->refresh, ms / 2, timer_refresh_h, s);
		tmr_start(&t->expire, ms, expire_h, s);
	}
	else {
		/* Section 10: a little before the end, the smaller of 32 s
		 * and a third of the interval */
		tmr_start(&t->expire, ms - (ms / 3 < 32000 ? ms / 3 : 32000),
			  expire_h, s);
	}
}
