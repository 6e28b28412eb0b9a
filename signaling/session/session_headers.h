/**
 * @file signaling/session/session_headers.h  What messages of sessions carry
 */
#ifndef PARLEY_SIGNALING_SESSION_SESSION_HEADERS_H
#define PARLEY_SIGNALING_SESSION_SESSION_HEADERS_H

#include "mixer/base/re.h"
#include "signaling/message/resource_list.h"
#include "signaling/message/written.h"

struct session;
struct sessions;

/** What we do, for 200, 405 and requests */
#define SESSION_ALLOW                                                         \
	"Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK, "     \
	"SUBSCRIBE, REFER, MESSAGE\r\n"
/** Extensions that a peer may ask us for; signaling/transport/gate.c knows
 * them too */
#define SESSION_SUPPORTED                                                     \
	"Supported: timer, 100rel, replaces, join, norefersub, tdialog, "     \
	"nosub, recipient-list-invite\r\n"
/** Packages that may be subscribed to (RFC 6665 section 8.2.2) */
#define SESSION_ALLOW_EVENTS "Allow-Events: conference, refer\r\n"
#define SESSION_NO_BODY      "Content-Length: 0\r\n\r\n"
/** Bodies of an INVITE, for 415 */
#define SESSION_ACCEPT                                                        \
	"Accept: application/sdp, multipart/mixed, " RESOURCE_LIST_TYPE       \
	"\r\nAccept-Encoding: identity\r\n"

/** Bodies of a MESSAGE, beside those of an INVITE: for the 200 to one */
#define SESSION_ACCEPT_WRITTEN "Accept: application/sdp, " WRITTEN_TYPES "\r\n"
/** Of a message in the chat, to a page and in the 200 to one of its own: its
 *  number and who wrote it (focus/conference/chat.h) */
#define SESSION_CHAT           "Parley-Chat"

/** Contact with the focus's feature tags, for all messages that have one */
int session_contact_print(struct re_printf *pf, const char *uri);
/** All that INVITE, UPDATE and their 1xx and 2xx have: Contact, Allow,
 *  Supported and session_ims_print() */
int session_headers_print(struct re_printf *pf, const struct session *s);
/** Session-ID; and for a trusted next hop who we are and the charging headers.
 *  In every request and response of the session but ACK and CANCEL */
int session_ims_print(struct re_printf *pf, const struct session *s);
/** P-Asserted-Service, for INVITEs of ours to trusted next hops */
int session_service_print(struct re_printf *pf, const struct session *s);
/** A request that is answered, perhaps without a session */
struct session_request {
	const struct sessions *all;
	const struct sip_msg *msg;
};
/** Session-ID of the answer: the dialog's, else one of its own if the request
 *  has one */
int session_id_reply_print(struct re_printf *pf,
			   const struct session_request *request);

#endif
