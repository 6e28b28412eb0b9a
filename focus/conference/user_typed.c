/**
 * @file focus/conference/user_typed.c  What somebody types before he is in: a
 * PIN, or the number of a conference
 */
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/number.h"
#include "focus/conference/user.h"
#include "mixer/base/clock.h"
#include "mixer/base/log.h"


enum {
	/** Whose tries are counted together */
	GUARDED_BYTES = POLICY_NAME_MAX + 1,
};


static uint64_t now_ms(void)
{
	return clock_us() / 1000;
}


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
	if (host || !s->host_pin.given) {
		pin_guard_right(c->focus->pins, c->name, ep->entry.origin);
		ep->entry.wrong = 0;
	}
	if (host)
		endpoint_set_role(ep, ROLE_HOST);
	if (!endpoint_is_in(ep))
		entry_show(ep);

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

	entry_turn_away(ep, ep->entry.refused);
}


void entry_not_moved(struct endpoint *ep, enum reason reason)
{
	if (ep->entry.leaving)
		return;

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


/** Whose wrong ones are counted together. Numbers are tried by each for
 *  himself: whoever tries many keeps nobody else from calling */
static const char *guarded(char dst[GUARDED_BYTES], const struct endpoint *ep)
{
	const struct user *u = ep->user;

	if (ep->entry.state == ENTRY_NUMBER)
		(void)re_snprintf(
			dst, GUARDED_BYTES, "number %llx",
			ep->entry.origin ? (unsigned long long)ep->entry.origin
					 : (unsigned long long)keyed_hash(
						   u->aor, strlen(u->aor)));
	else
		(void)str_ncpy(dst, u->conference->name, GUARDED_BYTES);

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
		if (entry_is_asked(ep) && !ep->entry.leaving &&
		    !*ep->entry.wanted) {
			/* but not for ever */
			if (conference_time_ms() - ep->since_ms <
			    ENTRY_WAIT_MS)
				entry_give_time(ep, v.wait_ms);
			entry_tell_pause(ep, v.wait_ms);
		}
		return v;
	}
	if (take_typed(ep, digits ? digits : ""))
		return v;

	note_wrong(ep, &v);
	entry_give_time(ep, v.wait_ms);
	if (v.tries_left) {
		if (entry_is_asked(ep))
			entry_tell_state(ep, ep->entry.state == ENTRY_PIN
						     ? "wrong_pin"
						     : "no_such_conference");
		return v;
	}

	/* one who is in goes on, but is slowed down */
	v.reason = REASON_TOO_MANY_TRIES;
	if (!endpoint_is_in(ep))
		entry_turn_away(ep, REASON_TOO_MANY_TRIES);

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

	const bool whole = ep->entry.state == ENTRY_NUMBER
				   ? strlen(ep->entry.digits) >= NUMBER_DIGITS
				   : pin_is_good(ep->entry.digits);

	ep->entry.hash_due = true;
	if (whole)
		try_typed(ep);
	else
		ep->entry.digits[0] = '\0';
}


/** A number has its length, but the hash key that is asked for after it must
 *  not be the first key of what is asked for next */
static uint64_t gap_ms(const struct endpoint *ep)
{
	if (ep->entry.state == ENTRY_PIN)
		return ENTRY_KEY_GAP_MS;

	return strlen(ep->entry.digits) >= NUMBER_DIGITS
		       ? ENTRY_NUMBER_GAP_MS
		       : ENTRY_NUMBER_KEPT_MS;
}


void entry_key(struct endpoint *ep, char key)
{
	const size_t n = strlen(ep->entry.digits);

	/* on the way, too, it may come late */
	if (key == '#' && *ep->entry.wanted)
		ep->entry.hash_due = false;
	if (!entry_is_asked(ep) || ep->entry.leaving || *ep->entry.wanted)
		return;

	if (key == '#' && !n && now_ms() < ep->entry.moved_until_ms) {
		ep->entry.moved_until_ms = 0;
		return;
	}
	ep->entry.hash_due = false;
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
	tmr_start(&ep->entry.key_tmr, gap_ms(ep), typed_h, ep);
}
