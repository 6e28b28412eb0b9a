/**
 * @file focus/conference/menu.h  What keys mean in a conference (DTMF)
 *
 * Sequences begin with a prefix key, so that a key pressed by chance does
 * nothing. The table stands in menu.c; what is done stands in keypad.c. The
 * collector is pure: time comes in.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_MENU_H
#define PARLEY_FOCUS_CONFERENCE_MENU_H

#include <stdbool.h>
#include <stdint.h>

enum {
	/** Longest pause between two keys of a sequence */
	MENU_KEY_GAP_MS = 3000,
	MENU_KEYS_MAX = 4,
	/** What cannot be undone is to be asked for twice in this time */
	MENU_CONFIRM_MS = 15000,
};

enum menu_action {
	MENU_NOTHING,
	MENU_HELP,        /**< *0 which keys there are */
	MENU_COUNT,       /**< *1 how many are here */
	MENU_HAND,        /**< *5 raise my hand, or lower it */
	MENU_MUTE_TOGGLE, /**< *6 */
	MENU_QUIETER,     /**< *7 what I hear, 3 dB down */
	MENU_NORMAL,      /**< *8 what I hear, as it comes */
	MENU_LOUDER,      /**< *9 what I hear, 3 dB up */
	/* hosts' */
	MENU_LOCK_TOGGLE, /**< *2 */
	MENU_MUTE_OTHERS, /**< *3 all but hosts */
	MENU_ADMIT,       /**< *4 all who wait to be let in */
	MENU_CONFIRM_END, /**< *# asks to be confirmed */
	MENU_END,         /**< *# again: the conference, for all */
};

/** Keys so far; zeroed at start */
struct menu {
	char keys[MENU_KEYS_MAX + 1];
	uint64_t last_ms;
	bool asked; /**< the last action was to be confirmed... */
	uint64_t asked_ms;
};

/**
 * A key was pressed
 *
 * @param now_ms Any clock that only goes forward
 * @return what it completes
 */
enum menu_action menu_key(struct menu *m, char key, uint64_t now_ms);

/** Only a host may do that */
bool menu_is_of_hosts(enum menu_action action);

/** Does it end the conference for all? */
bool menu_ends(enum menu_action action);

#endif
