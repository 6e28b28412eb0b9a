/**
 * @file signaling/conference/acts.h  What is asked of a conference (RFC 4579)
 *
 * REFER, SUBSCRIBE, MESSAGE, INFO and OPTIONS, in the dialogs of sessions and
 * outside of them. All on parleyd's one thread.
 */
#ifndef PARLEY_SIGNALING_CONFERENCE_ACTS_H
#define PARLEY_SIGNALING_CONFERENCE_ACTS_H

struct sessions;

/** Act on those requests that these sessions hear, until their end. @return 0,
 *  ENOMEM */
int conference_acts_begin(struct sessions *all);

#endif
