/**
 * @file signaling/conference/member.h  Who takes part, of those who ask
 * outside of their dialogs
 *
 * Pages and telephones subscribe and write outside of the call as well. They
 * are known by the connection of their session, or by address-of-record, host
 * and port where no proxy is between; and those of whom a trusted host or
 * digest says who they are, by that alone: then a claim to be one of these is
 * not enough.
 */
#ifndef PARLEY_SIGNALING_CONFERENCE_MEMBER_H
#define PARLEY_SIGNALING_CONFERENCE_MEMBER_H

#include "signaling/message/flow.h"

struct conference_watcher;
struct session;
struct sessions;

/**
 * Whose request it is by where it came from and whom it claims to be from
 *
 * @param who Its aor may be NULL: then only a WebSocket tells
 * @return borrowed; NULL: nobody's who takes part
 */
struct session *member_from(const struct sessions *all, const char *conference,
			    const struct conference_watcher *who);

/**
 * A session of a user who has proved who he is, or of whom it is asserted. Of
 * several the one that the request's flow is of
 *
 * @param aor  That address
 * @param flow Of the request
 * @return borrowed; NULL: he does not take part, or not as this user
 */
struct session *member_known(const struct sessions *all,
			     const char *conference, const char *aor,
			     const struct flow_info *flow);

#endif
