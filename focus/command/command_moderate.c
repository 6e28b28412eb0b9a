/**
 * @file focus/command/command_moderate.c  Verbs about people: what they are
 * heard and seen of, and that they have to go
 */
#include <string.h>
#include "focus/command/command_private.h"


enum { VOLUME_MIN_DB = -60, VOLUME_MAX_DB = 20 };

/** Which of the levels a verb changes, and to what */
struct change {
	int muted, deaf, video_muted;            /**< 0, 1, or -1: as it is */
	const int *volume_in_db, *volume_out_db; /**< NULL: as it is */
};


static void apply(struct endpoint *ep, const struct change *change)
{
	struct endpoint_levels l = ep->levels;
	bool muted;

	if (change->muted >= 0)
		l.muted = change->muted;
	if (change->deaf >= 0)
		l.deaf = change->deaf;
	if (change->video_muted >= 0)
		l.video_muted = change->video_muted;
	if (change->volume_in_db)
		l.volume_in_db = *change->volume_in_db;
	if (change->volume_out_db)
		l.volume_out_db = *change->volume_out_db;

	muted = l.muted != ep->levels.muted;
	endpoint_set_levels(ep, &l);
	if (muted)
		endpoint_say_muted(ep);
}


static void change_targets(struct command *cmd, const struct change *change)
{
	struct command_targets t;

	if (!command_targets(cmd, &t, AIM_IN))
		return;

	for (unsigned i = 0; i < t.count; i++)
		apply(t.list[i], change);

	command_changed(cmd, &t);
	mem_deref(t.list);
}


void command_mute(struct command *cmd)
{
	change_targets(cmd, &(struct change){1, -1, -1, NULL, NULL});
}


void command_unmute(struct command *cmd)
{
	change_targets(cmd, &(struct change){0, -1, -1, NULL, NULL});
}


void command_deaf(struct command *cmd)
{
	change_targets(cmd, &(struct change){-1, 1, -1, NULL, NULL});
}


void command_undeaf(struct command *cmd)
{
	change_targets(cmd, &(struct change){-1, 0, -1, NULL, NULL});
}


void command_video_mute(struct command *cmd)
{
	change_targets(cmd, &(struct change){-1, -1, 1, NULL, NULL});
}


void command_video_unmute(struct command *cmd)
{
	change_targets(cmd, &(struct change){-1, -1, 0, NULL, NULL});
}


void command_volume(struct command *cmd)
{
	const char *direction = command_string(cmd, "direction");
	const json_t *value = json_object_get(cmd->args, "db");
	json_int_t wanted = json_integer_value(value);
	struct change change = {-1, -1, -1, NULL, NULL};
	int db = (int)wanted;

	if (!json_is_integer(value) || wanted < VOLUME_MIN_DB ||
	    wanted > VOLUME_MAX_DB) {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "\"db\" is not a number from %d to %d",
			     VOLUME_MIN_DB, VOLUME_MAX_DB);
		return;
	}

	if (direction && !strcmp(direction, "in"))
		change.volume_in_db = &db;
	else if (direction && !strcmp(direction, "out"))
		change.volume_out_db = &db;
	else {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "\"direction\" is neither in nor out");
		return;
	}

	change_targets(cmd, &change);
}


/** Those whom he may not remove stay, unless he means just them.
 *  @return false: it is answered */
static bool leave_out(struct command *cmd, struct command_targets *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->count; i++) {
		if (command_outranks(cmd, t->list[i]))
			t->list[n++] = t->list[i];
	}
	if (t->count && !n) {
		command_refuse(cmd, REASON_FORBIDDEN);
		return false;
	}
	t->count = n;

	return true;
}


void command_kick(struct command *cmd)
{
	struct command_targets t;
	json_t *changed;

	if (!command_targets(cmd, &t, AIM_IN_EXACTLY))
		return;

	if (leave_out(cmd, &t)) {
		/* the last one takes the conference along: keep the answer
		 * ready */
		changed = command_numbers(&t);
		for (unsigned i = 0; i < t.count; i++)
			endpoint_evict(t.list[i], REASON_KICKED);
		command_ok(cmd, changed);
	}
	mem_deref(t.list);
}
