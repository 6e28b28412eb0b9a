/**
 * @file focus/conference/focus_events.c  Those who follow conferences
 */
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/focus.h"
#include "focus/conference/user.h"


/** Until there is memory to tell what could not be told */
enum { ANEW_INTERVAL_MS = 20 };


void focus_tell(struct focus *f, const char *name, const char *type,
		json_t *fields)
{
	struct conference *c = conference_find(f, name);
	json_t *event;

	if (c) {
		conference_emit(c, type, fields);
		return;
	}

	event = event_make(type, name, 0, conference_time_ms());
	if (event && !json_object_update(event, fields))
		event_tell(&f->followers, name, event);
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


static json_t *snapshot(const struct conference *c)
{
	json_t *event =
		event_make("snapshot", c->name, c->seq, conference_time_ms());

	if (json_object_set_new(event, "state", roster_json(c))) {
		json_decref(event);
		return NULL;
	}

	return event;
}


static void anew_h(void *arg)
{
	struct conference *c = arg;
	json_t *event = snapshot(c);

	if (event)
		event_tell(&c->focus->followers, c->name, event);
	else
		focus_tell_anew(c);
	json_decref(event);
}


void focus_tell_anew(struct conference *c)
{
	if (!tmr_isrunning(&c->anew_tmr))
		tmr_start(&c->anew_tmr, ANEW_INTERVAL_MS, anew_h, c);
}


/** Who begins to follow, and what */
struct beginning {
	const char *conference; /**< "" = all */
	focus_event_h *h;
	void *arg;
};


static bool snapshot_h(struct le *le, void *arg)
{
	struct conference *c = le->data;
	const struct beginning *b = arg;
	json_t *event;

	if (!c->announced ||
	    (*b->conference && strcmp(b->conference, c->name) != 0))
		return false;

	event = snapshot(c);
	if (event)
		b->h(event, b->arg);
	else
		focus_tell_anew(c);
	json_decref(event);

	return false;
}


enum reason focus_subscribe(struct event_subscription **sp, struct focus *f,
			    const char *conference, focus_event_h *h,
			    void *arg)
{
	char canonical[POLICY_NAME_MAX + 1] = "";
	struct beginning b = {canonical, h, arg};
	struct event_subscription *s;

	if (!sp || !f || !h)
		return REASON_INTERNAL;

	if (conference && policy_name(f->policy, conference, canonical))
		return REASON_NOT_FOUND;

	s = event_follow(&f->followers, canonical, h, arg);
	if (!s)
		return REASON_INTERNAL;

	/* the snapshots come first, so it does not follow yet */
	(void)hash_apply(f->conferences, snapshot_h, &b);
	event_follow_begin(s);
	*sp = s;

	return REASON_NONE;
}


void focus_secret(struct endpoint *ep, char *text)
{
	secret_make(&ep->secret, text);
	kept_write(ep);
}


struct endpoint *focus_secret_endpoint(const struct focus *f,
				       const char *secret)
{
	return endpoint_by_secret(f, secret);
}


bool focus_aor_is(const char *shown, const char *aor)
{
	return user_aor_is(shown, aor);
}


const char *focus_endpoint_conference(const struct endpoint *ep)
{
	return ep->user->conference->name;
}


unsigned focus_endpoint_number(const struct endpoint *ep)
{
	return ep->number;
}


enum role focus_endpoint_role(const struct endpoint *ep)
{
	return ep->user->role;
}


bool focus_endpoint_is_in(const struct endpoint *ep)
{
	return endpoint_is_in(ep);
}
