/**
 * @file focus/conference/kept_room.c  Whose place is given up when there are
 * too many
 *
 * Strangers may come and go as they like, and must not use up what is kept for
 * others: the conference that keeps most gives up one, its moderators last.
 */
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"

struct search {
	struct kept_shelf largest;
	bool found;
};


static struct kept *oldest(const struct list *kept, bool moderator)
{
	for (struct le *le = kept->head; le; le = le->next) {
		struct kept *k = le->data;

		if ((k->role > ROLE_GUEST) == moderator)
			return k;
	}

	return NULL;
}


static void look(const struct kept_shelf *shelf, void *arg)
{
	struct search *s = arg;

	if (s->found && *shelf->count <= *s->largest.count)
		return;

	s->largest = *shelf;
	s->found = true;
}


static bool conference_h(struct le *le, void *arg)
{
	const struct kept_shelf shelf = kept_shelf_of(le->data);

	look(&shelf, arg);

	return false;
}


/** @return true: there is room for one more */
static bool give_up(struct focus *f, const struct kept_shelf *shelf,
		    bool moderators)
{
	struct kept *k = oldest(shelf->kept, false);

	if (!k && moderators)
		k = oldest(shelf->kept, true);
	if (k)
		kept_drop(f, shelf, k);

	return k != NULL;
}


/** Whoever makes a conference is its moderator: what he is in his own protects
 *  nothing from who is elsewhere */
static bool give_up_of_all(struct focus *f, const struct conference *own,
			   bool for_moderator)
{
	struct search s = {.found = false};

	(void)hash_apply(f->conferences, conference_h, &s);
	past_each(f, look, &s);

	return s.found &&
	       give_up(f, &s.largest,
		       for_moderator || s.largest.conference != own);
}


bool kept_make_room(struct conference *c, bool for_moderator)
{
	const struct kept_shelf shelf = kept_shelf_of(c);

	if (c->kept_count >= KEPT_MAX &&
	    !give_up(c->focus, &shelf, for_moderator))
		return false;

	return c->focus->kept_count < KEPT_ALL_MAX ||
	       give_up_of_all(c->focus, c, for_moderator);
}
