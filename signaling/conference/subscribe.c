/**
 * @file signaling/conference/subscribe.c  Who may watch a conference (RFC 4575
 * sec. 3.4)
 *
 * Rosters are for those who take part: known by the dialog or the connection
 * of their session, or by address-of-record, host and port where no proxy is
 * between. Beside them for those of whom a trusted host or digest says who
 * they are; then a claim to be one of these is not enough.
 */
#include <errno.h>
#include <string.h>
#include "focus/conference/focus.h"
#include "focus/roster/conference_info.h"
#include "mixer/base/log.h"
#include "signaling/auth/auth.h"
#include "signaling/conference/conference_private.h"
#include "signaling/conference/member.h"
#include "signaling/event/conference_events.h"
#include "signaling/event/notifier.h"
#include "signaling/message/header.h"
#include "signaling/message/host.h"
#include "signaling/message/identity.h"
#include "signaling/message/sender.h"
#include "signaling/message/session_id.h"
#include "signaling/session/dialog.h"
#include "signaling/session/party.h"
#include "signaling/session/refusal.h"
#include "signaling/session/session.h"
#include "signaling/session/session_headers.h"
#include "signaling/transport/layer.h"

enum { EVENT_ID_MAX = 64 };

/** A SUBSCRIBE while it is judged */
struct asked {
	struct sessions *all;
	struct session *s; /**< in whose dialog it came, NULL: outside */
	const struct sip_msg *msg;
	struct flow_info flow;
	char *conference, *entity, *id, *member;
	const struct session *self; /**< of who asks, NULL: he has none */
	struct identity *who;
	struct conference_subscribe sub;
};

static int subscribe_refuse(const struct asked *a, uint16_t status,
			    const char *phrase, const char *headers)
{
	session_refuse_protocol(a->all, a->msg, NULL, status, phrase, headers);
	return EPROTO;
}

static int subscribe_refuse_reason(const struct asked *a, enum reason reason)
{
	session_refuse(a->all, a->msg, NULL, reason);
	return EPROTO;
}

/* ----------------------------------------------------------- what it wants */

/* 0: go on; else it has been answered. All below are the same */
static int read_event(struct asked *a)
{
	const struct sip_hdr *hdr = sip_msg_hdr(a->msg, SIP_HDR_EVENT);
	struct sipevent_event se;

	if (!hdr || sipevent_event_decode(&se, &hdr->val) ||
	    pl_strcasecmp(&se.event, "conference"))
		return subscribe_refuse(a, 489, "Bad Event",
					SESSION_ALLOW_EVENTS);
	if (!pl_isset(&se.id))
		return 0;
	if (se.id.l > EVENT_ID_MAX)
		return subscribe_refuse_reason(a, REASON_BAD_REQUEST);

	return header_text(&a->id, &se.id, EVENT_ID_MAX)
		       ? subscribe_refuse_reason(a, REASON_INTERNAL)
		       : 0;
}

struct accepts {
	bool type, activity;
};

static bool accept_h(const struct sip_hdr *hdr, const struct sip_msg *msg,
		     void *arg)
{
	struct accepts *accepts = arg;
	struct pl type, params;
	(void)msg;

	if (re_regex(hdr->val.p, hdr->val.l, "[^; \t]+[^]*", &type, &params))
		return false;
	if (!pl_strcasecmp(&type, CONFERENCE_INFO_TYPE)) {
		accepts->type = true;
		if (!re_regex(params.p, params.l, "activity=yes"))
			accepts->activity = true;
	}
	else if (!pl_strcasecmp(&type, "application/*") ||
		 !pl_strcasecmp(&type, "*/*"))
		accepts->type = true;

	return false;
}

/* Absent, it is the package's own type (RFC 4575 section 3.5) */
static int read_accept(struct asked *a)
{
	struct accepts accepts = {.type = false};

	if (!sip_msg_hdr(a->msg, SIP_HDR_ACCEPT))
		return 0;
	(void)sip_msg_hdr_apply(a->msg, true, SIP_HDR_ACCEPT, accept_h,
				&accepts);
	a->sub.activity = accepts.activity;

	return accepts.type ? 0
			    : subscribe_refuse(a, 406, "Not Acceptable",
					       "Accept: " CONFERENCE_INFO_TYPE
					       "\r\n");
}

/* The conference's URI as the subscriber knows it, without what belongs to
 * this request only */
static int read_watched(struct asked *a)
{
	const struct uri *uri = &a->msg->uri;
	char port[16] = "", *user = NULL;
	int err;

	if (!a->s &&
	    !host_is_ours(sessions_base(a->all)->config, &uri->host, &a->flow))
		return subscribe_refuse_reason(a, REASON_NOT_FOUND);
	if (uri->port)
		(void)re_snprintf(port, sizeof(port), ":%u", uri->port);
	err = re_sdprintf(&a->entity,
			  uri->af == AF_INET6 ? "%r:%r@[%r]%s" : "%r:%r@%r%s",
			  &uri->scheme, &uri->user, &uri->host, port);
	if (!err && strlen(a->entity) > HEADER_URI_MAX)
		err = EBADMSG;
	if (!err)
		err = a->s ? str_dup(&user, session_party(a->s)->conference)
			   : header_user(&user, uri);
	if (err) {
		mem_deref(user);
		return subscribe_refuse_reason(
			a,
			err == ENOENT ? REASON_NOT_FOUND : REASON_BAD_REQUEST);
	}
	a->conference = user;

	return 0;
}

/* -------------------------------------------------------------- who it is */

static const struct session *find_member(const struct sessions *all,
					 const char *conference,
					 const struct conference_watcher *who)
{
	const struct flow_info flow = {.id = who->flow};

	return who->known ? member_known(all, conference, who->aor, &flow)
			  : member_from(all, conference, who);
}

/* Who waits to be let in is told of himself alone */
static enum conference_info_view view_of(const struct endpoint *ep)
{
	if (!focus_endpoint_is_in(ep))
		return VIEW_SELF;

	return focus_endpoint_role(ep) >= ROLE_MODERATOR ? VIEW_HOSTS
							 : VIEW_MEMBERS;
}

static struct conference_sight sight_of(const struct session *s)
{
	const struct endpoint *ep = session_endpoint(s);

	return (struct conference_sight){view_of(ep),
					 focus_endpoint_number(ep)};
}

static bool member_h(const char *conference,
		     const struct conference_watcher *who,
		     struct conference_sight *sight, void *arg)
{
	const struct session *member = find_member(arg, conference, who);

	if (member)
		*sight = sight_of(member);

	return member != NULL;
}

static const struct session *asker_of(const struct asked *a)
{
	return find_member(a->all, a->conference, &a->sub.who);
}

static int read_identity(struct asked *a)
{
	char *user = NULL;
	int err;

	if (auth_check(sessions_base(a->all)->auth, a->msg, &a->flow, &user) !=
	    AUTH_PASS)
		return EACCES;
	if (user)
		layer_flow_proved(sessions_base(a->all)->layer, a->flow.id);
	err = identity_read(&a->who, a->msg, &a->flow, user,
			    sessions_base(a->all)->config);
	mem_deref(user);
	if (err)
		return err == ENOTSUP
			       ? subscribe_refuse(a, 500,
						  "Privacy Unavailable", NULL)
			       : subscribe_refuse_reason(a,
							 REASON_BAD_REQUEST);
	a->sub.who.aor = a->who->aor;

	return 0;
}

/* Who has proved who he is, or of whom it is asserted: where anybody could
 * come in he may watch without. A claim to be one of these is not enough */
static void judge_known(struct asked *a)
{
	struct conference_subscribe *sub = &a->sub;

	sub->who.known = true;
	a->self = asker_of(a);
	sub->may = a->self || !focus_has_door(sessions_base(a->all)->focus,
					      a->conference);
	sub->reached = true;
	sub->stays = true;
}

static void judge_claimed(struct asked *a)
{
	struct conference_subscribe *sub = &a->sub;

	/* a proxy's port is that of all whom it sends here */
	a->self = sender_is_direct(a->msg) ? asker_of(a) : NULL;
	sub->may = a->self != NULL;
	/* whoever forges its address says where the roster shall go, too: only
	 * where its call said */
	sub->reached =
		a->self && dialog_is_target(session_dialog(a->self), a->msg);
}

/* Sets sub.may, and stays where that does not stand and fall with a session */
static int judge_asker(struct asked *a)
{
	struct conference_subscribe *sub = &a->sub;
	int err;

	sub->who.flow = a->flow.id;
	sub->who.peer = a->flow.peer;
	sub->arg = a->all;
	sub->memberh = member_h;
	a->self = a->s ? a->s : asker_of(a);
	/* it is on its way, or goes: nobody knows what it may see */
	if (a->s && !session_endpoint(a->s))
		return subscribe_refuse(a, 500, "Server Internal Error",
					"Retry-After: 2\r\n");
	if (a->self) {
		sub->who.aor = session_party(a->self)->aor;
		sub->who.known = session_party(a->self)->known;
		sub->session_id =
			dialog_session_id(session_dialog(a->self))->local;
		sub->may = true;
		/* who has proved who he is may watch from outside as well */
		sub->stays = sub->who.known;
		return 0;
	}
	err = read_identity(a);
	if (err)
		return err;
	if (a->who->known)
		judge_known(a);
	else
		judge_claimed(a);

	return 0;
}

/* Whose it is among those who take part: of a session, however often its
 * dialog moves */
static int name_member(struct asked *a)
{
	if (!a->sub.may || !a->self || !session_endpoint(a->self))
		return 0;

	a->sub.sight = sight_of(a->self);
	if (re_sdprintf(&a->member, "%llu", session_id(a->self)))
		return subscribe_refuse_reason(a, REASON_INTERNAL);
	a->sub.member = a->member;

	return 0;
}

static void subscribe_begin(struct asked *a)
{
	struct conference_subscribe sub = a->sub;
	char contact[HEADER_URI_MAX];
	int err = 0;

	if (a->s)
		str_ncpy(contact, dialog_contact(session_dialog(a->s)),
			 sizeof(contact));
	else
		err = layer_contact(sessions_base(a->all)->layer, a->flow.id,
				    a->conference, contact, sizeof(contact));
	sub.conference = a->conference;
	sub.entity = a->entity;
	sub.contact = contact;
	sub.id = a->id;
	sub.dlg = a->s ? dialog_sip(session_dialog(a->s)) : NULL;
	if (!err)
		err = conference_events_begin(sessions_base(a->all)->events,
					      a->msg, &sub);

	switch (err) {

	case 0: break;
	case ENOENT: (void)subscribe_refuse_reason(a, REASON_NOT_FOUND); break;
	case EACCES: (void)subscribe_refuse_reason(a, REASON_FORBIDDEN); break;
	case EBADMSG:
		(void)subscribe_refuse_reason(a, REASON_BAD_REQUEST);
		break;
	case EOVERFLOW:
		(void)subscribe_refuse_reason(a, REASON_OVERLOAD);
		break;
	default: (void)subscribe_refuse_reason(a, REASON_INTERNAL); break;
	}
}

void subscribe_in(struct sessions *all, struct session *s,
		  const struct sip_msg *msg)
{
	struct asked a = {.all = all, .s = s, .msg = msg};

	if (layer_flow(sessions_base(all)->layer, msg, &a.flow))
		return;
	if (sessions_are_closing(all))
		(void)subscribe_refuse_reason(&a, REASON_SHUTDOWN);
	else if (!sessions_base(all)->events)
		(void)subscribe_refuse(&a, 489, "Bad Event", NULL);
	else if (!read_event(&a) && !read_accept(&a) &&
		 !notifier_too_brief(sessions_base(all)->notifiers, msg) &&
		 !read_watched(&a) && !judge_asker(&a) && !name_member(&a))
		subscribe_begin(&a);
	mem_deref(a.conference);
	mem_deref(a.entity);
	mem_deref(a.id);
	mem_deref(a.member);
	mem_deref(a.who);
}
