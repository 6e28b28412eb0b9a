/**
 * @file focus/command/command_entry.c  Verbs about who waits to be let in
 */
#include <string.h>
#include "focus/command/command_private.h"


static void take_out(struct command_targets *t, unsigned i)
{
	t->count--;
	memmove(&t->list[i], &t->list[i + 1],
		(t->count - i) * sizeof(t->list[0]));
}


/** Those who have no PIN yet cannot be, nor where it is full */
void command_admit(struct command *cmd)
{
	enum reason reason = REASON_NONE;
	struct command_targets t;

	if (!command_targets(cmd, &t, AIM_WAITING))
		return;

	for (unsigned i = 0; i < t.count;) {
		const enum reason one = entry_admit(t.list[i]);

		if (one) {
			reason = one;
			take_out(&t, i);
		}
		else {
			i++;
		}
	}

	if (t.count)
		command_changed(cmd, &t);
	else if (reason == REASON_FORBIDDEN)
		command_fail(cmd, reason, "the PIN was not given yet");
	else
		command_refuse(cmd, reason);
	mem_deref(t.list);
}


void command_deny(struct command *cmd)
{
	struct command_targets t;
	json_t *changed;

	if (!command_targets(cmd, &t, AIM_WAITING))
		return;

	/* with the last one the conference goes, too */
	changed = command_numbers(&t);
	for (unsigned i = 0; i < t.count; i++)
		entry_deny(t.list[i]);
	command_ok(cmd, changed);
	mem_deref(t.list);
}


/** What is wrong with it is told by numbers, too: how often it may be tried
 *  still, and when */
void command_pin(struct command *cmd)
{
	struct endpoint *ep = command_giver(cmd);
	struct entry_verdict v;

	if (!ep) {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "a PIN is given in a call");
		return;
	}

	v = entry_pin(ep, command_string(cmd, "pin"));
	if (v.reason == REASON_NONE)
		command_done(cmd);
	else
		command_fail_with(cmd, v.reason,
				  json_pack("{s:i,s:I}", "tries_left",
					    (int)v.tries_left, "wait_ms",
					    (json_int_t)v.wait_ms),
				  reason_row(v.reason)->words);
}
