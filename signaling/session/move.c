/**
 * @file signaling/session/move.c  To another conference in the same dialog
 *
 * Who has called a number for all conferences goes from there to the one that
 * he has named: with his leg as it is where that is on the same media server,
 * else as one who joins, by an offer of ours (RFC 3261 section 14.1). Contact
 * is the conference that he is in from then on (RFC 4579 section 5.1), and a
 * request tells so.
 */
#include <string.h>
#include "signaling/session/session_private.h"

static void stay(struct session *s, enum reason reason)
{
	s->moves_to = mem_deref(s->moves_to);
	if (s->ep)
		focus_not_moved(s->ep, reason);
}

static void mixer_there_h(enum reason reason, void *arg)
{
	struct session *s = arg;

	/* it is nowhere any more */
	if (reason == REASON_NONE &&
	    str_dup(&s->moves_to, s->party->conference))
		reason = REASON_INTERNAL;
	if (reason != REASON_NONE)
		session_fail(s, reason);
	else
		session_wish(s, EXCHANGE_WISH_OFFER);
}

static void not_joined(struct session *s, enum reason reason)
{
	/* what was begun for a request of theirs went with the endpoint */
	const bool theirs = server_request_is_open(s->in_hand) &&
			    exchange_phase(s->exchange) != EXCHANGE_IDLE;

	session_endpoint_gone(s);
	exchange_rollback(s->exchange);
	if (theirs || !session_join_again(s, reason, mixer_there_h))
		session_fail(s, reason);
}

static void joined_h(enum reason reason, const struct leg_local *local,
		     void *arg)
{
	struct session *s = arg;

	if (reason != REASON_NONE)
		not_joined(s, reason);
	else
		session_offer_prepared(reason, local, s);
}

/* Nothing was to be agreed: what is left is to say where it is */
static void carried_h(enum reason reason, const struct leg_local *local,
		      void *arg)
{
	struct session *s = arg;
	(void)local;

	if (reason != REASON_NONE) {
		not_joined(s, reason);
		return;
	}
	s->unagreed = false;
	timer_refresh_soon(s);
	session_next(s);
}

/* What its INVITE said of itself was of the other one */
static void begin_anew(struct session *s)
{
	s->factory = s->replaces = s->inherits = false;
	s->replaces_leg = 0;
	s->secret = mem_deref(s->secret);
	s->connected = false;
	s->moved = s->unagreed = true;
}

/* @param leg Of an offer of ours; NULL: with the leg that it has */
static enum reason join(struct session *s, const struct leg_description *leg)
{
	struct endpoint *before = s->ep;
	enum reason reason;

	begin_anew(s);
	if (before)
		s->rejoins = false;
	party_move(s->party, &s->moves_to);
	reason = leg ? session_join(s, leg, joined_h)
		     : session_carry(s, carried_h);
	if (reason != REASON_NONE) {
		party_move(s->party, &s->moves_to);
		s->ep = before;
		/* where it is still it was told of */
		s->connected = before != NULL;
		s->unagreed = before == NULL;
		return reason;
	}
	s->moves_to = mem_deref(s->moves_to);
	dialog_renew_contact(s->dialog, s->party->conference);
	if (before && leg)
		focus_leave(before, REASON_REPLACED);

	return reason;
}

enum reason session_move_offer(struct session *s)
{
	struct leg_description *leg = NULL;
	enum reason reason;

	reason = s->ep ? join(s, NULL) : REASON_NO_MIXER;
	if (reason == REASON_NONE)
		return reason;
	if (reason != REASON_NO_MIXER) {
		stay(s, reason);
		return REASON_NONE;
	}
	reason = exchange_ours_again(
		s->exchange, offer_has_video(exchange_offer(s->exchange)),
		&leg);
	if (reason != REASON_NONE)
		return reason;
	reason = join(s, leg);
	mem_deref(leg);
	if (reason != REASON_NONE && !s->ep)
		return reason;
	if (reason != REASON_NONE) {
		exchange_rollback(s->exchange);
		stay(s, reason);
	}

	return REASON_NONE;
}

static void mixer_ready_h(enum reason reason, void *arg)
{
	struct session *s = arg;

	if (reason == REASON_NONE)
		session_wish(s, EXCHANGE_WISH_OFFER);
	else
		stay(s, reason);
}

/* As whoever calls it waits while its mixer is replaced */
static void may_join_h(enum reason reason, void *arg)
{
	struct session *s = arg;

	if (reason != REASON_NONE) {
		stay(s, reason);
		return;
	}
	s->mixer_wait = mem_deref(s->mixer_wait);
	focus_await_mixer(&s->mixer_wait, s->all->base.focus, s->moves_to,
			  false, mixer_ready_h, s);
}

void session_move_h(void *session, const char *conference)
{
	struct session *s = session;
	const struct question q = {
		.kind = QUESTION_JOIN,
		.conference = conference,
		.asker = {.aor = s->party->aor, .known = s->party->known},
	};

	mem_deref(s->moves_to);
	if (str_dup(&s->moves_to, conference)) {
		s->moves_to = NULL;
		stay(s, REASON_INTERNAL);
		return;
	}
	focus_ask(&s->ask, s->all->base.focus, &q, may_join_h, s);
}
