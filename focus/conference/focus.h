/**
 * @file focus/conference/focus.h  The focus: what signaling may ask of it
 *
 * Conferences, users and endpoints (RFC 4353, 4575), one writer: every call
 * is made on parleyd's loop. Journey of an INVITE: signaling turns the SDP
 * offer into a leg description (transports and media of mixer/mp/protocol.h),
 * calls focus_join(); the focus applies policy, creates conference, user and
 * endpoint (pending), asks the mixer for a leg and calls back with the
 * mixer's side; signaling answers, and after the ACK reports
 * focus_connected(). Dropping the endpoint with focus_leave() undoes all of
 * it at any step.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_FOCUS_H
#define PARLEY_FOCUS_CONFERENCE_FOCUS_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include "focus/conference/join.h"
#include "focus/conference/secret.h"
#include "focus/conference/signaling_ops.h"
#include "focus/policy/judge.h"
#include "focus/policy/reason.h"
#include "mixer/mp/capabilities.h"
#include "mixer/mp/leg_description.h"

struct focus;
struct conference;
struct endpoint;
struct config;
struct conference_store;
struct member_store;
struct mixers;
struct user_store;

/** @param config Borrowed for the life of the focus */
int focus_alloc(struct focus **fp, const struct config *config);

/**
 * Start the mixers (parley-mixer processes)
 *
 * @param readyh Called once, never from within: 0 when all are up, or after
 *               5 s when at least one is; ETIMEDOUT when none came up
 */
int focus_start(struct focus *f, void (*readyh)(int err, void *arg),
		void *arg);

/** Use a mixer that runs already, at the other end of this socket (tests,
 *  mixers on other hosts). fd is taken on success */
int focus_attach_mixer(struct focus *f, int fd);

/** What the mixers can do: what is offered to and taken from endpoints */
void focus_capable(const struct focus *f, struct mixer_capabilities *c);

/**
 * What else is counted on this host, for the verb `stats`
 *
 * @param h Returns a new reference to an object, or NULL
 */
void focus_set_stats(struct focus *f, json_t *(*h)(void *arg), void *arg);

/** That; new reference, NULL: nothing */
json_t *focus_stats(const struct focus *f);

/** Users that the verb `user` keeps; borrowed, NULL: none */
void focus_set_user_store(struct focus *f, struct user_store *users);
struct user_store *focus_user_store(const struct focus *f);

/** Where those who are in are kept over a crash, and are taken from now;
 *  borrowed, before anybody is in */
void focus_set_member_store(struct focus *f, struct member_store *members);

/** Where booked conferences are, and settings over a crash; borrowed, before
 *  focus_set_member_store() */
void focus_set_conference_store(struct focus *f,
				struct conference_store *store);

/** The store was opened anew. @param members It can be written again, and none
 *  of those who are in is in it */
void focus_store_reopened(struct focus *f, bool members);

void focus_set_signaling(struct focus *f, const struct signaling_ops *ops);

/** Is `name` the user part of a conference factory (RFC 4579 section 5.4)? An
 *  INVITE to it joins a conference of focus_new_name() with join.factory */
bool focus_is_factory(const struct focus *f, const char *name);

/**
 * A name for a factory's next conference
 *
 * @param name Set; free with mem_deref()
 * @return 0, ENOMEM
 */
int focus_new_name(const struct focus *f, char **name);

/**
 * Let an endpoint in, with the far end's description; for an offer of ours
 * the description has no remote parts
 *
 * @param ep   Set to the endpoint at once; owned by the focus until
 *             focus_leave()
 * @param leg  Borrowed
 * @return REASON_NONE and legh will be called once (never from within this
 *         call), or why not, and it will not; REASON_OVERLOAD also when its
 *         mixer has too many to answer already (mixer_is_congested())
 */
enum reason focus_join(struct focus *f, struct endpoint **ep,
		       const struct join *join,
		       const struct leg_description *leg, focus_leg_h *legh,
		       void *arg);

/**
 * Let an endpoint that is in one conference into another, with its leg as it
 * is: its far end notices nothing. That can be where both are on one media
 * server
 *
 * @param ep    Set to the one that it is there, which is early until
 *              focus_connected(). join->from has left
 * @param legh  Called as that of focus_join(), with our side as it was
 * @return as focus_join(); REASON_NO_MIXER: its leg cannot be there, an offer
 *         is needed. It is where it was, unless REASON_NONE
 */
enum reason focus_move(struct focus *f, struct endpoint **ep,
		       const struct join *join, focus_leg_h *legh, void *arg);

/** New description (re-INVITE, the answer to our offer). As focus_join; the
 *  legh of one that is still under way is not called any more */
enum reason focus_leg_modify(struct endpoint *ep,
			     const struct leg_description *leg,
			     focus_leg_h *legh, void *arg);

/** Is there a mixer for its leg just now? When one is back after it died, the
 *  focus asks for a new offer (struct session_ops) */
bool focus_has_mixer(const struct endpoint *ep);

/** The dialog is confirmed: the endpoint is "connected" on the roster. Until
 *  then its leg is early: neither heard nor seen, and sent nothing */
void focus_connected(struct endpoint *ep);

/**
 * A message that nobody can have sent who does not get ours, with a tag of
 * ours in it, came from a host: media for there needs no other proof. The same
 * again does nothing
 *
 * @param vouched That host is the operator's own: what it signals is as good
 */
void focus_proved(struct endpoint *ep, const struct sa *host, bool vouched);

/** No word reaches it any more, or one does again (session_ops.is_cut_off).
 *  While none does it goes as soon as its media has ended, and is waited for
 *  but for seconds when nothing comes */
void focus_cut_off(struct endpoint *ep);

/** The dial-out is ringing (roster status "alerting"/"dialing-out") */
void focus_progress(struct endpoint *ep, const char *status);

/** Whom we called has answered: the roster shows what it says, or from now on
 *  an anonymous user in its place. Its address stays the one dialled */
void focus_answered(struct endpoint *ep, const struct callee *callee);

/** What it is to be offered now; without a pair what there always was */
void focus_shape(const struct endpoint *ep, struct media_shape *shape);

/** What it was offered in that shape is agreed, or it is not (REASON_NONE, or
 *  why) and all is as before. May ask for other offers
 *
 *  @param serial Of the shape
 *  @param news   It says something else of the lines that pass than before */
void focus_shaped(struct endpoint *ep, unsigned serial, enum reason reason,
		  bool news);

/** It says something else of the lines that pass than it did. As above */
void focus_passed(struct endpoint *ep);

/** Far end put us on hold, or took us off (roster) */
void focus_held(struct endpoint *ep, bool held);

/** It cannot come into the conference that it was to go to (session_ops.move):
 *  in a moment it is told why, and to end */
void focus_not_moved(struct endpoint *ep, enum reason reason);

/** It left: removes leg and endpoint; ends an empty conference. The pointer
 *  and any pending legh are dead after this */
void focus_leave(struct endpoint *ep, enum reason reason);

/** A dial-out begins, whoever asked for it: those who follow the conference
 *  are told */
void focus_dialling(struct focus *f, const char *conference, const char *uri);

/** A dial-out has failed before focus_join() (no route, no mixer): those who
 *  follow the conference are told */
void focus_dial_failed(struct focus *f, const char *conference,
		       const char *uri, enum reason reason);

/** Number of its leg: names the endpoint in a question that may outlive it,
 *  since no other gets it. 0 for NULL */
uint32_t focus_leg(const struct endpoint *ep);

/**
 * May it? Before whatever changes a conference: focus_join(), dialling,
 * focus_remove(), focus_end(). What the facts say of each kind:
 *
 * QUESTION_JOIN    is the name (a URI's user part) a conference that may
 *                  exist here, or a factory of such, and is there room in it?
 *                  REASON_NOT_FOUND, _LOCKED, _FULL, _OVERLOAD, _SHUTDOWN
 * QUESTION_DIAL    as `dial_out` is configured; a member is who asks in a
 *                  member's dialog, is known by its address or is entering.
 *                  Where the conference is to have a PIN, a lobby or a host
 *                  who is waited for: only who is in. Where it says who may:
 *                  only those. REASON_FORBIDDEN
 * QUESTION_REMOVE  one meant by `target`: a user's address as the roster has
 *                  it, with all its endpoints; an endpoint's entity, that one;
 *                  or either without parameters. A moderator may remove
 *                  anybody, others themselves and whom they had called.
 *                  REASON_FORBIDDEN, _NOBODY, _AMBIGUOUS (it names several of
 *                  those whom he may remove: none is)
 *                  No moderator may remove a host.
 * QUESTION_ENTER   who is in a call to it. REASON_FORBIDDEN
 * QUESTION_END     hosts. REASON_FORBIDDEN, _NOT_FOUND
 * QUESTION_OWN     moderators; others themselves, by number.
 *                  REASON_FORBIDDEN
 * QUESTION_STEER   moderators. REASON_FORBIDDEN
 * QUESTION_UNMUTE  the same, but others only where its settings let them
 * QUESTION_HOST    hosts. REASON_FORBIDDEN
 * QUESTION_SEE     members. REASON_FORBIDDEN
 * QUESTION_SAY     members. REASON_FORBIDDEN
 * QUESTION_KEEP    nobody. REASON_FORBIDDEN
 *
 * Who operates this server may all but come into what is not there.
 *
 * and any of them REASON_UNAVAILABLE where the judge does not answer in time,
 * REASON_SHUTDOWN where the focus is ended meanwhile.
 *
 * @param askp    As judge_ask(): set while the answer is awaited; whoever
 *                holds it drops the question with mem_deref()
 * @param answerh Called exactly once, perhaps from within. What it does may
 *                still be refused by the call that does it
 */
void focus_ask(struct ask **askp, struct focus *f, const struct question *q,
	       judge_answer_h *answerh, void *arg);

/** Put a judge beside the facts; copied. NULL: nobody. Open questions stay
 *  with the one that they were put to */
void focus_set_judge(struct focus *f, const struct judge *judge);

/** The name under which a conference is kept
 *
 * @param dst Gets POLICY_NAME_MAX + 1 bytes
 * @return REASON_NONE; REASON_NOT_FOUND: none can have that name */
enum reason focus_name(const struct focus *f, const char *name, char *dst);

/** A conference by its name, in whatever case; NULL. To look at, not to keep:
 *  focus/conference/conference.h */
struct conference *focus_conference(const struct focus *f, const char *name);

/** Call `h` for every conference */
void focus_each_conference(const struct focus *f,
			   void (*h)(const struct conference *c, void *arg),
			   void *arg);

/** An endpoint by its leg's number; NULL */
struct endpoint *focus_leg_endpoint(const struct focus *f, uint32_t leg);

/** The media servers */
struct mixers *focus_mixers(const struct focus *f);

/**
 * Have somebody called into a conference, which may be made by it
 *
 * @param uri     sip:, sips: or tel:
 * @param display Name to show in From, may be NULL
 * @return as signaling_ops.dial; REASON_NOT_FOUND, REASON_SHUTDOWN,
 *         REASON_UNAVAILABLE (nothing is there that could)
 */
enum reason focus_dial(struct focus *f, const char *conference,
		       const char *uri, const char *display);

/** Somebody who waits for something of the focus, and must let go of it when
 *  it is freed */
struct focus_guest {
	struct le le;
	void (*goneh)(void *arg); /**< it is: unlinks the guest */
	void *arg;
};

/** Put one on its list; list_unlink() takes it off */
void focus_host(struct focus *f, struct focus_guest *guest);

/** Is there such a conference now? */
bool focus_exists(const struct focus *f, const char *name);

/** Is there one, and has who comes to show something, or to wait? */
bool focus_has_door(const struct focus *f, const char *conference);

/** Is it in that conference, by address-of-record or entity? */
bool focus_has(const struct focus *f, const char *conference, const char *uri);

/** Remove those of whom QUESTION_REMOVE allows it. Sessions may end within
 *  this call, the asker's among them
 *  @return REASON_NONE, REASON_FORBIDDEN, REASON_NOBODY, REASON_AMBIGUOUS,
 *  REASON_INTERNAL */
enum reason focus_remove(struct focus *f, const char *conference,
			 const struct asker *asker, const char *uri);

/** End it for all. Sessions may end as in focus_remove()
 *  @return REASON_NONE, REASON_NOT_FOUND */
enum reason focus_end(struct focus *f, const char *conference);

/** What the facts say to QUESTION_JOIN, for what is to be refused before
 *  anything is made of it and anybody else is bothered: no leave to come in */
enum reason focus_may_join(const struct focus *f, const char *name);

/** DTMF by SIP INFO; by RTP the mixer tells the focus itself */
void focus_dtmf(struct endpoint *ep, char digit, unsigned duration_ms);

/**
 * It writes to all others in its conference (focus/conference/say.h), which
 * those who follow are told, too. Ask before, by QUESTION_SAY
 *
 * @param text   Hostile, `len` bytes
 * @param number Set to the message's; NULL: nobody wants to know
 * @return as conference_say()
 */
enum reason focus_say(struct endpoint *ep, const char *text, size_t len,
		      uint64_t *number);

/** Our half of Session-ID: one UUID a conference (RFC 7989 section 9), 32 hex
 *  digits; lives with the endpoint */
const char *focus_session_id(const struct endpoint *ep);

/**
 * Give this endpoint a secret by which it speaks for itself elsewhere (HTTP
 * API), and comes back as who it is; one it had before is void. It is said
 * here and kept nowhere
 *
 * @param text Gets it, SECRET_SIZE bytes
 */
void focus_secret(struct endpoint *ep, char *text);

/** End everything: `done` is called, never from within, when the mixers have
 *  said goodbye to the last leg. Then free the focus with mem_deref(): that
 *  ends the mixers' processes and waits for them (at most 0.5 s) */
void focus_shutdown(struct focus *f, void (*done)(void *arg), void *arg);

/* -------------------------------------------------------------- events
 * Every change makes one numbered event; all views derive from it. */

struct event_subscription;

/**
 * @param event {"seq":n,"time":unix_ms,"conference":..,"type":..,...};
 *              borrowed. The types stand in focus/conference/event.h
 */
typedef void(focus_event_h)(const json_t *event, void *arg);

/**
 * Follow a conference (NULL: all). The handler first gets, from within this
 * call, one "snapshot" event with the whole roster for each conference.
 * Handlers are called in the midst of a change: they must not ask the focus
 * for another one, but may drop any subscription.
 *
 * @param sp Set to the subscription; mem_deref() ends it, at the latest
 *           before the focus is freed
 * @return REASON_NONE, REASON_INTERNAL, REASON_NOT_FOUND (no conference can
 *         have that name)
 */
enum reason focus_subscribe(struct event_subscription **sp, struct focus *f,
			    const char *conference, focus_event_h *h,
			    void *arg);

/** Is a user who says that he is `aor` on the roster as `shown`? Of several
 * who say so all but one have a parameter there that tells them apart */
bool focus_aor_is(const char *shown, const char *aor);

/** Whose secret is that? Borrowed; NULL: nobody's. @param secret Hostile;
 *  NULL: none */
struct endpoint *focus_secret_endpoint(const struct focus *f,
				       const char *secret);

/** Name of the conference it is in; lives with it */
const char *focus_endpoint_conference(const struct endpoint *ep);

/** What it is in there */
enum role focus_endpoint_role(const struct endpoint *ep);

/** Has it been let in? Else it waits for that (focus/conference/entry.h) */
bool focus_endpoint_is_in(const struct endpoint *ep);

/** Do the conference's own settings let it have others called, now that it is
 *  in? For what was asked by who was just coming in (struct asker) */
bool focus_endpoint_may_dial(const struct endpoint *ep);

/** Its number in there (of `parley show`) */
unsigned focus_endpoint_number(const struct endpoint *ep);

#endif
