/**
 * @file signaling/session/emergency.h  Emergency calls are for others (RFC
 * 5031)
 *
 * An emergency session is no matter of a conference server: whoever asks for
 * one, by urn:service:sos or by a number of emergency_numbers, is told at once
 * to set it up the emergency way (TS 24.229 sections 5.2.10 and 7.6), and
 * nothing is dialled.
 */
#ifndef PARLEY_SIGNALING_SESSION_EMERGENCY_H
#define PARLEY_SIGNALING_SESSION_EMERGENCY_H

#include <stdbool.h>
#include "mixer/base/re.h"

struct sessions;

/**
 * Refuse an INVITE that asks for one with 380 and an alternative service
 *
 * @return true if it did, and has been answered
 */
bool emergency_refused(struct sessions *all, const struct sip_msg *msg);

#endif
