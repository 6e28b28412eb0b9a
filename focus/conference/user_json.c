/**
 * @file focus/conference/user_json.c  Users and endpoints as events and
 * snapshots show them
 */
#include "focus/conference/conference_private.h"
#include "focus/conference/number.h"
#include "focus/conference/user.h"
#include "focus/config/config.h"


const char *endpoint_status_name(const struct endpoint *ep)
{
	switch (ep->status) {

	case ENDPOINT_PENDING: return "pending";
	case ENDPOINT_DIALING_OUT: return "dialing-out";
	case ENDPOINT_ALERTING: return "alerting";
	default: return ep->held ? "on-hold" : "connected";
	}
}


static json_t *camera_json(const struct endpoint *ep)
{
	if (!ep->camera_width)
		return json_null();

	return json_pack("{s:i,s:i}", "width", (int)ep->camera_width, "height",
			 (int)ep->camera_height);
}


json_t *endpoint_json(const struct endpoint *ep)
{
	const struct endpoint_levels *l = &ep->levels;
	json_t *o, *rest;

	o = json_pack("{s:i,s:s,s:s,s:s,s:s,s:b,s:s,s:s*,s:b,s:s,s:s,s:I}",
		      "endpoint", (int)ep->number, "user", ep->user->aor,
		      "display", ep->display, "entity", ep->entity, "agent",
		      ep->agent, "webrtc", ep->webrtc, "role",
		      role_name(ep->user->role), "waiting",
		      entry_state_name(ep), "anonymous", ep->user->anonymous,
		      "method", ep->dialled_out ? "dialed-out" : "dialed-in",
		      "status", endpoint_status_name(ep), "since",
		      (json_int_t)ep->since_ms);
	rest = json_pack(
		"{s:s,s:i,s:i,s:b,s:b,s:b,s:b,s:b,s:b,s:i,s:i,s:o,s:O,s:s}",
		"label", ep->label, "place", (int)ep->user->place, "hand",
		(int)ep->hand, "media_connected", ep->media_connected,
		"talking", ep->talking, "muted", l->muted, "deaf", l->deaf,
		"video_muted", l->video_muted, "held", ep->held,
		"volume_in_db", l->volume_in_db, "volume_out_db",
		l->volume_out_db, "camera", camera_json(ep), "media",
		ep->media, "bearer", end_to_end_name(ep));
	if (json_object_update(o, rest) ||
	    (ep->referred_by &&
	     json_object_set_new(o, "referred_by",
				 json_string(ep->referred_by)))) {
		json_decref(o);
		o = NULL;
	}
	json_decref(rest);

	return o;
}


/** All of them or, for lack of memory, NULL */
static json_t *append(json_t *list, json_t *item)
{
	if (!json_array_append_new(list, item))
		return list;

	json_decref(list);

	return NULL;
}


json_t *user_json(const struct user *u)
{
	json_t *list = json_array();

	for (struct le *le = u->endpoints.head; le && list; le = le->next) {
		if (endpoint_is_in(le->data))
			list = append(list, endpoint_json(le->data));
	}

	return json_pack("{s:s,s:s,s:s,s:b,s:o}", "user", u->aor, "display",
			 u->display, "role", role_name(u->role), "anonymous",
			 u->anonymous, "endpoints", list);
}


/** Those who are not let in yet; NULL for lack of memory */
static json_t *waiting_json(const struct conference *c)
{
	json_t *list = json_array();

	for (struct le *le = c->users.head; le && list; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e && list;
		     e = e->next) {
			if (!endpoint_is_in(e->data))
				list = append(list, endpoint_json(e->data));
		}
	}

	return list;
}


/** The direction's word from the endpoint's side */
static const char *direction(const struct media_description *m)
{
	if (m->send)
		return m->recv ? "sendrecv" : "recvonly";

	return m->recv ? "sendonly" : "inactive";
}


json_t *media_json(const struct leg_description *leg)
{
	bool there[] = {[MEDIA_AUDIO] = false, [MEDIA_VIDEO] = false};
	json_t *list = json_array();

	/* others of a kind are not in the mix, and so not in the roster */
	for (size_t i = 0; list && i < leg->media_count; i++) {
		const struct media_description *m = &leg->media[i];

		if (m->off || there[m->kind])
			continue;

		there[m->kind] = true;
		list = append(list,
			      json_pack("{s:i,s:s,s:s,s:s}", "id", (int)i + 1,
					"type", media_kind_name(m->kind),
					"codec", m->codecs[0].name, "status",
					direction(m)));
	}

	return list;
}


json_t *roster_json(const struct conference *c)
{
	json_t *users = json_array();
	char number[NUMBER_TEXT_BYTES];

	number_print(number, c->focus, c->name, c->number);
	for (struct le *le = c->users.head; le && users; le = le->next) {
		if (user_is_in(le->data))
			users = append(users, user_json(le->data));
	}

	return json_pack(
		"{s:s,s:s,s:s,s:I,s:I,s:b,s:b,s:s,s:i,s:i,s:i,s:i,s:i,s:o,"
		"s:o}",
		"name", c->name, "title", c->settings.title, "number", number,
		"seq", (json_int_t)c->seq, "since", (json_int_t)c->since_ms,
		"locked", c->locked, "monitored", c->monitored, "layout",
		c->layout, "speaker", (int)c->speaker, "spotlight",
		(int)c->spotlight, "max_participants", (int)conference_room(c),
		"participants", (int)conference_count_in(c), "mixer",
		c->placed ? (int)mixer_index(c->mixer) : -1, "users", users,
		"waiting", waiting_json(c));
}
