/**
 * @file focus/command/command_private.h  A command as the verbs see it
 *
 * Private to this folder; everybody else has focus/command/command.h.
 */
#ifndef PARLEY_FOCUS_COMMAND_COMMAND_PRIVATE_H
#define PARLEY_FOCUS_COMMAND_COMMAND_PRIVATE_H

#include "focus/command/command.h"
#include "focus/conference/focus.h"

struct conference;

/** A command being run */
struct command {
	struct focus *focus;
	const json_t *args;
	struct conference *conference; /**< NULL if the verb needs none and
					    none is named */
	command_reply_h *replyh;
	void *arg;
};

enum {
	/** Most endpoints that one command can name */
	COMMAND_TARGETS_MAX = 4096
};

/** Endpoints that a command means */
struct command_targets {
	struct endpoint **list; /**< in order of their numbers */
	unsigned count;
};

/** Why a command was not carried out */
enum command_error {
	COMMAND_BAD_REQUEST, /**< 400 */
	COMMAND_NOT_FOUND,   /**< 404 */
	COMMAND_AMBIGUOUS,   /**< 409 */
	COMMAND_REFUSED,     /**< 403 */
	COMMAND_NO_MIXER,    /**< 503 */
	COMMAND_UNAVAILABLE, /**< 480 becomes 502 */
	COMMAND_INTERNAL,    /**< 500 */
};

/** Answer {"ok":true} and the members of `more` (stolen, may be NULL) */
void command_ok(const struct command *cmd, json_t *more);

/** Answer with an error; words as for printf, made harmless */
void command_fail(const struct command *cmd, enum command_error error,
		  const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** The same, with more members (stolen) */
void command_fail_with(const struct command *cmd, enum command_error error,
		       json_t *more, const char *words);

/** A string member; NULL if it is absent or no string */
const char *command_string(const struct command *cmd, const char *key);

/**
 * Resolve "target"; answers the command itself if that fails
 *
 * @param t Its list is freed with mem_deref()
 * @return true if there is at least one
 */
bool command_targets(const struct command *cmd, struct command_targets *t);

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
void command_unlock(struct command *cmd);
void command_layout(struct command *cmd);
void command_invite(struct command *cmd);
void command_end(struct command *cmd);
void command_user(struct command *cmd);

#endif
