/**
 * @file focus/conference/user_list.c  All endpoints of a conference
 */
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"


void endpoint_emit(const struct endpoint *ep, const char *type, json_t *fields)
{
	json_t *about = json_pack("{s:i,s:s,s:s,s:s}", "endpoint",
				  (int)ep->number, "user", ep->user->aor,
				  "display", ep->display, "label", ep->label);

	if (!fields || json_object_update(about, fields)) {
		json_decref(about);
		about = NULL;
	}
	json_decref(fields);
	conference_emit(ep->user->conference, type, about);
}


void endpoint_set_speaker(struct conference *c, const struct endpoint *ep)
{
	unsigned number = ep ? ep->number : 0;
	json_t *fields;

	if (!conference_set_speaker(c, number))
		return;

	fields = json_pack("{s:i}", "endpoint", (int)number);
	if (ep)
		endpoint_emit(ep, "speaker", fields);
	else
		conference_emit(c, "speaker", fields);
}


struct endpoint *endpoint_by_number(const struct conference *c,
				    unsigned number)
{
	for (struct le *le = c->users.head; le; le = le->next) {
		struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			struct endpoint *ep = e->data;

			if (ep->number == number)
				return ep;
		}
	}

	return NULL;
}


static bool leg_h(struct le *le, void *arg)
{
	const struct endpoint *ep = le->data;

	return ep->leg == *(const uint32_t *)arg;
}


struct endpoint *endpoint_by_leg(const struct focus *f, uint32_t leg)
{
	return list_ledata(hash_lookup(f->legs, leg, leg_h, &leg));
}


static void set_leg(struct endpoint *ep, uint32_t leg)
{
	ep->leg = leg;
	hash_unlink(&ep->hash_le);
	hash_append(ep->user->conference->focus->legs, leg, &ep->hash_le, ep);
}


void endpoint_swap_legs(struct endpoint *ep, struct endpoint *other)
{
	const uint32_t leg = ep->leg;

	set_leg(ep, other->leg);
	set_leg(other, leg);
}


void endpoint_each(const struct conference *c, void (*h)(struct endpoint *ep))
{
	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next)
			h(e->data);
	}
}


struct endpoint *endpoint_any(const struct conference *c)
{
	const struct user *u = list_ledata(c->users.head);

	return u ? list_ledata(u->endpoints.head) : NULL;
}


void endpoint_evict_all(struct conference *c, enum reason reason)
{
	conference_set_calls_off(c);

	/* the conference ends with its last endpoint: count beforehand */
	for (unsigned n = c->participants; n; n--)
		endpoint_evict(endpoint_any(c), reason);
}


void endpoint_drop_all(struct conference *c)
{
	struct user *u;

	while ((u = list_ledata(c->users.head))) {
		list_flush(&u->endpoints);
		mem_deref(u);
	}
}


static bool secret_h(struct le *le, void *arg)
{
	const struct endpoint *ep = le->data;

	return secret_same(&ep->secret, arg);
}


struct endpoint *endpoint_by_secret(const struct focus *f, const char *secret)
{
	struct secret_sum sum;

	if (!f || !secret_read(&sum, secret))
		return NULL;

	return list_ledata(hash_apply(f->legs, secret_h, &sum));
}
