/**
 * @file focus/policy/judge.c  Questions that wait for an answer
 */
#include "focus/policy/judge.h"
#include "mixer/base/log.h"


struct ask {
	struct le le;
	struct ask **askp; /**< the asker's pointer to this, or NULL */
	struct judge judge;
	struct question q;
	char *conference, *aor, *target, *secret; /**< what q points to */
	judge_facts_h *factsh;
	void *facts_arg;
	judge_answer_h *answerh;
	void *arg;
	struct tmr deadline;
	void *handle; /**< the judge's, while it owes an answer */
	bool asking;  /**< the judge is being asked just now */
	bool judged;  /**< it answered from within: */
	enum reason verdict;
};


static void stop_asking(struct ask *ask)
{
	void *handle = ask->handle;

	ask->handle = NULL;
	tmr_cancel(&ask->deadline);
	if (handle && ask->judge.drop)
		ask->judge.drop(handle, ask->judge.arg);
}


static void ask_destructor(void *arg)
{
	struct ask *ask = arg;

	list_unlink(&ask->le);
	stop_asking(ask);
	mem_deref(ask->conference);
	mem_deref(ask->aor);
	mem_deref(ask->target);
	mem_deref(ask->secret);
}


static int copy_text(char **copy, const char **text)
{
	int err;

	if (!*text)
		return 0;

	err = str_dup(copy, *text);
	*text = *copy;

	return err;
}


static int copy_question(struct ask *ask, const struct question *q)
{
	int err;

	ask->q = *q;
	err = copy_text(&ask->conference, &ask->q.conference);
	err |= copy_text(&ask->aor, &ask->q.asker.aor);
	err |= copy_text(&ask->target, &ask->q.target);
	err |= copy_text(&ask->secret, &ask->q.secret);

	return err;
}


/** Frees it, then tells the asker, who may do anything */
static void answer_ask(struct ask *ask, enum reason reason)
{
	judge_answer_h *answerh = ask->answerh;
	void *arg = ask->arg;

	if (ask->askp)
		*ask->askp = NULL;
	mem_deref(ask);
	answerh(reason, arg);
}


static void verdict_h(enum reason reason, void *arg);


/** @return true if the judge answered from within */
static bool put_to_judge(struct ask *ask)
{
	ask->asking = true;
	ask->judged = false;
	ask->handle = ask->judge.ask(&ask->q, verdict_h, ask, ask->judge.arg);
	ask->asking = false;
	if (ask->judged)
		ask->handle = NULL;

	return ask->judged;
}


/**
 * What a verdict comes to now
 *
 * @return true: *reason answers it; false: the judge is asked for what the
 *         question has become
 */
static bool weigh_verdict(struct ask *ask, enum reason *reason)
{
	while (*reason == REASON_NONE) {
		enum question_kind asked = ask->q.kind;

		*reason = ask->factsh(&ask->q, ask->facts_arg);
		if (*reason != REASON_NONE || ask->q.kind == asked)
			break;
		if (!put_to_judge(ask))
			return false;
		*reason = ask->verdict;
	}

	return true;
}


static void verdict_h(enum reason reason, void *arg)
{
	struct ask *ask = arg;

	if (ask->asking) {
		ask->judged = true;
		ask->verdict = reason;
		return;
	}

	ask->handle = NULL;
	if (weigh_verdict(ask, &reason))
		answer_ask(ask, reason);
}


static void deadline_h(void *arg)
{
	struct ask *ask = arg;

	log_warn("policy", "the judge does not answer kind=%d",
		 (int)ask->q.kind);
	answer_ask(ask, REASON_UNAVAILABLE);
}


void judge_ask(struct ask **askp, struct list *asks, const struct judge *judge,
	       const struct question *q, judge_facts_h *factsh,
	       void *facts_arg, judge_answer_h *answerh, void *arg)
{
	struct question now = *q;
	struct ask *ask;
	enum reason reason;

	if (askp)
		*askp = NULL;

	reason = factsh(&now, facts_arg);
	if (reason != REASON_NONE || !judge || !judge->ask) {
		answerh(reason, arg);
		return;
	}

	ask = mem_zalloc(sizeof(*ask), ask_destructor);
	if (!ask || copy_question(ask, &now)) {
		mem_deref(ask);
		answerh(REASON_INTERNAL, arg);
		return;
	}

	ask->judge = *judge;
	ask->factsh = factsh;
	ask->facts_arg = facts_arg;
	ask->answerh = answerh;
	ask->arg = arg;
	list_append(asks, &ask->le, ask);
	tmr_start(&ask->deadline,
		  judge->timeout_ms ? judge->timeout_ms : JUDGE_TIMEOUT_MS,
		  deadline_h, ask);

	if (put_to_judge(ask)) {
		answer_ask(ask, ask->verdict);
	}
	else if (askp) {
		ask->askp = askp;
		*askp = ask;
	}
}


void judge_answer_all(struct list *asks, enum reason reason)
{
	while (asks->head)
		answer_ask(asks->head->data, reason);
}


void judge_forget_all(struct list *asks)
{
	while (asks->head) {
		struct ask *ask = asks->head->data;

		list_unlink(&ask->le);
		stop_asking(ask);
		if (!ask->askp)
			mem_deref(ask);
	}
}
