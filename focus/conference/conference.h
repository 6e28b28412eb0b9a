/**
 * @file focus/conference/conference.h  One conference (RFC 4353)
 *
 * Owned by the focus, changed only on parleyd's loop. It is made by the first
 * who comes in, or is called, and ends with the last who leaves: whoever still
 * rings then is called off. It lives on one mixer's
 * slot; when the process there is replaced it is replayed: mix.create, then a
 * re-offer to every endpoint. Where its slot has no process it moves to
 * another one (placement.h). Every change is told by conference_emit().
 * Others than conference.c only read its fields; outside focus/ it is known by
 * its name only.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_CONFERENCE_H
#define PARLEY_FOCUS_CONFERENCE_CONFERENCE_H

#include "focus/conference/chat.h"
#include "focus/conference/event.h"
#include "focus/conference/placement.h"
#include "focus/mixers/mixers.h"
#include "focus/policy/policy.h"
#include "focus/policy/reason.h"
#include "focus/settings/settings.h"
#include "mixer/base/re.h"
#include "mixer/base/uuid.h"

struct focus;
struct past_look;

struct conference {
	struct le le; /**< in the focus's hash of conferences */
	struct focus *focus;
	char name[POLICY_NAME_MAX + 1];
	char uuid[UUID_SIZE]; /**< its Session-ID (RFC 7989) */
	uint32_t mix;         /**< number on the Mp link */
	struct mixer *mixer;  /**< its slot */
	bool placed;          /**< the process there knows it */
	struct tmr lost_tmr;  /**< while it has no process */
	struct tmr move_tmr;  /**< likewise: look for another slot */
	void (*moveh)(void *arg);
	struct placement placement;
	bool announced;        /**< "created" was told */
	struct list users;     /**< of struct user */
	unsigned participants; /**< endpoints of all users */
	unsigned waiting;      /**< of these, not let in yet (entry.h) */
	struct conference_settings settings;
	bool booked; /**< it is in the store, and stays there */
	bool stored; /**< what it is like is in the store */
	bool made;   /**< whoever came first is its host, or was called */
	/** Of crossing_update(): one that it is joined with, or itself; and
	 * how many are in all of these who do not cross */
	struct conference *joined;
	unsigned others;
	unsigned last_number; /**< given to an endpoint */
	unsigned speaker;     /**< endpoint's number, 0 = nobody */
	unsigned spotlight;   /**< likewise: shown to all, whoever speaks */
	uint32_t spotlight_leg;
	unsigned last_hand; /**< order of the last that was raised */
	bool locked;
	bool calls_off; /**< its end does, whoever is called into it still */
	struct tmr end_tmr;  /**< it ends: its host has left, or everybody */
	struct tmr anew_tmr; /**< runs: who follows has missed something */
	struct list kept;    /**< of struct kept: those who have left */
	unsigned kept_count;
	/** One of before: until then who comes first did not make it */
	uint64_t continues_until_ms;
	struct tmr knock_tmr; /**< hosts were just told that somebody waits */
	bool knocked;         /**< and somebody has come since */
	bool ending;          /**< it ends in a moment, as its host has left */
	bool abandoned; /**< only those who ring are left: nobody ends it */
	bool entered;   /**< somebody was connected */
	/** How it was when all were cut off, for who may have it so again;
	 *  NULL: nobody may, or it is as it was */
	struct past_look *look;
	uint64_t kept_until_ms; /**< nobody of that one is back yet, and may
				     come until then; 0: else */
	bool written;           /**< something of it is in the store */
	struct pair *pair;      /**< end_to_end.c's two, NULL: none */
	struct tmr pair_tmr;    /**< until there are two */
	unsigned pair_tries;    /**< that were too late, in a row */
	uint32_t unfit[2];      /**< legs of two who could not */
	bool monitored;         /**< nobody is end to end here, and is told */
	bool echoes;            /**< an echo test: each hears himself alone */
	bool receives;       /**< who calls it is asked which one he wants */
	uint32_t number;     /**< number.h's */
	struct le number_le; /**< in the focus's hash of these */
	uint32_t saying;     /**< number of what was said to all last */
	bool speaks;         /**< that goes on still */
	/** Who waits for its end; NULL: nobody */
	void (*saidh)(struct conference *c);
	char layout[16];
	struct chat chat;  /**< say.c's */
	uint64_t since_ms; /**< Unix time */
	uint64_t seq;      /**< of the last event */
};

/** What was said to all is over */
typedef void(conference_said_h)(struct conference *c);

/**
 * Make one on the mixer with the fewest legs
 *
 * @param name    Canonical (policy_name())
 * @param factory A factory has given it that name (TS 24.147 section 5.3.2)
 * @return REASON_NONE, REASON_NO_MIXER, REASON_INTERNAL
 */
enum reason conference_create(struct conference **cp, struct focus *f,
			      const char *name, bool factory);

/** By its canonical name; NULL if there is none */
struct conference *conference_find(const struct focus *f, const char *name);

/** Ends it if nobody is left; the pointer may be dead after this */
void conference_end_if_empty(struct conference *c, enum reason reason);

/** One more is in it. @param number Of nobody who is in it */
void conference_enter(struct conference *c, unsigned number);

/** One less is */
void conference_leave(struct conference *c);

/** Endpoints that are in it, without those who wait to be let in */
unsigned conference_count_in(const struct conference *c);

/** Most that may be in it */
unsigned conference_room(const struct conference *c);

/** Tell that it was made, once */
void conference_announce(struct conference *c);

/** Somebody has been in, or it is told to end: from now on its end calls off
 *  who is called into it still. Before that it is them that it waits for,
 *  though it comes to nothing with one who refused */
void conference_set_calls_off(struct conference *c);

/** Call `h`, that ends it, with it in so many ms; 0: in a moment, as whoever
 *  decides so may be in the midst of telling others */
void conference_end_in(struct conference *c, unsigned ms,
		       void (*h)(void *arg));

/**
 * The process under it is gone
 *
 * @param moveh  Called with it now and then, never from within, as long as it
 *               has none
 * @param giveuph Called with it when no other came within media_timeout
 */
void conference_lost(struct conference *c, void (*moveh)(void *arg),
		     void (*giveuph)(void *arg));

/** There is a process again. @return false: it is in it already, or cannot */
bool conference_restore(struct conference *c);

/** As conference_restore(), also on another slot where its own has no process
 *  and there is one that it may go to */
bool conference_move(struct conference *c);

/** @return REASON_NONE, REASON_BAD_REQUEST: an unknown word */
enum reason conference_set_layout(struct conference *c, const char *layout);
void conference_set_locked(struct conference *c, bool locked);

/** From now on nobody is end to end here, as all that is said is to be had
 *  where it is mixed; or they may again. All are told before that begins */
void conference_set_monitored(struct conference *c, bool monitored);

/** Change how it is to be: who waits may be let in by it, or turned away */
void conference_set_settings(struct conference *c,
			     const struct conference_settings *settings);

/** Show that one to all. @param number An endpoint's, with its leg's; 0, 0:
 * who speaks, as ever */
void conference_set_spotlight(struct conference *c, unsigned number,
			      uint32_t leg);
/** Language of what is said in it; lives with it */
const char *conference_language(const struct conference *c);

/** Say prompts to all who are in it, instead of what is being said to all.
 *  @param names Of prompts (conf/announcements/en.txt), borrowed; at most 16
 */
void conference_speak(struct conference *c, const char *const names[],
		      size_t count);

/** The same, and `saidh` is called once when it has been said to its end, as
 *  endpoint_say() does; not when the mixer is gone meanwhile */
void conference_speak_then(struct conference *c, const char *const names[],
			   size_t count, conference_said_h *saidh);

/** The mixer has said what has that number to all */
void conference_said(struct conference *c, uint32_t number);

/** Have all in it hear that somebody has come or gone, where that is wanted
 * and there are some, but not many; not while something is said to all. @param
 * name Of a tone: "joined", "left" */
void conference_tone(struct conference *c, const char *name);

/** @return false: it is already; nothing is told */
bool conference_set_speaker(struct conference *c, unsigned number);

/**
 * Make an event and hand it to those who follow. If there is no memory for it
 * they get a snapshot as soon as there is
 *
 * @param fields Object with the type's members, stolen; NULL: out of memory
 */
void conference_emit(struct conference *c, const char *type, json_t *fields);

/** Unix time in milliseconds */
uint64_t conference_time_ms(void);

#endif
