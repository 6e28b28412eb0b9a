/**
 * @file signaling/conference/relay.h  Credentials for a TURN server, before
 * the offer
 *
 * An OPTIONS to a conference, over WebSocket, with
 *
 *     Accept: application/vnd.parley.ice-servers+json
 *
 * is answered, where the configuration names TURN servers and an INVITE would
 * be let in now, with a 200 whose body is
 *
 *     {"iceServers": [{"urls": [...], "username": "...",
 *                      "credential": "..."}],
 *      "lifetime": SECONDS}
 *
 * what an RTCPeerConnection takes, and how long it is good for. parleyd's
 * loop.
 */
#ifndef PARLEY_SIGNALING_CONFERENCE_RELAY_H
#define PARLEY_SIGNALING_CONFERENCE_RELAY_H

#include <stdbool.h>
#include "focus/policy/reason.h"
#include "mixer/base/re.h"

#define RELAY_TYPE "application/vnd.parley.ice-servers+json"

struct config;
struct flow_info;
struct relay;

/** @param config Borrowed. @return 0, ENOMEM */
int relay_alloc(struct relay **rp, const struct config *config);

/** Does this OPTIONS ask for a relay, and is there one? Not by what reaches
 *  others, too: the answer is a secret, and UDP may come from anybody */
bool relay_is_wanted(const struct relay *r, const struct sip_msg *msg,
		     const struct flow_info *flow);

/**
 * Hand out credentials to who may come in
 *
 * @param flow  By which it asked
 * @param aor   Who it has proved to be; NULL: nobody
 * @param bodyp Set to the body; mem_deref() it
 * @return REASON_NONE; REASON_OVERLOAD: its address has had many lately;
 *         REASON_INTERNAL
 */
enum reason relay_give(const struct relay *r, const struct flow_info *flow,
		       const char *aor, char **bodyp);

#endif
