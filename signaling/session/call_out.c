/**
 * @file signaling/session/call_out.c  What is asked, tried and told of a call
 */
#include <errno.h>
#include <string.h>
#include "signaling/account/account.h"
#include "signaling/auth/credentials.h"
#include "signaling/message/header.h"
#include "signaling/message/target.h"
#include "signaling/session/call_out.h"
#include "signaling/session/dependencies.h"
#include "signaling/session/dial.h"
#include "signaling/session/own_uri.h"

enum { REDIRECTS_MAX = 5, PHRASE_MAX = 80 /* bytes that are told */ };

struct call_out {
	const struct sessions_dependencies *base;
	char *to, *from_display;
	char *replaces, *join, *referred_by, *referrer_aor, *history, *icid;
	struct referrer referrer; /**< its aor is referrer_aor */
	bool anonymous;
	dial_progress_h *progressh; /**< NULL: nobody asks, or all is told */
	void *progress_arg;

	struct list targets; /**< of struct target, not tried yet */
	struct next_hop *hop;
	struct tmr tmr;
	unsigned redirects;
	bool received;
	bool other_shape_tried;
	bool plain;    /**< the far end refused our extensions */
	bool lone_sdp; /**< it took no body beside the description */

	struct credentials_try *tried; /**< challenges of this hop */
	char *remote; /**< Contact of who answered, if there are `tried` */
};

static void call_out_destructor(void *arg)
{
	struct call_out *c = arg;

	tmr_cancel(&c->tmr);
	mem_deref(c->hop);
	list_flush(&c->targets);
	mem_deref(c->tried);
	mem_deref(c->remote);
	mem_deref(c->to);
	mem_deref(c->from_display);
	mem_deref(c->replaces);
	mem_deref(c->join);
	mem_deref(c->referred_by);
	mem_deref(c->referrer_aor);
	mem_deref(c->history);
	mem_deref(c->icid);
}

static int dup_if(char **dst, const char *src)
{
	return src ? str_dup(dst, src) : 0;
}

/* A value of a header line of ours may not begin another one */
static int keep_value(char **dst, const char *src)
{
	struct pl pl;

	if (!src)
		return 0;
	pl_set_str(&pl, src);

	return header_text(dst, &pl, HEADER_URI_MAX);
}

int call_out_alloc(struct call_out **cp,
		   const struct sessions_dependencies *base,
		   const struct dial *dial, const char *to)
{
	struct call_out *c = mem_zalloc(sizeof(*c), call_out_destructor);
	int err;

	if (!c)
		return ENOMEM;
	tmr_init(&c->tmr);
	c->base = base;
	c->anonymous = dial->anonymous;
	c->progressh = dial->progressh;
	c->progress_arg = dial->arg;
	err = str_dup(&c->to, to);
	err |= dup_if(&c->replaces, dial->replaces);
	err |= dup_if(&c->join, dial->join);
	err |= keep_value(&c->referred_by, dial->referred_by);
	c->referrer = dial->referrer;
	err |= dup_if(&c->referrer_aor, dial->referrer.aor);
	c->referrer.aor = c->referrer_aor;
	err |= dup_if(&c->history, dial->history);
	err |= dup_if(&c->icid, dial->icid);
	if (!err && dial->display)
		err = header_quote(&c->from_display, dial->display);
	if (err) {
		mem_deref(c);
		return ENOMEM;
	}
	*cp = c;

	return 0;
}

const char *call_out_to(const struct call_out *c)
{
	return c->to;
}

const char *call_out_from_display(const struct call_out *c)
{
	return c->from_display;
}

const char *call_out_icid(const struct call_out *c)
{
	return c->icid;
}

const struct referrer *call_out_referrer(const struct call_out *c)
{
	return &c->referrer;
}

bool call_out_is_anonymous(const struct call_out *c)
{
	return c->anonymous;
}

bool call_out_hide(struct call_out *c)
{
	if (c->anonymous)
		return false;
	c->anonymous = true;

	return true;
}

/* ------------------------------------------------------------ how it goes */

void call_out_tell(struct call_out *c, uint16_t status, const char *phrase)
{
	dial_progress_h *progressh = c ? c->progressh : NULL;

	if (!progressh)
		return;
	if (status >= 200)
		c->progressh = NULL;
	progressh(status, phrase, c->progress_arg);
}

void call_out_tell_msg(struct call_out *c, const struct sip_msg *msg)
{
	char *phrase = NULL;

	if (header_text(&phrase, &msg->reason, PHRASE_MAX))
		return;
	call_out_tell(c, msg->scode, phrase ? phrase : "");
	mem_deref(phrase);
}

void call_out_tell_reason(struct call_out *c, enum reason reason)
{
	const struct reason_row *row = reason_row(reason);

	if (row->sip_status >= 300)
		call_out_tell(c, row->sip_status, row->phrase);
	else
		call_out_tell(c, 487, "Request Terminated");
}

void call_out_forget(struct call_out *c)
{
	if (c)
		c->progressh = NULL;
}

/* ---------------------------------------------------------------- targets */

void call_out_add(struct call_out *c, struct target *t)
{
	list_append(&c->targets, &t->le, t);
}

bool call_out_has_more(const struct call_out *c)
{
	return c->targets.head != NULL;
}

/* Such that lead back here would loop (RFC 4353); and strangers may not have
 * calls made in an account's name, at its cost: only users of ours may, and
 * who was called by the same one */
static bool may_lead_to(const struct call_out *c, const struct uri *uri)
{
	const struct account *account = accounts_for(c->base->accounts, uri);

	return !own_uri(c->base, uri) &&
	       (!account || account == call_out_account(c) ||
		next_hop_target(c->hop)->bound);
}

int call_out_redirect(struct call_out *c, const struct sip_msg *msg)
{
	struct list contacts = LIST_INIT;
	struct le *le;

	if (c->redirects++ >= REDIRECTS_MAX)
		return ELOOP;
	targets_from_contacts(&contacts, msg,
			      target_is_sips(next_hop_target(c->hop)),
			      c->base->config);
	for (le = contacts.tail; le;) {
		struct target *t = le->data;
		struct uri uri;
		struct pl pl;

		le = le->prev;
		pl_set_str(&pl, t->uri);
		list_unlink(&t->le);
		if (uri_decode(&uri, &pl) || !may_lead_to(c, &uri))
			mem_deref(t);
		else
			list_prepend(&c->targets, &t->le, t);
	}

	return call_out_has_more(c) ? 0 : ENOENT;
}

int call_out_next(struct call_out *c, next_hop_h *h, void *arg)
{
	struct target *t = list_ledata(c->targets.head);
	int err;

	list_unlink(&t->le);
	c->received = false;
	c->other_shape_tried = false;
	c->plain = false;
	c->tried = mem_deref(c->tried);
	c->hop = mem_deref(c->hop);
	err = next_hop_alloc(&c->hop, c->base, t, h, arg);
	if (!err && call_out_account(c))
		(void)credentials_begin(&c->tried, c->base->credentials,
					account_aor(call_out_account(c)));

	return err;
}

struct next_hop *call_out_hop(const struct call_out *c)
{
	return c ? c->hop : NULL;
}

const struct account *call_out_account(const struct call_out *c)
{
	return c && c->hop ? next_hop_account(c->hop) : NULL;
}

void call_out_start_timer(struct call_out *c, uint64_t ms, tmr_h *h, void *arg)
{
	tmr_start(&c->tmr, ms, h, arg);
}

void call_out_stop_timer(struct call_out *c)
{
	tmr_cancel(&c->tmr);
}

/* ------------------------------------------- what was tried at this target */

void call_out_received(struct call_out *c)
{
	c->received = true;
}

bool call_out_has_received(const struct call_out *c)
{
	return c->received;
}

/* @return false: it was set already */
static bool try_once(bool *tried)
{
	bool was = *tried;

	*tried = true;

	return !was;
}

bool call_out_try_other_shape(struct call_out *c)
{
	return try_once(&c->other_shape_tried);
}

bool call_out_try_plain(struct call_out *c)
{
	return try_once(&c->plain);
}

bool call_out_is_plain(const struct call_out *c)
{
	return c->plain;
}

static bool shows_list(const struct call_out *c)
{
	return c->history && !c->plain && !c->lone_sdp;
}

bool call_out_try_lone_sdp(struct call_out *c)
{
	return shows_list(c) && try_once(&c->lone_sdp);
}

/* ------------------------------------------------------------- credentials */

int call_out_challenge(struct call_out *c, const struct sip_msg *msg)
{
	return credentials_challenge(c ? c->tried : NULL, msg);
}

void call_out_renew(struct call_out *c)
{
	credentials_renew(c ? c->tried : NULL);
}

void call_out_accepted(struct call_out *c, const struct sip_msg *msg)
{
	const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	struct sip_addr addr;
	char *remote = NULL;

	if (!c || !c->tried)
		return;
	credentials_renew(c->tried);
	if (!contact || sip_addr_decode(&addr, &contact->val) ||
	    header_uri(&remote, &addr.auri))
		return;
	mem_deref(c->remote);
	c->remote = remote;
}

int call_out_credentials_print(struct re_printf *pf,
			       const struct call_out_request *request)
{
	const struct call_out *c = request->call;
	const char *uri = request->uri;

	if (!uri)
		uri = c ? c->remote : NULL;

	return c && uri ? credentials_print(
				  pf,
				  &(struct credentials_request){
					  c->tried, request->method, uri})
			: 0;
}

/* -------------------------------------------------------------- its INVITE */

/* RFC 3891, 3911, 3892: no Require, since a telephone that does not know
 * them may still be called */
int call_out_headers_print(struct re_printf *pf, const struct call_out *c)
{
	const struct call_out_request request = {c, "INVITE",
						 next_hop_target(c->hop)->uri};
	int err = call_out_credentials_print(pf, &request);

	if (c->replaces)
		err |= re_hprintf(pf, "Replaces: %s\r\n", c->replaces);
	if (c->join)
		err |= re_hprintf(pf, "Join: %s\r\n", c->join);
	if (c->referred_by)
		err |= re_hprintf(pf, "Referred-By: %s\r\n", c->referred_by);

	return err;
}

#define BOUNDARY "parley-parts"

int call_out_body_print(struct re_printf *pf, const struct call_out_body *body)
{
	static const char head[] = "--" BOUNDARY "\r\n"
				   "Content-Type: application/sdp\r\n\r\n";
	static const char middle[] =
		"\r\n--" BOUNDARY "\r\n"
		"Content-Type: application/resource-lists+xml\r\n"
		"Content-Disposition: recipient-list-history;"
		" handling=optional\r\n\r\n";
	static const char tail[] = "\r\n--" BOUNDARY "--\r\n";
	const struct call_out *c = body->call;
	const char *history =
		c && body->first && shows_list(c) ? c->history : NULL;
	size_t len = mbuf_get_left(body->sdp);

	if (!history)
		return re_hprintf(pf,
				  "Content-Type: application/sdp\r\n"
				  "Content-Length: %zu\r\n\r\n%b",
				  len, mbuf_buf(body->sdp), len);

	return re_hprintf(pf,
			  "Content-Type: multipart/mixed;boundary=" BOUNDARY
			  "\r\nContent-Length: %zu\r\n\r\n%s%b%s%s%s",
			  sizeof(head) + sizeof(middle) + sizeof(tail) - 3 +
				  len + strlen(history),
			  head, mbuf_buf(body->sdp), len, middle, history,
			  tail);
}
