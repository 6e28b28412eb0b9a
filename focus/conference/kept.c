/**
 * @file focus/conference/kept.c  What is somebody's when he comes back
 */
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "focus/store/member_store.h"


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

static void print_row(struct member *row, const struct conference *c,
		      const struct kept *k, const struct secret_sum *sum)
{
	const struct endpoint_levels *l = &k->levels;

	*row = (struct member){
		.conference = c->name,
		.aor = k->aor,
		.known = k->known,
		.secret = k->secret.given,
		.place = k->place,
		.number = k->number,
		.namesake = k->namesake,
		.moderator = k->moderator,
		.creator = k->creator,
		.muted = l->muted,
		.deaf = l->deaf,
		.video_muted = l->video_muted,
		.volume_in_db = l->volume_in_db,
		.volume_out_db = l->volume_out_db,
		.ends_with_creator = c->ends_with_creator,
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
	k->moderator = u->moderator;
	k->creator = u->creator;
	k->levels = ep->levels;
}


/** Telephones do not come back by themselves: over a crash their rights are
 *  kept, if they have any */
void kept_write_away(struct conference *c, const struct kept *k)
{
	struct secret_sum sum;
	struct member row;

	if (!c->focus->members || (!k->secret.given && !k->moderator) ||
	    !sum_of(&sum, k))
		return;

	kept_say_alive(c->focus, false);
	c->written = true;
	print_row(&row, c, k, &sum);
	member_store_put(c->focus->members, &row);
}


void kept_write(const struct endpoint *ep)
{
	struct kept k = {.known = false};

	describe(&k, ep);
	kept_write_away(ep->user->conference, &k);
}


static void remove_row(const struct conference *c, const struct kept *k)
{
	struct secret_sum sum;

	if (sum_of(&sum, k))
		member_store_remove(c->focus->members, c->name, sum.sha256);
}


/* --------------------------------------------------------- come and gone */

void kept_add(struct conference *c, struct kept *k)
{
	list_append(&c->kept, &k->le, k);
	c->kept_count++;
	c->focus->kept_count++;
}


static void drop(struct conference *c, struct kept *k)
{
	remove_row(c, k);
	c->kept_count--;
	c->focus->kept_count--;
	list_unlink(&k->le);
	mem_deref(k);
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


static void drop_oldest(struct conference *c)
{
	struct kept *oldest = list_ledata(c->kept.head);

	for (struct le *le = c->kept.head; le; le = le->next) {
		struct kept *k = le->data;

		if (!k->moderator) {
			oldest = k;
			break;
		}
	}
	if (oldest)
		drop(c, oldest);
}


static void make_room(struct conference *c)
{
	if (c->kept_count >= KEPT_MAX || c->focus->kept_count >= KEPT_ALL_MAX)
		drop_oldest(c);
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
		c->kept_until_ms = 0;
		ep->back = mem_deref(back);
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


void kept_leave(struct endpoint *ep, bool thrown_out, bool follows)
{
	struct conference *c = ep->user->conference;
	struct kept *k = ep->kept;
	struct secret_sum sum;

	describe(k, ep);
	mem_ref(k->aor);
	if (thrown_out || follows || !sum_of(&sum, k)) {
		remove_row(c, k);
		if (thrown_out)
			forget_user(c, ep);
		return;
	}

	drop_same(c, k);
	make_room(c);
	if (c->focus->kept_count >= KEPT_ALL_MAX) {
		remove_row(c, k);
		return;
	}

	ep->kept = NULL;
	kept_add(c, k);
}
