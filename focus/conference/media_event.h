/**
 * @file focus/conference/media_event.h  What happens in an endpoint's media:
 * a mixer says it, or a key is pressed
 */
#ifndef PARLEY_FOCUS_CONFERENCE_MEDIA_EVENT_H
#define PARLEY_FOCUS_CONFERENCE_MEDIA_EVENT_H

#include <jansson.h>

struct endpoint;
struct focus;
struct mixer;

/** What a mixer says happened */
void media_event(struct mixer *m, const json_t *event, struct focus *f);

/** The endpoint pressed a key: event, then what the menu says */
void media_event_key(struct endpoint *ep, char digit, unsigned duration_ms);

#endif
