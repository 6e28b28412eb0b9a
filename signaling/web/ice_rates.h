/**
 * @file signaling/web/ice_rates.h  How often connections of media are handed
 * on
 *
 * Each of them is a mixer's work, which has to look at it: for a leg it does
 * so a few times a minute for each host that names it, so that who got to know
 * a ufrag has no more of that, and takes nothing of the leg's own host. For
 * hosts there are larger rates, for a school that meets behind one address and
 * lets no UDP out brings a connection or two of each; trusted ones and our own
 * (identity_host_is_free()) have none. Who names no leg's ufrag costs no mixer
 * anything, and the log has no more than ICE_STRANGER_* of him. Time is an
 * argument. Lives on parleyd's loop.
 */
#ifndef PARLEY_SIGNALING_WEB_ICE_RATES_H
#define PARLEY_SIGNALING_WEB_ICE_RATES_H

#include "mixer/base/re.h"

enum {
	/** Connections of one host, a second and at once */
	ICE_HOST_RATE = 100,
	ICE_HOST_BURST = 1000,
	/** Of one host for one ufrag of a leg, a minute and at once */
	ICE_LEG_RATE = 8,
	ICE_LEG_BURST = 10,
	/** Of one host that names none, a second and at once */
	ICE_STRANGER_RATE = 10,
	ICE_STRANGER_BURST = 100,
};

struct config;
struct ice_rates;

/** @param config Borrowed. @return 0, ENOMEM */
int ice_rates_alloc(struct ice_rates **rp, const struct config *config);

/** May it be looked at?
 *
 *  @param now_ms Monotonic time in milliseconds, as below */
bool ice_rates_host(struct ice_rates *r, const struct sa *peer,
		    uint64_t now_ms);

/** May it be handed to the mixer of the leg that has the ufrag? */
bool ice_rates_leg(struct ice_rates *r, const struct sa *peer,
		   const struct pl *ufrag, uint64_t now_ms);

/** No leg has it: may the log say so? */
bool ice_rates_stranger(struct ice_rates *r, const struct sa *peer,
			uint64_t now_ms);

#endif
