/**
 * @file focus/conference/placement.c  May it go to another mixer?
 */
#include "focus/conference/placement.h"


void placement_begin(struct placement *p, uint64_t now_ms)
{
	p->placed = true;
	p->placed_ms = now_ms;
}


void placement_lost(struct placement *p, uint64_t now_ms)
{
	p->lost_ms = now_ms;
	if (!p->placed)
		return;

	p->placed = false;
	if (now_ms - p->placed_ms < PLACEMENT_YOUNG_MS) {
		p->quick++;
	}
	else {
		p->quick = 0;
		p->risked = false;
	}
}


enum placement_choice placement_choose(const struct placement *p,
				       uint64_t now_ms)
{
	if (p->quick > PLACEMENT_QUICK_MAX)
		return PLACEMENT_STAY;

	if (p->quick)
		return p->quick >= PLACEMENT_RISK && !p->risked
			       ? PLACEMENT_ANY
			       : PLACEMENT_IDLE;

	return now_ms - p->lost_ms >= PLACEMENT_WAIT_MS ? PLACEMENT_ANY
							: PLACEMENT_STAY;
}


void placement_joins_others(struct placement *p)
{
	if (p->quick)
		p->risked = true;
}
