/**
 * @file focus/conference/signaling_ops.h  What the focus needs from outside
 * itself
 *
 * The focus knows no SIP message and no socket. Signaling gives it, for each
 * endpoint, a handle and these operations. All on parleyd's one thread.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_SIGNALING_OPS_H
#define PARLEY_FOCUS_CONFERENCE_SIGNALING_OPS_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include "focus/policy/reason.h"

struct chat_message;
struct endpoint;
struct passed_group; /* signaling's; here it is only handed on */

/** Operations on one endpoint's session; `session` is signaling's handle */
struct session_ops {
	/**
	 * The mixer under the conference was replaced, and what was agreed
	 * with it is void: run a new offer/answer with the endpoint.
	 * Signaling calls focus_leg_modify() twice, for the offer's side
	 * without remote parts and then with the answer. One that refuses
	 * the offer cannot stay. Asked for once: signaling waits until the
	 * session can, tries again, and ends it when that comes to nothing.
	 */
	void (*reoffer)(void *session);
	/** End the dialog: BYE, CANCEL or a final response, as fits. The
	 *  endpoint is already out of the conference and is not called back */
	void (*end)(void *session, enum reason reason);
	/** No word reaches it just now: its WebSocket is gone. When that
	 *  begins signaling says so by focus_cut_off(). NULL: never */
	bool (*is_cut_off)(const void *session);
	/** Somebody else has written to all (focus/conference/chat.h): hand it
	 *  to the far end, if that takes such, one after the other. Sends
	 *  nothing from within. NULL: never
	 *
	 *  @param m Whoever keeps it takes a reference */
	void (*told)(void *session, struct chat_message *m);
	/** It is to be in that conference instead: join there as somebody new,
	 *  with an offer within the dialog, and leave this one when that has
	 *  begun; what keeps it out is told by focus_not_moved(). Never ends
	 *  within that. NULL: it cannot
	 *
	 *  @param conference Name, borrowed */
	void (*move)(void *session, const char *conference);
	/** Offer it the shape that focus_shape() says then, as soon as that
	 *  can be; focus_shaped() tells what became of it, never from within.
	 *  NULL: it has but one */
	void (*reshape)(void *session);
	/**
	 * What it could say to another one directly (TS 23.228 U.2.4), as it
	 * has described itself
	 *
	 * @param prefix Of the names of the lines, at most 15 bytes
	 * @param all    Sound and pictures, too; else the line for data alone
	 * @return NULL: it cannot, or no memory; mem_deref()
	 */
	struct passed_group *(*passable)(void *session, const char *prefix,
					 bool all);
	/** What it has said last of the lines that pass; borrowed, NULL:
	 *  nothing */
	struct passed_group *(*passed)(void *session);
};

/** What an endpoint is offered of what there is. With reshape only */
struct media_shape {
	bool mixed;                  /**< what the mixer carries is in use */
	struct passed_group *passed; /**< lines of another one, to say to it;
					  borrowed, NULL: none */
	bool passing;                /**< they are in use, but for data, which
					  always are */
	uint32_t relay, kbps;        /**< T of mixer/mp/protocol.h */
	bool no_data;
	unsigned serial; /**< for focus_shaped() */
};

/** What the focus asks of signaling as a whole */
struct signaling_ops {
	/**
	 * Dial a URI into a conference. Signaling finds the way to it, then
	 * joins it with focus_join() as any endpoint; what fails before that
	 * is told by focus_dial_failed(). Calls neither from within, but
	 * focus_dialling().
	 *
	 * @param conference Name
	 * @param uri        sip:, sips: or tel: URI to dial
	 * @param display    Name to show in From, may be NULL
	 * @return REASON_NONE; REASON_BAD_REQUEST (no such URI),
	 *         REASON_FORBIDDEN (an emergency number), REASON_LOOP (a
	 *         conference of ours), REASON_NO_ROUTE, REASON_OVERLOAD,
	 *         REASON_SHUTDOWN, REASON_INTERNAL
	 */
	enum reason (*dial)(void *arg, const char *conference, const char *uri,
			    const char *display);
	/**
	 * A conference is over in which somebody was, or that was told to
	 * end: calls into it that have not come to
	 * focus_join() yet come to nothing. Those that have are ended as any
	 * endpoint. NULL: nobody calls
	 */
	void (*undial)(void *arg, const char *conference);
	void *arg;
};

#endif
