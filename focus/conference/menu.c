/**
 * @file focus/conference/menu.c  What keys do in a conference
 */
#include <stdbool.h>
#include <string.h>
#include "focus/conference/menu.h"


static const struct {
	const char *keys;
	enum menu_action action;
} table[] = {
	{"*6", MENU_MUTE_TOGGLE},
	{"*7", MENU_QUIETER},
	{"*8", MENU_NORMAL},
	{"*9", MENU_LOUDER},
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
			return table[i].action;
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
