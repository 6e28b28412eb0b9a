/**
 * @file signaling/session/server_request.h  Their INVITE, UPDATE or PRACK in
 * hand
 *
 * The message and its transaction (RFC 3261 section 17.2) until it is
 * answered. It may change hands: an INVITE that a reliable 183 answers waits
 * elsewhere until its 200 is due.
 */
#ifndef PARLEY_SIGNALING_SESSION_SERVER_REQUEST_H
#define PARLEY_SIGNALING_SESSION_SERVER_REQUEST_H

#include <stdbool.h>
#include "mixer/base/re.h"

struct server_request;

/** None is in hand. @return 0, ENOMEM. Free with mem_deref(), without a word
 */
int server_request_alloc(struct server_request **rp);

/** It came. @param cancelh Of its CANCEL; NULL: it is no INVITE
 *  @return 0, ENOMEM: none is in hand */
int server_request_begin(struct server_request *r, struct sip *sip,
			 const struct sip_msg *msg, sip_cancel_h *cancelh,
			 void *arg);
/** The message, NULL: none. Borrowed; stays when it has been answered, until
 *  server_request_forget() */
const struct sip_msg *server_request_msg(const struct server_request *r);
bool server_request_is_invite(const struct server_request *r);
/** Has it had no final response yet? */
bool server_request_is_open(const struct server_request *r);
/** Its transaction, for sip_treplyf() alone, which ends it */
struct sip_strans **server_request_strans(struct server_request *r);
/** It was answered, and is of no more interest */
void server_request_forget(struct server_request *r);
/** No more of it, answered or not */
void server_request_drop(struct server_request *r);
/** It changes hands; what was there is dropped */
void server_request_move(struct server_request *to,
			 struct server_request *from);

#endif
