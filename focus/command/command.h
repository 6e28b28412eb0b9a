/**
 * @file focus/command/command.h  The table of verbs
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
 *                                               transport:{..}, sessions:{..},
 *                                               registrar:{..}, ...
 *  user               action:"add"|"passwd"|"remove"|"list",
 *                     name, password            users:[{name, realm, created,
 *                                               usable}] for list
 *  verbs (help)       -                         verbs:[{verb, help}]
 * The stream `watch` is not a command: focus_subscribe().
 * mute and the like answer with those that it now holds for.
 */
#ifndef PARLEY_FOCUS_COMMAND_COMMAND_H
#define PARLEY_FOCUS_COMMAND_COMMAND_H

#include <jansson.h>

struct focus;

/** @param reply As above; borrowed */
typedef void(command_reply_h)(json_t *reply, void *arg);

/**
 * Run a verb. The reply handler is called exactly once, perhaps from within.
 * On parleyd's one thread.
 */
void focus_command(struct focus *f, const json_t *command,
		   command_reply_h *replyh, void *arg);

#endif
