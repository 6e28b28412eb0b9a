/**
 * @file signaling/event/conference_events.h  The conference event package (RFC
 * 4575)
 *
 * Each subscription gets the full roster at once and on each refresh, then
 * what changes, merged so that no subscriber hears more often than once a
 * second (RFC 4575 section 3.10) and none misses anything: the first change
 * after quiet goes out at once. When the conference ends, its last state goes
 * out with "terminated;reason=noresource". Documents are
 * focus/roster/conference_info.h's, subscriptions
 * signaling/event/notifier.h's. Who may subscribe is the caller's to judge
 * (signaling/conference/subscribe.c).
 */
#ifndef PARLEY_SIGNALING_EVENT_CONFERENCE_EVENTS_H
#define PARLEY_SIGNALING_EVENT_CONFERENCE_EVENTS_H

#include <stdbool.h>
#include "focus/roster/conference_info.h"
#include "mixer/base/re.h"

struct conference_events;
struct focus;
struct notifiers;
struct page;

enum {
	CONFERENCE_EVENTS_PACE_MS = 1000,
	/** Of those who want to see who talks */
	CONFERENCE_EVENTS_ACTIVITY_PACE_MS = 200,
};

/** @param page Whose link is in the documents, or NULL. All are borrowed;
 *  mem_deref() after the sessions, before the watched_list */
int conference_events_alloc(struct conference_events **cp, struct focus *focus,
			    struct notifiers *notifiers,
			    const struct page *page);

/** Who watches; strings are copied */
struct conference_watcher {
	const char *aor;
	uint64_t flow;
	struct sa peer; /**< of that flow */
	bool known;     /**< aor is proved or asserted */
};

/** What is shown to who takes part */
struct conference_sight {
	enum conference_info_view view;
	unsigned self; /**< its endpoint's number, 0: it has none */
};

/** Does it take part? Asked after somebody has left, and of one who stays when
 *  somebody has come.
 *  @param sight Set where it does */
typedef bool(conference_member_h)(const char *conference,
				  const struct conference_watcher *who,
				  struct conference_sight *sight, void *arg);

/** One that begins; strings are copied */
struct conference_subscribe {
	const char *conference;
	const char *entity;     /**< conference URI as it was addressed */
	const char *contact;    /**< ours in this dialog */
	const char *id;         /**< of Event, or NULL */
	const char *session_id; /**< our half of Session-ID, NULL: a new one */
	struct sip_dialog *dlg;
	struct conference_watcher who;
	bool may;     /**< judged: it may watch */
	bool reached; /**< notifier_param's */
	bool stays;   /**< also while it takes no part, as long as the
			   conference has no door (focus_has_door()); else it
			   goes with its last session */
	conference_member_h *memberh;
	void *arg;
	const char *member; /**< notifier_param's; NULL: it takes no part */
	bool activity;      /**< Accept says that it understands who talks */
	struct conference_sight sight;
};

/**
 * Take a SUBSCRIBE and answer it
 *
 * @return 0; nothing is answered on ENOENT (no such conference), EACCES
 *         (!may), EOVERFLOW (limits of signaling/event/notifier.h), EBADMSG,
 * ENOMEM
 */
int conference_events_begin(struct conference_events *ce,
			    const struct sip_msg *msg,
			    const struct conference_subscribe *sub);

#endif
