/**
 * @file signaling/session/recipients.c  Whom an INVITE wants dialled (RFC
 * 5366)
 */
#include <errno.h>
#include <strings.h>
#include "focus/policy/policy.h"
#include "mixer/base/log.h"
#include "signaling/message/identity.h"
#include "signaling/message/target.h"
#include "signaling/session/recipients.h"
#include "signaling/session/session_private.h"

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

int recipients_read(struct resource_list **lp, struct sessions *all,
		    const struct sip_msg *msg, const struct identity *who)
{
	const struct config *config = all->config;
	struct resource_list *list = NULL;
	struct header_part part;
	struct flow_info flow;
	int err;

	*lp = NULL;
	err = header_part(&part, msg, RESOURCE_LIST_TYPE,
			  RESOURCE_LIST_DISPOSITION);
	if (err == ENOENT || err == ENOTSUP)
		return 0;
	if (!err && (!config->max_recipients ||
		     !policy_may_dial(config, true, who->known))) {
		session_refuse(all, msg, NULL, REASON_FORBIDDEN);
		return EACCES;
	}
	if (!err)
		err = read_list(&list, &part, config->max_recipients);
	if (err)
		return refuse_body(all, msg, err);
	if (has_emergency(list, config)) {
		mem_deref(list);
		session_refuse(all, msg, NULL, REASON_FORBIDDEN);
		return EACCES;
	}
	if (layer_flow(all->layer, msg, &flow) ||
	    !dial_in_time(all, &flow, who->known, (unsigned)list->count)) {
		mem_deref(list);
		session_refuse(all, msg, NULL, REASON_OVERLOAD);
		return EAGAIN;
	}
	*lp = list;

	return 0;
}

void recipients_dial(struct session *s)
{
	struct resource_list *list = s->recipients;
	struct dial dial = {.conference = s->conference};
	char *history = NULL;
	size_t i;

	s->recipients = NULL;
	if (!list)
		return;
	if (resource_list_history(&history, list))
		log_warn("session", "no history of recipients");
	dial.history = history;
	dial.icid = s->charging ? s->charging->icid : NULL;
	for (i = 0; i < list->count; i++) {
		const struct resource *r = &list->v[i];
		enum reason reason;

		/* who asks is here already */
		if (!strcasecmp(r->aor, s->aor))
			continue;
		dial.uri = r->uri;
		dial.anonymous = r->anonymize;
		reason = dial_begin(s->all, &dial, NULL);
		if (reason != REASON_NONE)
			focus_dial_failed(s->all->focus, s->conference,
					  r->anonymize ? IDENTITY_ANONYMOUS
						       : r->uri,
					  reason);
	}
	mem_deref(history);
	mem_deref(list);
}
