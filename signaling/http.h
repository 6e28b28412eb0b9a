/**
 * @file signaling/http.h  HTTP/1.1 server: page, API, WebSocket on one port
 *
 * Own listener over TCP or TLS on libre's event loop (see signaling/bus.h for
 * why libre's is not used): keep-alive, limits on header and body sizes and
 * on connections a source, time-outs against slow clients, chunk-wise
 * sending, streaming responses, upgrade to WebSocket (RFC 6455).
 */
#ifndef PARLEY_SIGNALING_HTTP_H
#define PARLEY_SIGNALING_HTTP_H

#include <stdbool.h>
#include <stdint.h>
#include "mixer/base/re.h"

struct http_server;
struct http_exchange;

/** A parsed request, valid while its exchange is */
struct http_request {
	const char *method;	 /**< "GET" */
	const char *path;	 /**< decoded, without query, starts with '/' */
	const char *query;	 /**< after '?', raw; "" if none */
	const char *body;
	size_t body_len;
	struct sa peer;
	bool secure;
};

/** A request is complete. Answer with http_reply() or http_stream(), now or
 *  later; the exchange is closed by that */
typedef void(http_handler_h)(struct http_exchange *x,
			     const struct http_request *req, void *arg);

/** @param tls NULL: plain */
int http_server_alloc(struct http_server **hp, const struct sa *laddr,
		      struct tls *tls, http_handler_h *h, void *arg);

/** Address that is bound (port 0 resolved) */
const struct sa *http_server_addr(const struct http_server *h);

/** A request header's value by name (any case), NULL if absent */
const char *http_header(const struct http_exchange *x, const char *name);

/**
 * Answer
 *
 * @param headers Extra header lines, each ending in CRLF, or NULL
 */
int http_reply_body(struct http_exchange *x, unsigned status,
		    const char *ctype, const char *headers, const void *body,
		    size_t len);

/** Begin a streamed response (Server-Sent Events). `closeh` is called when
 *  the client goes; afterwards the exchange is dead */
int http_stream(struct http_exchange *x, const char *ctype,
		void (*closeh)(void *arg), void *arg);
int http_stream_write(struct http_exchange *x, const void *data, size_t len);
void http_stream_end(struct http_exchange *x);

#endif
