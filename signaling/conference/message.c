/**
 * @file signaling/conference/message.c  MESSAGE: somebody writes to all (RFC
 * 3428)
 *
 * In the dialog of his session or outside of it, to the conference's URI. Who
 * writes is who takes part, never what the message says of itself: strangers
 * get 403. 200 says that all who take part are told; 202 would say that it is
 * kept for later delivery.
 */
#include <errno.h>
#include <string.h>
#include "focus/conference/focus.h"
#include "signaling/auth/auth.h"
#include "signaling/conference/conference_private.h"
#include "signaling/conference/member.h"
#include "signaling/event/conference_events.h"
#include "signaling/message/header.h"
#include "signaling/message/host.h"
#include "signaling/message/identity.h"
#include "signaling/message/sender.h"
#include "signaling/message/written.h"
#include "signaling/session/dialog.h"
#include "signaling/session/party.h"
#include "signaling/session/refusal.h"
#include "signaling/session/session.h"
#include "signaling/session/session_headers.h"
#include "signaling/transport/layer.h"

/** A MESSAGE while it is judged, which may take a while */
struct writing {
	struct sessions *all;
	struct sip_msg *msg;
	struct flow_info flow;
	char *conference;
	uint64_t writer;   /**< session_id() of who writes */
	struct mbuf *text; /**< NULL: nothing for people to read */
};

static void writing_destructor(void *arg)
{
	struct writing *w = arg;

	mem_deref(w->msg);
	mem_deref(w->conference);
	mem_deref(w->text);
}

static int message_refuse(const struct writing *w, enum reason reason)
{
	session_refuse(w->all, w->msg, NULL, reason);

	return EPROTO;
}

/* ------------------------------------------------------------ where it goes
 */

/* 0: go on; else it has been answered. All below are the same */
static int read_room(struct writing *w, const struct session *s)
{
	const struct sessions_dependencies *base = sessions_base(w->all);
	int err;

	if (!s && !host_is_ours(base->config, &w->msg->uri.host, &w->flow))
		return message_refuse(w, REASON_NOT_FOUND);
	err = s ? str_dup(&w->conference, session_party(s)->conference)
		: header_user(&w->conference, &w->msg->uri);
	if (err)
		return message_refuse(w, err == ENOENT   ? REASON_NOT_FOUND
					 : err == ENOMEM ? REASON_INTERNAL
							 : REASON_BAD_REQUEST);

	return focus_exists(base->focus, w->conference)
		       ? 0
		       : message_refuse(w, REASON_NOT_FOUND);
}

/* ------------------------------------------------------------ who writes it
 */

static int refuse_identity(const struct writing *w, int err)
{
	if (err != ENOTSUP)
		return message_refuse(w, err == ENOMEM ? REASON_INTERNAL
						       : REASON_BAD_REQUEST);

	session_refuse_protocol(w->all, w->msg, NULL, 500,
				"Privacy Unavailable", NULL);

	return EPROTO;
}

static int read_identity(struct identity **who, const struct writing *w)
{
	const struct sessions_dependencies *base = sessions_base(w->all);
	char *user = NULL;
	int err;

	if (auth_check(base->auth, w->msg, &w->flow, &user) != AUTH_PASS)
		return EPROTO;
	if (user)
		layer_flow_proved(base->layer, w->flow.id);
	err = identity_read(who, w->msg, &w->flow, user, base->config);
	mem_deref(user);

	return err ? refuse_identity(w, err) : 0;
}

static int find_stranger(struct session **sp, const struct writing *w)
{
	struct conference_watcher from = {
		.flow = w->flow.id,
		.peer = w->flow.peer,
	};
	struct identity *who = NULL;
	int err;

	*sp = member_from(w->all, w->conference, &from);
	if (*sp)
		return 0;
	err = read_identity(&who, w);
	if (err)
		return err;

	from.aor = who->aor;
	if (who->known)
		*sp = member_known(w->all, w->conference, who->aor, &w->flow);
	/* a proxy's port is that of all whom it sends here */
	else if (sender_is_direct(w->msg))
		*sp = member_from(w->all, w->conference, &from);
	mem_deref(who);

	return *sp ? 0 : message_refuse(w, REASON_FORBIDDEN);
}

static int read_writer(struct writing *w, struct session *s)
{
	const bool inside = s != NULL;
	int err = inside ? 0 : find_stranger(&s, w);

	if (err)
		return err;
	/* nothing in the clear is by who speaks in secret */
	if (!session_endpoint(s) ||
	    (!inside && session_is_secret(s) && !flow_is_secure(&w->flow)))
		return message_refuse(w, REASON_FORBIDDEN);
	w->writer = session_id(s);

	return 0;
}

/* ------------------------------------------------------------ what it says */

static int read_text(struct writing *w)
{
	switch (written_read(&w->text, w->msg)) {

	case 0: return 0;
	case EMSGSIZE: return message_refuse(w, REASON_TOO_LONG);
	case EBADMSG: return message_refuse(w, REASON_BAD_REQUEST);
	case ENOTSUP:
		session_refuse_protocol(w->all, w->msg, NULL, 415,
					"Unsupported Media Type",
					"Accept: " WRITTEN_TYPES "\r\n"
					"Accept-Encoding: identity\r\n");
		return EPROTO;
	default: return message_refuse(w, REASON_INTERNAL);
	}
}

/** @param number Of the message; 0: it is none */
static void message_accept(const struct writing *w, uint64_t number)
{
	const struct session_request request = {w->all, w->msg};
	char line[64] = "";

	/* a page shows what it has written itself in its place */
	if (number)
		(void)re_snprintf(line, sizeof(line),
				  SESSION_CHAT ": number=%llu\r\n", number);
	(void)sip_treplyf(NULL, NULL, sessions_sip(w->all), w->msg, false, 200,
			  "OK", "%H%s" SESSION_NO_BODY, session_id_reply_print,
			  &request, line);
}

static void may_say_h(enum reason reason, void *arg)
{
	struct writing *w = arg;
	struct session *s = session_by_id(w->all, w->writer);
	uint64_t number = 0;

	if (reason == REASON_NONE && (!s || !session_endpoint(s)))
		reason = REASON_FORBIDDEN;
	if (reason == REASON_NONE && w->text)
		reason = focus_say(session_endpoint(s),
				   (const char *)mbuf_buf(w->text),
				   mbuf_get_left(w->text), &number);
	if (reason == REASON_NONE)
		message_accept(w, number);
	else
		session_refuse(w->all, w->msg, NULL, reason);
}

static void message_ask(struct writing *w)
{
	const struct session *s = session_by_id(w->all, w->writer);
	const struct question q = {
		.kind = QUESTION_SAY,
		.conference = w->conference,
		.asker = {.leg = focus_leg(session_endpoint(s)),
			  .known = session_party(s)->known},
	};

	asking_begin(w->all, w->msg, &q, may_say_h, w);
}

void message_in(struct sessions *all, struct session *s,
		const struct sip_msg *msg)
{
	struct writing *w = mem_zalloc(sizeof(*w), writing_destructor);

	if (!w) {
		session_refuse(all, msg, NULL, REASON_INTERNAL);
		return;
	}
	w->all = all;
	w->msg = mem_ref((void *)msg);
	if (layer_flow(sessions_base(all)->layer, msg, &w->flow)) {
		mem_deref(w);
		return;
	}
	if (sessions_are_closing(all))
		(void)message_refuse(w, REASON_SHUTDOWN);
	else if (!read_room(w, s) && !read_writer(w, s) && !read_text(w)) {
		message_ask(w);
		return;
	}
	mem_deref(w);
}
