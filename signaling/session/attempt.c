/**
 * @file signaling/session/attempt.c  One target of a call of ours after
 * another
 *
 * A target's next hop is looked for (next_hop.h), a dialog made; then
 * invite_out.c calls. What comes to nothing here goes on with the next address
 * of its name, with the next target, or not at all.
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/account/account.h"
#include "signaling/message/identity.h"
#include "signaling/session/session_private.h"

/* No INVITE of ours is out: nothing to cancel, nobody to tell but the focus */
void session_give_up(struct session *s, enum reason reason)
{
	log_info("session", "dial failed reason=%s",
		 reason_row(reason)->token);
	if (!s->joined)
		focus_dial_failed(s->all->base.focus, s->party->conference,
				  call_out_is_anonymous(s->call)
					  ? IDENTITY_ANONYMOUS
					  : call_out_to(s->call),
				  reason);
	call_out_tell_reason(s->call, reason);
	session_drop(s, reason);
}

void session_attempt_over(struct session *s)
{
	call_out_stop_timer(s->call);
	dialog_flow_forgive(s->dialog);
	session_refuse_pending(s);
	exchange_attempt_over(s->exchange);
}

/* What the roster and who asked hear of a refusal */
static enum reason reason_of_status(uint16_t status)
{
	switch (status) {

	case 401:
	case 403:
	case 407: return REASON_FORBIDDEN;
	case 404:
	case 410:
	case 484:
	case 604: return REASON_NOBODY;
	case 408: return REASON_NO_ANSWER;
	case 486:
	case 600: return REASON_BUSY;
	case 603: return REASON_DECLINED;
	case 415:
	case 488:
	case 606: return REASON_NO_CODEC;
	default: return REASON_UNAVAILABLE;
	}
}

void session_call_refused(struct session *s, const struct sip_msg *msg)
{
	call_out_tell_msg(s->call, msg);
	session_give_up(s, reason_of_status(msg->scode));
}

/* No next hop leads to this target: the next one, or none */
static void target_failed(struct session *s)
{
	const struct next_hop *hop = call_out_hop(s->call);

	session_attempt_over(s);
	if (call_out_has_more(s->call))
		session_next_target(s);
	else if (hop && next_hop_refusal(hop))
		session_call_refused(s, next_hop_refusal(hop));
	else
		session_give_up(s, hop && next_hop_has_failed(hop)
					   ? REASON_UNAVAILABLE
					   : REASON_NO_ROUTE);
}

void session_unreached(struct session *s)
{
	if (session_another_address(s, NULL))
		return;
	if (call_out_has_more(s->call))
		target_failed(s);
	else
		session_give_up(s, REASON_UNAVAILABLE);
}

/* -------------------------------------------------------------- dialog */

/* Who we are in From */
static int make_from(const struct session *s, char *dst, size_t size)
{
	const struct account *account = call_out_account(s->call);

	if (!account)
		return dialog_uri(s->dialog, dst, size);

	return re_snprintf(dst, size, "%s", account_aor(account)) < 0
		       ? EOVERFLOW
		       : 0;
}

static int make_dialog(struct session *s, const char *route)
{
	const struct next_hop *hop = call_out_hop(s->call);
	struct next_hop_routes routes = {.n = 0};
	struct sip_dialog *dlg = NULL;
	char from[HEADER_URI_MAX];
	int err;

	err = dialog_make_contact(s->dialog, s->party->conference,
				  target_is_sips(next_hop_target(hop)));
	if (!err)
		err = dialog_charge(s->dialog, NULL, call_out_icid(s->call));
	if (!err)
		err = make_from(s, from, sizeof(from));
	if (!err)
		err = next_hop_routes(hop, route, &routes);
	if (!err) {
		err = sip_dialog_alloc(&dlg, next_hop_target(hop)->uri,
				       call_out_to(s->call),
				       call_out_from_display(s->call), from,
				       (const char **)routes.uri, routes.n);
	}
	if (!err) {
		client_invite_begin(s->invite, dlg);
		session_register(s, sip_dialog_callid(dlg));
	}
	mem_deref(dlg);
	while (routes.n)
		mem_deref(routes.uri[--routes.n]);

	return err;
}

static void found_h(int err, const char *route, uint64_t flow, void *arg)
{
	struct session *s = arg;

	dialog_set_flow(s->dialog, flow);
	if (err) {
		log_info("session", "dial: no next hop error=\"%s\"",
			 strerror(err));
		target_failed(s);
		return;
	}
	err = make_dialog(s, route);
	if (err) {
		log_warn("session", "dial: no dialog error=\"%s\"",
			 strerror(err));
		target_failed(s);
		return;
	}
	session_call(s);
}

static void no_target_h(void *arg)
{
	target_failed(arg);
}

void session_next_target(struct session *s)
{
	int err = call_out_next(s->call, found_h, s);
	struct next_hop *hop = call_out_hop(s->call);

	session_set_state(s, DIALOG_DIALLING);
	if (err) {
		call_out_start_timer(s->call, 0, no_target_h, s);
		return;
	}
	session_register(s, next_hop_target(hop)->uri);
	next_hop_find(hop);
}

bool session_another_address(struct session *s, const struct sip_msg *refusal)
{
	struct next_hop *hop = call_out_hop(s->call);

	if (!next_hop_may_have_another(hop))
		return false;

	dialog_set_flow(s->dialog, 0); /* it does not matter that it closes */
	session_attempt_over(s);
	session_set_state(s, DIALOG_DIALLING);

	return !next_hop_find_another(hop, refusal);
}
