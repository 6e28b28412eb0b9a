/**
 * @file focus/conference/user_end.c  Whose leaving ends a conference
 */
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "mixer/base/clock.h"


/** For a host who was cut off, before it ends with him */
enum {
	HOST_WAIT_MS = 60000,
	/** ...and for one who loads his page anew, with others at the door */
	RELOAD_WAIT_MS = 20000
};


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
	struct conference *c = arg;

	c->ending = false;
	if (!conference_has_host(c))
		endpoint_evict_all(c, REASON_ENDED);
}


void endpoint_await_host(struct conference *c)
{
	if (c->settings.end_with_host && !c->ending && !conference_has_host(c))
		conference_end_in(c, HOST_WAIT_MS, host_left_h);
}


/** Is or comes anybody of himself, so that those who are called would not meet
 *  nobody? Who waits to be let in may never be */
static bool is_attended(const struct conference *c)
{
	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			const struct endpoint *ep = e->data;

			if (endpoint_is_in(ep) &&
			    (ep->status == ENDPOINT_CONNECTED ||
			     !ep->dialled_out))
				return true;
		}
	}

	return false;
}


void conference_begin_anew(struct conference *c)
{
	if (conference_count_in(c))
		return;

	c->made = false;
	entry_reconsider(c);
}


/** Somebody may have come in since */
static void abandoned_h(void *arg)
{
	struct conference *c = arg;

	if (is_attended(c)) {
		endpoint_await_host(c);
		return;
	}
	if (!c->entered) {
		conference_begin_anew(c);
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


/** Is one away who could let in who waits, and can prove that he may?
 *  @param cut_off He did not go of himself */
static bool awaits_host(const struct conference *c, bool cut_off)
{
	const uint64_t now_ms = clock_us() / 1000;

	for (struct le *le = c->kept.head; le; le = le->next) {
		const struct kept *k = le->data;

		if (k->role >= ROLE_MODERATOR &&
		    (!cut_off || k->cut_until_ms > now_ms))
			return true;
	}

	return cut_off && tmr_isrunning(&c->end_tmr);
}


/** Nobody is in it any more: those who still ring for it are called off, and
 *  those who wait are told. Where nobody was in yet who rings is what it waits
 *  for */
static void deserted(struct conference *c, bool steered, bool host_cut_off)
{
	if (!c->entered && conference_count_in(c))
		return;

	if (c->waiting && steered && !host_cut_off && awaits_host(c, false))
		conference_end_in(c, RELOAD_WAIT_MS, abandoned_h);
	else if (!c->waiting || !awaits_host(c, true))
		conference_end_in(c, 0, abandoned_h);
	else if (host_cut_off || !tmr_isrunning(&c->end_tmr))
		conference_end_in(c, HOST_WAIT_MS, abandoned_h);
}


/** A host whose network fails comes back in a moment, mostly, and not by his
 *  first try. One who never was in ends nothing for those who are */
void conference_left(struct conference *c, const struct user *last,
		     enum reason reason, bool was_in)
{
	const bool host = last && last->role == ROLE_HOST;
	const bool ends =
		host && c->settings.end_with_host && !conference_has_host(c);
	const bool tries = !was_in && tmr_isrunning(&c->end_tmr);
	const bool cut_off = is_cut_off(reason, was_in);

	if (ends)
		conference_set_calls_off(c);
	if (ends && last->entered && !tries && cut_off) {
		endpoint_await_host(c);
	}
	else if (ends && last->entered && !tries) {
		c->ending = true;
		conference_end_in(c, 0, host_left_h);
	}
	if (!c->ending && !is_attended(c))
		deserted(c, last && last->role >= ROLE_MODERATOR && !ends,
			 host && cut_off && !ends);
}
