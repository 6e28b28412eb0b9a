/**
 * @file signaling/session/recipients.h  Whom an INVITE wants dialled (RFC
 * 5366)
 *
 * An INVITE to a factory or a conference may bring a list of recipients. It is
 * judged before there is a session; they are dialled when who asked is in the
 * conference and has said so with its ACK, which a forged source never does.
 */
#ifndef PARLEY_SIGNALING_SESSION_RECIPIENTS_H
#define PARLEY_SIGNALING_SESSION_RECIPIENTS_H

#include "mixer/base/re.h"

struct identity;
struct resource_list;
struct session;
struct sessions;

/**
 * Read the list of an INVITE and judge it
 *
 * Refused are: what cannot be read (400, 415), more than max_recipients
 * (413: the body is more than this server is willing to process), a list from
 * who may not have others dialled, any list when max_recipients is 0, and one
 * with an emergency number in it (403). All or nobody is dialled.
 *
 * @param lp  Set; NULL when there is none. Free with mem_deref()
 * @param who Who asks
 * @return 0; else it has been answered
 */
int recipients_read(struct resource_list **lp, struct sessions *all,
		    const struct sip_msg *msg, const struct identity *who);

/** The session is confirmed: dial those on its list but itself, once. Who
 *  cannot be dialled is told to those who follow the conference */
void recipients_dial(struct session *s);

#endif
