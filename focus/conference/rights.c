/**
 * @file focus/conference/rights.c  What participants may ask of the focus
 *
 * The requests of RFC 4579 sections 5.5 to 5.11 as decisions on the roster:
 * who may have others dialled, who may have whom removed, who may end it all.
 */
#include <string.h>
#include "focus/conference/conference_private.h"


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


static struct conference *find(const struct focus *f, const char *name)
{
	char canonical[POLICY_NAME_MAX + 1];

	if (!f || !name || policy_name(f->policy, name, canonical))
		return NULL;

	return conference_find(f, canonical);
}


bool focus_exists(const struct focus *f, const char *name)
{
	return find(f, name) != NULL;
}


static const struct user *user_of(const struct conference *c,
				  const struct asker *asker)
{
	if (asker->ep)
		return asker->ep->user;

	if (!asker->known || !asker->aor)
		return NULL;

	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		if (!u->anonymous && same_address(u->aor, asker->aor))
			return u;
	}

	return NULL;
}


enum reason focus_may_dial(const struct focus *f, const char *conference,
			   const struct asker *asker)
{
	const struct conference *c = find(f, conference);

	return policy_may_dial(f->config, c && user_of(c, asker), asker->known)
		       ? REASON_NONE
		       : REASON_FORBIDDEN;
}


static bool is_meant(const struct endpoint *ep, const char *uri)
{
	return same_address(ep->user->aor, uri) ||
	       same_address(ep->entity, uri);
}


static bool may_remove(const struct conference *c, const struct asker *asker,
		       const struct endpoint *ep)
{
	const struct user *u = user_of(c, asker);

	if (u && (u->moderator || u == ep->user))
		return true;

	/* whoever had it called may call it off */
	return ep->referred_by && u && same_address(ep->referred_by, u->aor);
}


bool focus_has(const struct focus *f, const char *conference, const char *uri)
{
	const struct conference *c = find(f, conference);

	for (struct le *le = c ? c->users.head : NULL; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			if (is_meant(e->data, uri))
				return true;
		}
	}

	return false;
}


/** One who is to go */
struct removal {
	unsigned number;
	enum reason reason;
};


/**
 * Those who are meant and may be removed: an entity is what somebody says in
 * a Contact, so others may be meant by it as well
 *
 * @param v NULL: only count them
 */
static unsigned find_removable(const struct conference *c,
			       const struct asker *asker, const char *uri,
			       struct removal *v)
{
	const struct user *self = user_of(c, asker);
	unsigned n = 0;

	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			const struct endpoint *ep = e->data;

			if (!is_meant(ep, uri) || !may_remove(c, asker, ep))
				continue;
			if (v)
				v[n] = (struct removal){
					ep->number, u == self ? REASON_LEFT
							      : REASON_KICKED};
			n++;
		}
	}

	return n;
}


enum reason focus_may_remove(const struct focus *f, const char *conference,
			     const struct asker *asker, const char *uri)
{
	const struct conference *c = find(f, conference);

	if (!focus_has(f, conference, uri))
		return REASON_NOBODY;

	return find_removable(c, asker, uri, NULL) ? REASON_NONE
						   : REASON_FORBIDDEN;
}


void focus_remove(struct focus *f, const char *conference,
		  const struct asker *asker, const char *uri)
{
	const struct conference *c = find(f, conference);
	struct removal *v;
	unsigned n = c ? find_removable(c, asker, uri, NULL) : 0;

	v = mem_zalloc((n + 1) * sizeof(*v), NULL);
	if (!v || !n) {
		mem_deref(v);
		return;
	}

	(void)find_removable(c, asker, uri, v);
	for (unsigned i = 0; i < n; i++) {
		struct endpoint *ep;

		/* the conference ends with its last endpoint */
		c = find(f, conference);
		ep = c ? conference_endpoint(c, v[i].number) : NULL;
		if (ep)
			endpoint_evict(ep, v[i].reason);
	}
	mem_deref(v);
}


enum reason focus_may_end(const struct focus *f, const char *conference,
			  const struct asker *asker)
{
	const struct conference *c = find(f, conference);
	const struct user *u = c ? user_of(c, asker) : NULL;

	if (!c)
		return REASON_NOT_FOUND;

	return u && u->moderator ? REASON_NONE : REASON_FORBIDDEN;
}


void focus_end(struct focus *f, const char *conference)
{
	struct conference *c = find(f, conference);

	if (c)
		conference_end(c, REASON_ENDED);
}
