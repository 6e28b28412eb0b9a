/**
 * @file signaling/session/refusal.c  Refusals by reason and by protocol
 */
#include "mixer/base/log.h"
#include "signaling/session/refusal.h"
#include "signaling/session/session_headers.h"
#include "signaling/session/session_private.h"

enum {
	RETRY_AFTER_S = 10,
	/** Of what comes back by the second */
	RETRY_SOON_S = 1,
};

/** Session-ID, words, token, Retry-After */
#define REFUSAL_FORMAT                                                        \
	"%HWarning: 399 parley \"%s (%s)\"\r\n%s" SESSION_NO_BODY

/* Rows that are no answer to an INVITE (it hung up) get 480 */
static uint16_t refusal_status(const struct reason_row *row)
{
	return row->sip_status >= 300 ? row->sip_status : 480;
}

static const char *refusal_phrase(const struct reason_row *row)
{
	return row->sip_status >= 300 ? row->phrase
				      : reason_row(REASON_UNAVAILABLE)->phrase;
}

/* 0: it does not help */
static unsigned retry_after_s(enum reason reason)
{
	if (reason == REASON_TOO_FAST)
		return RETRY_SOON_S;

	return refusal_status(reason_row(reason)) == 503 ? RETRY_AFTER_S : 0;
}

/* What says no to another request than an INVITE may say it again: nothing is
 * kept of it (RFC 3261 section 8.2.7), however many come */
static bool is_stateless(const struct sip_msg *msg, struct sip_strans **st)
{
	return !st && pl_strcmp(&msg->met, "INVITE") != 0;
}

void session_refuse(struct sessions *all, const struct sip_msg *msg,
		    struct sip_strans **st, enum reason reason)
{
	const struct session_request to = {all, msg};
	const struct reason_row *row = reason_row(reason);
	char retry[32] = "";

	all->refused++;
	if (retry_after_s(reason))
		(void)re_snprintf(retry, sizeof(retry), "Retry-After: %u\r\n",
				  retry_after_s(reason));
	log_info("session", "refused status=%u reason=%s refused=%llu",
		 refusal_status(row), row->token,
		 (unsigned long long)all->refused);
	if (is_stateless(msg, st))
		(void)sip_replyf(all->sip, msg, refusal_status(row),
				 refusal_phrase(row), REFUSAL_FORMAT,
				 session_id_reply_print, &to, row->words,
				 row->token, retry);
	else
		(void)sip_treplyf(st, NULL, all->sip, msg, false,
				  refusal_status(row), refusal_phrase(row),
				  REFUSAL_FORMAT, session_id_reply_print, &to,
				  row->words, row->token, retry);
}

void session_refuse_protocol(struct sessions *all, const struct sip_msg *msg,
			     struct sip_strans **st, uint16_t status,
			     const char *phrase, const char *headers)
{
	const struct session_request to = {all, msg};

	if (is_stateless(msg, st))
		(void)sip_replyf(
			all->sip, msg, status, phrase, "%H%s" SESSION_NO_BODY,
			session_id_reply_print, &to, headers ? headers : "");
	else
		(void)sip_treplyf(st, NULL, all->sip, msg, false, status,
				  phrase, "%H%s" SESSION_NO_BODY,
				  session_id_reply_print, &to,
				  headers ? headers : "");
}

void sessions_count_refused(struct sessions *all)
{
	all->refused++;
}
