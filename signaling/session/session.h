/**
 * @file signaling/session/session.h  INVITE sessions (RFC 3261, 3264, 4028,
 * 4579)
 *
 * One session is one INVITE dialog with an endpoint, whoever called. It ties
 * together who is there (party.h), the dialog (dialog.h), its offers and
 * answers (exchange.h), a call of ours (call_out.h) and the focus's endpoint.
 * It stands on libre's transactions and dialogs, not on libre's sipsess.
 * `sessions` holds all of them, by Call-ID, and hears every request and
 * response of the transport layer that belongs to one. It takes part in the
 * focus through struct signaling_ops (dial) and struct session_ops (re-offer,
 * end). What is asked of a conference is for others to do: struct
 * session_acts. All on parleyd's one thread.
 */
#ifndef PARLEY_SIGNALING_SESSION_SESSION_H
#define PARLEY_SIGNALING_SESSION_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "focus/policy/reason.h"
#include "mixer/base/re.h"
#include "signaling/session/dependencies.h"

struct sessions;

struct dialog;
struct endpoint;
struct invitation;
struct party;
struct question;
struct session;

/**
 * Requests that are no part of INVITE sessions, but come in their dialogs and
 * outside of them, and what an INVITE asks for beside a session (RFC 4579):
 * whoever acts on them is told here
 */
struct session_acts {
	/** @param s In whose dialog, NULL: outside. May drop */
	void (*referh)(struct sessions *all, struct session *s,
		       const struct sip_msg *msg);
	/** SUBSCRIBE that is no refresh; as referh */
	void (*subscribeh)(struct sessions *all, struct session *s,
			   const struct sip_msg *msg);
	/** MESSAGE; as referh */
	void (*messageh)(struct sessions *all, struct session *s,
			 const struct sip_msg *msg);
	void (*infoh)(struct session *s, const struct sip_msg *msg);
	void (*optionsh)(struct sessions *all, const struct sip_msg *msg);

	/** Is a new INVITE for others than us? @return true: yes, and it has
	 *  been answered */
	bool (*foreignh)(struct sessions *all, const struct sip_msg *msg);
	/** Does it name one of our dialogs? Then its conference is set. These
	 *  two return 0, or the INVITE has been answered */
	int (*placeh)(struct sessions *all, struct invitation *invitation);
	/** Who is to be dialled? */
	int (*listh)(struct sessions *all, struct invitation *invitation);
	/** Would it call a conference into itself? */
	bool (*loopsh)(struct sessions *all,
		       const struct invitation *invitation);
	/** What else is to be asked before it may join? @param q Set, its
	 *  texts are borrowed. @return false: nothing */
	bool (*questionh)(const struct session *s, void *plan,
			  struct question *q);
	/** All that was asked is answered: is what its INVITE named still
	 *  there? @param msg The INVITE. @return false: it has been answered,
	 *  by `st` */
	bool (*stillh)(const struct session *s, const struct sip_msg *msg,
		       struct sip_strans **st);
	/** Its session is confirmed, once. May drop others
	 *  @param plan As the invitation's */
	void (*confirmedh)(struct session *s, void *plan);

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
		   const struct sessions_dependencies *dependencies);

/**
 * Shut down: new INVITEs are refused with 503, every session gets BYE,
 * CANCEL or a final response (REASON_SHUTDOWN) and leaves the focus
 *
 * @param done Called once, never from within, when the last transaction is
 *             over or after 2 s
 */
void sessions_close(struct sessions *s, void (*done)(void *arg), void *arg);
/** Was it called? */
bool sessions_are_closing(const struct sessions *all);

/** @param acts Outlives the sessions. Until then such requests get 501
 *  @param arg  For sessions_acts_arg() */
void sessions_set_acts(struct sessions *all, const struct session_acts *acts,
		       void *arg);
void *sessions_acts_arg(const struct sessions *all);

/** What they stand on; borrowed */
const struct sessions_dependencies *sessions_base(const struct sessions *all);
/** The stack that they speak by. Borrowed */
struct sip *sessions_sip(const struct sessions *all);

/** Sessions alive, those still saying BYE included */
size_t sessions_count(const struct sessions *s);

/**
 * Counters for `parley stats`: {"sessions":n, "invites":n, "dialled":n,
 * "refused":n, "expired":n,
 * "too_many_dials":n}
 *
 * @return new reference, NULL when out of memory
 */
json_t *sessions_stats(const struct sessions *s);

/* --------------------------------------------------- which session it is */

/** The session in whose dialog a request is, or NULL */
struct session *session_find(const struct sessions *all,
			     const struct sip_msg *msg);
/** @return NULL: it is no more */
struct session *session_by_id(const struct sessions *all, uint64_t id);

/** @return true: it is this one */
typedef bool(session_match_h)(const struct session *s, void *arg);
/** The first that is the one. @param callid Only of that Call-ID, NULL: all */
struct session *sessions_search(const struct sessions *all,
				const struct pl *callid, session_match_h *h,
				void *arg);

/* ------------------------------------------------------ what it consists of
 * All borrowed. */

struct sessions *session_table(const struct session *s);
/** No other session's, ever */
uint64_t session_id(const struct session *s);
const struct party *session_party(const struct session *s);
struct dialog *session_dialog(const struct session *s);
/** Did it begin over TLS, or does it know keys by which media are enciphered?
 *  Then nothing that comes in the clear concerns it: who reads along there
 *  must not learn or say anything by its tags */
bool session_is_secret(const struct session *s);
/** NULL: it is not in the focus any more, or not yet */
struct endpoint *session_endpoint(const struct session *s);
/** What its INVITE asked of the acts, until it is confirmed; NULL: nothing */
void *session_plan(const struct session *s);
/** Is it a request, or one as if it were, in a dialog that an INVITE of ours
 *  makes, by our tag alone? */
bool session_invites(const struct session *s, const struct sip_msg *like);
/** Did we call it where it registered here? */
bool session_is_to_user(const struct session *s);

/** Leave the focus, then say BYE, CANCEL or a final response, as fits. May
 *  drop */
void session_fail(struct session *s, enum reason reason);

#endif
