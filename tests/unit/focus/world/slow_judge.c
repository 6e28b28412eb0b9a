/**
 * @file slow_judge.c  A judge that answers when the test says so
 */
#include "tests/unit/focus/world/slow_judge.h"


/** One that waits */
struct waiting {
	struct le le;
	struct slow_judge *judge;
	struct tmr tmr;
	judge_answer_h *answerh;
	void *arg;
};


static void waiting_destructor(void *arg)
{
	struct waiting *w = arg;

	list_unlink(&w->le);
	tmr_cancel(&w->tmr);
}


static void answer_waiting(struct waiting *w, enum reason reason)
{
	judge_answer_h *answerh = w->answerh;
	void *arg = w->arg;

	mem_deref(w);
	answerh(reason, arg);
}


static void over_h(void *arg)
{
	struct waiting *w = arg;

	answer_waiting(w, w->judge->reason);
}


static void note(struct slow_judge *j, const struct question *q)
{
	j->asked++;
	j->kind = q->kind;
	j->known = q->asker.known;
	j->member = q->asker.member;
	j->role = q->asker.role;
	j->entering = q->asker.entering;
	j->probe = q->probe;
	j->invited = q->invited;
	str_ncpy(j->conference, q->conference ? q->conference : "",
		 sizeof(j->conference));
	str_ncpy(j->aor, q->asker.aor ? q->asker.aor : "", sizeof(j->aor));
	str_ncpy(j->target, q->target ? q->target : "", sizeof(j->target));
}


static void *ask_h(const struct question *q, judge_answer_h *answerh,
		   void *h_arg, void *arg)
{
	struct slow_judge *j = arg;
	struct waiting *w;

	note(j, q);
	if (j->at_once) {
		answerh(j->reason, h_arg);
		return NULL;
	}

	w = mem_zalloc(sizeof(*w), waiting_destructor);
	w->judge = j;
	w->answerh = answerh;
	w->arg = h_arg;
	list_append(&j->waiting, &w->le, w);
	if (j->after_ms)
		tmr_start(&w->tmr, j->after_ms, over_h, w);

	return w;
}


static void drop_h(void *handle, void *arg)
{
	struct slow_judge *j = arg;

	j->dropped++;
	mem_deref(handle);
}


struct judge slow_judge(struct slow_judge *j)
{
	return (struct judge){ask_h, drop_h, j, j->timeout_ms};
}


bool slow_judge_answer(struct slow_judge *j, enum reason reason)
{
	struct waiting *w = list_ledata(j->waiting.head);

	if (w)
		answer_waiting(w, reason);

	return w != NULL;
}


void slow_judge_close(struct slow_judge *j)
{
	list_flush(&j->waiting);
}
