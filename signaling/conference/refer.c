/**
 * @file signaling/conference/refer.c  REFER: people in and out (RFC 4579
 * sec. 5.5 - 5.11)
 *
 * In a participant's dialog or outside of one: Refer-To names whom to dial
 * (INVITE, or no method) or to remove (BYE; the conference's own URI: all of
 * it). Who asks is told by NOTIFY with message/sipfrag how it goes (RFC 3515),
 * unless it wants no subscription (RFC 4488, 7614).
 */
#include <errno.h>
#include <string.h>
#include "focus/conference/focus.h"
#include "mixer/base/log.h"
#include "signaling/auth/auth.h"
#include "signaling/conference/conference_private.h"
#include "signaling/event/notifier.h"
#include "signaling/message/charging.h"
#include "signaling/message/dialog_id.h"
#include "signaling/message/header.h"
#include "signaling/message/host.h"
#include "signaling/message/identity.h"
#include "signaling/message/refer_to.h"
#include "signaling/message/session_id.h"
#include "signaling/session/dial.h"
#include "signaling/session/dialog.h"
#include "signaling/session/party.h"
#include "signaling/session/refusal.h"
#include "signaling/session/session.h"
#include "signaling/session/session_headers.h"
#include "signaling/transport/layer.h"

enum {
	EXPIRES_S = 600, /* longer than a phone rings, several times over */
	FRAGMENT_MAX = 128,
};

#define FRAGMENT_TYPE "message/sipfrag;version=2.0"

/** One that is being told; ends with its subscription or the final status */
struct refer {
	struct le le; /**< in the acts' list, which owns it */
	struct sessions *all;
	struct notifier *notifier;
	uint64_t dial; /**< number for dial_forget(), 0: none runs */
	char fragment[FRAGMENT_MAX];
};

/** A REFER while it is judged, which may take a while */
struct asked {
	struct sessions *all;
	struct session *s; /**< in whose dialog it came, NULL: outside; as of
				now, see asked_again() */
	uint64_t session;  /**< its number, 0: outside */
	struct sip_msg *msg;
	struct flow_info flow;
	char *conference, *aor;
	struct identity *who;
	struct refer_to *to;
	struct asker asker;
	struct charging *charging; /**< of who asks; may be NULL */
	bool hidden;               /**< who asks is for nobody's eyes */
	bool quiet;                /**< wants no subscription */
};

static void asked_destructor(void *arg)
{
	struct asked *a = arg;

	mem_deref(a->msg);
	mem_deref(a->conference);
	mem_deref(a->aor);
	mem_deref(a->who);
	mem_deref(a->to);
	mem_deref(a->charging);
}

/* --------------------------------------------------------------- NOTIFY */

static void refer_destructor(void *arg)
{
	struct refer *r = arg;

	list_unlink(&r->le);
	if (r->dial)
		dial_forget(r->all, r->dial);
	mem_deref(r->notifier);
}

static struct mbuf *fragment(const struct refer *r)
{
	struct mbuf *mb = mbuf_alloc(FRAGMENT_MAX);

	if (mb && !mbuf_write_str(mb, r->fragment)) {
		mb->pos = 0;
		return mb;
	}
	return mem_deref(mb);
}

static void send_fragment(struct refer *r)
{
	struct mbuf *mb = fragment(r);

	(void)notifier_send(r->notifier, FRAGMENT_TYPE, mb);
	mem_deref(mb);
}

/* Refreshed, or asked for its end: once more what it knows */
static void refer_refresh_h(void *arg)
{
	send_fragment(arg);
}

static void refer_closed_h(void *arg)
{
	struct refer *r = arg;

	r->notifier = NULL;
	mem_deref(r);
}

/* May free it */
static void tell(struct refer *r, uint16_t status, const char *phrase)
{
	struct mbuf *mb;

	if (re_snprintf(r->fragment, sizeof(r->fragment), "SIP/2.0 %u %s\r\n",
			status, phrase) < 0)
		return;
	if (status < 200) {
		send_fragment(r);
		return;
	}
	mb = fragment(r);
	notifier_end(r->notifier, "noresource", FRAGMENT_TYPE, mb);
	mem_deref(mb);
	r->notifier = NULL;
	r->dial = 0;
	mem_deref(r);
}

static void progress_h(uint16_t status, const char *phrase, void *arg)
{
	tell(arg, status, phrase);
}

/* -------------------------------------------------------------- refusals */

static int refer_refuse(const struct asked *a, uint16_t status,
			const char *phrase)
{
	session_refuse_protocol(a->all, a->msg, NULL, status, phrase, NULL);
	return EPROTO;
}

static int refer_refuse_reason(const struct asked *a, enum reason reason)
{
	session_refuse(a->all, a->msg, NULL, reason);
	return EPROTO;
}

/* ------------------------------------------------------------- what it is */

/* 0: go on; else it has been answered. All below are the same */
static int read_refer_to(struct asked *a)
{
	const struct sip_hdr *hdr = sip_msg_hdr(a->msg, SIP_HDR_REFER_TO);

	if (!hdr || sip_msg_hdr_count(a->msg, SIP_HDR_REFER_TO) != 1)
		return refer_refuse_reason(a, REASON_BAD_REQUEST);

	switch (refer_to_decode(&a->to, &hdr->val)) {

	case 0: return 0;
	case EACCES: return refer_refuse_reason(a, REASON_FORBIDDEN);
	case EPROTONOSUPPORT:
		return refer_refuse(a, 416, "Unsupported URI Scheme");
	case ENOMEM: return refer_refuse_reason(a, REASON_INTERNAL);
	default: return refer_refuse_reason(a, REASON_BAD_REQUEST);
	}
}

/* Refer-Sub: false (RFC 4488), Require: nosub (RFC 7614) */
static void read_subscription(struct asked *a)
{
	const struct sip_hdr *hdr = sip_msg_hdr(a->msg, SIP_HDR_REFER_SUB);

	a->quiet = sip_msg_hdr_has_value(a->msg, SIP_HDR_REQUIRE, "nosub") ||
		   (hdr && hdr->val.l >= 5 &&
		    !strncasecmp(hdr->val.p, "false", 5));
}

static int read_conference(struct asked *a)
{
	enum reason reason;
	int err;

	if (a->s)
		return str_dup(&a->conference, session_party(a->s)->conference)
			       ? refer_refuse_reason(a, REASON_INTERNAL)
			       : 0;
	if (!host_is_ours(sessions_base(a->all)->config, &a->msg->uri.host,
			  &a->flow))
		return refer_refuse_reason(a, REASON_NOT_FOUND);
	err = header_user(&a->conference, &a->msg->uri);
	if (err)
		return refer_refuse_reason(a, err == ENOENT
						      ? REASON_NOT_FOUND
						      : REASON_BAD_REQUEST);
	reason = focus_may_join(sessions_base(a->all)->focus, a->conference);
	/* A lock keeps out who calls, not who is called; that there is no room
	 * keeps nobody from leaving. */
	if (reason != REASON_NONE && reason != REASON_LOCKED &&
	    reason != REASON_FULL)
		return refer_refuse_reason(a, reason);

	return focus_is_factory(sessions_base(a->all)->focus, a->conference)
		       ? refer_refuse_reason(a, REASON_FORBIDDEN)
		       : 0;
}

/* -------------------------------------------------------------- who it is */

/* Whose side it calls local does not matter: who knows a dialog's tags should
 * be one of its two ends (RFC 4538). Tags are seen on the way, so it must be
 * the same person, too */
static struct session *find_target_dialog(const struct asked *a)
{
	const struct sip_hdr *hdr = sip_msg_hdr(a->msg, SIP_HDR_TARGET_DIALOG);
	struct dialog_id id;
	struct sip_msg like;
	struct session *s;
	struct pl tag;

	if (!hdr || dialog_id_decode(&id, &hdr->val, true))
		return NULL;
	dialog_id_request(&like, &id);
	s = session_find(a->all, &like);
	if (!s) {
		tag = id.local_tag;
		id.local_tag = id.remote_tag;
		id.remote_tag = tag;
		dialog_id_request(&like, &id);
		s = session_find(a->all, &like);
	}

	return s && session_endpoint(s) &&
			       !str_casecmp(session_party(s)->conference,
					    a->conference) &&
			       is_same_person(s, a->msg, &a->flow, a->who)
		       ? s
		       : NULL;
}

/* Who takes part already: in whose dialog it asks, or whose tags it knows */
static int read_member(struct asked *a, const struct session *member)
{
	const struct party *party = member ? session_party(member) : NULL;

	if (str_dup(&a->aor, party ? party->aor : a->who->aor))
		return ENOMEM;
	a->hidden = a->who->anonymous || (party && party->anonymous);
	a->charging = member ? mem_ref(dialog_charging(session_dialog(member)))
			     : NULL;
	a->asker.aor = a->aor;
	/* Who proved itself when it called need not do so again. */
	a->asker.known = a->who->known || (a->s && party && party->known);
	a->asker.leg = member ? focus_leg(session_endpoint(member)) : 0;

	return 0;
}

static int read_asker(struct asked *a)
{
	const struct session *member = a->s;
	char *user = NULL;
	int err;

	if (!a->s && auth_check(sessions_base(a->all)->auth, a->msg, &a->flow,
				&user) != AUTH_PASS)
		return EACCES;
	if (user)
		layer_flow_proved(sessions_base(a->all)->layer, a->flow.id);
	err = identity_read(&a->who, a->msg, &a->flow, user,
			    sessions_base(a->all)->config);
	mem_deref(user);
	if (err)
		return err == ENOTSUP
			       ? refer_refuse(a, 500, "Privacy Unavailable")
			       : refer_refuse_reason(a, REASON_BAD_REQUEST);
	if (!member)
		member = find_target_dialog(a);
	if (member && session_is_secret(member) && !flow_is_secure(&a->flow))
		return refer_refuse(a, 403, "Forbidden");
	return read_member(a, member) ? refer_refuse_reason(a, REASON_INTERNAL)
				      : 0;
}

/* ------------------------------------------------------------- what to do */

/* NULL: nobody is to know */
static const char *referrer(const struct asked *a)
{
	return a->hidden ? NULL : a->aor;
}

/* Referred-By as it came (RFC 3892), else who asks */
static int read_referred_by(char **dst, const struct asked *a)
{
	const char *by = referrer(a);
	const struct sip_hdr *hdr = sip_msg_hdr(a->msg, SIP_HDR_REFERRED_BY);
	struct sip_addr addr;

	*dst = NULL;
	if (hdr && !sip_addr_decode(&addr, &hdr->val))
		return header_text(dst, &hdr->val, HEADER_URI_MAX);

	return by ? re_sdprintf(dst, "<%s>", by) : 0;
}

/* That of the dialog, else what a trusted host says; may stay NULL */
static int read_charging(struct charging **cp, const struct asked *a)
{
	*cp = mem_ref(a->charging);
	if (*cp ||
	    !identity_flow_trusted(sessions_base(a->all)->config, &a->flow))
		return 0;

	return charging_accept(cp, a->msg, true, NULL, NULL);
}

static enum reason begin_dial(const struct asked *a, struct refer *r)
{
	struct dial dial = {
		.conference = a->conference,
		.uri = a->to->uri,
		.replaces = a->to->replaces,
		.join = a->to->join,
		.referrer = {referrer(a), a->asker.leg, a->asker.known},
	};
	struct charging *charging = NULL;
	char *referred_by = NULL;
	enum reason reason = REASON_INTERNAL;

	if (read_referred_by(&referred_by, a) || read_charging(&charging, a))
		goto out;
	dial.referred_by = referred_by;
	dial.icid = charging ? charging->icid : NULL;
	if (r) {
		dial.progressh = progress_h;
		dial.arg = r;
	}
	reason = dial_begin(a->all, &dial, r ? &r->dial : NULL);

out:
	mem_deref(charging);
	mem_deref(referred_by);

	return reason;
}

/* The conference's own URI, as opposed to a participant's */
static bool names_conference(const struct asked *a)
{
	struct uri uri;
	struct pl pl;
	char *user = NULL;
	bool same;

	pl_set_str(&pl, a->to->uri);
	if (uri_decode(&uri, &pl) ||
	    !host_is_ours(sessions_base(a->all)->config, &uri.host,
			  &a->flow) ||
	    header_user(&user, &uri))
		return false;
	same = !str_casecmp(user, a->conference);
	mem_deref(user);

	return same;
}

/* ---------------------------------------------------------------- replies */

static int take_quietly(const struct asked *a)
{
	const struct session_request request = {a->all, a->msg};

	return sip_treplyf(NULL, NULL, sessions_sip(a->all), a->msg, true, 202,
			   "Accepted",
			   "Refer-Sub: false\r\n%H" SESSION_NO_BODY,
			   session_id_reply_print, &request);
}

static int refer_contact(const struct asked *a, char *dst, size_t size)
{
	if (a->s) {
		str_ncpy(dst, dialog_contact(session_dialog(a->s)), size);
		return 0;
	}
	return layer_contact(sessions_base(a->all)->layer, a->flow.id,
			     a->conference, dst, size);
}

/* 202, and NOTIFY begins. *rp stays NULL if nobody wants to be told */
static int refer_take(struct refer **rp, const struct asked *a)
{
	char uri[HEADER_URI_MAX], id[16];
	struct notifier_param param = {
		.event = "refer",
		.contact = uri,
		.expires_s = EXPIRES_S,
		/* known by password or word of a trusted host, or by tags */
		.reached = a->asker.known || a->asker.leg};
	struct acts *acts = sessions_acts_arg(a->all);
	struct refer *r;
	int err;

	*rp = NULL;
	if (a->quiet || !sessions_base(a->all)->notifiers)
		return take_quietly(a);
	err = refer_contact(a, uri, sizeof(uri));
	if (err)
		return err;
	/* Several in one dialog are told apart (RFC 3515 section 2.4.6). */
	(void)re_snprintf(id, sizeof(id), "%u", a->msg->cseq.num);
	if (a->s) {
		struct dialog *dialog = session_dialog(a->s);

		param.dlg = dialog_sip(dialog);
		param.session_id = dialog_session_id(dialog)->local;
		param.id = dialog_take_refer(dialog) ? NULL : id;
	}
	r = mem_zalloc(sizeof(*r), refer_destructor);
	if (!r)
		return ENOMEM;
	r->all = a->all;
	list_append(&acts->refers, &r->le, r);
	err = notifier_accept(&r->notifier, sessions_base(a->all)->notifiers,
			      a->msg, &param, refer_refresh_h, refer_closed_h,
			      r);
	if (err) {
		mem_deref(r);
		return err;
	}
	*rp = r;

	return 0;
}

static bool taken(struct refer **rp, const struct asked *a)
{
	int err = refer_take(rp, a);

	if (err)
		(void)refer_refuse_reason(a, err == EOVERFLOW
						     ? REASON_OVERLOAD
						     : REASON_INTERNAL);
	return !err;
}

/* The answer may have taken a while. @return false: the dialog in which it was
 * asked is over, and it has been answered so */
static bool asked_again(struct asked *a)
{
	a->s = a->session ? session_by_id(a->all, a->session) : NULL;
	if (!a->session || a->s)
		return true;
	(void)refer_refuse(a, 481, "Call/Transaction Does Not Exist");

	return false;
}

static void may_dial_h(enum reason reason, void *arg)
{
	const struct reason_row *row;
	struct asked *a = arg;
	struct refer *r;

	if (!asked_again(a))
		return;
	if (reason != REASON_NONE) {
		(void)refer_refuse_reason(a, reason);
		return;
	}
	if (!dial_in_time(a->all, a->s, &a->flow, a->asker.known, 1)) {
		(void)refer_refuse_reason(a, REASON_OVERLOAD);
		return;
	}
	if (!taken(&r, a))
		return;
	if (r)
		tell(r, 100, "Trying");
	reason = begin_dial(a, r);
	if (reason == REASON_NONE)
		return;
	row = reason_row(reason);
	log_info("refer", "dial failed status=%u", row->sip_status);
	if (r)
		tell(r, row->sip_status, row->phrase);
}

/* It is told before it is done: the session in which it was asked may be
 * over then. @return false: it has been refused */
static bool told(struct asked *a, enum reason reason)
{
	struct refer *r;

	if (!asked_again(a))
		return false;
	if (reason != REASON_NONE)
		(void)refer_refuse_reason(a, reason);
	if (reason != REASON_NONE || !taken(&r, a))
		return false;
	if (r)
		tell(r, 200, "OK");

	return true;
}

static void may_end_h(enum reason reason, void *arg)
{
	struct asked *a = arg;

	if (told(a, reason))
		focus_end(sessions_base(a->all)->focus, a->conference);
}

static void may_remove_h(enum reason reason, void *arg)
{
	struct asked *a = arg;

	if (told(a, reason))
		focus_remove(sessions_base(a->all)->focus, a->conference,
			     &a->asker, a->to->uri);
}

/* Takes a reference */
static void put_question(struct asked *a)
{
	struct question q = {.conference = a->conference, .asker = a->asker};
	asking_h *h;

	switch (a->to->method) {

	case REFER_INVITE:
		if (!a->s && focus_may_join(sessions_base(a->all)->focus,
					    a->conference) == REASON_FULL) {
			(void)refer_refuse_reason(a, REASON_FULL);
			return;
		}
		q.kind = QUESTION_DIAL;
		q.target = a->to->uri;
		h = may_dial_h;
		break;

	case REFER_BYE:
		q.kind = names_conference(a) ? QUESTION_END : QUESTION_REMOVE;
		q.target = q.kind == QUESTION_END ? NULL : a->to->uri;
		h = q.kind == QUESTION_END ? may_end_h : may_remove_h;
		break;

	default: (void)refer_refuse(a, 501, "Not Implemented"); return;
	}
	asking_begin(a->all, a->msg, &q, h, mem_ref(a));
}

void refer_in(struct sessions *all, struct session *s,
	      const struct sip_msg *msg)
{
	struct asked *a = mem_zalloc(sizeof(*a), asked_destructor);

	if (!a || layer_flow(sessions_base(all)->layer, msg, &a->flow)) {
		mem_deref(a);
		return;
	}
	a->all = all;
	a->s = s;
	a->session = s ? session_id(s) : 0;
	a->msg = mem_ref((void *)msg);
	read_subscription(a);
	if (sessions_are_closing(all))
		(void)refer_refuse_reason(a, REASON_SHUTDOWN);
	else if (!read_conference(a) && !read_asker(a) && !read_refer_to(a))
		put_question(a);
	mem_deref(a);
}
