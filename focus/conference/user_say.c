/**
 * @file focus/conference/user_say.c  What is said to an endpoint, and to all
 */
#include <string.h>
#include "focus/conference/announce.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "focus/config/config.h"


/** It has been said, or never will be: whoever waits for that is told once */
static void over(struct endpoint *ep)
{
	endpoint_said_h *saidh = ep->saidh;

	tmr_cancel(&ep->said_tmr);
	ep->saidh = NULL;
	if (saidh)
		saidh(ep);
}


static void over_h(void *arg)
{
	over(arg);
}


bool endpoint_say(struct endpoint *ep, const char *const names[], size_t count,
		  endpoint_said_h *saidh)
{
	const struct conference *c = ep->user->conference;
	const struct bearer_words words = {
		.names = names,
		.count = count,
		.language = conference_language(c),
		.number = ++ep->saying,
	};
	bool heard = false;

	tmr_cancel(&ep->said_tmr);
	for (size_t i = 0; i < ENDPOINT_BEARERS; i++) {
		struct bearer *b = ep->bearers[i];

		if (b->ops->say && b->ops->say(b, &words))
			heard = true;
	}
	ep->saidh = heard && count ? saidh : NULL;

	return heard;
}


void endpoint_said(struct endpoint *ep, uint32_t number)
{
	if (number && number == ep->saying)
		over(ep);
}


void endpoint_say_lost(struct endpoint *ep)
{
	if (ep->saidh)
		tmr_start(&ep->said_tmr, 0, over_h, ep);
}


static struct endpoint *any_inside(const struct conference *c)
{
	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			if (endpoint_is_in(e->data))
				return e->data;
		}
	}

	return NULL;
}


void endpoint_welcome(struct endpoint *ep)
{
	static const char *const echo[] = {"echo"};
	struct conference *c = ep->user->conference;

	if (c->echoes)
		(void)endpoint_say(ep, echo, 1, NULL);
	endpoint_say_alone(c, "first");
	if (!ep->replaces)
		conference_tone(c, "joined");
}


/** Whoever is on the way in, or rings, is company: they may be there before
 * the words are over */
void endpoint_say_alone(const struct conference *c, const char *announcement)
{
	struct endpoint *ep =
		conference_count_in(c) == 1 ? any_inside(c) : NULL;

	if (c->echoes || !strcmp(c->focus->config->waiting_sound, "silence"))
		return;

	/* a page has words for it */
	if (ep && ep->status == ENDPOINT_CONNECTED && !ep->webrtc)
		(void)endpoint_say(ep, &announcement, 1, NULL);
}


void endpoint_say_muted(struct endpoint *ep)
{
	const char *announcement = !ep->levels.muted         ? "unmuted"
				   : endpoint_may_unmute(ep) ? "muted_by_host"
							     : "muted";

	if (ep->status == ENDPOINT_CONNECTED && endpoint_is_in(ep) &&
	    !ep->has_page)
		(void)endpoint_say(ep, &announcement, 1, NULL);
}
