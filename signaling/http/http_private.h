/**
 * @file signaling/http/http_private.h  One HTTP connection (private to the
 * server)
 *
 * http.c listens, reads requests and sends bytes; http_reply.c answers.
 */
#ifndef PARLEY_SIGNALING_HTTP_HTTP_PRIVATE_H
#define PARLEY_SIGNALING_HTTP_HTTP_PRIVATE_H

#include "signaling/http/http.h"
#include "signaling/http/http_parser.h"
#include "signaling/http/listener.h"

enum { HTTP_BEHIND_MAX = 1048576 }; /**< bytes a slow reader may owe */

struct http_conn {
	struct le le;
	struct http_server *server;
	struct tcp_conn *tc;
	struct tls_conn *sc;
	struct listener_place *place;
	struct sa peer;
	struct tmr timeout; /**< of the state it is in */
	struct tmr later;   /**< go on, or end, from the loop */
	struct tmr stall;   /**< nothing could be sent */
	struct mbuf *in, *out;
	void *tail;       /**< goes out behind `out`: a reference, or NULL */
	struct pl unsent; /**< of the tail */
	size_t scanned;
	struct http_exchange *x; /**< being answered */
	bool begun;              /**< bytes of the next head are there */
	bool last;               /**< close when all is sent */
	bool lingering, dead;
};

struct http_exchange {
	struct http_conn *conn; /**< NULL: the client has gone */
	struct http_head head;
	struct http_request req;
	struct mbuf *body;
};

/** What goes out behind `out`, when that is written
 *
 *  @param body From mem_alloc(): a reference is taken */
void http_conn_tail(struct http_conn *c, const void *body, size_t len);

/** End the connection from the loop */
void http_conn_end(struct http_conn *c);

/** Append to what is still to be sent. @return position to give to
 *  http_conn_written() afterwards */
size_t http_conn_writing(struct http_conn *c);

/** What was to be appended is there (or failed): send */
void http_conn_written(struct http_conn *c, size_t pos, int err);

/** Timer handler: take the next request */
void http_conn_later(void *arg);

/** Status line and the headers that every response has */
int http_print_head(struct mbuf *mb, unsigned status, const char *ctype,
		    const char *headers, bool last);

#endif
