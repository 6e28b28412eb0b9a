/**
 * @file focus/conference/focus_events.c  Those who follow conferences
 */
#include <string.h>
#include "focus/conference/conference_private.h"


struct event_subscription {
	struct le le;
	struct focus *focus;
	char conference[POLICY_NAME_MAX + 1]; /**< "" = all */
	focus_event_h *h;
	void *arg;
};


static void focus_events_destructor(void *arg)
{
	struct event_subscription *s = arg;
	struct delivery *d;

	/* whoever is being told just now goes on with the next one */
	if (s->le.list) {
		for (d = s->focus->delivery; d; d = d->outer) {
			if (d->next == &s->le)
				d->next = s->le.next;
		}
	}

	list_unlink(&s->le);
}


void focus_deliver(struct focus *f, const char *conference,
		   const json_t *event)
{
	struct delivery d = {f->subscriptions.head, f->delivery};

	f->delivery = &d;
	while (d.next) {
		struct event_subscription *s = d.next->data;

		d.next = d.next->next;
		if (!*s->conference || !strcmp(s->conference, conference))
			s->h(event, s->arg);
	}
	f->delivery = d.outer;
}


void focus_tell(struct focus *f, const char *name, const char *type,
		json_t *fields)
{
	struct conference *c = conference_find(f, name);
	json_t *event;

	if (c) {
		conference_emit(c, NULL, type, fields);
		return;
	}

	event = event_make(type, name, 0, conference_time_ms());
	if (event && !json_object_update(event, fields))
		focus_deliver(f, name, event);
	json_decref(event);
	json_decref(fields);
}


/** As signaling has the name, in whatever case it came */
static void tell_as(struct focus *f, const char *name, const char *type,
		    json_t *fields)
{
	char canonical[POLICY_NAME_MAX + 1];

	if (policy_name(f->policy, name, canonical))
		json_decref(fields);
	else
		focus_tell(f, canonical, type, fields);
}


void focus_dialling(struct focus *f, const char *conference, const char *uri)
{
	tell_as(f, conference, "dialing", json_pack("{s:s}", "uri", uri));
}


void focus_dial_failed(struct focus *f, const char *conference,
		       const char *uri, enum reason reason)
{
	const struct reason_row *row = reason_row(reason);

	tell_as(f, conference, "dial_failed",
		json_pack("{s:s,s:s,s:s}", "uri", uri, "reason", row->token,
			  "words", row->words));
}


static bool snapshot_h(struct le *le, void *arg)
{
	const struct conference *c = le->data;
	struct event_subscription *s = arg;
	json_t *event;

	if (!c->announced ||
	    (*s->conference && strcmp(s->conference, c->name) != 0))
		return false;

	event = event_make("snapshot", c->name, c->seq, conference_time_ms());
	if (!json_object_set_new(event, "state", conference_json(c)))
		s->h(event, s->arg);
	json_decref(event);

	return false;
}


enum reason focus_subscribe(struct event_subscription **sp, struct focus *f,
			    const char *conference, focus_event_h *h,
			    void *arg)
{
	struct event_subscription *s;

	if (!sp || !f || !h)
		return REASON_INTERNAL;

	s = mem_zalloc(sizeof(*s), focus_events_destructor);
	if (!s)
		return REASON_INTERNAL;

	if (conference && policy_name(f->policy, conference, s->conference)) {
		mem_deref(s);
		return REASON_NOT_FOUND;
	}

	s->focus = f;
	s->h = h;
	s->arg = arg;

	/* the snapshots come first, so it is not on the list yet */
	(void)hash_apply(f->conferences, snapshot_h, s);
	list_append(&f->subscriptions, &s->le, s);
	*sp = s;

	return REASON_NONE;
}


const char *focus_token(const struct endpoint *ep)
{
	return ep ? ep->token : NULL;
}


static bool token_h(struct le *le, void *arg)
{
	const struct endpoint *ep = le->data;
	const char *token = arg;

	return !mem_seccmp((const uint8_t *)ep->token, (const uint8_t *)token,
			   ENDPOINT_TOKEN_SIZE - 1);
}


static const struct endpoint *token_endpoint(const struct focus *f,
					     const char *token)
{
	if (!f || !token || strlen(token) != ENDPOINT_TOKEN_SIZE - 1)
		return NULL;

	return list_ledata(
		hash_apply(f->legs, token_h, (void *)(uintptr_t)token));
}


const char *focus_token_conference(const struct focus *f, const char *token)
{
	const struct endpoint *ep = token_endpoint(f, token);

	return ep ? ep->user->conference->name : NULL;
}


unsigned focus_token_endpoint(const struct focus *f, const char *token)
{
	const struct endpoint *ep = token_endpoint(f, token);

	return ep ? ep->number : 0;
}


uint32_t focus_token_leg(const struct focus *f, const char *token)
{
	return focus_leg(token_endpoint(f, token));
}
