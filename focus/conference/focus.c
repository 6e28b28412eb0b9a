/**
 * @file focus/conference/focus.c  What signaling may ask of the focus
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/focus.h"
#include "focus/conference/media_event.h"
#include "focus/conference/mixer_bearer.h"
#include "focus/conference/mixer_wait.h"
#include "focus/conference/number.h"
#include "focus/conference/replay.h"
#include "focus/conference/user.h"
#include "focus/config/config.h"
#include "mixer/base/clock.h"


enum {
	/** All mixers have so long to say hello; then some do, and one that
	 *  still starts is waited for, but not for ever */
	READY_ALL_MS = 5000,
	READY_AGAIN_MS = 250,
	READY_MAX_MS = 60000,
};


/* ------------------------------------------------------------- mixers */

static bool same_slot(const struct conference *c, const struct mixer *m)
{
	return c->mixer == m;
}


/** Walk conferences; hash_apply() takes the next before the handler runs */
struct walk {
	const struct mixer *mixer;
	void (*h)(struct conference *c);
};


static bool walk_h(struct le *le, void *arg)
{
	const struct walk *w = arg;

	if (same_slot(le->data, w->mixer))
		w->h(le->data);

	return false;
}


static void ready(struct focus *f, int err)
{
	void (*readyh)(int, void *) = f->readyh;

	tmr_cancel(&f->ready_tmr);
	f->readyh = NULL;
	if (readyh)
		readyh(err, f->ready_arg);
}


static void ready_timeout_h(void *arg)
{
	struct focus *f = arg;

	if (mixers_up_count(f->mixers))
		ready(f, 0);
	else if (mixers_is_starting(f->mixers) &&
		 clock_us() / 1000 - f->started_ms < READY_MAX_MS)
		tmr_start(&f->ready_tmr, READY_AGAIN_MS, ready_timeout_h, f);
	else
		ready(f, ETIMEDOUT);
}


static void mixer_up_h(struct mixer *m, void *arg)
{
	struct focus *f = arg;
	struct walk w = {m, replay_restore};

	(void)hash_apply(f->conferences, walk_h, &w);

	if (mixers_up_count(f->mixers) == mixers_count(f->mixers))
		ready(f, 0);
}


static void mixer_down_h(struct mixer *m, void *arg)
{
	struct focus *f = arg;
	struct walk w = {m, replay_lost};

	(void)hash_apply(f->conferences, walk_h, &w);
}


static void mixer_event_h(struct mixer *m, const json_t *event, void *arg)
{
	media_event(m, event, arg);
}


/* -------------------------------------------------------- construction */

/** Without events and without asking anybody: sessions are gone already */
static bool drop_h(struct le *le, void *arg)
{
	(void)arg;

	endpoint_drop_all(le->data);
	mem_deref(le->data);

	return false;
}


static void focus_destructor(void *arg)
{
	struct focus *f = arg;

	tmr_cancel(&f->replay_tmr);
	tmr_cancel(&f->done_tmr);
	tmr_cancel(&f->ready_tmr);
	kept_close(f);

	while (f->guests.head) {
		const struct focus_guest *guest = f->guests.head->data;

		guest->goneh(guest->arg);
	}

	/* then the mixers: no answer of one may find what is freed below */
	f->mixers = mem_deref(f->mixers);

	judge_forget_all(&f->asks);
	mixer_waits_forget_all(f);
	if (f->conferences)
		(void)hash_apply(f->conferences, drop_h, NULL);
	mem_deref(f->conferences);
	mem_deref(f->legs);
	mem_deref(f->numbers);
	mem_deref(f->crossing_ports);
	mem_deref(f->pins);
	mem_deref(f->policy);
}


int focus_alloc(struct focus **fp, const struct config *config)
{
	struct mixers_handlers handlers = {mixer_up_h, mixer_down_h,
					   mixer_event_h, NULL};
	struct focus *f;
	int err;

	if (!fp || !config)
		return EINVAL;

	f = mem_zalloc(sizeof(*f), focus_destructor);
	if (!f)
		return ENOMEM;

	f->config = config;
	f->bearer_alloc = mixer_bearer_alloc;
	numbers_open(f);
	handlers.arg = f;
	err = policy_alloc(&f->policy, config);
	err |= pin_guard_alloc(&f->pins);
	err |= hash_alloc(&f->conferences, FOCUS_CONFERENCE_BUCKETS);
	err |= hash_alloc(&f->legs, FOCUS_LEG_BUCKETS);
	err |= hash_alloc(&f->numbers, FOCUS_CONFERENCE_BUCKETS);
	err |= hash_alloc(&f->crossing_ports, FOCUS_CROSSING_BUCKETS);
	if (!err)
		err = mixers_alloc(&f->mixers, config, &handlers);

	if (err)
		mem_deref(f);
	else
		*fp = f;

	return err;
}


int focus_start(struct focus *f, void (*readyh)(int err, void *arg), void *arg)
{
	if (!f || f->readyh)
		return EINVAL;

	f->readyh = readyh;
	f->ready_arg = arg;
	f->started_ms = clock_us() / 1000;
	tmr_start(&f->ready_tmr, READY_ALL_MS, ready_timeout_h, f);

	return mixers_start(f->mixers);
}


int focus_attach_mixer(struct focus *f, int fd)
{
	return mixers_attach(f->mixers, fd);
}


void focus_capable(const struct focus *f, struct mixer_capabilities *c)
{
	mixers_capable(f->mixers, c);
}


void focus_set_stats(struct focus *f, json_t *(*h)(void *arg), void *arg)
{
	f->statsh = h;
	f->stats_arg = arg;
}


json_t *focus_stats(const struct focus *f)
{
	return f->statsh ? f->statsh(f->stats_arg) : NULL;
}


void focus_set_user_store(struct focus *f, struct user_store *users)
{
	if (f)
		f->users = users;
}


void focus_set_member_store(struct focus *f, struct member_store *members)
{
	kept_open(f, members);
}


void focus_set_conference_store(struct focus *f,
				struct conference_store *store)
{
	f->conferences_kept = store;
	numbers_open(f);
}


void focus_store_reopened(struct focus *f, bool members)
{
	if (!f)
		return;

	if (members)
		kept_write_all(f);
	conference_settings_reopened(f);
	numbers_open(f);
}


struct user_store *focus_user_store(const struct focus *f)
{
	return f->users;
}


struct mixers *focus_mixers(const struct focus *f)
{
	return f->mixers;
}


void focus_host(struct focus *f, struct focus_guest *guest)
{
	list_append(&f->guests, &guest->le, guest);
}


void focus_set_signaling(struct focus *f, const struct signaling_ops *ops)
{
	if (ops)
		f->signaling = *ops;
	else
		memset(&f->signaling, 0, sizeof(f->signaling));
}


/* ------------------------------------------------------------ journeys */

enum reason focus_name(const struct focus *f, const char *name, char *dst)
{
	return policy_name(f->policy, name, dst);
}


struct conference *focus_conference(const struct focus *f, const char *name)
{
	char canonical[POLICY_NAME_MAX + 1];

	if (!f || !name || focus_name(f, name, canonical))
		return NULL;

	return conference_find(f, canonical);
}


struct each {
	void (*h)(const struct conference *c, void *arg);
	void *arg;
};


static bool each_h(struct le *le, void *arg)
{
	const struct each *each = arg;

	each->h(le->data, each->arg);

	return false;
}


void focus_each_conference(const struct focus *f,
			   void (*h)(const struct conference *c, void *arg),
			   void *arg)
{
	struct each each = {h, arg};

	(void)hash_apply(f->conferences, each_h, &each);
}


enum reason focus_dial(struct focus *f, const char *conference,
		       const char *uri, const char *display)
{
	const struct signaling_ops *out = &f->signaling;
	char canonical[POLICY_NAME_MAX + 1];

	if (focus_name(f, conference, canonical))
		return REASON_NOT_FOUND;

	if (f->shutting_down)
		return REASON_SHUTDOWN;

	if (!out->dial)
		return REASON_UNAVAILABLE;

	return out->dial(out->arg, canonical, uri, display);
}


bool focus_is_factory(const struct focus *f, const char *name)
{
	return f && name && policy_is_factory(f->policy, name);
}


int focus_new_name(const struct focus *f, char **name)
{
	char fresh[POLICY_NAME_MAX + 1];

	if (!f || !name)
		return EINVAL;

	policy_fresh_name(fresh);

	return str_dup(name, fresh);
}


enum reason focus_leg_modify(struct endpoint *ep,
			     const struct leg_description *leg,
			     focus_leg_h *legh, void *arg)
{
	if (!ep || !leg)
		return REASON_INTERNAL;

	endpoint_media_renewed(ep);

	return endpoint_submit(ep, leg, false, legh, arg);
}


void focus_cut_off(struct endpoint *ep)
{
	endpoint_cut_off(ep);
}


bool focus_has_mixer(const struct endpoint *ep)
{
	return ep->user->conference->placed;
}


void focus_connected(struct endpoint *ep)
{
	if (ep->status == ENDPOINT_CONNECTED)
		return;

	endpoint_set_status(ep, ENDPOINT_CONNECTED);
	endpoint_update_bearers(ep);
	replay_queue(ep);
	if (endpoint_is_in(ep))
		endpoint_enter(ep);
	else
		entry_connected(ep);
}


void focus_proved(struct endpoint *ep, const struct sa *host, bool vouched)
{
	endpoint_prove(ep, host, vouched);
}


void focus_progress(struct endpoint *ep, const char *status)
{
	if (!status || ep->status == ENDPOINT_CONNECTED)
		return;

	if (!strcmp(status, "alerting"))
		endpoint_set_status(ep, ENDPOINT_ALERTING);
	else if (!strcmp(status, "dialing-out"))
		endpoint_set_status(ep, ENDPOINT_DIALING_OUT);
}


void focus_answered(struct endpoint *ep, const struct callee *callee)
{
	endpoint_describe(ep, callee);
}


void focus_shape(const struct endpoint *ep, struct media_shape *shape)
{
	end_to_end_shape(ep, shape);
}


void focus_shaped(struct endpoint *ep, unsigned serial, enum reason reason,
		  bool news)
{
	end_to_end_shaped(ep, serial, reason, news);
}


void focus_passed(struct endpoint *ep)
{
	end_to_end_passed(ep);
}


void focus_held(struct endpoint *ep, bool held)
{
	endpoint_set_held(ep, held);
}


void focus_not_moved(struct endpoint *ep, enum reason reason)
{
	entry_not_moved(ep, reason);
}


void focus_leave(struct endpoint *ep, enum reason reason)
{
	if (ep)
		endpoint_remove(ep, reason);
}


const char *focus_session_id(const struct endpoint *ep)
{
	return ep->user->conference->uuid;
}


void focus_dtmf(struct endpoint *ep, char digit, unsigned duration_ms)
{
	media_event_key(ep, digit, duration_ms);
}


uint32_t focus_leg(const struct endpoint *ep)
{
	return ep ? ep->leg : 0;
}


struct endpoint *focus_leg_endpoint(const struct focus *f, uint32_t leg)
{
	return endpoint_by_leg(f, leg);
}


/* ------------------------------------------------------------ shutdown */

static void done_h(void *arg)
{
	struct focus *f = arg;

	if (f->doneh)
		f->doneh(f->done_arg);
}


/** The link keeps its order: an answer means the removals are done */
static void farewell_h(int err, json_t *reply, void *arg)
{
	struct focus *f = arg;

	(void)err;
	(void)reply;

	if (f->farewells && !--f->farewells)
		tmr_start(&f->done_tmr, 0, done_h, f);
}


static bool first_h(struct le *le, void *arg)
{
	(void)le;
	(void)arg;

	return true;
}


void focus_shutdown(struct focus *f, void (*done)(void *arg), void *arg)
{
	struct le *le;

	if (f->shutting_down)
		return;

	f->shutting_down = true;
	judge_answer_all(&f->asks, REASON_SHUTDOWN);
	mixer_waits_answer_all(f, REASON_SHUTDOWN);
	f->doneh = done;
	f->done_arg = arg;

	while ((le = hash_apply(f->conferences, first_h, NULL)))
		endpoint_evict_all(le->data, REASON_SHUTDOWN);

	for (unsigned i = 0; i < mixers_count(f->mixers); i++) {
		if (!mixer_request(mixers_at(f->mixers, i),
				   json_pack("{s:s}", "op", "ping"),
				   farewell_h, f))
			f->farewells++;
	}

	if (!f->farewells)
		tmr_start(&f->done_tmr, 0, done_h, f);
}
