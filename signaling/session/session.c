/**
 * @file signaling/session/session.c  The table of sessions and who hears what
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session/session_private.h"

enum {
	TABLE_SIZE = 1024, /* power of two */
	CLOSE_DEADLINE_MS = 2000,
};

static const char *state_name(enum session_state state)
{
	static const char *const names[] = {
		[SESSION_INCOMING] = "incoming",
		[SESSION_ANSWERED] = "answered",
		[SESSION_DIALLING] = "dialling",
		[SESSION_CALLING] = "calling",
		[SESSION_CANCELLING] = "cancelling",
		[SESSION_CONFIRMED] = "confirmed",
		[SESSION_ENDING] = "ending",
	};

	return names[state];
}

static void count_confirmed(struct session *s)
{
	if (s->unconfirmed && s->caller)
		s->all->calling--;
	else if (s->unconfirmed)
		s->all->unconfirmed--;
	s->unconfirmed = false;
}

void session_set_state(struct session *s, enum session_state state)
{
	char aor[160];

	if (state == s->state)
		return;
	if (state >= SESSION_CANCELLING)
		count_confirmed(s);
	log_debug("session", "state from=%s to=%s aor=%s",
		  state_name(s->state), state_name(state),
		  log_escape(aor, sizeof(aor), s->aor ? s->aor : "",
			     s->aor ? strlen(s->aor) : 0));
	s->state = state;
}

static void closed_h(void *arg)
{
	struct sessions *all = arg;
	void (*closed)(void *arg) = all->closed;

	all->closed = NULL;
	if (closed)
		closed(all->closed_arg);
}

static void session_destructor(void *arg)
{
	struct session *s = arg;
	struct sessions *all = s->all;
	struct endpoint *ep = s->ep;

	s->ep = NULL;
	if (ep)
		focus_leave(ep, REASON_SHUTDOWN);

	hash_unlink(&s->he);
	session_exchange_stop(s);
	tmr_cancel(&s->flow_grace);
	timer_stop(s);
	session_reply_reset(s);
	reliable_reset(s);
	list_flush(&s->forks);
	list_flush(&s->pracks);
	mem_deref(s->req);
	mem_deref(s->refresh_req);
	mem_deref(s->bye);
	mem_deref(s->st);
	mem_deref(s->msg);
	mem_deref(s->dlg);
	mem_deref(s->early);
	mem_deref(s->exchange);
	mem_deref(s->conference);
	mem_deref(s->contact);
	mem_deref(s->aor);
	mem_deref(s->display);
	mem_deref(s->entity);
	mem_deref(s->agent);
	mem_deref(s->service);
	mem_deref(s->recipients);
	mem_deref(s->charging);
	mem_deref(s->call);

	count_confirmed(s);
	all->count--;
	if (all->closed && !all->count)
		tmr_start(&all->close_tmr, 0, closed_h, all);
}

int session_alloc(struct session **sp, struct sessions *all)
{
	struct session *s = mem_zalloc(sizeof(*s), session_destructor);

	if (!s)
		return ENOMEM;
	s->all = all;
	s->id = ++all->last_id;
	all->count++;
	tmr_init(&s->flow_grace);
	tmr_init(&s->reply.resend);
	tmr_init(&s->reply.give_up);
	reliable_init(s);
	timer_init(s);
	if (session_exchange_alloc(s)) {
		mem_deref(s);
		return ENOMEM;
	}
	*sp = s;

	return 0;
}

void session_register(struct session *s, const char *callid)
{
	hash_unlink(&s->he);
	hash_append(s->all->table, hash_joaat_str(callid), &s->he, s);
}

void session_drop(struct session *s, enum reason reason)
{
	struct endpoint *ep = s->ep;

	s->ep = NULL;
	if (ep)
		focus_leave(ep, reason);
	call_out_tell_reason(s->call, reason);
	hash_unlink(&s->he);
	mem_deref(s);
}

static bool dialog_cmp_h(struct le *le, void *arg)
{
	const struct session *s = le->data;

	return s->dlg && sip_dialog_cmp(s->dlg, arg);
}

struct session *session_find(const struct sessions *all,
			     const struct sip_msg *msg)
{
	return list_ledata(hash_lookup(all->table, hash_joaat_pl(&msg->callid),
				       dialog_cmp_h, (void *)msg));
}

static bool id_h(struct le *le, void *arg)
{
	const struct session *s = le->data;

	return s->id == *(const uint64_t *)arg;
}

struct session *session_by_id(const struct sessions *all, uint64_t id)
{
	return list_ledata(hash_apply(all->table, id_h, &id));
}

bool session_flow_is_secure(const struct flow_info *flow)
{
	return flow->transport == FLOW_TLS || flow->transport == FLOW_WSS;
}

int session_exchange_begin(struct session *s)
{
	const struct config *config = s->all->config;
	struct offer_config oc;
	struct flow_info flow;

	memset(&oc, 0, sizeof(oc));
	if (layer_flow_by_id(s->all->layer, s->flow, &flow))
		return ENOENT;
	oc.address = config->media_address_count ? config->media_address[0]
						 : flow.local;
	oc.near = flow.peer;
	oc.sdes_allowed = session_flow_is_secure(&flow);
	oc.video_width = config->video_width;
	oc.video_height = config->video_height;
	oc.video_fps = config->video_fps;

	return exchange_begin(s->exchange, &oc);
}

/* ------------------------------------------------------------ dispatch */

static void no_act_h(struct sessions *all, struct session *s,
		     const struct sip_msg *msg)
{
	(void)s;
	session_refuse_protocol(all, msg, NULL, 501, "Not Implemented", NULL);
}

static void no_info_h(struct session *s, const struct sip_msg *msg)
{
	no_act_h(s->all, s, msg);
}

static void no_options_h(struct sessions *all, const struct sip_msg *msg)
{
	no_act_h(all, NULL, msg);
}

static void no_flush_h(struct sessions *all)
{
	(void)all;
}

static const struct session_acts no_acts = {
	no_act_h, no_act_h, no_info_h, no_options_h, no_flush_h,
};

/* What began over TLS goes on there: it has keys in its descriptions */
static bool is_exposed(const struct session *s, const struct sip_msg *msg)
{
	struct flow_info flow;

	return exchange_has_keys(s->exchange) &&
	       !layer_flow(s->all->layer, msg, &flow) &&
	       !session_flow_is_secure(&flow);
}

static bool in_dialog_h(const struct sip_msg *msg, void *arg)
{
	struct sessions *all = arg;
	struct session *s = session_find(all, msg);

	if (!s)
		s = provisional_find(all, msg);
	if (!s || s->state == SESSION_ENDING) {
		session_refuse_protocol(all, msg, NULL, 481,
					"Call/Transaction Does Not Exist",
					NULL);
		return true;
	}
	if (!sip_dialog_rseq_valid(provisional_dialog(s, msg), msg)) {
		session_refuse_protocol(all, msg, NULL, 500,
					"Server Internal Error",
					"Warning: 399 parley"
					" \"CSeq out of order\"\r\n");
		return true;
	}
	if (is_exposed(s, msg)) {
		session_refuse_protocol(all, msg, NULL, 403, "Forbidden",
					"Warning: 399 parley"
					" \"The call began over TLS\"\r\n");
		return true;
	}
	session_heard(s, msg);
	if (!pl_strcmp(&msg->met, "INVITE"))
		session_reinvite_in(s, msg);
	else if (!pl_strcmp(&msg->met, "UPDATE"))
		session_update_in(s, msg);
	else if (!pl_strcmp(&msg->met, "PRACK"))
		session_prack_in(s, msg);
	else if (!pl_strcmp(&msg->met, "INFO"))
		all->acts->infoh(s, msg);
	else if (!s->dlg) /* whom we call takes part when it has answered */
		session_refuse_busy(s, msg);
	else if (!pl_strcmp(&msg->met, "REFER"))
		all->acts->referh(all, s, msg);
	else
		all->acts->subscribeh(all, s, msg);

	return true;
}

static bool outside_h(const struct sip_msg *msg, void *arg)
{
	struct sessions *all = arg;

	if (!pl_strcmp(&msg->met, "INVITE"))
		session_invite_in(all, msg);
	else if (!pl_strcmp(&msg->met, "REFER"))
		all->acts->referh(all, NULL, msg);
	else
		all->acts->subscribeh(all, NULL, msg);

	return true;
}

static bool ack_h(const struct sip_msg *msg, void *arg)
{
	struct session *s = session_find(arg, msg);

	if (s)
		session_ack_in(s, msg);

	return true;
}

static bool bye_h(const struct sip_msg *msg, void *arg)
{
	session_bye_in(arg, msg);

	return true;
}

static bool options_h(const struct sip_msg *msg, void *arg)
{
	struct sessions *all = arg;

	all->acts->optionsh(all, msg);

	return true;
}

static bool response_h(const struct sip_msg *msg, void *arg)
{
	if (msg->scode >= 200 && msg->scode < 300)
		session_stray_response(arg, msg);

	return true;
}

/** What sessions handle, and by whom */
static const struct layer_method methods[] = {
	{"INVITE", LAYER_OUTSIDE, outside_h},
	{"INVITE", LAYER_DIALOG, in_dialog_h},
	{"INVITE", LAYER_RESPONSE, response_h},
	{"ACK", LAYER_DIALOG, ack_h},
	{"BYE", LAYER_DIALOG, bye_h},
	{"OPTIONS", LAYER_OUTSIDE, options_h},
	{"OPTIONS", LAYER_DIALOG, options_h},
	{"INFO", LAYER_DIALOG, in_dialog_h},
	{"UPDATE", LAYER_DIALOG, in_dialog_h},
	{"PRACK", LAYER_DIALOG, in_dialog_h},
	{"SUBSCRIBE", LAYER_OUTSIDE, outside_h},
	{"SUBSCRIBE", LAYER_DIALOG, in_dialog_h},
	{"REFER", LAYER_OUTSIDE, outside_h},
	{"REFER", LAYER_DIALOG, in_dialog_h},
};

/* --------------------------------------------------- the focus's wishes */

static void reoffer_h(void *session)
{
	session_wish(session, EXCHANGE_WISH_OFFER);
}

static void end_h(void *session, enum reason reason)
{
	struct session *s = session;

	s->ep = NULL;
	session_terminate(s, reason);
}

enum reason session_join(struct session *s, const struct leg_description *leg,
			 focus_leg_h *joinedh)
{
	static const struct session_ops ops = {reoffer_h, end_h};
	const struct join join = {
		.conference = s->conference,
		.aor = s->aor,
		.display = s->display,
		.entity = s->entity,
		.agent = s->agent,
		.webrtc = exchange_is_webrtc(s->exchange),
		.dialled_out = s->caller,
		.factory = s->factory,
		.anonymous = s->call ? call_out_is_anonymous(s->call)
				     : s->anonymous,
		.replaces = s->replaces != 0,
		.referred_by = call_out_referrer(s->call),
		.ops = &ops,
		.session = s,
	};
	enum reason reason;

	reason = focus_join(s->all->focus, &s->ep, &join, leg, joinedh, s);
	if (reason != REASON_NONE) {
		s->ep = NULL;
		return reason;
	}
	s->joined = true;
	str_ncpy(s->ids.local, focus_session_id(s->ep), sizeof(s->ids.local));

	return reason;
}

/* ----------------------------------------------------- a flow has closed */

static void flow_grace_h(void *arg)
{
	struct session *s = arg;

	if (s->state == SESSION_CALLING && !call_out_has_received(s->call)) {
		s->req = mem_deref(s->req);
		session_unreached(s);
		return;
	}
	session_fail(s, REASON_UNAVAILABLE);
}

struct flow_search {
	uint64_t flow;
	bool lasting; /**< its peer has an address where it can be called */
};

static bool flow_closed_apply_h(struct le *le, void *arg)
{
	struct session *s = le->data;
	const struct flow_search *search = arg;

	/* who is about to call finds out */
	if (s->flow != search->flow || s->state == SESSION_DIALLING)
		return false;

	if (search->lasting) {
		/* Found again at its address; but a connection that did not
		 * come about has not carried our INVITE. */
		if (s->state == SESSION_CALLING &&
		    !call_out_has_received(s->call))
			tmr_start(&s->flow_grace, 0, flow_grace_h, s);
		return false;
	}

	/* Media may still run, and a page that reloads its socket may come
	 * back: the session gets what a silent leg gets. */
	s->flow_lost = true;
	tmr_start(&s->flow_grace,
		  (uint64_t)s->all->config->media_timeout_s * 1000,
		  flow_grace_h, s);

	return false;
}

static void flow_closed_h(uint64_t flow, enum flow_transport transport,
			  void *arg)
{
	struct sessions *all = arg;
	struct flow_search search = {flow, transport != FLOW_WS &&
						   transport != FLOW_WSS};

	(void)hash_apply(all->table, flow_closed_apply_h, &search);
}

/* ------------------------------------------------------------ life cycle */

static void sessions_destructor(void *arg)
{
	struct sessions *all = arg;

	all->closed = NULL;
	all->acts->flushh(all);
	mem_deref(all->flows);
	focus_set_signaling(all->focus, NULL);
	tmr_cancel(&all->close_tmr);
	mem_deref(all->handled);
	hash_flush(all->table);
	mem_deref(all->table);
	list_flush(&all->strays);
	hash_flush(all->acks);
	mem_deref(all->acks);
	mem_deref(all->dials);
	tmr_cancel(&all->close_tmr);
}

int sessions_alloc(struct sessions **sp,
		   const struct sessions_dependencies *dependencies)
{
	struct limit_rate dials = {DIALS_PER_MINUTE, 60, 0};
	struct sessions *all;
	int err;

	if (!sp || !dependencies || !dependencies->layer ||
	    !dependencies->focus || !dependencies->config)
		return EINVAL;

	dials.burst = dependencies->config->max_recipients;

	all = mem_zalloc(sizeof(*all), sessions_destructor);
	if (!all)
		return ENOMEM;
	tmr_init(&all->close_tmr);
	all->acts = &no_acts;
	all->t1_ms = SIP_T1;
	all->base = *dependencies;
	all->layer = dependencies->layer;
	all->sip = layer_sip(dependencies->layer);
	all->focus = dependencies->focus;
	all->config = dependencies->config;
	all->auth = dependencies->auth;
	all->registrar = dependencies->registrar;
	all->credentials = dependencies->credentials;
	all->accounts = dependencies->accounts;
	all->notifiers = dependencies->notifiers;
	all->events = dependencies->events;

	err = hash_alloc(&all->table, TABLE_SIZE);
	if (err)
		goto out;
	err = limit_alloc(&all->dials, &dials);
	if (err)
		goto out;
	err = session_acks_alloc(all);
	if (err)
		goto out;
	err = layer_handle(&all->handled, all->layer, methods,
			   ARRAY_SIZE(methods), all);
	if (err)
		goto out;

	err = layer_listen_flows(&all->flows, all->layer, flow_closed_h, all);
	if (err)
		goto out;

	all->ops.dial = session_dial;
	all->ops.arg = all;
	focus_set_signaling(all->focus, &all->ops);

out:
	if (err)
		mem_deref(all);
	else
		*sp = all;
	return err;
}

static bool count_apply_h(struct le *le, void *arg)
{
	struct session ***next = arg;

	*(*next)++ = mem_ref(le->data);
	return false;
}

void sessions_close(struct sessions *all, void (*done)(void *arg), void *arg)
{
	struct session **v, **next;
	size_t i, n;

	if (!all)
		return;
	all->closing = true;
	all->closed = done;
	all->closed_arg = arg;

	/* Ending one may drop it, and the focus may end others on the way:
	 * walk over a copy. */
	n = all->count;
	v = next = mem_zalloc((n + 1) * sizeof(*v), NULL);
	if (v)
		(void)hash_apply(all->table, count_apply_h, &next);
	for (i = 0; v && v[i]; i++) {
		if (v[i]->he.list && v[i]->state != SESSION_ENDING)
			session_fail(v[i], REASON_SHUTDOWN);
		mem_deref(v[i]);
	}
	mem_deref(v);

	tmr_start(&all->close_tmr, all->count ? CLOSE_DEADLINE_MS : 0,
		  closed_h, all);
}

void sessions_set_acts(struct sessions *all, const struct session_acts *acts)
{
	all->acts = acts;
}

size_t sessions_count(const struct sessions *all)
{
	return all ? all->count : 0;
}

json_t *sessions_stats(const struct sessions *all)
{
	return json_pack(
		"{s:I,s:I,s:I,s:I,s:I,s:I}", "sessions",
		(json_int_t)all->count, "invites", (json_int_t)all->invites,
		"dialled", (json_int_t)all->dialled, "refused",
		(json_int_t)all->refused, "expired", (json_int_t)all->expired,
		"too_many_dials", (json_int_t)all->too_many_dials);
}
