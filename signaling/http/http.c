/**
 * @file signaling/http/http.c  HTTP/1.1 server
 */
#include <string.h>
#include "signaling/http/http_private.h"


enum {
	HEAD_MS = 10000, /**< from connect or first byte to empty line */
	BODY_MS = 30000,
	IDLE_MS = 60000,   /**< between requests */
	STALL_MS = 60000,  /**< a reader that reads nothing */
	LINGER_MS = 2000,  /**< so that the last answer is not lost */
	PIECE_MAX = 32768, /**< bytes handed to the socket at once */
};

struct http_server {
	struct listener *listener;
	struct tls *tls;
	struct list conns;
	struct limit_of rate; /**< of requests */
	http_handler_h *h;
	void *arg;
};

static void exchange_destructor(void *arg)
{
	struct http_exchange *x = arg;

	mem_deref(x->body);
}


/** The connection is over; whoever is answering learns it when it does */
static void leave_exchange(struct http_conn *c)
{
	struct http_exchange *x = c->x;

	if (!x)
		return;

	c->x = NULL;
	x->conn = NULL;
	mem_deref(x);
}


static void conn_destructor(void *arg)
{
	struct http_conn *c = arg;

	list_unlink(&c->le);
	tmr_cancel(&c->timeout);
	tmr_cancel(&c->later);
	tmr_cancel(&c->stall);
	leave_exchange(c);
	mem_deref(c->sc);
	mem_deref(c->tc);
	mem_deref(c->place);
	mem_deref(c->in);
	mem_deref(c->out);
	mem_deref(c->tail);
}


static void http_destructor(void *arg)
{
	struct http_server *h = arg;

	mem_deref(h->listener);
	list_flush(&h->conns);
	mem_deref(h->rate.limit);
	mem_deref(h->tls);
}


static void end_handler(void *arg)
{
	mem_deref(arg);
}


/** End the connection from the loop */
void http_conn_end(struct http_conn *c)
{
	c->dead = true;
	tmr_cancel(&c->timeout);
	tmr_start(&c->later, 0, end_handler, c);
}


static void timeout_end(void *arg)
{
	http_conn_end(arg);
}


/** All is said: let the other side read it before the socket goes, for a
 *  close with unread input would reset the connection */
static void linger(struct http_conn *c)
{
	if (c->lingering)
		return;

	c->lingering = true;
	(void)shutdown(tcp_conn_fd(c->tc), SHUT_WR);
	tmr_start(&c->timeout, LINGER_MS, timeout_end, c);
}


static void pump(struct http_conn *c);


static void writable_handler(void *arg)
{
	pump(arg);
}


static bool is_sending(const struct http_conn *c)
{
	return mbuf_get_left(c->out) || c->unsent.l;
}


/** @return Bytes that the socket or its queue took */
static size_t send_piece(struct http_conn *c, const void *p, size_t len)
{
	struct mbuf piece;

	if (!len || c->dead || tcp_conn_txqsz(c->tc))
		return 0;

	mbuf_init(&piece);
	piece.buf = (uint8_t *)p;
	piece.size = MIN(len, PIECE_MAX);
	piece.end = piece.size;
	if (tcp_send(c->tc, &piece)) {
		http_conn_end(c);
		return 0;
	}
	tmr_start(&c->stall, STALL_MS, timeout_end, c);

	return piece.end;
}


/** Send as the socket takes it */
static void pump(struct http_conn *c)
{
	if (c->dead || c->lingering)
		return;

	c->out->pos += send_piece(c, mbuf_buf(c->out), mbuf_get_left(c->out));
	if (!mbuf_get_left(c->out))
		pl_advance(&c->unsent,
			   (ssize_t)send_piece(c, c->unsent.p, c->unsent.l));
	if (c->dead)
		return;

	if (is_sending(c) || tcp_conn_txqsz(c->tc)) {
		(void)tcp_set_send(c->tc, writable_handler);
		return;
	}

	c->tail = mem_deref(c->tail);
	(void)tcp_set_send(c->tc, NULL);
	tmr_cancel(&c->stall);
	mem_deref(c->out);
	c->out = mbuf_alloc(1024);
	if (!c->out)
		http_conn_end(c);
	else if (c->last)
		linger(c);
	else
		tmr_start(&c->later, 0, http_conn_later, c);
}


void http_conn_tail(struct http_conn *c, const void *body, size_t len)
{
	/* the last piece of another may still be in the socket's queue */
	mem_deref(c->tail);
	c->tail = mem_ref((void *)body);
	c->unsent.p = body;
	c->unsent.l = len;
}


/** Append to what is still to be sent. @return position for
 * http_conn_written() */
size_t http_conn_writing(struct http_conn *c)
{
	size_t pos = c->out->pos;

	c->out->pos = c->out->end;

	return pos;
}


void http_conn_written(struct http_conn *c, size_t pos, int err)
{
	c->out->pos = pos;
	if (err)
		http_conn_end(c);
	else
		pump(c);
}


/** Refuse what could not be read as a request; the connection ends */
static void http_refuse(struct http_conn *c, unsigned status)
{
	const char *reason = http_reason(status);
	size_t pos = http_conn_writing(c);
	int err;

	c->last = true;
	err = http_print_head(c->out, status, "text/plain", NULL, true);
	err |= mbuf_printf(c->out, "Content-Length: %zu\r\n\r\n%s\n",
			   strlen(reason) + 1, reason);
	http_conn_written(c, pos, err);
}


static void head_timeout(void *arg)
{
	struct http_conn *c = arg;

	if (mbuf_get_left(c->in))
		http_refuse(c, 408);
	else
		http_conn_end(c);
}


static int exchange_alloc(struct http_exchange **xp, struct http_conn *c)
{
	struct http_exchange *x;

	x = mem_zalloc(sizeof(*x), exchange_destructor);
	if (!x)
		return ENOMEM;

	x->conn = c;
	*xp = x;

	return 0;
}


static void send_continue(struct http_conn *c)
{
	size_t pos = http_conn_writing(c);

	http_conn_written(
		c, pos,
		mbuf_write_str(c->out, "HTTP/1.1 100 Continue\r\n\r\n"));
}


/** Head of the next request, if it is there. @return false to wait */
static bool take_head(struct http_conn *c)
{
	const char *p = (const char *)mbuf_buf(c->in), *stop;
	size_t len = mbuf_get_left(c->in), from, head;
	unsigned status;

	/* An empty line before the request line is let pass (9112, 2.2). */
	if (len >= 2 && p[0] == '\r' && p[1] == '\n' && !c->scanned) {
		c->in->pos += 2;
		return mbuf_get_left(c->in) > 0;
	}

	from = c->scanned > 3 ? c->scanned - 3 : 0;
	stop = memmem(p + from, len - from, "\r\n\r\n", 4);
	if (!stop) {
		c->scanned = len;
		if (len > HTTP_HEAD_MAX)
			http_refuse(c, 431);
		return false;
	}

	head = (size_t)(stop - p) + 4;
	c->scanned = 0;
	c->begun = false;
	if (exchange_alloc(&c->x, c)) {
		http_conn_end(c);
		return false;
	}

	status = http_head_parse(&c->x->head, p, head);
	c->in->pos += MIN(head, len);
	if (status) {
		c->x = mem_deref(c->x);
		http_refuse(c, status);
		return false;
	}

	c->x->body = mbuf_alloc(c->x->head.body_bytes + 1);
	if (!c->x->body) {
		c->x = mem_deref(c->x);
		http_refuse(c, 503);
		return false;
	}
	tmr_start(&c->timeout, BODY_MS, head_timeout, c);
	if (c->x->head.expect_continue && !mbuf_get_left(c->in))
		send_continue(c);

	return true;
}


/** Body of the request; when it is whole the handler is called */
static bool take_body(struct http_conn *c)
{
	struct http_exchange *x = c->x;
	size_t need = x->head.body_bytes - x->body->end;
	size_t n = MIN(need, mbuf_get_left(c->in));

	if (mbuf_write_mem(x->body, mbuf_buf(c->in), n)) {
		http_conn_end(c);
		return false;
	}
	c->in->pos += n;
	if (n < need)
		return false;

	x->body->buf[x->body->end] = '\0';
	x->req.method = x->head.method;
	x->req.path = x->head.path;
	x->req.query = x->head.query;
	x->req.body = (const char *)x->body->buf;
	x->req.body_len = x->body->end;
	x->req.peer = c->peer;
	x->req.secure = c->sc != NULL;

	tmr_cancel(&c->timeout);
	mem_ref(x); /* held by the application until it answers */
	mem_ref(c);
	if (limit_of_take(&c->server->rate, &c->peer))
		c->server->h(x, &x->req, c->server->arg);
	else
		(void)http_reply_body(x, 429, NULL, "Retry-After: 5\r\n", NULL,
				      0);
	mem_deref(c);

	return true;
}


static bool is_reading_body(const struct http_conn *c)
{
	return c->x && tmr_isrunning(&c->timeout);
}


/** Between requests, or in the head of one. That begins with its first byte:
 *  empty lines before it are none, and change nothing */
static void start_clock(struct http_conn *c)
{
	const bool begun = mbuf_get_left(c->in) && mbuf_buf(c->in)[0] != '\r';

	if ((begun && !c->begun) || !tmr_isrunning(&c->timeout))
		tmr_start(&c->timeout, begun ? HEAD_MS : IDLE_MS, head_timeout,
			  c);
	c->begun = begun;
}


/** Work through what has been received */
static void advance(struct http_conn *c)
{
	bool more = true, waits;

	mem_ref(c);
	while (more && !c->dead && !c->last && c->tc) {
		/* No next request before the last answer is out. */
		const bool body = is_reading_body(c);

		if (is_sending(c) ||
		    (!body && (c->x || !mbuf_get_left(c->in))))
			break;
		more = body ? take_body(c) : take_head(c);
	}

	waits = !c->dead && c->tc && !c->x && !c->last && !is_sending(c);
	if (waits)
		start_clock(c);
	listener_place_idle(c->place,
			    waits && !c->begun && !tcp_conn_txqsz(c->tc));
	mem_deref(c);
}


void http_conn_later(void *arg)
{
	advance(arg);
}


/** Keep the unread, drop the read; pipelining has its limit too */
static int keep_input(struct http_conn *c, const struct mbuf *mb)
{
	size_t pos = c->in->pos;
	int err;

	if (mbuf_get_left(c->in) + mbuf_get_left(mb) >
	    HTTP_HEAD_MAX + HTTP_BODY_MAX)
		return EOVERFLOW;

	if (pos) {
		struct mbuf *left =
			mbuf_alloc(mbuf_get_left(c->in) + mbuf_get_left(mb));

		if (!left)
			return ENOMEM;
		(void)mbuf_write_mem(left, mbuf_buf(c->in),
				     mbuf_get_left(c->in));
		mem_deref(c->in);
		c->in = left;
	}
	c->in->pos = c->in->end;
	err = mbuf_write_mem(c->in, mbuf_buf(mb), mbuf_get_left(mb));
	c->in->pos = 0;

	return err;
}


static void recv_handler(struct mbuf *mb, void *arg)
{
	struct http_conn *c = arg;

	if (c->dead || c->lingering || c->last)
		return;

	if (keep_input(c, mb)) {
		http_conn_end(c);
		return;
	}

	/* also where it is answered at once: it was in use just now */
	listener_place_idle(c->place, false);
	advance(c);
}


static void close_handler(int err, void *arg)
{
	(void)err;
	http_conn_end(arg);
}


static int accept_handler(struct tcp_conn *tc, struct listener_place *place,
			  const struct sa *peer, void *arg)
{
	struct http_server *h = arg;
	struct http_conn *c;
	int err;

	c = mem_zalloc(sizeof(*c), conn_destructor);
	if (!c)
		return ENOMEM;

	c->server = h;
	c->peer = *peer;
	c->in = mbuf_alloc(1024);
	c->out = mbuf_alloc(1024);
	err = c->in && c->out ? 0 : ENOMEM;
	if (err)
		goto out;

	c->tc = mem_ref(tc);
	tcp_set_handlers(tc, NULL, recv_handler, close_handler, c);
	listener_tune(c->tc);
	tcp_conn_txqsz_set(c->tc, HTTP_BEHIND_MAX);
	if (h->tls) {
		err = tls_start_tcp(&c->sc, h->tls, c->tc, 0);
		if (err)
			goto out;
	}
	c->place = place;
	list_append(&h->conns, &c->le, c);
	tmr_start(&c->timeout, HEAD_MS, head_timeout, c);

out:
	if (err)
		mem_deref(c);

	return err;
}


int http_server_alloc(struct http_server **hp, const struct sa *laddr,
		      struct tls *tls, http_handler_h *h, void *arg)
{
	struct http_server *server;
	int err;

	if (!hp || !laddr || !h)
		return EINVAL;

	server = mem_zalloc(sizeof(*server), http_destructor);
	if (!server)
		return ENOMEM;

	server->tls = mem_ref(tls);
	server->h = h;
	server->arg = arg;
	err = listener_alloc(&server->listener, laddr, accept_handler, server);
	if (err)
		mem_deref(server);
	else
		*hp = server;

	return err;
}


int http_server_set_rate(struct http_server *h,
			 bool (*freeh)(const struct sa *source,
				       const void *arg),
			 const void *arg)
{
	static const struct limit_rate rate = {HTTP_RATE, 1, HTTP_BURST};
	int err;

	h->rate.freeh = freeh;
	h->rate.arg = arg;
	err = limit_alloc(&h->rate.limit, &rate);
	if (!err)
		err = listener_set_rate(h->listener, freeh, arg);

	return err;
}


void http_server_set_ice(struct http_server *h, listener_ice_h *iceh,
			 void *arg)
{
	listener_set_ice(h->listener, iceh, arg);
}


bool http_server_serves(const struct http_server *h, const struct sa *host)
{
	return listener_serves(h->listener, host);
}


const struct sa *http_server_addr(const struct http_server *h)
{
	return h ? listener_addr(h->listener) : NULL;
}
