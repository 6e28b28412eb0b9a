/**
 * @file signaling/web/page_self.h  What a participant may do from its page
 *
 * `POST /api/self` with a command (focus/command/command.h) such as
 * {"verb":"mute"} and `Authorization: Bearer SECRET`: the secret is the
 * endpoint's own (Call-Info of the 200 to its INVITE), so it is that endpoint
 * that gives it, about its own conference, and about itself where no "target"
 * is said. Whether it may is asked as of anybody. Lives on parleyd's loop.
 */
#ifndef PARLEY_SIGNALING_WEB_PAGE_SELF_H
#define PARLEY_SIGNALING_WEB_PAGE_SELF_H

#include "signaling/http/http.h"

struct focus;

/**
 * Answer the exchange with the command's answer, now or when it is known: 200,
 * or the status of the reason for which it was not done; 403: no such secret,
 * or void
 *
 * @param waiting Gets what waits; list_flush() answers it 503
 */
void page_self(struct list *waiting, struct focus *focus,
	       struct http_exchange *x, const struct http_request *req);

#endif
