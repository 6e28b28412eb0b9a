/**
 * @file signaling/session/timer.c  Session timers (RFC 4028)
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session/session_private.h"

enum {
	/** It is refreshed as often at least, whatever was agreed */
	REFRESH_MAX_S = 12 * 3600,
	RAISES_MAX = 3,
	TELL_MAX = 6,
	BUSY_RETRY_MS = 500,
	AGAIN_MIN_MS = 2000,
	AGAIN_MAX_MS = 64 * 1000,
	RETRY_AFTER_MAX_S = 60,
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
	unsigned telling; /**< so often more it is tried to say where it is */
	unsigned refused; /**< refreshes that did not reach it, in a row */
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
	t->interval_s = want;
	t->peer_supports =
		sip_msg_hdr_has_value(msg, SIP_HDR_SUPPORTED, "timer");
	t->ours = !t->peer_supports || who == 2;
}

void timer_answered(struct session *s, const struct sip_msg *msg)
{
	struct timer *t = s->timer;
	uint32_t interval = header_seconds(msg, SIP_HDR_SESSION_EXPIRES, 0);

	t->refused = 0;
	t->raised = 0;
	t->telling = 0;
	if (interval) {
		/* A far end that grants less than we bear is refreshed at the
		 * pace we bear. */
		if (interval < s->all->base.config->session_min_se_s)
			interval = s->all->base.config->session_min_se_s;
		t->interval_s = interval;
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

/* Section 7.3 wants the interval raised to Min-SE, but that may be missing, or
 * no more than we asked for, again and again. A session without a timer is
 * better than none: nobody has to refresh it, and media that stops is noticed.
 */
int timer_raise(struct session *s, const struct sip_msg *msg)
{
	uint32_t min = header_seconds(msg, SIP_HDR_MIN_SE, 0);
	struct timer *t = s->timer;

	if (!t->interval_s)
		return EPROTO;
	if (min > t->interval_s && t->raised++ < RAISES_MAX) {
		t->min_se_s = min;
		t->interval_s = min;
	}
	else {
		log_info("session", "without a timer min_se=%u", min);
		t->interval_s = 0;
	}

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

uint64_t timer_retry_after_ms(const struct sip_msg *msg)
{
	uint32_t s = header_seconds(msg, SIP_HDR_RETRY_AFTER, 5);

	return 1000 * (uint64_t)MIN(s, RETRY_AFTER_MAX_S);
}

/* Was it the far end that said so, and of this request alone (RFC 5057 section
 * 5.1)? Others come from proxies that do not reach it, or say that it is gone
 */
static bool is_alive(uint16_t status)
{
	static const uint16_t unclear[] = {401, 404, 405, 407, 410, 416,
					   430, 480, 482, 483, 484, 485,
					   501, 502, 503, 504, 604};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(unclear); i++) {
		if (status == unclear[i])
			return false;
	}

	return true;
}

/* Later and later: the expiry goes on running */
static uint64_t again_ms(struct timer *t)
{
	uint64_t ms = (uint64_t)AGAIN_MIN_MS << MIN(t->refused, 5u);

	t->refused++;

	return MIN(ms, AGAIN_MAX_MS);
}

void timer_not_refreshed(struct session *s, const struct sip_msg *msg)
{
	struct timer *t = s->timer;
	uint64_t ms = 0;

	log_info("session", "not refreshed status=%u", msg->scode);
	switch (msg->scode) {

	case 401:
	case 407:
		ms = call_out_challenge(s->call, msg) ? again_ms(t) : 0;
		break;
	case 405:
	case 501:
		if (!pl_strcmp(&msg->cseq.met, "UPDATE")) {
			t->peer_update = false;
			break;
		}
		ms = again_ms(t);
		break;
	case 422:
		if (timer_raise(s, msg)) {
			cancel_both(t);
			return;
		}
		break;
	case 491:
		timer_restart(s);
		ms = session_glare_ms(s);
		break;
	case 500:
	case 503:
		if (sip_msg_hdr(msg, SIP_HDR_RETRY_AFTER)) {
			/* one who says 0 is not asked as fast as it answers */
			ms = MAX(timer_retry_after_ms(msg),
				 (uint64_t)AGAIN_MIN_MS);
			if (is_alive(msg->scode))
				timer_restart(s);
			break;
		}
		/* fallthrough */
	default:
		if (is_alive(msg->scode)) {
			timer_restart(s);
			return;
		}
		ms = again_ms(t);
	}
	/* where no timer is agreed nobody waits for it but who has moved */
	if (!t->interval_s && msg->scode != 422 && !t->telling)
		return;

	t->telling -= t->telling > 0;
	tmr_start(&t->refresh, ms, timer_refresh_h, s);
}

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
	timer_not_refreshed(s, msg);
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
	/* A page that makes its connection anew has not hung up: no request
	 * would reach it, and the expiry goes on running. */
	if (dialog_is_cut_off(s->dialog)) {
		tmr_start(&s->timer->refresh, BUSY_RETRY_MS, timer_refresh_h,
			  s);
		return;
	}
	if (!s->timer->peer_update) {
		session_wish(s, EXCHANGE_WISH_REFRESH);
		return;
	}
	if (send_update(s))
		tmr_start(&s->timer->refresh, BUSY_RETRY_MS, timer_refresh_h,
			  s);
}

void timer_refresh_soon(struct session *s)
{
	s->timer->telling = TELL_MAX;
	tmr_start(&s->timer->refresh, 0, timer_refresh_h, s);
}

void timer_restart(struct session *s)
{
	struct timer *t = s->timer;
	uint64_t ms = (uint64_t)t->interval_s * 1000;

	cancel_both(t);
	if (!t->interval_s || dialog_state(s->dialog) == DIALOG_ENDING)
		return;
	if (t->ours) {
		tmr_start(&t->refresh, MIN(ms / 2, REFRESH_MAX_S * 1000),
			  timer_refresh_h, s);
		tmr_start(&t->expire, ms, expire_h, s);
	}
	else {
		/* Section 10: a little before the end, the smaller of 32 s
		 * and a third of the interval */
		tmr_start(&t->expire, ms - (ms / 3 < 32000 ? ms / 3 : 32000),
			  expire_h, s);
	}
}
