/**
 * @file signaling/session/shape.c  What an endpoint is offered of what there
 * is: the mix, and lines that pass to another one (TS 23.228 U.2.4)
 *
 * The focus says which (focus_shape()). An offer in another shape that is
 * refused changes nothing, and ends nothing: RFC 3261 section 14.1.
 */
#include "mixer/base/log.h"
#include "signaling/sdp/passed.h"
#include "signaling/session/session_private.h"

void session_reshape_h(void *session)
{
	session_wish(session, EXCHANGE_WISH_SHAPE);
}

struct passed_group *session_passable_h(void *session, const char *prefix,
					bool all)
{
	const struct session *s = session;

	return offer_passable(exchange_offer(s->exchange), prefix, all);
}

struct passed_group *session_passed_h(void *session)
{
	const struct session *s = session;

	return offer_passed(exchange_offer(s->exchange));
}

void session_shape_take(struct session *s)
{
	struct media_shape shape;

	focus_shape(s->ep, &shape);
	offer_set_shape(exchange_offer(s->exchange),
			&(struct offer_shape){
				.mixed = shape.mixed,
				.passed = shape.passed,
				.passing = shape.passing,
				.relay = shape.relay,
				.kbps = shape.kbps,
				.no_data = shape.no_data,
			});
	s->shape_serial = shape.serial;
	s->shaping = true;
}

/* What it has said is known, whatever becomes of it */
static void keep_said(struct session *s)
{
	struct passed_group *said =
		mem_ref(offer_passed(exchange_offer(s->exchange)));

	mem_deref(s->said);
	s->said = said;
}

void session_shape_over(struct session *s, enum reason reason)
{
	if (!s->shaping)
		return;
	s->shaping = false;
	if (reason == REASON_NONE) {
		keep_said(s);
		if (!offer_follows(exchange_offer(s->exchange)))
			reason = REASON_MEDIA_FAILED;
	}
	if (s->ep)
		focus_shaped(s->ep, s->shape_serial, reason);
}

void session_shape_refused(struct session *s, enum reason reason)
{
	log_info("session", "another shape was refused reason=%s",
		 reason_row(reason)->token);
	exchange_rollback(s->exchange);
	mem_ref(s);
	session_shape_over(s, reason);
	if (s->he.list)
		session_wish(s, EXCHANGE_WISH_RESTORE);
	if (s->he.list)
		session_next(s);
	mem_deref(s);
}

void session_shape_news(struct session *s)
{
	if (!s->ep || !s->said ||
	    passed_group_same(s->said,
			      offer_passed(exchange_offer(s->exchange))))
		return;
	keep_said(s);
	focus_passed(s->ep);
}
