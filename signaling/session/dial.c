/**
 * @file signaling/session/dial.c  Who is to be dialled, and how it goes
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/message/identity.h"
#include "signaling/registrar/registrar.h"
#include "signaling/session/own_uri.h"
#include "signaling/session/session_private.h"

/* Who it is on the roster */
static int name_it(struct session *s, const char *uri, const struct target *t)
{
	struct uri decoded;
	struct pl pl;
	int err;

	pl_set_str(&pl, t->uri);
	if (uri_decode(&decoded, &pl))
		return EINVAL;
	err = header_aor(&s->aor, &decoded);
	if (err)
		return err == ENOMEM ? err : EINVAL;
	err = str_dup(&s->entity, uri);
	if (!err && pl_isset(&decoded.user))
		err = header_text(&s->display, &decoded.user,
				  HEADER_DISPLAY_MAX);

	return err;
}

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

	if (s->all->registrar)
		n = registrar_lookup(s->all->registrar, s->aor, v,
				     ARRAY_SIZE(v));
	for (i = 0; i < n; i++) {
		if (add_binding(s, &v[i]))
			log_warn("session", "binding cannot be called");
	}

	return call_out_has_more(s->call);
}

static bool is_conference(const struct session *s, const struct uri *uri)
{
	const struct focus *f = s->all->focus;
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
	if (!loop && str_isset(s->all->config->outbound_proxy))
		return by_uri(s, t);
	mem_deref(t);
	if (loop || !s->all->registrar)
		return REASON_LOOP;
	call_out_start_timer(s->call, 0, offline_h, s);

	return REASON_NONE;
}

/* Takes t */
static enum reason begin(struct session *s, struct target *t)
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

static enum reason prepare(struct session *s, const struct dial *dial)
{
	struct target *t;
	int err;

	s->state = SESSION_DIALLING;
	s->caller = true;
	s->unconfirmed = true;
	s->all->calling++;
	err = target_read(&t, dial->uri, s->all->config);
	if (err)
		return reason_of_error(err);
	err = name_it(s, dial->uri, t);
	if (!err)
		err = str_dup(&s->conference, dial->conference);
	if (!err)
		err = call_out_alloc(&s->call, &s->all->base, dial, t->uri);
	if (err) {
		mem_deref(t);
		return reason_of_error(err);
	}
	session_register(s, t->uri);

	return begin(s, t);
}

enum reason dial_begin(struct sessions *all, const struct dial *dial,
		       uint64_t *idp)
{
	struct session *s;
	enum reason reason;

	if (!all || !dial || !dial->conference || !dial->uri)
		return REASON_INTERNAL;
	if (all->closing)
		return REASON_SHUTDOWN;
	if (all->count >= SESSIONS_MAX || all->calling >= SESSIONS_CALLING_MAX)
		return REASON_OVERLOAD;
	if (session_alloc(&s, all))
		return REASON_INTERNAL;
	reason = prepare(s, dial);
	if (reason != REASON_NONE) {
		mem_deref(s);
		return reason;
	}
	all->dialled++;
	if (idp)
		*idp = s->id;
	focus_dialling(all->focus, dial->conference, dial->uri);

	return REASON_NONE;
}

/* RFC 3261 has Server in responses; many say User-Agent in all they send */
static void read_agent(struct session *s, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_SERVER);
	char *agent = NULL;

	if (!hdr)
		hdr = sip_msg_hdr(msg, SIP_HDR_USER_AGENT);
	if (!hdr || header_text(&agent, &hdr->val, HEADER_AGENT_MAX))
		return;
	mem_deref(s->agent);
	s->agent = agent;
}

void dial_answered(struct session *s, const struct sip_msg *msg)
{
	struct callee callee = {.agent = NULL};
	struct identity *id = NULL;
	struct flow_info flow;

	read_agent(s, msg);
	callee.agent = s->agent;
	if (layer_flow_by_id(s->all->layer, s->flow, &flow) ||
	    identity_read_answer(&id, msg, &flow, s->all->config))
		callee.anonymous = sip_msg_hdr(msg, SIP_HDR_PRIVACY) != NULL;
	if (id) {
		callee.display = id->display;
		callee.anonymous = id->anonymous;
	}
	if (callee.anonymous && call_out_hide(s->call))
		session_log_anonymous(s);
	if (s->ep)
		focus_answered(s->ep, &callee);
	mem_deref(id);
}

bool dial_in_time(struct sessions *all, const struct flow_info *flow,
		  bool known, unsigned count)
{
	if (known || identity_flow_trusted(all->config, flow) ||
	    limit_take(all->dials, &flow->peer, count, tmr_jiffies()))
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
