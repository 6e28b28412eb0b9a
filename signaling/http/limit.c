/**
 * @file signaling/http/limit.c  Token bucket for each source address
 */
#include <string.h>
#include "mixer/base/host_key.h"
#include "mixer/base/keyed_hash.h"
#include "signaling/http/limit.h"


enum {
	HASH_SIZE = 1024,
	/** Time that passes unseen beyond this does not count: no overflow */
	ELAPSED_MAX_MS = 3600 * 1000,
};

struct source {
	struct le he;
	struct le le; /**< oldest first */
	uint8_t key[HOST_KEY_BYTES];
	uint64_t tokens; /**< in parts of one, tokens() */
	uint64_t at_ms;
};

struct limit {
	struct hash *sources;
	struct list ages;
	size_t count;
	struct limit_rate rate;
};


static void source_destructor(void *arg)
{
	struct source *s = arg;

	hash_unlink(&s->he);
	list_unlink(&s->le);
}


static void limit_destructor(void *arg)
{
	struct limit *l = arg;

	list_flush(&l->ages);
	mem_deref(l->sources);
}


int limit_alloc(struct limit **lp, const struct limit_rate *rate)
{
	struct limit *l;
	int err;

	if (!lp || !rate)
		return EINVAL;

	l = mem_zalloc(sizeof(*l), limit_destructor);
	if (!l)
		return ENOMEM;

	l->rate = *rate;
	err = hash_alloc(&l->sources, HASH_SIZE);
	if (err)
		mem_deref(l);
	else
		*lp = l;

	return err;
}


static bool key_equal(struct le *le, void *arg)
{
	const struct source *s = le->data;

	return !memcmp(s->key, arg, sizeof(s->key));
}


/** In parts of which a bucket gets rate.count a millisecond */
static uint64_t tokens(const struct limit *l, unsigned count)
{
	return (uint64_t)count * l->rate.seconds * 1000;
}


static uint64_t burst(const struct limit *l)
{
	unsigned count = MAX(l->rate.count, LIMIT_BURST_MIN);

	return tokens(l, MAX(count, l->rate.burst));
}


static struct source *source_get(struct limit *l, const struct sa *sa,
				 uint64_t now_ms)
{
	uint8_t key[HOST_KEY_BYTES];
	uint32_t hash;
	struct source *s;

	host_key(key, sa);
	hash = (uint32_t)keyed_hash(key, sizeof(key));
	s = list_ledata(hash_lookup(l->sources, hash, key_equal, key));
	if (s) {
		list_unlink(&s->le);
		list_append(&l->ages, &s->le, s);
		return s;
	}

	if (l->count >= LIMIT_SOURCES_MAX) {
		mem_deref(list_ledata(list_head(&l->ages)));
		--l->count;
	}

	s = mem_zalloc(sizeof(*s), source_destructor);
	if (!s)
		return NULL;

	memcpy(s->key, key, sizeof(key));
	s->tokens = burst(l);
	s->at_ms = now_ms;
	hash_append(l->sources, hash, &s->he, s);
	list_append(&l->ages, &s->le, s);
	++l->count;

	return s;
}


bool limit_take(struct limit *l, const struct sa *source, unsigned count,
		uint64_t now_ms)
{
	struct source *s;
	uint64_t elapsed;

	if (!l || !l->rate.count)
		return true;

	s = source_get(l, source, now_ms);
	if (!s)
		return false;

	elapsed =
		now_ms > s->at_ms ? MIN(now_ms - s->at_ms, ELAPSED_MAX_MS) : 0;
	s->tokens = MIN(s->tokens + elapsed * l->rate.count, burst(l));
	s->at_ms = MAX(now_ms, s->at_ms);
	if (s->tokens < tokens(l, count))
		return false;

	s->tokens -= tokens(l, count);

	return true;
}


bool limit_of_take(const struct limit_of *of, const struct sa *source)
{
	return !of->limit || of->freeh(source, of->arg) ||
	       limit_take(of->limit, source, 1, tmr_jiffies());
}


size_t limit_sources(const struct limit *l)
{
	return l ? l->count : 0;
}
