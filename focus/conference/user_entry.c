/**
 * @file focus/conference/user_entry.c  What somebody has to show before he is
 * in
 */
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "focus/config/config.h"
#include "mixer/base/clock.h"
#include "mixer/base/log.h"


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


bool entry_is_known(const struct conference *c, const struct join *join)
{
	const struct endpoint *self = user_leg_proved(c, join);
	const struct user *u = user_known(c, join);

	return kept_find(c, join) || (self && endpoint_is_in(self)) ||
	       (u && user_is_in(u));
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


/** There is always room for a host, so that he can make some */
static bool is_full_for(const struct endpoint *ep)
{
	const struct conference *c = ep->user->conference;

	return ep->user->role < ROLE_HOST &&
	       conference_count_in(c) >= conference_room(c);
}


static enum reason enter_facts(struct question *q, void *arg)
{
	const struct endpoint *ep = endpoint_by_leg(arg, q->asker.leg);

	if (!ep)
		return REASON_NOT_FOUND;

	return is_full_for(ep) ? REASON_FULL : REASON_NONE;
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
	if (join->moved)
		ep->entry.moved_until_ms = clock_us() / 1000 + ENTRY_MOVED_MS;
	if (before)
		ep->entry.wrong = before->entry.wrong;
	take_state(ep, first_state(ep, join, back));
}


void entry_moved(struct endpoint *ep, const struct endpoint *before)
{
	if (!before->entry.hash_due)
		ep->entry.moved_until_ms = 0;
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


static void go_h(void *arg)
{
	struct endpoint *ep = arg;

	endpoint_evict(ep, ep->entry.leaving);
}


static void told_h(struct endpoint *ep)
{
	tmr_start(&ep->entry.tmr, 0, go_h, ep);
}


/** It is to go; at a telephone it is told why first. Never from within: who
 *  lets a host in, or walks those who wait, may be in the midst of others */
void entry_turn_away(struct endpoint *ep, enum reason reason)
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
	if (ep->has_page || ep->status != ENDPOINT_CONNECTED ||
	    !endpoint_say(ep, names + from, ARRAY_SIZE(names) - from, told_h))
		told_h(ep);
	else
		tmr_start(&ep->entry.tmr, ENTRY_FAREWELL_MS, go_h, ep);
}


static void may_enter_h(enum reason reason, void *arg)
{
	struct endpoint *ep = arg;

	if (reason == REASON_NONE)
		let_in(ep);
	else
		entry_turn_away(ep, reason == REASON_UNAVAILABLE
					    ? REASON_NOT_ADMITTED
					    : reason);
}


/** What is asked of it is met, but for what `state` says */
static void go_on(struct endpoint *ep, enum entry_state state)
{
	const enum entry_state old = ep->entry.state;

	tmr_cancel(&ep->entry.tmr);
	take_state(ep, state == ENTRY_IN ? old : state);
	if (state == ENTRY_IN && is_full_for(ep)) {
		entry_turn_away(ep, REASON_FULL);
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


bool entry_is_asked(const struct endpoint *ep)
{
	return ep->entry.state == ENTRY_PIN || ep->entry.state == ENTRY_NUMBER;
}


static void too_late_h(void *arg)
{
	entry_turn_away(arg, REASON_NOT_ADMITTED);
}


void entry_give_time(struct endpoint *ep, uint64_t wait_ms)
{
	if (entry_is_asked(ep))
		tmr_start(&ep->entry.tmr, wait_ms + ENTRY_PIN_MS, too_late_h,
			  ep);
}


/** So many wait to be let in already that no more may. Who types something may
 *  come all the same where he may turn out to be a host (focus_join.c) */
static bool is_crowded(const struct conference *c)
{
	unsigned n = 0;

	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			const struct endpoint *ep = e->data;

			n += !endpoint_is_in(ep) && !entry_is_asked(ep) &&
			     !ep->entry.leaving;
		}
	}

	return n >= c->focus->config->max_participants;
}


void entry_show(struct endpoint *ep)
{
	const enum entry_state state = next_state(ep);

	if (state != ENTRY_IN && is_crowded(ep->user->conference))
		entry_turn_away(ep, REASON_FULL);
	else
		go_on(ep, state);
}


void entry_connected(struct endpoint *ep)
{
	if (ep->entry.leaving)
		return;

	if (ep->entry.moved_until_ms)
		ep->entry.moved_until_ms = clock_us() / 1000 + ENTRY_MOVED_MS;
	entry_tell_state(ep, "welcome");
	entry_tell_hosts(ep);
	if (entry_is_asked(ep))
		entry_give_time(ep, 0);
	else
		ask_to_enter(ep);
}


enum reason entry_admit(struct endpoint *ep)
{
	if (ep->entry.leaving ||
	    (ep->entry.state != ENTRY_HOST && ep->entry.state != ENTRY_LOBBY))
		return REASON_FORBIDDEN;
	if (is_full_for(ep))
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
	entry_turn_away(ep, REASON_DENIED);
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
