/**
 * @file focus/roster/conference_info_users.c  Who is in a conference, and was
 */
#include <errno.h>
#include <string.h>
#include "focus/roster/roster_private.h"

enum { ENTITY_MAX = 600 };

const char *info_string_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

unsigned info_number_of(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 ? (unsigned)n : 0;
}

bool info_flag_of(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

/* --------------------------------------------------------------- changes */

/* Readers without `activity` hear of it as well */
static void note(struct conference_info *i)
{
	i->changed = ++i->number;
}

void info_note_state(struct conference_info *i)
{
	note(i);
	i->stated = i->number;
}

void info_note_description(struct conference_info *i)
{
	note(i);
	i->described = i->number;
}

static void touch(struct conference_info *i, struct info_user *u)
{
	u->touched = i->number;
	list_unlink(&u->le);
	list_append(&i->users, &u->le, u);
}

void info_note_endpoint(struct conference_info *i, struct info_user *u,
			struct info_endpoint *e)
{
	note(i);
	e->changed = i->number;
	touch(i, u);
}

void info_note_activity(struct conference_info *i, struct info_user *u,
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

struct info_endpoint *info_find_endpoint(const struct conference_info *i,
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
	int err = str_dup(&display, info_string_of(state, "display"));

	if (err)
		return err;
	mem_deref(u->display);
	u->display = display;
	str_ncpy(u->role, info_string_of(state, "role"), sizeof(u->role));

	return 0;
}

/* Who comes back is described anew: others may call from that address */
static int make_user(struct info_user **up, struct conference_info *i,
		     const json_t *state)
{
	const char *entity = info_string_of(state, "user");
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

static bool has_entered(const struct info_user *u)
{
	struct le *le;

	for (le = list_head(&u->endpoints); le; le = le->next) {
		const struct info_endpoint *e = le->data;

		if (!e->gone && !e->waiting)
			return true;
	}
	return false;
}

/* Users that are in; who waits is none yet */
static void count_users(struct conference_info *i)
{
	unsigned count = 0;
	struct le *le;

	for (le = list_head(&i->users); le; le = le->next)
		count += has_entered(le->data);
	if (count == i->users_count)
		return;
	i->users_count = count;
	info_note_state(i);
}

/* Two dialogs of one Contact are told apart; a former one is forgotten */
static int name_endpoint(struct info_endpoint *e, struct info_user *u)
{
	char name[ENTITY_MAX];
	struct le *le;

	str_ncpy(name, info_string_of(e->state, "entity"), sizeof(name));
	if (live_named(u, name))
		(void)re_snprintf(name, sizeof(name), "%s;endpoint=%u",
				  info_string_of(e->state, "entity"),
				  e->number);
	for (le = list_head(&u->endpoints); le;) {
		struct info_endpoint *other = le->data;

		le = le->next;
		if (other->gone && !strcmp(other->entity, name))
			mem_deref(other);
	}

	return str_dup(&e->entity, name);
}

void info_add_endpoint(struct conference_info *i, const json_t *state)
{
	struct info_endpoint *e;
	struct info_user *u;

	/* numbers are never reused */
	if (info_find_endpoint(i, info_number_of(state, "endpoint"), &u))
		return;
	if (make_user(&u, i, state)) {
		i->missed = true;
		return;
	}
	e = mem_zalloc(sizeof(*e), endpoint_destructor);
	if (!e)
		goto out;
	e->number = info_number_of(state, "endpoint");
	e->waiting = *info_string_of(state, "waiting");
	e->state = json_deep_copy(state);
	if (!e->state || name_endpoint(e, u)) {
		mem_deref(e);
		goto out;
	}
	list_append(&u->endpoints, &e->le, e);
	info_note_endpoint(i, u, e);
	if (u->gone) {
		u->gone = false;
		u->whole = i->number;
	}
	count_users(i);
	touch(i, u);
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

void info_end_endpoint(struct conference_info *i, struct info_user *u,
		       struct info_endpoint *e, const json_t *event)
{
	const char *reason = info_string_of(event, "reason");

	/* of a user that it is no more, and where its end was missed */
	(void)str_dup(&e->reason, *reason ? reason : "left");
	(void)str_dup(&e->words, info_string_of(event, "words"));
	e->gone = true;
	e->left_ms =
		(uint64_t)json_integer_value(json_object_get(event, "time"));
	info_note_endpoint(i, u, e);
	if (!live_named(u, NULL))
		u->gone = true;
	count_users(i);
	touch(i, u);
	if (++i->gone > i->gone_max)
		tidy(i);
}

void info_admit_endpoint(struct conference_info *i, struct info_user *u,
			 struct info_endpoint *e, const json_t *state)
{
	(void)json_object_del(e->state, "waiting");
	if (json_object_update(e->state, (json_t *)(uintptr_t)state) ||
	    describe(u, state))
		i->missed = true;
	e->waiting = *info_string_of(e->state, "waiting");
	info_note_endpoint(i, u, e);
	/* new to who was not shown it */
	u->whole = i->number;
	count_users(i);
	touch(i, u);
}

void info_rename_endpoint(struct conference_info *i, struct info_user *u,
			  struct info_endpoint *e, const json_t *event)
{
	json_t *state = json_object_get(event, "state");

	if (!str_casecmp(u->entity, info_string_of(state, "user"))) {
		if (json_object_update(e->state, state) ||
		    (list_count(&u->endpoints) == 1 && describe(u, state)))
			i->missed = true;
		info_note_endpoint(i, u, e);
		u->whole = i->number;
		return;
	}
	info_end_endpoint(i, u, e, event);
	info_add_endpoint(i, state);
}
