/**
 * @file signaling/page_events.h  A conference's events as a stream
 *
 * Server-Sent Events: `id:` is the event's number, `data:` its JSON without
 * what is not for participants; a comment every 15 s keeps proxies awake. A
 * stream ends when its client goes, when its conference has ended or when its
 * token has become void. Lives on parleyd's loop.
 */
#ifndef PARLEY_SIGNALING_PAGE_EVENTS_H
#define PARLEY_SIGNALING_PAGE_EVENTS_H

#include "signaling/http.h"

struct focus;

enum { PAGE_EVENTS_HEARTBEAT_MS = 15000, PAGE_EVENTS_STREAMS_MAX = 4096 };

/**
 * Answer an exchange with the stream of the token's conference, or with 403
 *
 * @param streams List that owns the stream; flush it with
 *                page_events_flush()
 */
void page_events_open(struct list *streams, struct focus *focus,
		      struct http_exchange *x, const char *token);

/** End all streams */
void page_events_flush(struct list *streams);

struct json_t;

/**
 * One event as the stream sends it
 *
 * @param self Number of the endpoint that listens; a snapshot tells it as
 *             "you"
 * @return 0 or ENOMEM
 */
int page_events_print(struct mbuf *mb, const struct json_t *event,
		      unsigned self);

#endif
