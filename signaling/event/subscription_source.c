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
	struct hash *table, *members;
	const struct config *config;
};

/** The subscriptions of one host share it; the free ones of one member do */
struct subscription_source {
	struct le he;
	uint8_t key[HOST_KEY_BYTES];
	char *member; /**< NULL: a host's */
	bool trusted; /**< of a member: its host is */
	unsigned count;
};


static void sources_destructor(void *arg)
{
	struct subscription_sources *all = arg;

	mem_deref(all->table);
	mem_deref(all->members);
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
	if (!err)
		err = hash_alloc(&all->members, SOURCES_BUCKETS);
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
	mem_deref(s->member);
}


static bool source_cmp_h(struct le *le, void *arg)
{
	const struct subscription_source *s = le->data;

	return !memcmp(s->key, arg, sizeof(s->key));
}


static bool member_cmp_h(struct le *le, void *arg)
{
	const struct subscription_source *s = le->data;

	return !strcmp(s->member, arg);
}


static struct subscription_source *make(struct hash *table, uint32_t hash,
					const uint8_t key[HOST_KEY_BYTES])
{
	struct subscription_source *s =
		mem_zalloc(sizeof(*s), source_destructor);

	if (!s)
		return NULL;

	memcpy(s->key, key, sizeof(s->key));
	hash_append(table, hash, &s->he, s);

	return s;
}


static int take_host(struct subscription_source **sp,
		     struct subscription_sources *all,
		     uint8_t key[HOST_KEY_BYTES], bool trusted)
{
	const uint32_t hash = (uint32_t)keyed_hash(key, HOST_KEY_BYTES);
	struct subscription_source *s =
		list_ledata(hash_lookup(all->table, hash, source_cmp_h, key));

	if (s && s->count >= all->config->subscriptions_per_source && !trusted)
		return EOVERFLOW;

	if (!s)
		s = make(all->table, hash, key);
	if (!s)
		return ENOMEM;
	s->count++;
	*sp = s;

	return 0;
}


/** @return EOVERFLOW: he has had his */
static int take_member(struct subscription_source **sp,
		       struct subscription_sources *all,
		       const uint8_t key[HOST_KEY_BYTES], bool trusted,
		       const char *member)
{
	const uint32_t hash = keyed_hash_str(member);
	struct subscription_source *s = list_ledata(hash_lookup(
		all->members, hash, member_cmp_h, (void *)(uintptr_t)member));
	int err;

	if (s && s->count >= SUBSCRIPTIONS_MEMBER_FREE)
		return EOVERFLOW;

	if (!s) {
		char *name = NULL;

		err = str_dup(&name, member);
		if (err)
			return err;
		s = make(all->members, hash, key);
		if (!s) {
			mem_deref(name);
			return ENOMEM;
		}
		s->member = name;
		s->trusted = trusted;
	}
	s->count++;
	*sp = s;

	return 0;
}


int subscription_source_take(struct subscription_source **sp,
			     struct subscription_sources *all,
			     const struct flow_info *flow, const char *member)
{
	const bool trusted = identity_flow_trusted(all->config, flow);
	uint8_t key[HOST_KEY_BYTES];
	struct sa source;
	int err = EOVERFLOW;

	identity_source(&source, all->config, flow);
	host_key(key, &source);
	if (member)
		err = take_member(sp, all, key, trusted, member);
	if (err == EOVERFLOW)
		err = take_host(sp, all, key, trusted);

	return err;
}


int subscription_source_count(struct subscription_source **sp,
			      struct subscription_sources *all)
{
	struct subscription_source *free = *sp;
	int err;

	if (!free || !free->member)
		return 0;

	err = take_host(sp, all, free->key, free->trusted);
	if (!err)
		(void)subscription_source_give(free);

	return err;
}


struct subscription_source *
subscription_source_give(struct subscription_source *s)
{
	if (s && !--s->count)
		mem_deref(s);

	return NULL;
}
