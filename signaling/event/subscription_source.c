/**
 * @file signaling/event/subscription_source.c  How many subscriptions hosts
 * have
 */
#include <errno.h>
#include <string.h>
#include "focus/config/config.h"
#include "mixer/base/host_key.h"
#include "mixer/base/keyed_hash.h"
#include "signaling/event/subscription_source.h"
#include "signaling/message/flow.h"
#include "signaling/message/identity.h"

enum { SOURCES_BUCKETS = 1024 /* power of two */ };

struct subscription_sources {
	struct hash *table;
	const struct config *config;
};

/** The subscriptions of one host share it */
struct subscription_source {
	struct le he;
	uint8_t key[HOST_KEY_BYTES];
	unsigned count;
};


static void sources_destructor(void *arg)
{
	struct subscription_sources *all = arg;

	mem_deref(all->table);
}


int subscription_sources_alloc(struct subscription_sources **sp,
			       const struct config *config)
{
	struct subscription_sources *all;
	int err;

	if (!sp || !config)
		return EINVAL;

	all = mem_zalloc(sizeof(*all), sources_destructor);
	if (!all)
		return ENOMEM;

	all->config = config;
	err = hash_alloc(&all->table, SOURCES_BUCKETS);
	if (err)
		mem_deref(all);
	else
		*sp = all;

	return err;
}


static void source_destructor(void *arg)
{
	struct subscription_source *s = arg;

	hash_unlink(&s->he);
}


static bool source_cmp_h(struct le *le, void *arg)
{
	const struct subscription_source *s = le->data;

	return !memcmp(s->key, arg, sizeof(s->key));
}


int subscription_source_take(struct subscription_source **sp,
			     struct subscription_sources *all,
			     const struct flow_info *flow)
{
	const struct config *c = all->config;
	struct subscription_source *s;
	uint8_t key[HOST_KEY_BYTES];
	struct sa source;
	uint32_t hash;

	identity_source(&source, c, flow);
	host_key(key, &source);
	hash = (uint32_t)keyed_hash(key, sizeof(key));
	s = list_ledata(hash_lookup(all->table, hash, source_cmp_h, key));
	if (s && s->count >= c->subscriptions_per_source &&
	    !identity_flow_trusted(c, flow))
		return EOVERFLOW;

	if (!s) {
		s = mem_zalloc(sizeof(*s), source_destructor);
		if (!s)
			return ENOMEM;
		memcpy(s->key, key, sizeof(key));
		hash_append(all->table, hash, &s->he, s);
	}
	s->count++;
	*sp = s;

	return 0;
}


struct subscription_source *
subscription_source_give(struct subscription_source *s)
{
	if (s && !--s->count)
		mem_deref(s);

	return NULL;
}
