/**
 * @file mixer/server/server_private.h  What the handlers of requests share
 */
#ifndef PARLEY_MIXER_SERVER_SERVER_PRIVATE_H
#define PARLEY_MIXER_SERVER_SERVER_PRIVATE_H

#include <jansson.h>
#include "mixer/mp/leg_description.h"

struct leg;
struct mix;
struct mixer;

/** What a handler works on; `why` and `result` go into the reply */
struct request {
	struct mixer *mixer;
	const json_t *msg;
	json_t *result;
	char why[DESCRIPTION_WHY_BYTES];
};

/** @return `err`, whose reason is set */
int request_fail(struct request *r, int err, const char *why);

/** What its "mix" or "leg" says. @return 0, EINVAL, ENOENT */
int request_mix(struct request *r, struct mix **mixp);
int request_leg(struct request *r, struct leg **legp);

/* requests_announce.c */
int request_leg_announce(struct request *r);
int request_mix_announce(struct request *r);

#endif
