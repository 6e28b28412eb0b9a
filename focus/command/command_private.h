/**
 * @file focus/command/command_private.h  A command as the verbs see it
 *
 * Private to this folder; everybody else has focus/command/command.h.
 */
#ifndef PARLEY_FOCUS_COMMAND_COMMAND_PRIVATE_H
#define PARLEY_FOCUS_COMMAND_COMMAND_PRIVATE_H

#include "focus/command/command.h"
#include "focus/conference/conference.h"
#include "focus/conference/focus.h"
#include "focus/conference/user.h"

struct verb;

/** A command, from asking whether it may be run until it is answered */
struct command {
	struct focus_guest guest;
	struct focus *focus;
	json_t *args;
	const struct verb *verb;
	struct conference *conference; /**< while the verb runs; NULL if it
					    needs none and none is named */
	bool operates;                 /**< who gives it runs this server */
	uint32_t leg; /**< of the endpoint that gives it, 0: none does; it may
			   be gone */
	struct ask *ask;       /**< may it? */
	struct command **cmdp; /**< whoever may drop it has it here */
	bool running, answered;
	void *work; /**< of a verb that answers later; freed with it */
	command_reply_h *replyh;
	void *arg;
};

enum {
	/** Most endpoints that one command can name */
	COMMAND_TARGETS_MAX = 4096
};

/** Among whom it is looked */
enum command_aim {
	AIM_IN,         /**< those who are in */
	AIM_IN_EXACTLY, /**< what cannot be taken back: a piece of a name is
			     not enough */
	AIM_WAITING,    /**< those who wait to be let in */
};

/** Endpoints that a command means */
struct command_targets {
	struct endpoint **list; /**< in order of their numbers */
	unsigned count;
};

/** Answer {"ok":true}. Once the verb has returned this and the next four also
 *  free the command */
void command_done(struct command *cmd);

/** Answer {"ok":true} and the members of `more` (stolen); where it is NULL, or
 *  there is no memory for all of it, that it failed: what was asked for is not
 *  answered by half */
void command_ok(struct command *cmd, json_t *more);

/** Answer with a reason in its own words */
void command_refuse(struct command *cmd, enum reason reason);

/** Answer with a reason and words as for printf, made harmless */
void command_fail(struct command *cmd, enum reason reason, const char *fmt,
		  ...) __attribute__((format(printf, 3, 4)));

/** The same, with more members (stolen) */
void command_fail_with(struct command *cmd, enum reason reason, json_t *more,
		       const char *words);

/** A member that says whom it is about; "" if there is none */
const char *command_target(const struct command *cmd, char *dst, size_t size);

/** A string member; NULL if it is absent or no string */
const char *command_string(const struct command *cmd, const char *key);

/**
 * Resolve "target"; answers the command itself if that fails
 *
 * @param t Its list is freed with mem_deref()
 * @return true if there is at least one
 */
bool command_targets(struct command *cmd, struct command_targets *t,
		     enum command_aim aim);

/** Their numbers, {"changed":[NUMBER]}; new reference */
json_t *command_numbers(const struct command_targets *t);

/** Answer with them */
void command_changed(struct command *cmd, const struct command_targets *t);

/** The endpoint that gives it; NULL: it comes from outside */
struct endpoint *command_giver(const struct command *cmd);

/** May who gives it remove that one, or take his rights? No moderator a host
 */
bool command_outranks(const struct command *cmd, const struct endpoint *ep);

/** Answer that the store could not be written. @param err Of it
 *  @param what "users", "conferences" */
void command_fail_store(struct command *cmd, int err, const char *what);

/* The verbs; each answers exactly once */
void command_list(struct command *cmd);
void command_show(struct command *cmd);
void command_stats(struct command *cmd);
void command_mute(struct command *cmd);
void command_unmute(struct command *cmd);
void command_deaf(struct command *cmd);
void command_undeaf(struct command *cmd);
void command_video_mute(struct command *cmd);
void command_video_unmute(struct command *cmd);
void command_volume(struct command *cmd);
void command_kick(struct command *cmd);
void command_lock(struct command *cmd);
void command_monitor(struct command *cmd);
void command_unmonitor(struct command *cmd);
void command_unlock(struct command *cmd);
void command_layout(struct command *cmd);
void command_invite(struct command *cmd);
void command_end(struct command *cmd);
void command_user(struct command *cmd);
void command_hand(struct command *cmd);
void command_lower(struct command *cmd);
void command_rename(struct command *cmd);
void command_admit(struct command *cmd);
void command_deny(struct command *cmd);
void command_promote(struct command *cmd);
void command_demote(struct command *cmd);
void command_spotlight(struct command *cmd);
void command_settings(struct command *cmd);
void command_pin(struct command *cmd);
void command_conference(struct command *cmd);
void command_say(struct command *cmd);
void command_chat(struct command *cmd);

#endif
