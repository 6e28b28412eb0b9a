/**
 * @file signaling/web/page_reply.c  Answers of the page and the API
 */
#include <string.h>
#include "mixer/base/re.h"
#include "signaling/web/page_reply.h"


void page_reply_words(struct http_exchange *x, unsigned status,
		      const char *words)
{
	(void)http_reply_body(x, status, "text/plain; charset=utf-8",
			      "X-Content-Type-Options: nosniff\r\n"
			      "Cache-Control: no-store\r\n",
			      words, strlen(words));
}


void page_reply_json(struct http_exchange *x, unsigned status, json_t *json)
{
	/* json_dumps() may leave bytes out where memory fails */
	const size_t len = json_dumpb(json, NULL, 0, JSON_COMPACT);
	char *text = len ? mem_alloc(len, NULL) : NULL;

	if (text && json_dumpb(json, text, len, JSON_COMPACT) == len)
		(void)http_reply_body(x, status, "application/json",
				      "X-Content-Type-Options: nosniff\r\n"
				      "Cache-Control: no-store\r\n",
				      text, len);
	else
		page_reply_words(x, 500, "Out of memory.\n");
	json_decref(json);
	mem_deref(text);
}
