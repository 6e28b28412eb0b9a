/**
 * @file signaling/session/client_invite.c  Early dialogs of an INVITE of ours
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/keyed_hash.h"
#include "mixer/base/log.h"
#include "signaling/session/session_private.h"

/** More early dialogs than any proxy makes are a flood */
enum { FORKS_MAX = 16 };

struct fork {
	struct le le; /**< in client_invite->forks */
	struct sip_dialog *dlg;
	uint32_t rseq;    /**< of the last one, 0: none was reliable */
	struct mbuf *sdp; /**< its answer */
};

/** A PRACK of ours; frees itself when it is over */
struct prack {
	struct le le; /**< in client_invite->pracks */
	struct session *s;
	struct sip_dialog *dlg;
	struct sip_request *req;
	char *target; /**< Request-URI, for the digest */
	uint32_t rseq, cseq;
};

struct client_invite {
	struct sip_request *req;  /**< until its final response */
	struct sip_dialog *early; /**< pristine: each fork makes its own */
	struct list forks;        /**< early dialogs */
	struct fork *answered;    /**< whose answer was applied early */
	struct list pracks;       /**< of ours, under way */
};

static void client_invite_destructor(void *arg)
{
	struct client_invite *invite = arg;

	list_flush(&invite->forks);
	list_flush(&invite->pracks);
	mem_deref(invite->req);
	mem_deref(invite->early);
}

int client_invite_alloc(struct client_invite **ip)
{
	*ip = mem_zalloc(sizeof(**ip), client_invite_destructor);

	return *ip ? 0 : ENOMEM;
}

struct sip_dialog *client_invite_early(const struct client_invite *invite)
{
	return invite->early;
}

void client_invite_begin(struct client_invite *invite, struct sip_dialog *dlg)
{
	mem_ref(dlg);
	mem_deref(invite->early);
	invite->early = dlg;
}

bool client_invite_is_open(const struct client_invite *invite)
{
	return invite->req != NULL;
}

void client_invite_cancel(struct client_invite *invite)
{
	sip_request_cancel(invite->req);
}

void client_invite_drop(struct client_invite *invite)
{
	invite->req = mem_deref(invite->req);
}

static void fork_destructor(void *arg)
{
	struct fork *fork = arg;

	list_unlink(&fork->le);
	mem_deref(fork->dlg);
	mem_deref(fork->sdp);
}

/* An offer that was answered early, in an INVITE that came to nothing, is open
 * again when it is said again; a new one is, and what was agreed before a
 * re-INVITE that was refused in the end stays so */
static void client_invite_reset(struct session *s, bool first)
{
	if (s->invite->answered && first &&
	    exchange_phase(s->exchange) == EXCHANGE_IDLE)
		(void)exchange_reopen(s->exchange);
	s->invite->answered = NULL;
	list_flush(&s->invite->forks);
}

static struct fork *fork_find(const struct session *s,
			      const struct sip_msg *msg)
{
	struct le *le;

	for (le = s->invite->forks.head; le; le = le->next) {
		struct fork *fork = le->data;

		if (sip_dialog_cmp(fork->dlg, msg))
			return fork;
	}
	return NULL;
}

static struct fork *fork_add(struct session *s, const struct sip_msg *msg)
{
	struct fork *fork;
	int err = 0;

	if (list_count(&s->invite->forks) >= FORKS_MAX)
		return NULL;
	fork = mem_zalloc(sizeof(*fork), fork_destructor);
	if (!fork)
		return NULL;
	/* a re-INVITE has its dialog */
	if (dialog_sip(s->dialog))
		fork->dlg = mem_ref(dialog_sip(s->dialog));
	else
		err = sip_dialog_fork(&fork->dlg, s->invite->early, msg);
	if (err || !sip_dialog_cmp(fork->dlg, msg)) {
		mem_deref(fork);
		return NULL;
	}
	list_append(&s->invite->forks, &fork->le, fork);

	return fork;
}

static bool fork_cmp_h(struct le *le, void *arg)
{
	const struct session *s = le->data;

	return dialog_state(s->dialog) == DIALOG_CALLING && fork_find(s, arg);
}

struct session *client_invite_find(const struct sessions *all,
				   const struct sip_msg *msg)
{
	return list_ledata(hash_lookup(all->table, keyed_hash_pl(&msg->callid),
				       fork_cmp_h, (void *)msg));
}

struct sip_dialog *client_invite_dialog(const struct session *s,
					const struct sip_msg *msg)
{
	const struct fork *fork;

	if (dialog_sip(s->dialog) &&
	    sip_dialog_cmp(dialog_sip(s->dialog), msg))
		return dialog_sip(s->dialog);
	fork = fork_find(s, msg);

	return fork ? fork->dlg : NULL;
}

/* ---------------------------------------------------------------- PRACK */

static void prack_destructor(void *arg)
{
	struct prack *prack = arg;

	list_unlink(&prack->le);
	mem_deref(prack->req);
	mem_deref(prack->dlg);
	mem_deref(prack->target);
}

static int prack_send(struct prack *prack);

static void prack_h(int err, const struct sip_msg *msg, void *arg)
{
	struct prack *prack = arg;

	if (!err && msg->scode < 200)
		return;
	if (!err && (msg->scode == 401 || msg->scode == 407) &&
	    !call_out_challenge(prack->s->call, msg) && !prack_send(prack))
		return;
	if (err || msg->scode >= 300)
		log_info("session", "PRACK refused status=%u",
			 err ? 0 : msg->scode);
	mem_deref(prack);
}

static int prack_send(struct prack *prack)
{
	const struct session *s = prack->s;
	const struct call_out_request proof = {s->call, "PRACK",
					       prack->target};

	return sip_drequestf(&prack->req, s->all->sip, true, "PRACK",
			     prack->dlg, 0, NULL, NULL, prack_h, prack,
			     "RAck: %u %u INVITE\r\n%H%H" SESSION_NO_BODY,
			     prack->rseq, prack->cseq, session_ims_print, s,
			     call_out_credentials_print, &proof);
}

static int acknowledge(struct session *s, const struct fork *fork,
		       const struct sip_msg *msg)
{
	const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	struct prack *prack = mem_zalloc(sizeof(*prack), prack_destructor);
	struct sip_addr addr;
	int err = 0;

	if (!prack)
		return ENOMEM;
	prack->s = s;
	prack->dlg = mem_ref(fork->dlg);
	prack->rseq = fork->rseq;
	prack->cseq = msg->cseq.num;
	list_append(&s->invite->pracks, &prack->le, prack);
	if (contact && !sip_addr_decode(&addr, &contact->val))
		err = header_uri(&prack->target, &addr.auri);
	if (!err)
		err = prack_send(prack);
	if (err)
		mem_deref(prack);

	return err;
}

static bool is_reliable(const struct sip_msg *msg, uint32_t *rseq)
{
	*rseq = header_seconds(msg, SIP_HDR_RSEQ, 0);

	return *rseq && sip_msg_hdr_has_value(msg, SIP_HDR_REQUIRE, "100rel");
}

/* --------------------------------------------------------------- answers */

static void take_answer(struct session *s, struct fork *fork,
			const struct sip_msg *msg)
{
	enum reason reason;
	struct mbuf *mb;
	struct pl sdp;

	if (fork->sdp || header_sdp(msg, &sdp))
		return;
	mb = mbuf_alloc(sdp.l);
	if (!mb || mbuf_write_pl(mb, &sdp)) {
		mem_deref(mb);
		return;
	}
	fork->sdp = mb;
	if (s->invite->answered ||
	    exchange_phase(s->exchange) != EXCHANGE_OFFERED ||
	    exchange_is_refresh(s->exchange))
		return;
	s->invite->answered = fork;
	reason = session_apply_sdp(s, msg, &sdp);
	if (reason != REASON_NONE)
		session_fail(s, reason);
}

void client_invite_in(struct session *s, const struct sip_msg *msg)
{
	struct fork *fork = fork_find(s, msg);
	uint32_t rseq;

	if (!fork && pl_isset(&msg->to.tag))
		fork = fork_add(s, msg);
	if (!fork || !is_reliable(msg, &rseq))
		return;
	/* One out of order is not acknowledged, so it will come again; a
	 * repetition has been. */
	if (fork->rseq && rseq != fork->rseq + 1)
		return;
	fork->rseq = rseq;
	if (acknowledge(s, fork, msg))
		log_warn("session", "PRACK could not be sent");
	take_answer(s, fork, msg);
}

int client_invite_confirm(struct session *s, const struct sip_msg *msg,
			  struct sip_dialog **dlgp)
{
	struct fork *fork = fork_find(s, msg);

	/* The route set is that of the 2xx (RFC 3261 section 13.2.2.4), unless
	 * requests of ours went by the early one: their numbers go on. */
	if (!fork || !fork->rseq)
		return sip_dialog_fork(dlgp, s->invite->early, msg);
	(void)sip_dialog_update(fork->dlg, msg);
	*dlgp = mem_ref(fork->dlg);

	return 0;
}

enum reason client_invite_answer(struct session *s, const struct sip_msg *msg)
{
	struct fork *fork = fork_find(s, msg);
	struct pl sdp;

	if (fork && fork == s->invite->answered) {
		s->invite->answered = NULL;
		if (exchange_phase(s->exchange) == EXCHANGE_IDLE)
			session_next(s);
		return REASON_NONE;
	}
	/* What the fork that lost has asked since comes to nothing. */
	if (s->invite->answered)
		session_change_stop(s);
	/* one whose host name is still looked up has answered nothing */
	if (s->invite->answered &&
	    exchange_phase(s->exchange) != EXCHANGE_OFFERED &&
	    exchange_reopen(s->exchange))
		return REASON_INTERNAL;
	s->invite->answered = NULL;
	if (!fork || !fork->sdp)
		return session_apply_answer(s, msg);
	sdp.p = (const char *)fork->sdp->buf;
	sdp.l = fork->sdp->end;

	return session_apply_sdp(s, msg, &sdp);
}

bool client_invite_beside(const struct session *s, const struct sip_msg *msg)
{
	const struct fork *fork = fork_find(s, msg);

	return fork && s->invite->answered && fork != s->invite->answered;
}

bool session_invites(const struct session *s, const struct sip_msg *like)
{
	return s->invite->early && sip_dialog_cmp_half(s->invite->early, like);
}

bool client_invite_answered(const struct session *s)
{
	/* what was refused in the end stays until the next one is sent */
	return client_invite_is_open(s->invite) && s->invite->answered;
}

/* ---------------------------------------------------------------- INVITE */

/* What only the INVITE that makes the dialog has */
static int first_print(struct re_printf *pf, const struct call_out_body *body)
{
	const struct call_out_request again = {body->call, "INVITE", NULL};

	return body->first ? call_out_headers_print(pf, body->call)
			   : call_out_credentials_print(pf, &again);
}

static int timer_print(struct re_printf *pf, const struct session *s)
{
	return s->call && call_out_is_plain(s->call)
		       ? 0
		       : timer_print_request(pf, s);
}

int client_invite_send(struct session *s, struct sip_dialog *dlg,
		       struct mbuf *sdp, sip_resp_h *resph)
{
	const struct call_out_body body = {s->call, dlg == s->invite->early,
					   sdp};

	sdp->pos = 0;
	client_invite_reset(s, body.first);

	return sip_drequestf(
		&s->invite->req, s->all->sip, true, "INVITE", dlg, 0, NULL,
		NULL, resph, s, "%H%H%H%s%H%H", session_headers_print, s,
		session_service_print, s, timer_print, s,
		offer_asks_preconditions(exchange_offer(s->exchange))
			? "Supported: precondition\r\n"
			: "",
		first_print, &body, call_out_body_print, &body);
}
