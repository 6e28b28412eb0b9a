/**
 * @file signaling/http/http_reply.c  Answers of the HTTP server
 */
#include <string.h>
#include <time.h>
#include "signaling/http/http_private.h"


static int print_date(struct mbuf *mb)
{
	char text[64];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);

	return mbuf_printf(mb, "Date: %s\r\n", text);
}


int http_print_head(struct mbuf *mb, unsigned status, const char *ctype,
		    const char *headers, bool last)
{
	int err;

	err = mbuf_printf(mb, "HTTP/1.1 %u %s\r\n", status,
			  http_reason(status));
	err |= print_date(mb);
	if (ctype)
		err |= mbuf_printf(mb, "Content-Type: %s\r\n", ctype);
	if (headers)
		err |= mbuf_write_str(mb, headers);
	err |= mbuf_printf(mb, "Connection: %s\r\n",
			   last ? "close" : "keep-alive");

	return err;
}


const char *http_header(const struct http_exchange *x, const char *name)
{
	return x && name ? http_head_find(&x->head, name) : NULL;
}


const struct http_request *http_exchange_request(const struct http_exchange *x)
{
	return x ? &x->req : NULL;
}


/** The exchange is answered: both holds on it go, the connection goes on */
static void finish(struct http_exchange *x)
{
	struct http_conn *c = x->conn;

	if (c) {
		c->x = NULL;
		x->conn = NULL;
		mem_deref(x);
		if (!c->dead)
			tmr_start(&c->later, 0, http_conn_later, c);
	}
	mem_deref(x);
}


/** @param shared The body is referenced, not copied */
static int reply(struct http_exchange *x, unsigned status, const char *ctype,
		 const char *headers, const void *body, size_t len,
		 bool shared)
{
	struct http_conn *c;
	int err = ENOTCONN;
	size_t pos;

	if (!x)
		return EINVAL;

	c = x->conn;
	if (c && !c->dead) {
		const bool with_body = len &&
				       strcmp(x->head.method, "HEAD") != 0 &&
				       status != 304;

		c->last = c->last || !x->head.keep_alive;
		pos = http_conn_writing(c);
		err = http_print_head(c->out, status, ctype, headers, c->last);
		if (status >= 200 && status != 204 && status != 304)
			err |= mbuf_printf(c->out, "Content-Length: %zu\r\n",
					   len);
		err |= mbuf_write_str(c->out, "\r\n");
		if (with_body && shared)
			http_conn_tail(c, body, len);
		else if (with_body)
			err |= mbuf_write_mem(c->out, body, len);
		http_conn_written(c, pos, err);
	}
	finish(x);

	return err;
}


int http_reply_body(struct http_exchange *x, unsigned status,
		    const char *ctype, const char *headers, const void *body,
		    size_t len)
{
	return reply(x, status, ctype, headers, body, len, false);
}


int http_reply_shared(struct http_exchange *x, unsigned status,
		      const char *ctype, const char *headers, const void *body,
		      size_t len)
{
	return reply(x, status, ctype, headers, body, len, true);
}


int http_exchange_upgrade(struct http_exchange *x, struct http_upgrade *u)
{
	struct http_conn *c = x->conn;

	if (!c || c->dead) {
		finish(x);
		return ENOTCONN;
	}

	memset(u, 0, sizeof(*u));
	u->peer = c->peer;
	(void)tcp_conn_local_get(c->tc, &u->local);
	u->tc = c->tc;
	u->sc = c->sc;
	u->place = c->place;
	u->in = c->in;
	c->tc = NULL;
	c->sc = NULL;
	c->place = NULL;
	c->in = NULL;
	http_conn_end(c);
	finish(x);

	return 0;
}
