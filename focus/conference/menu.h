/**
 * @file focus/conference/menu.h  What keys do in a conference (DTMF)
 *
 * Sequences begin with a prefix key, so that a key pressed by chance does
 * nothing. The table stands in menu.c. The collector is pure: time comes in.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_MENU_H
#define PARLEY_FOCUS_CONFERENCE_MENU_H

#include <stdint.h>

enum {
	/** Longest pause between two keys of a sequence */
	MENU_KEY_GAP_MS = 3000,
	MENU_KEYS_MAX = 4
};

enum menu_action {
	MENU_NOTHING,
	MENU_MUTE_TOGGLE, /**< *6 */
	MENU_QUIETER,     /**< *7 what I hear, 3 dB down */
	MENU_NORMAL,      /**< *8 what I hear, as it comes */
	MENU_LOUDER,      /**< *9 what I hear, 3 dB up */
};

/** Keys so far; zeroed at start */
struct menu {
	char keys[MENU_KEYS_MAX + 1];
	uint64_t last_ms;
};

/**
 * A key was pressed
 *
 * @param now_ms Any clock that only goes forward
 * @return what it completes
 */
enum menu_action menu_key(struct menu *m, char key, uint64_t now_ms);

#endif
