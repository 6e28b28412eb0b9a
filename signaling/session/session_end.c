/**
 * @file signaling/session/session_end.c  BYE and CANCEL, both ways
 */
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session/session_private.h"

void session_refuse_pending(struct session *s)
{
	(void)session_names_stop(s);
	reliable_take_back(s);
	if (server_request_is_open(s->in_hand))
		session_refuse_protocol(s->all, server_request_msg(s->in_hand),
					server_request_strans(s->in_hand), 487,
					"Request Terminated", NULL);
	server_request_drop(s->in_hand);
}

static void stop_all(struct session *s)
{
	timer_stop(s);
	if (s->call)
		call_out_stop_timer(s->call);
	dialog_flow_leave(s->dialog);
	outbox_close(s->outbox);
	session_exchange_stop(s);
}

static int reason_print(struct re_printf *pf, const enum reason *reason)
{
	const struct reason_row *row = reason_row(*reason);

	/* RFC 3326: a cause that is a SIP status, a sentence and, as an
	 * extension, our token, by which a page says it in its language. 200
	 * tells a terminal that this call was not missed. */
	if (row->sip_status < 300 && *reason != REASON_REPLACED)
		return 0;
	return re_hprintf(pf, "Reason: SIP;cause=%u;text=\"%s\";parley=%s\r\n",
			  row->sip_status, row->words, row->token);
}

static void bye_h(int err, const struct sip_msg *msg, void *arg);

static int send_bye(struct session *s)
{
	const struct call_out_request proof = {s->call, "BYE", NULL};

	return sip_drequestf(&s->bye, s->all->sip, true, "BYE",
			     dialog_sip(s->dialog), 0, NULL, NULL, bye_h, s,
			     "%H%H%H" SESSION_NO_BODY, session_ims_print, s,
			     reason_print, &s->end_reason,
			     call_out_credentials_print, &proof);
}

static void bye_h(int err, const struct sip_msg *msg, void *arg)
{
	struct session *s = arg;

	if (!err && msg->scode < 200)
		return;
	if (!err && (msg->scode == 401 || msg->scode == 407) &&
	    !call_out_challenge(s->call, msg) && !send_bye(s))
		return;
	session_drop(s, REASON_LEFT);
}

void session_bye(struct session *s, enum reason reason)
{
	int err;

	session_set_state(s, DIALOG_ENDING);
	session_reply_reset(s);
	if (dialog_is_cut_off(s->dialog)) {
		session_drop(s, reason);
		return;
	}
	s->end_reason = reason;
	err = send_bye(s);
	if (err) {
		log_warn("session", "bye error=\"%s\"", strerror(err));
		session_drop(s, reason);
	}
}

/* Nothing but a datagram, that may have been forged, says that somebody is
 * there */
static bool is_doubtful(const struct session *s)
{
	struct flow_info flow;

	return !s->party->known && !dialog_is_reached(s->dialog) &&
	       !dialog_flow_info(s->dialog, &flow) &&
	       flow.transport == FLOW_UDP && !dialog_is_trusted(s->dialog);
}

void session_give_way(struct sessions *all)
{
	const uint64_t now = tmr_jiffies();
	struct le *le;

	for (le = list_head(&all->answered); le; le = le->next) {
		struct session *s = le->data;

		if (now - s->answered_ms < SESSIONS_ANSWERED_MS)
			return;
		if (!is_doubtful(s))
			continue;

		log_info("session", "no ACK, and others need the room");
		session_reply_reset(s);
		/* a word, in case there is somebody; not repeated */
		(void)sip_drequestf(NULL, all->sip, false, "BYE",
				    dialog_sip(s->dialog), 0, NULL, NULL, NULL,
				    NULL, "%H" SESSION_NO_BODY,
				    session_ims_print, s);
		session_drop(s, REASON_OVERLOAD);
		return;
	}
}

/* What the CANCEL of an INVITE of ours will say (RFC 3326, 7989) */
static void word_cancel(const struct session *s, struct sip_dialog *dlg)
{
	char lines[256] = "";

	if (re_snprintf(lines, sizeof(lines), "%H%H", session_id_print,
			dialog_session_id(s->dialog), reason_print,
			&s->end_reason) > 0)
		(void)layer_cancel_lines(s->all->base.layer,
					 sip_dialog_callid(dlg), lines);
}

/* Our INVITE has had no final response: ask for one. A request that has had
 * no 1xx either is cancelled by libre as soon as that comes. */
static void cancel_call(struct session *s)
{
	session_set_state(s, DIALOG_CANCELLING);
	word_cancel(s, client_invite_early(s->invite));
	client_invite_cancel(s->invite);
}

void session_terminate(struct session *s, enum reason reason)
{
	if (dialog_state(s->dialog) == DIALOG_ENDING ||
	    dialog_state(s->dialog) == DIALOG_CANCELLING)
		return;
	if (reason == REASON_SESSION_EXPIRED)
		s->all->expired++;
	log_info("session", "ended reason=%s", reason_row(reason)->token);
	stop_all(s);

	switch (dialog_state(s->dialog)) {

	case DIALOG_INCOMING:
		reliable_take_back(s);
		if (server_request_is_open(s->in_hand))
			session_refuse(s->all, server_request_msg(s->in_hand),
				       server_request_strans(s->in_hand),
				       reason);
		session_drop(s, reason);
		break;

	case DIALOG_DIALLING: session_drop(s, reason); break;

	case DIALOG_CALLING:
		session_refuse_pending(s);
		s->end_reason = reason;
		call_out_tell_reason(s->call, reason);
		cancel_call(s);
		break;

	default:
		session_refuse_pending(s);
		/* A re-INVITE of ours: libre sends the CANCEL. */
		s->end_reason = reason;
		if (client_invite_is_open(s->invite))
			word_cancel(s, dialog_sip(s->dialog));
		client_invite_drop(s->invite);
		/* RFC 3261 section 15: the callee's BYE waits for the ACK. */
		if (dialog_state(s->dialog) == DIALOG_ANSWERED &&
		    s->reply.waits)
			session_set_state(s, DIALOG_ENDING);
		else
			session_bye(s, reason);
		break;
	}
}

void session_fail(struct session *s, enum reason reason)
{
	session_leave(s, reason);
	session_terminate(s, reason);
}

void session_bye_in(struct sessions *all, const struct sip_msg *msg)
{
	struct session *s = session_find(all, msg);

	if (!s) {
		session_refuse_protocol(all, msg, NULL, 481,
					"Call/Transaction Does Not Exist",
					NULL);
		return;
	}
	if (!sip_dialog_rseq_valid(dialog_sip(s->dialog), msg)) {
		session_refuse_protocol(all, msg, NULL, 500,
					"Server Internal Error", NULL);
		return;
	}
	session_received(s, msg);
	(void)sip_treplyf(NULL, NULL, all->sip, msg, false, 200, "OK",
			  "%H" SESSION_NO_BODY, session_ims_print, s);
	/* RFC 3261 section 15.1.2: pending requests still get an answer. */
	session_refuse_pending(s);
	if (dialog_state(s->dialog) != DIALOG_ENDING)
		log_info("session", "ended reason=%s",
			 reason_row(REASON_LEFT)->token);
	session_drop(s, REASON_LEFT);
}
