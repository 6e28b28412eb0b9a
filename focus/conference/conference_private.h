/**
 * @file focus/conference/conference_private.h  The focus as its own room sees
 * it
 *
 * Private to this folder; everybody else has focus/conference/focus.h.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_CONFERENCE_PRIVATE_H
#define PARLEY_FOCUS_CONFERENCE_CONFERENCE_PRIVATE_H

#include "focus/conference/bearer.h"
#include "focus/conference/event.h"
#include "focus/conference/join.h"
#include "focus/conference/signaling_ops.h"
#include "focus/mixers/mixers.h"
#include "focus/policy/judge.h"
#include "focus/policy/policy.h"

struct conference;
struct config;
struct member_store;
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
	unsigned conference_count;
	struct list crossings;       /**< user_crossing.c's */
	struct hash *crossing_ports; /**< and by port */
	uint32_t last_mix, last_leg;
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
	struct user_store *users; /**< NULL: no users are kept */
	struct member_store *members; /**< NULL: nobody is kept over a crash */
	struct list pasts;            /**< past.c's */
	unsigned kept_count;          /**< of all conferences */
	uint64_t alive_ms; /**< when the store heard that some go on */
	struct tmr kept_tmr;
	json_t *(*statsh)(void *arg);
	void *stats_arg;
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

#endif
