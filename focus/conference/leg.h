/**
 * @file focus/conference/leg.h  An endpoint's leg on the mixer, from the
 * focus's side
 *
 * Turns what signaling asks into requests of mixer/mp/protocol.h, knows
 * whether the process on the conference's slot has the leg, and undoes what
 * failed. Inside focus/ only.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_LEG_H
#define PARLEY_FOCUS_CONFERENCE_LEG_H

#include "focus/conference/user.h"

/**
 * leg.add, or leg.modify if the mixer has it
 *
 * @param leg   Borrowed; with transports and media
 * @param join  A failure also removes the endpoint
 * @param legh  Called once if REASON_NONE is returned, never from within
 * @return REASON_NONE, REASON_BAD_REQUEST, REASON_NO_MIXER, REASON_INTERNAL
 */
enum reason leg_submit(struct endpoint *ep, const struct leg_description *leg,
		       bool join, focus_leg_h *legh, void *arg);

/** leg.set with the endpoint's name, if the mixer has the leg */
void leg_rename(const struct endpoint *ep);

/** leg.set with the endpoint's levels, if the mixer has the leg */
void leg_set(const struct endpoint *ep);

/** leg.remove, and forget what is under way */
void leg_remove(struct endpoint *ep);

/** The process is gone, and the leg with it */
void leg_lost(struct endpoint *ep);

/** errno of the mixer as a reason */
enum reason leg_reason(int err);

/** [MEDIA] of focus/conference/event.h from a leg description; new reference
 */
json_t *leg_media_json(const struct leg_description *leg);

#endif
