/**
 * @file focus/conference/user.h  Users, their endpoints and media (RFC 4575
 * section 5)
 *
 * The roster's tree: a user is a person by address-of-record,
 * an endpoint one device's dialog, its media the m-lines of its leg. A user
 * lives as long as it has an endpoint; endpoints are made by focus_join() and
 * unmade by endpoint_remove(). Others than user*.c only read them. Parleyd's
 * loop only.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_USER_H
#define PARLEY_FOCUS_CONFERENCE_USER_H

#include "focus/conference/bearer.h"
#include "focus/conference/chat.h"
#include "focus/conference/conference.h"
#include "focus/conference/entry.h"
#include "focus/conference/join.h"
#include "focus/conference/menu.h"
#include "focus/conference/secret.h"
#include "mixer/base/utf8.h"

struct kept;

enum {
	USER_URI_MAX = 512, /**< longest URI kept */
	/** Groups of its media that have a bearer of their own. All are in
	 *  the mixer's so far, which carries them in one leg */
	ENDPOINT_BEARERS = 1
};

enum endpoint_status {
	ENDPOINT_PENDING,
	ENDPOINT_DIALING_OUT,
	ENDPOINT_ALERTING,
	ENDPOINT_CONNECTED,
};

/** Who is one: whoever has proved his address, with all his legs; whom we
 *  called at one, with all that answers there; or one leg, and what proves
 *  itself the same person's (its successor by Replaces, its secret). Who
 * merely claims an address may have the same label as others, but nothing of
 * theirs */
struct user {
	struct le le; /**< in conference->users */
	struct conference *conference;
	char *aor;   /**< unlike all others' here (RFC 4575 section 5.6) */
	bool known;  /**< aor is proved or asserted, not only claimed */
	bool called; /**< aor is what we called: all that answers there */
	char display[UTF8_NAME_MAX + 1];
	enum role role;
	bool anonymous; /**< aor and display are not its own */
	bool entered;   /**< a call of his was up, and in */
	unsigned place; /**< of users in the order of coming: number of his
			     first endpoint, which he keeps when he comes
			     back (kept.c) */
	struct list endpoints;
};

/** What was said to it is over; the endpoint may be removed */
typedef void(endpoint_said_h)(struct endpoint *ep);

struct endpoint {
	struct le le;        /**< in user->endpoints */
	struct le hash_le;   /**< in the focus's hash of legs */
	struct le replay_le; /**< in the focus's queue of re-offers */
	struct user *user;
	struct user *mask;   /**< of whom we call: who it is if it answers that
				it wants to be nobody */
	struct le write_le;  /**< in the focus's queue of levels to keep */
	uint64_t written_ms; /**< when its levels were kept last */
	unsigned number;     /**< short id in its conference; again the same
				  when it comes back (kept.c) */
	uint32_t leg;        /**< number on the Mp link */
	uint32_t replaces; /**< leg of the one whose heir it is, 0: of none */
	bool inherits;     /**< its rights, too */
	enum endpoint_status status;
	struct entry entry;
	unsigned hand;      /**< raised, in order of raising; 0: it is not */
	bool reshaping;     /**< it was asked for another shape, and has not
			       answered */
	bool needs_reoffer; /**< its leg died with a mixer */
	bool told;          /**< "joined" was told */
	bool has_page; /**< which says what a telephone is told by voice */
	bool webrtc, dialled_out, held, talking, media_connected;
	struct endpoint_levels levels;
	struct endpoint_proof proof;
	struct crossing *crossing; /**< NULL: it names no port of ours */
	bool crosses;
	unsigned camera_width, camera_height; /**< 0: no picture */
	bool media_over;                      /**< its media has ended */
	struct tmr ended_tmr;     /**< runs since then, but on hold */
	enum reason ended_reason; /**< why it goes when that is over */
	struct menu menu;
	uint32_t saying;        /**< number of what was said to it last */
	endpoint_said_h *saidh; /**< who waits for its end; NULL: nobody */
	struct tmr said_tmr;    /**< that is lost: tell so in a moment */
	char display[UTF8_NAME_MAX + 1]; /**< as it came */
	char label[UTF8_NAME_MAX + 1];   /**< that, and a number where others
					      have it, too */
	unsigned namesake; /**< that number, 1: it is not shown */
	struct kept *kept; /**< for when it leaves */
	struct kept *back; /**< what it comes back to, and has not taken yet;
				NULL: nothing */
	char *entity, *agent;
	char *referred_by;        /**< who had it dialled, NULL: nobody said */
	uint32_t referrer;        /**< the leg that asked for it, 0: none */
	bool referrer_known;      /**< referred_by is proved */
	struct secret_sum secret; /**< what it may prove itself by */
	uint64_t since_ms;
	struct chat_rate chat_rate; /**< of what it writes */
	json_t *media;              /**< [MEDIA] of focus/conference/event.h */
	struct list requests;       /**< descriptions under way */
	struct bearer *bearers[ENDPOINT_BEARERS];
	const struct session_ops *ops;
	void *session;
};

/**
 * Put an endpoint on the roster
 *
 * @param join Strings are copied, cleaned and cut
 * @return 0, ENOMEM
 */
int endpoint_create(struct endpoint **ep, struct conference *c,
		    const struct join *join);

/**
 * The user that somebody who joins is: one that is there where that is
 * proved, else a new one, by an address that is unlike all others' there
 *
 * @param back   Whose place it takes, NULL: nobody's
 * @param number Of the endpoint that joins
 * @return 0, ENOMEM
 */
int user_get(struct user **up, struct conference *c, const struct join *join,
	     const struct kept *back, unsigned number);

/**
 * Hand on what is this endpoint's to the one that takes its place: what was
 * set of it, and if that is proved to be the same its rights and its calls
 *
 * @return that one if they went with it, else NULL
 */
struct endpoint *user_bequeath(const struct endpoint *ep);

/** Is one of its endpoints in? */
bool user_is_in(const struct user *u);

/** The leg in there that who joins proves to be by its secret; NULL: none */
const struct endpoint *user_leg_proved(const struct conference *c,
				       const struct join *join);

/** Who is there of the address that who joins has proved, as he has; NULL:
 *  nobody, or he does not want that to be seen. Borrowed */
const struct user *user_known(const struct conference *c,
			      const struct join *join);

/** Whose place that is on the roster; NULL: nobody's who is there */
struct user *user_at(const struct conference *c, unsigned place);

/** Is that the address of one of several who claim the same? */
bool user_is_guest_aor(const char *uri);

/** Is a user who says that he is `aor` on the roster as `shown`? */
bool user_aor_is(const char *shown, const char *aor);

/** Whom an endpoint that is called becomes if it wants to be nobody: made
 *  ahead, as privacy must not be lost for lack of memory.
 *  @param number Of the endpoint. @return NULL: out of memory */
struct user *user_mask(struct conference *c, unsigned number);

/** From now on it is anonymous. @param ep With a mask */
void user_hide(struct endpoint *ep);

/** A name to show: `display`, cleaned; where that is empty, out of `aor`.
 *  @param dst Gets it, UTF8_NAME_MAX + 1 bytes */
void user_name(char *dst, size_t size, const char *display, const char *aor);

/** Copy a hostile text, cleaned and cut to `max` (up to USER_URI_MAX) bytes.
 *  @return 0, ENOMEM */
int user_dup_text(char **dst, const char *src, size_t max);

/** Tell its new name, address, rights, if it was told at all */
void endpoint_tell_renamed(struct endpoint *ep);

/** It is in, or waits to be let in: tell it, and the conference if it is the
 *  first */
void endpoint_announce(struct endpoint *ep);

/** Its call is up and it has been let in, the later of the two just now */
void endpoint_enter(struct endpoint *ep);

/** May it take off its own mute? */
bool endpoint_may_unmute(const struct endpoint *ep);

/** It would like to speak, or not any more */
void endpoint_set_hand(struct endpoint *ep, bool raised);

/** Give it another name. @return false: it asked for privacy */
bool endpoint_rename(struct endpoint *ep, const char *display);

/** It is something else from now on, and comes back as that. All its user's
 *  endpoints are told of */
void endpoint_set_role(struct endpoint *ep, enum role role);

/**
 * Hand a description to what carries its media
 *
 * @param leg  Borrowed
 * @param join A failure also removes the endpoint
 * @param legh Called once if REASON_NONE is returned, never from within. That
 *             of one still under way is not called any more
 * @return REASON_NONE, REASON_BAD_REQUEST, REASON_NO_MIXER, REASON_INTERNAL
 */
enum reason endpoint_submit(struct endpoint *ep,
			    const struct leg_description *leg, bool join,
			    focus_leg_h *legh, void *arg);

/**
 * Take over what carries the media of another endpoint, with its leg and all
 * that is known of its far end; that one has another leg then, which nothing
 * carries
 *
 * @param ep   New, in a conference; removed if that fails later
 * @param legh As above
 * @return REASON_NONE; REASON_NO_MIXER: what carries `before` cannot carry it
 *         there; REASON_INTERNAL
 */
enum reason endpoint_take(struct endpoint *ep, struct endpoint *before,
			  focus_leg_h *legh, void *arg);

/** Nothing carries them any more; who waits is not called back */
void endpoint_drop_bearers(struct endpoint *ep);

/** The mixer's process is gone. @return true: with it what carried its media
 */
bool endpoint_bearers_lost(struct endpoint *ep);

/** Tell what carries its media what the others are to hear and see of it */
void endpoint_update_bearers(const struct endpoint *ep);

/**
 * Say prompts to its far end alone, one after the other, instead of what is
 * being said to it: also while it is early, or aside
 *
 * @param names Of prompts (conf/announcements/en.txt), borrowed; at most 16
 * @param count 0: nothing any more
 * @param saidh Called once when it has been said to its end, could reach
 *              nobody for 5 s or is lost with a mixer, never from within; not
 *              when something else is said instead. NULL: nobody waits for it
 * @return false: nothing says it, and saidh is not called
 */
bool endpoint_say(struct endpoint *ep, const char *const names[], size_t count,
		  endpoint_said_h *saidh);

/** The mixer has said what has that number */
void endpoint_said(struct endpoint *ep, uint32_t number);

/** The mixer that was to say it is gone */
void endpoint_say_lost(struct endpoint *ep);

/** It is connected: say to it and to the others what there is to say to that
 */
void endpoint_welcome(struct endpoint *ep);

/** Say so to who is the only one, if its call is up and it is no page */
void endpoint_say_alone(const struct conference *c, const char *announcement);

/** A host has muted it, or has it heard again: say so, if its call is up and
 * it has no page that shows it */
void endpoint_say_muted(struct endpoint *ep);

/** The process of its conference's mixer is gone, and perhaps what carried
 *  its media with it */
void endpoint_lost(struct endpoint *ep);

/** Its session is to offer anew what was lost */
void endpoint_reoffer(struct endpoint *ep);

/** Its media has ended: if that is not described anew in 5 s it goes, at once
 *  where no word reaches it, not at all while it holds. A page may close its
 *  peer connection just before it offers the next */
void endpoint_media_ended(struct endpoint *ep, enum reason reason);

/** It is described anew, or there again */
void endpoint_media_renewed(struct endpoint *ep);

/** No word reaches it any more, or one does again */
void endpoint_cut_off(struct endpoint *ep);

/** No word reaches it just now */
bool endpoint_is_cut_off(const struct endpoint *ep);

/** Make an event about it; as conference_emit() */
void endpoint_emit(const struct endpoint *ep, const char *type,
		   json_t *fields);

/** The active speaker is this one; NULL: nobody */
void endpoint_set_speaker(struct conference *c, const struct endpoint *ep);

/** An endpoint by its number; NULL */
struct endpoint *endpoint_by_number(const struct conference *c,
				    unsigned number);

/** An endpoint by the number of its leg; NULL */
struct endpoint *endpoint_by_leg(const struct focus *f, uint32_t leg);

/** Each has the leg's number that the other one had */
void endpoint_swap_legs(struct endpoint *ep, struct endpoint *other);

/** An endpoint by the secret that it was given; NULL. @param secret Hostile;
 *  NULL: none */
struct endpoint *endpoint_by_secret(const struct focus *f, const char *secret);

/** One of those in a conference; NULL: nobody is */
struct endpoint *endpoint_any(const struct conference *c);

/** Call `h` for every endpoint of a conference; it must not remove any */
void endpoint_each(const struct conference *c, void (*h)(struct endpoint *ep));

/** Is a host in it? */
bool conference_has_host(const struct conference *c);

/** It ends with its host, who is not there but may come back: wait for him a
 *  while. Nothing where it does not, or he is */
void endpoint_await_host(struct conference *c);

/**
 * Somebody has left who had been let in: does it end?
 *
 * @param last   Who it was, if no other leg of his is left; NULL: one is
 * @param reason Why he has left
 * @param was_in His call was up
 */
void conference_left(struct conference *c, const struct user *last,
		     enum reason reason, bool was_in);

/** Nobody who was to make it has come of it, or who made it comes back: the
 *  first of those who wait is the first now. Who is called meanwhile is what
 *  it waits for */
void conference_begin_anew(struct conference *c);

/** Everybody has to go, and the conference ends with the last */
void endpoint_evict_all(struct conference *c, enum reason reason);

/** Free all without events and without asking anybody */
void endpoint_drop_all(struct conference *c);

/** Take it off: leg, endpoint, user without endpoints, empty conference.
 *  Its session is not told */
void endpoint_remove(struct endpoint *ep, enum reason reason);

/** endpoint_remove(), then its session is told to end */
void endpoint_evict(struct endpoint *ep, enum reason reason);

/** Set levels: one leg.set to the mixer, one event a change */
void endpoint_set_levels(struct endpoint *ep,
			 const struct endpoint_levels *levels);

/** focus_proved() */
void endpoint_prove(struct endpoint *ep, const struct sa *host, bool vouched);

/** Show what its answer says of it: agent and name, or that it is anonymous.
 *  For lack of memory the agent may stay as it was
 *
 *  @param ep It was called */
void endpoint_describe(struct endpoint *ep, const struct callee *callee);

void endpoint_set_status(struct endpoint *ep, enum endpoint_status status);
void endpoint_set_held(struct endpoint *ep, bool held);
void endpoint_set_talking(struct endpoint *ep, bool talking);
void endpoint_set_camera(struct endpoint *ep, bool receiving, unsigned width,
			 unsigned height);

/** @param media [MEDIA], stolen; NULL: as it was */
void endpoint_set_media(struct endpoint *ep, json_t *media, bool connected);

/** RFC 4575's word for it */
const char *endpoint_status_name(const struct endpoint *ep);

/** USER and ENDPOINT of focus/conference/event.h; new references */
json_t *user_json(const struct user *u);
json_t *endpoint_json(const struct endpoint *ep);

/** CONFERENCE of it, with all its users; new reference */
json_t *roster_json(const struct conference *c);

/** [MEDIA] of it from a description; new reference */
json_t *media_json(const struct leg_description *leg);

/** Tell it from others of its name. @param wish The number that it had before,
 *  0: none. It may have another when that is taken */
void endpoint_set_label(struct endpoint *ep, unsigned wish);

/** The name shown: display name, else the address's user part, and what tells
 *  it from others of that name; borrowed */
const char *endpoint_name(const struct endpoint *ep);

/* user_entry.c, for user_typed.c: what somebody types before he is in */

/** Has it to type something? */
bool entry_is_asked(const struct endpoint *ep);

/** What it typed is right: it goes on to what else is asked of it, or in; or
 * out where so many wait already as may */
void entry_show(struct endpoint *ep);

/** It is to go; who has no page is told why first */
void entry_turn_away(struct endpoint *ep, enum reason reason);

/** It has as long for the next as for the first, once that is looked at.
 *  Nothing where it has to type nothing */
void entry_give_time(struct endpoint *ep, uint64_t wait_ms);

/* user_entry_say.c: what who waits is told at a telephone; a page has words of
 * its own */

/** What it has to do, or waits for, now and again.
 *  @param first What comes before that; NULL: nothing */
void entry_tell_state(struct endpoint *ep, const char *first);

/** It has tried too soon: that it has to wait, and when it need not any more
 *  what it has to do */
void entry_tell_pause(struct endpoint *ep, uint64_t wait_ms);

/** Somebody waits: tell those who may let it in, and have no page to see it
 *  by */
void entry_tell_hosts(const struct endpoint *ep);

/** It is in. @param from Where it stood before */
void entry_tell_entered(struct endpoint *ep, enum entry_state from);

/** Why somebody has to go, as a prompt. @return NULL: nothing is to be said
 * but goodbye */
const char *entry_farewell(enum reason reason);

/* user_crossing.c: whose far end is an endpoint of another conference here */

/**
 * What of ours a description names
 *
 * @param xp Set; NULL: nothing. mem_deref() it, or crossing_take()
 * @return 0, ENOMEM
 */
int crossing_read(struct crossing **xp, const struct focus *f,
		  const struct leg_description *d);

/** It has the far end that another one had, which goes */
void crossing_inherit(struct endpoint *ep, struct endpoint *before);

/**
 * That description of the endpoint holds from now on
 *
 * @param x     Of crossing_read(), stolen; may be NULL
 * @param local Our side of it
 */
void crossing_take(struct endpoint *ep, struct crossing *x,
		   const struct leg_local *local);

/** Somebody has come, or gone: who crosses may be others now */
void crossing_update(struct focus *f);

#endif
