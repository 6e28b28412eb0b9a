/**
 * @file info_world.h  A roster, and who watches it
 *
 * One at a time. Every document is validated against the schema.
 */
#ifndef PARLEY_TESTS_UNIT_FOCUS_ROSTER_INFO_WORLD_H
#define PARLEY_TESTS_UNIT_FOCUS_ROSTER_INFO_WORLD_H

#include <jansson.h>
#include <stdbool.h>
#include "focus/roster/conference_info.h"

/** One subscriber */
struct info_watcher {
	struct conference_info_reader *r;
	json_t *model;
	char text[CONFERENCE_INFO_BYTES + 8192]; /**< its last document */
};

extern struct conference_info *info_demo;

/** With and without our elements; they come with info_begin() */
extern struct info_watcher info_alice, info_phone;

/** It begins as that snapshot says, or is over: then all see what somebody
 *  sees who comes now */
void info_begin(const char *snapshot);
void info_finish(void);

/** Such an event is told, as JSON */
void info_happen(const char *text);

/** Somebody comes, and goes
 *  @param activity He understands our elements */
void info_watch(struct info_watcher *w, bool activity);
void info_watch_as(struct info_watcher *w, bool activity,
		   enum conference_info_view view, unsigned self);
void info_leave(struct info_watcher *w);

/** He reads the next document. @param full All of it. @return Is it right? */
bool info_look(struct info_watcher *w, bool full);

/** Is that in the last one, or not? */
bool info_says(const struct info_watcher *w, const char *what);
bool info_silent(const struct info_watcher *w, const char *what);

#endif
