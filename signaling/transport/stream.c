/**
 * @file signaling/transport/stream.c  SIP over a byte stream
 */
#include <netinet/tcp.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/transport/stream.h"


struct stream {
	struct tcp_conn *tc;
	struct tls_conn *sc;
	struct listener_place *place;
	struct mbuf *in;      /**< received, not yet a whole piece */
	struct mbuf *waiting; /**< to be sent when the connection is up */
	struct tmr idle, partial, fail;
	size_t scanned, max_bytes;
	size_t needed; /**< bytes of the message whose head is there */
	struct sip_lines *head; /**< of it, while its body is awaited */
	stream_message_h *msgh;
	stream_close_h *closeh;
	stream_used_h *usedh;
	void *arg;
	int err;
	bool up;
	bool spoken;         /**< a whole message has come */
	bool retired;        /**< nothing new goes by it */
	bool pieces, pinged; /**< among what has just come */
};


static void stream_destructor(void *arg)
{
	struct stream *s = arg;

	tmr_cancel(&s->idle);
	tmr_cancel(&s->partial);
	tmr_cancel(&s->fail);
	mem_deref(s->sc);
	mem_deref(s->tc);
	mem_deref(s->place);
	mem_deref(s->in);
	mem_deref(s->head);
	mem_deref(s->waiting);
}


/** Content-Length of a complete head; false if there is none to trust */
static bool content_length(const struct sip_lines *w, size_t max, size_t *n)
{
	const struct sip_line *h;
	uint64_t value;

	h = sip_lines_find(w, SIP_LINES_CONTENT_LENGTH);
	if (!h || sip_lines_count(w, SIP_LINES_CONTENT_LENGTH) != 1 ||
	    !sip_lines_number(&h->value, max, &value))
		return false;

	*n = (size_t)value;

	return true;
}


bool stream_is_partial(const char *p, size_t len)
{
	return len && !(len == 2 && p[0] == '\r' && p[1] == '\n');
}


enum stream_piece stream_piece(struct sip_lines *w, const char *p, size_t len,
			       size_t max, size_t *scanned, size_t *bytes)
{
	const char *end;
	size_t from, head, body;

	*bytes = 0;
	if (len >= 2 && p[0] == '\r' && p[1] == '\n') {
		if (len < 4 && !(len == 3 && p[2] != '\r')) {
			*bytes = 2;
			return STREAM_MORE;
		}
		*bytes = p[2] == '\r' && p[3] == '\n' ? 4 : 2;
		return *bytes == 4 ? STREAM_PING : STREAM_BLANK;
	}
	if (len < 2 && (!len || p[0] == '\r'))
		return STREAM_MORE;

	from = *scanned > 3 ? *scanned - 3 : 0;
	end = from < len ? memmem(p + from, len - from, "\r\n\r\n", 4) : NULL;
	if (!end) {
		*scanned = len;
		if (len <= MIN(max, SIP_LINES_HEAD_BYTES_MAX))
			return STREAM_MORE;
		*bytes = MIN(len, max);
		return STREAM_BROKEN;
	}

	head = (size_t)(end - p) + 4;
	(void)sip_lines_parse(w, p, head);
	if (head > max || !content_length(w, max, &body) ||
	    head + body > max) {
		*bytes = MIN(len, max);
		return STREAM_BROKEN;
	}

	*bytes = head + body;

	return *bytes <= len ? STREAM_MESSAGE : STREAM_MORE;
}


static void fail_handler(void *arg)
{
	struct stream *s = arg;

	s->closeh(s->err, s->arg);
}


/** End the connection from the loop, not from within a caller */
static void fail(struct stream *s, int err)
{
	if (!s->err)
		s->err = err;
	tmr_start(&s->fail, 0, fail_handler, s);
}


static void timeout_handler(void *arg)
{
	fail(arg, ETIMEDOUT);
}


/** Nothing has come for long, or it is retired */
static void idle_handler(void *arg)
{
	struct stream *s = arg;

	if (s->usedh(s->arg))
		tmr_start(&s->idle,
			  s->retired ? STREAM_RETIRED_MS : STREAM_IDLE_MS,
			  idle_handler, s);
	else
		fail(s, ETIMEDOUT);
}


static int send_now(struct stream *s, struct mbuf *mb)
{
	int err = tcp_send(s->tc, mb);

	if (err)
		fail(s, err);

	return err;
}


static void pong_handler(void *arg)
{
	struct mbuf mb = {.buf = (uint8_t *)"\r\n", .size = 2, .end = 2};
	struct stream *s = arg;

	(void)tcp_set_send(s->tc, NULL);
	if (!s->err)
		(void)send_now(s, &mb);
}


/** When nothing else waits to be sent: two bytes in the queue take hundreds of
 *  times what it took to ask for them */
static void send_pong(struct stream *s)
{
	if (tcp_conn_txqsz(s->tc))
		(void)tcp_set_send(s->tc, pong_handler);
	else
		pong_handler(s);
}


/** A message is whole: its lines are found, but without the body */
static void give_message(struct stream *s, struct sip_lines *w, const char *p,
			 size_t bytes)
{
	s->spoken = true;
	sip_lines_move(w, p, bytes);
	s->msgh(w, bytes, false, s->arg);
}


/** The head is there, the body is not: keep what is known of it, for its
 *  bytes will move. @return false if there is no memory for that */
static bool keep_head(struct stream *s, const struct sip_lines *w)
{
	s->head = mem_alloc(sizeof(*s->head), NULL);
	if (!s->head)
		return false;

	*s->head = *w;

	return true;
}


/** Deal with the first piece; true if there may be another */
static bool next_piece(struct stream *s)
{
	const char *p = (const char *)mbuf_buf(s->in);
	size_t len = mbuf_get_left(s->in), bytes = s->needed;
	enum stream_piece piece = STREAM_MESSAGE;
	struct sip_lines found, *w = s->head ? s->head : &found;

	if (!s->head)
		piece = stream_piece(w, p, len, s->max_bytes, &s->scanned,
				     &bytes);

	switch (piece) {

	case STREAM_MORE:
		s->needed = bytes;
		if (bytes > 2 && !keep_head(s, w))
			fail(s, ENOMEM);
		return false;

	case STREAM_PING: s->pinged = true; break;

	case STREAM_BLANK: break;

	case STREAM_BROKEN:
		(void)sip_lines_parse(w, p, bytes);
		s->msgh(w, bytes, true, s->arg);
		fail(s, EBADMSG);
		return false;

	case STREAM_MESSAGE: give_message(s, w, p, bytes); break;
	}

	s->in->pos += bytes;
	s->scanned = 0;
	s->needed = 0;
	s->head = mem_deref(s->head);
	s->pieces = true;

	return !s->err && mbuf_get_left(s->in);
}


/** Timers and keep-alive once for all that came at a time: a flood of empty
 *  lines is cheap to send */
static void settle(struct stream *s)
{
	if (!s->pieces)
		return;

	s->pieces = false;
	tmr_cancel(&s->partial);
	if (s->spoken && !s->retired)
		tmr_start(&s->idle, STREAM_IDLE_MS, idle_handler, s);
	if (s->pinged && !s->err)
		send_pong(s);
	s->pinged = false;
}


static void recv_handler(struct mbuf *mb, void *arg)
{
	struct stream *s = arg;
	size_t pos = s->in->pos;
	int err;

	if (s->err)
		return;

	s->in->pos = s->in->end;
	err = mbuf_write_mem(s->in, mbuf_buf(mb), mbuf_get_left(mb));
	s->in->pos = pos;
	if (err) {
		fail(s, err);
		return;
	}

	if (mbuf_get_left(s->in) >= s->needed) {
		while (next_piece(s))
			;
		settle(s);
	}

	if (!mbuf_get_left(s->in)) {
		mem_deref(s->in);
		s->in = mbuf_alloc(2048);
		if (!s->in) {
			s->in = mbuf_alloc(16);
			fail(s, ENOMEM);
		}
		return;
	}

	(void)mbuf_shift(s->in, -(ssize_t)s->in->pos);
	if (!stream_is_partial((const char *)mbuf_buf(s->in),
			       mbuf_get_left(s->in)))
		return;
	if (!tmr_isrunning(&s->partial))
		tmr_start(&s->partial, STREAM_PARTIAL_MS, timeout_handler, s);
}


static void estab_handler(void *arg)
{
	struct stream *s = arg;

	s->up = true;
	if (!s->waiting)
		return;

	s->waiting->pos = 0;
	(void)send_now(s, s->waiting);
	s->waiting = mem_deref(s->waiting);
}


static void close_handler(int err, void *arg)
{
	fail(arg, err ? err : ECONNRESET);
}


static int stream_alloc(struct stream **sp, size_t max_bytes,
			stream_message_h *msgh, stream_close_h *closeh,
			stream_used_h *usedh, void *arg)
{
	struct stream *s;

	s = mem_zalloc(sizeof(*s), stream_destructor);
	if (!s)
		return ENOMEM;

	s->max_bytes = max_bytes;
	s->msgh = msgh;
	s->closeh = closeh;
	s->usedh = usedh;
	s->arg = arg;
	s->in = mbuf_alloc(2048);
	if (!s->in) {
		mem_deref(s);
		return ENOMEM;
	}

	*sp = s;

	return 0;
}


/** The socket is there: its options, TLS, and the first message's clock */
static int begin(struct stream *s, struct tls *tls)
{
	listener_tune(s->tc);
	tcp_conn_txqsz_set(s->tc, STREAM_BEHIND_MAX);
	tmr_start(&s->idle, STREAM_FIRST_MS, timeout_handler, s);

	return tls ? tls_start_tcp(&s->sc, tls, s->tc, 0) : 0;
}


int stream_accept(struct stream **sp, struct tcp_conn *tc,
		  struct listener_place *place, struct tls *tls,
		  size_t max_bytes, stream_message_h *msgh,
		  stream_close_h *closeh, stream_used_h *usedh, void *arg)
{
	struct stream *s;
	int err;

	err = stream_alloc(&s, max_bytes, msgh, closeh, usedh, arg);
	if (err)
		return err;

	s->tc = mem_ref(tc);
	tcp_set_handlers(tc, estab_handler, recv_handler, close_handler, s);
	err = begin(s, tls);
	if (!err)
		s->place = place;

	if (err)
		mem_deref(s);
	else
		*sp = s;

	return err;
}


int stream_connect(struct stream **sp, const struct sa *local,
		   const struct sa *peer, struct tls *tls, const char *host,
		   size_t max_bytes, stream_message_h *msgh,
		   stream_close_h *closeh, stream_used_h *usedh, void *arg)
{
	struct stream *s;
	struct sa from;
	int err;

	err = stream_alloc(&s, max_bytes, msgh, closeh, usedh, arg);
	if (err)
		return err;

	err = tcp_conn_alloc(&s->tc, peer, estab_handler, recv_handler,
			     close_handler, s);
	if (err)
		goto out;
	if (local) {
		from = *local;
		sa_set_port(&from, 0);
		err = tcp_conn_bind(s->tc, &from);
		if (err)
			goto out;
	}
	err = tcp_conn_connect(s->tc, peer);
	if (err)
		goto out;

	err = begin(s, tls);
	if (!err && tls && host)
		err = tls_set_verify_server(s->sc, host);
	/* an address is no server name (RFC 6066 section 3) */
	if (!err && tls && host && sa_set_str(&from, host, 0))
		err = tls_set_servername(s->sc, host);

out:
	if (err)
		mem_deref(s);
	else
		*sp = s;

	return err;
}


void stream_retire(struct stream *s)
{
	struct mbuf ping = {.buf = (uint8_t *)"\r\n\r\n", .size = 4, .end = 4};
	const unsigned ms = STREAM_RETIRED_ACK_MS;

	if (!s || s->err)
		return;

	s->retired = true;
	(void)setsockopt(tcp_conn_fd(s->tc), IPPROTO_TCP, TCP_USER_TIMEOUT,
			 &ms, sizeof(ms));
	if (s->up)
		(void)send_now(s, &ping);
	tmr_start(&s->idle, 0, idle_handler, s);
}


bool stream_is_outstanding(const struct stream *s)
{
	return s && !s->place && !s->up;
}


int stream_send(struct stream *s, struct mbuf *mb)
{
	if (!s || !mb || s->err)
		return ENOTCONN;

	if (s->up)
		return send_now(s, mb);

	if (!s->waiting)
		s->waiting = mbuf_alloc(4096);
	if (!s->waiting)
		return ENOMEM;
	if (s->waiting->end + mbuf_get_left(mb) > STREAM_BEHIND_MAX)
		return ENOSPC;

	return mbuf_write_mem(s->waiting, mbuf_buf(mb), mbuf_get_left(mb));
}


int stream_local(const struct stream *s, struct sa *local)
{
	return s ? tcp_conn_local_get(s->tc, local) : EINVAL;
}
