/**
 * @file focus/conference/conference_number.c  The number that a telephone
 * finds a conference by
 */
#include <stdio.h>
#include <string.h>
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/number.h"
#include "focus/config/config.h"
#include "focus/store/conference_store.h"


enum {
	/** None begins with a zero, which some leave out */
	NUMBER_FIRST = 100000000,
	NUMBER_COUNT = 900000000,
	/** Two of so many conferences hardly ever have the same */
	NUMBER_TRIES = 16,
};


void numbers_open(struct focus *f)
{
	uint8_t key[SIPHASH_KEY_BYTES];

	if (!conference_store_key(f->conferences_kept, key)) {
		memcpy(f->number_key, key, sizeof(f->number_key));
		f->number_key_given = true;
	}
	if (!f->number_key_given)
		rand_bytes(f->number_key, sizeof(f->number_key));
	f->number_key_given = true;
}


static uint32_t number_of(const struct focus *f, const char *name,
			  unsigned attempt)
{
	char text[POLICY_NAME_MAX + 16];
	int n = snprintf(text, sizeof(text), "%s %u", name, attempt);

	return NUMBER_FIRST +
	       (uint32_t)(siphash(f->number_key, text, (size_t)n) %
			  NUMBER_COUNT);
}


/* ---------------------------------------------------------------- whose it is
 */

struct search {
	uint32_t number;
	char *name; /**< gets it */
};


static bool number_h(struct le *le, void *arg)
{
	const struct conference *c = le->data;
	const struct search *search = arg;

	return c->number == search->number;
}


static void row_h(const struct conference_row *row, void *arg)
{
	const struct search *search = arg;

	(void)snprintf(search->name, POLICY_NAME_MAX + 1, "%s", row->name);
}


static bool find(const struct focus *f, uint32_t number, char *name)
{
	struct search search = {number, name};
	const struct conference *c = list_ledata(
		hash_lookup(f->numbers, number, number_h, &search));

	if (c) {
		(void)snprintf(name, POLICY_NAME_MAX + 1, "%s", c->name);
		return true;
	}

	return conference_store_numbered(f->conferences_kept, number, row_h,
					 &search);
}


uint32_t number_for(const struct focus *f, const char *name, uint32_t wish)
{
	char other[POLICY_NAME_MAX + 1];
	uint32_t number = wish ? wish : number_of(f, name, 0);

	for (unsigned i = 1; i < NUMBER_TRIES; i++) {
		if (!find(f, number, other) || !strcmp(other, name))
			break;
		number = number_of(f, name, i);
	}

	return number;
}


bool number_find(const struct focus *f, const char *digits, char *name)
{
	uint32_t number = 0;

	if (strlen(digits) != NUMBER_DIGITS ||
	    strspn(digits, "0123456789") != NUMBER_DIGITS)
		return false;

	for (; *digits; digits++)
		number = 10 * number + (uint32_t)(*digits - '0');

	return find(f, number, name);
}


bool number_is_asked_at(const struct focus *f, const char *name)
{
	char canonical[POLICY_NAME_MAX + 1];

	return policy_name(f->policy, name, canonical) == REASON_NONE &&
	       policy_is_dial_in(f->policy, canonical);
}


void number_print(char *dst, const struct focus *f, const char *name,
		  uint32_t number)
{
	*dst = '\0';
	if (number && *f->config->dial_in_names &&
	    !policy_is_echo(f->policy, name) &&
	    !policy_is_dial_in(f->policy, name))
		(void)snprintf(dst, NUMBER_TEXT_BYTES, "%03u %03u %03u",
			       number / 1000000 % 1000, number / 1000 % 1000,
			       number % 1000);
}
