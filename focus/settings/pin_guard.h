/**
 * @file focus/settings/pin_guard.h  How often somebody may try a PIN
 *
 * A PIN has few digits. Who is wrong waits before he may try again, and the
 * longer the more often he was; all who try the PIN of one conference together
 * are wrong at most once in PIN_GUARD_EVERY_MS for long, however many hosts
 * they call from: at that rate six digits last for 23 days. Who is right has
 * nothing to wait for but where others are just trying in his conference.
 * Bounded; what was longest ago is forgotten first. Pure: time comes in.
 */
#ifndef PARLEY_FOCUS_SETTINGS_PIN_GUARD_H
#define PARLEY_FOCUS_SETTINGS_PIN_GUARD_H

#include <stdbool.h>
#include <stdint.h>

struct pin_guard;

enum {
	/** Wrong tries in one call, before it is ended */
	PIN_TRIES = 3,
	/** Pause after these, and twice as long after each further one */
	PIN_GUARD_PAUSE_MS = 10000,
	PIN_GUARD_PAUSE_MAX_MS = 600000,
	/** In so long half of them are forgiven: of an office some slip now
	 * and then, all from one address */
	PIN_GUARD_HALVE_MS = 300000,
	/** All who try in one conference: so many at once */
	PIN_GUARD_BURST = 30,
	PIN_GUARD_EVERY_MS = 2000,
	/** Without a wrong try for so long all is forgotten */
	PIN_GUARD_KEPT_MS = 3600000,
	/** Most that are watched at a time */
	PIN_GUARD_ROWS = 20000,
};

/** @return 0 or ENOMEM */
int pin_guard_alloc(struct pin_guard **gp);

/**
 * May one be tried?
 *
 * @param conference Its name
 * @param origin     Who tries, as a number; 0: that is not known (a trunk,
 *                   behind which many are), so that only the conference's
 *                   own bound holds
 * @return ms to wait, 0: now
 */
uint64_t pin_guard_wait_ms(const struct pin_guard *g, const char *conference,
			   uint64_t origin, uint64_t now_ms);

/** It was wrong. For lack of memory it may count less than it should */
void pin_guard_wrong(struct pin_guard *g, const char *conference,
		     uint64_t origin, uint64_t now_ms);

/** It was right: what was wrong before from there was a slip */
void pin_guard_right(struct pin_guard *g, const char *conference,
		     uint64_t origin);

#endif
