/**
 * @file signaling/session/outbox.c  MESSAGEs of ours, one after the other
 */
#include <errno.h>
#include <string.h>
#include "focus/conference/chat.h"
#include "mixer/base/log.h"
#include "signaling/message/cpim.h"
#include "signaling/session/outbox.h"
#include "signaling/session/session_private.h"

enum {
	/** Of a request what is neither of the dialog nor of the text: names
	 *  of headers, Via, CSeq, Content-Type, tags and branches of ours */
	FIXED_BYTES = 420,
	/** " (12/34)" */
	MARK_BYTES = 8,
	/** So much of a text goes into a MESSAGE however much of it is headers
	 */
	TEXT_BYTES_MIN = 160,
	RETRY_MAX_S = 60,
	RETRIES_MAX = 3,
	/** So many in a row that nobody answered, or that were not taken, are
	 *  the last */
	SILENCES_MAX = 2,
	FAILURES_MAX = 5,
};

/** One that waits, or whose pieces are being sent */
struct letter {
	struct le le;
	struct chat_message *m;
};

struct outbox {
	struct session *s;
	struct list letters; /**< oldest first */
	unsigned count;
	size_t at, len; /**< of the first one's text: where the piece begins
			     that is to go or is under way, and its bytes */
	unsigned piece, pieces; /**< which of how many; 0: not cut yet */
	struct sip_request *req;
	struct sip_dialog *dlg; /**< of a request outside of the dialog */
	uint64_t flow;          /**< that it went by */
	struct tmr tmr;
	unsigned tries, silences, failures;
	bool taken;  /**< one was */
	bool plain;  /**< message/cpim was not */
	bool closed; /**< it is to get none */
};

static void outbox_go(struct outbox *o);

static void letter_destructor(void *arg)
{
	struct letter *letter = arg;

	list_unlink(&letter->le);
	mem_deref(letter->m);
}

static void outbox_destructor(void *arg)
{
	outbox_close(arg);
}

int outbox_alloc(struct outbox **op, struct session *s)
{
	struct outbox *o = mem_zalloc(sizeof(*o), outbox_destructor);

	if (!o)
		return ENOMEM;
	o->s = s;
	tmr_init(&o->tmr);
	*op = o;

	return 0;
}

void outbox_close(struct outbox *o)
{
	o->closed = true;
	tmr_cancel(&o->tmr);
	o->req = mem_deref(o->req);
	o->dlg = mem_deref(o->dlg);
	list_flush(&o->letters);
	o->count = 0;
}

static const struct chat_message *outbox_first(const struct outbox *o)
{
	const struct letter *letter = list_ledata(list_head(&o->letters));

	return letter ? letter->m : NULL;
}

/* The first one is done with, or given up */
static void drop_first(struct outbox *o)
{
	mem_deref(list_ledata(list_head(&o->letters)));
	o->count--;
	o->at = o->len = 0;
	o->piece = o->pieces = 0;
	o->tries = 0;
}

/* ------------------------------------------------------- how it goes there */

static bool is_page(const struct flow_info *flow)
{
	return flow->transport == FLOW_WS || flow->transport == FLOW_WSS;
}

/** A MESSAGE that goes out */
struct post {
	const struct outbox *o;
	const struct chat_message *m;
	struct pl text; /**< the piece of it */
	bool page;      /**< outside of the dialog, From the writer */
	bool bounded;   /**< to OUTBOX_MESSAGE_BYTES */
	bool cpim;
	char uri[HEADER_URI_MAX]; /**< of the conference */
};

/* @return false: it cannot go now */
static bool post_begin(struct post *p, const struct outbox *o)
{
	const struct dialog *d = o->s->dialog;
	struct flow_info flow;

	if (dialog_state(d) != DIALOG_CONFIRMED || dialog_is_cut_off(d) ||
	    !dialog_sip(d) || dialog_flow_info(d, &flow) ||
	    dialog_uri(d, p->uri, sizeof(p->uri)))
		return false;
	p->o = o;
	p->m = outbox_first(o);
	p->page = is_page(&flow) && dialog_target(d);
	p->bounded = flow.transport == FLOW_UDP || !dialog_is_direct(d);
	p->cpim = dialog_takes_cpim(d) && !o->plain;

	return true;
}

/** " (1/3)"; nothing where it is whole */
static int mark_print(struct re_printf *pf, const struct outbox *o)
{
	return o->pieces > 1
		       ? re_hprintf(pf, "(%u/%u)", o->piece + 1, o->pieces)
		       : 0;
}

/* "Ana (1/3): Hello" where the message itself does not say who writes, else
 * "(1/3) Hello" */
static int text_print(struct re_printf *pf, const struct post *p)
{
	const bool named = p->cpim || p->page;
	const char *const blank = p->o->pieces > 1 ? " " : "";

	if (named)
		return re_hprintf(pf, "%H%s%H", mark_print, p->o, blank,
				  outbox_text_print, &p->text);

	return re_hprintf(pf, "%s%s%H: %H", p->m->label, blank, mark_print,
			  p->o, outbox_text_print, &p->text);
}

static int body_print(struct re_printf *pf, const struct post *p)
{
	const struct cpim_head head = {
		.name = p->m->label,
		.uri = p->m->user ? p->m->user : p->uri,
		.to = p->uri,
		.time_ms = p->m->time_ms,
	};
	int err = p->cpim ? cpim_print(pf, &head) : 0;

	return err ? err : text_print(pf, p);
}

/* A page shows it in its place: by its number */
static int number_print(struct re_printf *pf, const struct post *p)
{
	if (!p->page)
		return 0;

	return re_hprintf(pf,
			  SESSION_CHAT ": number=%llu;endpoint=%u;time=%llu"
				       "\r\n",
			  p->m->number, p->m->endpoint, p->m->time_ms);
}

static int headers_print(struct re_printf *pf, const struct post *p)
{
	const struct call_out_request proof = {p->o->s->call, "MESSAGE", NULL};
	int err;

	err = re_hprintf(pf, "%H%H", session_ims_print, p->o->s, number_print,
			 p);
	if (!err && !p->page)
		err = call_out_credentials_print(pf, &proof);
	if (!err)
		err = re_hprintf(pf, "Content-Type: %s\r\n",
				 p->cpim ? CPIM_TYPE
					 : "text/plain;charset=UTF-8");

	return err;
}

/* Bytes that a print function would print */
static size_t measure(int (*print)(struct re_printf *pf, const struct post *p),
		      const struct post *p)
{
	struct mbuf *mb = mbuf_alloc(1024);
	size_t n = mb && !mbuf_printf(mb, "%H", print, p)
			   ? mb->end
			   : OUTBOX_MESSAGE_BYTES;

	mem_deref(mb);

	return n;
}

/* For the text, of what is sent there */
static size_t post_room(const struct post *p)
{
	const struct dialog *d = p->o->s->dialog;
	struct post empty = *p;
	size_t bytes = FIXED_BYTES + MARK_BYTES + dialog_frame_bytes(d) +
		       2 * strlen(p->uri);

	if (!p->bounded)
		return SIZE_MAX;
	pl_set_str(&empty.text, "");
	if (dialog_target(d))
		bytes += strlen(dialog_target(d));
	if (p->page)
		bytes += strlen(p->o->s->party->aor) + strlen(p->m->label);
	bytes += measure(headers_print, &empty) + measure(body_print, &empty);

	return bytes + TEXT_BYTES_MIN < OUTBOX_MESSAGE_BYTES
		       ? OUTBOX_MESSAGE_BYTES - bytes
		       : TEXT_BYTES_MIN;
}

/* The piece that begins at o->at. Its size is chosen again for each: what is
 * between may have changed, and the count with it */
static void cut_next(struct outbox *o, struct post *p)
{
	const char *text = p->m->text + o->at;
	const size_t left = p->m->bytes - o->at, n = post_room(p);

	o->pieces = o->piece + outbox_pieces(text, left, n);
	o->len = outbox_cut(text, left, n);
	p->text.p = text;
	p->text.l = o->len;
}

/* ------------------------------------------------------------ what came back
 */

enum verdict {
	VERDICT_TAKEN,
	VERDICT_LATER,     /**< the same again */
	VERDICT_CHALLENGE, /**< the same again, with credentials */
	VERDICT_PLAIN,     /**< the same again, as a mere text */
	VERDICT_SKIP,      /**< not this one */
	VERDICT_CLOSE,     /**< no more */
};

static enum verdict outbox_verdict(const struct outbox *o,
				   const struct sip_msg *msg)
{
	static const uint16_t not_this_one[] = {408, 413, 480, 486, 487,
						491, 513, 600, 603};
	const bool cpim = dialog_takes_cpim(o->s->dialog) && !o->plain;
	const uint16_t status = msg->scode;

	if (status < 300)
		return VERDICT_TAKEN;
	if ((status == 415 || status == 488) && cpim)
		return VERDICT_PLAIN;
	if ((status == 401 || status == 407) && !o->dlg)
		return VERDICT_CHALLENGE;
	if (header_seconds(msg, SIP_HDR_RETRY_AFTER, 0) &&
	    (status == 480 || status == 486 || status == 413 ||
	     status == 500 || status == 503))
		return o->tries < RETRIES_MAX ? VERDICT_LATER : VERDICT_SKIP;
	for (size_t i = 0; i < ARRAY_SIZE(not_this_one); i++) {
		if (status == not_this_one[i])
			return VERDICT_SKIP;
	}

	return status >= 500 && status < 600 && status != 501 && status != 505
		       ? VERDICT_SKIP
		       : VERDICT_CLOSE;
}

static void go_h(void *arg)
{
	outbox_go(arg);
}

static void outbox_go_in(struct outbox *o, uint64_t ms)
{
	if (!o->closed && !o->req && !tmr_isrunning(&o->tmr))
		tmr_start(&o->tmr, ms, go_h, o);
}

static void leave_alone(struct outbox *o, unsigned status)
{
	log_info("session", "no more messages for it status=%u", status);
	outbox_close(o);
}

static void next_piece(struct outbox *o)
{
	const struct chat_message *m = outbox_first(o);

	o->taken = true;
	o->silences = o->failures = o->tries = 0;
	o->at += o->len;
	o->at += outbox_skip(m->text + o->at, m->bytes - o->at);
	o->piece++;
	if (o->at >= m->bytes)
		drop_first(o);
}

/* It may be that it never got any, or that it is slow */
static void unanswered(struct outbox *o)
{
	if (!o->taken || ++o->silences >= SILENCES_MAX)
		leave_alone(o, 408);
	else
		drop_first(o);
}

static void outbox_act(struct outbox *o, const struct sip_msg *msg)
{
	uint32_t s = header_seconds(msg, SIP_HDR_RETRY_AFTER, 0);

	switch (outbox_verdict(o, msg)) {

	case VERDICT_TAKEN: next_piece(o); break;
	case VERDICT_PLAIN: o->plain = true; break;

	case VERDICT_LATER:
		o->tries++;
		outbox_go_in(o, (uint64_t)MIN(s, RETRY_MAX_S) * 1000);
		break;

	case VERDICT_CHALLENGE:
		if (call_out_challenge(o->s->call, msg))
			leave_alone(o, msg->scode);
		break;

	case VERDICT_SKIP:
		if (++o->failures >= FAILURES_MAX)
			leave_alone(o, msg->scode);
		else
			drop_first(o);
		break;

	case VERDICT_CLOSE: leave_alone(o, msg->scode); break;
	}
}

static void message_answered_h(int err, const struct sip_msg *msg, void *arg)
{
	struct outbox *o = arg;

	if (!err && msg->scode < 200)
		return;
	if (!err)
		outbox_act(o, msg);
	/* its connection is gone: this one goes when it is back */
	else if (!dialog_is_cut_off(o->s->dialog))
		unanswered(o);
	o->dlg = mem_deref(o->dlg);
	outbox_go_in(o, 0);
}

/* ---------------------------------------------------------------- sending */

/* A page's, by its connection to its Contact, under the writer's name */
static int make_dialog(struct outbox *o, const struct post *p)
{
	const struct dialog *d = o->s->dialog;
	char route[HEADER_URI_MAX];
	const char *routes[] = {route};
	char *name = NULL;
	int err;

	err = layer_flow_route(o->s->all->base.layer, dialog_flow(d), route,
			       sizeof(route));
	if (!err)
		err = header_quote(&name, p->m->label);
	o->dlg = mem_deref(o->dlg);
	if (!err)
		err = sip_dialog_alloc(&o->dlg, dialog_target(d),
				       o->s->party->aor, name, p->uri, routes,
				       1);
	mem_deref(name);

	return err;
}

static int post_send(struct outbox *o, const struct post *p)
{
	const size_t len = measure(body_print, p);
	int err = p->page ? make_dialog(o, p) : 0;

	o->flow = dialog_flow(o->s->dialog);

	if (err)
		return err;

	return sip_drequestf(&o->req, o->s->all->sip, true, "MESSAGE",
			     p->page ? o->dlg : dialog_sip(o->s->dialog), 0,
			     NULL, NULL, message_answered_h, o,
			     "%HContent-Length: %zu\r\n\r\n%H", headers_print,
			     p, len, body_print, p);
}

/* The first that waits goes, if it may now */
static void outbox_go(struct outbox *o)
{
	struct post p = {.o = NULL};
	int err;

	if (o->closed || o->req || !outbox_first(o) || !post_begin(&p, o))
		return;
	cut_next(o, &p);
	err = post_send(o, &p);
	if (!err)
		return;
	log_warn("session", "message error=\"%s\"", strerror(err));
	if (++o->failures >= FAILURES_MAX) {
		leave_alone(o, 500);
		return;
	}
	drop_first(o);
	outbox_go_in(o, 0);
}

/* What is under way is not taken back */
static void make_room(struct outbox *o)
{
	struct le *oldest = list_head(&o->letters);

	if (o->count < OUTBOX_WAITING_MAX)
		return;
	if (o->req || o->at)
		oldest = oldest->next;
	mem_deref(list_ledata(oldest));
	o->count--;
}

void outbox_put(struct outbox *o, struct chat_message *m)
{
	struct letter *letter;

	if (o->closed || !dialog_takes_message(o->s->dialog))
		return;
	make_room(o);
	letter = mem_zalloc(sizeof(*letter), letter_destructor);
	if (!letter)
		return;
	letter->m = mem_ref(m);
	list_append(&o->letters, &letter->le, letter);
	o->count++;
	outbox_go_in(o, 0);
}

void outbox_wake(struct outbox *o)
{
	if (!outbox_first(o))
		return;
	/* nobody will answer what went by a connection that it has left */
	if (o->dlg && o->flow != dialog_flow(o->s->dialog)) {
		o->req = mem_deref(o->req);
		o->dlg = mem_deref(o->dlg);
	}
	outbox_go_in(o, 0);
}
