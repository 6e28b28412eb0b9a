/**
 * @file signaling/session/call_out.h  A call of ours before it is answered
 * (RFC 4579 sec. 5.5)
 *
 * What was asked for (struct dial), the targets that are left to try, the next
 * hop of the one that is tried, what was tried there already, and the answers
 * to challenges, which outlive it: requests within the dialog are challenged,
 * too. Who asked is told by it how the call goes. It sends nothing and knows
 * no session. On parleyd's thread.
 */
#ifndef PARLEY_SIGNALING_SESSION_CALL_OUT_H
#define PARLEY_SIGNALING_SESSION_CALL_OUT_H

#include <stdbool.h>
#include "focus/policy/reason.h"
#include "signaling/session/next_hop.h"

struct call_out;
struct dial;

/**
 * @param base Borrowed
 * @param dial What is asked for; its strings are copied
 * @param to   Address that is called
 * @return 0, ENOMEM. Free with mem_deref(); its functions take NULL for a
 *         session that called us, where that is said
 */
int call_out_alloc(struct call_out **cp,
		   const struct sessions_dependencies *base,
		   const struct dial *dial, const char *to);

const char *call_out_to(const struct call_out *c);
/** Name for From, quoted, or NULL */
const char *call_out_from_display(const struct call_out *c);
/** Charging identifier of who asked, or NULL */
const char *call_out_icid(const struct call_out *c);
/** Who asked */
const struct referrer *call_out_referrer(const struct call_out *c);
/** Is who is called for nobody's eyes? */
bool call_out_is_anonymous(const struct call_out *c);
/** Whoever answered asks for that. @return false: it was so already */
bool call_out_hide(struct call_out *c);

/* ------------------------------------------------------------ how it goes
 * c may be NULL: nobody asked */

/** Tell who asked; a final status once only */
void call_out_tell(struct call_out *c, uint16_t status, const char *phrase);
/** The same with a response's words, or a reason's */
void call_out_tell_msg(struct call_out *c, const struct sip_msg *msg);
void call_out_tell_reason(struct call_out *c, enum reason reason);
/** Who asked listens no more */
void call_out_forget(struct call_out *c);

/* ---------------------------------------------------------------- targets */

/** One more to try, last. Taken */
void call_out_add(struct call_out *c, struct target *t);
bool call_out_has_more(const struct call_out *c);
/**
 * A redirection: its Contacts come before what is left to try (RFC 3261
 * section 8.1.3.4). Not such of ours, which would loop (RFC 4353)
 *
 * @return 0; ELOOP too many of them; ENOENT it leads nowhere
 */
int call_out_redirect(struct call_out *c, const struct sip_msg *msg);
/** Take the first of the targets that are left; there is one. @return 0,
 *  ENOMEM */
int call_out_next(struct call_out *c, next_hop_h *h, void *arg);
/** The way to the target that is tried or was; NULL: none yet. c may be NULL
 */
struct next_hop *call_out_hop(const struct call_out *c);
/** That of its hop, NULL: none. c may be NULL */
const struct account *call_out_account(const struct call_out *c);

/** One thing of the call's is timed: that it rings, or what has to come from
 *  the loop */
void call_out_start_timer(struct call_out *c, uint64_t ms, tmr_h *h,
			  void *arg);
void call_out_stop_timer(struct call_out *c);

/* ------------------------------------------- what was tried at this target */

/** A response came to an INVITE */
void call_out_received(struct call_out *c);
bool call_out_has_received(const struct call_out *c);
/** The other of plain RTP and WebRTC. These return false if it was tried */
bool call_out_try_other_shape(struct call_out *c);
/** Without extensions (RFC 3261 section 8.1.3.5) */
bool call_out_try_plain(struct call_out *c);
bool call_out_is_plain(const struct call_out *c);
/** Without a body beside the description, in the rest of the call */
bool call_out_try_lone_sdp(struct call_out *c);

/* ------------------------------------------------------------- credentials
 * c may be NULL */

/** As credentials_challenge() */
int call_out_challenge(struct call_out *c, const struct sip_msg *msg);
/** Another request begins */
void call_out_renew(struct call_out *c);
/** Who says 200 is content with our credentials, and its Contact is where the
 *  next requests go */
void call_out_accepted(struct call_out *c, const struct sip_msg *msg);

/** A request and its Request-URI; NULL: the far end's Contact */
struct call_out_request {
	const struct call_out *call;
	const char *method, *uri;
};
/** Answers to the challenges known: proxies may challenge what comes within
 *  the dialog, too (RFC 3261 section 22.3). Nothing if there were none */
int call_out_credentials_print(struct re_printf *pf,
			       const struct call_out_request *request);

/* ---------------------------------------------------------------- its INVITE
 */

/** Header lines of the first INVITE only: credentials, and Replaces and the
 *  like, if that was asked for */
int call_out_headers_print(struct re_printf *pf, const struct call_out *c);

struct call_out_body {
	const struct call_out *call; /**< may be NULL */
	bool first;                  /**< the INVITE that makes the dialog */
	const struct mbuf *sdp;
};
/** Content-Type, Content-Length and body: the description, and in the first
 *  one whom else the list of recipients named (RFC 5366 section 7) */
int call_out_body_print(struct re_printf *pf,
			const struct call_out_body *body);

#endif
