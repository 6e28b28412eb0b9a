/**
 * @file focus/conference/booking.h  Conferences that are booked, whether
 * anybody is in them or not
 *
 * A booked conference has its settings in the store: who calls its name finds
 * them. What is changed of one that is going on holds at once. Parleyd's loop.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_BOOKING_H
#define PARLEY_FOCUS_CONFERENCE_BOOKING_H

#include <stdbool.h>
#include <jansson.h>
#include "focus/policy/policy.h"
#include "focus/settings/settings.h"

struct focus;

/** What is known of one */
struct booking {
	char name[POLICY_NAME_MAX + 1];
	bool booked;
	bool running; /**< somebody is in it */
	/** Of one that goes on; else nobody's: as all begin */
	bool locked;
	char layout[16];
	struct conference_settings settings;
	uint32_t number; /**< focus/conference/number.h */
};

/**
 * One that is booked, or goes on
 *
 * @param name As it is kept (focus_name())
 * @return false: neither
 */
bool booking_find(const struct focus *f, const char *name, struct booking *b);

/**
 * Book one; one that goes on becomes it, as it is
 *
 * @param name   As it is kept
 * @param values Settings by key, NULL: none
 * @param why    As settings_set(), where EINVAL
 * @return 0, EEXIST, EINVAL, EOVERFLOW, EROFS, EBUSY, ENOSPC, ...
 */
int booking_add(struct focus *f, const char *name, const json_t *values,
		char *why);

/** Change settings of one that is booked or goes on. @return as booking_add(),
 *  ENOENT: neither */
int booking_set(struct focus *f, const char *name, const json_t *values,
		char *why);

/** Book it no longer; one that goes on does so as it is. @return as
 *  booking_add(), ENOENT */
int booking_remove(struct focus *f, const char *name);

/** Call `h` with every one that is booked, by name; it must not change any.
 *  @return 0 or errno: not all could be read */
int booking_each(struct focus *f,
		 void (*h)(const struct booking *b, void *arg), void *arg);

#endif
