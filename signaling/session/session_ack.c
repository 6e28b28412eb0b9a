/**
 * @file signaling/session/session_ack.c  ACKs of ours, and forks that lost
 *
 * An ACK to a 2xx is no transaction: it is kept for 64*T1 and sent again for
 * each repetition of the 2xx (RFC 3261 section 13.2.2.4). It outlives its
 * session, so that a dialog that ends at once still confirms.
 */
#include <errno.h>
#include "mixer/base/keyed_hash.h"
#include "signaling/session/session_private.h"

enum {
	ACKS_SIZE = 256,
	STRAYS_MAX = 256, /* more than forking proxies make are a flood */
};

struct ack {
	struct le he;
	struct tmr tmr;
	struct sa dst;
	struct sip_dialog *dlg;
	struct mbuf *mb;
	enum sip_transp tp;
	uint32_t cseq;
};

/* A fork that answered after another had won */
struct stray {
	struct le le;
	struct sip_dialog *dlg;
	struct sip_request *bye;
};

int session_acks_alloc(struct sessions *all)
{
	return hash_alloc(&all->acks, ACKS_SIZE);
}

void session_acks_flush(struct sessions *all)
{
	list_flush(&all->strays);
	hash_flush(all->acks);
	all->acks = mem_deref(all->acks);
}

static void ack_destructor(void *arg)
{
	struct ack *ack = arg;

	hash_unlink(&ack->he);
	tmr_cancel(&ack->tmr);
	mem_deref(ack->dlg);
	mem_deref(ack->mb);
}

static void ack_old_h(void *arg)
{
	mem_deref(arg);
}

/* libre calls it with the buffer that it is about to complete and send */
static int ack_send_h(enum sip_transp tp, const struct sa *src,
		      const struct sa *dst, struct mbuf *mb, void *arg)
{
	struct ack *ack = arg;
	(void)src;

	mem_deref(ack->mb);
	ack->mb = mem_ref(mb);
	ack->dst = *dst;
	ack->tp = tp;

	return 0;
}

int session_ack_send(struct session *s, struct sip_dialog *dlg, uint32_t cseq)
{
	struct sessions *all = s->all;
	struct ack *ack = mem_zalloc(sizeof(*ack), ack_destructor);
	int err;

	if (!ack)
		return ENOMEM;
	hash_append(all->acks, keyed_hash_str(sip_dialog_callid(dlg)),
		    &ack->he, ack);
	tmr_start(&ack->tmr, 64 * SIP_T1, ack_old_h, ack);
	ack->dlg = mem_ref(dlg);
	ack->cseq = cseq;
	err = sip_drequestf(NULL, all->sip, false, "ACK", dlg, cseq, NULL,
			    ack_send_h, NULL, ack, "%H" SESSION_NO_BODY,
			    session_id_print, dialog_session_id(s->dialog));
	if (err)
		mem_deref(ack);

	return err;
}

static bool ack_cmp_h(struct le *le, void *arg)
{
	const struct ack *ack = le->data;
	const struct sip_msg *msg = arg;

	return ack->cseq == msg->cseq.num && sip_dialog_cmp(ack->dlg, msg);
}

static bool invited_cmp_h(struct le *le, void *arg)
{
	const struct session *s = le->data;

	return session_invites(s, arg);
}

static void stray_destructor(void *arg)
{
	struct stray *stray = arg;

	list_unlink(&stray->le);
	mem_deref(stray->bye);
	mem_deref(stray->dlg);
}

static void stray_bye_h(int err, const struct sip_msg *msg, void *arg)
{
	if (err || msg->scode >= 200)
		mem_deref(arg);
}

static void end_fork(struct session *s, const struct sip_msg *msg)
{
	struct sessions *all = s->all;
	struct stray *stray;

	if (list_count(&all->strays) >= STRAYS_MAX)
		return;
	stray = mem_zalloc(sizeof(*stray), stray_destructor);
	if (!stray)
		return;
	list_append(&all->strays, &stray->le, stray);
	if (client_invite_confirm(s, msg, &stray->dlg) ||
	    session_ack_send(s, stray->dlg, msg->cseq.num) ||
	    sip_drequestf(&stray->bye, all->sip, true, "BYE", stray->dlg, 0,
			  NULL, NULL, stray_bye_h, stray, SESSION_NO_BODY))
		mem_deref(stray);
}

void session_stray_response(struct sessions *all, const struct sip_msg *msg)
{
	struct session *s;
	struct ack *ack;

	ack = list_ledata(hash_lookup(all->acks, keyed_hash_pl(&msg->callid),
				      ack_cmp_h, (void *)msg));
	if (ack) {
		if (!ack->mb) /* not sent yet */
			return;
		ack->mb->pos = 0;
		(void)sip_send(all->sip, NULL, ack->tp, &ack->dst, ack->mb);
		return;
	}
	s = list_ledata(hash_lookup(all->table, keyed_hash_pl(&msg->callid),
				    invited_cmp_h, (void *)msg));
	/* Only another fork: a re-INVITE's 2xx has the dialog's own tag. */
	if (s && !sip_dialog_cmp(dialog_sip(s->dialog), msg))
		end_fork(s, msg);
}
