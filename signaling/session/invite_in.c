/**
 * @file signaling/session/invite_in.c  An INVITE to a conference URI (RFC 4579
 * sec. 5.1)
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/auth/auth.h"
#include "signaling/message/identity.h"
#include "signaling/session/invitation.h"
#include "signaling/session/session_private.h"

/* CANCEL came for their INVITE in hand (RFC 3261 section 9.2) */
static void invite_cancel_h(void *arg)
{
	struct session *s = arg;

	reliable_take_back(s);
	session_refuse_protocol(s->all, server_request_msg(s->in_hand),
				server_request_strans(s->in_hand), 487,
				"Request Terminated", NULL);
	log_info("session", "cancelled");
	session_drop(s, REASON_LEFT);
}

static void mixer_there_h(enum reason reason, void *arg);

static void invite_in_refuse(struct session *s, enum reason reason)
{
	if (server_request_is_open(s->in_hand))
		session_refuse(s->all, server_request_msg(s->in_hand),
			       server_request_strans(s->in_hand), reason);
	session_drop(s, reason);
}

/* The mixer has the leg: the answer, or our offer, goes into the 200 */
static void caller_joined_h(enum reason reason, const struct leg_local *local,
			    void *arg)
{
	struct session *s = arg;
	struct mbuf *sdp = NULL;

	if (reason != REASON_NONE) {
		session_endpoint_gone(s);
		if (reason != REASON_MIXER_LOST ||
		    !session_join_again(s, reason, mixer_there_h))
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

static enum reason read_offer(struct session *s, const struct pl *sdp,
			      struct leg_description **leg)
{
	struct flow_info flow;

	if (sdp->l)
		return exchange_theirs(s->exchange, sdp, leg);
	if (dialog_flow_info(s->dialog, &flow))
		return REASON_INTERNAL;

	return exchange_ours(
		s->exchange,
		flow.transport == FLOW_WS || flow.transport == FLOW_WSS, leg);
}

/* It may have waited for long */
static void join_caller(struct session *s, const struct pl *sdp)
{
	struct leg_description *leg = NULL;
	enum reason reason;

	if (s->plan &&
	    !s->all->acts->stillh(s, server_request_msg(s->in_hand),
				  server_request_strans(s->in_hand))) {
		session_drop(s, REASON_UNAVAILABLE);
		return;
	}
	reliable_read(s, server_request_msg(s->in_hand));
	reason = read_offer(s, sdp, &leg);
	if (reason == REASON_NONE && !reliable_can(s))
		reason = REASON_BAD_REQUEST;
	if (reason == REASON_NONE)
		reason = session_join(s, leg, caller_joined_h);
	mem_deref(leg);
	if (reason != REASON_NONE &&
	    !session_join_again(s, reason, mixer_there_h))
		invite_in_refuse(s, reason);
}

/* ------------------------------------------------------------- may it?
 * Answered at once or later; nobody else waits meanwhile, and CANCEL drops the
 * question with the session. */

/* All was answered: the offer is looked at, with what the mixers can do */
static void mixer_there_h(enum reason reason, void *arg)
{
	struct session *s = arg;
	const struct sip_msg *msg = server_request_msg(s->in_hand);
	struct pl sdp;

	if (reason != REASON_NONE) {
		invite_in_refuse(s, reason);
		return;
	}
	if (header_sdp(msg, &sdp))
		pl_set_str(&sdp, "");
	if (session_exchange_begin(s))
		invite_in_refuse(s, REASON_INTERNAL);
	else if (!session_names_wait(s, msg, &sdp, join_caller))
		join_caller(s, &sdp);
}

static void invite_may_act_h(enum reason reason, void *arg)
{
	if (reason == REASON_NONE)
		session_await_mixer(arg, mixer_there_h);
	else
		invite_in_refuse(arg, reason);
}

static void invite_may_join_h(enum reason reason, void *arg)
{
	struct session *s = arg;
	struct question q;

	if (reason != REASON_NONE)
		invite_in_refuse(s, reason);
	else if (s->plan && s->all->acts->questionh(s, s->plan, &q))
		focus_ask(&s->ask, s->all->base.focus, &q, invite_may_act_h,
			  s);
	else
		session_await_mixer(s, mixer_there_h);
}

static void ask_to_join(struct session *s)
{
	const struct question q = {
		.kind = QUESTION_JOIN,
		.conference = s->party->conference,
		.asker = {.aor = s->party->aor, .known = s->party->known},
		.replaces = s->replaces,
		.factory = s->factory,
		.secret = s->secret,
	};

	focus_ask(&s->ask, s->all->base.focus, &q, invite_may_join_h, s);
}

/* ------------------------------------------------------------- checks */

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

static enum reason check_target(struct sessions *all, struct invitation *in)
{
	enum reason reason;
	int err;

	if (!host_is_ours(all->base.config, &in->msg->uri.host, &in->flow))
		return REASON_NOT_FOUND;
	err = header_user(&in->conference, &in->msg->uri);
	if (err)
		return err == ENOENT ? REASON_NOT_FOUND : REASON_BAD_REQUEST;

	reason = focus_may_join(all->base.focus, in->conference);
	/* it may prove later that it was in */
	if (reason == REASON_LOCKED || reason == REASON_FULL)
		reason = REASON_NONE;
	if (reason != REASON_NONE ||
	    !focus_is_factory(all->base.focus, in->conference))
		return reason;
	/* RFC 4579 section 5.4: a conference of its own */
	in->factory = true;
	in->conference = mem_deref(in->conference);

	return focus_new_name(all->base.focus, &in->conference)
		       ? REASON_INTERNAL
		       : REASON_NONE;
}

/* Its dialog, Contact and transaction */
static int make(struct session *s, const struct invitation *in)
{
	int err;

	dialog_set_flow(s->dialog, in->flow.id);
	err = dialog_make_contact(s->dialog, in->conference, false);
	if (!err)
		err = dialog_charge(s->dialog, in->msg, NULL);
	if (!err)
		err = dialog_accept(s->dialog, in->msg);
	if (err)
		return err;
	session_received(s, in->msg);
	timer_read_allow(s, in->msg);

	return server_request_begin(s->in_hand, s->all->sip, in->msg,
				    invite_cancel_h, s);
}

/* Where a page says who it was when it was here before */
static int read_secret(struct session *s, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_xhdr(msg, "Parley-Secret");

	return hdr && hdr->val.l == SECRET_SIZE - 1
		       ? header_text(&s->secret, &hdr->val, SECRET_SIZE - 1)
		       : 0;
}

static int create(struct session **sp, struct sessions *all,
		  const struct invitation *in)
{
	struct party *party;
	struct session *s;
	int err;

	err = party_from_invite(&party, in->conference, in->msg, in->who);
	if (!err)
		err = session_alloc(&s, all, DIALOG_INCOMING, party);
	if (err)
		return err;
	err = make(s, in);
	if (!err)
		err = read_secret(s, in->msg);
	if (err) {
		mem_deref(s);
		return err;
	}
	s->has_page = sip_msg_xhdr(in->msg, "Parley-Page") != NULL;
	s->factory = in->factory;
	s->replaces = in->replaces;
	s->replaces_leg = in->replaces_leg;
	s->inherits = in->inherits;
	s->plan = mem_ref(in->plan);
	session_register(s, sip_dialog_callid(dialog_sip(s->dialog)));
	*sp = s;

	return 0;
}

/* Of calls without an ACK as many as leave half of the ports to others */
static size_t few_unconfirmed(const struct config *config)
{
	return (config->rtp_port_max - config->rtp_port_min + 1U) / 8;
}

static enum reason check_room(struct sessions *all)
{
	if (all->closing)
		return REASON_SHUTDOWN;

	if (all->unconfirmed >=
	    MIN(few_unconfirmed(all->base.config), SESSIONS_UNCONFIRMED_MAX))
		session_give_way(all);

	return all->count >= SESSIONS_MAX ||
			       all->unconfirmed >= SESSIONS_UNCONFIRMED_MAX
		       ? REASON_OVERLOAD
		       : REASON_NONE;
}

/* Who asks. 0: go on; else it has been answered */
static int check_caller(struct sessions *all, struct invitation *in)
{
	const struct sip_msg *msg = in->msg;
	char *user = NULL;
	int err;

	if (auth_check(all->base.auth, msg, &in->flow, &user) == AUTH_ANSWERED)
		return EACCES;
	if (user)
		layer_flow_proved(all->base.layer, in->flow.id);
	err = identity_read(&in->who, msg, &in->flow, user, all->base.config);
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

/* Is it to come in, and where? 0: go on; else it has been answered */
static int check_invitation(struct sessions *all, struct invitation *in)
{
	enum reason reason = check_room(all);

	if (reason == REASON_NONE) {
		if (check_caller(all, in) || all->acts->placeh(all, in))
			return EACCES;
		if (!in->conference)
			reason = check_target(all, in);
		if (reason == REASON_NONE && all->acts->loopsh(all, in))
			reason = REASON_LOOP;
	}
	if (reason == REASON_NONE)
		return 0;
	session_refuse(all, in->msg, NULL, reason);

	return EACCES;
}

static void invite_in_take(struct sessions *all, struct invitation *in)
{
	struct session *s;
	struct pl sdp;
	int err;

	if (check_invitation(all, in) || all->acts->listh(all, in) ||
	    check_body(all, in->msg, &sdp, in->has_list))
		return;

	err = create(&s, all, in);
	if (err) {
		session_refuse(all, in->msg, NULL,
			       err == EBADMSG || err == EINVAL
				       ? REASON_BAD_REQUEST
				       : REASON_INTERNAL);
		return;
	}
	(void)sip_treply(server_request_strans(s->in_hand), all->sip, in->msg,
			 100, "Trying");
	ask_to_join(s);
}

void *session_take_plan(struct session *s)
{
	void *plan = s->plan;

	s->plan = NULL;

	return plan;
}

void session_invite_in(struct sessions *all, const struct sip_msg *msg)
{
	struct invitation in = {.msg = msg};

	all->invites++;
	if (layer_flow(all->base.layer, msg, &in.flow) ||
	    all->acts->foreignh(all, msg))
		return;
	invite_in_take(all, &in);
	mem_deref(in.conference);
	mem_deref(in.who);
	mem_deref(in.plan);
}
