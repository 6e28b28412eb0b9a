/**
 * @file focus/conference/past.c  Conferences that are over, and that nobody
 * ended
 */
#include <stdio.h>
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "focus/store/member_store.h"
#include "mixer/base/clock.h"
#include "mixer/base/log.h"


enum {
	PASTS_MAX = 1000,
	ALIVE_MS = 60000,
	TURN_MS = 30000,
};

struct past {
	struct le le; /**< in focus->pasts */
	char name[POLICY_NAME_MAX + 1];
	bool loaded; /**< it is being read from the store */
	unsigned last_number;
	uint64_t until_ms;
	uint64_t continues_until_ms; /**< as of struct conference */
	struct past_look *look;      /**< NULL: what the store has */
	struct list kept;
	unsigned kept_count;
};


static uint64_t now_ms(void)
{
	return clock_us() / 1000;
}


static void past_destructor(void *arg)
{
	struct past *p = arg;

	list_unlink(&p->le);
	list_flush(&p->kept);
	mem_deref(p->look);
}


static struct past *past_find(const struct focus *f, const char *name)
{
	for (struct le *le = f->pasts.head; le; le = le->next) {
		struct past *p = le->data;

		if (!strcmp(p->name, name))
			return p;
	}

	return NULL;
}


bool past_exists(const struct focus *f, const char *name)
{
	const struct past *p = past_find(f, name);

	return p && p->until_ms > now_ms();
}


bool past_goes_on(const struct focus *f, const char *name)
{
	const struct past *p = past_find(f, name);

	return p && p->continues_until_ms > now_ms();
}


const struct past_look *past_look(const struct focus *f, const char *name)
{
	const struct past *p = past_find(f, name);

	return p ? p->look : NULL;
}


/** What is in the store of its name is another one's, if that is going on */
static void forget(struct focus *f, struct past *p)
{
	if (!conference_find(f, p->name)) {
		member_store_end(f->members, p->name);
		conference_forget_settings(f, p->name);
	}
	f->kept_count -= p->kept_count;
	mem_deref(p);
}


void past_each(struct focus *f,
	       void (*h)(const struct kept_shelf *shelf, void *arg), void *arg)
{
	for (struct le *le = f->pasts.head; le; le = le->next) {
		struct past *p = le->data;
		const struct kept_shelf shelf = {p->name, NULL, &p->kept,
						 &p->kept_count};

		h(&shelf, arg);
	}
}


/** Anybody can be alone in many: those go first, then those without a
 *  moderator */
static unsigned worth(const struct list *kept, uint64_t continues_until_ms)
{
	if (continues_until_ms <= now_ms())
		return 0;

	for (struct le *le = kept->head; le; le = le->next) {
		const struct kept *k = le->data;

		if (k->role > ROLE_GUEST)
			return 2;
	}

	return 1;
}


/** @return false: there are too many that are worth more */
static bool make_room(struct focus *f, unsigned for_worth)
{
	struct past *least = NULL;
	unsigned least_worth = for_worth + 1;

	if (list_count(&f->pasts) < PASTS_MAX)
		return true;

	for (struct le *le = f->pasts.head; le && least_worth; le = le->next) {
		struct past *p = le->data;
		const unsigned w = worth(&p->kept, p->continues_until_ms);

		if (w < least_worth) {
			least = p;
			least_worth = w;
		}
	}
	if (least)
		forget(f, least);

	return least != NULL;
}


/** @return NULL: out of memory */
static struct past *make_past(struct focus *f, const char *name,
			      uint64_t until_ms)
{
	struct past *p = mem_zalloc(sizeof(*p), past_destructor);

	if (!p)
		return NULL;

	(void)snprintf(p->name, sizeof(p->name), "%s", name);
	p->until_ms = until_ms;
	list_append(&f->pasts, &p->le, p);

	return p;
}


static void move_all(struct list *to, struct list *from)
{
	struct le *le;

	while ((le = from->head)) {
		list_unlink(le);
		list_append(to, le, le->data);
	}
}


void past_adopt(struct conference *c)
{
	struct past *p = past_find(c->focus, c->name);

	if (!p)
		return;

	if (p->until_ms <= now_ms()) {
		member_store_end(c->focus->members, p->name);
		forget(c->focus, p);
		return;
	}

	log_info("conference", "goes on name=%s kept=%u", c->name,
		 p->kept_count);
	c->continues_until_ms = p->continues_until_ms;
	c->written = true;
	c->kept_until_ms = p->until_ms;
	c->made = p->continues_until_ms > now_ms();
	/* it is so already where it goes on */
	if (!c->made)
		c->look = mem_ref(p->look);
	c->last_number = p->last_number;
	c->kept_count = p->kept_count;
	for (struct le *le = p->kept.head; le; le = le->next) {
		struct kept *k = le->data;

		k->before = true;
	}
	move_all(&c->kept, &p->kept);
	mem_deref(p);
	endpoint_await_host(c);
}


/** The server or the network was away: nobody wanted that */
static bool is_passing(enum reason reason)
{
	const unsigned status = reason_row(reason)->sip_status;

	return status == 408 || (status >= 500 && status < 600);
}


uint64_t past_cut_until_ms(enum reason reason)
{
	return is_passing(reason) ? now_ms() + MEMBERS_KEPT_S * 1000 : 0;
}


/** Those who were in were cut off. Who was not in cuts off nothing: anybody
 *  can call and fail */
static bool is_cut_off(const struct conference *c, enum reason reason)
{
	return is_passing(reason) && c->entered;
}


/** The last one may go of himself when the others were cut off before: they
 *  come back all the same */
static uint64_t until_of(const struct conference *c, enum reason reason)
{
	uint64_t until_ms = c->kept_until_ms;

	if (is_cut_off(c, reason))
		return past_cut_until_ms(reason);

	for (const struct le *le = c->kept.head; le; le = le->next) {
		const struct kept *k = le->data;

		until_ms = MAX(until_ms, k->cut_until_ms);
	}

	return until_ms;
}


/**
 * Until when is who comes in first then a guest of those who have been in?
 *
 * Who falls silent keeps what is his, but not the name: otherwise anybody
 * could call a room that all know, by two tabs if need be, fall silent, and
 * leave it without a moderator for MEMBERS_KEPT_S. If he comes back to
 * somebody who has come since, both are moderators. That our own end or a
 * mixer's cuts them off is nothing that they can do; and a name that was made
 * up for one is known to whom he has told it. Who comes and goes in between
 * does not prolong that
 */
static uint64_t continues_until(const struct conference *c, enum reason reason)
{
	if (!is_cut_off(c, reason))
		return c->continues_until_ms;

	return reason_row(reason)->sip_status != 408 ||
			       policy_name_is_fresh(c->name)
		       ? past_cut_until_ms(reason)
		       : 0;
}


bool past_continues(const struct conference *c)
{
	return c->continues_until_ms > now_ms();
}


/** Whether all are out or those who ring are called off: somebody wanted it */
static bool is_ended(const struct conference *c, enum reason reason)
{
	return reason == REASON_ENDED && !c->abandoned;
}


void past_keep(struct conference *c, enum reason reason)
{
	struct focus *f = c->focus;
	const uint64_t until_ms = until_of(c, reason);
	struct past *p = NULL;

	if (!is_ended(c, reason) && until_ms > now_ms() && c->kept.head &&
	    make_room(f, worth(&c->kept, continues_until(c, reason))))
		p = make_past(f, c->name, until_ms);
	if (!p) {
		f->kept_count -= c->kept_count;
		c->kept_count = 0;
		list_flush(&c->kept);
		if (c->written)
			member_store_end(f->members, c->name);
		return;
	}

	p->continues_until_ms = continues_until(c, reason);
	p->last_number = c->last_number;
	p->kept_count = c->kept_count;
	p->look = c->look ? mem_ref(c->look) : conference_look(c);
	move_all(&p->kept, &c->kept);
	c->kept_count = 0;
	kept_say_alive(f, true);
}


/* ------------------------------------------------------------- the store */

void kept_say_alive(struct focus *f, bool now)
{
	if (!now && f->alive_ms && now_ms() - f->alive_ms < ALIVE_MS)
		return;

	f->alive_ms = now_ms();
	member_store_alive(f->members);
}


/** ...not by what the one had set who does not come, either */
static void begin_anew(struct conference *c)
{
	if (conference_count_in(c))
		return;

	c->made = false;
	conference_reset_settings(c);
	conference_begin_anew(c);
}


/** Nobody of before has come: who waits for one need not any more */
static bool over_h(struct le *le, void *arg)
{
	struct conference *c = le->data;

	(void)arg;
	if (c->continues_until_ms && !past_continues(c)) {
		c->continues_until_ms = 0;
		begin_anew(c);
	}

	return false;
}


static void turn_h(void *arg)
{
	struct focus *f = arg;

	tmr_start(&f->kept_tmr, TURN_MS, turn_h, f);
	for (struct le *le = f->pasts.head; le;) {
		struct past *p = le->data;

		le = le->next;
		if (p->until_ms <= now_ms())
			forget(f, p);
	}
	(void)hash_apply(f->conferences, over_h, NULL);
	kept_repair(f);
	if (f->conference_count || f->pasts.head)
		kept_say_alive(f, false);
}


static void take_row(struct focus *f, struct past *p, const struct member *row)
{
	struct kept *k = kept_alloc();

	if (!k || user_dup_text(&k->aor, row->aor, USER_URI_MAX)) {
		mem_deref(k);
		return;
	}

	k->known = row->known;
	k->secret.given = row->secret;
	memcpy(k->secret.sha256, row->sum, sizeof(k->secret.sha256));
	k->place = row->place;
	k->number = row->number;
	k->namesake = row->namesake;
	k->role = row->role <= ROLE_GUEST  ? ROLE_GUEST
		  : row->role >= ROLE_HOST ? ROLE_HOST
					   : ROLE_MODERATOR;
	k->levels.muted = row->muted;
	k->levels.deaf = row->deaf;
	k->levels.video_muted = row->video_muted;
	k->levels.volume_in_db = row->volume_in_db;
	k->levels.volume_out_db = row->volume_out_db;
	k->cut_until_ms = p->until_ms;
	if (p->last_number < MAX(k->number, k->place))
		p->last_number = MAX(k->number, k->place);
	p->kept_count++;
	f->kept_count++;
	list_append(&p->kept, &k->le, k);
}


/** What is going on, or was since, is another one of that name */
static struct past *past_of_row(struct focus *f, const char *name)
{
	struct past *p;

	if (conference_find(f, name))
		return NULL;

	p = past_find(f, name);
	if (p)
		return p->loaded ? p : NULL;
	if (list_count(&f->pasts) >= PASTS_MAX)
		return NULL;

	p = make_past(f, name, now_ms() + MEMBERS_KEPT_S * 1000);
	if (p) {
		p->loaded = true;
		p->continues_until_ms = p->until_ms;
	}

	return p;
}


/** Moderators come first */
static void row_h(const struct member *row, void *arg)
{
	struct focus *f = arg;
	char name[POLICY_NAME_MAX + 1];
	struct past *p;

	if (f->kept_count >= KEPT_ALL_MAX ||
	    policy_name(f->policy, row->conference, name))
		return;

	p = past_of_row(f, name);
	if (p && p->kept_count < KEPT_MAX)
		take_row(f, p, row);
}


static void load(struct focus *f)
{
	member_store_load(f->members, row_h, f);
	for (struct le *le = f->pasts.head; le; le = le->next) {
		struct past *p = le->data;

		p->loaded = false;
	}
}


void kept_open(struct focus *f, struct member_store *store)
{
	f->members = store;
	load(f);
	conference_settings_reopened(f);
	if (f->pasts.head)
		log_info("conference",
			 "went on when parleyd ended conferences=%u people=%u",
			 list_count(&f->pasts), f->kept_count);
	tmr_start(&f->kept_tmr, TURN_MS, turn_h, f);
}


static bool write_h(struct le *le, void *arg)
{
	struct conference *c = le->data;

	(void)arg;
	for (struct le *k = c->kept.head; k; k = k->next)
		kept_write_away(c, k->data);
	for (struct le *u = c->users.head; u; u = u->next) {
		const struct user *user = u->data;

		for (struct le *e = user->endpoints.head; e; e = e->next)
			kept_write(e->data);
	}

	return false;
}


static void write_all_h(void *arg)
{
	struct focus *f = arg;

	for (struct le *le = f->pasts.head; le; le = le->next) {
		const struct past *p = le->data;

		for (struct le *k = p->kept.head; k; k = k->next)
			(void)kept_write_row(f, p->name, k->data);
	}
	(void)hash_apply(f->conferences, write_h, NULL);
}


/** What is in the store of a name that is in memory is of another one */
void kept_write_all(struct focus *f)
{
	if (!f)
		return;

	load(f);
	member_store_write_anew(f->members, write_all_h, f);
}


void kept_repair(struct focus *f)
{
	if (member_store_missed(f->members))
		member_store_write_anew(f->members, write_all_h, f);
}


void kept_close(struct focus *f)
{
	tmr_cancel(&f->kept_tmr);
	tmr_cancel(&f->unwritten_tmr);
	list_flush(&f->pasts);
}
