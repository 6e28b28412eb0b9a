/**
 * @file focus/conference/user_end_to_end.c  Two who speak with nobody between
 * them
 */
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "focus/config/config.h"
#include "mixer/base/log.h"


enum pair_state {
	PAIR_FIRST,   /**< one is offered a line for data */
	PAIR_SECOND,  /**< the other one is offered what that has answered */
	PAIR_OPENING, /**< both have it: the way between them opens */
	PAIR_THIRD,   /**< one is offered sound and pictures beside it */
	PAIR_FOURTH,  /**< and so is the other one */
	PAIR_RISING,  /**< both have all, beside the mix */
	PAIR_ALONE,   /**< the mix rests */
	PAIR_FALLING, /**< the mix is to be in use again, beside it */
	PAIR_RESTING, /**< it rests, and the mix is in use */
};

struct pair_end {
	struct endpoint *ep;
	struct passed_group *ours; /**< what it is offered, or NULL */
	unsigned asked, agreed;    /**< serials of offers */
	bool carried;              /**< what it sends goes over the relay */
	bool mixed;                /**< the mixer hears it again */
};

struct pair {
	struct conference *conference;
	struct pair_end ends[2];
	uint32_t relay;
	enum pair_state state;
	struct tmr tmr; /**< of RISING and RESTING */
	bool told;      /**< that they are end to end */
};


static void pair_destructor(void *arg)
{
	struct pair *p = arg;

	tmr_cancel(&p->tmr);
	for (size_t i = 0; i < ARRAY_SIZE(p->ends); i++)
		mem_deref(p->ends[i].ours);
}


/* ------------------------------------------------------------ who they are
 */

static struct pair_end *end_of(const struct endpoint *ep)
{
	struct pair *p = ep->user->conference->pair;

	for (size_t i = 0; p && i < ARRAY_SIZE(p->ends); i++) {
		if (p->ends[i].ep == ep)
			return &p->ends[i];
	}

	return NULL;
}


static bool is_there(const struct endpoint *ep)
{
	return ep->status == ENDPOINT_CONNECTED && endpoint_is_in(ep);
}


static bool may_pass(const struct endpoint *ep)
{
	return ep->webrtc && ep->ops && ep->ops->reshape && !ep->needs_reoffer;
}


/** The two who are there. @return false: there are others than two */
static bool two_of(const struct conference *c, struct endpoint *two[2])
{
	unsigned count = 0;

	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			if (!is_there(e->data))
				continue;
			if (count == 2)
				return false;
			two[count++] = e->data;
		}
	}

	return count == 2;
}


static bool is_wanted(const struct conference *c, struct endpoint *two[2])
{
	return c->focus->config->end_to_end && c->placed && !c->monitored &&
	       !c->echoes && !c->receives && two_of(c, two) &&
	       may_pass(two[0]) && may_pass(two[1]);
}


static bool is_of(const struct pair *p, struct endpoint *const two[2])
{
	return (p->ends[0].ep == two[0] && p->ends[1].ep == two[1]) ||
	       (p->ends[0].ep == two[1] && p->ends[1].ep == two[0]);
}


/** It came to nothing with those two */
static bool is_unfit(const struct conference *c, struct endpoint *const two[2])
{
	return (c->unfit[0] == two[0]->leg && c->unfit[1] == two[1]->leg) ||
	       (c->unfit[0] == two[1]->leg && c->unfit[1] == two[0]->leg);
}


/* ------------------------------------------------------------ what they get
 */

static bool passes(const struct pair *p)
{
	return p->state != PAIR_RESTING;
}


void end_to_end_shape(const struct endpoint *ep, struct media_shape *shape)
{
	const struct pair *p = ep->user->conference->pair;
	const struct pair_end *end = end_of(ep);

	*shape = (struct media_shape){.mixed = true};
	if (!end || !end->ours)
		return;

	shape->mixed = p->state != PAIR_ALONE;
	shape->passed = end->ours;
	shape->passing = passes(p);
	shape->relay = p->relay;
	shape->kbps = p->conference->focus->config->end_to_end_kbps;
	shape->no_data = !p->conference->focus->config->secure_line;
	shape->serial = end->asked;
}


const char *end_to_end_name(const struct endpoint *ep)
{
	const struct pair *p = ep->user->conference->pair;

	if (!p || !end_of(ep) || p->state == PAIR_RESTING ||
	    p->state < PAIR_RISING)
		return "mixed";

	return p->told && p->state == PAIR_ALONE ? "end-to-end" : "relayed";
}


static void tell(struct pair *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(p->ends); i++) {
		struct endpoint *ep = p->ends[i].ep;

		endpoint_emit(
			ep, "bearer",
			json_pack("{s:s}", "bearer", end_to_end_name(ep)));
	}
}


static void ask(struct pair *p, size_t i)
{
	struct pair_end *end = &p->ends[i];

	struct focus *f = p->conference->focus;

	end->asked = ++f->last_shape ? f->last_shape : ++f->last_shape;
	end->ep->reshaping = true;
	end->ep->ops->reshape(end->ep->session);
}


static void go(struct pair *p, enum pair_state state)
{
	static const char *const names[] = {
		"first",  "second", "opening", "third",   "fourth",
		"rising", "alone",  "falling", "resting",
	};

	log_debug("focus", "end to end relay=%u state=%s", p->relay,
		  names[state]);
	p->state = state;
	tmr_cancel(&p->tmr);
}


static void go_both(struct pair *p, enum pair_state state)
{
	go(p, state);
	ask(p, 0);
	ask(p, 1);
}


/** Of the two one may be gone. @param offer The other one is to drop it */
static void pair_drop(struct conference *c, const struct endpoint *gone,
		      bool offer)
{
	struct pair *p = c->pair;
	const bool told = p->state >= PAIR_RISING && p->state != PAIR_RESTING;

	c->pair = NULL;
	p->conference = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(p->ends); i++) {
		struct endpoint *ep = p->ends[i].ep;

		if (ep == gone)
			continue;
		if (told)
			endpoint_emit(ep, "bearer",
				      json_pack("{s:s}", "bearer", "mixed"));
		if (offer && p->ends[i].ours) {
			ep->reshaping = true;
			ep->ops->reshape(ep->session);
		}
	}
	mem_deref(p);
}


static void pair_fail(struct pair *p)
{
	struct conference *c = p->conference;

	log_info("focus", "not end to end relay=%u legs=%u,%u", p->relay,
		 p->ends[0].ep->leg, p->ends[1].ep->leg);
	c->unfit[0] = p->ends[0].ep->leg;
	c->unfit[1] = p->ends[1].ep->leg;
	c->pair_tries = 0;
	pair_drop(c, NULL, true);
}


/* ------------------------------------------------------- from state to state
 */

static bool is_agreed(const struct pair *p)
{
	return p->ends[0].agreed == p->ends[0].asked &&
	       p->ends[1].agreed == p->ends[1].asked;
}


static void begin_h(void *arg);


/** The way between them did not open in time: that may have been a passing
 *  trouble */
static void late_h(void *arg)
{
	struct pair *p = arg;
	struct conference *c = p->conference;

	if (++c->pair_tries >= END_TO_END_TRIES) {
		pair_fail(p);
		return;
	}

	pair_drop(c, NULL, true);
	tmr_start(&c->pair_tmr, c->pair_tries * END_TO_END_AGAIN_MS, begin_h,
		  c);
}


static void risen(struct pair *p)
{
	if (is_agreed(p) && p->ends[0].carried && p->ends[1].carried)
		go_both(p, PAIR_ALONE);
}


static void rise(struct pair *p)
{
	go(p, PAIR_RISING);
	tmr_start(&p->tmr, END_TO_END_RISE_MS, late_h, p);
	tell(p);
	risen(p);
}


/** What the other one can, for that one */
static bool compose(struct pair *p, bool all)
{
	const struct endpoint *other = p->ends[1].ep;
	struct passed_group *can;
	char prefix[16];

	(void)re_snprintf(prefix, sizeof(prefix), "e%u", p->relay);
	can = other->ops->passable(other->session, prefix, all);
	if (!can)
		return false;

	mem_deref(p->ends[0].ours);
	p->ends[0].ours = can;

	return true;
}


/** There is a way between them, whatever goes over it */
static void opened(struct pair *p)
{
	if (!p->ends[0].carried || !p->ends[1].carried)
		return;

	go(p, PAIR_THIRD);
	if (compose(p, true))
		ask(p, 0);
	else
		pair_fail(p);
}


static void open_way(struct pair *p)
{
	go(p, PAIR_OPENING);
	tmr_start(&p->tmr, END_TO_END_RISE_MS, late_h, p);
	opened(p);
}


static void again_h(void *arg)
{
	struct pair *p = arg;

	go_both(p, PAIR_RISING);
	tmr_start(&p->tmr, END_TO_END_RISE_MS, late_h, p);
	tell(p);
}


static void rest(struct pair *p)
{
	go_both(p, PAIR_RESTING);
	tell(p);
}


/** Each is to hear the other one all the while */
static void fallen(struct pair *p)
{
	if (is_agreed(p) && p->ends[0].mixed && p->ends[1].mixed)
		rest(p);
}


/** One of them says nothing, or cannot be reached: others are there */
static void fall_late_h(void *arg)
{
	rest(arg);
}


static void fall(struct pair *p)
{
	const enum pair_state state = p->state;

	if (state == PAIR_FALLING || state == PAIR_RESTING)
		return;

	if (state < PAIR_RISING) {
		pair_drop(p->conference, NULL, true);
		return;
	}

	p->told = false;
	if (state == PAIR_RISING) {
		rest(p);
		return;
	}

	p->ends[0].mixed = p->ends[1].mixed = false;
	go_both(p, PAIR_FALLING);
	tmr_start(&p->tmr, END_TO_END_FALL_MS, fall_late_h, p);
	tell(p);
}


/** What one has said the other one is to be told */
static bool hand_on(const struct pair *p, size_t from)
{
	const struct endpoint *ep = p->ends[from].ep;
	struct pair_end *to = (struct pair_end *)&p->ends[1 - from];
	struct passed_group *said = ep->ops->passed(ep->session);

	if (!said)
		return false;

	mem_deref(to->ours);
	to->ours = mem_ref(said);

	return true;
}


static void agreed(struct pair *p)
{
	switch (p->state) {

	case PAIR_FIRST:
	case PAIR_THIRD:
		go(p, p->state + 1);
		if (hand_on(p, 0))
			ask(p, 1);
		else
			pair_fail(p);
		break;

	case PAIR_SECOND:
	case PAIR_FOURTH:
		/* the other one may have thought better meanwhile */
		if (!hand_on(p, 1) || !hand_on(p, 0))
			pair_fail(p);
		else if (p->state == PAIR_SECOND)
			open_way(p);
		else
			rise(p);
		break;

	case PAIR_OPENING: break;

	case PAIR_RISING: risen(p); break;

	case PAIR_ALONE:
		if (is_agreed(p) && !p->told) {
			p->told = true;
			p->conference->pair_tries = 0;
			tell(p);
		}
		break;

	case PAIR_FALLING: fallen(p); break;

	case PAIR_RESTING:
		end_to_end_update(p->conference, END_TO_END_PAUSE_MS);
		break;
	}
}


void end_to_end_shaped(struct endpoint *ep, unsigned serial,
		       enum reason reason, bool news)
{
	struct pair_end *end = end_of(ep);
	struct pair *p = ep->user->conference->pair;

	ep->reshaping = false;
	if (!end || !serial || serial != end->asked)
		return;

	if (reason) {
		pair_fail(p);
		return;
	}

	end->agreed = serial;
	/* what it was offered let it say something else than it had */
	if (news && p->state >= PAIR_RISING)
		end_to_end_passed(ep);
	agreed(p);
}


void end_to_end_passed(struct endpoint *ep)
{
	struct pair_end *end = end_of(ep);
	struct pair *p = ep->user->conference->pair;
	const size_t i = end ? (size_t)(end - p->ends) : 0;

	/* before, it is asked anyhow */
	if (!end || p->state < PAIR_RISING || !hand_on(p, i))
		return;

	ask(p, 1 - i);
}


void end_to_end_mixed(struct endpoint *ep)
{
	struct pair_end *end = end_of(ep);
	struct pair *p = ep->user->conference->pair;

	if (!end || p->state != PAIR_FALLING)
		return;

	end->mixed = true;
	fallen(p);
}


void end_to_end_carried(struct endpoint *ep, uint32_t relay, bool carried)
{
	struct pair_end *end = end_of(ep);
	struct pair *p = ep->user->conference->pair;

	if (!end || p->relay != relay || end->carried == carried)
		return;

	end->carried = carried;
	if (!carried && p->state == PAIR_ALONE)
		fall(p);
	else if (p->state == PAIR_OPENING)
		opened(p);
	else if (p->state == PAIR_RISING)
		risen(p);
}


/* ------------------------------------------------------------- begin and end
 */

static int pair_alloc(struct conference *c, struct endpoint *const two[2])
{
	struct passed_group *back;
	struct pair *p;

	back = two[0]->ops->passable(two[0]->session, "e", false);
	if (!back)
		return ENOTSUP;

	mem_deref(back);
	p = mem_zalloc(sizeof(*p), pair_destructor);
	if (!p)
		return ENOMEM;

	tmr_init(&p->tmr);
	p->conference = c;
	p->relay = ++c->focus->last_relay;
	p->ends[0].ep = two[0];
	p->ends[1].ep = two[1];
	if (!compose(p, false)) {
		mem_deref(p);
		return ENOTSUP;
	}

	c->pair = p;

	return 0;
}


static void begin_h(void *arg)
{
	struct conference *c = arg;
	struct endpoint *two[2];

	if (c->pair || !is_wanted(c, two) || is_unfit(c, two) ||
	    two[0]->held || two[1]->held)
		return;

	if (two[0]->reshaping || two[1]->reshaping) {
		tmr_start(&c->pair_tmr, END_TO_END_WAIT_MS, begin_h, c);
		return;
	}

	if (pair_alloc(c, two))
		return;

	go(c->pair, PAIR_FIRST);
	ask(c->pair, 0);
}


void end_to_end_update(struct conference *c, unsigned ms)
{
	struct endpoint *two[2];
	const bool wanted = is_wanted(c, two);
	struct pair *p = c->pair;

	if (!wanted) {
		c->pair_tries = 0;
		tmr_cancel(&c->pair_tmr);
		if (p && p->state == PAIR_RESTING)
			tmr_cancel(&p->tmr);
		else if (p)
			fall(p);
		return;
	}

	if (!p) {
		if (!tmr_isrunning(&c->pair_tmr))
			tmr_start(&c->pair_tmr, ms, begin_h, c);
		return;
	}

	/* one of its two is left with another one */
	if (!is_of(p, two)) {
		pair_drop(c, NULL, true);
		tmr_start(&c->pair_tmr, END_TO_END_PAUSE_MS, begin_h, c);
	}
	else if (p->state == PAIR_RESTING && is_agreed(p) &&
		 !tmr_isrunning(&p->tmr)) {
		tmr_start(&p->tmr, END_TO_END_PAUSE_MS, again_h, p);
	}
}


void end_to_end_left(struct endpoint *ep)
{
	if (end_of(ep))
		pair_drop(ep->user->conference, ep, true);
}


void end_to_end_lost(struct conference *c)
{
	tmr_cancel(&c->pair_tmr);
	if (c->pair)
		pair_drop(c, NULL, false);
}


void end_to_end_close(struct conference *c)
{
	tmr_cancel(&c->pair_tmr);
	if (!c->pair)
		return;

	c->pair->conference = NULL;
	c->pair = mem_deref(c->pair);
}
