/**
 * @file focus/conference/echo_report.h  How somebody is heard in an echo test
 *
 * Asked for by a key; what the mixer has measured of the leg is said to it in
 * words: how loud it is, and whether its connection loses sound.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_ECHO_REPORT_H
#define PARLEY_FOCUS_CONFERENCE_ECHO_REPORT_H

#include <jansson.h>

struct endpoint;

enum { ECHO_WORDS = 2 };

/** Ask the mixer and say what it answers; nothing if it does not */
void echo_report(struct endpoint *ep);

/** The prompts for a leg's audio of STATS (mixer/mp/protocol.h): how loud, and
 *  how good. Pure */
void echo_words(const char *names[ECHO_WORDS], const json_t *audio);

#endif
