/**
 * @file focus/conference/conference.h  One conference (RFC 4353): its room
 * inside focus/
 *
 * Owned by the focus, changed only on parleyd's loop. It is made by the first
 * who comes in and ends with the last who leaves. It lives on one mixer's
 * slot; when the process there is replaced it is replayed: mix.create, then a
 * re-offer to every endpoint. Every change is told by conference_emit().
 * Outside focus/ it is known by its name only.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_CONFERENCE_H
#define PARLEY_FOCUS_CONFERENCE_CONFERENCE_H

#include "focus/conference/event.h"
#include "focus/mixers/mixers.h"
#include "focus/policy/policy.h"
#include "focus/policy/reason.h"
#include "mixer/base/re.h"
#include "mixer/base/uuid.h"

struct focus;
struct endpoint;
struct user;

struct conference {
	struct le le; /**< in the focus's hash of conferences */
	struct focus *focus;
	char name[POLICY_NAME_MAX + 1];
	char uuid[UUID_SIZE];  /**< its Session-ID (RFC 7989) */
	uint32_t mix;          /**< number on the Mp link */
	struct mixer *mixer;   /**< its slot */
	bool placed;           /**< the process there knows it */
	struct tmr lost_tmr;   /**< while it has no process */
	bool announced;        /**< "created" was told */
	struct list users;     /**< of struct user */
	unsigned participants; /**< endpoints of all users */
	unsigned last_number;  /**< given to an endpoint */
	unsigned speaker;      /**< endpoint's number, 0 = nobody */
	bool locked;
	bool ends_with_creator; /**< TS 24.147 section 5.3.2.6 */
	struct tmr end_tmr;     /**< ...which has left */
	char layout[16];
	uint64_t since_ms; /**< Unix time */
	uint64_t seq;      /**< of the last event */
};

/**
 * Make one on the mixer with the fewest legs
 *
 * @param name Canonical (policy_name())
 * @return REASON_NONE, REASON_NO_MIXER, REASON_INTERNAL
 */
enum reason conference_create(struct conference **cp, struct focus *f,
			      const char *name);

/** By its canonical name; NULL if there is none */
struct conference *conference_find(const struct focus *f, const char *name);

/** Ends it if nobody is left; the pointer may be dead after this */
void conference_end_if_empty(struct conference *c, enum reason reason);

/** Ends it: everybody is told to go */
void conference_end(struct conference *c, enum reason reason);

/** Who made it has left: it ends too if it is such a conference, a moment
 *  later, since whoever leaves may be in the midst of telling others */
void conference_creator_left(struct conference *c);

/** The process under it is gone. Without another one within media_timeout
 *  it ends, as a leg that is silent for so long */
void conference_lost(struct conference *c);

/** There is a process again: replay */
void conference_restore(struct conference *c);

/** @return REASON_NONE, REASON_BAD_REQUEST: an unknown word */
enum reason conference_set_layout(struct conference *c, const char *layout);
void conference_set_locked(struct conference *c, bool locked);
void conference_set_speaker(struct conference *c, unsigned number);

/** An endpoint by its number; NULL */
struct endpoint *conference_endpoint(const struct conference *c,
				     unsigned number);

/**
 * Make an event and hand it to those who follow
 *
 * @param ep     Whom it is about, NULL: the conference
 * @param fields Object with the type's members, stolen; NULL: none
 */
void conference_emit(struct conference *c, const struct endpoint *ep,
		     const char *type, json_t *fields);

/** CONFERENCE of focus/conference/event.h; new reference */
json_t *conference_json(const struct conference *c);

/** Unix time in milliseconds */
uint64_t conference_time_ms(void);

#endif
