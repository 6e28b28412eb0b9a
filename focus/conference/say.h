/**
 * @file focus/conference/say.h  Somebody writes to all in a conference
 *
 * What is written gets a number and becomes an event, is kept if the
 * conference keeps (focus/conference/chat.h), and goes to the session of
 * everybody else who takes part (session_ops.told): the same order for all.
 * Nobody is told who came after it was written. Parleyd's loop only.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_SAY_H
#define PARLEY_FOCUS_CONFERENCE_SAY_H

#include <stddef.h>
#include <stdint.h>
#include "focus/conference/conference.h"
#include "focus/policy/reason.h"

struct endpoint;

/**
 * Write. Whether he may is asked before, by QUESTION_SAY
 *
 * @param from   Who; NULL: who operates the server, under the name of the key
 *               chat_name, as fast as he likes
 * @param text   Hostile, `len` bytes
 * @param number Set to the message's; NULL: nobody wants to know
 * @return REASON_NONE; REASON_FORBIDDEN: he is not in, or not any more;
 *         REASON_NOT_FOUND: nobody is in it yet; REASON_BAD_REQUEST: there is
 *         nothing to read in it; REASON_TOO_LONG; REASON_TOO_FAST;
 *         REASON_INTERNAL
 */
enum reason conference_say(struct conference *c, struct endpoint *from,
			   const char *text, size_t len, uint64_t *number);

#endif
