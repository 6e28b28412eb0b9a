/**
 * @file signaling/session/dial.c  Who is to be dialled, and how it goes
 */
#include <errno.h>
#include <string.h>
#include "signaling/auth/credentials.h"
#include "signaling/message/identity.h"
#include "signaling/session/session_private.h"

static void asked_destructor(void *arg)
{
	struct session_asked *a = arg;

	mem_deref(a->replaces);
	mem_deref(a->join);
	mem_deref(a->referred_by);
	mem_deref(a->referrer);
	mem_deref(a->history);
	mem_deref(a->icid);
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

static int keep(struct session *s, const struct dial *dial)
{
	struct session_asked *a = mem_zalloc(sizeof(*a), asked_destructor);
	int err;

	if (!a)
		return ENOMEM;
	s->asked = a;
	a->anonymous = dial->anonymous;
	err = dup_if(&a->replaces, dial->replaces);
	err |= dup_if(&a->join, dial->join);
	err |= keep_value(&a->referred_by, dial->referred_by);
	err |= dup_if(&a->referrer, dial->referrer);
	err |= dup_if(&a->history, dial->history);
	err |= dup_if(&a->icid, dial->icid);
	a->progressh = dial->progressh;
	a->arg = dial->arg;

	return err ? ENOMEM : 0;
}

void dial_tell(struct session *s, uint16_t status, const char *phrase)
{
	struct session_asked *a = s->asked;
	dial_progress_h *progressh = a ? a->progressh : NULL;

	if (!progressh)
		return;
	if (status >= 200)
		a->progressh = NULL;
	progressh(status, phrase, a->arg);
}

void dial_tell_msg(struct session *s, const struct sip_msg *msg)
{
	char *phrase = NULL;

	if (header_text(&phrase, &msg->reason, DIAL_PHRASE_MAX))
		return;
	dial_tell(s, msg->scode, phrase ? phrase : "");
	mem_deref(phrase);
}

void dial_tell_reason(struct session *s, enum reason reason)
{
	const struct reason_row *row = reason_row(reason);

	if (row->sip_status >= 300)
		dial_tell(s, row->sip_status, row->phrase);
	else
		dial_tell(s, 487, "Request Terminated");
}

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
	err = str_dup(&s->to, t->uri);
	if (!err)
		err = str_dup(&s->entity, uri);
	if (!err && pl_isset(&decoded.user))
		err = header_text(&s->display, &decoded.user,
				  HEADER_DISPLAY_MAX);

	return err;
}

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
		err = keep(s, dial);
	if (!err && dial->display)
		err = header_quote(&s->from_display, dial->display);
	if (err) {
		mem_deref(t);
		return reason_of_error(err);
	}
	session_register(s, s->to);

	return session_first_way(s, t);
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
	if (callee.anonymous && !s->asked->anonymous) {
		s->asked->anonymous = true;
		session_log_anonymous(s);
	}
	if (s->ep)
		focus_answered(s->ep, &callee);
	mem_deref(id);
}

/* RFC 3891, 3911, 3892: no Require, since a telephone that does not know
 * them may still be called */
int dial_headers_print(struct re_printf *pf, const struct session *s)
{
	const struct session_asked *a = s->asked;
	const struct credentials_request request = {
		.t = s->tried, .method = "INVITE", .uri = s->way->uri};
	int err;

	err = credentials_print(pf, &request);
	if (!a)
		return err;
	if (a->replaces)
		err |= re_hprintf(pf, "Replaces: %s\r\n", a->replaces);
	if (a->join)
		err |= re_hprintf(pf, "Join: %s\r\n", a->join);
	if (a->referred_by)
		err |= re_hprintf(pf, "Referred-By: %s\r\n", a->referred_by);

	return err;
}

bool dial_shows_list(const struct session *s)
{
	return s->asked && s->asked->history && !s->plain && !s->lone_sdp;
}

#define BOUNDARY "parley-parts"

int dial_body_print(struct re_printf *pf, const struct dial_body *body)
{
	static const char head[] = "--" BOUNDARY "\r\n"
				   "Content-Type: application/sdp\r\n\r\n";
	static const char middle[] =
		"\r\n--" BOUNDARY "\r\n"
		"Content-Type: application/resource-lists+xml\r\n"
		"Content-Disposition: recipient-list-history;"
		" handling=optional\r\n\r\n";
	static const char tail[] = "\r\n--" BOUNDARY "--\r\n";
	const struct session *s = body->s;
	const char *history =
		body->first && dial_shows_list(s) ? s->asked->history : NULL;
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
		s->asked->progressh = NULL;
}

enum reason session_dial(void *arg, const char *conference, const char *uri,
			 const char *display)
{
	const struct dial dial = {
		.conference = conference, .uri = uri, .display = display};

	return dial_begin(arg, &dial, NULL);
}
