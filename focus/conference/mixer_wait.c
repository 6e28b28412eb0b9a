/**
 * @file focus/conference/mixer_wait.c  Who comes while a mixer is replaced
 * waits for the next
 */
#include <stdio.h>
#include "focus/conference/conference.h"
#include "focus/conference/conference_private.h"
#include "focus/conference/mixer_wait.h"
#include "mixer/base/log.h"


struct mixer_wait {
	struct le le;           /**< in focus->mixer_waits */
	struct mixer_wait **wp; /**< the asker's pointer to this */
	char conference[POLICY_NAME_MAX + 1];
	uint64_t from_ms; /**< not answered before */
	struct tmr deadline;
	judge_answer_h *answerh;
	void *arg;
};


static void mixer_wait_destructor(void *arg)
{
	struct mixer_wait *w = arg;

	list_unlink(&w->le);
	tmr_cancel(&w->deadline);
}


/** Has it one, or could have one if it were made now? */
static bool has_mixer(const struct focus *f, const char *name)
{
	const struct conference *c = conference_find(f, name);

	return c ? c->placed : mixers_pick(f->mixers) != NULL;
}


/** Frees it, then tells the asker, who may do anything */
static void answer_wait(struct mixer_wait *w, enum reason reason)
{
	judge_answer_h *answerh = w->answerh;
	void *arg = w->arg;

	*w->wp = NULL;
	mem_deref(w);
	answerh(reason, arg);
}


static void too_late_h(void *arg)
{
	answer_wait(arg, REASON_NO_MIXER);
}


static struct mixer_wait *next_ready(const struct focus *f)
{
	for (struct le *le = f->mixer_waits.head; le; le = le->next) {
		struct mixer_wait *w = le->data;

		if (tmr_jiffies() >= w->from_ms && has_mixer(f, w->conference))
			return w;
	}

	return NULL;
}


/** Each answer may change who waits */
static void step_h(void *arg)
{
	struct focus *f = arg;

	for (unsigned i = 0; i < MIXER_WAIT_BATCH; i++) {
		struct mixer_wait *w = next_ready(f);

		if (!w)
			break;
		answer_wait(w, REASON_NONE);
	}

	if (f->mixer_waits.head)
		tmr_start(&f->mixer_wait_tmr, MIXER_WAIT_STEP_MS, step_h, f);
}


/** @return NULL: too many do, or there is no memory */
static struct mixer_wait *begin_wait(struct focus *f, const char *name,
				     judge_answer_h *answerh, void *arg)
{
	struct mixer_wait *w;

	if (list_count(&f->mixer_waits) >= MIXER_WAITS_MAX)
		return NULL;

	w = mem_zalloc(sizeof(*w), mixer_wait_destructor);
	if (!w)
		return NULL;

	if (!f->mixer_waits.head)
		log_warn("conference", "no mixer: joins wait at most=%d ms",
			 MIXER_WAIT_MAX_MS);
	w->answerh = answerh;
	w->arg = arg;
	(void)snprintf(w->conference, sizeof(w->conference), "%s", name);
	list_append(&f->mixer_waits, &w->le, w);
	tmr_start(&w->deadline, MIXER_WAIT_MAX_MS, too_late_h, w);

	return w;
}


void focus_await_mixer(struct mixer_wait **wp, struct focus *f,
		       const char *conference, bool lost,
		       judge_answer_h *answerh, void *arg)
{
	char name[POLICY_NAME_MAX + 1];
	enum reason reason = policy_name(f->policy, conference, name);

	*wp = NULL;
	if (reason == REASON_NONE && f->shutting_down)
		reason = REASON_SHUTDOWN;
	/* nobody overtakes those who wait for the same */
	if (reason != REASON_NONE ||
	    (!lost && !next_ready(f) && has_mixer(f, name))) {
		answerh(reason, arg);
		return;
	}

	*wp = begin_wait(f, name, answerh, arg);
	if (!*wp) {
		answerh(REASON_NO_MIXER, arg);
		return;
	}

	(*wp)->wp = wp;
	(*wp)->from_ms = lost ? tmr_jiffies() + MIXER_WAIT_STEP_MS : 0;
	if (!tmr_isrunning(&f->mixer_wait_tmr))
		tmr_start(&f->mixer_wait_tmr, MIXER_WAIT_STEP_MS, step_h, f);
}


void mixer_waits_answer_all(struct focus *f, enum reason reason)
{
	while (f->mixer_waits.head)
		answer_wait(f->mixer_waits.head->data, reason);
}


void mixer_waits_forget_all(struct focus *f)
{
	tmr_cancel(&f->mixer_wait_tmr);
	while (f->mixer_waits.head) {
		struct mixer_wait *w = f->mixer_waits.head->data;

		list_unlink(&w->le);
		tmr_cancel(&w->deadline);
	}
}
