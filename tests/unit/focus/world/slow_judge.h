/**
 * @file slow_judge.h  A judge that answers when the test says so
 *
 * What is asked waits in a list until slow_judge_answer(); it may also answer
 * from within, or by itself after a while.
 */
#ifndef PARLEY_TESTS_SLOW_JUDGE_H
#define PARLEY_TESTS_SLOW_JUDGE_H

#include "focus/policy/judge.h"

struct slow_judge {
	bool at_once;      /**< answers from within, with `reason` */
	unsigned after_ms; /**< answers by itself, with `reason`; 0: does
				not */
	enum reason reason;
	uint32_t timeout_ms; /**< as judge.timeout_ms */

	unsigned asked, dropped; /**< so far */
	enum question_kind kind; /**< of the last question, ... */
	bool known, member, entering, probe, invited;
	enum role role;
	char conference[80], aor[80], target[80]; /**< "": none */

	struct list waiting; /**< that are to be answered */
};

/** It, to be put beside the facts: focus_set_judge() copies it */
struct judge slow_judge(struct slow_judge *j);

/** Answer the one that waits longest. @return false: nobody waits */
bool slow_judge_answer(struct slow_judge *j, enum reason reason);

/** Answer nobody any more; before the test's struct goes */
void slow_judge_close(struct slow_judge *j);

#endif
