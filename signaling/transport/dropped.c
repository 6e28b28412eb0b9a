/**
 * @file signaling/transport/dropped.c  What was dropped of late
 */
#include "signaling/transport/dropped.h"


enum { WAYS = 8, PLACES = DROPPED_MAX / WAYS /* power of two */ };

struct one {
	uint32_t sum;
	uint32_t at_ms; /**< its last repetition; turns over */
	uint32_t times; /**< 0: none */
};

struct dropped {
	struct one ones[PLACES][WAYS];
};


int dropped_alloc(struct dropped **dp)
{
	struct dropped *d = mem_zalloc(sizeof(*d), NULL);

	if (!d)
		return ENOMEM;

	*dp = d;

	return 0;
}


static uint32_t age_ms(const struct one *one, uint64_t now_ms)
{
	return (uint32_t)now_ms - one->at_ms;
}


static bool is_alive(const struct one *one, uint64_t now_ms)
{
	return one->times && age_ms(one, now_ms) <= DROPPED_MS;
}


/** @return Where it is, or NULL */
static struct one *find(const struct dropped *d, uint64_t key, uint64_t now_ms)
{
	const struct one *place = d->ones[key % PLACES];

	for (size_t i = 0; i < WAYS; i++) {
		if (is_alive(&place[i], now_ms) &&
		    place[i].sum == (uint32_t)(key >> 32))
			return (struct one *)&place[i];
	}

	return NULL;
}


/** Whom will nobody miss? */
static bool goes_before(const struct one *a, const struct one *b,
			uint64_t now_ms)
{
	if (!is_alive(a, now_ms) || !is_alive(b, now_ms))
		return !is_alive(a, now_ms);
	if (a->times != b->times)
		return a->times < b->times;

	return age_ms(a, now_ms) > age_ms(b, now_ms);
}


unsigned dropped_times(const struct dropped *d, uint64_t key, uint64_t now_ms)
{
	const struct one *one = find(d, key, now_ms);

	if (!one)
		return 0;

	return age_ms(one, now_ms) < DROPPED_APART_MS ? one->times - 1
						      : one->times;
}


void dropped_add(struct dropped *d, uint64_t key, uint64_t now_ms)
{
	struct one *place = d->ones[key % PLACES];
	struct one *one = find(d, key, now_ms);

	if (one && age_ms(one, now_ms) < DROPPED_APART_MS)
		return;

	if (!one) {
		one = &place[0];
		for (size_t i = 1; i < WAYS; i++) {
			if (goes_before(&place[i], one, now_ms))
				one = &place[i];
		}
		one->sum = (uint32_t)(key >> 32);
		one->times = 0;
	}
	one->at_ms = (uint32_t)now_ms;
	if (one->times < DROPPED_TIMES_MAX)
		++one->times;
}
