/**
 * @file signaling/event/subscription_source.h  How many subscriptions hosts
 * have
 *
 * A host (mixer/base/host_key.h) that nobody vouches for has at most
 * `subscriptions_per_source` of them. Beside these each who takes part in a
 * conference has SUBSCRIPTIONS_MEMBER_FREE: an office, however many of it meet
 * behind one address, sees who is there. Whoever wants more of those has to
 * be in as often, which calls have their own limits for. Parleyd's loop only.
 */
#ifndef PARLEY_SIGNALING_EVENT_SUBSCRIPTION_SOURCE_H
#define PARLEY_SIGNALING_EVENT_SUBSCRIPTION_SOURCE_H

#include "mixer/base/re.h"

/** One, and one that ends while its page begins anew */
enum { SUBSCRIPTIONS_MEMBER_FREE = 2 };

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
 * @param flow   Its way to us: the host, or a browser behind a trusted one
 * @param member Whose it is among those who take part (the caller knows that
 *               it is, and that of one who does there is one name at a time);
 *               it is not counted with the host's where he has a free one
 *               left. NULL: an outsider's
 * @return 0, EOVERFLOW (it has as many as it may), ENOMEM
 */
int subscription_source_take(struct subscription_source **sp,
			     struct subscription_sources *all,
			     const struct flow_info *flow, const char *member);

/**
 * Who has it takes part no more: it counts with its host's from now on
 *
 * @param sp What was taken; may be another then
 * @return 0, also where it did already; EOVERFLOW (the host has as many as it
 *         may), ENOMEM: it is as it was, and has to end
 */
int subscription_source_count(struct subscription_source **sp,
			      struct subscription_sources *all);

/** One less. @return NULL */
struct subscription_source *
subscription_source_give(struct subscription_source *s);

#endif
