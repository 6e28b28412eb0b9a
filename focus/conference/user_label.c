/**
 * @file focus/conference/user_label.c  Two of one name are told apart
 *
 * A name is what somebody typed, and stays so. Where others are called so,
 * too, he has a number beside it in the order of coming, which he keeps: on
 * tiles, on lists and in commands he is "Ana (2)".
 */
#include <stdio.h>
#include <string.h>
#include "focus/conference/user.h"


static void print_label(char dst[UTF8_NAME_MAX + 1], const char *name,
			unsigned namesake)
{
	char number[16] = "";

	if (namesake > 1)
		(void)snprintf(number, sizeof(number), " (%u)", namesake);
	/* cut at a character, so that the number is whole */
	(void)utf8_clean(dst, UTF8_NAME_MAX + 1 - strlen(number), name);
	strcat(dst, number);
}


/** Walk all endpoints but those of its own user; a person needs no number for
 *  his second device. @return whether `h` was true of one */
static bool any_other(const struct endpoint *ep,
		      bool (*h)(const struct endpoint *other, void *arg),
		      void *arg)
{
	for (struct le *le = ep->user->conference->users.head; le;
	     le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u == ep->user ? NULL : u->endpoints.head;
		     e; e = e->next) {
			if (h(e->data, arg))
				return true;
		}
	}

	return false;
}


static bool is_labelled_h(const struct endpoint *other, void *arg)
{
	return !str_casecmp(other->label, arg);
}


struct namesakes {
	const char *name;
	bool first;    /**< there is one without a number */
	unsigned last; /**< greatest number of one */
};


static bool count_h(const struct endpoint *other, void *arg)
{
	struct namesakes *n = arg;

	if (!str_casecmp(other->display, n->name)) {
		n->first |= other->namesake == 1;
		n->last = MAX(n->last, other->namesake);
	}

	return false;
}


/** The number that another device of its user has with that name */
static unsigned own_number(const struct endpoint *ep)
{
	for (struct le *le = ep->user->endpoints.head; le; le = le->next) {
		const struct endpoint *other = le->data;

		if (other != ep && !str_casecmp(other->display, ep->display))
			return other->namesake;
	}

	return 0;
}


static bool try_label(struct endpoint *ep, unsigned namesake)
{
	if (!namesake)
		return false;

	print_label(ep->label, ep->display, namesake);
	ep->namesake = namesake;

	return !any_other(ep, is_labelled_h, ep->label);
}


void endpoint_set_label(struct endpoint *ep, unsigned wish)
{
	struct namesakes n = {.name = ep->display};

	if (try_label(ep, own_number(ep)) || try_label(ep, wish))
		return;

	(void)any_other(ep, count_h, &n);
	/* somebody may have typed what would be its label */
	for (unsigned k = n.first || !n.last ? n.last + 1 : 1;
	     !try_label(ep, k);)
		k = MAX(k, n.last) + 1;
}
