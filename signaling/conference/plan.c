/**
 * @file signaling/conference/plan.c  What an INVITE asked for beside its
 * session
 */
#include "signaling/conference/conference_private.h"
#include "signaling/message/resource_list.h"
#include "signaling/session/invitation.h"

struct plan {
	struct resource_list *recipients;
	uint64_t replaces;
};

static void plan_destructor(void *arg)
{
	struct plan *plan = arg;

	mem_deref(plan->recipients);
}

struct plan *plan_of(struct invitation *in)
{
	if (!in->plan)
		in->plan = mem_zalloc(sizeof(struct plan), plan_destructor);

	return in->plan;
}

void plan_replace(struct plan *plan, uint64_t id)
{
	plan->replaces = id;
}

uint64_t plan_replaces(const struct plan *plan)
{
	return plan ? plan->replaces : 0;
}

void plan_dial(struct plan *plan, struct resource_list *list)
{
	mem_deref(plan->recipients);
	plan->recipients = list;
}

const struct resource_list *plan_recipients(const struct plan *plan)
{
	return plan ? plan->recipients : NULL;
}
