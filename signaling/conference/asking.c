/**
 * @file signaling/conference/asking.c  Requests that wait for an answer to
 * "may it?"
 */
#include "focus/conference/focus.h"
#include "signaling/conference/conference_private.h"
#include "signaling/session/session.h"

/** One that is answered when its question is. Its transaction takes what the
 *  far end repeats meanwhile (RFC 3261 section 17.2.2) */
struct asking {
	struct le le; /**< in the acts' list, which owns it */
	struct ask *ask;
	struct sip_strans *st;
	asking_h *h;
	void *arg;
	bool waits, answered;
};

static void asking_destructor(void *arg)
{
	struct asking *asking = arg;

	list_unlink(&asking->le);
	mem_deref(asking->ask);
	mem_deref(asking->st);
	mem_deref(asking->arg);
}

static void asking_answer_h(enum reason reason, void *arg)
{
	struct asking *asking = arg;

	asking->answered = true;
	/* whoever replies makes one of its own */
	asking->st = mem_deref(asking->st);
	list_unlink(&asking->le);
	asking->h(reason, asking->arg);
	if (asking->waits)
		mem_deref(asking);
}

void asking_begin(struct sessions *all, const struct sip_msg *msg,
		  const struct question *q, asking_h *h, void *arg)
{
	struct acts *acts = sessions_acts_arg(all);
	struct asking *asking = mem_zalloc(sizeof(*asking), asking_destructor);

	if (!asking) {
		h(REASON_INTERNAL, arg);
		mem_deref(arg);
		return;
	}
	asking->h = h;
	asking->arg = arg;
	list_append(&acts->askings, &asking->le, asking);
	focus_ask(&asking->ask, sessions_base(all)->focus, q, asking_answer_h,
		  asking);
	if (asking->answered) {
		mem_deref(asking);
		return;
	}
	asking->waits = true;
	(void)sip_strans_alloc(&asking->st, sessions_sip(all), msg, NULL,
			       NULL);
}
