/**
 * @file signaling/session/provisional.c  Early dialogs of an INVITE of ours
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session/session_private.h"

/** More early dialogs than any proxy makes are a flood */
enum { FORKS_MAX = 16 };

struct fork {
	struct le le; /**< in session->forks */
	struct sip_dialog *dlg;
	uint32_t rseq;    /**< of the last one, 0: none was reliable */
	struct mbuf *sdp; /**< its answer */
};

/** A PRACK of ours; frees itself when it is over */
struct prack {
	struct le le; /**< in session->pracks */
	struct session *s;
	struct sip_dialog *dlg;
	struct sip_request *req;
	char *target; /**< Request-URI, for the digest */
	uint32_t rseq, cseq;
};

static void fork_destructor(void *arg)
{
	struct fork *fork = arg;

	list_unlink(&fork->le);
	mem_deref(fork->dlg);
	mem_deref(fork->sdp);
}

void provisional_reset(struct session *s)
{
	if (s->answered)
		(void)exchange_reopen(s->exchange);
	s->answered = NULL;
	list_flush(&s->forks);
}

static struct fork *find(const struct session *s, const struct sip_msg *msg)
{
	struct le *le;

	for (le = s->forks.head; le; le = le->next) {
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

	if (list_count(&s->forks) >= FORKS_MAX)
		return NULL;
	fork = mem_zalloc(sizeof(*fork), fork_destructor);
	if (!fork)
		return NULL;
	/* a re-INVITE has its dialog */
	if (dialog_sip(s->dialog))
		fork->dlg = mem_ref(dialog_sip(s->dialog));
	else
		err = sip_dialog_fork(&fork->dlg, s->early, msg);
	if (err || !sip_dialog_cmp(fork->dlg, msg)) {
		mem_deref(fork);
		return NULL;
	}
	list_append(&s->forks, &fork->le, fork);

	return fork;
}

static bool early_cmp_h(struct le *le, void *arg)
{
	const struct session *s = le->data;

	return dialog_state(s->dialog) == DIALOG_CALLING && find(s, arg);
}

struct session *provisional_find(const struct sessions *all,
				 const struct sip_msg *msg)
{
	return list_ledata(hash_lookup(all->table, hash_joaat_pl(&msg->callid),
				       early_cmp_h, (void *)msg));
}

struct sip_dialog *provisional_dialog(const struct session *s,
				      const struct sip_msg *msg)
{
	const struct fork *fork;

	if (dialog_sip(s->dialog) &&
	    sip_dialog_cmp(dialog_sip(s->dialog), msg))
		return dialog_sip(s->dialog);
	fork = find(s, msg);

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
	list_append(&s->pracks, &prack->le, prack);
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
	if (s->answered || exchange_phase(s->exchange) != EXCHANGE_OFFERED ||
	    exchange_is_refresh(s->exchange))
		return;
	s->answered = fork;
	reason = session_apply_sdp(s, &sdp);
	if (reason != REASON_NONE)
		session_fail(s, reason);
}

void provisional_in(struct session *s, const struct sip_msg *msg)
{
	struct fork *fork = find(s, msg);
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

int provisional_confirm(struct session *s, const struct sip_msg *msg,
			struct sip_dialog **dlgp)
{
	struct fork *fork = find(s, msg);

	/* The route set is that of the 2xx (RFC 3261 section 13.2.2.4), unless
	 * requests of ours went by the early one: their numbers go on. */
	if (!fork || !fork->rseq)
		return sip_dialog_fork(dlgp, s->early, msg);
	(void)sip_dialog_update(fork->dlg, msg);
	*dlgp = mem_ref(fork->dlg);

	return 0;
}

enum reason provisional_answer(struct session *s, const struct sip_msg *msg)
{
	struct fork *fork = find(s, msg);
	struct pl sdp;

	if (fork && fork == s->answered) {
		s->answered = NULL;
		if (exchange_phase(s->exchange) == EXCHANGE_IDLE)
			session_next(s);
		return REASON_NONE;
	}
	if (s->answered && exchange_reopen(s->exchange))
		return REASON_INTERNAL;
	s->answered = NULL;
	if (!fork || !fork->sdp)
		return session_apply_answer(s, msg);
	sdp.p = (const char *)fork->sdp->buf;
	sdp.l = fork->sdp->end;

	return session_apply_sdp(s, &sdp);
}

bool provisional_beside(const struct session *s, const struct sip_msg *msg)
{
	const struct fork *fork = find(s, msg);

	return fork && s->answered && fork != s->answered;
}

bool session_invites(const struct session *s, const struct sip_msg *like)
{
	return s->early && sip_dialog_cmp_half(s->early, like);
}

bool provisional_answered(const struct session *s)
{
	return s->answered != NULL;
}
