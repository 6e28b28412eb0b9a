/**
 * @file signaling/http/websocket.h  WebSocket server framing (RFC 6455)
 *
 * Our own: libre's decoder must not be used. Client frames must be masked;
 * fragments are put together; control frames are answered; sizes are capped
 * (1009), text is checked to be UTF-8 (1007). A parser without a socket below
 * (websocket_parser_*) serves tests and fuzzing.
 */
#ifndef PARLEY_SIGNALING_HTTP_WEBSOCKET_H
#define PARLEY_SIGNALING_HTTP_WEBSOCKET_H

#include "signaling/http/http.h"

enum {
	WEBSOCKET_MESSAGE_MAX = 65536, /**< bytes, all fragments */
	WEBSOCKET_PING_MS = 30000,
	WEBSOCKET_CLOSE_MS = 5000,    /**< for the closing handshake */
	WEBSOCKET_PARTIAL_MS = 20000, /**< from first to last byte of one */
};

/** Opcodes (RFC 6455 section 5.2) */
enum websocket_opcode {
	WEBSOCKET_CONTINUATION = 0,
	WEBSOCKET_TEXT = 1,
	WEBSOCKET_BINARY = 2,
	WEBSOCKET_CLOSE = 8,
	WEBSOCKET_PING = 9,
	WEBSOCKET_PONG = 10,
};

/** Status codes (RFC 6455 section 7.4.1) */
enum {
	WEBSOCKET_NORMAL = 1000,
	WEBSOCKET_GOING_AWAY = 1001,
	WEBSOCKET_PROTOCOL_ERROR = 1002,
	WEBSOCKET_NO_STATUS = 1005,
	WEBSOCKET_BAD_DATA = 1007,
	WEBSOCKET_TOO_BIG = 1009,
	WEBSOCKET_INTERNAL = 1011,
};

/** A message or a control frame is whole: TEXT, BINARY, CLOSE, PING, PONG.
 *  @return false to stop parsing (the parser may be freed then) */
typedef bool(websocket_frame_h)(enum websocket_opcode opcode, const char *data,
				size_t len, void *arg);

/** Client-to-server frames, put together; no socket below */
struct websocket_parser;

int websocket_parser_alloc(struct websocket_parser **pp,
			   websocket_frame_h *frameh, void *arg);

/**
 * Feed received bytes
 *
 * @return 0, or the status code to close the connection with (1002, 1007,
 *         1009, 1011); nothing more may be fed then
 */
uint16_t websocket_parser_feed(struct websocket_parser *p, const void *data,
			       size_t len);

/** Has a message or frame begun that is not whole? */
bool websocket_parser_is_partial(const struct websocket_parser *p);

/** Print a server's frame: unmasked, one fragment */
int websocket_frame_encode(struct mbuf *mb, enum websocket_opcode opcode,
			   const void *data, size_t len);

/** The bytes are well-formed UTF-8 (RFC 3629) */
bool websocket_utf8_valid(const char *data, size_t len);

struct websocket;

/** A whole message came; text and binary alike */
typedef void(websocket_message_h)(const char *data, size_t len, void *arg);
typedef void(websocket_close_h)(void *arg);

/** Would somebody miss the connection? One that nobody would is the first to
 *  make room where there is none (census.h) */
typedef bool(websocket_used_h)(void *arg);

/**
 * Upgrade the exchange of a GET with `Upgrade: websocket`
 *
 * Set the handlers before control returns to the loop. mem_deref() drops the
 * connection; in a handler it may be called too.
 *
 * @param wp       Set to the connection
 * @param protocol Sub-protocol that must be offered, and is answered: "sip"
 * @return 0; EPROTO (answered with 400/426), the exchange is used up anyway
 */
int websocket_accept(struct websocket **wp, struct http_exchange *x,
		     const char *protocol);

void websocket_set_handlers(struct websocket *ws, websocket_message_h *msgh,
			    websocket_close_h *closeh, websocket_used_h *usedh,
			    void *arg);

/** Send one text message. @return 0; ENOTCONN; ENOSPC when the reader is more
 *  than 1 MiB behind: the connection is then closed from the loop */
int websocket_send(struct websocket *ws, const char *data, size_t len);

/**
 * From the message handler: that was a keep-alive, answer it with a text
 * message. Of all that come at a time the last is answered, once, and when
 * the far end has read what went before
 *
 * @param data Copied, at most 125 bytes of it
 */
void websocket_answer(struct websocket *ws, const char *data, size_t len);

/** Start the closing handshake with a status code (RFC 6455 section 7.4) */
void websocket_close(struct websocket *ws, uint16_t code);

/** True addresses; secure: over TLS */
void websocket_addr(const struct websocket *ws, struct sa *local,
		    struct sa *peer, bool *secure);

#endif
