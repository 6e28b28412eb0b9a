/**
 * @file focus/command.h  The table of verbs
 *
 * One table for the CLI, the HTTP API and whatever else gives orders. A
 * command is an object
 *   {"verb":VERB, "conference":NAME, "target":WHO, ...}
 * and is answered by
 *   {"ok":true, ...}  or
 *   {"ok":false, "code":TOKEN, "status":n, "error":WORDS, ...}
 * where TOKEN is "bad-request", "not-found", "ambiguous" (with
 * "candidates":[{"endpoint","user","display"}]), "refused", "no-mixer",
 * "unavailable" or "internal", and status the HTTP status that says the same.
 *
 * WHO is a number or a string: an endpoint's number ("3" or 3), a user's URI
 * with or without scheme, its user part, a display name (letters in any
 * case), "all", "last" (who came last) or "non_moderator". A URI or name means
 * all endpoints of that user; a name that two users have is ambiguous.
 *
 * VERB (aliases)      more members              answer
 *  list               -                         conferences:[{name, ...}]
 *  show (participants) -                        conference:CONFERENCE
 *  mute unmute        target                    changed:[NUMBER]
 *  deaf undeaf        target                    changed
 *  video_mute (vmute) target                    changed
 *  video_unmute (unvmute) target                changed
 *  volume             target, direction:"in"|"out", db:-60..20   changed
 *  kick (hup)         target                    changed
 *  lock unlock        -                         -
 *  layout (vid-layout) layout:"grid"|"speaker"  -
 *  invite (dial)      uri, display?             -
 *  end                -                         -
 *  stats              conference?               mixers:[..], legs:[..],
 *                                               bus:{..}, sessions:{..},
 *                                               registrar:{..}, ...
 *  user               action:"add"|"passwd"|"remove"|"list",
 *                     name, password            users:[{name, realm, created,
 *                                               usable}] for list
 *  verbs (help)       -                         verbs:[{verb, help}]
 * The stream `watch` is not a command: focus_subscribe().
 * mute and the like answer with those that it now holds for.
 */
#ifndef PARLEY_FOCUS_COMMAND_H
#define PARLEY_FOCUS_COMMAND_H

#include "focus/focus.h"

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
