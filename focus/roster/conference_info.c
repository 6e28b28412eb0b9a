/**
 * @file focus/roster/conference_info.c  A conference as its events tell it
 */
#include <errno.h>
#include <string.h>
#include "focus/roster/roster_private.h"

/* ---------------------------------------------------------------- events */

static void take_state(struct conference_info *i, const json_t *event,
		       json_t *state)
{
	struct info_user *u;
	struct info_endpoint *e =
		info_find_endpoint(i, info_number_of(state, "endpoint"), &u);
	json_t *renamed;

	if (!e) {
		info_add_endpoint(i, state);
		return;
	}
	if (e->waiting) {
		info_admit_endpoint(i, u, e, state);
		return;
	}
	renamed = json_pack("{s:O,s:O*}", "state", state, "time",
			    json_object_get(event, "time"));
	if (renamed)
		info_rename_endpoint(i, u, e, renamed);
	else
		i->missed = true;
	json_decref(renamed);
}

/* Which of those that are known are in a snapshot? */
static void mark_endpoint(struct conference_info *i, const json_t *endpoint)
{
	struct info_user *u;
	struct info_endpoint *e = info_find_endpoint(
		i, info_number_of(endpoint, "endpoint"), &u);

	if (e)
		e->known = true;
}

static void mark_known(struct conference_info *i, const json_t *users,
		       const json_t *waiting)
{
	const json_t *user, *endpoint;
	struct info_endpoint *e;
	struct info_user *u;
	struct le *le, *k;
	size_t n, m;

	for (le = list_head(&i->users); le; le = le->next) {
		u = le->data;
		for (k = list_head(&u->endpoints); k; k = k->next) {
			e = k->data;
			e->known = false;
		}
	}
	json_array_foreach (users, n, user)
		json_array_foreach (json_object_get(user, "endpoints"), m,
				    endpoint)
			mark_endpoint(i, endpoint);
	json_array_foreach (waiting, n, endpoint)
		mark_endpoint(i, endpoint);
}

/* What it is called, and how many it takes */
static void take_description(struct conference_info *i, const json_t *o)
{
	char *title = NULL;

	i->max_users = info_number_of(o, "max_participants");
	if (str_dup(&title, info_string_of(o, "title"))) {
		i->missed = true;
		return;
	}
	mem_deref(i->title);
	i->title = title;
	info_note_description(i);
}

/* One whose end was missed; with it others may go that are told of already */
static bool end_one(struct conference_info *i, const json_t *event)
{
	struct le *le, *k;

	for (le = list_head(&i->users); le; le = le->next) {
		struct info_user *u = le->data;

		for (k = list_head(&u->endpoints); k; k = k->next) {
			struct info_endpoint *e = k->data;

			if (!e->gone && !e->known) {
				info_end_endpoint(i, u, e, event);
				return true;
			}
		}
	}
	return false;
}

static void take_layout(struct conference_info *i, const json_t *o)
{
	const char *layout = info_string_of(o, "layout");

	i->speaker_large = layout && !strcmp(layout, "speaker");
}

static void take_snapshot(struct conference_info *i, const json_t *event)
{
	const json_t *state = json_object_get(event, "state"), *user;
	const json_t *users = json_object_get(state, "users");
	const json_t *waiting = json_object_get(state, "waiting");
	json_t *endpoint;
	size_t n, k;

	i->missed = false;
	i->active = true;
	if (!i->name && str_dup(&i->name, info_string_of(state, "name")))
		i->missed = true;
	i->locked = info_flag_of(state, "locked");
	i->monitored = info_flag_of(state, "monitored");
	take_description(i, state);
	i->speaker = info_number_of(state, "speaker");
	i->media_lost =
		json_integer_value(json_object_get(state, "mixer")) < 0;
	i->spotlight = info_number_of(state, "spotlight");
	take_layout(i, state);
	info_note_state(i);
	i->common = i->number;
	mark_known(i, users, waiting);
	while (end_one(i, event))
		;
	json_array_foreach (users, n, user)
		json_array_foreach (json_object_get(user, "endpoints"), k,
				    endpoint)
			take_state(i, event, endpoint);
	json_array_foreach (waiting, n, endpoint)
		take_state(i, event, endpoint);
}

static bool conference_event(struct conference_info *i, const char *type,
			     const json_t *event)
{
	if (!strcmp(type, "snapshot"))
		take_snapshot(i, event);
	else if (!strcmp(type, "joined") || !strcmp(type, "waiting"))
		take_state(i, event, json_object_get(event, "state"));
	else if (!strcmp(type, "settings"))
		take_description(i, event);
	else if (!strcmp(type, "spotlight")) {
		i->spotlight = info_number_of(event, type);
		i->talked = ++i->number;
	}
	else if (!strcmp(type, "layout")) {
		take_layout(i, event);
		i->talked = ++i->number;
	}
	else if (!strcmp(type, "locked")) {
		i->locked = info_flag_of(event, "locked");
		info_note_state(i);
		i->common = i->number;
	}
	else if (!strcmp(type, "monitored")) {
		i->monitored = info_flag_of(event, type);
		info_note_state(i);
		i->common = i->number;
	}
	else if (!strcmp(type, "ended")) {
		i->active = false;
		info_note_state(i);
		i->common = i->number;
	}
	else if (!strcmp(type, "speaker")) {
		i->speaker = info_number_of(event, "endpoint");
		i->talked = ++i->number;
	}
	else if (!strcmp(type, "mixer")) {
		i->media_lost =
			!strcmp(info_string_of(event, "state"), "lost");
		i->talked = i->common = ++i->number;
	}
	else
		return false;

	return true;
}

/* Members that an event of this type brings, by the endpoint's names. NULL: it
 * brings none, or (missed) there is no memory for them */
static json_t *news_of(struct conference_info *i, const char *type,
		       const json_t *event)
{
	static const char *const flags[] = {"talking", "muted", "deaf",
					    "video_muted", "held"};
	json_t *news = NULL;
	bool known = true;
	size_t k;

	for (k = 0; k < ARRAY_SIZE(flags) && strcmp(type, flags[k]) != 0; k++)
		;
	if (k < ARRAY_SIZE(flags))
		news = json_pack("{s:b}", type, info_flag_of(event, type));
	else if (!strcmp(type, "hand"))
		news = json_pack("{s:O}", type, json_object_get(event, type));
	else if (!strcmp(type, "status"))
		news = json_pack("{s:s}", type, info_string_of(event, type));
	else if (!strcmp(type, "connected"))
		news = json_pack("{s:s}", "status", type);
	else if (!strcmp(type, "media") && json_object_get(event, type))
		news = json_pack("{s:O}", type, json_object_get(event, type));
	else if (!strcmp(type, "video"))
		news = json_pack("{s:b}", "receiving",
				 info_flag_of(event, "receiving"));
	else
		known = false;
	i->missed |= known && !news;

	return news;
}

static bool is_video(const json_t *media)
{
	return !strcmp(info_string_of(media, "type"), "video") &&
	       strcmp(info_string_of(media, "status"), "inactive") != 0 &&
	       strcmp(info_string_of(media, "status"), "recvonly") != 0;
}

/* What it sends is kept from the others: sound, and the picture if it sends
 * one (RFC 4575 section 5.7.3: the most active media decides) */
static bool is_muted(const struct info_endpoint *e)
{
	const json_t *media;
	size_t k;

	if (!info_flag_of(e->state, "muted"))
		return false;
	if (info_flag_of(e->state, "video_muted"))
		return true;
	json_array_foreach (json_object_get(e->state, "media"), k, media) {
		if (is_video(media))
			return false;
	}
	return true;
}

const char *info_endpoint_status(const struct info_endpoint *e)
{
	static const char *const words[] = {"pending", "dialing-out",
					    "alerting"};
	const char *status = info_string_of(e->state, "status");
	size_t k;

	/* "probably being authenticated" (RFC 4575 section 5.7.3) */
	if (e->waiting)
		return !strcmp(info_string_of(e->state, "waiting"), "pin")
			       ? "dialing-in"
			       : "pending";

	for (k = 0; k < ARRAY_SIZE(words); k++) {
		if (!strcmp(status, words[k]))
			return words[k];
	}
	if (info_flag_of(e->state, "held"))
		return "on-hold";

	return is_muted(e) ? "muted-via-focus" : "connected";
}

static void endpoint_event(struct conference_info *i, const char *type,
			   const json_t *event)
{
	struct info_endpoint *e;
	struct info_user *u;
	const char *status;
	json_t *news;

	e = info_find_endpoint(i, info_number_of(event, "endpoint"), &u);
	if (!e)
		return;
	if (!strcmp(type, "left")) {
		info_end_endpoint(i, u, e, event);
		return;
	}
	if (!strcmp(type, "renamed")) {
		info_rename_endpoint(i, u, e, event);
		return;
	}
	news = news_of(i, type, event);
	if (!news)
		return;
	status = info_endpoint_status(e);
	if (json_object_update(e->state, news))
		i->missed = true;
	json_decref(news);
	if (!strcmp(type, "media") ||
	    strcmp(status, info_endpoint_status(e)) != 0)
		info_note_endpoint(i, u, e);
	info_note_activity(i, u, e);
}

int conference_info_event(struct conference_info *i, const json_t *event)
{
	const char *type = info_string_of(event, "type");

	if (!i)
		return EINVAL;
	if (!conference_event(i, type, event))
		endpoint_event(i, type, event);

	return i->missed ? ENOMEM : 0;
}

bool conference_info_active(const struct conference_info *i)
{
	return i && i->active;
}

/* ------------------------------------------------------------ life cycle */

static void conference_info_destructor(void *arg)
{
	struct conference_info *i = arg;
	unsigned k;

	list_flush(&i->users);
	list_clear(&i->readers);
	for (k = 0; k < 4 * VIEWS; k++)
		xmlBufferFree(
			i->printed[k / 2 / VIEWS][k / VIEWS % 2][k % VIEWS]
				.xml);
	mem_deref(i->name);
	mem_deref(i->title);
}

int conference_info_alloc(struct conference_info **ip)
{
	struct conference_info *i =
		mem_zalloc(sizeof(*i), conference_info_destructor);

	if (!i)
		return ENOMEM;
	i->gone_max = GONE_MAX;
	*ip = i;

	return 0;
}

static void reader_destructor(void *arg)
{
	struct conference_info_reader *r = arg;

	list_unlink(&r->le);
	mem_deref(r->entity);
	mem_deref(r->web);
}

int conference_info_read(struct conference_info_reader **rp,
			 struct conference_info *i,
			 const struct conference_info_param *param)
{
	struct conference_info_reader *r;
	int err;

	if (!rp || !i || !param || !param->entity)
		return EINVAL;
	r = mem_zalloc(sizeof(*r), reader_destructor);
	if (!r)
		return ENOMEM;
	r->info = i;
	r->activity = param->activity;
	r->view = param->view;
	r->self = param->self;
	err = str_dup(&r->entity, param->entity);
	if (!err && param->web)
		err = str_dup(&r->web, param->web);
	if (err) {
		mem_deref(r);
		return err;
	}
	list_append(&i->readers, &r->le, r);
	*rp = r;

	return 0;
}

enum conference_info_view conference_info_view_of(const json_t *state)
{
	if (*info_string_of(state, "waiting"))
		return VIEW_SELF;

	return strcmp(info_string_of(state, "role"), "guest") != 0
		       ? VIEW_HOSTS
		       : VIEW_MEMBERS;
}

void conference_info_show(struct conference_info_reader *r,
			  enum conference_info_view view, unsigned self)
{
	r->anew |= r->view != view || (view == VIEW_SELF && r->self != self);
	r->view = view;
	r->self = self;
}

bool info_shows(const struct conference_info_reader *r,
		const struct info_endpoint *e)
{
	switch (r->view) {

	case VIEW_HOSTS: return true;
	case VIEW_SELF: return e->number == r->self;
	default: return !e->waiting;
	}
}

/* When others come, go and speak is not his to hear, not even by a document
 * that is empty */
static bool self_news(const struct conference_info_reader *r)
{
	const struct conference_info *i = r->info;
	struct le *le, *k;

	if (i->described > r->told || i->common > r->told)
		return true;

	for (le = list_head(&i->users); le; le = le->next) {
		const struct info_user *u = le->data;

		for (k = list_head(&u->endpoints); k; k = k->next) {
			const struct info_endpoint *e = k->data;

			if (info_shows(r, e) &&
			    MAX(e->changed, r->activity ? e->active : 0) >
				    r->told)
				return true;
		}
	}

	return false;
}

bool conference_info_concerns(const struct conference_info_reader *r,
			      unsigned about)
{
	return r->view != VIEW_SELF || !about || about == r->self;
}

bool conference_info_news(const struct conference_info_reader *r)
{
	const struct conference_info *i = r->info;

	if (r->behind || r->anew)
		return true;

	if (r->view == VIEW_SELF)
		return self_news(r);

	return (r->activity ? i->number : i->changed) > r->told;
}
