/**
 * @file signaling/session/reliable.h  A reliable 183 to an INVITE (RFC 3262
 * section 3)
 *
 * Sent when the caller insists (Require: 100rel), or when its preconditions
 * hold back the 200 (RFC 3312): the 183 carries our answer or offer, is
 * repeated until its PRACK comes, and the INVITE waits here while PRACK and
 * UPDATE go by. Then, and when what is mandatory is met, reliable_next() puts
 * it back in hand for its 200. Functions that may drop the session say so.
 */
#ifndef PARLEY_SIGNALING_SESSION_RELIABLE_H
#define PARLEY_SIGNALING_SESSION_RELIABLE_H

#include <stdbool.h>
#include "mixer/base/re.h"

struct session;

struct reliable;

/** @return 0, ENOMEM. Freeing it with mem_deref() says nothing */
int reliable_alloc(struct reliable **rp);

/** Read what an INVITE says, before its offer is looked at */
void reliable_read(struct session *s, const struct sip_msg *msg);

/**
 * Can the preconditions of the offer in hand be handled at all? If not, the
 * request in hand has been refused: 580 for a type that we do not know, 421
 * for an INVITE that needs a reliable 183 and has no 100rel
 */
bool reliable_can(struct session *s);

/** The INVITE in hand gets a reliable 183 before its 200 */
bool reliable_due(const struct session *s);

/** Send it, with our offer or answer. May drop */
void reliable_send(struct session *s, struct mbuf *sdp);

/** Does an INVITE wait here? */
bool reliable_waits(const struct session *s);

/** The INVITE that waits is in hand again, if there is one; an UPDATE that
 *  was in hand gets 487 */
void reliable_take_back(struct session *s);

/**
 * An INVITE that waits gets its 200, if nothing holds it back any more. May
 * drop
 *
 * @return true when it was answered
 */
bool reliable_next(struct session *s);

/** Their CANCEL of a re-INVITE that waits: what it changed was agreed in the
 *  183, so it gets its 200 (RFC 6141 section 3.3) as soon as it can. May drop
 *
 *  @return false when none waits */
bool reliable_hurry(struct session *s);

/** PRACK came within the dialog. May drop */
void session_prack_in(struct session *s, const struct sip_msg *msg);

#endif
