/**
 * @file signaling/conference/conference_private.h  The acts, one a file
 *
 * Private to this folder; everybody else has signaling/conference/acts.h.
 */
#ifndef PARLEY_SIGNALING_CONFERENCE_CONFERENCE_PRIVATE_H
#define PARLEY_SIGNALING_CONFERENCE_CONFERENCE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include "mixer/base/re.h"

struct invitation;
struct plan;
struct resource_list;
struct session;
struct sessions;

/* plan.c: what an INVITE asked for beside its session */

/** That of an INVITE, made when there is none. NULL: no memory */
struct plan *plan_of(struct invitation *in);
/** Whose place it takes: id of that session; 0 none */
void plan_replace(struct plan *plan, uint64_t id);
uint64_t plan_replaces(const struct plan *plan);
/** Who is to be dialled; taken */
void plan_dial(struct plan *plan, struct resource_list *list);
const struct resource_list *plan_recipients(const struct plan *plan);

/* As the handlers of struct session_acts, which says what each may do */

void refer_in(struct sessions *all, struct session *s,
	      const struct sip_msg *msg);
void refers_flush(struct sessions *all);
void subscribe_in(struct sessions *all, struct session *s,
		  const struct sip_msg *msg);
void info_in(struct session *s, const struct sip_msg *msg);
void options_in(struct sessions *all, const struct sip_msg *msg);

/** Emergency calls are for others (RFC 5031): an INVITE by urn:service:sos or
 *  a number of emergency_numbers gets 380 and an alternative service (TS
 *  24.229 sections 5.2.10 and 7.6), and nothing is dialled */
bool emergency_in(struct sessions *all, const struct sip_msg *msg);

/**
 * INVITEs of whom is here (RFC 3891, 3911): who names one of our dialogs comes
 * into its conference, with Join beside the one that is there, with Replaces
 * in its place. That one's dialog ends when the new one is confirmed, so that
 * there is no gap.
 *
 * RFC 3891 section 3: 400 malformed, several, or both headers; 481 no such
 * dialog, or an early one that we did not begin; 486 confirmed but early-only;
 * 603 it is ending already; 403 not this one's to replace: the place of who
 * has proved who it is goes to the same user, or to whom that one referred
 * here (Referred-By); 491 another one is about to replace it.
 */
int replaces_in(struct sessions *all, struct invitation *in);
/** Would it call a conference into itself (RFC 4353)? One of ours that came
 *  back; one from a conference of ours; one from another focus that is in this
 *  conference already, whose two legs would feed each other */
bool replaces_loop(struct sessions *all, const struct invitation *in);
/** The one in whose place it is has to go */
void replaces_done(struct session *s, const struct plan *plan);

/**
 * A list of recipients (RFC 5366), to be dialled when who asked is in the
 * conference and has said so with its ACK, which a forged source never does.
 *
 * Refused are: what cannot be read (400, 415), more than max_recipients
 * (413: the body is more than this server is willing to process), a list from
 * who may not have others dialled, any list when max_recipients is 0, and one
 * with an emergency number in it (403). All or nobody is dialled.
 */
int recipients_in(struct sessions *all, struct invitation *in);
/** Dial those on its list but itself. Who cannot be dialled is told to those
 *  who follow the conference */
void recipients_dial(struct session *s, const struct plan *plan);

#endif
