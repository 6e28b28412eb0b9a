/**
 * @file focus/roster/conference_info.c  A conference as its events tell it
 */
#include <errno.h>
#include <string.h>
#include "focus/roster/roster_private.h"

enum { GONE_MAX = 64, ENTITY_MAX = 600 };

static const char *string_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static unsigned number_of(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 ? (unsigned)n : 0;
}

static bool flag_of(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

/* --------------------------------------------------------------- changes */

/* Readers without `activity` hear of it as well */
static void note(struct conference_info *i)
{
	i->changed = ++i->number;
}

static void note_state(struct conference_info *i)
{
	note(i);
	i->stated = i->number;
}

static void touch(struct conference_info *i, struct info_user *u)
{
	u->touched = i->number;
	list_unlink(&u->le);
	list_append(&i->users, &u->le, u);
}

static void note_endpoint(struct conference_info *i, struct info_user *u,
			  struct info_endpoint *e)
{
	note(i);
	e->changed = i->number;
	touch(i, u);
}

static void note_activity(struct conference_info *i, struct info_user *u,
			  struct info_endpoint *e)
{
	e->active = ++i->number;
	touch(i, u);
}

/* ----------------------------------------------------------------- users */

static void endpoint_destructor(void *arg)
{
	struct info_endpoint *e = arg;

	list_unlink(&e->le);
	mem_deref(e->entity);
	mem_deref(e->reason);
	mem_deref(e->words);
	json_decref(e->state);
}

static void user_destructor(void *arg)
{
	struct info_user *u = arg;

	list_unlink(&u->le);
	list_flush(&u->endpoints);
	mem_deref(u->entity);
	mem_deref(u->display);
}

static struct info_user *find_user(const struct conference_info *i,
				   const char *entity)
{
	struct le *le;

	for (le = list_head(&i->users); le; le = le->next) {
		struct info_user *u = le->data;

		if (!str_casecmp(u->entity, entity))
			return u;
	}
	return NULL;
}

static struct info_endpoint *find_endpoint(const struct conference_info *i,
					   unsigned number,
					   struct info_user **up)
{
	struct le *le, *e;

	for (le = list_head(&i->users); le; le = le->next) {
		struct info_user *u = le->data;

		for (e = list_head(&u->endpoints); e; e = e->next) {
			struct info_endpoint *ep = e->data;

			if (ep->number == number && !ep->gone) {
				*up = u;
				return ep;
			}
		}
	}
	return NULL;
}

/* One that is there, of that name or (NULL) any */
static bool live_named(const struct info_user *u, const char *name)
{
	struct le *le;

	for (le = list_head(&u->endpoints); le; le = le->next) {
		const struct info_endpoint *e = le->data;

		if (!e->gone && (!name || !strcmp(e->entity, name)))
			return true;
	}
	return false;
}

static int describe(struct info_user *u, const json_t *state)
{
	char *display = NULL;
	int err = str_dup(&display, string_of(state, "display"));

	if (err)
		return err;
	mem_deref(u->display);
	u->display = display;
	u->moderator = flag_of(state, "moderator");

	return 0;
}

/* Who comes back is described anew: others may call from that address */
static int make_user(struct info_user **up, struct conference_info *i,
		     const json_t *state)
{
	const char *entity = string_of(state, "user");
	struct info_user *u = find_user(i, entity);
	int err;

	if (u) {
		*up = u;
		return u->gone ? describe(u, state) : 0;
	}
	u = mem_zalloc(sizeof(*u), user_destructor);
	if (!u)
		return ENOMEM;
	err = str_dup(&u->entity, entity);
	if (!err)
		err = describe(u, state);
	if (err) {
		mem_deref(u);
		return err;
	}
	u->gone = true;
	list_append(&i->users, &u->le, u);
	*up = u;

	return 0;
}

/* Two dialogs of one Contact are told apart; a former one is forgotten */
static int name_endpoint(struct info_endpoint *e, struct info_user *u)
{
	char name[ENTITY_MAX];
	struct le *le;

	str_ncpy(name, string_of(e->state, "entity"), sizeof(name));
	if (live_named(u, name))
		(void)re_snprintf(name, sizeof(name), "%s;endpoint=%u",
				  string_of(e->state, "entity"), e->number);
	for (le = list_head(&u->endpoints); le;) {
		struct info_endpoint *other = le->data;

		le = le->next;
		if (other->gone && !strcmp(other->entity, name))
			mem_deref(other);
	}

	return str_dup(&e->entity, name);
}

static void add_endpoint(struct conference_info *i, const json_t *state)
{
	struct info_endpoint *e;
	struct info_user *u;

	/* numbers are never reused */
	if (find_endpoint(i, number_of(state, "endpoint"), &u))
		return;
	if (make_user(&u, i, state)) {
		i->missed = true;
		return;
	}
	e = mem_zalloc(sizeof(*e), endpoint_destructor);
	if (!e)
		goto out;
	e->number = number_of(state, "endpoint");
	e->state = json_deep_copy(state);
	if (!e->state || name_endpoint(e, u)) {
		mem_deref(e);
		goto out;
	}
	list_append(&u->endpoints, &e->le, e);
	note_endpoint(i, u, e);
	if (u->gone) {
		u->gone = false;
		u->whole = i->number;
		i->users_count++;
		note_state(i);
		touch(i, u);
	}
	return;

out:
	i->missed = true;
	if (!u->endpoints.head)
		mem_deref(u);
}

/* --------------------------------------------------------------- the end */

static uint64_t told_to_all(const struct conference_info *i)
{
	uint64_t told = i->number;
	struct le *le;

	for (le = list_head(&i->readers); le; le = le->next) {
		const struct conference_info_reader *r = le->data;

		told = MIN(told, r->told);
	}
	return told;
}

/* Those whose end everybody knows */
static void tidy(struct conference_info *i)
{
	uint64_t told = told_to_all(i);
	struct le *le = list_head(&i->users), *next;

	i->gone = 0;
	while (le) {
		struct info_user *u = le->data;

		le = le->next;
		for (next = list_head(&u->endpoints); next;) {
			struct info_endpoint *e = next->data;

			next = next->next;
			if (e->gone && e->changed <= told)
				mem_deref(e);
			else if (e->gone)
				i->gone++;
		}
		if (!u->endpoints.head)
			mem_deref(u);
	}
	i->gone_max = 2 * i->gone + GONE_MAX;
}

static void end_endpoint(struct conference_info *i, struct info_user *u,
			 struct info_endpoint *e, const json_t *event)
{
	const char *reason = string_of(event, "reason");

	/* of a user that it is no more, and where its end was missed */
	(void)str_dup(&e->reason, *reason ? reason : "left");
	(void)str_dup(&e->words, string_of(event, "words"));
	e->gone = true;
	e->left_ms =
		(uint64_t)json_integer_value(json_object_get(event, "time"));
	note_endpoint(i, u, e);
	if (!live_named(u, NULL)) {
		u->gone = true;
		i->users_count--;
		note_state(i);
		touch(i, u);
	}
	if (++i->gone > i->gone_max)
		tidy(i);
}

/* It is described anew; who has become anonymous is gone from the user that
 * it was */
static void rename_endpoint(struct conference_info *i, struct info_user *u,
			    struct info_endpoint *e, const json_t *event)
{
	json_t *state = json_object_get(event, "state");

	if (!str_casecmp(u->entity, string_of(state, "user"))) {
		if (json_object_update(e->state, state) ||
		    (list_count(&u->endpoints) == 1 && describe(u, state)))
			i->missed = true;
		note_endpoint(i, u, e);
		u->whole = i->number;
		return;
	}
	end_endpoint(i, u, e, event);
	add_endpoint(i, state);
}

/* ---------------------------------------------------------------- events */

static void take_state(struct conference_info *i, const json_t *event,
		       json_t *state)
{
	struct info_user *u;
	struct info_endpoint *e =
		find_endpoint(i, number_of(state, "endpoint"), &u);
	json_t *renamed;

	if (!e) {
		add_endpoint(i, state);
		return;
	}
	renamed = json_pack("{s:O,s:O*}", "state", state, "time",
			    json_object_get(event, "time"));
	if (renamed)
		rename_endpoint(i, u, e, renamed);
	else
		i->missed = true;
	json_decref(renamed);
}

/* Which of those that are known are in a snapshot? */
static void mark_known(struct conference_info *i, const json_t *users)
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
				    endpoint) {
			e = find_endpoint(i, number_of(endpoint, "endpoint"),
					  &u);
			if (e)
				e->known = true;
		}
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
				end_endpoint(i, u, e, event);
				return true;
			}
		}
	}
	return false;
}

static void take_snapshot(struct conference_info *i, const json_t *event)
{
	const json_t *state = json_object_get(event, "state"), *user;
	const json_t *users = json_object_get(state, "users");
	json_t *endpoint;
	size_t n, k;

	i->missed = false;
	i->active = true;
	if (!i->name && str_dup(&i->name, string_of(state, "name")))
		i->missed = true;
	i->locked = flag_of(state, "locked");
	i->max_users = number_of(state, "max_participants");
	i->speaker = number_of(state, "speaker");
	i->media_lost =
		json_integer_value(json_object_get(state, "mixer")) < 0;
	note_state(i);
	mark_known(i, users);
	while (end_one(i, event))
		;
	json_array_foreach (users, n, user)
		json_array_foreach (json_object_get(user, "endpoints"), k,
				    endpoint)
			take_state(i, event, endpoint);
}

static bool conference_event(struct conference_info *i, const char *type,
			     const json_t *event)
{
	if (!strcmp(type, "snapshot"))
		take_snapshot(i, event);
	else if (!strcmp(type, "joined"))
		add_endpoint(i, json_object_get(event, "state"));
	else if (!strcmp(type, "locked")) {
		i->locked = flag_of(event, "locked");
		note_state(i);
	}
	else if (!strcmp(type, "ended")) {
		i->active = false;
		note_state(i);
	}
	else if (!strcmp(type, "speaker")) {
		i->speaker = number_of(event, "endpoint");
		i->talked = ++i->number;
	}
	else if (!strcmp(type, "mixer")) {
		i->media_lost = !strcmp(string_of(event, "state"), "lost");
		i->talked = ++i->number;
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
		news = json_pack("{s:b}", type, flag_of(event, type));
	else if (!strcmp(type, "status"))
		news = json_pack("{s:s}", type, string_of(event, type));
	else if (!strcmp(type, "connected"))
		news = json_pack("{s:s}", "status", type);
	else if (!strcmp(type, "media") && json_object_get(event, type))
		news = json_pack("{s:O}", type, json_object_get(event, type));
	else if (!strcmp(type, "video"))
		news = json_pack("{s:b}", "receiving",
				 flag_of(event, "receiving"));
	else
		known = false;
	i->missed |= known && !news;

	return news;
}

static bool is_video(const json_t *media)
{
	return !strcmp(string_of(media, "type"), "video") &&
	       strcmp(string_of(media, "status"), "inactive") != 0 &&
	       strcmp(string_of(media, "status"), "recvonly") != 0;
}

/* What it sends is kept from the others: sound, and the picture if it sends
 * one (RFC 4575 section 5.7.3: the most active media decides) */
static bool is_muted(const struct info_endpoint *e)
{
	const json_t *media;
	size_t k;

	if (!flag_of(e->state, "muted"))
		return false;
	if (flag_of(e->state, "video_muted"))
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
	const char *status = string_of(e->state, "status");
	size_t k;

	for (k = 0; k < ARRAY_SIZE(words); k++) {
		if (!strcmp(status, words[k]))
			return words[k];
	}
	if (flag_of(e->state, "held"))
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

	e = find_endpoint(i, number_of(event, "endpoint"), &u);
	if (!e)
		return;
	if (!strcmp(type, "left")) {
		end_endpoint(i, u, e, event);
		return;
	}
	if (!strcmp(type, "renamed")) {
		rename_endpoint(i, u, e, event);
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
		note_endpoint(i, u, e);
	note_activity(i, u, e);
}

int conference_info_event(struct conference_info *i, const json_t *event)
{
	const char *type = string_of(event, "type");

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
	for (k = 0; k < 4; k++)
		xmlBufferFree(i->printed[k / 2][k % 2].xml);
	mem_deref(i->name);
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

bool conference_info_news(const struct conference_info_reader *r)
{
	const struct conference_info *i = r->info;

	return r->behind || (r->activity ? i->number : i->changed) > r->told;
}
