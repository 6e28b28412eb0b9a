/**
 * @file fuzz_http.c  Hostile HTTP request heads
 */
#include <stdlib.h>
#include <string.h>
#include "signaling/http/http_parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_head h;
	char *text = mem_alloc(size + !size, NULL);

	if (!text)
		return 0;
	memcpy(text, data, size);

	if (!http_head_parse(&h, text, size)) {
		/* A path that passes leads nowhere but down. */
		if (h.path[0] != '/' || strstr(h.path, "/../") ||
		    h.body_bytes > HTTP_BODY_MAX)
			abort();
		(void)http_head_has_token(http_head_find(&h, "connection"),
					  "close");
	}
	mem_deref(text);

	return 0;
}
