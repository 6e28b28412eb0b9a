/**
 * @file focus/conference/user_end.c  Whose leaving ends a conference
 */
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"


/** For a host who was cut off, before it ends with him */
enum { HOST_WAIT_MS = 60000 };


bool conference_has_host(const struct conference *c)
{
	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		if (u->role == ROLE_HOST && user_is_in(u))
			return true;
	}

	return false;
}


/** He may have come back since, where he was waited for */
static void host_left_h(void *arg)
{
	if (!conference_has_host(arg))
		endpoint_evict_all(arg, REASON_ENDED);
}


void endpoint_await_host(struct conference *c)
{
	if (c->settings.end_with_host && !c->ending && !conference_has_host(c))
		conference_end_in(c, HOST_WAIT_MS, host_left_h);
}


/** Is or comes anybody of himself, so that those who are called would not meet
 *  nobody? */
static bool is_attended(const struct conference *c)
{
	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			const struct endpoint *ep = e->data;

			if (ep->status == ENDPOINT_CONNECTED ||
			    !ep->dialled_out)
				return true;
		}
	}

	return false;
}


/** Somebody may have come in since */
static void abandoned_h(void *arg)
{
	struct conference *c = arg;

	if (is_attended(c)) {
		endpoint_await_host(c);
		return;
	}

	c->abandoned = true;
	endpoint_evict_all(c, REASON_ENDED);
}


/** Not by himself: his network, or the server. One whose call was up and who
 *  cannot be reached any more was cut off, too */
static bool is_cut_off(enum reason reason, bool was_in)
{
	return past_cut_until_ms(reason) ||
	       (was_in && reason == REASON_UNAVAILABLE);
}


/** One who was in has left: those who still ring for it are called off with
 *  the last. Where nobody was in yet they are what it waits for. A host
 *  whose network fails comes back in a moment, mostly, and not by his first
 *  try */
void conference_left(struct conference *c, bool host, enum reason reason,
		     bool was_in)
{
	const bool ends =
		host && c->settings.end_with_host && !conference_has_host(c);
	const bool tries = !was_in && tmr_isrunning(&c->end_tmr);

	if (ends)
		conference_set_calls_off(c);
	if (ends && !tries && is_cut_off(reason, was_in)) {
		endpoint_await_host(c);
	}
	else if (ends && !tries) {
		c->ending = true;
		conference_end_in(c, 0, host_left_h);
	}
	if (!c->ending && !is_attended(c))
		conference_end_in(c, 0, abandoned_h);
}
