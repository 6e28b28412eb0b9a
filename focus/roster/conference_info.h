/**
 * @file focus/roster/conference_info.h  The roster in XML (RFC 4575)
 *
 * One conference_info is one conference as its events
 * (focus/conference/event.h) tell it; every change has a number. One reader is
 * one subscription: it knows the number up to which it has been told, so that
 * its next document holds what has changed since then, merged, whoever else
 * reads. Documents go out one after the other, version by version.
 *
 * Who waits to be let in is shown to who may let him in, and to himself; who
 * is not in is shown nobody else.
 *
 * Users are listed as the events name them, endpoints by Contact. Who reads
 * with `activity` also gets who talks and who is muted,
 * in elements of a namespace of ours; others are spared those changes. Pure:
 * no timer, no socket.
 */
#ifndef PARLEY_FOCUS_ROSTER_CONFERENCE_INFO_H
#define PARLEY_FOCUS_ROSTER_CONFERENCE_INFO_H

#include <stdbool.h>
#include <jansson.h>
#include "mixer/base/re.h"

#define CONFERENCE_INFO_TYPE        "application/conference-info+xml"
/** Of the elements <activity> in conference-state and endpoint */
#define CONFERENCE_INFO_ACTIVITY_NS "urn:x-parley:activity"

/** A document ends after the user that passes this size; the other users
 *  follow in the next ones */
enum { CONFERENCE_INFO_BYTES = 40000 };

struct conference_info;
struct conference_info_reader;

/** Label of the media that all of a type are mixed into (RFC 4574), in the
 *  documents and in our session descriptions; NULL for another type */
const char *conference_info_label(const char *type);

/** An empty one that waits for its snapshot. @return 0, ENOMEM */
int conference_info_alloc(struct conference_info **ip);

/**
 * Take an event in; types that are not on the roster change nothing. A
 * snapshot may come again: who is not in it any more has left
 *
 * @return 0; ENOMEM: something was missed, it wants another snapshot
 */
int conference_info_event(struct conference_info *i, const json_t *event);

/** Has it been told of, and has not ended? */
bool conference_info_active(const struct conference_info *i);

/** Who of a conference is shown */
enum conference_info_view {
	VIEW_MEMBERS, /**< who is in */
	VIEW_HOSTS,   /**< and who waits to be let in */
	VIEW_SELF,    /**< one endpoint alone, and neither how many are in nor
			 who speaks */
	VIEWS
};

/** Whom documents are for; strings are copied */
struct conference_info_param {
	const char *entity; /**< the conference URI as it addressed it */
	const char *web;    /**< where a browser joins, or NULL */
	bool activity;      /**< it understands our elements */
	enum conference_info_view view;
	unsigned self; /**< number of its own endpoint, 0: it has none */
};

/**
 * Begin to read
 *
 * @param rp Set to the reader; mem_deref() before the conference_info
 * @return 0, ENOMEM
 */
int conference_info_read(struct conference_info_reader **rp,
			 struct conference_info *i,
			 const struct conference_info_param *param);

/** What is it shown, from what its own endpoint is?
 *  @param state ENDPOINT of focus/conference/event.h */
enum conference_info_view conference_info_view_of(const json_t *state);

/** From now on it is shown something else: all of that is news to it
 *  @param self As of struct conference_info_param */
void conference_info_show(struct conference_info_reader *r,
			  enum conference_info_view view, unsigned self);

/** May an event about that endpoint be news for the reader? Who sees himself
 *  alone is asked nothing for others: many wait at a time.
 *  @param about Its number, 0: it is about all */
bool conference_info_concerns(const struct conference_info_reader *r,
			      unsigned about);

/** Is there something that it has not been told? */
bool conference_info_news(const struct conference_info_reader *r);

/**
 * Its next document
 *
 * @param full Whole state (RFC 4575 section 4.4), else what has changed
 * @param mbp  Set to a new buffer, position at its start
 * @return 0, ENOMEM; then nothing counts as told
 */
int conference_info_print(struct conference_info_reader *r, bool full,
			  struct mbuf **mbp);

#endif
