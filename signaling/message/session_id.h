/**
 * @file signaling/message/session_id.h  Session-ID, end to end (RFC 7989)
 *
 * Two UUIDs, one from either end, by which a session is found again in
 * everybody's logs. Ours is the conference's (section 9: an MCU uses one with
 * all participants). Pure.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_SESSION_ID_H
#define PARLEY_SIGNALING_MESSAGE_SESSION_ID_H

#include "mixer/base/uuid.h"

/** Both halves in one dialog */
struct session_id {
	char local[UUID_SIZE];  /**< "": nothing is printed */
	char remote[UUID_SIZE]; /**< "": not known yet */
};

/** Keep their half, of a request or a response; the form without `remote`
 *  that was before (RFC 7329) too. What is none changes nothing */
void session_id_read(struct session_id *id, const struct sip_msg *msg);

/** The header; all zero for a half that is not known (section 5) */
int session_id_print(struct re_printf *pf, const struct session_id *id);

#endif
