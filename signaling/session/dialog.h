/**
 * @file signaling/session/dialog.h  One INVITE dialog (RFC 3261 section 12)
 *
 *   INCOMING  -> ANSWERED -> CONFIRMED -> ENDING    they called
 *   DIALLING -> CALLING -> CONFIRMED -> ENDING      we called
 *                  `-> CANCELLING -> ENDING
 *
 * Its state, libre's dialog, the flow that it goes by and our Contact there,
 * and what all its messages carry: Session-ID (RFC 7989) and the charging
 * headers (RFC 7315). It sends nothing. On parleyd's thread.
 */
#ifndef PARLEY_SIGNALING_SESSION_DIALOG_H
#define PARLEY_SIGNALING_SESSION_DIALOG_H

#include <stdbool.h>
#include <stdint.h>
#include "mixer/base/re.h"

struct charging;
struct dialog;
struct flow_info;
struct session_id;
struct sessions_dependencies;

enum dialog_state {
	DIALOG_INCOMING, /**< their INVITE has no final response yet */
	DIALOG_ANSWERED, /**< our 2xx to it waits for the ACK */
	DIALOG_DIALLING, /**< we look for the next hop, the mixer for a leg */
	DIALOG_CALLING,  /**< our INVITE is out */
	DIALOG_CANCELLING, /**< it is out, and we want it no more */
	DIALOG_CONFIRMED,
	DIALOG_ENDING, /**< BYE is out or waits for the ACK */
};

/**
 * @param base  Layer and configuration; borrowed
 * @param state DIALOG_INCOMING or DIALOG_DIALLING: whose it is
 * @return 0, ENOMEM. Free with mem_deref()
 */
int dialog_alloc(struct dialog **dp, const struct sessions_dependencies *base,
		 enum dialog_state state);

enum dialog_state dialog_state(const struct dialog *d);
/** @return false: it was in that state */
bool dialog_set_state(struct dialog *d, enum dialog_state state);
/** Did we make the Call-ID? */
bool dialog_is_ours(const struct dialog *d);
/** Has its far end shown that it gets what we send, so that its Contact is no
 *  stranger's choice: it was ours to call, knew our tag or answered us? */
bool dialog_is_reached(const struct dialog *d);
/** Does a message name the same Contact as this far end, which was reached, in
 *  its last? Then no stranger chose it */
bool dialog_is_target(const struct dialog *d, const struct sip_msg *msg);

/** libre's dialog; NULL: their 2xx has not made it yet. Borrowed */
struct sip_dialog *dialog_sip(const struct dialog *d);
/** Their INVITE makes it. @return 0, EBADMSG, ENOMEM */
int dialog_accept(struct dialog *d, const struct sip_msg *msg);
/** Their 2xx made it; a reference is taken */
void dialog_confirm(struct dialog *d, struct sip_dialog *dlg);

/* --------------------------------------------------------------- its flow */

uint64_t dialog_flow(const struct dialog *d);
/** @return 0; ENOENT it is gone */
int dialog_flow_info(const struct dialog *d, struct flow_info *flow);
/**
 * The host that the far end's session descriptions come from: of its last
 * INVITE, UPDATE or PRACK, or of its last response to one of ours, as far as
 * these tell (see sender_host()); before, its flow's
 *
 * @param host Set; its port means nothing
 * @return 0; ENOENT it is not known
 */
int dialog_near(const struct dialog *d, struct sa *host);
/**
 * The host that has shown that it gets what we send: the last from which a
 * request with our tag came, or a response; by datagrams none but the first
 * that our tag was sent to. Behind a trusted proxy as sender_host() has it
 *
 * @param host    Set; its port means nothing
 * @param vouched Set: that host is a trusted one itself, and the end of the
 *                way as far as its message tells: what it signals is the
 *                operator's own
 * @return false: none has
 */
bool dialog_proof(const struct dialog *d, struct sa *host, bool *vouched);
/** Read from where a message of it came */
void dialog_heard(struct dialog *d, const struct sip_msg *msg);
/** Does it go by a flow of a host that is trusted (trusted_hosts)? */
bool dialog_is_trusted(const struct dialog *d);
/** Did it begin by TLS or WSS? It goes on there, as its URIs of ours say */
bool dialog_is_secure(const struct dialog *d);
/** Is its identifier known to nobody but its two ends? So it is where a page
 *  called over TLS (WSS): there is no proxy on that way, and the identifier is
 *  random and told to nobody */
bool dialog_is_secret(const struct dialog *d);
/** It begins by another flow; 0: by none */
void dialog_set_flow(struct dialog *d, uint64_t flow);
/**
 * A request within the dialog came: where its sender is by now, the next
 * requests go. A moved WebSocket or NAT binding: the newest flow is the one to
 * describe
 *
 * @param conference Our Contact's user part
 */
void dialog_follow(struct dialog *d, const struct sip_msg *msg,
		   const char *conference);

/** Its flow has closed: something is done after a while, if it does not come
 *  back. @param lost No word reaches the far end meanwhile */
void dialog_flow_closed(struct dialog *d, bool lost, uint64_t ms, tmr_h *h,
			void *arg);
/** Nothing is to be done about it any more */
void dialog_flow_leave(struct dialog *d);
/** Nor does it matter: another request goes its own way */
void dialog_flow_forgive(struct dialog *d);
/** Is its flow lost? */
bool dialog_is_cut_off(const struct dialog *d);

/** URI of ours for that flow; NULL before dialog_make_contact(). Borrowed */
const char *dialog_contact(const struct dialog *d);
/** @param sips The call is by sips: URIs (RFC 3261 section 8.1.1.8)
 *  @return 0, ENOENT, EOVERFLOW, ENOMEM */
int dialog_make_contact(struct dialog *d, const char *conference, bool sips);
/** The same for another conference. For lack of memory it stays */
void dialog_renew_contact(struct dialog *d, const char *conference);
/** The conference's public URI: at our domain, else at our address.
 *  @return 0, EOVERFLOW */
int dialog_uri(const struct dialog *d, char *dst, size_t size);

/* ----------------------------------------------- what its messages carry */

const struct session_id *dialog_session_id(const struct dialog *d);
/** Our half, 32 hex digits */
void dialog_set_session_id(struct dialog *d, const char *local);
/** May be NULL. Borrowed */
struct charging *dialog_charging(const struct dialog *d);
/**
 * Begin the charging headers; Contact and flow are set. Once only
 *
 * @param msg  Their INVITE; NULL: a call of ours
 * @param icid Of whoever had us call, NULL: one of our own
 * @return 0, ENOMEM
 */
int dialog_charge(struct dialog *d, const struct sip_msg *msg,
		  const char *icid);
/** A REFER was taken in it. @return true: it is the first, which needs no id
 *  (RFC 3515 section 2.4.6) */
bool dialog_take_refer(struct dialog *d);
/* ------------------------------------------- what its far end says it takes
 * By the Allow and Accept of its last INVITE, UPDATE or 2xx to one of ours. */

/** MESSAGE? Where Allow is absent nothing is known (RFC 3261 section 20.5):
 *  then it is so until one is refused */
bool dialog_takes_message(const struct dialog *d);
/** Does it name message/cpim? */
bool dialog_takes_cpim(const struct dialog *d);
/** Is nobody between, as its last request told? A call of ours: not known */
bool dialog_is_direct(const struct dialog *d);
/** Where our requests go, its Contact; NULL: it has not said. Borrowed */
const char *dialog_target(const struct dialog *d);
/** At most so many bytes a request of ours in it has of what was agreed when
 *  it began: From, To, Call-ID, Route */
size_t dialog_frame_bytes(const struct dialog *d);

/** Read what a message of the dialog says for those headers and of these */
void dialog_received(struct dialog *d, const struct sip_msg *msg);

#endif
