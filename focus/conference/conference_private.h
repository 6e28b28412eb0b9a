/**
 * @file focus/conference/conference_private.h  The focus as its own room sees
 * it
 *
 * Private to this folder; everybody else has focus/conference/focus.h.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_CONFERENCE_PRIVATE_H
#define PARLEY_FOCUS_CONFERENCE_CONFERENCE_PRIVATE_H

#include "focus/conference/bearer.h"
#include "focus/conference/chat.h"
#include "focus/conference/event.h"
#include "focus/conference/join.h"
#include "focus/conference/secret.h"
#include "focus/conference/signaling_ops.h"
#include "focus/mixers/mixers.h"
#include "focus/policy/judge.h"
#include "focus/policy/policy.h"
#include "focus/settings/pin_guard.h"
#include "focus/settings/role.h"
#include "mixer/base/keyed_hash.h"

struct conference;
struct conference_store;
struct config;
struct endpoint;
struct member_store;
struct user;
struct user_store;

enum {
	FOCUS_CONFERENCE_BUCKETS = 256,
	FOCUS_LEG_BUCKETS = 4096,
	FOCUS_CROSSING_BUCKETS = 256,
};


struct focus {
	const struct config *config;
	struct policy *policy;
	struct mixers *mixers;
	struct hash *conferences; /**< by name */
	struct hash *legs;        /**< of endpoints, by leg number */
	struct hash *numbers;     /**< of conferences, by number.h's */
	uint8_t number_key[SIPHASH_KEY_BYTES];
	bool number_key_given;
	unsigned conference_count;
	struct list crossings;       /**< user_crossing.c's */
	struct hash *crossing_ports; /**< and by port */
	uint32_t last_mix, last_leg, last_relay;
	unsigned last_shape; /**< serial; 0 is none's */
	struct event_followers followers;
	/** Makes what carries an endpoint's media: mixer_bearer_alloc() */
	int (*bearer_alloc)(struct bearer **bp, const struct conference *c,
			    uint32_t leg);
	struct list replay; /**< of endpoints to re-offer */
	struct tmr replay_tmr, done_tmr, ready_tmr;
	uint64_t started_ms;     /**< when ready_tmr was set first */
	struct list guests;      /**< of struct focus_guest */
	struct judge judge;      /**< asked besides the facts */
	struct list asks;        /**< that are not answered yet */
	struct list mixer_waits; /**< of those who wait for a mixer */
	struct tmr mixer_wait_tmr;
	struct signaling_ops signaling;
	struct user_store *users;     /**< NULL: no users are kept */
	struct member_store *members; /**< NULL: nobody is kept over a crash */
	struct conference_store
		*conferences_kept; /**< NULL: none are booked,
				      nor their settings kept */
	struct pin_guard *pins;
	struct list pasts;   /**< past.c's */
	unsigned kept_count; /**< of all conferences */
	uint64_t alive_ms;   /**< when the store heard that some go on */
	struct tmr kept_tmr;
	struct list unwritten; /**< of endpoints whose levels changed */
	struct tmr unwritten_tmr;
	json_t *(*statsh)(void *arg);
	void *stats_arg;
	struct chat_shelf chat_shelf; /**< of all conferences */
	bool shutting_down;
	unsigned farewells; /**< mixers that have not answered */
	void (*doneh)(void *arg);
	void *done_arg;
	void (*readyh)(int err, void *arg);
	void *ready_arg;
};

/**
 * Tell an event of a conference that may not exist yet
 *
 * @param name   Canonical
 * @param fields Stolen
 */
void focus_tell(struct focus *f, const char *name, const char *type,
		json_t *fields);

/** Who follows it has missed something: a snapshot comes as soon as there is
 *  memory */
void focus_tell_anew(struct conference *c);

/**
 * What the facts say to somebody who comes in
 *
 * @param canonical Gets the conference's name, POLICY_NAME_MAX + 1 bytes
 * @param cp        Set to the conference, NULL: there is none yet
 */
enum reason focus_join_facts(const struct focus *f, const struct join *join,
			     char *canonical, struct conference **cp);

/* ------------------------------------------- kept.c, past.c: who comes back
 * Who leaves without being thrown out, and could prove that he is the same (by
 * the secret that he was given, or a proved address), keeps his place, his
 * rights, what was set of him and what tells him from others of his name, as
 * long as the conference goes on. It goes on over the end that nobody wanted,
 * a crash or restart of parleyd too, for MEMBERS_KEPT_S: who comes in first
 * then is not who made it. Bounded; the last to leave are kept. */

enum {
	/** Of a conference; moderators are the last to be forgotten */
	KEPT_MAX = 500,
	/** Of all */
	KEPT_ALL_MAX = 20000,
};

struct kept {
	struct le le;             /**< in conference->kept while he is away */
	struct secret_sum secret; /**< given to the leg that he left with */
	char *aor;                /**< on the roster */
	bool known;               /**< that is proved */
	unsigned place, number, namesake; /**< of struct user, endpoint */
	enum role role;
	bool before; /**< the conference was over since (past.c) */
	/** Until then what cut him off is waited for; 0: he went of himself */
	uint64_t cut_until_ms;
	struct endpoint_levels levels;
};

/** Where some are kept: a conference, or a past; borrowed */
struct kept_shelf {
	const char *name;
	struct conference *conference; /**< NULL: a past's */
	struct list *kept;
	unsigned *count;
};

/** For an endpoint that is to leave one day. @return NULL: out of memory */
struct kept *kept_alloc(void);

/** Whose place is it that somebody takes who joins, as he proves? Borrowed;
 *  NULL: nobody's. It stays kept until kept_take() */
struct kept *kept_find(const struct conference *c, const struct join *join);

/** It is connected: what was kept for it is its own now */
void kept_take(struct endpoint *ep);

/** It leaves: from now on it is kept, if it can prove itself one day
 *
 * @param reason Why: who is thrown out is not, nor what was kept for him
 * before
 * @param heir   Has its place already: where that is connected it is not
 *               either; NULL: nobody has
 */
void kept_leave(struct endpoint *ep, enum reason reason,
		struct endpoint *heir);

/** What is its own has changed, or it has another secret: keep it over a crash
 *  as it is now */
void kept_write(const struct endpoint *ep);

/** A user is something else now: so are those places that he has left, in the
 *  store, too */
void kept_set_role(struct user *u);

/** A conference's */
struct kept_shelf kept_shelf_of(struct conference *c);

/** One is kept no longer, nor in the store */
void kept_drop(struct focus *f, const struct kept_shelf *shelf,
	       struct kept *k);

/** kept_room.c: where one more is to be kept another may have to go.
 *  @return false: no other may */
bool kept_make_room(struct conference *c, bool for_moderator);

/** Its levels have changed: as kept_write(), once a second at most, as anybody
 *  may mute himself as often as he likes */
void kept_write_levels(struct endpoint *ep);

/** Keep them where parleyd finds them when it is started anew, and find those
 *  of before. @param store Borrowed; NULL: nowhere */
void kept_open(struct focus *f, struct member_store *store);

/** The store can be written again: all that are in are not in there */
void kept_write_all(struct focus *f);

/** Write all anew if something was missed (member_store_missed()); once every
 *  half a minute */
void kept_repair(struct focus *f);

/** Those of conferences that are over, and the timers */
void kept_close(struct focus *f);

/* ------------------------ conference_settings.c: how it is to be, and stays
 */

/** As it is booked, or goes on, or as those are that are made by calling them
 */
void conference_begin_settings(struct conference *c, bool factory);

/** What it is like has changed: keep it over a crash, if it is not like all
 *  others */
void conference_write_settings(struct conference *c);

/** It is over: who comes next begins anew, but for one that goes on */
void conference_end_settings(struct conference *c);

/** How it is now, for when all were cut off; NULL: out of memory */
struct past_look *conference_look(const struct conference *c);

/** From now on it is as it was when all were cut off, or if that is not wanted
 *  any more as it is */
void conference_resume(struct conference *c, bool wanted);

/** It is nobody's any more who had set anything: as one that begins, but for
 *  what is booked of it */
void conference_reset_settings(struct conference *c);

/** One that went on is over for good */
void conference_forget_settings(struct focus *f, const char *name);

/** Write those of all again, or forget those that nobody comes back to */
void conference_settings_reopened(struct focus *f);

/* ---- past.c */

/** Is that the name of a conference that is over, but goes on with who comes
 *  back? */
bool past_exists(const struct focus *f, const char *name);

/** ...and is it still that of those who were in, so that it is as they have
 * set it? Else whoever comes first has it, as a new one */
bool past_goes_on(const struct focus *f, const char *name);

/** How it was, borrowed; NULL: there is none, or the store has it */
const struct past_look *past_look(const struct focus *f, const char *name);

/** All that are over and go on */
void past_each(struct focus *f,
	       void (*h)(const struct kept_shelf *shelf, void *arg),
	       void *arg);

/** One of that name begins: it is that one if there was one */
void past_adopt(struct conference *c);

/** Did somebody of before make it, who may still come back? */
bool past_continues(const struct conference *c);

/** Until when is who leaves so waited for? 0: nobody cut him off */
uint64_t past_cut_until_ms(enum reason reason);

/** It is over. @param reason Why the last one has left */
void past_keep(struct conference *c, enum reason reason);

/** One more is kept; stolen */
void kept_add(struct conference *c, struct kept *k);

/** Write one that is away; as kept_write() */
void kept_write_away(struct conference *c, const struct kept *k);

/** The same of a conference that is over. @return false: nothing to write */
bool kept_write_row(struct focus *f, const char *name, const struct kept *k);

/** The store is told that conferences go on, once a minute or `now` */
void kept_say_alive(struct focus *f, bool now);

/* ---- user_end_to_end.c: two who speak with nobody between them (TS 23.228
 * U.2.4)
 *
 * Where the only two who are in a conference are pages that can follow, and
 * the configuration allows it (end_to_end), what they say goes from one to the
 * other as they have protected it for one another: a relay of the mixer
 * carries it, which has no keys. For that both get a group of lines more in
 * their descriptions, with the other one's certificate, and keep the mixer's.
 *
 *   (nothing) -> FIRST -> SECOND -> OPENING -> THIRD -> FOURTH
 *                                                         |
 *                                                         v
 *                                               RESTING   RISING
 *                                                ^   |      |
 *                                                |   +----> v
 *                                             FALLING <-- ALONE
 *
 * First there is a line for data alone, by which the way between them opens;
 * sound and pictures join it then. A Chromium sends nothing at all while a
 * line of sound or pictures has no way yet, and where none comes it never does
 * again.
 * Make before break: lines that take over are in use before the others are put
 * to rest. When somebody comes, or the conference is monitored, the mixer's
 * lines take over; when they are two again, after END_TO_END_PAUSE_MS the
 * relay's do, by directions alone, as both transports are still there. Data
 * between the two go on all the time. With one of the two goes the group. What
 * fails leaves both in the mix, where they are all the while. */

enum {
	/** So long after somebody has gone the two who are left stay in the
	 *  mix: he may come back, or another one */
	END_TO_END_PAUSE_MS = 5000,
	/** What was offered has to be answered and carry both ways by then, also
	 * by slow machines: both are in the mix meanwhile */
	END_TO_END_RISE_MS = 30000,
	/** The way back of one of before has to be agreed first */
	END_TO_END_WAIT_MS = 500,
	/** Where it does not, it is tried again after so long, and then twice
	 * as long; so often in all */
	END_TO_END_AGAIN_MS = 20000,
	END_TO_END_TRIES = 3,
	/** The mixer has to hear both by then, or does without */
	END_TO_END_FALL_MS = 3000,
};

/** Who is in, or how the conference is, may be others now
 *  @param ms What begins, begins in so many ms, 0: in a moment */
void end_to_end_update(struct conference *c, unsigned ms);

/** It leaves: there is no pair without it */
void end_to_end_left(struct endpoint *ep);

/** What carried it died with the mixer. Its session is asked for another offer
 *  anyhow */
void end_to_end_lost(struct conference *c);

/** The mixer hears it */
void end_to_end_mixed(struct endpoint *ep);

/** The mixer says so of a relay and one of its far ends */
void end_to_end_carried(struct endpoint *ep, uint32_t relay, bool carried);

/** What carries its sound and pictures, as events say it: "mixed",
 *  "end-to-end" or "relayed" (both at once, for a moment) */
const char *end_to_end_name(const struct endpoint *ep);

/** What it is to be offered now; focus_shape() */
void end_to_end_shape(const struct endpoint *ep, struct media_shape *shape);

/** focus_shaped() */
void end_to_end_shaped(struct endpoint *ep, unsigned serial,
		       enum reason reason, bool news);

/** focus_passed() */
void end_to_end_passed(struct endpoint *ep);

/** The conference ends */
void end_to_end_close(struct conference *c);

#endif
