/**
 * @file focus/conference/mixer_bearer.h  A leg of the conference's mixer, from
 * the focus's side
 *
 * Turns what the endpoint asks into requests of mixer/mp/protocol.h, knows
 * whether the process on the conference's slot has the leg, and undoes what
 * failed.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_MIXER_BEARER_H
#define PARLEY_FOCUS_CONFERENCE_MIXER_BEARER_H

#include "focus/conference/bearer.h"
#include "focus/conference/conference.h"

/**
 * @param c   Its mixer; lives longer than the bearer
 * @param leg Number on the Mp link
 * @return 0, ENOMEM
 */
int mixer_bearer_alloc(struct bearer **bp, const struct conference *c,
		       uint32_t leg);

#endif
