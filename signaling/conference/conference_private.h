/**
 * @file signaling/conference/conference_private.h  The acts, one a file
 *
 * Private to this folder; everybody else has signaling/conference/acts.h.
 */
#ifndef PARLEY_SIGNALING_CONFERENCE_CONFERENCE_PRIVATE_H
#define PARLEY_SIGNALING_CONFERENCE_CONFERENCE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include "focus/policy/reason.h"
#include "mixer/base/re.h"

struct flow_info;
struct identity;
struct invitation;
struct plan;
struct question;
struct relay;
struct resource_list;
struct session;
struct sessions;

/** What goes on; sessions_acts_arg() */
struct acts {
	struct list refers;  /**< REFERs that are being told how it goes */
	struct list askings; /**< requests whose question is open */
	struct relay *relay; /**< TURN servers' credentials */
};

/* asking.c */

/** @param reason REASON_NONE: it may */
typedef void(asking_h)(enum reason reason, void *arg);
/**
 * Put a request's question (focus_ask()); the request is answered when that
 * is, and nobody else waits meanwhile
 *
 * @param h   Called once, perhaps from within; not if the sessions end before
 * @param arg Taken: freed when h has returned or will not be called
 */
void asking_begin(struct sessions *all, const struct sip_msg *msg,
		  const struct question *q, asking_h *h, void *arg);

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
void subscribe_in(struct sessions *all, struct session *s,
		  const struct sip_msg *msg);
void message_in(struct sessions *all, struct session *s,
		const struct sip_msg *msg);
void info_in(struct session *s, const struct sip_msg *msg);
void options_in(struct sessions *all, const struct sip_msg *msg);

/** Emergency calls are for others (RFC 5031): an INVITE by urn:service:sos or
 *  a number of emergency_numbers gets 380 and an alternative service (TS
 *  24.229 sections 5.2.10 and 7.6), and nothing is dialled */
bool emergency_in(struct sessions *all, const struct sip_msg *msg);

/**
 * Is who sent this the same person as the far end of that session, by what
 * nobody else can say? Who has proved who it is proves it again. Who is there
 * by a mere claim could be claimed to be by anybody: it is who knows the
 * dialog where nobody else can (a page's over WSS), or who knows it at the
 * same host.
 *
 * @param msg Names the session's dialog, by all its three parts
 */
bool is_same_person(const struct session *s, const struct sip_msg *msg,
		    const struct flow_info *flow, const struct identity *who);

/**
 * INVITEs of whom is here (RFC 3891, 3911): who names one of our dialogs comes
 * into its conference, with Join beside the one that is there, with Replaces
 * in its place. That one's dialog ends when the new one is confirmed, so that
 * there is no gap.
 *
 * RFC 3891 section 3: 400 malformed, several, or both headers; 481 no such
 * dialog, or an early one that we did not begin; 486 confirmed but early-only;
 * 603 it is ending already; 491 another one is about to replace it; 403 not
 * this one's to replace. The place goes to the same person (is_same_person()),
 * with its rights (the conference's creator and moderator). It goes without
 * these to who says in Referred-By (which anybody can write) that he was sent,
 * if nothing but a claim is replaced; and of who has proved who it is to one
 * who has, too, if the dialog is one that only its page could tell him. What a
 * moderator has set of it goes with the place in any case.
 */
int replaces_in(struct sessions *all, struct invitation *in);
/** Would it call a conference into itself (RFC 4353)? One of ours that came
 *  back; one from a conference of ours; one from another focus that is in this
 *  conference already, whose two legs would feed each other */
bool replaces_loop(struct sessions *all, const struct invitation *in);
/** Is the one in whose place it comes still there? Else it would come past
 *  lock and limits, and without the rights. @return false: it is not, and the
 *  INVITE has been answered as by replaces_in() */
bool replaces_still(const struct session *s, const struct sip_msg *msg,
		    struct sip_strans **st);
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
/** May those on its list be dialled by it, as one who enters? Asked when it
 *  may enter itself. @return false: it has no list */
bool recipients_question(const struct session *s, void *plan,
			 struct question *q);
/** Dial those on its list but itself. Who cannot be dialled is told to those
 *  who follow the conference */
void recipients_dial(struct session *s, const struct plan *plan);

#endif
