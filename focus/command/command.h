/**
 * @file focus/command/command.h  The table of verbs
 *
 * One table for the CLI, the HTTP API and whatever else gives orders. A
 * command is an object
 *   {"verb":VERB, "conference":NAME, "target":WHO, ...}
 * and is answered by
 *   {"ok":true, ...}  or
 *   {"ok":false, "code":TOKEN, "status":n, "error":WORDS, ...}
 * where TOKEN is that of a reason (focus/policy/reason.h): "bad-request",
 * "not-found", "ambiguous" (with "candidates":[{"endpoint","user",
 * "display","label","status","since":unix_ms}]), "forbidden", "no-route", ...,
 * and status the HTTP status that says the same.
 *
 * Whether the one who gives it may is asked first (focus_ask()), so any
 * command may be answered later.
 *
 * WHO is a number or a string: an endpoint's number ("3" or 3), a user's URI
 * with or without scheme, its user part, a display name or label (letters in
 * any case), a piece of the label or user part, "all", "last" (who came last)
 * "others" (all but who gives it), "guests" or "non_moderator" (the same).
 * What comes first here wins. A URI, name or piece means all endpoints of that
 * user; what two users have is ambiguous, and nothing is done. A piece has
 * three letters or more, is no number, is not looked for in the random
 * addresses of a page's guests, and is not enough to kick.
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
 *  hand lower         target                    changed
 *  rename             target, display           changed
 *  admit deny         target: who waits         changed
 *  promote            target, role:"moderator"|"host", default moderator
 *                                               changed
 *  demote             target                    changed
 *  spotlight          target, or "off"          changed
 *  settings           settings?:{KEY:VALUE}     conference:BOOKING
 *  pin                pin; of an endpoint       -; else tries_left, wait_ms
 *  conference         action:"add"|"set"|"show"|"remove"|"list",
 *                     conference, settings?     conference:BOOKING,
 *                                               conferences:[BOOKING]
 *  invite (dial)      uri, display?             -
 *  say                text                      number:n
 *  chat               after?:n                  kept:bool, messages:[MESSAGE]
 *  end                -                         -
 *  stats              conference?               mixers:[..], legs:[..],
 *                                               transport:{..}, sessions:{..},
 *                                               registrar:{..}, ...
 *  user               action:"add"|"passwd"|"remove"|"list",
 *                     name, password            users:[{name, realm, created,
 *                                               usable}] for list
 *  verbs (help)       -                         verbs:[{verb, help}]
 * say is written by the endpoint that gives the command; where whoever
 * operates the server does, under the name that chat_name has. What was
 * written and is kept is told by chat, the oldest first; with `after` what has
 * a higher number. MESSAGE is {"number":n, "time":unix_ms, "endpoint":NUMBER,
 * 0 = the operator's, "user":AOR, absent then, "from":LABEL, "text":TEXT}. The
 * stream `watch` is not a command: focus_subscribe(). mute and the like answer
 * with those that it now holds for.
 */
#ifndef PARLEY_FOCUS_COMMAND_COMMAND_H
#define PARLEY_FOCUS_COMMAND_COMMAND_H

#include <jansson.h>

struct asker;
struct command;
struct focus;

/** @param reply As above; borrowed */
typedef void(command_reply_h)(json_t *reply, void *arg);

/**
 * Run a verb. On parleyd's one thread.
 *
 * @param cmdp   Set while the answer is awaited, and set back to NULL before
 *               it is given; it stays NULL if that is from within. Must live
 *               until then. mem_deref() drops the command: it is not answered
 *               any more, nor done if that has not begun. NULL: it cannot be
 * @param asker  Who gives it
 * @param args   The command; a reference is taken
 * @param replyh Called exactly once, perhaps from within
 */
void focus_command(struct command **cmdp, struct focus *f,
		   const struct asker *asker, json_t *args,
		   command_reply_h *replyh, void *arg);

#endif
