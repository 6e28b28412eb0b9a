/**
 * @file signaling/session/provisional.h  1xx to an INVITE of ours (RFC 3262
 * section 4)
 *
 * Each To tag is an early dialog, a fork. Reliable responses are acknowledged
 * in theirs, in order, once. The first description in one is the answer and
 * goes to the mixer, whose leg is early still; one of another fork is kept
 * until that one wins. A description in an unreliable response is a preview
 * (RFC 3261 section 13.2.1) and passed over: the answer will be the same.
 */
#ifndef PARLEY_SIGNALING_SESSION_PROVISIONAL_H
#define PARLEY_SIGNALING_SESSION_PROVISIONAL_H

#include "focus/policy/reason.h"
#include "mixer/base/re.h"

struct session;
struct sessions;

/** A 1xx over 100 came to our INVITE, within a dialog or not. May drop */
void provisional_in(struct session *s, const struct sip_msg *msg);

/** A new INVITE goes out: what was heard of the last one is forgotten */
void provisional_reset(struct session *s);

/** The dialog of a message, early or not; borrowed, NULL if there is none */
struct sip_dialog *provisional_dialog(const struct session *s,
				      const struct sip_msg *msg);

/** The session that is still calling, by a request in an early dialog */
struct session *provisional_find(const struct sessions *all,
				 const struct sip_msg *msg);

/**
 * The dialog that a 2xx makes, or confirms
 *
 * @param dlgp Set to it; a reference is taken
 * @return 0; EBADMSG without a Contact or tag; ENOMEM
 */
int provisional_confirm(struct session *s, const struct sip_msg *msg,
			struct sip_dialog **dlgp);

/**
 * The 2xx came: apply the answer that it or its fork's 1xx has. May drop
 *
 * @return as session_apply_answer()
 */
enum reason provisional_answer(struct session *s, const struct sip_msg *msg);

/** Is it a message of an early dialog beside the one whose answer was applied?
 *  The mixer has one leg for all: offers there have to wait */
bool provisional_beside(const struct session *s, const struct sip_msg *msg);

/** Is our INVITE's offer answered before its final response? */
bool provisional_answered(const struct session *s);

#endif
