/**
 * @file signaling/web/page_reply.h  Answers of the page and the API
 *
 * None of them is kept by anybody, nor taken for something else.
 */
#ifndef PARLEY_SIGNALING_WEB_PAGE_REPLY_H
#define PARLEY_SIGNALING_WEB_PAGE_REPLY_H

#include <jansson.h>
#include "signaling/http/http.h"

/** Answer with words for a person */
void page_reply_words(struct http_exchange *x, unsigned status,
		      const char *words);

/** Answer with JSON. @param json Stolen; NULL, or no memory: 500 */
void page_reply_json(struct http_exchange *x, unsigned status, json_t *json);

#endif
