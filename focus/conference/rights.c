/**
 * @file focus/conference/rights.c  What participants may ask of the focus
 *
 * The requests of RFC 4579 sections 5.5 to 5.11 as decisions on the roster:
 * who may have others dialled, who may have whom removed, who may end it all.
 */
#include <string.h>
#include "focus/conference/booking.h"
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/focus.h"
#include "focus/conference/number.h"
#include "focus/conference/user.h"
#include "focus/config/config.h"


/** Bytes of an address without its scheme, parameters and headers */
static const char *bare(const char *uri, size_t *len)
{
	const char *colon = strchr(uri, ':');
	const char *at, *p;

	p = colon ? colon + 1 : uri;
	at = strchr(p, '@');
	*len = (size_t)((at ? at : p) - p) + strcspn(at ? at : p, ";?");

	return p;
}


/** The same user at the same host: what a person would call the same address
 *  (short of RFC 3261 section 19.1.4, whose parameters contacts vary in) */
static bool same_address(const char *a, const char *b)
{
	size_t a_len, b_len;
	const char *p = bare(a, &a_len), *q = bare(b, &b_len);

	return a_len == b_len && !strncasecmp(p, q, a_len);
}


bool focus_exists(const struct focus *f, const char *name)
{
	return focus_conference(f, name) != NULL;
}


static const struct user *user_of(const struct conference *c,
				  const struct asker *asker)
{
	const struct endpoint *ep;

	ep = asker->leg ? endpoint_by_leg(c->focus, asker->leg) : NULL;
	if (ep && ep->user->conference == c)
		return endpoint_is_in(ep) ? ep->user : NULL;

	if (!asker->known || !asker->aor)
		return NULL;

	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		if (u->known && !u->anonymous && user_is_in(u) &&
		    same_address(u->aor, asker->aor))
			return u;
	}

	return NULL;
}


/** Has who comes to show something, or to wait? */
static bool has_door(const struct conference_settings *s)
{
	return s->guest_pin.given || s->host_pin.given || s->lobby ||
	       s->wait_for_host;
}


/** How it is, or would begin */
static void read_settings(struct conference_settings *s, const struct focus *f,
			  const char *conference)
{
	char name[POLICY_NAME_MAX + 1];
	struct booking b;

	*s = f->config->ad_hoc;
	if (conference && focus_name(f, conference, name) == REASON_NONE &&
	    booking_find(f, name, &b))
		*s = b.settings;
}


bool focus_has_door(const struct focus *f, const char *conference)
{
	const struct conference *c = focus_conference(f, conference);

	return c && (c->receives || has_door(&c->settings));
}


/** Whoever comes in as the first may turn out to be its host: that is looked
 *  at again when he is in (focus_endpoint_may_dial()) */
static enum reason dial_facts(const struct focus *f, const struct question *q,
			      const struct conference *c)
{
	const bool member = q->asker.entering || q->asker.member;
	struct conference_settings s;

	/* nobody stays there */
	if (q->conference && number_is_asked_at(f, q->conference))
		return REASON_FORBIDDEN;
	read_settings(&s, f, q->conference);
	if ((c || !q->asker.entering) && q->asker.role < s.may_dial_out)
		return REASON_FORBIDDEN;
	/* whoever is called is in: nobody comes in by himself that way */
	if ((c || !q->asker.entering) && !q->asker.member && has_door(&s))
		return REASON_FORBIDDEN;

	return policy_may_dial(f->config, member, q->asker.known)
		       ? REASON_NONE
		       : REASON_FORBIDDEN;
}


bool focus_endpoint_may_dial(const struct endpoint *ep)
{
	const struct user *u = ep->user;

	return endpoint_is_in(ep) &&
	       u->role >= u->conference->settings.may_dial_out;
}


/** One device of a user, not the user (RFC 5627) */
static bool is_gruu(const char *uri)
{
	return strcasestr(uri, ";gr=") != NULL;
}


/** The user that the roster has by that address: all his devices (RFC 4579
 *  section 5.9). Of several who claim one, all but the first have a parameter
 *  there */
static bool is_user(const struct endpoint *ep, const char *uri)
{
	return !is_gruu(uri) && same_address(ep->user->aor, uri) &&
	       user_is_guest_aor(ep->user->aor) == user_is_guest_aor(uri) &&
	       (!user_is_guest_aor(uri) || !strcasecmp(ep->user->aor, uri));
}


/** That very device, by its Contact */
static bool is_device(const struct endpoint *ep, const char *uri)
{
	return !strcasecmp(ep->entity, uri);
}


/** An address without what tells devices or users apart */
static bool is_meant(const struct endpoint *ep, const char *uri)
{
	if (user_is_guest_aor(uri) || is_gruu(uri))
		return is_user(ep, uri) || is_device(ep, uri);

	return same_address(ep->user->aor, uri) ||
	       same_address(ep->entity, uri);
}


/** How it is asked who is meant, the exact before the vague */
typedef bool(meant_h)(const struct endpoint *ep, const char *uri);

static meant_h *const meanings[] = {is_user, is_device, is_meant};


/** Whoever had it called may call it off */
static bool has_called(const struct user *u, const struct endpoint *ep)
{
	for (struct le *e = ep->referrer ? u->endpoints.head : NULL; e;
	     e = e->next) {
		const struct endpoint *own = e->data;

		if (own->leg == ep->referrer)
			return true;
	}

	return u->known && ep->referrer_known && ep->referred_by &&
	       same_address(ep->referred_by, u->aor);
}


static bool may_remove(const struct conference *c, const struct asker *asker,
		       const struct endpoint *ep)
{
	const struct user *u = user_of(c, asker);

	if (u && (u == ep->user ||
		  (u->role >= ROLE_MODERATOR && u->role >= ep->user->role)))
		return true;

	return u && has_called(u, ep);
}


static bool has(const struct conference *c, const char *uri)
{
	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			if (is_meant(e->data, uri))
				return true;
		}
	}

	return false;
}


bool focus_has(const struct focus *f, const char *conference, const char *uri)
{
	const struct conference *c = focus_conference(f, conference);

	return c && has(c, uri);
}


/** One who is to go */
struct removal {
	unsigned number;
	enum reason reason;
};


/**
 * Those who are meant so and may be removed
 *
 * @param v       NULL: only count them
 * @param several Set where they are of several users, or several devices that
 *                one Contact names
 */
static unsigned find_meant(const struct conference *c,
			   const struct asker *asker, meant_h *meant,
			   const char *uri, struct removal *v, bool *several)
{
	const struct user *self = user_of(c, asker), *first = NULL;
	unsigned n = 0;

	*several = false;

	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			const struct endpoint *ep = e->data;

			if (!meant(ep, uri) || !may_remove(c, asker, ep))
				continue;
			*several |= first &&
				    (first != u || !same_address(u->aor, uri));
			first = u;
			if (v)
				v[n] = (struct removal){
					ep->number, u == self ? REASON_LEFT
							      : REASON_KICKED};
			n++;
		}
	}

	return n;
}


/**
 * Whom it means: a user, or a device, and nobody else. An entity is what
 * somebody says in a Contact, so it proves nothing of whom it names
 *
 * @param n Set to how many endpoints, where that is REASON_NONE
 * @param v NULL: only count them
 */
static enum reason find_removable(const struct conference *c,
				  const struct asker *asker, const char *uri,
				  struct removal *v, unsigned *n)
{
	bool several;

	/* nor does it say to others who is there */
	if (!user_of(c, asker))
		return REASON_NOBODY;

	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
		*n = find_meant(c, asker, meanings[i], uri, v, &several);
		if (*n)
			return several ? REASON_AMBIGUOUS : REASON_NONE;
	}

	return has(c, uri) ? REASON_FORBIDDEN : REASON_NOBODY;
}


/** Others than moderators may change what is theirs */
static enum reason own_facts(const struct question *q,
			     const struct conference *c)
{
	const struct endpoint *ep =
		c && q->asker.leg ? endpoint_by_leg(c->focus, q->asker.leg)
				  : NULL;
	char number[16];

	if (q->asker.role >= ROLE_MODERATOR)
		return REASON_NONE;

	if (!ep || ep->user->conference != c || !endpoint_is_in(ep) ||
	    !q->target)
		return REASON_FORBIDDEN;

	(void)re_snprintf(number, sizeof(number), "%u", ep->number);

	return strcmp(number, q->target) ? REASON_FORBIDDEN : REASON_NONE;
}


static enum reason remove_facts(const struct question *q,
				const struct conference *c)
{
	unsigned n;

	if (q->who)
		return own_facts(q, c);

	if (!c || !q->target)
		return REASON_NOBODY;

	return find_removable(c, &q->asker, q->target, NULL, &n);
}


enum reason focus_remove(struct focus *f, const char *conference,
			 const struct asker *asker, const char *uri)
{
	const struct conference *c = focus_conference(f, conference);
	struct removal *v;
	unsigned n = 0;
	enum reason reason =
		c ? find_removable(c, asker, uri, NULL, &n) : REASON_NOBODY;

	if (reason)
		return reason;

	v = mem_zalloc(n * sizeof(*v), NULL);
	if (!v)
		return REASON_INTERNAL;

	(void)find_removable(c, asker, uri, v, &n);
	for (unsigned i = 0; i < n; i++) {
		struct endpoint *ep;

		/* the conference ends with its last endpoint */
		c = focus_conference(f, conference);
		ep = c ? endpoint_by_number(c, v[i].number) : NULL;
		if (ep)
			endpoint_evict(ep, v[i].reason);
	}
	mem_deref(v);

	return REASON_NONE;
}


enum reason focus_end(struct focus *f, const char *conference)
{
	struct conference *c = focus_conference(f, conference);

	if (!c)
		return REASON_NOT_FOUND;

	endpoint_evict_all(c, REASON_ENDED);

	return REASON_NONE;
}


static enum reason end_facts(const struct question *q,
			     const struct conference *c)
{
	const struct user *u = c ? user_of(c, &q->asker) : NULL;

	if (!c)
		return REASON_NOT_FOUND;

	return u && u->role == ROLE_HOST ? REASON_NONE : REASON_FORBIDDEN;
}


static enum reason unmute_facts(const struct question *q,
				const struct conference *c)
{
	if (c && q->asker.role < c->settings.may_unmute)
		return REASON_FORBIDDEN;

	return own_facts(q, c);
}


/** He is in a call to it, whether in or not */
static enum reason enter_facts(const struct question *q,
			       const struct conference *c)
{
	const struct endpoint *ep =
		c && q->asker.leg ? endpoint_by_leg(c->focus, q->asker.leg)
				  : NULL;

	return ep && ep->user->conference == c ? REASON_NONE
					       : REASON_FORBIDDEN;
}


static enum reason join_facts(const struct focus *f, struct question *q)
{
	struct join join = {
		.conference = q->conference,
		.dialled_out = q->invited,
		.replaces = q->replaces,
		.factory = q->factory,
		.aor = q->asker.aor,
		.known = q->asker.known && q->asker.aor,
		.secret = q->secret,
	};
	char canonical[POLICY_NAME_MAX + 1], fresh[POLICY_NAME_MAX + 1];
	struct conference *c = NULL;
	enum reason reason;

	if (!q->conference)
		return REASON_NOT_FOUND;

	if (policy_is_factory(f->policy, q->conference)) {
		policy_fresh_name(fresh);
		join.conference = fresh;
		join.factory = true;
	}

	reason = focus_join_facts(f, &join, canonical, &c);
	q->kind = c ? QUESTION_JOIN : QUESTION_CREATE;

	return reason;
}


/** What the configuration and the roster say now; the one place */
static enum reason rights_facts(struct question *q, void *arg)
{
	const struct focus *f = arg;
	const struct conference *c = focus_conference(f, q->conference);
	const struct user *u = c ? user_of(c, &q->asker) : NULL;

	q->asker.member = u != NULL;
	q->asker.role = u ? u->role : ROLE_GUEST;

	if (q->asker.operates && q->kind != QUESTION_JOIN &&
	    q->kind != QUESTION_CREATE)
		return REASON_NONE;

	switch (q->kind) {

	case QUESTION_JOIN:
	case QUESTION_CREATE: return join_facts(f, q);
	case QUESTION_ENTER: return enter_facts(q, c);
	case QUESTION_DIAL: return dial_facts(f, q, c);
	case QUESTION_REMOVE: return remove_facts(q, c);
	case QUESTION_END: return end_facts(q, c);
	case QUESTION_OWN: return own_facts(q, c);
	case QUESTION_STEER:
		return q->asker.role >= ROLE_MODERATOR ? REASON_NONE
						       : REASON_FORBIDDEN;
	case QUESTION_UNMUTE: return unmute_facts(q, c);
	case QUESTION_HOST:
		return q->asker.role == ROLE_HOST ? REASON_NONE
						  : REASON_FORBIDDEN;
	case QUESTION_SEE:
	case QUESTION_SAY:
		return q->asker.member ? REASON_NONE : REASON_FORBIDDEN;
	case QUESTION_KEEP: return REASON_FORBIDDEN;
	}

	return REASON_FORBIDDEN;
}


void focus_ask(struct ask **askp, struct focus *f, const struct question *q,
	       judge_answer_h *answerh, void *arg)
{
	struct question named = *q;
	const struct endpoint *ep;

	if (!f) {
		*askp = NULL;
		answerh(REASON_NOT_FOUND, arg);
		return;
	}

	ep = q->asker.leg ? endpoint_by_leg(f, q->asker.leg) : NULL;
	if (ep && !named.asker.aor)
		named.asker.aor = ep->user->aor;

	judge_ask(askp, &f->asks, &f->judge, &named, rights_facts, f, answerh,
		  arg);
}


void focus_set_judge(struct focus *f, const struct judge *judge)
{
	f->judge = judge ? *judge : (struct judge){.ask = NULL};
}


/* ------------------------------------------------------ the facts alone */

static void told_h(enum reason reason, void *arg)
{
	*(enum reason *)arg = reason;
}


enum reason focus_may_join(const struct focus *f, const char *name)
{
	const struct question q = {.kind = QUESTION_JOIN, .conference = name};
	enum reason told = REASON_INTERNAL;

	if (!f)
		return REASON_NOT_FOUND;
	judge_ask(NULL, NULL, NULL, &q, rights_facts, (void *)(uintptr_t)f,
		  told_h, &told);

	return told;
}
