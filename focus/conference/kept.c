/**
 * @file focus/conference/kept.c  What is somebody's when he comes back
 */
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "focus/store/member_store.h"
#include "mixer/base/clock.h"

enum { LEVELS_MS = 1000 };


static void kept_destructor(void *arg)
{
	struct kept *k = arg;

	list_unlink(&k->le);
	mem_deref(k->aor);
}


struct kept *kept_alloc(void)
{
	return mem_zalloc(sizeof(struct kept), kept_destructor);
}


/** What its row is found by. @return false: it can prove nothing */
static bool sum_of(struct secret_sum *sum, const struct kept *k)
{
	if (k->secret.given)
		*sum = k->secret;
	else if (k->known && k->aor)
		secret_of_address(sum, k->aor);
	else
		sum->given = false;

	return sum->given;
}


static bool is_proved(const struct kept *k, const struct join *join,
		      const struct secret_sum *secret)
{
	/* who has proved an address is who has it */
	if (join->known && k->known && !join->anonymous)
		return !str_casecmp(k->aor, join->aor);

	return secret_same(secret, &k->secret);
}


struct kept *kept_find(const struct conference *c, const struct join *join)
{
	struct kept *found = NULL;
	struct secret_sum secret;

	(void)secret_read(&secret, join->secret);
	for (struct le *le = c->kept.head; le; le = le->next) {
		struct kept *k = le->data;

		if (!is_proved(k, join, &secret))
			continue;
		/* of one who had several legs, the very one */
		if (secret_same(&secret, &k->secret))
			return k;
		found = k;
	}

	return found;
}


/* ------------------------------------------------------------- the store */

static void print_row(struct member *row, const char *name,
		      const struct kept *k, const struct secret_sum *sum)
{
	const struct endpoint_levels *l = &k->levels;

	*row = (struct member){
		.conference = name,
		.aor = k->aor,
		.known = k->known,
		.secret = k->secret.given,
		.place = k->place,
		.number = k->number,
		.namesake = k->namesake,
		.role = (int)k->role,
		.muted = l->muted,
		.deaf = l->deaf,
		.video_muted = l->video_muted,
		.volume_in_db = l->volume_in_db,
		.volume_out_db = l->volume_out_db,
	};
	memcpy(row->sum, sum->sha256, sizeof(row->sum));
}


/** @param k Gets what is the endpoint's now; its aor is borrowed */
static void describe(struct kept *k, const struct endpoint *ep)
{
	const struct user *u = ep->user;

	k->secret = ep->secret;
	k->aor = u->aor;
	k->known = u->known;
	k->place = u->place;
	k->number = ep->number;
	k->namesake = ep->namesake;
	k->role = u->role;
	k->levels = ep->levels;
}


/** Telephones do not come back by themselves: over a crash their rights are
 *  kept, if they have any */
static bool has_row(const struct kept *k)
{
	return k->secret.given || (k->known && k->role > ROLE_GUEST);
}


bool kept_write_row(struct focus *f, const char *name, const struct kept *k)
{
	struct secret_sum sum;
	struct member row;

	if (!f->members || !has_row(k) || !sum_of(&sum, k))
		return false;

	print_row(&row, name, k, &sum);
	member_store_put(f->members, &row);

	return true;
}


void kept_write_away(struct conference *c, const struct kept *k)
{
	if (!kept_write_row(c->focus, c->name, k))
		return;

	c->written = true;
	kept_say_alive(c->focus, false);
}


/** Who was not in is to come back as a stranger */
void kept_write(const struct endpoint *ep)
{
	struct kept k = {.known = false};

	if (!endpoint_is_in(ep))
		return;
	describe(&k, ep);
	kept_write_away(ep->user->conference, &k);
}


static void write_levels_h(void *arg)
{
	struct focus *f = arg;
	struct le *le;

	while ((le = f->unwritten.head)) {
		struct endpoint *ep = le->data;

		list_unlink(le);
		ep->written_ms = clock_us() / 1000;
		kept_write(ep);
	}
}


void kept_write_levels(struct endpoint *ep)
{
	struct focus *f = ep->user->conference->focus;
	const uint64_t now = clock_us() / 1000;

	if (ep->write_le.list)
		return;

	if (!ep->written_ms || now - ep->written_ms >= LEVELS_MS) {
		ep->written_ms = now;
		kept_write(ep);
		return;
	}

	list_append(&f->unwritten, &ep->write_le, ep);
	if (!tmr_isrunning(&f->unwritten_tmr))
		tmr_start(&f->unwritten_tmr, LEVELS_MS, write_levels_h, f);
}


static bool is_same(const struct kept *a, const struct kept *b)
{
	struct secret_sum x, y;

	return a->secret.given == b->secret.given && sum_of(&x, a) &&
	       sum_of(&y, b) && secret_same(&x, &y);
}


/** All legs of a proved address that were given no secret are found by it, and
 *  have one row. @return true: it is written as of another one */
static bool is_others(struct conference *c, const struct kept *k)
{
	if (k->secret.given || !k->known)
		return false;

	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		if (!u->known || u->role == ROLE_GUEST ||
		    str_casecmp(u->aor, k->aor))
			continue;
		for (struct le *e = u->endpoints.head; e; e = e->next) {
			const struct endpoint *ep = e->data;

			if (!ep->secret.given) {
				kept_write(ep);
				return true;
			}
		}
	}

	for (struct le *le = c->kept.head; le; le = le->next) {
		const struct kept *other = le->data;

		if (other != k && other->role > ROLE_GUEST &&
		    is_same(other, k)) {
			kept_write_away(c, other);
			return true;
		}
	}

	return false;
}


/** @param c NULL: it is over */
static void remove_row(struct focus *f, struct conference *c, const char *name,
		       const struct kept *k)
{
	struct secret_sum sum;

	if (sum_of(&sum, k) && (!c || !is_others(c, k)))
		member_store_remove(f->members, name, sum.sha256);
}


/* ---------------------------------------------------------------- rights */

/** Was it left by somebody who is there, or would he take it? */
static bool is_left_by(const struct kept *k, const struct user *u)
{
	if (k->place == u->place)
		return true;

	for (struct le *e = u->endpoints.head; e; e = e->next) {
		const struct endpoint *ep = e->data;

		if (ep->back && k->number == ep->back->number)
			return true;
	}

	return false;
}


/** As it is now, or not at all where it has nothing to keep any more */
static void rewrite_row(struct conference *c, const struct kept *k)
{
	if (has_row(k))
		kept_write_away(c, k);
	else
		remove_row(c->focus, c, c->name, k);
}


void kept_set_role(struct user *u)
{
	struct conference *c = u->conference;

	for (struct le *le = c->kept.head; le; le = le->next) {
		struct kept *k = le->data;

		if (k->role == u->role || !is_left_by(k, u))
			continue;
		k->role = u->role;
		rewrite_row(c, k);
	}

	for (struct le *e = u->endpoints.head; e; e = e->next) {
		const struct endpoint *ep = e->data;
		struct kept now = {.known = false};

		if (!ep->secret.given && endpoint_is_in(ep)) {
			describe(&now, ep);
			rewrite_row(c, &now);
		}
	}
}


/* --------------------------------------------------------- come and gone */

void kept_add(struct conference *c, struct kept *k)
{
	list_append(&c->kept, &k->le, k);
	c->kept_count++;
	c->focus->kept_count++;
}


struct kept_shelf kept_shelf_of(struct conference *c)
{
	return (struct kept_shelf){c->name, c, &c->kept, &c->kept_count};
}


void kept_drop(struct focus *f, const struct kept_shelf *shelf, struct kept *k)
{
	(*shelf->count)--;
	f->kept_count--;
	list_unlink(&k->le);
	remove_row(f, shelf->conference, shelf->name, k);
	mem_deref(k);
}


static void drop(struct conference *c, struct kept *k)
{
	const struct kept_shelf shelf = kept_shelf_of(c);

	kept_drop(c->focus, &shelf, k);
}


/** Those of before that are the same one's, or would be found by the same */
static void drop_same(struct conference *c, const struct kept *k)
{
	struct secret_sum a, b;

	for (struct le *le = c->kept.head; le;) {
		struct kept *other = le->data;

		le = le->next;
		if (other != k && sum_of(&a, k) && sum_of(&b, other) &&
		    secret_same(&a, &b))
			drop(c, other);
	}
}


/** It has tried again and again: the first of its secrets and the last are
 *  what it may know */
static void drop_between(struct conference *c, const struct endpoint *ep)
{
	for (struct le *le = c->kept.head; le;) {
		struct kept *k = le->data;

		le = le->next;
		if (k != ep->back && k->number == ep->back->number)
			drop(c, k);
	}
}


/** Whoever is to have its place is not in yet, and may never be: until then it
 *  is what he comes back to */
static void give_back(struct endpoint *ep, struct kept *k)
{
	if (ep->status != ENDPOINT_CONNECTED && !ep->back)
		ep->back = mem_ref(k);
}


/** Whoever comes back as somebody else, by another name, has left those places
 *  of before all the same */
static void take_over(const struct endpoint *ep)
{
	struct conference *c = ep->user->conference;
	const unsigned place = ep->back->place;

	if (place == ep->user->place || user_at(c, place))
		return;

	for (struct le *le = c->kept.head; le; le = le->next) {
		struct kept *k = le->data;

		if (k->place != place)
			continue;
		k->place = ep->user->place;
		kept_write_away(c, k);
	}
}


static bool has_other_moderator(const struct endpoint *ep)
{
	const struct conference *c = ep->user->conference;

	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		if (u == ep->user || u->role < ROLE_MODERATOR)
			continue;
		for (struct le *e = u->endpoints.head; e; e = e->next) {
			const struct endpoint *other = e->data;

			/* others of before come back at the same time */
			if (endpoint_is_in(other) &&
			    other->status == ENDPOINT_CONNECTED)
				return true;
		}
	}

	return false;
}


/** A moderator of before finds it as it was, unless another one is in, who has
 *  it as he has set it */
static void resume(const struct endpoint *ep)
{
	if (ep->user->role >= ROLE_MODERATOR)
		conference_resume(ep->user->conference,
				  !has_other_moderator(ep));
}


void kept_take(struct endpoint *ep)
{
	struct conference *c = ep->user->conference;
	struct kept *back = ep->back;

	if (back) {
		/* it may have been given several secrets for one place, of
		   which only the last has come to it */
		for (struct le *le = c->kept.head; le;) {
			struct kept *k = le->data;

			le = le->next;
			if (k == back || k->number == back->number)
				drop(c, k);
		}
		take_over(ep);
		if (back->before) {
			c->kept_until_ms = c->continues_until_ms = 0;
			resume(ep);
		}
		ep->back = mem_deref(back);
	}
	else if (ep->user->role >= ROLE_MODERATOR) {
		/* whoever has it now has it as he likes */
		conference_resume(c, false);
	}
	/* one without a secret was not written yet */
	if (!ep->secret.given)
		kept_write(ep);
}


/** The last of a user that is thrown out */
static void forget_user(struct conference *c, const struct endpoint *ep)
{
	for (struct le *le = c->kept.head; le;) {
		struct kept *k = le->data;

		le = le->next;
		if (k == ep->back || k->place == ep->user->place)
			drop(c, k);
	}
}


/** Who calls and gives up before he is in has nothing that is his */
static bool was_in(const struct endpoint *ep)
{
	return endpoint_is_in(ep) &&
	       (ep->status == ENDPOINT_CONNECTED || ep->back);
}


void kept_leave(struct endpoint *ep, enum reason reason, struct endpoint *heir)
{
	const bool thrown_out = reason == REASON_KICKED;
	struct conference *c = ep->user->conference;
	struct kept *k = ep->kept;
	struct secret_sum sum;
	bool stays, follows;

	list_unlink(&ep->write_le);
	describe(k, ep);
	mem_ref(k->aor);
	follows = heir && heir->status == ENDPOINT_CONNECTED;
	stays = !thrown_out && !follows && was_in(ep) && sum_of(&sum, k);
	if (stays) {
		k->cut_until_ms = past_cut_until_ms(reason);
		if (ep->status != ENDPOINT_CONNECTED) {
			/* all that it may know is of one place */
			k->number = ep->back->number;
			k->namesake = ep->back->namesake;
			k->before = ep->back->before;
			drop_between(c, ep);
		}
		drop_same(c, k);
		stays = kept_make_room(c, k->role > ROLE_GUEST);
	}
	if (!stays) {
		remove_row(c->focus, c, c->name, k);
		if (thrown_out)
			forget_user(c, ep);
		return;
	}

	ep->kept = NULL;
	kept_add(c, k);
	if (heir)
		give_back(heir, k);
	for (struct le *le = ep->user->endpoints.head; le; le = le->next)
		give_back(le->data, k);
	/* what was dropped may have had the same row */
	kept_write_away(c, k);
}
