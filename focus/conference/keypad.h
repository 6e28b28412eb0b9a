/**
 * @file focus/conference/keypad.h  What a key does, and what is said of it
 *
 * Who has no page is told what a key did, in the language of the conference;
 * a page's own keys are said, too, to whoever presses them there.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_KEYPAD_H
#define PARLEY_FOCUS_CONFERENCE_KEYPAD_H

#include <stdbool.h>
#include "focus/conference/menu.h"

struct endpoint;

/** What others do for the menu. Where one is NULL its keys do nothing, and are
 *  not told of; so it is without any (struct focus, keypad) */
struct keypad_ops {
	/** Raise the hand of an endpoint, or lower it. @return it is raised */
	bool (*toggle_hand)(struct endpoint *ep);
	/** Let in all who wait. @return how many that were */
	unsigned (*admit)(struct endpoint *host);
};

/** Do it, and say so. The endpoint may be removed by it */
void keypad_act(struct endpoint *ep, enum menu_action action);

#endif
