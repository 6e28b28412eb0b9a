/**
 * @file signaling/conference/recipients.c  Whom an INVITE wants dialled (RFC
 * 5366)
 */
#include <errno.h>
#include <strings.h>
#include "focus/conference/focus.h"
#include "focus/config/config.h"
#include "focus/policy/policy.h"
#include "mixer/base/log.h"
#include "signaling/conference/conference_private.h"
#include "signaling/message/charging.h"
#include "signaling/message/header.h"
#include "signaling/message/identity.h"
#include "signaling/message/resource_list.h"
#include "signaling/message/target.h"
#include "signaling/session/dial.h"
#include "signaling/session/dialog.h"
#include "signaling/session/invitation.h"
#include "signaling/session/party.h"
#include "signaling/session/refusal.h"
#include "signaling/session/session.h"
#include "signaling/session/session_headers.h"

static int refuse_body(struct sessions *all, const struct sip_msg *msg,
		       int err)
{
	switch (err) {

	case ENOMEM: session_refuse(all, msg, NULL, REASON_INTERNAL); break;

	case E2BIG:
	case EMSGSIZE:
		session_refuse_protocol(all, msg, NULL, 413,
					"Request Entity Too Large",
					"Warning: 399 parley"
					" \"Too many recipients\"\r\n");
		break;

	case ENOTSUP:
		session_refuse_protocol(all, msg, NULL, 415,
					"Unsupported Media Type",
					SESSION_ACCEPT);
		break;

	default:
		session_refuse_protocol(all, msg, NULL, 400, "Bad Request",
					"Warning: 399 parley"
					" \"Bad list of recipients\"\r\n");
		break;
	}
	return err;
}

static bool has_emergency(const struct resource_list *list,
			  const struct config *config)
{
	struct pl uri;
	size_t i;

	for (i = 0; i < list->count; i++) {
		pl_set_str(&uri, list->v[i].uri);
		if (target_is_emergency(&uri, config))
			return true;
	}
	return false;
}

static int read_list(struct resource_list **lp, const struct header_part *part,
		     size_t max)
{
	struct mbuf *mb = NULL;
	int err = header_part_decode(&mb, part);

	if (err)
		return err;
	err = resource_list_read(lp, (const char *)mbuf_buf(mb),
				 mbuf_get_left(mb), max);
	mem_deref(mb);

	return err;
}

/* May they be dialled? 0: go on; else it has been answered */
static int check_list(struct sessions *all, const struct invitation *in,
		      const struct resource_list *list)
{
	const struct config *config = sessions_base(all)->config;
	enum reason reason = REASON_NONE;

	if (has_emergency(list, config))
		reason = REASON_FORBIDDEN;
	else if (!dial_in_time(all, NULL, &in->flow, in->who->known,
			       (unsigned)list->count))
		reason = REASON_OVERLOAD;
	if (reason == REASON_NONE)
		return 0;
	session_refuse(all, in->msg, NULL, reason);

	return EACCES;
}

int recipients_in(struct sessions *all, struct invitation *in)
{
	const struct config *config = sessions_base(all)->config;
	struct resource_list *list = NULL;
	struct header_part part;
	int err;

	err = header_part(&part, in->msg, RESOURCE_LIST_TYPE,
			  RESOURCE_LIST_DISPOSITION);
	if (err == ENOENT || err == ENOTSUP)
		return 0;
	if (!err && (!config->max_recipients ||
		     !policy_may_dial(config, true, in->who->known))) {
		session_refuse(all, in->msg, NULL, REASON_FORBIDDEN);
		return EACCES;
	}
	if (!err)
		err = read_list(&list, &part, config->max_recipients);
	if (!err && !plan_of(in))
		err = ENOMEM;
	if (err) {
		mem_deref(list);
		return refuse_body(all, in->msg, err);
	}
	if (check_list(all, in, list)) {
		mem_deref(list);
		return EACCES;
	}
	in->has_list = true;
	plan_dial(in->plan, list);

	return 0;
}

bool recipients_question(const struct session *s, void *plan,
			 struct question *q)
{
	const struct party *party = session_party(s);

	if (!plan_recipients(plan))
		return false;
	*q = (struct question){
		.kind = QUESTION_DIAL,
		.conference = party->conference,
		.asker = {.aor = party->aor,
			  .known = party->known,
			  .entering = true},
	};

	return true;
}

/* Of one that is to be dialled nobody hears but those who follow */
static void dial_one(struct session *s, const struct resource *r,
		     struct dial *dial)
{
	enum reason reason = REASON_FORBIDDEN;

	dial->uri = r->uri;
	dial->anonymous = r->anonymize;
	if (focus_endpoint_may_dial(session_endpoint(s)))
		reason = dial_begin(session_table(s), dial, NULL);
	if (reason != REASON_NONE)
		focus_dial_failed(sessions_base(session_table(s))->focus,
				  dial->conference,
				  r->anonymize ? IDENTITY_ANONYMOUS : r->uri,
				  reason);
}

void recipients_dial(struct session *s, const struct plan *plan)
{
	const struct resource_list *list = plan_recipients(plan);
	const struct party *party = session_party(s);
	const struct charging *charging = dialog_charging(session_dialog(s));
	struct dial dial = {.conference = party->conference};
	char *history = NULL;
	size_t i;

	/* who is not let in has nobody let in */
	if (!list || !session_endpoint(s) ||
	    !focus_endpoint_is_in(session_endpoint(s)))
		return;
	if (resource_list_history(&history, list))
		log_warn("session", "no history of recipients");
	dial.history = history;
	dial.icid = charging ? charging->icid : NULL;
	for (i = 0; i < list->count; i++) {
		/* who asks is here already */
		if (strcasecmp(list->v[i].aor, party->aor) != 0)
			dial_one(s, &list->v[i], &dial);
	}
	mem_deref(history);
}
