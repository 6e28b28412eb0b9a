/**
 * @file signaling/http/http_parser.h  Head of an HTTP/1.1 request (RFC 9112)
 *
 * Pure: works on the caller's bytes. Refuses what proxies and servers have
 * been known to read in two ways: bare CR, folded headers, white space before
 * the colon, two lengths, a length beside a transfer coding.
 */
#ifndef PARLEY_SIGNALING_HTTP_HTTP_PARSER_H
#define PARLEY_SIGNALING_HTTP_HTTP_PARSER_H

#include "mixer/base/re.h"

enum {
	HTTP_HEAD_MAX = 16384, /**< bytes, request line included */
	HTTP_TARGET_MAX = 4096,
	HTTP_HEADERS_MAX = 64,
	HTTP_BODY_MAX = 262144,
};

/** A request's head. Strings live in `text` */
struct http_head {
	const char *method, *path, *query;
	bool keep_alive;
	bool expect_continue;
	bool minor1; /**< HTTP/1.1, not 1.0 */
	size_t body_bytes;
	size_t count;
	struct {
		const char *name, *value;
	} headers[HTTP_HEADERS_MAX];
	char text[HTTP_HEAD_MAX + 1];
};

/**
 * Parse a whole head, up to and with the empty line
 *
 * @return 0, or the status to refuse it with (400, 411, 413, 414, 431, 501,
 *         505). The method is set as far as it was found
 */
unsigned http_head_parse(struct http_head *h, const char *p, size_t len);

/** A header's value, NULL if absent */
const char *http_head_find(const struct http_head *h, const char *name);

/** A word stands in a comma-separated header value, any case */
bool http_head_has_token(const char *value, const char *token);

/** Reason phrase of a status code */
const char *http_reason(unsigned status);

#endif
