/**
 * @file focus/conference/keypad.h  What a key does, and what is said of it
 *
 * Who has no page is told what a key did, in the language of the conference;
 * a page's own keys are said, too, to whoever presses them there.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_KEYPAD_H
#define PARLEY_FOCUS_CONFERENCE_KEYPAD_H

#include "focus/conference/menu.h"

struct endpoint;

/** Do it, and say so. The endpoint may be removed by it */
void keypad_act(struct endpoint *ep, enum menu_action action);

#endif
