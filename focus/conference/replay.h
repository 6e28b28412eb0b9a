/**
 * @file focus/conference/replay.h  A mixer's process is gone, another comes
 *
 * Conferences stay with their slot: when the process there is replaced they
 * are made anew in it, and what it carried is offered anew, one endpoint after
 * the other. From a slot where none comes up, or one dies after another, they
 * move (placement.h).
 */
#ifndef PARLEY_FOCUS_CONFERENCE_REPLAY_H
#define PARLEY_FOCUS_CONFERENCE_REPLAY_H

struct conference;
struct endpoint;

/** The process under it is gone. Without another one within media_timeout it
 *  ends, as a leg that is silent for so long */
void replay_lost(struct conference *c);

/** There is a process again */
void replay_restore(struct conference *c);

/** Put an endpoint on the queue of re-offers, if its leg was lost and its
 *  dialog can take one */
void replay_queue(struct endpoint *ep);

#endif
