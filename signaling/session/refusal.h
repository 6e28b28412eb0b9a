/**
 * @file signaling/session/refusal.h  Requests that are refused
 *
 * By a row of the table of reasons, or with a code that the protocol itself
 * asks for. `st` is the request's transaction, which is over then; NULL: none
 * was begun.
 */
#ifndef PARLEY_SIGNALING_SESSION_REFUSAL_H
#define PARLEY_SIGNALING_SESSION_REFUSAL_H

#include "focus/policy/reason.h"
#include "mixer/base/re.h"

struct sessions;

void session_refuse(struct sessions *all, const struct sip_msg *msg,
		    struct sip_strans **st, enum reason reason);
/** @param headers Whole lines, or NULL */
void session_refuse_protocol(struct sessions *all, const struct sip_msg *msg,
			     struct sip_strans **st, uint16_t status,
			     const char *phrase, const char *headers);
/** One was, by other words: for the counter */
void sessions_count_refused(struct sessions *all);

#endif
