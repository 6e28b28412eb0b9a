/**
 * @file focus/conference/crossing.h  Legs of two conferences that are each
 * other's far ends
 *
 * A port of Parley's own is no far end for a mixer (mixer/net/transport.h): a
 * leg that names one would live by what we send ourselves, and conferences
 * joined in a circle would howl. But whoever joins two conferences by calls to
 * both, and has their media go directly (a B2BUA that passes session
 * descriptions on), makes a leg of each the far end of the other. Such a pair
 * crosses: each is an endpoint like any other. What a mixer cannot know is
 * known here, from the descriptions of both and our sides of them:
 *
 *  - all addresses and ports of ours that one names are the other's, and the
 *    other way round, RTCP's too;
 *  - they are of two conferences that are not joined yet, by another crossing
 *    or over others: the first one stays, what would close a circle is left
 *    out and hears nothing;
 *  - somebody is in these conferences who does not cross: two ends alone would
 *    keep each other alive.
 *
 * Conferences that are joined by what has media of its own (another mixer, a
 * border controller) are beyond this. Private to this folder; parleyd's loop.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_CROSSING_H
#define PARLEY_FOCUS_CONFERENCE_CROSSING_H

#include "mixer/mp/leg_description.h"

struct crossing;
struct endpoint;
struct focus;

/**
 * What of ours a description names
 *
 * @param xp Set; NULL: nothing. mem_deref() it, or crossing_take()
 * @return 0, ENOMEM
 */
int crossing_read(struct crossing **xp, const struct focus *f,
		  const struct leg_description *d);

/**
 * That description of the endpoint holds from now on
 *
 * @param x     Of crossing_read(), stolen; may be NULL
 * @param local Our side of it
 */
void crossing_take(struct endpoint *ep, struct crossing *x,
		   const struct leg_local *local);

/** Somebody has come, or gone: who crosses may be others now */
void crossing_update(struct focus *f);

#endif
