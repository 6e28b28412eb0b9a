/**
 * @file focus/conference/menu.c  What keys do in a conference
 */
#include <string.h>
#include "focus/conference/menu.h"


static const struct {
	const char *keys;
	enum menu_action action;
} table[] = {
	{"*0", MENU_HELP},        {"*1", MENU_COUNT},
	{"*2", MENU_LOCK_TOGGLE}, {"*3", MENU_MUTE_OTHERS},
	{"*4", MENU_ADMIT},       {"*5", MENU_HAND},
	{"*6", MENU_MUTE_TOGGLE}, {"*7", MENU_QUIETER},
	{"*8", MENU_NORMAL},      {"*9", MENU_LOUDER},
	{"*#", MENU_CONFIRM_END},
};

enum { ROWS = sizeof(table) / sizeof(table[0]) };


static bool begins_some(const char *keys)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (!strncmp(table[i].keys, keys, strlen(keys)))
			return true;
	}

	return false;
}


/** Anything else in between is a no */
static enum menu_action confirmed(struct menu *m, enum menu_action action,
				  uint64_t now_ms)
{
	const bool again = action == MENU_CONFIRM_END && m->asked &&
			   now_ms - m->asked_ms <= MENU_CONFIRM_MS;

	m->asked = action == MENU_CONFIRM_END && !again;
	m->asked_ms = now_ms;

	return again ? MENU_END : action;
}


enum menu_action menu_key(struct menu *m, char key, uint64_t now_ms)
{
	size_t n = strlen(m->keys);

	if (n == MENU_KEYS_MAX || now_ms - m->last_ms > MENU_KEY_GAP_MS)
		n = 0;

	m->last_ms = now_ms;
	m->keys[n] = key;
	m->keys[n + 1] = '\0';

	for (size_t i = 0; i < ROWS; i++) {
		if (!strcmp(table[i].keys, m->keys)) {
			m->keys[0] = '\0';
			return confirmed(m, table[i].action, now_ms);
		}
	}

	/* a wrong key may be the first of a new sequence */
	if (!begins_some(m->keys)) {
		m->keys[0] = key;
		m->keys[1] = '\0';
		if (!begins_some(m->keys))
			m->keys[0] = '\0';
	}

	return MENU_NOTHING;
}


bool menu_is_of_hosts(enum menu_action action)
{
	return action >= MENU_LOCK_TOGGLE;
}


bool menu_ends(enum menu_action action)
{
	return action >= MENU_CONFIRM_END;
}
