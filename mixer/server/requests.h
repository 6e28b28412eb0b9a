/**
 * @file mixer/server/requests.h  Ops of protocol.h and who handles them
 *
 * Each request is checked, carried out and answered at once; what cannot be
 * done is answered with an errno and words, and leaves the mixer as it was
 * (leg.modify: the leg as far as it got). Media thread.
 */
#ifndef PARLEY_MIXER_SERVER_REQUESTS_H
#define PARLEY_MIXER_SERVER_REQUESTS_H

#include <jansson.h>

struct mixer;

/** Carry out one message of the link and answer it */
void requests_handle(struct mixer *mixer, const json_t *msg);

#endif
