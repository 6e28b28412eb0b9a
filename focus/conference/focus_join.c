/**
 * @file focus/conference/focus_join.c  Who comes in
 */
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/focus.h"
#include "focus/conference/user.h"
#include "focus/config/config.h"


enum {
	/** So many more may wait where a host may be among them */
	HOSTS_RESERVE = 20,
};


/** A lock keeps out strangers, not who was in, or is, as he proves: nobody
 *  inside may be left who could take it off */
static bool is_locked_to(const struct conference *c, const struct join *join)
{
	const struct endpoint *self = user_leg_proved(c, join);

	return c->locked && !kept_find(c, join) &&
	       !(self && endpoint_is_in(self));
}


/** As many wait for that already as may. Where all wait for a host there is
 *  room for whoever may be the one, until he says that he is not */
static bool is_crowded_for(const struct conference *c, const struct join *join)
{
	const unsigned reserve =
		c->settings.host_pin.given && !conference_has_host(c)
			? HOSTS_RESERVE
			: 0;

	return c->waiting >= c->focus->config->max_participants + reserve &&
	       !join->dialled_out && !user_leg_proved(c, join) &&
	       !entry_is_known(c, join);
}


/** There is always room for a host: who is one already, by another leg too, or
 *  may say his PIN */
static bool may_be_host(const struct conference *c, const struct join *join)
{
	const struct endpoint *self = user_leg_proved(c, join);
	const struct user *u = join->dialled_out ? NULL : user_known(c, join);
	const struct kept *back = kept_find(c, join);

	if ((self && self->user->role == ROLE_HOST) ||
	    (u && u->role == ROLE_HOST))
		return true;
	if (back)
		return back->role == ROLE_HOST;

	return c->settings.host_pin.given && !c->echoes &&
	       !join->dialled_out && !entry_is_known(c, join);
}


enum reason focus_join_facts(const struct focus *f, const struct join *join,
			     char *canonical, struct conference **cp)
{
	struct policy_facts facts = {
		.shutting_down = f->shutting_down,
		.invited = join->dialled_out,
		.replaces = join->replaces,
		.factory = join->factory,
		.conferences = f->conference_count,
	};
	struct conference *c;
	enum reason reason;

	reason = policy_name(f->policy, join->conference, canonical);
	if (reason)
		return reason;

	facts.fresh =
		policy_name_is_fresh(canonical) && !past_exists(f, canonical);
	if (policy_is_dial_in(f->policy, canonical))
		facts.conferences = 0;
	c = conference_find(f, canonical);
	if (c) {
		facts.exists = true;
		facts.locked = is_locked_to(c, join);
		facts.participants = conference_count_in(c);
		facts.room = conference_room(c);
		facts.host = may_be_host(c, join);
		facts.crowded = is_crowded_for(c, join);
	}

	*cp = c;

	return policy_join(f->policy, &facts);
}


/** Calls wait for the mixer, but not without end: who was let in before goes
 *  on, also to another mixer */
static bool is_congested(const struct focus *f, const struct conference *c)
{
	return mixer_is_congested(c ? c->mixer : mixers_pick(f->mixers));
}


/** As far as the roster goes: nothing carries its media yet */
static enum reason enter(struct focus *f, struct endpoint **epp,
			 const struct join *join)
{
	char name[POLICY_NAME_MAX + 1];
	struct conference *c = NULL;
	enum reason reason;

	reason = focus_join_facts(f, join, name, &c);
	if (reason)
		return reason;

	if (is_congested(f, c))
		return REASON_OVERLOAD;

	if (!c) {
		reason = conference_create(&c, f, name, join->factory);
		if (reason)
			return reason;
		/* it goes on, and was locked when it was over */
		if (is_locked_to(c, join) && !join->dialled_out) {
			conference_end_if_empty(c, REASON_LOCKED);
			return REASON_LOCKED;
		}
	}

	if (endpoint_create(epp, c, join)) {
		conference_end_if_empty(c, REASON_INTERNAL);
		return REASON_INTERNAL;
	}

	return REASON_NONE;
}


/** What it was given to prove itself by was given to the same one */
static void take_secret(struct endpoint *ep, struct endpoint *from)
{
	if (!from || !from->secret.given)
		return;

	ep->secret = from->secret;
	from->secret.given = false;
	kept_write(ep);
}


enum reason focus_join(struct focus *f, struct endpoint **epp,
		       const struct join *join,
		       const struct leg_description *leg, focus_leg_h *legh,
		       void *arg)
{
	struct endpoint *ep;
	enum reason reason;

	if (!f || !epp || !join || !join->aor || !leg)
		return REASON_INTERNAL;

	reason = enter(f, &ep, join);
	if (reason)
		return reason;

	reason = endpoint_submit(ep, leg, true, legh, arg);
	if (reason) {
		endpoint_remove(ep, reason);
		return reason;
	}

	*epp = ep;
	take_secret(ep, join->from);
	endpoint_announce(ep);

	return REASON_NONE;
}


/** Is, or would be, that conference on the media server that has its leg?
 *  What is known of a far end whose media has just ended stays with that */
static bool is_beside(const struct focus *f, const char *conference,
		      const struct endpoint *ep)
{
	const struct conference *c = focus_conference(f, conference);
	const struct mixer *m = c ? c->mixer : mixers_pick(f->mixers);

	return m == ep->user->conference->mixer && !ep->media_over;
}


enum reason focus_move(struct focus *f, struct endpoint **epp,
		       const struct join *join, focus_leg_h *legh, void *arg)
{
	struct endpoint *before = join->from, *ep;
	enum reason reason;

	if (!is_beside(f, join->conference, before))
		return REASON_NO_MIXER;

	reason = enter(f, &ep, join);
	if (reason)
		return reason;

	reason = endpoint_take(ep, before, legh, arg);
	if (reason) {
		endpoint_remove(ep, reason);
		return reason;
	}

	*epp = ep;
	take_secret(ep, before);
	entry_moved(ep, before);
	/* what it was asked there it has answered */
	(void)endpoint_say(ep, NULL, 0, NULL);
	endpoint_announce(ep);
	endpoint_remove(before, REASON_REPLACED);

	return REASON_NONE;
}
