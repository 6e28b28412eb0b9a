/**
 * @file signaling/event/notifier.h  Subscriptions of others at us (RFC 6665)
 *
 * One notifier is one subscription: its dialog (its own, or one it shares
 * with an INVITE session), its Expires clock, and at most one NOTIFY under
 * way; what is sent meanwhile replaces what waits. Event packages stand on
 * it: conference (RFC 4575) and the implicit subscription of REFER
 * (RFC 3515). SUBSCRIBE within a dialog is heard here; who begins one outside
 * is the package's to judge. All on parleyd's one thread.
 */
#ifndef PARLEY_SIGNALING_EVENT_NOTIFIER_H
#define PARLEY_SIGNALING_EVENT_NOTIFIER_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include "mixer/base/re.h"
#include "signaling/transport/layer.h"

struct notifier;
struct notifiers;
struct config;

/** Bounds of Expires, in seconds */
enum {
	NOTIFIER_EXPIRES_MIN_S = 60,
	NOTIFIER_EXPIRES_MAX_S = 3600,
	NOTIFIER_RETRY_MAX_S = 60, /**< longest Retry-After that we wait */
};

/** Hears SUBSCRIBE within dialogs; alloc before sessions_alloc(). What
 *  belongs to no subscription here is left to the packages. Borrowed: layer,
 *  config. Free with mem_deref() after all packages */
int notifiers_alloc(struct notifiers **np, struct transport_layer *layer,
		    const struct config *config);

/** How one is made */
struct notifier_param {
	const char *event;      /**< "conference", "refer" */
	const char *id;         /**< id parameter of Event, or NULL */
	const char *contact;    /**< our Contact URI in this dialog */
	uint32_t expires_s;     /**< granted */
	struct sip_dialog *dlg; /**< shared dialog (a reference is taken),
				     NULL: made from the request */
	bool reached;           /**< who asks is known: NOTIFYs may go to his
				     Contact. Else they go to where the request
				     came from until one is answered or he
				     refreshes */
	const char *session_id; /**< our half of Session-ID (RFC 7989): of the
				     conference; NULL: a new one */
	const char *member;     /**< subscription_source_take()'s */
};

/** The far end refreshed it, ended it, or its time is up: send the full state
 *  anew. What is sent in the two latter cases is the last NOTIFY; without it
 *  there is an empty one */
typedef void(notifier_refresh_h)(void *arg);

/** It is over (unsubscribed, expired, NOTIFY failed, its connection is gone):
 *  the pointer is dead after this. Not called by notifier_end() or
 *  mem_deref(), and never from within notifier_send() */
typedef void(notifier_closed_h)(void *arg);

/**
 * Take a SUBSCRIBE or REFER and answer it: 200 to SUBSCRIBE, 202 to REFER.
 * The caller sends the first state with notifier_send() at once.
 *
 * @param msg Request, already judged by the package
 * @param np  Set to it. Owned by the caller: mem_deref() drops it without a
 *            word; notifier_end() is the polite way
 * @return 0; EOVERFLOW (max_subscriptions or subscriptions_per_source; nothing
 *         has been answered), ENOMEM, EBADMSG
 */
int notifier_accept(struct notifier **np, struct notifiers *all,
		    const struct sip_msg *msg,
		    const struct notifier_param *param,
		    notifier_refresh_h *refreshh, notifier_closed_h *closedh,
		    void *arg);

/**
 * State: NOTIFY with Subscription-State active and what is left of Expires
 *
 * @param type Content-Type, NULL with no body
 * @param body A reference is taken; NULL: empty
 */
int notifier_send(struct notifier *n, const char *type, struct mbuf *body);

/** Who has it is no member any more: subscription_source_count() of it.
 *  @return its; other than 0: to be ended */
int notifier_count(struct notifier *n);

/** Is one under way (so that a package may wait instead of replacing)? */
bool notifier_busy(const struct notifier *n);

/**
 * Last NOTIFY: Subscription-State terminated. The pointer is dead after this;
 * the NOTIFY goes on by itself
 *
 * @param reason "noresource", "timeout", "deactivated", ... of RFC 6665
 */
void notifier_end(struct notifier *n, const char *reason, const char *type,
		  struct mbuf *body);

/** What there is of a subscription's dialog, in LAYER_DIALOG_*. @param like A
 *  request in it: Call-ID and tags. @param all May be NULL */
enum layer_dialog notifiers_dialog(const struct notifiers *all,
				   const struct sip_msg *like);

/** Is its Expires too brief (RFC 6665 section 4.2.1.1)? 423, true */
bool notifier_too_brief(struct notifiers *all, const struct sip_msg *msg);

/** Does a SUBSCRIBE name the package in its Event header? */
bool notifier_event_is(const struct sip_msg *msg, const char *event);

/** What to grant for a wish in Expires (`fallback` without one), bounded; 0
 *  for one look (RFC 6665 section 4.4.3) */
uint32_t notifier_expires(const struct sip_msg *msg, uint32_t fallback);

/** {"subscriptions":n, "notifies":n, "refused":n, ...}; new reference */
json_t *notifiers_stats(const struct notifiers *all);

#endif
