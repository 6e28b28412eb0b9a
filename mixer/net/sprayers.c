/**
 * @file mixer/net/sprayers.c  Who sends to many legs from one place
 */
#include <string.h>
#include "mixer/base/host_key.h"
#include "mixer/base/keyed_hash.h"
#include "mixer/net/sprayers.h"


static struct sprayer *ways_of(struct sprayers *all, const struct sa *src)
{
	uint8_t key[HOST_KEY_BYTES + sizeof(uint16_t)];
	const uint16_t port = sa_port(src);
	uint64_t h;

	host_key(key, src);
	memcpy(key + HOST_KEY_BYTES, &port, sizeof(port));
	h = keyed_hash(key, sizeof(key));

	return &all->places[h % (SPRAYERS_MAX / SPRAYERS_WAYS) *
			    SPRAYERS_WAYS];
}


static bool is_spraying(const struct sprayer *s, uint64_t now_us)
{
	return s->spraying && (int64_t)(s->until_us - now_us) > 0;
}


/** NULL: all of its places are sprayers' */
static struct sprayer *place_make(struct sprayer *ways, const struct sa *src,
				  uint64_t now_us)
{
	struct sprayer *s = NULL;

	for (size_t i = 0; i < SPRAYERS_WAYS; i++) {
		struct sprayer *way = &ways[i];

		if (is_spraying(way, now_us))
			continue;

		if (!s || (s->leg && (!way->leg || way->used_us < s->used_us)))
			s = way;
	}

	if (s) {
		memset(s, 0, sizeof(*s));
		s->addr = *src;
	}

	return s;
}


static struct sprayer *place_of(struct sprayers *all, const struct sa *src,
				uint64_t now_us)
{
	struct sprayer *ways = ways_of(all, src);

	for (size_t i = 0; i < SPRAYERS_WAYS; i++) {
		if (ways[i].leg && sa_cmp(&ways[i].addr, src, SA_ALL))
			return &ways[i];
	}

	return place_make(ways, src, now_us);
}


/** @return false: it has too many */
static bool changes(struct sprayer *s, uint64_t now_us)
{
	uint64_t ahead_us =
		(int64_t)(s->paid_us - now_us) > 0 ? s->paid_us - now_us : 0;

	if (ahead_us + SPRAYERS_CHANGE_US >
	    SPRAYERS_FREE * (uint64_t)SPRAYERS_CHANGE_US)
		return false;

	s->paid_us = now_us + ahead_us + SPRAYERS_CHANGE_US;

	return true;
}


bool sprayers_heard(struct sprayers *all, const struct sa *src, uint64_t leg,
		    uint64_t now_us)
{
	struct sprayer *s = place_of(all, src, now_us);

	if (!s)
		return false;

	if (s->leg && s->leg != leg && !changes(s, now_us)) {
		s->spraying = true;
		s->until_us = now_us + SPRAYERS_MEMORY_US;
	}

	s->leg = leg;
	s->used_us = now_us;

	return is_spraying(s, now_us);
}
