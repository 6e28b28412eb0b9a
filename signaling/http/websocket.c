/**
 * @file signaling/http/websocket.c  WebSocket connection, server side
 */
#include <string.h>
#include <openssl/sha.h>
#include "mixer/base/log.h"
#include "signaling/http/http_parser.h"
#include "signaling/http/listener.h"
#include "signaling/http/websocket.h"


enum {
	BEHIND_MAX = 1048576,
	ANSWER_MAX = 125, /**< payload of a control frame (section 5.5) */
};

/** CLOSING: our close frame is out, theirs is awaited */
enum state { OPEN, CLOSING, DEAD };

/** To the last keep-alive that came */
struct answer {
	bool due;
	size_t len;
	uint8_t data[ANSWER_MAX];
};

struct websocket {
	struct tcp_conn *tc;
	struct tls_conn *sc;
	struct listener_place *place;
	struct websocket_parser *parser;
	struct mbuf *early; /**< came before the handlers were set */
	struct sa local, peer;
	struct tmr ping, end;
	struct tmr partial; /**< until what has begun is whole */
	struct answer pong, text;
	enum state state;
	bool answered; /**< something came since the last ping */
	websocket_message_h *msgh;
	websocket_close_h *closeh;
	void *arg;
};


static void websocket_destructor(void *arg)
{
	struct websocket *ws = arg;

	tmr_cancel(&ws->ping);
	tmr_cancel(&ws->end);
	tmr_cancel(&ws->partial);
	mem_deref(ws->sc);
	mem_deref(ws->tc);
	mem_deref(ws->place);
	mem_deref(ws->parser);
	mem_deref(ws->early);
}


static void end_handler(void *arg)
{
	struct websocket *ws = arg;

	ws->state = DEAD;
	if (ws->closeh)
		ws->closeh(ws->arg);
}


/** The connection is over; told from the loop */
static void end(struct websocket *ws, uint64_t delay_ms)
{
	if (ws->state == DEAD)
		return;
	if (!delay_ms)
		ws->state = DEAD;
	tmr_cancel(&ws->ping);
	tmr_cancel(&ws->partial);
	tmr_start(&ws->end, delay_ms, end_handler, ws);
}


static int send_frame(struct websocket *ws, enum websocket_opcode opcode,
		      const void *data, size_t len)
{
	struct mbuf *mb = mbuf_alloc(len + 10);
	int err;

	if (!mb)
		return ENOMEM;

	err = websocket_frame_encode(mb, opcode, data, len);
	mb->pos = 0;
	if (!err)
		err = tcp_send(ws->tc, mb);
	mem_deref(mb);
	if (err)
		end(ws, 0);

	return err;
}


static void send_close(struct websocket *ws, uint16_t code)
{
	uint8_t payload[2] = {(uint8_t)(code >> 8), (uint8_t)code};

	(void)send_frame(ws, WEBSOCKET_CLOSE, payload,
			 code == WEBSOCKET_NO_STATUS ? 0 : sizeof(payload));
}


static void answer_keep(struct answer *a, const void *data, size_t len)
{
	a->due = true;
	a->len = MIN(len, sizeof(a->data));
	memcpy(a->data, data, a->len);
}


static void answer_give(struct websocket *ws, struct answer *a,
			enum websocket_opcode opcode)
{
	if (a->due && ws->state == OPEN)
		(void)send_frame(ws, opcode, a->data, a->len);
	a->due = false;
}


static void give_answers(void *arg)
{
	struct websocket *ws = arg;

	(void)tcp_set_send(ws->tc, NULL);
	answer_give(ws, &ws->pong, WEBSOCKET_PONG);
	answer_give(ws, &ws->text, WEBSOCKET_TEXT);
}


/** Of all that ask at a time the last is answered (section 5.5.3), and when
 *  nothing else waits to be sent: a small frame in the queue takes a hundred
 *  times what it took to ask for it */
static void settle_answers(struct websocket *ws)
{
	if ((!ws->pong.due && !ws->text.due) || ws->state != OPEN)
		return;
	if (tcp_conn_txqsz(ws->tc))
		(void)tcp_set_send(ws->tc, give_answers);
	else
		give_answers(ws);
}


/** Their close frame, as the first or as the answer to ours */
static void closed_by_peer(struct websocket *ws, const char *data, size_t len)
{
	uint16_t code = WEBSOCKET_NO_STATUS;

	if (len >= 2)
		code = (uint16_t)((uint8_t)data[0] << 8 | (uint8_t)data[1]);
	if (ws->state == OPEN)
		send_close(ws, code);
	end(ws, 0);
}


static bool frame_handler(enum websocket_opcode opcode, const char *data,
			  size_t len, void *arg)
{
	struct websocket *ws = arg;

	switch (opcode) {

	case WEBSOCKET_TEXT:
	case WEBSOCKET_BINARY:
		tmr_cancel(&ws->partial);
		if (ws->state == OPEN && ws->msgh)
			ws->msgh(data, len, ws->arg);
		break;

	case WEBSOCKET_PING: answer_keep(&ws->pong, data, len); break;

	case WEBSOCKET_CLOSE: closed_by_peer(ws, data, len); break;

	case WEBSOCKET_PONG:
	case WEBSOCKET_CONTINUATION: break;
	}

	/* The handler may have let go of us. */
	return mem_nrefs(ws) > 1 && ws->state != DEAD;
}


static void slow_handler(void *arg)
{
	end(arg, 0);
}


static void feed(struct websocket *ws, const void *data, size_t len)
{
	uint16_t status;

	mem_ref(ws);
	status = websocket_parser_feed(ws->parser, data, len);
	if (status && ws->state != DEAD && mem_nrefs(ws) > 1) {
		if (ws->state == OPEN)
			send_close(ws, status);
		end(ws, 0);
	}
	if (mem_nrefs(ws) > 1)
		settle_answers(ws);
	if (ws->state != OPEN || mem_nrefs(ws) == 1 ||
	    !websocket_parser_is_partial(ws->parser))
		tmr_cancel(&ws->partial);
	else if (!tmr_isrunning(&ws->partial))
		tmr_start(&ws->partial, WEBSOCKET_PARTIAL_MS, slow_handler,
			  ws);
	mem_deref(ws);
}


static void recv_handler(struct mbuf *mb, void *arg)
{
	struct websocket *ws = arg;

	if (ws->state == DEAD)
		return;

	ws->answered = true;
	feed(ws, mbuf_buf(mb), mbuf_get_left(mb));
}


static void close_handler(int err, void *arg)
{
	(void)err;
	end(arg, 0);
}


/** A browser whose network went away does not say so */
static void ping_handler(void *arg)
{
	struct websocket *ws = arg;

	if (!ws->answered) {
		end(ws, 0);
		return;
	}

	ws->answered = false;
	tmr_start(&ws->ping, WEBSOCKET_PING_MS, ping_handler, ws);
	(void)send_frame(ws, WEBSOCKET_PING, "", 0);
}


/** Sec-WebSocket-Accept of a key (section 4.2.2) */
static int accept_key(char *dst, size_t size, const char *key)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	uint8_t text[24 + sizeof(guid)], digest[20];
	size_t len = size - 1;
	int err;

	memcpy(text, key, 24);
	memcpy(text + 24, guid, sizeof(guid) - 1);
	SHA1(text, 24 + sizeof(guid) - 1, digest);
	err = base64_encode(digest, sizeof(digest), dst, &len);
	if (!err)
		dst[len] = '\0';

	return err;
}


/** Why the upgrade is refused, 0 if it is not (section 4.2.1) */
static unsigned check_request(const struct http_exchange *x,
			      const char *protocol)
{
	const char *key = http_header(x, "Sec-WebSocket-Key");
	const char *version = http_header(x, "Sec-WebSocket-Version");
	const char *offered = http_header(x, "Sec-WebSocket-Protocol");

	if (strcmp(http_exchange_request(x)->method, "GET") != 0)
		return 400;
	if (!http_head_has_token(http_header(x, "Upgrade"), "websocket") ||
	    !http_head_has_token(http_header(x, "Connection"), "upgrade") ||
	    !version || strcmp(version, "13") != 0)
		return 426;
	if (!key || strlen(key) != 24 ||
	    !http_head_has_token(offered, protocol))
		return 400;

	return 0;
}


static int send_accept(struct websocket *ws, const char *accept,
		       const char *protocol)
{
	struct mbuf *mb = mbuf_alloc(256);
	int err;

	if (!mb)
		return ENOMEM;

	err = mbuf_printf(mb,
			  "HTTP/1.1 101 Switching Protocols\r\n"
			  "Upgrade: websocket\r\nConnection: Upgrade\r\n"
			  "Sec-WebSocket-Accept: %s\r\n"
			  "Sec-WebSocket-Protocol: %s\r\n\r\n",
			  accept, protocol);
	mb->pos = 0;
	if (!err)
		err = tcp_send(ws->tc, mb);
	mem_deref(mb);

	return err;
}


/** What came right behind the request waits until the handlers are set */
static void start_handler(void *arg)
{
	struct websocket *ws = arg;
	struct mbuf *early = ws->early;

	ws->early = NULL;
	ws->answered = true;
	tmr_start(&ws->ping, WEBSOCKET_PING_MS, ping_handler, ws);
	if (mbuf_get_left(early))
		feed(ws, mbuf_buf(early), mbuf_get_left(early));
	mem_deref(early);
}


static int take_over(struct websocket *ws, struct http_exchange *x)
{
	struct http_upgrade u;
	int err;

	err = http_exchange_upgrade(x, &u);
	if (err)
		return err;

	ws->tc = u.tc;
	ws->sc = u.sc;
	ws->place = u.place;
	ws->early = u.in;
	ws->local = u.local;
	ws->peer = u.peer;
	tcp_set_handlers(ws->tc, NULL, recv_handler, close_handler, ws);
	tcp_conn_txqsz_set(ws->tc, BEHIND_MAX);
	tmr_start(&ws->ping, 0, start_handler, ws);

	return 0;
}


int websocket_accept(struct websocket **wp, struct http_exchange *x,
		     const char *protocol)
{
	struct websocket *ws;
	char accept[32];
	unsigned status;
	int err;

	if (!wp || !x || !protocol)
		return EINVAL;

	status = check_request(x, protocol);
	if (status) {
		(void)http_reply_body(x, status, NULL,
				      "Sec-WebSocket-Version: 13\r\n", NULL,
				      0);
		return EPROTO;
	}

	ws = mem_zalloc(sizeof(*ws), websocket_destructor);
	err = ws ? websocket_parser_alloc(&ws->parser, frame_handler, ws)
		 : ENOMEM;
	if (!err)
		err = accept_key(accept, sizeof(accept),
				 http_header(x, "Sec-WebSocket-Key"));
	if (err) {
		(void)http_reply_body(x, 503, NULL, NULL, NULL, 0);
		goto out;
	}

	err = take_over(ws, x);
	if (!err)
		err = send_accept(ws, accept, protocol);

out:
	if (err)
		mem_deref(ws);
	else
		*wp = ws;

	return err;
}


void websocket_set_handlers(struct websocket *ws, websocket_message_h *msgh,
			    websocket_close_h *closeh, websocket_used_h *usedh,
			    void *arg)
{
	if (!ws)
		return;

	ws->msgh = msgh;
	ws->closeh = closeh;
	ws->arg = arg;
	listener_place_use(ws->place, usedh, arg);
}


int websocket_send(struct websocket *ws, const char *data, size_t len)
{
	if (!ws || (!data && len))
		return EINVAL;
	if (ws->state != OPEN)
		return ENOTCONN;

	return send_frame(ws, WEBSOCKET_TEXT, data, len);
}


void websocket_answer(struct websocket *ws, const char *data, size_t len)
{
	if (ws && data)
		answer_keep(&ws->text, data, len);
}


void websocket_close(struct websocket *ws, uint16_t code)
{
	if (!ws || ws->state != OPEN)
		return;

	send_close(ws, code);
	if (ws->state != OPEN)
		return;
	ws->state = CLOSING;
	end(ws, WEBSOCKET_CLOSE_MS);
}


void websocket_addr(const struct websocket *ws, struct sa *local,
		    struct sa *peer, bool *secure)
{
	if (!ws)
		return;

	if (local)
		*local = ws->local;
	if (peer)
		*peer = ws->peer;
	if (secure)
		*secure = ws->sc != NULL;
}
