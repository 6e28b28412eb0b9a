/**
 * @file signaling/event/conference_events.c  Who watches which roster, and
 * when it is told
 */
#include <errno.h>
#include <string.h>
#include "focus/conference/focus.h"
#include "focus/roster/conference_info.h"
#include "mixer/base/log.h"
#include "signaling/event/conference_events.h"
#include "signaling/event/notifier.h"
#include "signaling/message/flow.h"
#include "signaling/web/page.h"

enum {
	BUSY_MS = 100,
	/** Until there is memory for what was missed */
	ANEW_MS = 20,
	WEB_MAX = 512,
	/** Longest turn of the clock, and the pause after one that had more
	 *  to do, so that calls go on beside it */
	TURN_MS = 10,
};

struct conference_events {
	struct list watched_list,
		over;        /**< `over`: conferences that have ended */
	struct list waiting; /**< watchers, by `wait`; oldest first */
	struct tmr clock;    /**< for all of them: libre's list of timers is
				  walked whenever one is set */
	struct focus *focus;
	struct notifiers *notifiers;
	const struct page *page;
};

/** A conference that somebody watches */
struct watched {
	struct le le; /**< unlinked when the conference is over */
	char *name;
	struct conference_events *all;
	struct event_subscription *events;
	struct tmr anew; /**< runs: it has missed something */
	struct conference_info *info;
	struct list watchers;
	bool over;
};

struct watcher {
	struct le le, wait;
	struct watched *watched;
	struct notifier *notifier;
	struct conference_info_reader *reader;
	uint64_t sent_ms, due_ms; /**< in tmr_jiffies() */
	unsigned pace_ms;
	char *aor;
	struct conference_watcher who;
	conference_member_h *memberh;
	void *arg;
	bool stays;    /**< though it is no member */
	bool check;    /**< somebody came or left: is it a member? */
	unsigned self; /**< its endpoint's number, 0: it has none there */
};

static void watcher_destructor(void *arg)
{
	struct watcher *w = arg;

	list_unlink(&w->le);
	list_unlink(&w->wait);
	mem_deref(w->notifier);
	mem_deref(w->reader);
	mem_deref(w->aor);
}

static void watched_destructor(void *arg)
{
	struct watched *watched = arg;

	list_unlink(&watched->le);
	tmr_cancel(&watched->anew);
	mem_deref(watched->events);
	list_flush(&watched->watchers);
	mem_deref(watched->info);
	mem_deref(watched->name);
}

/* The last one turns the light off */
static void drop(struct watcher *w)
{
	struct watched *watched = w->watched;

	mem_deref(w);
	if (list_isempty(&watched->watchers))
		mem_deref(watched);
}

/* ----------------------------------------------------------------- telling */

static void clock_h(void *arg);

/* Not later than then */
static void wind(struct conference_events *ce, uint64_t due_ms)
{
	uint64_t now = tmr_jiffies(), delay = due_ms > now ? due_ms - now : 0;

	if (!tmr_isrunning(&ce->clock) || tmr_get_expire(&ce->clock) > delay)
		tmr_start(&ce->clock, delay, clock_h, ce);
}

static void wait_until(struct watcher *w, uint64_t due_ms)
{
	w->due_ms = due_ms;
	if (!w->wait.list)
		list_append(&w->watched->all->waiting, &w->wait, w);
	wind(w->watched->all, due_ms);
}

static void schedule(struct watcher *w)
{
	if (!w->wait.list)
		wait_until(w, w->sent_ms + w->pace_ms);
}

static void tell(struct watcher *w, bool full)
{
	struct mbuf *mb;

	if (conference_info_print(w->reader, full, &mb)) {
		schedule(w);
		return;
	}
	(void)notifier_send(w->notifier, CONFERENCE_INFO_TYPE, mb);
	mem_deref(mb);
	w->sent_ms = tmr_jiffies();
	if (conference_info_news(w->reader))
		schedule(w);
}

/* With what is new. Frees it */
static void end(struct watcher *w, const char *reason)
{
	struct mbuf *mb = NULL;

	(void)conference_info_print(w->reader, false, &mb);
	notifier_end(w->notifier, reason, mb ? CONFERENCE_INFO_TYPE : NULL,
		     mb);
	w->notifier = NULL;
	mem_deref(mb);
	mem_deref(w);
}

static void see(struct watcher *w, const struct conference_sight *sight)
{
	w->self = sight->self;
	conference_info_show(w->reader, sight->view, sight->self);
}

/* What is it shown, now that it may take part no more, or does again? @return
 * false: nothing */
static bool may_still(struct watcher *w)
{
	const struct watched *watched = w->watched;
	struct conference_sight sight = {VIEW_MEMBERS, 0};

	if (!w->memberh)
		return true;
	if (!w->memberh(watched->name, &w->who, &sight, w->arg)) {
		/* what was free while it took part is so no more */
		if (!w->stays ||
		    focus_has_door(watched->all->focus, watched->name) ||
		    notifier_count(w->notifier))
			return false;
	}
	see(w, &sight);

	return true;
}

/* May free it */
static void tick(struct watcher *w)
{
	struct watched *watched = w->watched;
	bool leaves = w->check && !may_still(w);

	w->check = false;
	list_unlink(&w->wait);
	if (watched->over || leaves) {
		/* a roster is not its business any more that left */
		end(w, watched->over ? "noresource" : "rejected");
		if (list_isempty(&watched->watchers))
			mem_deref(watched);
	}
	else if (!conference_info_news(w->reader))
		return;
	else if (notifier_busy(w->notifier))
		wait_until(w, tmr_jiffies() + BUSY_MS);
	else
		tell(w, false);
}

static void clock_h(void *arg)
{
	struct conference_events *ce = arg;
	uint64_t now = tmr_jiffies(), next = UINT64_MAX;
	const uint64_t stop = now + TURN_MS;
	struct le *le = ce->waiting.head, *last = ce->waiting.tail;

	while (le && now < stop) {
		struct watcher *w = le->data;
		bool at_end = le == last;

		le = at_end ? NULL : le->next;
		if (w->due_ms > now) {
			next = MIN(next, w->due_ms);
			continue;
		}
		tick(w);
		now = tmr_jiffies();
	}
	if (le)
		tmr_start(&ce->clock, TURN_MS, clock_h, ce);
	else if (next != UINT64_MAX)
		wind(ce, next);
}

static void refresh_h(void *arg)
{
	tell(arg, true);
}

static void closed_h(void *arg)
{
	struct watcher *w = arg;

	w->notifier = NULL;
	drop(w);
}

/* The conference is over; another may take its name. The clock says goodbye */
static void close_watched(struct watched *watched)
{
	struct le *le;

	watched->over = true;
	tmr_cancel(&watched->anew);
	watched->events = mem_deref(watched->events);
	list_unlink(&watched->le);
	list_append(&watched->all->over, &watched->le, watched);
	for (le = watched->watchers.head; le; le = le->next)
		wait_until(le->data, tmr_jiffies());
}

static void event_h(const json_t *event, void *arg);

/* A snapshot: whoever begins to follow gets one */
static void anew_h(void *arg)
{
	struct watched *watched = arg;
	struct event_subscription *fresh;

	if (focus_subscribe(&fresh, watched->all->focus, watched->name,
			    event_h, watched)) {
		tmr_start(&watched->anew, ANEW_MS, anew_h, watched);
		return;
	}
	mem_deref(watched->events);
	watched->events = fresh;
}

/* It is let in, or has another role */
static void look_at_self(struct watcher *w, const json_t *event)
{
	const json_t *state = json_object_get(event, "state");

	if (w->self && state &&
	    json_integer_value(json_object_get(event, "endpoint")) ==
		    (json_int_t)w->self)
		conference_info_show(w->reader, conference_info_view_of(state),
				     w->self);
}

/* Whose is it, where that may change who takes part? NULL: nobody's */
static const char *comes_or_goes(const char *type, const json_t *event)
{
	static const char *const types[] = {"left", "joined", "waiting"};

	for (size_t i = 0; type && i < ARRAY_SIZE(types); i++) {
		if (!strcmp(type, types[i]))
			return json_string_value(
				json_object_get(event, "user"));
	}

	return NULL;
}

/* Of one who was anonymous, only the focus knows who it was: he who has left
 * is nobody but himself, and who comes is nobody who is there already */
static bool is_perhaps(const struct watcher *w, const char *type,
		       const char *user, unsigned about)
{
	if (focus_aor_is(user, w->aor))
		return true;
	if (!strstr(user, "@anonymous.invalid"))
		return false;

	return strcmp(type, "left") != 0 ? !w->self : about == w->self;
}

/* Has it to be looked whether it may watch still, and whom it is shown? */
static bool is_to_check(const struct watcher *w, const char *type,
			const char *user, unsigned about)
{
	/* a door may have been put up */
	if (type && w->stays && !strcmp(type, "settings"))
		return true;

	return user && (w->stays || !strcmp(type, "left")) &&
	       is_perhaps(w, type, user, about);
}

static void event_h(const json_t *event, void *arg)
{
	const char *type = json_string_value(json_object_get(event, "type"));
	const char *user = comes_or_goes(type, event);
	const unsigned about = (unsigned)json_integer_value(
		json_object_get(event, "endpoint"));
	struct watched *watched = arg;
	struct le *le;

	if (conference_info_event(watched->info, event))
		tmr_start(&watched->anew, ANEW_MS, anew_h, watched);
	else
		tmr_cancel(&watched->anew);
	if (type && !strcmp(type, "ended")) {
		close_watched(watched);
		return;
	}
	for (le = watched->watchers.head; le; le = le->next) {
		struct watcher *w = le->data;

		look_at_self(w, event);
		if (is_to_check(w, type, user, about))
			w->check = true;
		if (w->check || (conference_info_concerns(w->reader, about) &&
				 conference_info_news(w->reader)))
			schedule(w);
	}
}

/* ------------------------------------------------------------- beginning */

static struct watched *find_watched(const struct conference_events *ce,
				    const char *name)
{
	struct le *le;

	for (le = ce->watched_list.head; le; le = le->next) {
		struct watched *watched = le->data;

		if (!str_casecmp(watched->name, name))
			return watched;
	}
	return NULL;
}

static int open_watched(struct watched **rp, struct conference_events *ce,
			const char *name)
{
	struct watched *watched = find_watched(ce, name);
	int err;

	if (watched) {
		*rp = watched;
		return 0;
	}
	watched = mem_zalloc(sizeof(*watched), watched_destructor);
	if (!watched)
		return ENOMEM;
	watched->all = ce;
	tmr_init(&watched->anew);
	list_append(&ce->watched_list, &watched->le, watched);
	err = str_dup(&watched->name, name);
	if (!err)
		err = conference_info_alloc(&watched->info);
	if (!err)
		err = focus_subscribe(&watched->events, ce->focus, name,
				      event_h, watched) == REASON_INTERNAL
			      ? ENOMEM
			      : 0;
	if (!err && !conference_info_active(watched->info))
		err = ENOENT;
	if (err)
		mem_deref(watched);
	else
		*rp = watched;

	return err;
}

static int conference_events_take(struct watcher *w, const struct sip_msg *msg,
				  const struct conference_subscribe *sub)
{
	struct conference_events *ce = w->watched->all;
	const struct notifier_param param = {
		.event = "conference",
		.id = sub->id,
		.contact = sub->contact,
		.session_id = sub->session_id,
		.expires_s = notifier_expires(msg, NOTIFIER_EXPIRES_MAX_S),
		.dlg = sub->dlg,
		.reached = sub->reached,
		.member = sub->member,
	};
	struct conference_info_param info = {
		.entity = sub->entity,
		.activity = sub->activity,
		.view = sub->sight.view,
		.self = sub->sight.self,
	};
	char web[WEB_MAX];
	int err;

	if (!page_url(ce->page, sub->who.flow, sub->conference, web,
		      sizeof(web)))
		info.web = web;
	err = conference_info_read(&w->reader, w->watched->info, &info);
	if (err)
		return err;

	return notifier_accept(&w->notifier, ce->notifiers, msg, &param,
			       refresh_h, closed_h, w);
}

int conference_events_begin(struct conference_events *ce,
			    const struct sip_msg *msg,
			    const struct conference_subscribe *sub)
{
	struct watcher *w = NULL;
	struct watched *watched;
	int err;

	if (!ce || !msg || !sub || !sub->conference)
		return EINVAL;
	err = open_watched(&watched, ce, sub->conference);
	if (err)
		return err;
	if (!sub->may) {
		err = EACCES;
		goto out;
	}
	w = mem_zalloc(sizeof(*w), watcher_destructor);
	if (!w) {
		err = ENOMEM;
		goto out;
	}
	w->watched = watched;
	w->pace_ms = sub->activity ? CONFERENCE_EVENTS_ACTIVITY_PACE_MS
				   : CONFERENCE_EVENTS_PACE_MS;
	w->memberh = sub->memberh;
	w->self = sub->sight.self;
	w->stays = sub->stays;
	w->arg = sub->arg;
	err = str_dup(&w->aor, sub->who.aor ? sub->who.aor : "");
	if (!err)
		err = conference_events_take(w, msg, sub);
	if (err)
		goto out;
	w->who = sub->who;
	w->who.aor = w->aor;
	list_append(&watched->watchers, &w->le, w);
	tell(w, true);

out:
	if (err) {
		mem_deref(w);
		if (list_isempty(&watched->watchers))
			mem_deref(watched);
	}
	return err;
}

/* ------------------------------------------------------------ life cycle */

static void conference_events_destructor(void *arg)
{
	struct conference_events *ce = arg;

	/* what the clock did not come to */
	while (ce->over.head) {
		struct watched *watched = ce->over.head->data;

		while (watched->watchers.head)
			end(watched->watchers.head->data, "noresource");
		mem_deref(watched);
	}
	list_flush(&ce->watched_list);
	tmr_cancel(&ce->clock);
}

int conference_events_alloc(struct conference_events **cp, struct focus *focus,
			    struct notifiers *notifiers,
			    const struct page *page)
{
	struct conference_events *ce;

	if (!cp || !focus || !notifiers)
		return EINVAL;
	ce = mem_zalloc(sizeof(*ce), conference_events_destructor);
	if (!ce)
		return ENOMEM;
	ce->focus = focus;
	ce->notifiers = notifiers;
	ce->page = page;
	tmr_init(&ce->clock);
	*cp = ce;

	return 0;
}
