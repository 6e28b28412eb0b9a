/**
 * @file signaling/session/reliable.c  183, its PRACK, and what the 200 waits
 * for
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/session/session_private.h"

struct reliable {
	struct server_request *waiting; /**< their INVITE, if one waits */
	struct mbuf *mb;                /**< our 183, to be repeated */
	struct tmr resend, give_up;
	uint32_t rseq; /**< of the 183 */
	uint32_t sent;
	bool pracked;
	bool understood;    /**< what their INVITE says: 100rel, */
	bool required;      /**< Require: 100rel, */
	bool preconditions; /**< the option tag, */
	bool early_media;   /**< P-Early-Media: supported (RFC 5009) */
};

static void reliable_stop(struct reliable *r)
{
	tmr_cancel(&r->resend);
	tmr_cancel(&r->give_up);
	r->mb = mem_deref(r->mb);
	r->pracked = false;
	r->sent = 0;
}

static void reliable_destructor(void *arg)
{
	struct reliable *r = arg;

	reliable_stop(r);
	mem_deref(r->waiting);
}

int reliable_alloc(struct reliable **rp)
{
	struct reliable *r = mem_zalloc(sizeof(*r), reliable_destructor);

	if (!r)
		return ENOMEM;
	tmr_init(&r->resend);
	tmr_init(&r->give_up);
	if (server_request_alloc(&r->waiting)) {
		mem_deref(r);
		return ENOMEM;
	}
	*rp = r;

	return 0;
}

static bool has_option(const struct sip_msg *msg, const char *tag)
{
	return sip_msg_hdr_has_value(msg, SIP_HDR_REQUIRE, tag) ||
	       sip_msg_hdr_has_value(msg, SIP_HDR_SUPPORTED, tag);
}

void reliable_read(struct session *s, const struct sip_msg *msg)
{
	struct reliable *r = s->reliable;

	reliable_stop(r);
	r->understood = has_option(msg, "100rel");
	r->required = sip_msg_hdr_has_value(msg, SIP_HDR_REQUIRE, "100rel");
	r->preconditions = has_option(msg, "precondition");
	r->early_media =
		sip_msg_hdr_has_value(msg, SIP_HDR_P_EARLY_MEDIA, "supported");
	offer_honour_preconditions(exchange_offer(s->exchange),
				   r->preconditions);
}

/* The INVITE or UPDATE in hand gets 580, with the lines that failed */
static void refuse_580(struct session *s)
{
	struct mbuf *mb = NULL;

	sessions_count_refused(s->all);
	if (offer_print_failure(exchange_offer(s->exchange), &mb)) {
		session_refuse_protocol(s->all, server_request_msg(s->in_hand),
					server_request_strans(s->in_hand), 580,
					"Precondition Failure", NULL);
		return;
	}
	(void)sip_treplyf(server_request_strans(s->in_hand), NULL, s->all->sip,
			  server_request_msg(s->in_hand), false, 580,
			  "Precondition Failure",
			  "Content-Type: application/sdp\r\n"
			  "Content-Length: %zu\r\n\r\n%b",
			  mbuf_get_left(mb), mbuf_buf(mb), mbuf_get_left(mb));
	mem_deref(mb);
}

bool reliable_can(struct session *s)
{
	switch (offer_preconditions(exchange_offer(s->exchange))) {

	case OFFER_PRECONDITIONS_UNKNOWN: refuse_580(s); return false;

	case OFFER_PRECONDITIONS_UNMET:
		if (s->reliable->understood)
			return true;
		sessions_count_refused(s->all);
		session_refuse_protocol(s->all, server_request_msg(s->in_hand),
					server_request_strans(s->in_hand), 421,
					"Extension Required",
					"Require: 100rel\r\n");
		return false;

	default: return true;
	}
}

bool reliable_due(const struct session *s)
{
	const struct reliable *r = s->reliable;

	if (!server_request_is_invite(s->in_hand) || r->mb || !r->understood)
		return false;
	/* One that insists gets it once, to begin with; within the dialog
	 * there is nothing to hear of on the way. */
	if (r->required && dialog_state(s->dialog) == DIALOG_INCOMING)
		return true;

	return offer_preconditions(exchange_offer(s->exchange)) ==
	       OFFER_PRECONDITIONS_UNMET;
}

bool reliable_waits(const struct session *s)
{
	return server_request_msg(s->reliable->waiting) != NULL;
}

void reliable_take_back(struct session *s)
{
	struct reliable *r = s->reliable;

	if (!reliable_waits(s))
		return;
	tmr_cancel(&r->resend);
	tmr_cancel(&r->give_up);
	if (server_request_is_open(s->in_hand)) {
		(void)session_names_stop(s);
		session_refuse_protocol(s->all, server_request_msg(s->in_hand),
					server_request_strans(s->in_hand), 487,
					"Request Terminated", NULL);
	}
	server_request_move(s->in_hand, r->waiting);
}

/* The INVITE in hand was refused: for a new session that is the end, an old
 * one goes on as it was */
static void reliable_refused(struct session *s, enum reason reason)
{
	reliable_stop(s->reliable);
	if (dialog_state(s->dialog) == DIALOG_INCOMING)
		session_drop(s, reason);
	else
		session_restore(s, reason);
}

static void reliable_resend_h(void *arg)
{
	struct session *s = arg;
	struct reliable *r = s->reliable;
	const struct sip_msg *msg = server_request_msg(r->waiting);

	r->mb->pos = 0;
	(void)sip_send(s->all->sip, msg->sock, msg->tp, &msg->src, r->mb);
	r->sent++;
	tmr_start(&r->resend, (uint64_t)s->all->t1_ms << r->sent,
		  reliable_resend_h, s);
}

static void no_prack_h(void *arg)
{
	struct session *s = arg;

	log_info("session", "no PRACK");
	reliable_take_back(s);
	session_refuse_protocol(s->all, server_request_msg(s->in_hand),
				server_request_strans(s->in_hand), 504,
				"Server Time-out", NULL);
	reliable_refused(s, REASON_UNAVAILABLE);
}

static void not_met_h(void *arg)
{
	struct session *s = arg;

	log_info("session", "preconditions were not met");
	reliable_take_back(s);
	refuse_580(s);
	reliable_refused(s, REASON_UNAVAILABLE);
}

/* RFC 3262 section 3: less than 2^31, so that it can be counted up */
static uint32_t first_rseq(void)
{
	return (rand_u32() & 0x3fffffff) + 1;
}

void reliable_send(struct session *s, struct mbuf *sdp)
{
	struct reliable *r = s->reliable;
	struct mbuf *mb = NULL;
	int err;

	r->rseq = first_rseq();
	/* Until the session is confirmed no media go either way. */
	err = sip_treplyf(
		server_request_strans(s->in_hand), &mb, s->all->sip,
		server_request_msg(s->in_hand), true, 183, "Session Progress",
		"%HRequire: 100rel%s\r\nRSeq: %u\r\n%s"
		"Content-Type: application/sdp\r\n"
		"Content-Length: %zu\r\n\r\n%b",
		session_headers_print, s,
		r->preconditions && offer_preconditions(
					    exchange_offer(s->exchange)) !=
					    OFFER_PRECONDITIONS_MET
			? ", precondition"
			: "",
		r->rseq, r->early_media ? "P-Early-Media: inactive\r\n" : "",
		mbuf_get_left(sdp), mbuf_buf(sdp), mbuf_get_left(sdp));
	if (err) {
		log_warn("session", "183 error=\"%s\"", strerror(err));
		session_fail(s, REASON_INTERNAL);
		return;
	}
	exchange_sent(s->exchange, sdp);
	r->mb = mb;
	server_request_move(r->waiting, s->in_hand);
	tmr_start(&r->resend, s->all->t1_ms, reliable_resend_h, s);
	tmr_start(&r->give_up, 64 * (uint64_t)s->all->t1_ms, no_prack_h, s);
}

bool reliable_next(struct session *s)
{
	struct reliable *r = s->reliable;

	if (!reliable_waits(s) || !r->pracked ||
	    server_request_is_open(s->in_hand) ||
	    exchange_phase(s->exchange) != EXCHANGE_IDLE)
		return false;
	if (offer_preconditions(exchange_offer(s->exchange)) ==
	    OFFER_PRECONDITIONS_UNMET) {
		if (!tmr_isrunning(&r->give_up))
			tmr_start(&r->give_up, 64 * (uint64_t)s->all->t1_ms,
				  not_met_h, s);
		return false;
	}
	reliable_take_back(s);
	session_answer(s, NULL);

	return true;
}

bool reliable_hurry(struct session *s)
{
	if (!reliable_waits(s))
		return false;
	offer_honour_preconditions(exchange_offer(s->exchange), false);
	(void)reliable_next(s);

	return true;
}

/* ---------------------------------------------------------------- PRACK */

static bool matches(const struct session *s, const struct sip_msg *msg,
		    bool *good)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_RACK);
	const struct reliable *r = s->reliable;
	struct header_rack rack;

	*good = hdr && !header_rack(&rack, &hdr->val);

	return *good && reliable_waits(s) && !r->pracked &&
	       rack.rseq == r->rseq &&
	       rack.cseq == server_request_msg(r->waiting)->cseq.num &&
	       !pl_strcmp(&rack.method, "INVITE");
}

static void reply_200(struct session *s, const struct sip_msg *msg)
{
	(void)sip_treplyf(NULL, NULL, s->all->sip, msg, false, 200, "OK",
			  "%H" SESSION_NO_BODY, session_ims_print, s);
}

void session_prack_in(struct session *s, const struct sip_msg *msg)
{
	struct reliable *r = s->reliable;
	enum reason reason;
	struct pl sdp;
	bool good;

	if (!matches(s, msg, &good)) {
		if (good)
			session_refuse_protocol(
				s->all, msg, NULL, 481,
				"Call/Transaction Does Not Exist", NULL);
		else
			session_refuse(s->all, msg, NULL, REASON_BAD_REQUEST);
		return;
	}
	if (session_read_sdp(s, msg, &sdp))
		return;
	if (sdp.l && exchange_phase(s->exchange) != EXCHANGE_OFFERED &&
	    !exchange_idle(s->exchange, EXCHANGE_BY_UPDATE)) {
		session_refuse_busy(s, msg);
		return;
	}
	tmr_cancel(&r->resend);
	tmr_cancel(&r->give_up);
	r->pracked = true;

	if (exchange_phase(s->exchange) == EXCHANGE_OFFERED) {
		/* Our offer was in the 183: its answer is here or nowhere. */
		reply_200(s, msg);
		reason = session_apply_answer(s, msg);
		if (reason != REASON_NONE)
			session_fail(s, reason);
	}
	else if (sdp.l) {
		session_change_in(s, msg, &sdp);
	}
	else {
		reply_200(s, msg);
		session_next(s);
	}
}
