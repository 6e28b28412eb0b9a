/**
 * @file focus/conference/say.c  A message from who writes to all others
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "focus/conference/chat.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/focus.h"
#include "focus/conference/say.h"
#include "focus/conference/user.h"
#include "focus/config/config.h"
#include "mixer/base/clock.h"


/** Whoever writes and reads: not one who is still called or let in */
static bool takes_part(const struct endpoint *ep)
{
	return ep->status == ENDPOINT_CONNECTED && endpoint_is_in(ep);
}


static enum reason may_write(struct conference *c, struct endpoint *from)
{
	if (!from)
		return c->announced ? REASON_NONE : REASON_NOT_FOUND;

	if (from->user->conference != c || !takes_part(from))
		return REASON_FORBIDDEN;

	return chat_take(&c->chat, &from->chat_rate, clock_us() / 1000)
		       ? REASON_NONE
		       : REASON_TOO_FAST;
}


static enum reason compose(struct chat_message **mp, const char *text,
			   size_t len)
{
	switch (chat_message_alloc(mp, text, len)) {

	case 0: return REASON_NONE;
	case EBADMSG: return REASON_BAD_REQUEST;
	case EMSGSIZE: return REASON_TOO_LONG;
	default: return REASON_INTERNAL;
	}
}


/** Who wrote it, as the others see him: who is anonymous stays so */
static enum reason sign(struct chat_message *m, struct conference *c,
			const struct endpoint *from)
{
	const char *name =
		from ? endpoint_name(from) : c->focus->config->chat_name;

	if (from && str_dup(&m->user, from->user->aor))
		return REASON_INTERNAL;

	m->endpoint = from ? from->number : 0;
	(void)utf8_clean(m->label, sizeof(m->label), name);
	m->time_ms = conference_time_ms();
	m->number = ++c->chat.last_number;

	return REASON_NONE;
}


static void tell_event(struct conference *c, const struct endpoint *from,
		       const struct chat_message *m)
{
	json_t *fields =
		json_pack("{s:I,s:s,s:s%}", "number", (json_int_t)m->number,
			  "from", m->label, "text", m->text, m->bytes);

	if (from)
		endpoint_emit(from, "chat", fields);
	else
		conference_emit(c, "chat", fields);
}


static void tell_all(const struct conference *c, const struct endpoint *from,
		     struct chat_message *m)
{
	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			const struct endpoint *ep = e->data;

			if (ep != from && takes_part(ep) && ep->ops &&
			    ep->ops->told)
				ep->ops->told(ep->session, m);
		}
	}
}


enum reason conference_say(struct conference *c, struct endpoint *from,
			   const char *text, size_t len, uint64_t *number)
{
	struct chat_message *m = NULL;
	enum reason reason = compose(&m, text, len);

	if (reason == REASON_NONE)
		reason = may_write(c, from);
	if (reason == REASON_NONE)
		reason = sign(m, c, from);
	if (reason == REASON_NONE) {
		if (c->settings.chat_kept)
			chat_keep(&c->chat, &c->focus->chat_shelf, m);
		if (number)
			*number = m->number;
		tell_event(c, from, m);
		tell_all(c, from, m);
	}
	mem_deref(m);

	return reason;
}


enum reason focus_say(struct endpoint *ep, const char *text, size_t len,
		      uint64_t *number)
{
	return conference_say(ep->user->conference, ep, text, len, number);
}
