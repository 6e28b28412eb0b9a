/**
 * @file focus/conference/conference_settings.c  How a conference is to be, and
 * stays over a crash
 */
#include <stdio.h>
#include <string.h>
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/entry.h"
#include "focus/config/config.h"
#include "focus/store/conference_store.h"


struct past_look {
	struct conference_settings settings;
	bool booked; /**< they were the booking's */
	bool locked;
	char layout[sizeof(((struct conference *)NULL)->layout)];
};

struct beginning {
	struct conference *c;
	bool goes_on; /**< it is the one that was over just now */
	bool anew;    /**< the store has what it is not any more */
};


static void begin_h(const struct conference_row *row, void *arg)
{
	struct beginning *b = arg;
	struct conference *c = b->c;

	c->stored = true;
	b->anew = !b->goes_on && (!row->booked || row->locked ||
				  strcmp(row->layout, c->layout) != 0);
	if (!row->booked && !b->goes_on)
		return;

	c->booked = row->booked;
	c->number = row->number;
	settings_load(&c->settings, row->settings);
	if (b->goes_on) {
		c->locked = row->locked;
		(void)snprintf(c->layout, sizeof(c->layout), "%s",
			       row->layout);
	}
}


/** Those of a booking are in the store, and may have changed there, or gone */
static bool has_settings(const struct conference *c,
			 const struct past_look *look)
{
	return !c->booked && !look->booked;
}


static void look_again(struct conference *c, const struct past_look *look)
{
	if (has_settings(c, look))
		c->settings = look->settings;
	c->locked = look->locked;
	(void)snprintf(c->layout, sizeof(c->layout), "%s", look->layout);
}


void conference_begin_settings(struct conference *c, bool factory)
{
	const struct focus *f = c->focus;
	struct beginning b = {c, past_goes_on(f, c->name), false};
	const bool ends = factory && f->config->end_with_creator;

	(void)snprintf(c->layout, sizeof(c->layout), "%s", f->config->layout);
	c->settings = f->config->ad_hoc;
	c->settings.end_with_host |= ends;
	(void)conference_store_get(f->conferences_kept, c->name, begin_h, &b);
	if (b.goes_on && !c->stored && past_look(f, c->name))
		look_again(c, past_look(f, c->name));
	if (ends || b.anew)
		conference_write_settings(c);
}


/** @return false: it is not, or there is no memory to know */
static bool is_like_all(const struct conference *c)
{
	const struct config *config = c->focus->config;
	json_t *own = settings_store(&c->settings);
	json_t *common = settings_store(&config->ad_hoc);
	const bool like = own && common && json_equal(own, common);

	json_decref(own);
	json_decref(common);

	return like && !c->booked && !c->locked &&
	       !strcmp(c->layout, config->layout);
}


void conference_write_settings(struct conference *c)
{
	struct conference_store *store = c->focus->conferences_kept;
	struct conference_row row = {c->name,   c->booked, c->locked,
				     c->layout, NULL,      c->number};

	if (!store || (is_like_all(c) && !c->stored))
		return;

	if (is_like_all(c)) {
		(void)conference_store_remove(store, c->name);
		c->stored = false;
		return;
	}

	row.settings = settings_store(&c->settings);
	if (row.settings && !conference_store_put(store, &row))
		c->stored = true;
	json_decref((json_t *)(uintptr_t)row.settings);
}


void conference_set_settings(struct conference *c,
			     const struct conference_settings *settings)
{
	c->settings = *settings;
	/* what was written before is nobody's to read who comes later */
	if (!settings->chat_kept)
		chat_close(&c->chat, &c->focus->chat_shelf);
	conference_write_settings(c);
	conference_emit(c, "settings",
			json_pack("{s:o,s:s,s:i}", "settings",
				  settings_json(&c->settings), "title",
				  c->settings.title, "max_participants",
				  (int)conference_room(c)));
	entry_reconsider(c);
}


/* ------------------------------------------------------------- an outage */

struct past_look *conference_look(const struct conference *c)
{
	struct past_look *look = mem_zalloc(sizeof(*look), NULL);

	if (!look)
		return NULL;

	look->settings = c->settings;
	look->booked = c->booked;
	look->locked = c->locked;
	(void)snprintf(look->layout, sizeof(look->layout), "%s", c->layout);

	return look;
}


void conference_resume(struct conference *c, bool wanted)
{
	struct past_look *look = c->look;

	if (!look)
		return;

	c->look = NULL;
	if (wanted) {
		conference_set_locked(c, look->locked);
		(void)conference_set_layout(c, look->layout);
		if (has_settings(c, look))
			conference_set_settings(c, &look->settings);
	}
	mem_deref(look);
}


void conference_reset_settings(struct conference *c)
{
	const struct config *config = c->focus->config;

	conference_set_locked(c, false);
	(void)conference_set_layout(c, config->layout);
	if (!c->booked)
		conference_set_settings(c, &config->ad_hoc);
}


/* ------------------------------------------------------------------- over */

struct over {
	struct conference_store *store;
	const char *layout; /**< of who begins anew */
	json_t *unwanted;   /**< names */
	struct focus *focus;
};


static void unlock_h(const struct conference_row *row, void *arg)
{
	const struct over *over = arg;
	struct conference_row fresh = *row;

	fresh.locked = false;
	fresh.layout = over->layout;
	if (!row->booked)
		(void)conference_store_remove(over->store, row->name);
	else if (row->locked || strcmp(row->layout, fresh.layout) != 0)
		(void)conference_store_put(over->store, &fresh);
}


void conference_forget_settings(struct focus *f, const char *name)
{
	struct over over = {f->conferences_kept, f->config->layout, NULL, f};

	(void)conference_store_get(over.store, name, unlock_h, &over);
}


void conference_end_settings(struct conference *c)
{
	if (c->stored && !past_goes_on(c->focus, c->name))
		conference_forget_settings(c->focus, c->name);
}


static void stale_h(const struct conference_row *row, void *arg)
{
	const struct over *over = arg;

	if ((row->booked && !row->locked &&
	     !strcmp(row->layout, over->layout)) ||
	    conference_find(over->focus, row->name) ||
	    past_goes_on(over->focus, row->name))
		return;

	(void)json_array_append_new(over->unwanted, json_string(row->name));
}


static bool write_h(struct le *le, void *arg)
{
	(void)arg;
	conference_write_settings(le->data);

	return false;
}


void conference_settings_reopened(struct focus *f)
{
	struct over over = {f->conferences_kept, f->config->layout,
			    json_array(), f};
	const json_t *name;
	size_t i;

	(void)conference_store_each(over.store, stale_h, &over);
	json_array_foreach (over.unwanted, i, name)
		conference_forget_settings(f, json_string_value(name));
	json_decref(over.unwanted);
	(void)hash_apply(f->conferences, write_h, NULL);
}
