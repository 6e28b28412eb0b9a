/**
 * @file signaling/session/replaces.h  INVITEs of whom is here (RFC 3891, 3911,
 * 4353)
 *
 * Whoever names one of our dialogs comes into its conference: with Join beside
 * the one that is there, with Replaces in its place. That one's dialog ends
 * only when the new one is confirmed, so that there is no gap. And nobody
 * calls a conference into itself.
 */
#ifndef PARLEY_SIGNALING_SESSION_REPLACES_H
#define PARLEY_SIGNALING_SESSION_REPLACES_H

#include <stdbool.h>
#include "mixer/base/re.h"

struct identity;
struct session;
struct sessions;

/** What an INVITE's headers come to */
struct replaces {
	uint16_t status;      /**< 0: go on; else the refusal ... */
	const char *phrase;   /**< ... and its phrase */
	struct session *with; /**< whose conference it joins, NULL: as the
				   Request-URI says. Borrowed */
	bool replace;         /**< and whose place it takes */
};

/**
 * Look at a new INVITE's Replaces and Join
 *
 * RFC 3891 section 3: 400 malformed, several, or both headers; 481 no such
 * dialog, or an early one that we did not begin; 486 confirmed but early-only;
 * 603 it is ending already; 403 not this one's to replace: the place of who
 * has proved who it is goes to the same user, or to whom that one referred
 * here (Referred-By); 491 another one is about to replace it.
 *
 * @param who Who asks
 */
void replaces_read(struct replaces *r, struct sessions *all,
		   const struct sip_msg *msg, const struct identity *who);

/**
 * Would this INVITE call a conference into itself (RFC 4353)? One of ours that
 * came back; one from a conference of ours; one from another focus that is in
 * this conference already, whose two legs would feed each other
 *
 * @param conference Whom it would join
 * @param aor        Who it says it is
 */
bool loop_closes(const struct sessions *all, const struct sip_msg *msg,
		 const char *conference, const char *aor);

/** The new session is confirmed: the one in whose place it is has to go */
void replaces_done(struct session *s);

#endif
