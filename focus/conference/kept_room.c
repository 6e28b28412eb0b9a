/**
 * @file focus/conference/kept_room.c  Whose place is given up when there are
 * too many
 *
 * Strangers may come and go as they like, and must not use up what is kept for
 * others: the conference that keeps most gives up one, moderators last.
 */
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"

struct search {
	bool moderators; /**< of them, or of the others */
	struct kept_shelf shelf;
	struct kept *victim; /**< NULL: none yet */
};


static struct kept *oldest(const struct list *kept, bool moderator)
{
	for (struct le *le = kept->head; le; le = le->next) {
		struct kept *k = le->data;

		if (k->moderator == moderator)
			return k;
	}

	return NULL;
}


static void look(const struct kept_shelf *shelf, void *arg)
{
	struct search *s = arg;
	struct kept *k;

	if (s->victim && *shelf->count <= *s->shelf.count)
		return;

	k = oldest(shelf->kept, s->moderators);
	if (k) {
		s->shelf = *shelf;
		s->victim = k;
	}
}


static bool conference_h(struct le *le, void *arg)
{
	const struct kept_shelf shelf = kept_shelf_of(le->data);

	look(&shelf, arg);

	return false;
}


/** @param shelf NULL: of all. @return true: there is room for one more */
static bool give_up(struct focus *f, const struct kept_shelf *shelf,
		    bool for_moderator)
{
	struct search s = {.moderators = false};

	for (;;) {
		if (shelf) {
			look(shelf, &s);
		}
		else {
			(void)hash_apply(f->conferences, conference_h, &s);
			past_each(f, look, &s);
		}
		if (s.victim || s.moderators || !for_moderator)
			break;
		s.moderators = true;
	}

	if (s.victim)
		kept_drop(f, &s.shelf, s.victim);

	return s.victim != NULL;
}


bool kept_make_room(struct conference *c, bool for_moderator)
{
	const struct kept_shelf shelf = kept_shelf_of(c);

	if (c->kept_count >= KEPT_MAX &&
	    !give_up(c->focus, &shelf, for_moderator))
		return false;

	return c->focus->kept_count < KEPT_ALL_MAX ||
	       give_up(c->focus, NULL, for_moderator);
}
