/**
 * @file signaling/web/page_self.h  What a participant may change about itself
 *
 * `POST /api/self` with {"muted":bool} and `Authorization: Bearer SECRET`: the
 * secret is the endpoint's own (Call-Info of the 200 to its INVITE), so nobody
 * else is reached. The change is the moderator's verb with the endpoint as its
 * target, and is seen by all as any mute is. Lives on parleyd's loop.
 */
#ifndef PARLEY_SIGNALING_WEB_PAGE_SELF_H
#define PARLEY_SIGNALING_WEB_PAGE_SELF_H

#include "signaling/http/http.h"

struct focus;

/**
 * Answer the exchange, now or when it is known whether it may: 204 done, 400
 * not understood or not let, 403 no such secret, or void
 *
 * @param waiting Gets what waits; list_flush() answers it 503
 */
void page_self(struct list *waiting, struct focus *focus,
	       struct http_exchange *x, const struct http_request *req);

#endif
