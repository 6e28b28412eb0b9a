/**
 * @file test_layer_world.h  A layer, a plain user agent behind it, peers
 * before it
 *
 * The user agent takes every INVITE at once with 180 and, unless told to
 * wait, 200; it stands where the session layer stands. Peers are sockets of
 * the same process that speak SIP word by word.
 */
#ifndef PARLEY_TESTS_BUS_WORLD_H
#define PARLEY_TESTS_BUS_WORLD_H

#include "focus/config/config.h"
#include "signaling/http/http.h"
#include "signaling/http/websocket.h"
#include "signaling/transport/layer.h"

enum { PEER_MESSAGES_MAX = 32, PEER_TEXT_MAX = 70000 };

struct world;

/** One far end */
struct peer {
	struct world *world;
	enum flow_transport transport;
	struct udp_sock *us;
	struct tcp_sock *ts; /**< takes connections of the transport layer */
	struct tcp_conn *tc;
	struct tls_conn *sc;
	struct tls *tls;
	struct websocket_parser *wp;
	struct sa local, to;
	char *messages[PEER_MESSAGES_MAX]; /**< received, oldest first */
	size_t count, read;
	struct mbuf *in;
	bool up, closed, upgraded;
};

struct world {
	struct config config;
	struct transport_layer *layer;
	struct http_server *http;
	struct layer_handled *handled;
	struct layer_flow_lsnr *flows;
	struct sip_dialog *dialog;
	struct sip_strans *strans;
	struct sip_msg *invite;
	struct sip_request *request;
	bool hold_answer; /**< 180 only: 200 is not sent */
	bool move;        /**< an ACK brings its dialog along */
	unsigned invites, acks, byes, cancels, others;
	int last_status; /**< answer to a request of ours; -errno */
	uint64_t flow;   /**< of the last request */
	uint64_t closed_flow;
	uint64_t used_flow; /**< by a call or the like; 0: none */
	struct flow_info info;
	char contact[128];
	const char *headers; /**< of requests of ours, NULL: none */
	char route[64];
	int route_err;
	bool routed, exited, timed_out;
};

/** @param rate, calls, strangers Messages a second, 0: as many as come, of a
 *  source, that begin something of a source, and of all strangers */
int world_alloc(struct world **wp, unsigned rate, unsigned calls,
		unsigned strangers);

/** Run the loop until *flag is set; false after 3 s */
bool world_until(struct world *w, const bool *flag);

/** Run the loop until *n is at least count */
bool world_count(struct world *w, const unsigned *n, unsigned count);

/** A layer_resolve_h of a world: route, flow and error go into it */
void world_routed(int err, const char *route, uint64_t flow, void *arg);

/** Let the loop turn until all that is under way has arrived */
void world_settle(struct world *w);

/** BYE (or other) within the dialog */
int world_request(struct world *w, const char *method);

int peer_alloc(struct peer **pp, struct world *w,
	       enum flow_transport transport);

/** A UDP peer goes on from another address of ours */
void peer_move(struct peer *p, const char *address);

/** A TCP peer that waits to be called */
int peer_listen(struct peer **pp, struct world *w);

/** Send; "@L" stands for the peer's address, "@B" for the transport layer's */
void peer_send(struct peer *p, const char *fmt, ...);
void peer_send_raw(struct peer *p, const void *data, size_t len);

/** Next message received, waiting for it; "" if none came in 3 s */
const char *peer_next(struct peer *p);

/** Like peer_next, skipping messages that do not begin so */
const char *peer_find(struct peer *p, const char *start);

/** Header's first value in a message, "" if absent; static buffers */
const char *header_of(const char *message, const char *name);

/** An INVITE as peers send it */
void peer_invite(struct peer *p, const char *branch, const char *via_params,
		 const char *headers);
void peer_ack(struct peer *p, const char *response);

/** The same, failing the test */
struct world *open_world(void);
struct peer *open_peer(struct world *w, enum flow_transport transport);

/** No byte the peer got may tell of the transport layer's own addresses */
bool is_clean(const struct peer *p);

/** Answer a request; headers each end in CRLF */
void answer(struct peer *p, const char *request, const char *status,
	    const char *headers);

#endif
