/**
 * @file signaling/session/sessions.c  The table of sessions and who hears what
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/keyed_hash.h"
#include "mixer/base/log.h"
#include "signaling/event/notifier.h"
#include "signaling/session/invitation.h"
#include "signaling/session/session_private.h"

enum {
	TABLE_SIZE = 1024, /* power of two */
	CLOSE_DEADLINE_MS = 2000,
};

static void sessions_closed_h(void *arg)
{
	struct sessions *all = arg;
	void (*closed)(void *arg) = all->closed;

	all->closed = NULL;
	if (closed)
		closed(all->closed_arg);
}

uint64_t sessions_one_more(struct sessions *all)
{
	all->count++;

	return ++all->last_id;
}

void sessions_one_less(struct sessions *all)
{
	all->count--;
	if (all->closed && !all->count)
		tmr_start(&all->close_tmr, 0, sessions_closed_h, all);
}

void sessions_count_call(struct sessions *all, bool ours, bool begins)
{
	size_t *count = ours ? &all->calling : &all->unconfirmed;

	if (begins)
		(*count)++;
	else
		(*count)--;
}

static bool dialog_cmp_h(struct le *le, void *arg)
{
	const struct session *s = le->data;

	return dialog_sip(s->dialog) &&
	       sip_dialog_cmp(dialog_sip(s->dialog), arg);
}

struct session *session_find(const struct sessions *all,
			     const struct sip_msg *msg)
{
	return list_ledata(hash_lookup(all->table, keyed_hash_pl(&msg->callid),
				       dialog_cmp_h, (void *)msg));
}

static enum layer_dialog known_dialog_h(const struct pl *callid,
					const struct pl *ours,
					const struct pl *theirs, void *arg)
{
	struct sip_msg like = {.req = true, .callid = *callid};
	const struct sessions *all = arg;
	const struct session *s;

	like.to.tag = *ours;
	like.from.tag = *theirs;
	s = session_find(all, &like);
	if (!s)
		return notifiers_dialog(all->base.notifiers, &like);

	return s->party->known || dialog_is_reached(s->dialog)
		       ? LAYER_DIALOG_REACHED
		       : LAYER_DIALOG_BEGUN;
}

struct search {
	session_match_h *h;
	void *arg;
};

static bool search_h(struct le *le, void *arg)
{
	const struct search *search = arg;

	return search->h(le->data, search->arg);
}

struct session *sessions_search(const struct sessions *all,
				const struct pl *callid, session_match_h *h,
				void *arg)
{
	struct search search = {h, arg};

	return list_ledata(callid ? hash_lookup(all->table,
						keyed_hash_pl(callid),
						search_h, &search)
				  : hash_apply(all->table, search_h, &search));
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

static bool no_foreign_h(struct sessions *all, const struct sip_msg *msg)
{
	(void)all;
	(void)msg;

	return false;
}

static int no_place_h(struct sessions *all, struct invitation *invitation)
{
	(void)all;
	(void)invitation;

	return 0;
}

static bool no_loop_h(struct sessions *all,
		      const struct invitation *invitation)
{
	(void)all;
	(void)invitation;

	return false;
}

static const struct session_acts no_acts = {
	.referh = no_act_h,
	.subscribeh = no_act_h,
	.messageh = no_act_h,
	.infoh = no_info_h,
	.optionsh = no_options_h,
	.foreignh = no_foreign_h,
	.placeh = no_place_h,
	.listh = no_place_h,
	.loopsh = no_loop_h,
	.flushh = no_flush_h,
};

/* What began over TLS goes on there, and what knows media keys */
static bool is_exposed(const struct session *s, const struct sip_msg *msg)
{
	return session_is_secret(s) &&
	       !layer_is_secure(s->all->base.layer, msg,
				dialog_flow(s->dialog));
}

/* Before anything is made of it, its CSeq included. @return true: it has been
 * refused */
static bool refuse_exposed(const struct session *s, const struct sip_msg *msg)
{
	if (!is_exposed(s, msg))
		return false;
	session_refuse_protocol(s->all, msg, NULL, 403, "Forbidden",
				"Warning: 399 parley"
				" \"The call began over TLS\"\r\n");

	return true;
}

static bool in_dialog_h(const struct sip_msg *msg, void *arg)
{
	struct sessions *all = arg;
	struct session *s = session_find(all, msg);

	if (!s)
		s = client_invite_find(all, msg);
	if (!s || dialog_state(s->dialog) == DIALOG_ENDING) {
		session_refuse_protocol(all, msg, NULL, 481,
					"Call/Transaction Does Not Exist",
					NULL);
		return true;
	}
	if (refuse_exposed(s, msg))
		return true;
	if (!sip_dialog_rseq_valid(client_invite_dialog(s, msg), msg)) {
		session_refuse_protocol(all, msg, NULL, 500,
					"Server Internal Error",
					"Warning: 399 parley"
					" \"CSeq out of order\"\r\n");
		return true;
	}
	session_received(s, msg);
	if (!pl_strcmp(&msg->met, "INVITE"))
		session_reinvite_in(s, msg);
	else if (!pl_strcmp(&msg->met, "UPDATE"))
		session_update_in(s, msg);
	else if (!pl_strcmp(&msg->met, "PRACK"))
		session_prack_in(s, msg);
	else if (!pl_strcmp(&msg->met, "INFO"))
		all->acts->infoh(s, msg);
	else if (!dialog_sip(s->dialog)) /* whom we call takes part when it has
					    answered */
		session_refuse_busy(s, msg);
	else if (!pl_strcmp(&msg->met, "REFER"))
		all->acts->referh(all, s, msg);
	else if (!pl_strcmp(&msg->met, "MESSAGE"))
		all->acts->messageh(all, s, msg);
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
	else if (!pl_strcmp(&msg->met, "MESSAGE"))
		all->acts->messageh(all, NULL, msg);
	else
		all->acts->subscribeh(all, NULL, msg);

	return true;
}

static bool ack_h(const struct sip_msg *msg, void *arg)
{
	struct session *s = session_find(arg, msg);

	if (s && !is_exposed(s, msg)) {
		session_heard(s, msg);
		session_ack_in(s, msg);
	}

	return true;
}

static bool bye_h(const struct sip_msg *msg, void *arg)
{
	const struct session *s = session_find(arg, msg);

	if (!s || !refuse_exposed(s, msg))
		session_bye_in(arg, msg);

	return true;
}

static bool options_h(const struct sip_msg *msg, void *arg)
{
	struct sessions *all = arg;
	const struct session *s =
		pl_isset(&msg->to.tag) ? session_find(all, msg) : NULL;

	if (!s || !refuse_exposed(s, msg))
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
	{"MESSAGE", LAYER_OUTSIDE, outside_h},
	{"MESSAGE", LAYER_DIALOG, in_dialog_h},
};

/* ----------------------------------------------------- a flow has closed */

static void flow_grace_h(void *arg)
{
	struct session *s = arg;

	if (dialog_state(s->dialog) == DIALOG_CALLING &&
	    !call_out_has_received(s->call)) {
		client_invite_drop(s->invite);
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
	if (dialog_flow(s->dialog) != search->flow ||
	    dialog_state(s->dialog) == DIALOG_DIALLING)
		return false;

	if (search->lasting) {
		/* Found again at its address; but a connection that did not
		 * come about has not carried our INVITE. */
		if (dialog_state(s->dialog) == DIALOG_CALLING &&
		    !call_out_has_received(s->call))
			dialog_flow_closed(s->dialog, false, 0, flow_grace_h,
					   s);
		return false;
	}

	/* Media may still run, and a page that reloads its socket may come
	 * back: the session gets what a silent leg gets. */
	dialog_flow_closed(s->dialog, true,
			   (uint64_t)s->all->base.config->media_timeout_s *
				   1000,
			   flow_grace_h, s);
	if (s->ep)
		focus_cut_off(s->ep);

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

static bool flow_used_apply_h(struct le *le, void *arg)
{
	const struct session *s = le->data;
	const uint64_t *flow = arg;

	return dialog_flow(s->dialog) == *flow;
}

static bool flow_used_h(uint64_t flow, void *arg)
{
	const struct sessions *all = arg;

	return hash_apply(all->table, flow_used_apply_h, &flow) != NULL;
}

/* ------------------------------------------------------------ life cycle */

static void sessions_destructor(void *arg)
{
	struct sessions *all = arg;

	all->closed = NULL;
	all->acts->flushh(all);
	mem_deref(all->flows);
	layer_set_dialogs(all->base.layer, NULL, NULL);
	focus_set_signaling(all->base.focus, NULL);
	tmr_cancel(&all->close_tmr);
	mem_deref(all->handled);
	hash_flush(all->table);
	mem_deref(all->table);
	session_acks_flush(all);
	mem_deref(all->dials);
	mem_deref(all->host_dials);
	tmr_cancel(&all->close_tmr);
}

int sessions_alloc(struct sessions **sp,
		   const struct sessions_dependencies *dependencies)
{
	struct limit_rate dials = {DIALS_PER_MINUTE, 60, 0};
	struct limit_rate host_dials = {DIALS_OF_HOST_PER_MINUTE, 60, 0};
	struct sessions *all;
	int err;

	if (!sp || !dependencies || !dependencies->layer ||
	    !dependencies->focus || !dependencies->config)
		return EINVAL;

	dials.burst = dependencies->config->max_recipients;
	host_dials.burst = 2 * MAX(dials.burst, host_dials.count);

	all = mem_zalloc(sizeof(*all), sessions_destructor);
	if (!all)
		return ENOMEM;
	tmr_init(&all->close_tmr);
	all->acts = &no_acts;
	all->t1_ms = SIP_T1;
	all->base = *dependencies;
	all->sip = layer_sip(dependencies->layer);

	err = hash_alloc(&all->table, TABLE_SIZE);
	if (err)
		goto out;
	err = limit_alloc(&all->dials, &dials);
	if (err)
		goto out;
	err = limit_alloc(&all->host_dials, &host_dials);
	if (err)
		goto out;
	err = session_acks_alloc(all);
	if (err)
		goto out;
	err = layer_handle(&all->handled, all->base.layer, methods,
			   ARRAY_SIZE(methods), all);
	if (err)
		goto out;

	err = layer_listen_flows(&all->flows, all->base.layer, flow_closed_h,
				 flow_used_h, all);
	if (err)
		goto out;

	layer_set_dialogs(all->base.layer, known_dialog_h, all);
	all->ops.dial = session_dial;
	all->ops.undial = session_undial;
	all->ops.arg = all;
	focus_set_signaling(all->base.focus, &all->ops);

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
		if (v[i]->he.list &&
		    dialog_state(v[i]->dialog) != DIALOG_ENDING)
			session_fail(v[i], REASON_SHUTDOWN);
		mem_deref(v[i]);
	}
	mem_deref(v);

	tmr_start(&all->close_tmr, all->count ? CLOSE_DEADLINE_MS : 0,
		  sessions_closed_h, all);
}

void sessions_set_acts(struct sessions *all, const struct session_acts *acts,
		       void *arg)
{
	all->acts = acts;
	all->acts_arg = arg;
}

void *sessions_acts_arg(const struct sessions *all)
{
	return all->acts_arg;
}

bool sessions_are_closing(const struct sessions *all)
{
	return all->closing;
}

const struct sessions_dependencies *sessions_base(const struct sessions *all)
{
	return &all->base;
}

struct sip *sessions_sip(const struct sessions *all)
{
	return all->sip;
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
