/**
 * @file focus/roster/roster_private.h  What the roster's documents are made of
 *
 * Private to conference_info.c, which takes events in, and
 * conference_info_print.c.
 */
#ifndef PARLEY_FOCUS_ROSTER_ROSTER_PRIVATE_H
#define PARLEY_FOCUS_ROSTER_ROSTER_PRIVATE_H

#include <stdint.h>
#include <libxml/tree.h>
#include "focus/roster/conference_info.h"

/** An endpoint. Gone ones are kept until every reader has been told */
struct info_endpoint {
	struct le le;
	unsigned number;
	char *entity;     /**< unique among its user's */
	json_t *state;    /**< ENDPOINT of focus/conference/event.h, kept up to
			     date */
	bool gone, known; /**< known: a snapshot has it */
	char *reason, *words; /**< of its end */
	uint64_t left_ms;
	uint64_t changed; /**< number of its last change but activity */
	uint64_t active;  /**< of its last activity */
};

struct info_user {
	struct le le; /**< ordered by `touched` */
	char *entity, *display;
	bool moderator, gone;
	struct list endpoints;
	uint64_t touched; /**< number of the last change of any kind */
	uint64_t whole;   /**< it came, or came back */
};

/** The users of a document, which all readers share that are told the same
 *  at the same time */
struct info_fragment {
	xmlBufferPtr xml;  /**< NULL: none yet */
	uint64_t number;   /**< of the conference when it was printed */
	uint64_t from, to; /**< readers' `told` before and after */
	bool behind, all;  /**< for one that was behind; nobody is left out */
};

struct conference_info {
	char *name;
	bool active, locked, media_lost;
	bool missed; /**< something, for lack of memory */
	unsigned max_users, users_count, speaker;
	uint64_t number;  /**< of the last change */
	uint64_t changed; /**< of the last one but activity */
	uint64_t stated;  /**< of the last one of conference-state */
	uint64_t talked;  /**< of the last activity there */
	struct list users;
	struct list readers;
	unsigned gone, gone_max; /**< endpoints gone, and when to tidy up */
	struct info_fragment printed[2][2]; /**< by full, activity */
};

struct conference_info_reader {
	struct le le;
	struct conference_info *info;
	char *entity, *web;
	bool activity;
	bool behind; /**< the last document could not hold all */
	uint32_t version;
	uint64_t told;
};

/** RFC 4575's word for an endpoint's state; never NULL */
const char *info_endpoint_status(const struct info_endpoint *e);

#endif
