/**
 * @file focus/conference/user_entry.c  What somebody has to show before he is
 * in
 */
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/number.h"
#include "focus/conference/user.h"
#include "mixer/base/clock.h"
#include "mixer/base/log.h"


enum {
	/** Whose tries are counted together */
	GUARDED_BYTES = POLICY_NAME_MAX + 24,
};


static uint64_t now_ms(void)
{
	return clock_us() / 1000;
}


bool endpoint_is_in(const struct endpoint *ep)
{
	return ep->entry.state == ENTRY_IN;
}


const char *entry_state_name(const struct endpoint *ep)
{
	static const char *const names[] = {
		[ENTRY_IN] = NULL,           [ENTRY_NUMBER] = "number",
		[ENTRY_PIN] = "pin",         [ENTRY_HOST] = "host",
		[ENTRY_LOBBY] = "admission",
	};

	return names[ep->entry.state];
}


/* ------------------------------------------------------------ where he is */

/** Whoever is first in a conference that has no PIN for hosts is its host; an
 *  echo test is nobody's.
 *  Who is called into it is what it waits for, and makes it nobody's */
static bool makes_it(const struct endpoint *ep)
{
	const struct conference *c = ep->user->conference;

	return !c->made && !c->echoes && !ep->dialled_out &&
	       !c->settings.host_pin.given && !past_continues(c);
}


/** With what he has to show a PIN is no part of it any more */
static enum entry_state next_state(struct endpoint *ep)
{
	struct conference *c = ep->user->conference;
	const struct conference_settings *s = &c->settings;

	if (c->receives)
		return ENTRY_NUMBER;
	if (makes_it(ep))
		ep->user->role = ROLE_HOST;
	if (ep->user->role >= ROLE_MODERATOR)
		return ENTRY_IN;
	if (s->wait_for_host && !conference_has_host(c))
		return ENTRY_HOST;

	return s->lobby ? ENTRY_LOBBY : ENTRY_IN;
}


/** The one that proves what this one has shown already; NULL: none */
static const struct endpoint *before_it(const struct endpoint *ep,
					const struct join *join)
{
	const struct conference *c = ep->user->conference;
	const struct endpoint *before = user_leg_proved(c, join);

	if (!before && join->replaces)
		before = endpoint_by_leg(c->focus, join->replaces_leg);
	if (before && before->user->conference == c)
		return before;

	/* another leg of the same person */
	for (struct le *e = ep->user->endpoints.head; e; e = e->next) {
		const struct endpoint *other = e->data;

		if (other != ep && endpoint_is_in(other))
			return other;
	}

	return NULL;
}


static enum entry_state first_state(struct endpoint *ep,
				    const struct join *join,
				    const struct kept *back)
{
	const struct conference_settings *s = &ep->user->conference->settings;
	const struct endpoint *before = before_it(ep, join);

	if (ep->user->conference->receives)
		return ENTRY_NUMBER;
	if (back || join->dialled_out || ep->user->conference->echoes)
		return ENTRY_IN;
	if (before)
		return before->entry.state;
	if (s->guest_pin.given || s->host_pin.given)
		return ENTRY_PIN;

	return next_state(ep);
}


/** Over all of it: he is in, or called, and it is made */
static void take_state(struct endpoint *ep, enum entry_state state)
{
	struct conference *c = ep->user->conference;

	c->waiting += state != ENTRY_IN;
	c->waiting -= ep->entry.state != ENTRY_IN;
	ep->entry.state = state;
	if (state == ENTRY_IN)
		c->made = true;
}


static void may_enter_h(enum reason reason, void *arg);


/** Those who admit are the judge, and so is who may be waited for */
static void *wait_to_enter(const struct question *q, judge_answer_h *answerh,
			   void *h_arg, void *arg)
{
	struct endpoint *ep = endpoint_by_leg(arg, q->asker.leg);

	ep->entry.answerh = answerh;
	ep->entry.answer_arg = h_arg;

	return ep;
}


static void drop_wait(void *handle, void *arg)
{
	struct endpoint *ep = handle;

	(void)arg;
	ep->entry.answerh = NULL;
}


static enum reason enter_facts(struct question *q, void *arg)
{
	const struct endpoint *ep = endpoint_by_leg(arg, q->asker.leg);

	return !ep ? REASON_NOT_FOUND
	       : conference_count_in(ep->user->conference) >=
			       conference_room(ep->user->conference)
		       ? REASON_FULL
		       : REASON_NONE;
}


static void ask_to_enter(struct endpoint *ep)
{
	struct conference *c = ep->user->conference;
	const struct judge judge = {wait_to_enter, drop_wait, c->focus,
				    ENTRY_WAIT_MS};
	const struct question q = {
		.kind = QUESTION_ENTER,
		.conference = c->name,
		.asker = {.leg = ep->leg},
	};

	if (ep->entry.ask)
		return;
	judge_ask(&ep->entry.ask, &c->focus->asks, &judge, &q, enter_facts,
		  c->focus, may_enter_h, ep);
}


void entry_begin(struct endpoint *ep, const struct join *join,
		 const struct kept *back)
{
	const struct endpoint *before = before_it(ep, join);

	tmr_init(&ep->entry.tmr);
	tmr_init(&ep->entry.key_tmr);
	tmr_init(&ep->entry.prompt_tmr);
	ep->entry.origin = join->origin;
	if (before)
		ep->entry.wrong = before->entry.wrong;
	take_state(ep, first_state(ep, join, back));
}


void entry_end(struct endpoint *ep)
{
	tmr_cancel(&ep->entry.tmr);
	tmr_cancel(&ep->entry.key_tmr);
	tmr_cancel(&ep->entry.prompt_tmr);
	ep->entry.ask = mem_deref(ep->entry.ask);
}


/* ---------------------------------------------------------------- come in */

static void let_in(struct endpoint *ep)
{
	struct conference *c = ep->user->conference;
	const enum entry_state from = ep->entry.state;

	entry_end(ep);
	take_state(ep, ENTRY_IN);
	ep->levels.muted |=
		c->settings.muted_on_entry && ep->user->role == ROLE_GUEST;
	log_info("entry", "let in conference=%s endpoint=%u", c->name,
		 ep->number);
	endpoint_update_bearers(ep);
	if (ep->secret.given)
		kept_write(ep);
	endpoint_announce(ep);
	if (ep->status != ENDPOINT_CONNECTED)
		return;
	endpoint_enter(ep);
	entry_tell_entered(ep, from);
}


static void told_h(struct endpoint *ep)
{
	endpoint_evict(ep, ep->entry.leaving);
}


static void untold_h(void *arg)
{
	told_h(arg);
}


/** It is to go; at a telephone it is told why first */
static void turn_away(struct endpoint *ep, enum reason reason)
{
	const char *const names[] = {entry_farewell(reason), "goodbye"};
	const size_t from = names[0] ? 0 : 1;

	if (ep->entry.leaving)
		return;

	log_info("entry", "turned away conference=%s endpoint=%u reason=%s",
		 ep->user->conference->name, ep->number,
		 reason_row(reason)->token);
	entry_end(ep);
	ep->entry.leaving = reason;
	if (ep->webrtc || ep->status != ENDPOINT_CONNECTED ||
	    !endpoint_say(ep, names + from, ARRAY_SIZE(names) - from, told_h))
		endpoint_evict(ep, reason);
	else
		tmr_start(&ep->entry.tmr, ENTRY_FAREWELL_MS, untold_h, ep);
}


static void may_enter_h(enum reason reason, void *arg)
{
	struct endpoint *ep = arg;

	if (reason == REASON_NONE)
		let_in(ep);
	else
		turn_away(ep, reason == REASON_UNAVAILABLE
				      ? REASON_NOT_ADMITTED
				      : reason);
}


/** What is asked of it is met, but for what `state` says */
static void go_on(struct endpoint *ep, enum entry_state state)
{
	const enum entry_state old = ep->entry.state;

	tmr_cancel(&ep->entry.tmr);
	take_state(ep, state == ENTRY_IN ? old : state);
	if (state == ENTRY_IN &&
	    conference_count_in(ep->user->conference) >=
		    conference_room(ep->user->conference)) {
		turn_away(ep, REASON_FULL);
	}
	else if (state == ENTRY_IN) {
		let_in(ep);
	}
	else {
		if (old != state) {
			endpoint_announce(ep);
			entry_tell_state(ep, NULL);
			entry_tell_hosts(ep);
		}
		ask_to_enter(ep);
	}
}


/** Has it to type something? */
static bool is_asked(const struct endpoint *ep)
{
	return ep->entry.state == ENTRY_PIN || ep->entry.state == ENTRY_NUMBER;
}


static void too_late_h(void *arg)
{
	turn_away(arg, REASON_NOT_ADMITTED);
}


/** Whoever tells that the call is up is in the midst of it, and it may be over
 *  by the answer */
static void ask_h(void *arg)
{
	ask_to_enter(arg);
}


void entry_connected(struct endpoint *ep)
{
	entry_tell_state(ep, "welcome");
	entry_tell_hosts(ep);
	if (is_asked(ep))
		tmr_start(&ep->entry.tmr, ENTRY_PIN_MS, too_late_h, ep);
	else
		tmr_start(&ep->entry.tmr, 0, ask_h, ep);
}


enum reason entry_admit(struct endpoint *ep)
{
	const struct conference *c = ep->user->conference;

	if (ep->entry.leaving ||
	    (ep->entry.state != ENTRY_HOST && ep->entry.state != ENTRY_LOBBY))
		return REASON_FORBIDDEN;
	if (conference_count_in(c) >= conference_room(c))
		return REASON_FULL;

	/* before its call is up nobody was asked yet */
	if (ep->entry.answerh)
		ep->entry.answerh(REASON_NONE, ep->entry.answer_arg);
	else
		let_in(ep);

	return REASON_NONE;
}


void entry_deny(struct endpoint *ep)
{
	turn_away(ep, REASON_DENIED);
}


static struct endpoint *next_waiting(const struct conference *c,
				     unsigned after)
{
	struct endpoint *next = NULL;

	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			struct endpoint *ep = e->data;

			if (ep->number > after && !endpoint_is_in(ep) &&
			    !ep->entry.leaving &&
			    (!next || ep->number < next->number))
				next = ep;
		}
	}

	return next;
}


enum reason entry_admit_all(struct conference *c)
{
	enum reason reason = REASON_NOBODY;
	struct endpoint *ep = next_waiting(c, 0);

	while (ep) {
		const unsigned number = ep->number;
		const enum reason one = entry_admit(ep);

		if (one == REASON_FULL)
			return one;
		if (one == REASON_NONE)
			reason = one;
		ep = next_waiting(c, number);
	}

	return reason;
}


/** In the order of coming; each step may change who is there */
void entry_reconsider(struct conference *c)
{
	struct endpoint *ep = next_waiting(c, 0);

	while (ep) {
		const unsigned number = ep->number;
		const struct conference_settings *s = &c->settings;
		const bool asked = c->receives ||
				   (ep->entry.state == ENTRY_PIN &&
				    (s->guest_pin.given || s->host_pin.given));

		if (!asked) {
			enum entry_state state = next_state(ep);

			if (state != ep->entry.state)
				go_on(ep, state);
		}
		ep = next_waiting(c, number);
	}
}


/* -------------------------------------------------------------------- PIN */

/** Where guests need none, who has none says so by the mere hash key */
static bool is_guests(const struct conference_settings *s, const char *digits)
{
	return !s->guest_pin.given ? !*digits : pin_is(&s->guest_pin, digits);
}


/** @return false: it is nobody's */
static bool take_pin(struct endpoint *ep, const char *digits)
{
	struct conference *c = ep->user->conference;
	const struct conference_settings *s = &c->settings;
	const bool host = pin_is(&s->host_pin, digits);

	if (!host && (endpoint_is_in(ep) || !is_guests(s, digits)))
		return false;

	/* who is a guest by right may be after the other one */
	if (host || !s->host_pin.given)
		pin_guard_right(c->focus->pins, c->name, ep->entry.origin);
	ep->entry.wrong = 0;
	if (host)
		endpoint_set_role(ep, ROLE_HOST);
	if (!endpoint_is_in(ep))
		go_on(ep, next_state(ep));

	return true;
}


/** It leaves this one, and so nothing may follow: that comes in a moment */
static void move_h(void *arg)
{
	struct endpoint *ep = arg;

	if (ep->ops && ep->ops->move)
		ep->ops->move(ep->session, ep->entry.wanted);
	else
		entry_not_moved(ep, REASON_UNAVAILABLE);
}


static void not_moved_h(void *arg)
{
	struct endpoint *ep = arg;

	turn_away(ep, ep->entry.refused);
}


void entry_not_moved(struct endpoint *ep, enum reason reason)
{
	ep->entry.refused = reason;
	tmr_start(&ep->entry.tmr, 0, not_moved_h, ep);
}


static bool take_number(struct endpoint *ep, const char *digits)
{
	if (!number_find(ep->user->conference->focus, digits,
			 ep->entry.wanted))
		return false;

	entry_end(ep);
	tmr_start(&ep->entry.tmr, 0, move_h, ep);

	return true;
}


/** @return false: it is nobody's */
static bool take_typed(struct endpoint *ep, const char *digits)
{
	return ep->entry.state == ENTRY_NUMBER ? take_number(ep, digits)
					       : take_pin(ep, digits);
}


/** Numbers are tried by each for himself: whoever tries many keeps nobody
 *  else from calling */
static const char *guarded(char dst[GUARDED_BYTES], const struct endpoint *ep)
{
	(void)re_snprintf(dst, GUARDED_BYTES,
			  ep->entry.state == ENTRY_NUMBER ? "%s %llx" : "%s",
			  ep->user->conference->name,
			  (unsigned long long)ep->entry.origin);

	return dst;
}


static void note_wrong(struct endpoint *ep, struct entry_verdict *v)
{
	struct conference *c = ep->user->conference;
	const uint64_t now = now_ms();
	char name[GUARDED_BYTES];

	ep->entry.wrong++;
	pin_guard_wrong(c->focus->pins, guarded(name, ep), ep->entry.origin,
			now);
	v->reason = REASON_WRONG_PIN;
	v->tries_left =
		ep->entry.wrong < PIN_TRIES ? PIN_TRIES - ep->entry.wrong : 0;
	v->wait_ms = MAX(1000 * (uint64_t)ep->entry.wrong,
			 pin_guard_wait_ms(c->focus->pins, name,
					   ep->entry.origin, now));
	ep->entry.next_ms = now + v->wait_ms;
	log_info("entry", "wrong %s conference=%s endpoint=%u left=%u",
		 ep->entry.state == ENTRY_NUMBER ? "number" : "PIN", c->name,
		 ep->number, v->tries_left);
}


static uint64_t wait_of(const struct endpoint *ep)
{
	const struct conference *c = ep->user->conference;
	const uint64_t now = now_ms();
	const uint64_t own =
		ep->entry.next_ms > now ? ep->entry.next_ms - now : 0;
	char name[GUARDED_BYTES];

	return MAX(own, pin_guard_wait_ms(c->focus->pins, guarded(name, ep),
					  ep->entry.origin, now));
}


/** He has as long for the next as for the first, once it is looked at */
static void give_time(struct endpoint *ep, uint64_t wait_ms)
{
	if (is_asked(ep))
		tmr_start(&ep->entry.tmr, wait_ms + ENTRY_PIN_MS, too_late_h,
			  ep);
}


struct entry_verdict entry_pin(struct endpoint *ep, const char *digits)
{
	struct entry_verdict v = {
		.reason = REASON_NONE,
		.tries_left =
			PIN_TRIES - MIN(ep->entry.wrong, (unsigned)PIN_TRIES),
	};

	v.wait_ms = wait_of(ep);
	if (v.wait_ms || ep->entry.leaving || *ep->entry.wanted) {
		v.reason = REASON_TOO_MANY_TRIES;
		if (is_asked(ep) && !ep->entry.leaving && !*ep->entry.wanted) {
			give_time(ep, v.wait_ms);
			entry_tell_pause(ep, v.wait_ms);
		}
		return v;
	}
	if (take_typed(ep, digits ? digits : ""))
		return v;

	note_wrong(ep, &v);
	give_time(ep, v.wait_ms);
	if (v.tries_left) {
		if (is_asked(ep))
			entry_tell_state(ep, ep->entry.state == ENTRY_PIN
						     ? "wrong_pin"
						     : "no_such_conference");
		return v;
	}

	/* one who is in goes on, but is slowed down */
	v.reason = REASON_TOO_MANY_TRIES;
	if (!endpoint_is_in(ep))
		turn_away(ep, REASON_TOO_MANY_TRIES);

	return v;
}


static void try_typed(struct endpoint *ep)
{
	char digits[PIN_DIGITS_MAX + 1];

	(void)str_ncpy(digits, ep->entry.digits, sizeof(digits));
	ep->entry.digits[0] = '\0';
	tmr_cancel(&ep->entry.key_tmr);
	(void)entry_pin(ep, digits);
}


static void typed_h(void *arg)
{
	struct endpoint *ep = arg;

	if (pin_is_good(ep->entry.digits))
		try_typed(ep);
	else
		ep->entry.digits[0] = '\0';
}


void entry_key(struct endpoint *ep, char key)
{
	const size_t n = strlen(ep->entry.digits);

	if (!is_asked(ep) || ep->entry.leaving || *ep->entry.wanted)
		return;

	if (key == '#' && (n || ep->entry.state == ENTRY_PIN)) {
		try_typed(ep);
		return;
	}
	if (key < '0' || key > '9' || n == PIN_DIGITS_MAX) {
		/* a star is for who has mistyped */
		ep->entry.digits[0] = '\0';
		return;
	}
	ep->entry.digits[n] = key;
	ep->entry.digits[n + 1] = '\0';
	/* a number is told in groups, and typed so */
	if (ep->entry.state == ENTRY_PIN)
		tmr_start(&ep->entry.key_tmr, ENTRY_KEY_GAP_MS, typed_h, ep);
	else if (n + 1 == NUMBER_DIGITS)
		try_typed(ep);
}
