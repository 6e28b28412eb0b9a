/**
 * @file focus/conference/mixer_wait.h  Who comes while a mixer is replaced
 * waits for the next
 *
 * A mixer that died has a successor within a second. Whoever would come in
 * meanwhile is answered when that is there, or when it does not come in time.
 * They go in a few at a time, in the order in which they came, so that a fresh
 * mixer is not met by all of them at once. parleyd's loop.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_MIXER_WAIT_H
#define PARLEY_FOCUS_CONFERENCE_MIXER_WAIT_H

#include <stdbool.h>
#include "focus/policy/judge.h"

struct focus;

enum {
	/** So long for another mixer; then REASON_NO_MIXER */
	MIXER_WAIT_MAX_MS = 5000,
	/** So many at a time, whoever comes then has REASON_NO_MIXER at once
	 */
	MIXER_WAITS_MAX = 512,
	/** As long as anybody waits, so often it is looked what is there; so
	 *  many go in at once */
	MIXER_WAIT_STEP_MS = 20,
	MIXER_WAIT_BATCH = 8,
};

/** One who waits for a mixer; mem_deref() drops it: its handler is not called
 *  any more */
struct mixer_wait;

/**
 * Wait until a conference has a mixer, or there is one to make it on: before
 * focus_join(), and before what is offered is matched with what the mixers can
 * do
 *
 * @param wp         Set while the answer is awaited, and set back to NULL
 *                   before the handler is called. Must live until then
 * @param conference User part of its URI
 * @param lost       It had one that died under it: not answered from within,
 *                   as that is not known to everybody yet
 * @param answerh    Called exactly once, perhaps from within: REASON_NONE;
 *                   _NO_MIXER none came in time or too many wait; _NOT_FOUND;
 *                   _SHUTDOWN
 */
void focus_await_mixer(struct mixer_wait **wp, struct focus *f,
		       const char *conference, bool lost,
		       judge_answer_h *answerh, void *arg);

/** Answer all who wait so (for the focus) */
void mixer_waits_answer_all(struct focus *f, enum reason reason);

/** Drop all who wait (for the focus): their handlers are not called, and what
 *  they hold is dead weight that they free with mem_deref() as ever */
void mixer_waits_forget_all(struct focus *f);

#endif
