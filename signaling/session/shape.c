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

enum {
	/** So often it may be busy, or ask for something else */
	SHAPE_REFUSALS_MAX = 5,
};

static void reshape_h(void *arg)
{
	session_wish(arg, EXCHANGE_WISH_SHAPE);
}

/* Later, since it may drop the session, and others with it */
void session_reshape_h(void *session)
{
	struct session *s = session;

	tmr_start(&s->shape_tmr, 0, reshape_h, s);
}

void session_shape_stop(struct session *s)
{
	tmr_cancel(&s->shape_tmr);
	s->said = mem_deref(s->said);
}

/* What it may do without is not sent where it would not arrive */
bool session_shape_waits(struct session *s)
{
	s->shape_waits = dialog_is_cut_off(s->dialog);

	return s->shape_waits;
}

void session_shape_go_on(struct session *s)
{
	if (s->shape_waits && !dialog_is_cut_off(s->dialog))
		session_reshape_h(s);
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
	s->shape_waits = false;
	s->shaping = true;
}

void session_shape_later(struct session *s)
{
	s->shaping = false;
}

/* @return It says something else than it did */
static bool keep_said(struct session *s)
{
	struct passed_group *said =
		mem_ref(offer_passed(exchange_offer(s->exchange)));
	const bool same = passed_group_same(s->said, said);

	mem_deref(s->said);
	s->said = said;

	return !same;
}

void session_shape_over(struct session *s, enum reason reason)
{
	const struct offer *o = exchange_offer(s->exchange);
	bool news = false;

	if (!s->shaping)
		return;
	s->shaping = false;
	s->shape_refusals = 0;
	if (reason == REASON_NONE) {
		news = keep_said(s);
		if (offer_passed(o) && !offer_follows(o))
			reason = REASON_MEDIA_FAILED;
	}
	if (s->ep)
		focus_shaped(s->ep, s->shape_serial, reason, news);
}

/* Nothing leads back to the mix, and nobody else is to have what it says */
static bool is_stuck(const struct session *s)
{
	struct media_shape shape;

	if (!s->ep)
		return false;
	focus_shape(s->ep, &shape);

	return shape.mixed && offer_is_apart(exchange_offer(s->exchange),
					     shape.passed != NULL);
}

void session_shape_refused(struct session *s, enum reason reason)
{
	log_info("session", "another shape was refused reason=%s",
		 reason_row(reason)->token);
	exchange_rollback(s->exchange);
	mem_ref(s);
	session_shape_over(s, reason);
	if (s->he.list && is_stuck(s)) {
		session_fail(s, REASON_MEDIA_FAILED);
	}
	else if (s->he.list) {
		session_wish(s, EXCHANGE_WISH_RESTORE);
		if (s->he.list)
			session_next(s);
	}
	mem_deref(s);
}

bool session_shape_is_hopeless(struct session *s)
{
	return exchange_is_shape(s->exchange) &&
	       ++s->shape_refusals > SHAPE_REFUSALS_MAX;
}

void session_shape_news(struct session *s)
{
	if (!s->ep || !s->said ||
	    passed_group_same(s->said,
			      offer_passed(exchange_offer(s->exchange))))
		return;
	(void)keep_said(s);
	focus_passed(s->ep);
}
