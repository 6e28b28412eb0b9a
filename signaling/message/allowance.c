/**
 * @file signaling/message/allowance.c  Token bucket of one flow or session
 */
#include "signaling/message/allowance.h"


enum {
	/** Time that passes unseen beyond this does not count: no overflow */
	ELAPSED_MAX_MS = 3600 * 1000,
};


bool allowance_take(struct allowance *a, const struct allowance_rate *rate,
		    unsigned count, uint64_t now_ms)
{
	const uint64_t one = (uint64_t)rate->seconds * 1000;
	uint64_t ms = now_ms > a->at_ms ? now_ms - a->at_ms : 0;
	uint64_t back;

	if (ms > ELAPSED_MAX_MS)
		ms = ELAPSED_MAX_MS;
	back = ms * rate->count;
	a->used = a->used > back ? a->used - back : 0;
	if (now_ms > a->at_ms)
		a->at_ms = now_ms;
	if (a->used + count * one > rate->burst * one)
		return false;

	a->used += count * one;

	return true;
}
