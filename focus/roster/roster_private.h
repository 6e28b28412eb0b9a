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
	bool waiting;     /**< to be let in */
	char *reason, *words; /**< of its end */
	uint64_t left_ms;
	uint64_t changed; /**< number of its last change but activity */
	uint64_t active;  /**< of its last activity */
};

struct info_user {
	struct le le; /**< ordered by `touched` */
	char *entity, *display;
	char role[16];
	bool gone;
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
	char *name, *title;
	bool active, locked, monitored, media_lost;
	bool speaker_large; /**< the layout is that of who speaks */
	bool missed;        /**< something, for lack of memory */
	unsigned max_users, users_count, speaker, spotlight;
	uint64_t number;    /**< of the last change */
	uint64_t changed;   /**< of the last one but activity */
	uint64_t stated;    /**< of the last one of conference-state */
	uint64_t described; /**< of the last one of its description */
	uint64_t talked;    /**< of the last activity there */
	uint64_t common;    /**< of the last of both that says nothing of who
			       is in: locked, ended, media lost */
	struct list users;
	struct list readers;
	unsigned gone, gone_max; /**< endpoints gone, and when to tidy up */
	/** By full, activity and view; who is shown himself alone has none */
	struct info_fragment printed[2][2][VIEWS];
};

struct conference_info_reader {
	struct le le;
	struct conference_info *info;
	char *entity, *web;
	bool activity;
	enum conference_info_view view;
	unsigned self;
	bool anew;   /**< all is news: it is shown something else */
	bool behind; /**< the last document could not hold all */
	uint32_t version;
	uint64_t told;
};

/** RFC 4575's word for an endpoint's state; never NULL */
const char *info_endpoint_status(const struct info_endpoint *e);

/** Endpoints that are gone, before it is looked which all know of */
enum { GONE_MAX = 64 };

/* A member of an event or of a state; "", 0, false where it is none */
const char *info_string_of(const json_t *o, const char *key);
unsigned info_number_of(const json_t *o, const char *key);
bool info_flag_of(const json_t *o, const char *key);

/* Who of them is shown to that reader? */
bool info_shows(const struct conference_info_reader *r,
		const struct info_endpoint *e);

/* It is let in, or waits for something else */
void info_admit_endpoint(struct conference_info *i, struct info_user *u,
			 struct info_endpoint *e, const json_t *state);

/* The conference, an endpoint, what it does has changed; who goes by it is
 * told */
void info_note_description(struct conference_info *i);
void info_note_state(struct conference_info *i);
void info_note_endpoint(struct conference_info *i, struct info_user *u,
			struct info_endpoint *e);
void info_note_activity(struct conference_info *i, struct info_user *u,
			struct info_endpoint *e);

/* One that is there, by its number; NULL */
struct info_endpoint *info_find_endpoint(const struct conference_info *i,
					 unsigned number,
					 struct info_user **up);

/* By its ENDPOINT of focus/conference/event.h. Where there is no memory for
 * it, `missed` is set */
void info_add_endpoint(struct conference_info *i, const json_t *state);

/* It has left, or is another user's from now on. Frees others, whose end all
 * have been told */
void info_end_endpoint(struct conference_info *i, struct info_user *u,
		       struct info_endpoint *e, const json_t *event);

/* It is described anew; who has become anonymous is gone from the user that it
 * was */
void info_rename_endpoint(struct conference_info *i, struct info_user *u,
			  struct info_endpoint *e, const json_t *event);

#endif
