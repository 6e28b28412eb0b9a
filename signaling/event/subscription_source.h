/**
 * @file signaling/event/subscription_source.h  How many subscriptions hosts
 * have
 *
 * A host (mixer/base/host_key.h) that nobody vouches for has at most
 * `subscriptions_per_source` of them. Parleyd's loop only.
 */
#ifndef PARLEY_SIGNALING_EVENT_SUBSCRIPTION_SOURCE_H
#define PARLEY_SIGNALING_EVENT_SUBSCRIPTION_SOURCE_H

#include "mixer/base/re.h"

struct config;
struct flow_info;
struct subscription_sources;
struct subscription_source;

/** @param config Borrowed. @return 0, EINVAL, ENOMEM */
int subscription_sources_alloc(struct subscription_sources **sp,
			       const struct config *config);

/**
 * One more subscription of a host
 *
 * @param sp  Set to what has to be given back, while `all` lives
 * @param flow Its way to us: the host, or a browser behind a trusted one
 * @return 0, EOVERFLOW (it has as many as it may), ENOMEM
 */
int subscription_source_take(struct subscription_source **sp,
			     struct subscription_sources *all,
			     const struct flow_info *flow);

/** One less. @return NULL */
struct subscription_source *
subscription_source_give(struct subscription_source *s);

#endif
