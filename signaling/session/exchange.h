/**
 * @file signaling/session/exchange.h  Offer and answer of one dialog (RFC
 * 3264, 6337)
 *
 * One exchange runs at a time, whoever began it:
 *
 *   IDLE -> THEIRS -> IDLE                     their offer, our answer
 *   IDLE -> PREPARE -> OFFERED -> APPLY -> IDLE  our offer, their answer
 *
 * THEIRS, PREPARE and APPLY wait for the mixer, OFFERED for the far end. What
 * we want ourselves while one runs is a wish and waits in one queue: to go
 * back to what was agreed, to offer anew, to refresh. What they want is judged
 * by the same test, exchange_may_begin(), and refused with 491 or 500 when it
 * cannot be at once: SIP lets nobody wait. The exchange is the only one that
 * tries again, after glare and after failure.
 *
 * It holds both session descriptions (signaling/sdp/offer.h), but sends
 * nothing and asks no mixer: handlers do. Time comes in. On parleyd's thread.
 */
#ifndef PARLEY_SIGNALING_SESSION_EXCHANGE_H
#define PARLEY_SIGNALING_SESSION_EXCHANGE_H

#include <stdbool.h>
#include "focus/policy/reason.h"
#include "mixer/base/re.h"
#include "mixer/mp/leg_description.h"

struct exchange;
struct offer;
struct offer_config;

enum exchange_phase {
	EXCHANGE_IDLE,
	EXCHANGE_THEIRS,  /**< the mixer works on their offer */
	EXCHANGE_PREPARE, /**< the mixer works on an offer of ours */
	EXCHANGE_OFFERED, /**< they have our offer */
	EXCHANGE_APPLY,   /**< the mixer works on what was agreed */
	EXCHANGE_PHASES
};

/** What else keeps offers away; a set of bits */
enum exchange_hold {
	/** A request of theirs has no final response yet */
	EXCHANGE_HOLD_THEIRS = 1 << 0,
	/** Our 2xx waits for its ACK */
	EXCHANGE_HOLD_ACK = 1 << 1,
	/** Their INVITE waits behind our reliable 183 */
	EXCHANGE_HOLD_RELIABLE = 1 << 2,
	/** An INVITE of ours has no final response yet */
	EXCHANGE_HOLD_OURS = 1 << 3,
	/** ... but its offer was answered in a reliable response */
	EXCHANGE_HOLD_ANSWERED = 1 << 4,
	/** The dialog is not confirmed, or it ends */
	EXCHANGE_HOLD_DIALOG = 1 << 5,
	/** A description of theirs is not read before host names in it are
	 *  looked up */
	EXCHANGE_HOLD_NAMES = 1 << 6,
};

/** By what an offer comes: UPDATE and PRACK may while an INVITE is open whose
 *  offer was answered (RFC 3311 section 5.2) */
enum exchange_by { EXCHANGE_BY_INVITE, EXCHANGE_BY_UPDATE };

/** What is said to an offer of theirs */
enum exchange_verdict {
	EXCHANGE_GO,
	EXCHANGE_PENDING, /**< 491: ours is open */
	EXCHANGE_LATER,   /**< 500 and Retry-After: theirs is */
};

/** What we want; each at most once in the queue, the first one first */
enum exchange_wish {
	EXCHANGE_WISH_RESTORE, /**< the mixer is to do what was agreed */
	EXCHANGE_WISH_OFFER,   /**< a new offer, for the focus */
	EXCHANGE_WISH_SHAPE,   /**< the same, of other lines: where that is
				    refused all is as before */
	EXCHANGE_WISH_REFRESH, /**< a re-INVITE that changes nothing */
	EXCHANGE_WISHES
};

/** None is called but from exchange_step() and exchange_wish() */
struct exchange_handlers {
	/** @return The bits of enum exchange_hold that are so just now */
	unsigned (*holdsh)(void *arg);
	/**
	 * Fulfil a wish; may not drop the session
	 *
	 * @return REASON_NONE begun, or not wanted any more; else what was
	 *         begun is taken back. A restoration is given up then, the
	 *         others are tried again
	 */
	enum reason (*wishh)(enum exchange_wish wish, void *arg);
	/** Call exchange_step() in so long, and not before as asked last */
	void (*wakeh)(uint64_t ms, void *arg);
	/** Too many offers of ours have failed. May drop the session */
	void (*failh)(enum reason reason, void *arg);
};

enum {
	/** Offers of ours that may fail in a row */
	EXCHANGE_FAILURES_MAX = 20,
	/** After so long what failed without the far end is tried again */
	EXCHANGE_AGAIN_MS = 500,
};

/** @return 0, ENOMEM. The handlers are borrowed. Free with mem_deref() */
int exchange_alloc(struct exchange **xp,
		   const struct exchange_handlers *handlers, void *arg);

/** Forget all that was said and begin with a new description, which may hold
 *  keys if oc->sdes_allowed. @return 0; ENOMEM: nothing is forgotten */
int exchange_begin(struct exchange *x, const struct offer_config *oc);

/** The descriptions; NULL before exchange_begin(). Borrowed */
struct offer *exchange_offer(const struct exchange *x);
/** The description that we sent last, NULL: none. Borrowed */
struct mbuf *exchange_local(const struct exchange *x);
/** May its descriptions hold keys? */
bool exchange_has_keys(const struct exchange *x);
/** Are they WebRTC's (else plain RTP's)? As the first offer was */
bool exchange_is_webrtc(const struct exchange *x);
enum exchange_phase exchange_phase(const struct exchange *x);
/** Is the offer that is out one that repeats what was agreed? */
bool exchange_is_refresh(const struct exchange *x);
/** Is the offer of ours under way one that may be refused? */
bool exchange_is_shape(const struct exchange *x);

/* ------------------------------------------------------------ who may begin
 */

/** Is no offer open either way, and nothing in the way of a new one? */
bool exchange_idle(const struct exchange *x, enum exchange_by by);
/** May an offer of theirs begin? */
enum exchange_verdict exchange_may_begin(const struct exchange *x,
					 enum exchange_by by);
/** One may not: which refusal is it? */
enum exchange_verdict exchange_refusal(const struct exchange *x);

/* ------------------------------------------------------- from phase to phase
 * In a phase that has no such arrow they do nothing but fail: EPROTO,
 * REASON_INTERNAL. Descriptions are as in signaling/sdp/offer.h. */

/** IDLE -> THEIRS */
enum reason exchange_theirs(struct exchange *x, const struct pl *sdp,
			    struct leg_description **legp);
/** IDLE -> PREPARE: the first offer, in this shape */
enum reason exchange_ours(struct exchange *x, bool webrtc,
			  struct leg_description **legp);
/** IDLE -> PREPARE: another one, with a video line or without */
enum reason exchange_ours_again(struct exchange *x, bool video,
				struct leg_description **legp);
/** The mixer gave its side: THEIRS -> IDLE, our answer; PREPARE -> OFFERED,
 *  our offer. @param mbp Set to it. @return 0, EPROTO, as offer_local() */
int exchange_print(struct exchange *x, const struct leg_local *local,
		   struct mbuf **mbp);
/** The description went out */
void exchange_sent(struct exchange *x, struct mbuf *sdp);
/** The same offer goes out in another INVITE: IDLE, OFFERED -> OFFERED */
void exchange_resent(struct exchange *x);
/** What was agreed goes out in an INVITE: IDLE -> OFFERED */
void exchange_refresh_sent(struct exchange *x);
/** Our refresh was accepted or refused: OFFERED -> IDLE
 *  @return false: what is out is no refresh, and nothing has changed */
bool exchange_refresh_over(struct exchange *x);
/** OFFERED -> APPLY; also IDLE -> APPLY, for news in the answer to a refresh
 */
enum reason exchange_answered(struct exchange *x, const struct pl *sdp,
			      struct leg_description **legp);
/** The offer that was answered is open again: another fork has an answer of
 *  its own. IDLE, APPLY -> OFFERED. @return 0, EPROTO, as offer_reopen() */
int exchange_reopen(struct exchange *x);
/** The mixer has to do what was agreed: IDLE -> APPLY
 *  @return REASON_NONE; REASON_INTERNAL nothing was agreed yet */
enum reason exchange_restore(struct exchange *x,
			     struct leg_description **legp);
/** The mixer is done: -> IDLE */
void exchange_applied(struct exchange *x);
/** It came to nothing: what was agreed is in force. -> IDLE */
void exchange_rollback(struct exchange *x);
/** The INVITE of ours that carried it is over: -> IDLE. What a mixer works on
 *  is not said again */
void exchange_attempt_over(struct exchange *x);
/** The session ends: no wish is left. -> IDLE */
void exchange_stop(struct exchange *x);

/* ------------------------------------------------------------------- wishes
 */

/** Wish, and have it at once if that can be. May drop
 *  @param now_ms Any clock that never goes back; the same in all calls */
void exchange_wish(struct exchange *x, enum exchange_wish wish,
		   uint64_t now_ms);
/** Something is over: what waits may begin. May drop */
void exchange_step(struct exchange *x, uint64_t now_ms);
/** Our offer failed: once more in so long, unless too many have in a row: then
 *  failh is called for that reason. Rolls back. May drop
 *  @return true if it called failh */
bool exchange_again(struct exchange *x, enum reason reason, uint64_t ms,
		    uint64_t now_ms);
/** Ours met one of theirs (491): nothing is offered for so long, whatever is
 *  wished (RFC 3261 section 14.1) */
void exchange_glare(struct exchange *x, uint64_t ms, uint64_t now_ms);
/** An INVITE of ours within the dialog was accepted: that was a refresh, too
 */
void exchange_accepted(struct exchange *x);

#endif
