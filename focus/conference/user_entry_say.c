/**
 * @file focus/conference/user_entry_say.c  What who waits to be let in is told
 * at a telephone
 */
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"


static void tell_phone(struct endpoint *ep, const char *const names[],
		       size_t count)
{
	if (!ep->has_page && ep->status == ENDPOINT_CONNECTED && count)
		(void)endpoint_say(ep, names, count, NULL);
}


static const char *prompt_of(const struct endpoint *ep)
{
	switch (ep->entry.state) {

	case ENTRY_NUMBER: return "enter_number";
	case ENTRY_PIN:
		return ep->user->conference->settings.guest_pin.given
			       ? "enter_pin"
			       : "enter_pin_or_hash";
	case ENTRY_HOST: return "wait_for_host";
	default: return "wait_to_be_admitted";
	}
}


static void ask_again_h(void *arg)
{
	struct endpoint *ep = arg;
	const char *const names[] = {prompt_of(ep)};

	tmr_start(&ep->entry.prompt_tmr, ENTRY_PROMPT_MS, ask_again_h, ep);
	if ((ep->entry.state == ENTRY_PIN ||
	     ep->entry.state == ENTRY_NUMBER) &&
	    !*ep->entry.digits)
		tell_phone(ep, names, ARRAY_SIZE(names));
}


void entry_tell_state(struct endpoint *ep, const char *first)
{
	const char *const names[] = {first, prompt_of(ep)};

	if (first)
		tell_phone(ep, names, 2);
	else
		tell_phone(ep, names + 1, 1);
	tmr_start(&ep->entry.prompt_tmr, ENTRY_PROMPT_MS, ask_again_h, ep);
}


void entry_tell_pause(struct endpoint *ep, uint64_t wait_ms)
{
	static const char *const names[] = {"too_soon"};

	tell_phone(ep, names, ARRAY_SIZE(names));
	/* then he may try */
	tmr_start(&ep->entry.prompt_tmr, MAX(wait_ms, ENTRY_PROMPT_MS),
		  ask_again_h, ep);
}


static bool somebody_waits(const struct conference *c)
{
	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			const struct endpoint *ep = e->data;

			if (ep->entry.state == ENTRY_LOBBY &&
			    !ep->entry.leaving)
				return true;
		}
	}

	return false;
}


static void tell_hosts(const struct conference *c)
{
	static const char *const names[] = {"somebody_waits"};

	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			if (u->role >= ROLE_MODERATOR &&
			    endpoint_is_in(e->data))
				tell_phone(e->data, names, ARRAY_SIZE(names));
		}
	}
}


/** Many who come, or one who comes again and again, are told of together */
static void knocked_h(void *arg)
{
	struct conference *c = arg;

	if (!c->knocked)
		return;

	c->knocked = false;
	if (!somebody_waits(c))
		return;

	tell_hosts(c);
	tmr_start(&c->knock_tmr, ENTRY_KNOCK_MS, knocked_h, c);
}


void entry_tell_hosts(const struct endpoint *ep)
{
	struct conference *c = ep->user->conference;

	if (ep->entry.state != ENTRY_LOBBY)
		return;

	c->knocked = true;
	if (!tmr_isrunning(&c->knock_tmr))
		knocked_h(c);
}


void entry_tell_entered(struct endpoint *ep, enum entry_state from)
{
	const char *names[3];
	size_t n = 0;

	if (from == ENTRY_HOST)
		names[n++] = "host_is_here";
	else if (ep->user->role == ROLE_HOST)
		names[n++] = "you_are_host";
	else
		names[n++] = "admitted";
	if (ep->levels.muted)
		names[n++] =
			endpoint_may_unmute(ep) ? "muted_by_host" : "muted";
	/* whoever is the first is told that instead */
	if (conference_count_in(ep->user->conference) > 1)
		tell_phone(ep, names, n);
}


const char *entry_farewell(enum reason reason)
{
	switch (reason) {

	case REASON_TOO_MANY_TRIES: return "too_many_tries";
	case REASON_DENIED: return "denied";
	case REASON_FULL: return "is_full";
	case REASON_LOCKED: return "is_locked";
	case REASON_NOT_FOUND: return "no_such_conference";
	default: return NULL;
	}
}
