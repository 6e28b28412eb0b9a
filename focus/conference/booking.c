/**
 * @file focus/conference/booking.c  Conferences that are booked
 */
#include <errno.h>
#include <stdio.h>
#include "focus/conference/booking.h"
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/number.h"
#include "focus/config/config.h"
#include "focus/store/conference_store.h"


static void take_row(struct booking *b, const struct conference_row *row)
{
	(void)snprintf(b->name, sizeof(b->name), "%s", row->name);
	b->booked = row->booked;
	b->number = row->number;
	settings_load(&b->settings, row->settings);
}


static void take_manner(struct booking *b, bool locked, const char *layout)
{
	b->locked = locked;
	(void)snprintf(b->layout, sizeof(b->layout), "%s", layout);
}


struct finding {
	struct booking *b;
	bool goes_on;
};


static void row_h(const struct conference_row *row, void *arg)
{
	const struct finding *find = arg;

	take_row(find->b, row);
	if (find->goes_on)
		take_manner(find->b, row->locked, row->layout);
}


bool booking_find(const struct focus *f, const char *name, struct booking *b)
{
	const struct conference *c = conference_find(f, name);
	struct finding find = {b, past_goes_on(f, name)};

	*b = (struct booking){.running = c != NULL};
	take_manner(b, false, f->config->layout);
	if (c) {
		(void)snprintf(b->name, sizeof(b->name), "%s", name);
		b->booked = c->booked;
		b->settings = c->settings;
		b->number = c->number;
		take_manner(b, c->locked, c->layout);
		return true;
	}

	/* those that are only kept over a crash are nobody's */
	return conference_store_get(f->conferences_kept, name, row_h, &find) &&
	       (b->booked || find.goes_on);
}


static int write_row(struct focus *f, const struct booking *b)
{
	struct conference_row row = {b->name,
				     b->booked,
				     b->locked,
				     b->layout,
				     settings_store(&b->settings),
				     number_for(f, b->name, b->number)};
	int err = row.settings
			  ? conference_store_put(f->conferences_kept, &row)
			  : ENOMEM;

	json_decref((json_t *)(uintptr_t)row.settings);

	return err;
}


int booking_add(struct focus *f, const char *name, const json_t *values,
		char *why)
{
	struct conference *c = conference_find(f, name);
	struct booking b;
	int err;

	if (!booking_find(f, name, &b))
		b.settings = f->config->ad_hoc;
	if (b.booked)
		return EEXIST;

	(void)snprintf(b.name, sizeof(b.name), "%s", name);
	b.booked = true;
	err = values ? settings_set_all(&b.settings, values, why) : 0;
	if (!err)
		err = write_row(f, &b);
	if (!err && c) {
		c->booked = c->stored = true;
		conference_set_settings(c, &b.settings);
	}

	return err;
}


int booking_set(struct focus *f, const char *name, const json_t *values,
		char *why)
{
	struct conference *c = conference_find(f, name);
	struct booking b;
	int err;

	if (!booking_find(f, name, &b))
		return ENOENT;

	err = settings_set_all(&b.settings, values, why);
	/* one that goes on with nobody in it is in the store alone */
	if (!err && (b.booked || !c))
		err = write_row(f, &b);
	if (!err && c)
		conference_set_settings(c, &b.settings);

	return err;
}


int booking_remove(struct focus *f, const char *name)
{
	struct conference *c = conference_find(f, name);
	struct booking b;
	int err;

	if (!booking_find(f, name, &b) || !b.booked)
		return ENOENT;

	b.booked = false;
	err = !c && past_goes_on(f, name)
		      ? write_row(f, &b)
		      : conference_store_remove(f->conferences_kept, name);
	if (!err && c) {
		c->booked = c->stored = false;
		conference_write_settings(c);
	}

	return err;
}


struct each {
	struct focus *f;
	void (*h)(const struct booking *b, void *arg);
	void *arg;
};


static void each_h(const struct conference_row *row, void *arg)
{
	const struct each *each = arg;
	struct booking b = {.running = false};

	if (!row->booked)
		return;

	take_row(&b, row);
	b.running = conference_find(each->f, row->name) != NULL;
	each->h(&b, each->arg);
}


int booking_each(struct focus *f,
		 void (*h)(const struct booking *b, void *arg), void *arg)
{
	struct each each = {f, h, arg};

	return conference_store_each(f->conferences_kept, each_h, &each);
}
