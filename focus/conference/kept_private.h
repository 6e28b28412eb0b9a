/**
 * @file focus/conference/kept_private.h  Who is kept, and where
 *
 * Of kept.c and past.c alone.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_KEPT_PRIVATE_H
#define PARLEY_FOCUS_CONFERENCE_KEPT_PRIVATE_H

#include "focus/conference/kept.h"

/** One more is kept; stolen */
void kept_add(struct conference *c, struct kept *k);

/** Write one that is away; as kept_write() */
void kept_write_away(struct conference *c, const struct kept *k);

/** The store is told that conferences go on, once a minute or `now` */
void kept_say_alive(struct focus *f, bool now);

#endif
