/**
 * @file signaling/session/exchange.c  Offer and answer: phases and wishes
 */
#include <errno.h>
#include "mixer/base/log.h"
#include "signaling/sdp/offer.h"
#include "signaling/session/exchange.h"

/** Wished, and not before then */
struct wished {
	bool is;
	uint64_t at_ms;
};

struct exchange {
	enum exchange_phase phase;
	struct offer *offer;
	struct mbuf *local;  /**< what we said last */
	struct mbuf *before; /**< and before that, while it is not agreed */
	bool keys;
	bool webrtc;     /**< shape of the first offer */
	bool refreshing; /**< what is out repeats what was agreed */
	bool shaping;    /**< it is for EXCHANGE_WISH_SHAPE */
	struct wished wishes[EXCHANGE_WISHES];
	uint64_t quiet_until_ms; /**< nothing of ours is offered before */
	unsigned failed;         /**< offers of ours, in a row */
	const struct exchange_handlers *handlers;
	void *arg;
};

static void exchange_destructor(void *arg)
{
	struct exchange *x = arg;

	mem_deref(x->offer);
	mem_deref(x->local);
	mem_deref(x->before);
}

int exchange_alloc(struct exchange **xp,
		   const struct exchange_handlers *handlers, void *arg)
{
	struct exchange *x = mem_zalloc(sizeof(*x), exchange_destructor);

	if (!x)
		return ENOMEM;
	x->handlers = handlers;
	x->arg = arg;
	*xp = x;

	return 0;
}

int exchange_begin(struct exchange *x, const struct offer_config *oc)
{
	struct offer *offer;
	int err = offer_alloc(&offer, oc);

	if (err)
		return err;
	x->phase = EXCHANGE_IDLE;
	x->refreshing = false;
	x->keys = oc->sdes_allowed;
	mem_deref(x->offer);
	x->offer = offer;

	return 0;
}

struct offer *exchange_offer(const struct exchange *x)
{
	return x->offer;
}

struct mbuf *exchange_local(const struct exchange *x)
{
	return x->local;
}

bool exchange_has_keys(const struct exchange *x)
{
	return x->keys;
}

bool exchange_is_webrtc(const struct exchange *x)
{
	return x->webrtc;
}

enum exchange_phase exchange_phase(const struct exchange *x)
{
	return x->phase;
}

bool exchange_is_refresh(const struct exchange *x)
{
	return x->refreshing;
}

bool exchange_is_shape(const struct exchange *x)
{
	return x->shaping;
}

/* --------------------------------------------------------- who may begin */

static unsigned holds(const struct exchange *x)
{
	return x->handlers->holdsh(x->arg);
}

bool exchange_idle(const struct exchange *x, enum exchange_by by)
{
	const unsigned h = holds(x);
	/* an INVITE is open, but its offer has had a reliable answer */
	const bool open =
		h & (EXCHANGE_HOLD_RELIABLE | EXCHANGE_HOLD_ANSWERED);

	if (x->phase != EXCHANGE_IDLE)
		return false;
	if (by == EXCHANGE_BY_INVITE)
		return !h;
	if (h &
	    (EXCHANGE_HOLD_THEIRS | EXCHANGE_HOLD_ACK | EXCHANGE_HOLD_NAMES))
		return false;
	if ((h & EXCHANGE_HOLD_OURS) && !(h & EXCHANGE_HOLD_ANSWERED))
		return false;

	return open || !(h & EXCHANGE_HOLD_DIALOG);
}

enum exchange_verdict exchange_refusal(const struct exchange *x)
{
	const unsigned h = holds(x);

	return !(h & EXCHANGE_HOLD_THEIRS) && (h & EXCHANGE_HOLD_OURS ||
					       x->phase != EXCHANGE_IDLE)
		       ? EXCHANGE_PENDING
		       : EXCHANGE_LATER;
}

enum exchange_verdict exchange_may_begin(const struct exchange *x,
					 enum exchange_by by)
{
	return exchange_idle(x, by) ? EXCHANGE_GO : exchange_refusal(x);
}

/* --------------------------------------------------- from phase to phase */

static const char *phase_name(enum exchange_phase phase)
{
	static const char *const names[EXCHANGE_PHASES] = {
		[EXCHANGE_IDLE] = "idle",       [EXCHANGE_THEIRS] = "theirs",
		[EXCHANGE_PREPARE] = "prepare", [EXCHANGE_OFFERED] = "offered",
		[EXCHANGE_APPLY] = "apply",
	};

	return names[phase];
}

static void go(struct exchange *x, enum exchange_phase phase)
{
	if (phase == x->phase)
		return;
	log_debug("session", "exchange from=%s to=%s", phase_name(x->phase),
		  phase_name(phase));
	x->phase = phase;
}

enum reason exchange_theirs(struct exchange *x, const struct pl *sdp,
			    struct leg_description **legp)
{
	enum reason reason;

	if (x->phase != EXCHANGE_IDLE)
		return REASON_INTERNAL;
	go(x, EXCHANGE_THEIRS);
	reason = offer_remote(x->offer, sdp->p, sdp->l, legp);
	if (reason == REASON_NONE)
		x->webrtc = offer_is_webrtc(x->offer);

	return reason;
}

static enum reason begin_ours(struct exchange *x, bool webrtc, bool video,
			      struct leg_description **legp)
{
	if (x->phase != EXCHANGE_IDLE ||
	    offer_begin(x->offer, webrtc, video, legp))
		return REASON_INTERNAL;
	x->webrtc = webrtc;
	go(x, EXCHANGE_PREPARE);

	return REASON_NONE;
}

enum reason exchange_ours(struct exchange *x, bool webrtc,
			  struct leg_description **legp)
{
	return begin_ours(x, webrtc, true, legp);
}

enum reason exchange_ours_again(struct exchange *x, bool video,
				struct leg_description **legp)
{
	return begin_ours(x, x->webrtc, video, legp);
}

int exchange_print(struct exchange *x, const struct leg_local *local,
		   struct mbuf **mbp)
{
	const bool ours = x->phase == EXCHANGE_PREPARE;
	int err;

	if (!ours && x->phase != EXCHANGE_THEIRS)
		return EPROTO;
	err = ours ? offer_local(x->offer, local, mbp)
		   : offer_answer(x->offer, local, mbp);
	if (!err)
		go(x, ours ? EXCHANGE_OFFERED : EXCHANGE_IDLE);

	return err;
}

void exchange_sent(struct exchange *x, struct mbuf *sdp)
{
	if (sdp == x->local)
		return;
	if (x->phase == EXCHANGE_OFFERED && !x->before)
		x->before = mem_ref(x->local);
	mem_deref(x->local);
	x->local = mem_ref(sdp);
}

void exchange_resent(struct exchange *x)
{
	if (x->phase == EXCHANGE_IDLE)
		go(x, EXCHANGE_OFFERED);
}

void exchange_refresh_sent(struct exchange *x)
{
	x->refreshing = true;
	go(x, EXCHANGE_OFFERED);
}

bool exchange_refresh_over(struct exchange *x)
{
	if (!x->refreshing)
		return false;
	x->refreshing = false;
	go(x, EXCHANGE_IDLE);

	return true;
}

enum reason exchange_answered(struct exchange *x, const struct pl *sdp,
			      struct leg_description **legp)
{
	enum reason reason;

	if (x->phase != EXCHANGE_IDLE && x->phase != EXCHANGE_OFFERED)
		return REASON_INTERNAL;
	reason = offer_remote_answer(x->offer, sdp->p, sdp->l, legp);
	if (reason == REASON_NONE)
		go(x, EXCHANGE_APPLY);

	return reason;
}

int exchange_reopen(struct exchange *x)
{
	int err;

	if (x->phase != EXCHANGE_IDLE && x->phase != EXCHANGE_APPLY)
		return EPROTO;
	err = offer_reopen(x->offer);
	if (!err)
		go(x, EXCHANGE_OFFERED);

	return err;
}

enum reason exchange_restore(struct exchange *x, struct leg_description **legp)
{
	if (x->phase != EXCHANGE_IDLE || offer_leg(x->offer, legp))
		return REASON_INTERNAL;
	go(x, EXCHANGE_APPLY);

	return REASON_NONE;
}

void exchange_applied(struct exchange *x)
{
	x->shaping = false;
	x->before = mem_deref(x->before);
	go(x, EXCHANGE_IDLE);
}

void exchange_rollback(struct exchange *x)
{
	offer_rollback(x->offer);
	/* what was agreed is what is repeated, to refresh it */
	if (x->before) {
		mem_deref(x->local);
		x->local = x->before;
		x->before = NULL;
	}
	x->refreshing = x->shaping = false;
	go(x, EXCHANGE_IDLE);
}

void exchange_attempt_over(struct exchange *x)
{
	if (x->phase == EXCHANGE_THEIRS || x->phase == EXCHANGE_APPLY)
		x->local = mem_deref(x->local);
	x->before = mem_deref(x->before);
	go(x, EXCHANGE_IDLE);
}

void exchange_stop(struct exchange *x)
{
	size_t i;

	for (i = 0; i < EXCHANGE_WISHES; i++)
		x->wishes[i].is = false;
	x->refreshing = x->shaping = false;
	go(x, EXCHANGE_IDLE);
}

/* ---------------------------------------------------------------- wishes */

static void want(struct exchange *x, enum exchange_wish wish, uint64_t at_ms)
{
	struct wished *w = &x->wishes[wish];

	/* one that waits for its time is not hurried; one that waits for an
	 * exchange whose end is glare waits as long as that asks for */
	if (!w->is || w->at_ms < at_ms)
		w->at_ms = at_ms;
	w->is = true;
}

/* When a wish may be had: only what they hear of keeps quiet */
static uint64_t due_ms(const struct exchange *x, enum exchange_wish wish)
{
	const uint64_t at_ms = x->wishes[wish].at_ms;

	return wish == EXCHANGE_WISH_RESTORE || at_ms > x->quiet_until_ms
		       ? at_ms
		       : x->quiet_until_ms;
}

/* A mixer that is to go back does so beside everything but another exchange */
static bool can_be(const struct exchange *x, enum exchange_wish wish)
{
	return wish == EXCHANGE_WISH_RESTORE
		       ? x->phase == EXCHANGE_IDLE &&
				 !(holds(x) & EXCHANGE_HOLD_NAMES)
		       : exchange_idle(x, EXCHANGE_BY_INVITE);
}

/* The next wish that is due then or later; those that were due before wait
 * for the end of an exchange */
static void set_alarm(const struct exchange *x, uint64_t from_ms,
		      uint64_t now_ms)
{
	uint64_t first_ms = UINT64_MAX;
	size_t i;

	for (i = 0; i < EXCHANGE_WISHES; i++) {
		const uint64_t at_ms = due_ms(x, i);

		if (x->wishes[i].is && at_ms >= from_ms && at_ms < first_ms)
			first_ms = at_ms;
	}
	if (first_ms != UINT64_MAX)
		x->handlers->wakeh(first_ms - now_ms, x->arg);
}

/* @return failh is to be called */
static bool failed(struct exchange *x, uint64_t ms, uint64_t now_ms)
{
	const enum exchange_wish wish =
		x->shaping ? EXCHANGE_WISH_SHAPE : EXCHANGE_WISH_OFFER;

	exchange_rollback(x);
	if (++x->failed > EXCHANGE_FAILURES_MAX)
		return true;
	want(x, wish, now_ms + ms);

	return false;
}

/* @return failh is to be called */
static bool fulfil(struct exchange *x, enum exchange_wish wish,
		   uint64_t now_ms)
{
	enum reason reason;

	x->wishes[wish].is = false;
	x->shaping = wish == EXCHANGE_WISH_SHAPE;
	reason = x->handlers->wishh(wish, x->arg);
	if (reason == REASON_NONE)
		return false;

	switch (wish) {

	case EXCHANGE_WISH_OFFER:
	case EXCHANGE_WISH_SHAPE: return failed(x, EXCHANGE_AGAIN_MS, now_ms);

	case EXCHANGE_WISH_REFRESH:
		x->refreshing = false;
		go(x, EXCHANGE_IDLE);
		want(x, wish, now_ms + EXCHANGE_AGAIN_MS);
		return false;

	default: go(x, EXCHANGE_IDLE); return false;
	}
}

void exchange_step(struct exchange *x, uint64_t now_ms)
{
	size_t i;

	for (i = 0; i < EXCHANGE_WISHES; i++) {
		if (!x->wishes[i].is || due_ms(x, i) > now_ms || !can_be(x, i))
			continue;
		if (fulfil(x, i, now_ms)) {
			x->handlers->failh(REASON_NO_MIXER, x->arg);
			return;
		}
	}
	set_alarm(x, now_ms + 1, now_ms);
}

void exchange_wish(struct exchange *x, enum exchange_wish wish,
		   uint64_t now_ms)
{
	want(x, wish, now_ms);
	exchange_step(x, now_ms);
}

bool exchange_again(struct exchange *x, enum reason reason, uint64_t ms,
		    uint64_t now_ms)
{
	if (failed(x, ms, now_ms)) {
		x->handlers->failh(reason, x->arg);
		return true;
	}
	set_alarm(x, now_ms, now_ms);

	return false;
}

void exchange_glare(struct exchange *x, uint64_t ms, uint64_t now_ms)
{
	x->quiet_until_ms = now_ms + ms;
}

void exchange_accepted(struct exchange *x)
{
	x->failed = 0;
	x->wishes[EXCHANGE_WISH_REFRESH].is = false;
}
