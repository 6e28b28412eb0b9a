/**
 * @file signaling/session/dial.c  Who is to be dialled, and how it goes
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/message/allowance.h"
#include "signaling/message/identity.h"
#include "signaling/registrar/registrar.h"
#include "signaling/session/own_uri.h"
#include "signaling/session/session_private.h"

/* --------------------------------------------------------------- targets */

static int add_binding(struct session *s, const struct binding *b)
{
	struct target *t;
	int err = target_alloc(&t, b->contact, b->path);

	if (err)
		return err;
	t->flow = b->flow;
	t->bound = true;
	t->webrtc = b->webrtc;
	call_out_add(s->call, t);

	return 0;
}

/* Whom we know ourselves is called where it registered */
static bool add_bindings(struct session *s)
{
	struct binding v[REGISTRAR_BINDINGS_MAX];
	size_t i, n = 0;

	if (s->all->base.registrar)
		n = registrar_lookup(s->all->base.registrar, s->party->aor, v,
				     ARRAY_SIZE(v));
	for (i = 0; i < n; i++) {
		if (add_binding(s, &v[i]))
			log_warn("session", "binding cannot be called");
	}

	return call_out_has_more(s->call);
}

static bool is_conference(const struct session *s, const struct uri *uri)
{
	const struct focus *f = s->all->base.focus;
	char *user = NULL;
	bool found;

	if (header_user(&user, uri))
		return false;
	found = focus_exists(f, user) || focus_is_factory(f, user);
	mem_deref(user);

	return found;
}

static void offline_h(void *arg)
{
	session_give_up(arg, REASON_UNAVAILABLE);
}

static enum reason by_uri(struct session *s, struct target *t)
{
	call_out_add(s->call, t);
	session_next_target(s);

	return REASON_NONE;
}

/* A user of ours, or a conference, which would be a loop (RFC 4353); with a
 * core in front, whoever else it knows at our domain */
static enum reason at_home(struct session *s, struct target *t,
			   const struct uri *uri)
{
	bool loop;

	if (add_bindings(s)) {
		mem_deref(t);
		session_next_target(s);
		return REASON_NONE;
	}
	loop = is_conference(s, uri);
	if (!loop && str_isset(s->all->base.config->outbound_proxy))
		return by_uri(s, t);
	mem_deref(t);
	if (loop || !s->all->base.registrar)
		return REASON_LOOP;
	call_out_start_timer(s->call, 0, offline_h, s);

	return REASON_NONE;
}

/* Takes t */
static enum reason begin_call(struct session *s, struct target *t)
{
	struct uri uri;
	struct pl pl;

	pl_set_str(&pl, t->uri);
	if (!uri_decode(&uri, &pl) && own_uri(&s->all->base, &uri))
		return at_home(s, t, &uri);

	return by_uri(s, t);
}

/* ------------------------------------------------------------------- dial */

/* An errno of those who read whom to dial (target.h, header.h) */
static enum reason reason_of_error(int err)
{
	switch (err) {

	case 0: return REASON_NONE;
	case EACCES: return REASON_FORBIDDEN;
	case EHOSTUNREACH: return REASON_NO_ROUTE;
	case ENOMEM: return REASON_INTERNAL;
	default: return REASON_BAD_REQUEST;
	}
}

/* A session that is to call, in the table */
static enum reason prepare(struct session **sp, struct sessions *all,
			   const struct dial *dial, const struct target *t)
{
	struct session *s;
	struct party *party;
	int err;

	err = party_from_dial(&party, dial->conference, dial->uri, t->uri);
	if (err)
		return reason_of_error(err);
	err = session_alloc(&s, all, DIALOG_DIALLING, party);
	if (err)
		return REASON_INTERNAL;
	err = call_out_alloc(&s->call, &all->base, dial, t->uri);
	if (err) {
		mem_deref(s);
		return reason_of_error(err);
	}
	session_register(s, t->uri);
	*sp = s;

	return REASON_NONE;
}

enum reason dial_begin(struct sessions *all, const struct dial *dial,
		       uint64_t *idp)
{
	struct session *s;
	struct target *t;
	enum reason reason;
	int err;

	if (!all || !dial || !dial->conference || !dial->uri)
		return REASON_INTERNAL;
	if (all->closing)
		return REASON_SHUTDOWN;
	if (all->count >= SESSIONS_MAX || all->calling >= SESSIONS_CALLING_MAX)
		return REASON_OVERLOAD;
	err = target_read(&t, dial->uri, all->base.config);
	if (err)
		return reason_of_error(err);
	reason = prepare(&s, all, dial, t);
	if (reason != REASON_NONE) {
		mem_deref(t);
		return reason;
	}
	reason = begin_call(s, t);
	if (reason != REASON_NONE) {
		mem_deref(s);
		return reason;
	}
	all->dialled++;
	if (idp)
		*idp = s->id;
	focus_dialling(all->base.focus, dial->conference, dial->uri);

	return REASON_NONE;
}

void dial_answered(struct session *s, const struct sip_msg *msg)
{
	struct callee callee = {.agent = NULL};
	struct identity *id = NULL;
	struct flow_info flow;

	party_answered(s->party, msg);
	callee.agent = s->party->agent;
	if (dialog_flow_info(s->dialog, &flow) ||
	    identity_read_answer(&id, msg, &flow, s->all->base.config))
		callee.anonymous = sip_msg_hdr(msg, SIP_HDR_PRIVACY) != NULL;
	if (id) {
		callee.display = id->display;
		callee.anonymous = id->anonymous;
	}
	if (callee.anonymous && call_out_hide(s->call))
		party_log_anonymous(s->party);
	if (s->ep)
		focus_answered(s->ep, &callee);
	mem_deref(id);
}

/* Who is in the conference has an allowance of his own; who is not in yet is
 * where he comes from */
static bool take_own(struct sessions *all, struct session *member,
		     const struct flow_info *flow, unsigned count)
{
	const struct config *config = all->base.config;
	const struct allowance_rate rate = {
		DIALS_PER_MINUTE, 60,
		MAX(config->max_recipients, LIMIT_BURST_MIN)};
	struct sa source;

	if (member && member->ep)
		return allowance_take(&member->dials, &rate, count,
				      tmr_jiffies());

	identity_source(&source, config, flow);

	return limit_take(all->dials, &source, count, tmr_jiffies());
}

bool dial_in_time(struct sessions *all, struct session *member,
		  const struct flow_info *flow, bool known, unsigned count)
{
	/* His own first: who has nothing left takes nothing from his host. */
	if (known || identity_flow_trusted(all->base.config, flow) ||
	    (take_own(all, member, flow, count) &&
	     limit_take(all->host_dials, &flow->peer, count, tmr_jiffies())))
		return true;
	all->too_many_dials += count;

	return false;
}

void dial_forget(struct sessions *all, uint64_t id)
{
	struct session *s = all && id ? session_by_id(all, id) : NULL;

	if (s)
		call_out_forget(s->call);
}

enum reason session_dial(void *arg, const char *conference, const char *uri,
			 const char *display)
{
	const struct dial dial = {
		.conference = conference, .uri = uri, .display = display};

	return dial_begin(arg, &dial, NULL);
}

/* What is in the focus, or was, ends by that */
static bool undial_h(struct le *le, void *arg)
{
	struct session *s = le->data;

	if (dialog_state(s->dialog) == DIALOG_DIALLING && !s->joined &&
	    !str_casecmp(s->party->conference, arg))
		session_give_up(s, REASON_ENDED);

	return false;
}

void session_undial(void *arg, const char *conference)
{
	const struct sessions *all = arg;

	(void)hash_apply(all->table, undial_h, (void *)(uintptr_t)conference);
}
