/**
 * @file signaling/http/http.h  HTTP/1.1 server: page, API, WebSocket on one
 * port
 *
 * Own listener over TCP or TLS on libre's event loop (see
 * signaling/transport/layer.h for why libre's is not used): keep-alive, limits
 * on header and body sizes and on connections a source, time-outs against slow
 * clients, chunk-wise sending, upgrade to WebSocket (RFC 6455).
 */
#ifndef PARLEY_SIGNALING_HTTP_HTTP_H
#define PARLEY_SIGNALING_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>
#include "mixer/base/re.h"
#include "signaling/http/listener.h"

struct http_server;
struct http_exchange;

/** A parsed request, valid while its exchange is. The exchange is valid until
 *  it is answered, also when the client has gone in the meantime */
struct http_request {
	const char *method; /**< "GET" */
	const char *path;   /**< decoded, without query, starts with '/' */
	const char *query;  /**< after '?', raw; "" if none */
	const char *body;
	size_t body_len;
	struct sa peer;
	bool secure;
};

/** A request is complete. Answer with http_reply_body(), now or later;
 *  the exchange is closed by that */
typedef void(http_handler_h)(struct http_exchange *x,
			     const struct http_request *req, void *arg);

/**
 * Listen
 *
 * @param tls NULL: plain
 * @param hp  Set to the server; mem_deref() closes it and its connections,
 *            WebSockets excepted. Exchanges still open must be answered
 *            before the handler's arg goes away
 * @return 0, EADDRINUSE, ...
 */
int http_server_alloc(struct http_server **hp, const struct sa *laddr,
		      struct tls *tls, http_handler_h *h, void *arg);

/** Address that is bound (port 0 resolved) */
const struct sa *http_server_addr(const struct http_server *h);

/** listener_set_ice() and listener_serves() of its port */
void http_server_set_ice(struct http_server *h, listener_ice_h *iceh,
			 void *arg);
bool http_server_serves(const struct http_server *h, const struct sa *host);

/** A request header's value by name (any case), NULL if absent */
const char *http_header(const struct http_exchange *x, const char *name);

/** The request of an exchange */
const struct http_request *
http_exchange_request(const struct http_exchange *x);

/**
 * Answer and end the exchange, which must not be used after
 *
 * Content-Length, Date and Connection are added; a HEAD gets no body.
 *
 * @param ctype   Content-Type, or NULL for none
 * @param headers Extra header lines, each ending in CRLF, or NULL
 * @return 0; ENOTCONN if the client has gone; ENOMEM. The exchange is over in
 *         any case
 */
int http_reply_body(struct http_exchange *x, unsigned status,
		    const char *ctype, const char *headers, const void *body,
		    size_t len);

/** The same, but the body is not copied: it stands at the beginning of a
 *  block of mem_alloc(), does not change, and has a reference more until all
 * is sent or the client has gone */
int http_reply_shared(struct http_exchange *x, unsigned status,
		      const char *ctype, const char *headers, const void *body,
		      size_t len);

/** What is left of an exchange that becomes another protocol */
struct http_upgrade {
	struct tcp_conn *tc;
	struct tls_conn *sc;          /**< NULL: plain */
	struct listener_place *place; /**< held while the connection lives */
	struct mbuf *in;              /**< received after the request */
	struct sa local, peer;
};

/**
 * Take the connection from under an exchange, which is over then. The caller
 * sets the handlers of `tc` and owns all that is in `u`
 *
 * @return 0; ENOTCONN when the client has gone
 */
int http_exchange_upgrade(struct http_exchange *x, struct http_upgrade *u);

#endif
