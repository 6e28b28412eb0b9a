/**
 * @file focus/conference/conference_private.h  The focus as its own rooms see
 * it
 *
 * Private to this folder; everybody else has focus/conference/focus.h.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_CONFERENCE_PRIVATE_H
#define PARLEY_FOCUS_CONFERENCE_CONFERENCE_PRIVATE_H

#include "focus/conference/conference.h"
#include "focus/conference/focus.h"
#include "focus/conference/user.h"
#include "focus/config/config.h"

enum {
	FOCUS_CONFERENCE_BUCKETS = 256,
	FOCUS_LEG_BUCKETS = 4096,
};

/** Who is being told an event; a chain, since telling may nest */
struct delivery {
	struct le *next;
	struct delivery *outer;
};

struct focus {
	const struct config *config;
	struct policy *policy;
	struct mixers *mixers;
	struct hash *conferences; /**< by name */
	struct hash *legs;        /**< of endpoints, by leg number */
	unsigned conference_count;
	uint32_t last_mix, last_leg;
	struct list subscriptions;
	struct delivery *delivery;
	struct list replay; /**< of endpoints to re-offer */
	struct tmr replay_tmr, done_tmr, ready_tmr;
	struct list guests; /**< of struct focus_guest */
	struct judge judge; /**< asked besides the facts */
	struct list asks;   /**< that are not answered yet */
	struct signaling_ops signaling;
	struct user_store *users; /**< NULL: no users are kept */
	json_t *(*statsh)(void *arg);
	void *stats_arg;
	bool shutting_down;
	unsigned farewells; /**< mixers that have not answered */
	void (*doneh)(void *arg);
	void *done_arg;
	void (*readyh)(int err, void *arg);
	void *ready_arg;
};

/** Hand an event to those who follow its conference */
void focus_deliver(struct focus *f, const char *conference,
		   const json_t *event);

/**
 * Tell an event of a conference that may not exist yet
 *
 * @param name   Canonical
 * @param fields Stolen
 */
void focus_tell(struct focus *f, const char *name, const char *type,
		json_t *fields);

/**
 * What the facts say to somebody who comes in
 *
 * @param canonical Gets the conference's name, POLICY_NAME_MAX + 1 bytes
 * @param cp        Set to the conference, NULL: there is none yet
 */
enum reason focus_join_facts(const struct focus *f, const struct join *join,
			     char *canonical, struct conference **cp);

/** Put an endpoint on the queue of re-offers, if its leg was lost and its
 *  dialog can take one */
void focus_queue_reoffer(struct endpoint *ep);

/** What a mixer says happened (focus/conference/media_event.c) */
void focus_media_event(struct mixer *m, const json_t *event, struct focus *f);

/** The endpoint pressed a key: event, then what the menu says */
void focus_key(struct endpoint *ep, char digit, unsigned duration_ms);

#endif
