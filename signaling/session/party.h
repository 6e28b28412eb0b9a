/**
 * @file signaling/session/party.h  Who is at the far end of a session
 *
 * What its INVITE says, or what we know of whom we call; the roster shows it.
 * Made once and read by all; only party.c writes it.
 */
#ifndef PARLEY_SIGNALING_SESSION_PARTY_H
#define PARLEY_SIGNALING_SESSION_PARTY_H

#include <stdbool.h>
#include "mixer/base/re.h"

struct identity;

struct party {
	char *conference; /**< that it takes part in */
	char *aor, *entity;
	char *display, *agent; /**< may be NULL */
	char *service;  /**< P-Asserted-Service a trusted host named, or NULL
			 */
	bool known;     /**< who it is is proved or asserted (identity.h) */
	bool anonymous; /**< and is for nobody's eyes */
};

/** Who sent an INVITE. @return 0; EBADMSG, EINVAL no Contact that can be used;
 *  ENOMEM. Free with mem_deref() */
int party_from_invite(struct party **pp, const char *conference,
		      const struct sip_msg *msg, const struct identity *who);

/**
 * Whom we call
 *
 * @param uri    As it was asked for
 * @param target The same as an address that can be called
 * @return 0; EINVAL no such address; ENOMEM
 */
int party_from_dial(struct party **pp, const char *conference, const char *uri,
		    const char *target);

/** It takes part in another conference from now on.
 *  @param conference Its name; gets that of the one before */
void party_move(struct party *p, char **conference);

/** It has answered: RFC 3261 has Server in responses; many say User-Agent in
 *  all that they send */
void party_answered(struct party *p, const struct sip_msg *msg);

/** Nobody in a conference learns who is anonymous; whoever runs the server has
 *  to be able to find out whom to bar, so it goes to the log */
void party_log_anonymous(const struct party *p);

#endif
