/**
 * @file signaling/session/session.h  INVITE sessions (RFC 3261, 3264, 4028,
 * 4579)
 *
 * One session is one INVITE dialog with an endpoint, whoever called: its
 * dialog state, its offer/answer state (signaling/sdp/offer.h), its session
 * timer and the focus's endpoint. It stands on libre's transactions and
 * dialogs, not on libre's sipsess. `sessions` holds all of them, by Call-ID,
 * and hears every request and response of the transport layer that belongs to
 * one. It takes part in the focus through struct signaling_ops (dial) and
 * struct session_ops (re-offer, end). All on parleyd's one thread.
 */
#ifndef PARLEY_SIGNALING_SESSION_SESSION_H
#define PARLEY_SIGNALING_SESSION_SESSION_H

#include <stddef.h>
#include <jansson.h>
#include "signaling/session/dependencies.h"

struct sessions;

struct session;
struct sip_msg;

/**
 * Requests that are no part of INVITE sessions, but come in their dialogs and
 * outside of them: whoever acts on them is told here
 */
struct session_acts {
	/** @param s In whose dialog, NULL: outside. May drop */
	void (*referh)(struct sessions *all, struct session *s,
		       const struct sip_msg *msg);
	/** SUBSCRIBE that is no refresh; as referh */
	void (*subscribeh)(struct sessions *all, struct session *s,
			   const struct sip_msg *msg);
	void (*infoh)(struct session *s, const struct sip_msg *msg);
	void (*optionsh)(struct sessions *all, const struct sip_msg *msg);
	/** The sessions end: tell nobody any more how it goes */
	void (*flushh)(struct sessions *all);
};

/**
 * Begin to take and to make calls: listens on the transport layer's stack and
 * calls focus_set_signaling()
 *
 * Ownership: free with mem_deref() before the rooms. Freeing drops every
 * session at once without a word to the far end, and takes its endpoint out of
 * the focus; sessions_close() is the polite way.
 *
 * @return 0, or ENOMEM
 */
int sessions_alloc(struct sessions **sp,
		   const struct sessions_dependencies *rooms);

/**
 * Shut down: new INVITEs are refused with 503, every session gets BYE,
 * CANCEL or a final response (REASON_SHUTDOWN) and leaves the focus
 *
 * @param done Called once, never from within, when the last transaction is
 *             over or after 2 s
 */
void sessions_close(struct sessions *s, void (*done)(void *arg), void *arg);

/** Sessions alive, those still saying BYE included */
/** @param acts Outlives the sessions. Until then such requests get 501 */
void sessions_set_acts(struct sessions *all, const struct session_acts *acts);

size_t sessions_count(const struct sessions *s);

/**
 * Counters for `parley stats`: {"sessions":n, "invites":n, "dialled":n,
 * "refused":n, "expired":n,
 * "too_many_dials":n}
 *
 * @return new reference, NULL when out of memory
 */
json_t *sessions_stats(const struct sessions *s);

#endif
