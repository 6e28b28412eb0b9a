/**
 * @file focus/command/command_target.c  Whom a command means
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "focus/command/command_private.h"


enum { PIECE_MIN = 3 }; /**< letters */

/** How an endpoint is asked whether it is meant */
typedef bool(meant_h)(const struct endpoint *ep, const char *who);


static bool is_all(const struct endpoint *ep, const char *who)
{
	(void)ep;
	(void)who;

	return true;
}


static bool is_guest(const struct endpoint *ep, const char *who)
{
	(void)who;

	return ep->user->role == ROLE_GUEST;
}


static bool is_number(const struct endpoint *ep, const char *who)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", ep->number);

	return !strcmp(text, *who == '#' ? who + 1 : who);
}


static const char *without_scheme(const char *uri)
{
	static const char *const schemes[] = {"sip:", "sips:", "tel:"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (!strncasecmp(uri, schemes[i], strlen(schemes[i])))
			return uri + strlen(schemes[i]);
	}

	return uri;
}


static bool is_uri(const struct endpoint *ep, const char *who)
{
	return !strcasecmp(without_scheme(ep->user->aor), without_scheme(who));
}


static bool is_name(const struct endpoint *ep, const char *who)
{
	const char *bare = without_scheme(ep->user->aor);
	size_t len = strcspn(bare, "@");

	return !str_casecmp(ep->display, who) ||
	       !str_casecmp(ep->label, who) ||
	       !str_casecmp(ep->user->display, who) ||
	       (strlen(who) == len && !strncasecmp(bare, who, len));
}


/** A page's guest: "guest-" and 16 letters by chance, of which nobody means a
 *  piece */
static bool is_random(const char *text, size_t len)
{
	enum { PREFIX = 6, LETTERS = 16 };

	return len >= PREFIX + LETTERS &&
	       !strncasecmp(text, "guest-", PREFIX) &&
	       strspn(text + PREFIX, "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789") >= LETTERS;
}


static bool has_piece(const char *text, size_t text_len, const char *piece)
{
	const size_t len = strlen(piece);

	if (is_random(text, text_len))
		return false;

	for (; text_len >= len; text++, text_len--) {
		if (!strncasecmp(text, piece, len))
			return true;
	}

	return false;
}


/** The host's part of an address is of many, and not searched */
static bool is_piece(const struct endpoint *ep, const char *who)
{
	const char *bare = without_scheme(ep->user->aor);
	const char *piece = without_scheme(who);

	return has_piece(ep->label, strlen(ep->label), piece) ||
	       has_piece(bare, strcspn(bare, "@"), piece);
}


/** A number is that of somebody who may have left just now, and a letter or
 *  two are in too many names: neither is looked for as a piece */
static bool may_be_piece(const char *who)
{
	const char *piece = without_scheme(who), *digits = piece;
	unsigned chars = 0;

	if (*digits == '#')
		digits++;
	if (!digits[strspn(digits, "0123456789")])
		return false;

	for (const char *p = piece; *p; p++)
		chars += (*p & 0xc0) != 0x80; /* of UTF-8 */

	return chars >= PIECE_MIN;
}


/** Among whom they are looked for */
struct aim {
	const struct conference *c;
	enum command_aim of;
	uint32_t giver; /**< leg of who is none of "others" */
};


static bool is_among(const struct endpoint *ep, const struct aim *aim,
		     const char *who)
{
	return endpoint_is_in(ep) == (aim->of != AIM_WAITING) &&
	       !(ep->leg == aim->giver && !strcmp(who, "others"));
}


static void collect(struct command_targets *t, const struct aim *aim,
		    meant_h *meant, const char *who)
{
	const struct conference *c = aim->c;

	t->count = 0;

	for (struct le *le = c->users.head; le; le = le->next) {
		struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			if (t->count < COMMAND_TARGETS_MAX &&
			    is_among(e->data, aim, who) && meant(e->data, who))
				t->list[t->count++] = e->data;
		}
	}
}


static int compare(const void *a, const void *b)
{
	const struct endpoint *const *l = a, *const *r = b;

	return (*l)->number < (*r)->number ? -1 : 1;
}


static void find(struct command_targets *t, const struct aim *aim,
		 const char *who)
{
	/* the exact before the vague; the first that finds somebody wins */
	static meant_h *const order[] = {is_number, is_uri, is_name, is_piece};
	const size_t count = sizeof(order) / sizeof(order[0]) -
			     (aim->of == AIM_IN_EXACTLY || !may_be_piece(who));

	if (!strcmp(who, "all") || !strcmp(who, "last") ||
	    !strcmp(who, "others")) {
		collect(t, aim, is_all, who);
	}
	else if (!strcmp(who, "non_moderator") || !strcmp(who, "guests")) {
		collect(t, aim, is_guest, who);
	}
	else {
		for (size_t i = 0; i < count; i++) {
			collect(t, aim, order[i], who);
			if (t->count)
				break;
		}
	}

	qsort(t->list, t->count, sizeof(t->list[0]), compare);

	if (!strcmp(who, "last") && t->count) {
		t->list[0] = t->list[t->count - 1];
		t->count = 1;
	}
}


static bool is_group(const char *who)
{
	static const char *const groups[] = {"all", "others", "guests",
					     "non_moderator"};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (!strcmp(who, groups[i]))
			return true;
	}

	return false;
}


static bool several_users(const struct command_targets *t)
{
	for (unsigned i = 1; i < t->count; i++) {
		if (t->list[i]->user != t->list[0]->user)
			return true;
	}

	return false;
}


static void fail_ambiguous(struct command *cmd,
			   const struct command_targets *t, const char *who)
{
	json_t *candidates = json_array();
	char words[200];

	for (unsigned i = 0; i < t->count; i++) {
		const struct endpoint *ep = t->list[i];

		(void)json_array_append_new(
			candidates,
			json_pack("{s:i,s:s,s:s,s:s,s:s,s:I}", "endpoint",
				  (int)ep->number, "user", ep->user->aor,
				  "display", ep->display, "label", ep->label,
				  "status", endpoint_status_name(ep), "since",
				  (json_int_t)ep->since_ms));
	}

	(void)snprintf(words, sizeof(words),
		       "'%.64s' could be %u; say the number or the address",
		       who, t->count);
	command_fail_with(cmd, REASON_AMBIGUOUS,
			  json_pack("{s:o}", "candidates", candidates), words);
}


/** Where pieces are not enough, who has typed one is told so */
static void fail_nobody(struct command *cmd, struct command_targets *t,
			const struct aim *aim, const char *who)
{
	if (aim->of == AIM_IN_EXACTLY && may_be_piece(who))
		collect(t, aim, is_piece, who);

	command_fail(cmd, REASON_NOT_FOUND,
		     t->count ? "nobody here is '%.64s': this takes a whole "
				"name, an address or a number"
		     : aim->of == AIM_WAITING ? "nobody who waits is '%.64s'"
					      : "nobody here is '%.64s'",
		     who);
}


bool command_targets(struct command *cmd, struct command_targets *t,
		     enum command_aim of)
{
	const struct aim aim = {cmd->conference, of, cmd->leg};
	char who[512];

	t->list = NULL;
	t->count = 0;

	if (!*command_target(cmd, who, sizeof(who))) {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "whom? \"target\" is missing");
		return false;
	}

	t->list = mem_zalloc((cmd->conference->participants + 1) *
				     sizeof(t->list[0]),
			     NULL);
	if (!t->list) {
		command_fail(cmd, REASON_INTERNAL, "out of memory");
		return false;
	}

	find(t, &aim, who);

	if (!t->count)
		fail_nobody(cmd, t, &aim, who);
	else if (!is_group(who) && several_users(t))
		fail_ambiguous(cmd, t, who);
	else
		return true;

	t->list = mem_deref(t->list);

	return false;
}


json_t *command_numbers(const struct command_targets *t)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < t->count; i++)
		(void)json_array_append_new(list,
					    json_integer(t->list[i]->number));

	return json_pack("{s:o}", "changed", list);
}


void command_changed(struct command *cmd, const struct command_targets *t)
{
	command_ok(cmd, command_numbers(t));
}


struct endpoint *command_giver(const struct command *cmd)
{
	return cmd->leg ? focus_leg_endpoint(cmd->focus, cmd->leg) : NULL;
}


bool command_outranks(const struct command *cmd, const struct endpoint *ep)
{
	const struct endpoint *giver = command_giver(cmd);

	return !cmd->leg ||
	       (giver && (giver == ep || giver->user->role >= ep->user->role));
}
