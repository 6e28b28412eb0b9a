/**
 * @file signaling/session/invite_in.c  An INVITE to a conference URI (RFC 4579
 * sec. 5.1)
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/auth/auth.h"
#include "signaling/message/identity.h"
#include "signaling/session/emergency.h"
#include "signaling/session/recipients.h"
#include "signaling/session/replaces.h"
#include "signaling/session/session_private.h"

/* What an INVITE asks for, before there is a session */
struct request {
	struct flow_info flow;
	struct identity *who;
	char *name; /**< of the conference */
	bool factory;
	struct resource_list *recipients;
	struct replaces replaces;
};

/* CANCEL came for their INVITE in hand (RFC 3261 section 9.2) */
static void cancel_h(void *arg)
{
	struct session *s = arg;

	reliable_take_back(s);
	session_refuse_protocol(s->all, s->msg, &s->st, 487,
				"Request Terminated", NULL);
	log_info("session", "cancelled");
	session_drop(s, REASON_LEFT);
}

static void invite_in_refuse(struct session *s, enum reason reason)
{
	if (s->st)
		session_refuse(s->all, s->msg, &s->st, reason);
	session_drop(s, reason);
}

/* The mixer has the leg: the answer, or our offer, goes into the 200 */
static void joined_h(enum reason reason, const struct leg_local *local,
		     void *arg)
{
	struct session *s = arg;
	struct mbuf *sdp = NULL;

	if (reason != REASON_NONE) {
		s->ep = NULL;
		invite_in_refuse(s, reason);
		return;
	}
	if (exchange_print(s->exchange, local, &sdp)) {
		invite_in_refuse(s, REASON_INTERNAL);
		return;
	}
	session_answer(s, sdp);
	mem_deref(sdp);
}

/* RFC 6050: the core says which service it took the call for */
static int read_service(struct session *s, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_xhdr(msg, "P-Asserted-Service");
	int err;

	if (!hdr)
		return 0;
	err = header_uri(&s->service, &hdr->val);

	return err == ENOMEM ? err : 0;
}

/* Nobody in a conference learns it; whoever runs the server has to be able to
 * find out whom to bar. */
void session_log_anonymous(const struct session *s)
{
	char aor[160], name[160];

	log_info("session", "anonymous conference=%s aor=%s",
		 log_escape(name, sizeof(name), s->conference,
			    strlen(s->conference)),
		 log_escape(aor, sizeof(aor), s->aor, strlen(s->aor)));
}

static int read_caller(struct session *s, const struct sip_msg *msg,
		       const struct identity *who)
{
	const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	const struct sip_hdr *agent = sip_msg_hdr(msg, SIP_HDR_USER_AGENT);
	struct sip_addr addr;
	int err;

	if (!contact || sip_addr_decode(&addr, &contact->val))
		return EBADMSG;
	s->known = who->known;
	s->anonymous = who->anonymous;
	s->aor = mem_ref(who->aor);
	s->display = mem_ref(who->display);
	err = header_uri(&s->entity, &addr.auri);
	if (!err && agent)
		err = header_text(&s->agent, &agent->val, HEADER_AGENT_MAX);
	if (!err && who->trusted)
		err = read_service(s, msg);
	if (!err && who->anonymous)
		session_log_anonymous(s);

	s->peer_update = sip_msg_hdr_has_value(msg, SIP_HDR_ALLOW, "UPDATE");

	return err;
}

static enum reason read_offer(struct session *s, const struct pl *sdp,
			      struct leg_description **leg)
{
	struct flow_info flow;

	if (sdp->l)
		return exchange_theirs(s->exchange, sdp, leg);
	if (layer_flow_by_id(s->all->layer, s->flow, &flow))
		return REASON_INTERNAL;

	return exchange_ours(
		s->exchange,
		flow.transport == FLOW_WS || flow.transport == FLOW_WSS, leg);
}

static enum reason join(struct session *s, const struct pl *sdp)
{
	struct leg_description *leg = NULL;
	enum reason reason;

	if (session_exchange_begin(s))
		return REASON_INTERNAL;
	reliable_read(s, s->msg);
	reason = read_offer(s, sdp, &leg);
	if (reason == REASON_NONE && !reliable_can(s))
		reason = REASON_BAD_REQUEST;
	if (reason == REASON_NONE)
		reason = session_join(s, leg, joined_h);
	mem_deref(leg);

	return reason;
}

/* Checks that need no session. 0: go on; else it has been answered */
static int check_body(struct sessions *all, const struct sip_msg *msg,
		      struct pl *sdp, bool other)
{
	int err = header_sdp(msg, sdp);

	/* a list of recipients alone */
	if (err == ENOTSUP && other)
		err = ENOENT;
	if (header_has_foreign_part(msg))
		err = ENOTSUP;
	switch (err) {

	case 0: break;

	case ENOENT: pl_set_str(sdp, ""); break;

	case ENOTSUP:
		session_refuse_protocol(all, msg, NULL, 415,
					"Unsupported Media Type",
					SESSION_ACCEPT);
		return err;

	case EMSGSIZE:
		session_refuse_protocol(all, msg, NULL, 413,
					"Request Entity Too Large", NULL);
		return err;

	default:
		session_refuse(all, msg, NULL, REASON_BAD_REQUEST);
		return err;
	}
	if (!header_accepts_sdp(msg)) {
		session_refuse_protocol(all, msg, NULL, 406, "Not Acceptable",
					"Warning: 399 parley"
					" \"Accept leaves out"
					" application/sdp\"\r\n");
		return ENOTSUP;
	}
	return timer_refused(all, msg) ? ERANGE : 0;
}

static enum reason check_target(struct sessions *all,
				const struct sip_msg *msg, struct request *r)
{
	enum reason reason;
	int err;

	if (!host_is_ours(all->config, &msg->uri.host, &r->flow))
		return REASON_NOT_FOUND;
	err = header_user(&r->name, &msg->uri);
	if (err)
		return err == ENOENT ? REASON_NOT_FOUND : REASON_BAD_REQUEST;

	reason = focus_may_join(all->focus, r->name);
	if (reason != REASON_NONE || !focus_is_factory(all->focus, r->name))
		return reason;
	/* RFC 4579 section 5.4: a conference of its own */
	r->factory = true;
	r->name = mem_deref(r->name);

	return focus_new_name(all->focus, &r->name) ? REASON_INTERNAL
						    : REASON_NONE;
}

static int create(struct session **sp, struct sessions *all,
		  const struct sip_msg *msg, struct request *r)
{
	char contact[HEADER_URI_MAX];
	struct session *s;
	int err;

	err = session_alloc(&s, all);
	if (err)
		return err;
	s->state = SESSION_INCOMING;
	s->flow = r->flow.id;
	s->factory = r->factory;
	s->conference = mem_ref(r->name);
	s->recipients = mem_ref(r->recipients);
	s->replaces = r->replaces.replace ? r->replaces.with->id : 0;
	err = read_caller(s, msg, r->who);
	if (err)
		goto out;
	err = layer_contact(all->layer, s->flow, s->conference, contact,
			    sizeof(contact));
	if (err)
		goto out;
	err = str_dup(&s->contact, contact);
	if (err)
		goto out;
	err = session_charge(s, msg);
	if (err)
		goto out;
	session_heard(s, msg);
	err = sip_dialog_accept(&s->dlg, msg);
	if (err)
		goto out;
	s->msg = mem_ref((void *)msg);
	err = sip_strans_alloc(&s->st, all->sip, msg, cancel_h, s);
	if (err)
		goto out;
	session_register(s, sip_dialog_callid(s->dlg));
	s->unconfirmed = true;
	all->unconfirmed++;
	*sp = s;

out:
	if (err)
		mem_deref(s);
	return err;
}

/* The conference of a dialog that it names. 0: go on; else answered */
static int check_replaces(struct sessions *all, const struct sip_msg *msg,
			  struct request *r)
{
	replaces_read(&r->replaces, all, msg, r->who);
	if (r->replaces.status) {
		session_refuse_protocol(all, msg, NULL, r->replaces.status,
					r->replaces.phrase, NULL);
		return EPROTO;
	}
	if (r->replaces.with)
		r->name = mem_ref(r->replaces.with->conference);

	return 0;
}

static enum reason check_room(const struct sessions *all)
{
	if (all->closing)
		return REASON_SHUTDOWN;

	return all->count >= SESSIONS_MAX ||
			       all->unconfirmed >= SESSIONS_UNCONFIRMED_MAX
		       ? REASON_OVERLOAD
		       : REASON_NONE;
}

/* Who asks. 0: go on; else it has been answered */
static int check_caller(struct sessions *all, const struct sip_msg *msg,
			struct request *r)
{
	char *user = NULL;
	int err;

	if (auth_check(all->auth, msg, &r->flow, &user) == AUTH_ANSWERED)
		return EACCES;
	err = identity_read(&r->who, msg, &r->flow, user, all->config);
	mem_deref(user);
	if (err == ENOTSUP) /* RFC 3323 section 5 */
		session_refuse_protocol(all, msg, NULL, 500,
					"Privacy Not Available", NULL);
	else if (err)
		session_refuse(all, msg, NULL,
			       err == ENOMEM ? REASON_INTERNAL
					     : REASON_BAD_REQUEST);
	return err;
}

static void invite_in_take(struct sessions *all, const struct sip_msg *msg,
			   struct request *r)
{
	enum reason reason;
	struct session *s;
	struct pl sdp;
	int err;

	reason = check_room(all);
	if (reason == REASON_NONE) {
		if (check_caller(all, msg, r) || check_replaces(all, msg, r))
			return;
		if (!r->name)
			reason = check_target(all, msg, r);
		if (reason == REASON_NONE &&
		    loop_closes(all, msg, r->name, r->who->aor))
			reason = REASON_LOOP;
	}
	if (reason != REASON_NONE) {
		session_refuse(all, msg, NULL, reason);
		return;
	}
	if (recipients_read(&r->recipients, all, msg, r->who) ||
	    check_body(all, msg, &sdp, r->recipients != NULL))
		return;

	err = create(&s, all, msg, r);
	if (err) {
		session_refuse(all, msg, NULL,
			       err == EBADMSG || err == EINVAL
				       ? REASON_BAD_REQUEST
				       : REASON_INTERNAL);
		return;
	}
	(void)sip_treply(&s->st, all->sip, msg, 100, "Trying");
	reason = join(s, &sdp);
	if (reason != REASON_NONE)
		invite_in_refuse(s, reason);
}

void session_invite_in(struct sessions *all, const struct sip_msg *msg)
{
	struct request r = {.name = NULL};

	all->invites++;
	if (layer_flow(all->layer, msg, &r.flow) ||
	    emergency_refused(all, msg))
		return;
	invite_in_take(all, msg, &r);
	mem_deref(r.name);
	mem_deref(r.who);
	mem_deref(r.recipients);
}
