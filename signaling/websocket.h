/**
 * @file signaling/websocket.h  WebSocket server framing (RFC 6455)
 *
 * Our own: libre's decoder must not be used. Client frames must be masked;
 * fragments are put together; control frames are answered; sizes are capped
 * (1009), text is checked to be UTF-8 (1007). A parser without a socket below
 * (websocket_parser_*) serves tests and fuzzing.
 */
#ifndef PARLEY_SIGNALING_WEBSOCKET_H
#define PARLEY_SIGNALING_WEBSOCKET_H

#include "signaling/http.h"

struct websocket;

/** A whole message came; text and binary alike */
typedef void(websocket_message_h)(const char *data, size_t len, void *arg);
typedef void(websocket_close_h)(void *arg);

/**
 * Upgrade the exchange of a GET with `Upgrade: websocket`
 *
 * @param protocol Sub-protocol that must be offered, and is answered: "sip"
 * @return 0; EPROTO (answered with 400/426), the exchange is used up anyway
 */
int websocket_accept(struct websocket **wp, struct http_exchange *x,
		     const char *protocol);

void websocket_set_handlers(struct websocket *ws, websocket_message_h *msgh,
			    websocket_close_h *closeh, void *arg);

/** Send one text message */
int websocket_send(struct websocket *ws, const char *data, size_t len);

/** Start the closing handshake with a status code (RFC 6455 section 7.4) */
void websocket_close(struct websocket *ws, uint16_t code);

void websocket_addr(const struct websocket *ws, struct sa *local,
		    struct sa *peer, bool *secure);

#endif
