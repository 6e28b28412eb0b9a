/**
 * @file signaling/session/client_invite.h  1xx to an INVITE of ours (RFC 3262
 * section 4)
 *
 * Each To tag is an early dialog, a fork. Reliable responses are acknowledged
 * in theirs, in order, once. The first description in one is the answer and
 * goes to the mixer, whose leg is early still; one of another fork is kept
 * until that one wins. A description in an unreliable response is a preview
 * (RFC 3261 section 13.2.1) and passed over: the answer will be the same.
 */
#ifndef PARLEY_SIGNALING_SESSION_CLIENT_INVITE_H
#define PARLEY_SIGNALING_SESSION_CLIENT_INVITE_H

#include "focus/policy/reason.h"
#include "mixer/base/re.h"

struct client_invite;
struct session;
struct sessions;

/** None is out. @return 0, ENOMEM. Freeing it with mem_deref() cancels */
int client_invite_alloc(struct client_invite **ip);

/** A dialog that it may make; a reference is taken */
void client_invite_begin(struct client_invite *invite, struct sip_dialog *dlg);
/** That one, NULL: none. Stays as it was made: borrowed */
struct sip_dialog *client_invite_early(const struct client_invite *invite);
/** Send it with a description. What came to the last one is forgotten
 *  @param dlg client_invite_early(), or the session's dialog */
int client_invite_send(struct session *s, struct sip_dialog *dlg,
		       struct mbuf *sdp, sip_resp_h *resph);
/** Has it had no final response yet? */
bool client_invite_is_open(const struct client_invite *invite);
/** Ask for one; what comes is still told */
void client_invite_cancel(struct client_invite *invite);
/** As client_invite_cancel(), but nothing is told any more */
void client_invite_drop(struct client_invite *invite);

/** A 1xx over 100 came to our INVITE, within a dialog or not. May drop */
void client_invite_in(struct session *s, const struct sip_msg *msg);

/** The dialog of a message, early or not; borrowed, NULL if there is none */
struct sip_dialog *client_invite_dialog(const struct session *s,
					const struct sip_msg *msg);

/** The session that is still calling, by a request in an early dialog */
struct session *client_invite_find(const struct sessions *all,
				   const struct sip_msg *msg);

/**
 * The dialog that a 2xx makes, or confirms
 *
 * @param dlgp Set to it; a reference is taken
 * @return 0; EBADMSG without a Contact or tag; ENOMEM
 */
int client_invite_confirm(struct session *s, const struct sip_msg *msg,
			  struct sip_dialog **dlgp);

/**
 * The 2xx came: apply the answer that it or its fork's 1xx has. May drop
 *
 * @return as session_apply_answer()
 */
enum reason client_invite_answer(struct session *s, const struct sip_msg *msg);

/** Is it a message of an early dialog beside the one whose answer was applied?
 *  The mixer has one leg for all: offers there have to wait */
bool client_invite_beside(const struct session *s, const struct sip_msg *msg);

/** Is our INVITE's offer answered before its final response? */
bool client_invite_answered(const struct session *s);

#endif
