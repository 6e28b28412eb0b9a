/**
 * @file focus/settings/pin.h  A number that lets somebody into a conference
 *
 * Kept as a salted sum that takes some milliseconds to make, so that neither
 * the store nor a core file tells it, and never printed. It has few digits all
 * the same: what keeps others from trying all of them is how often one may
 * try (focus/settings/pin_guard.h). Pure, but for the salt.
 */
#ifndef PARLEY_FOCUS_SETTINGS_PIN_H
#define PARLEY_FOCUS_SETTINGS_PIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PIN_DIGITS_MIN = 4,
	PIN_DIGITS_MAX = 12,
	PIN_SALT_BYTES = 16,
	PIN_SUM_BYTES = 32,
	/** As pin_print() writes one, with its end */
	PIN_TEXT_BYTES = 2 * (PIN_SALT_BYTES + PIN_SUM_BYTES) + 1,
};

/** Zeroed: there is none */
struct pin {
	bool given;
	uint8_t salt[PIN_SALT_BYTES];
	uint8_t sum[PIN_SUM_BYTES];
};

/** Has it the form of one: so many digits, and nothing else? */
bool pin_is_good(const char *digits);

/** @param digits Good, or "": none. @return 0, EINVAL, EIO (no sum could be
 *  made; it is as it was) */
int pin_set(struct pin *pin, const char *digits);

/** @param digits Hostile, may be NULL. @return false, too, where there is no
 *  PIN */
bool pin_is(const struct pin *pin, const char *digits);

/** Salt and sum in hexadecimal, for the store; "" where there is none
 *  @param text PIN_TEXT_BYTES bytes */
void pin_print(char *text, const struct pin *pin);

/** @return false: that was not printed by pin_print(); it is as it was */
bool pin_read(struct pin *pin, const char *text);

#endif
