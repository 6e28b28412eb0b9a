/**
 * @file mixer/server/mixer_events.h  What legs and mixes tell, as events of
 * the link
 *
 * The names and members are those of mixer/mp/protocol.h. The arg of all of
 * them is the mixer. Media thread.
 */
#ifndef PARLEY_MIXER_SERVER_MIXER_EVENTS_H
#define PARLEY_MIXER_SERVER_MIXER_EVENTS_H

#include "mixer/leg/leg.h"
#include "mixer/mix/mix.h"

extern const struct leg_events server_leg_events;
extern const struct mix_events server_mix_events;

#endif
