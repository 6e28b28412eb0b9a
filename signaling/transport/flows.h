/**
 * @file signaling/transport/flows.h  The transport layer's table of flows
 * (private to the transport layer)
 *
 * Numbers are given once and never again. A UDP flow is forgotten when the
 * table is full: the one silent longest among those that have only been
 * asked, never answered, goes first, so that forged sources cannot push out
 * those with calls. A connection's flow lives as long as the connection.
 */
#ifndef PARLEY_SIGNALING_TRANSPORT_FLOWS_H
#define PARLEY_SIGNALING_TRANSPORT_FLOWS_H

#include "signaling/message/allowance.h"
#include "signaling/message/flow.h"

enum {
	FLOWS_UDP_MAX = 32768,
	FLOWS_MOVES_MAX = 8192,
	FLOWS_TOLD_MAX = 4,
	/** Messages a second that a connection has by itself when it is
	 *  proven, and at once: all that a person does. A host has few
	 *  connections, so that all of its together are bounded, too */
	FLOWS_OWN_PER_S = 5,
	FLOWS_OWN_BURST = 50,
	/** Responses to a request of ours: 100, 180, 183 and a final one */
	FLOWS_ANSWERS = 4,
	/** As many as are waited for at a time, and for how long (64*T1) */
	FLOWS_ANSWERS_MAX = 1024,
	FLOWS_ANSWERS_MS = 32000,
};

struct flows;
struct flow;
struct stream;
struct websocket;

/** A flow; fields are the transport layer's */
struct flow {
	struct le he;      /**< by number */
	struct le he_peer; /**< by peer address and transport */
	struct le le;      /**< oldest first: UDP unproven or UDP proven; all
				connections */
	struct flows *flows;
	struct flow_info info;
	uint64_t heard_ms; /**< when the last message came, tmr_jiffies() */
	bool kept;         /**< we chose it: others make room first */
	bool proven; /**< gets what we send it: it knew a tag or branch that
			went there, or proved who it is */
	uint64_t in_bytes, out_bytes; /**< until then */
	/** Sums, 0: none: of branches of our last requests by it, and of our
	 *  tags in the last dialogs that it began; and of the Call-IDs of
	 *  those */
	uint32_t told[FLOWS_TOLD_MAX], begun[FLOWS_TOLD_MAX];
	unsigned told_next, begun_next;
	struct allowance own; /**< messages */
	unsigned answers;     /**< responses that may come */
	uint64_t asked_ms;    /**< our last request by it */
	struct udp_sock *us;  /**< UDP: the listener's */
	struct stream *stream;
	char *name; /**< TLS: whom its certificate was verified to be (RFC 5922
			 section 7), NULL: nobody. Set by who connects */
	struct websocket *ws;
	void *arg; /**< the transport layer */
};

int flows_alloc(struct flows **fp);

/** A new flow of this kind; owned by the table until flows_remove() */
int flows_add(struct flow **flowp, struct flows *f,
	      enum flow_transport transport, const struct sa *local,
	      const struct sa *peer);

/** By number, NULL if gone */
struct flow *flows_find(const struct flows *f, uint64_t id);

/**
 * The dialog is at flow `to` now; bounded, the oldest is forgotten
 *
 * @param tag Ours: nobody else's dialog can be meant
 * @return 0, ENOMEM
 */
int flows_move(struct flows *f, const struct pl *callid, const struct pl *tag,
	       uint64_t to);

/** The flow that the dialog was moved to; NULL if it was not, or that is gone
 */
struct flow *flows_follow(const struct flows *f, const struct pl *callid,
			  const struct pl *tag);

/**
 * By peer; for UDP also by socket. Not one that is retired
 *
 * @param name Whom the far end must have been verified to be, any case; NULL:
 *             it does not matter
 */
struct flow *flows_find_peer(const struct flows *f,
			     enum flow_transport transport,
			     const struct sa *peer, const struct udp_sock *us,
			     const char *name);

/** Every connection; the handler may not remove flows */
typedef void(flow_h)(struct flow *flow, void *arg);
void flows_each_connection(const struct flows *f, flow_h *h, void *arg);

/** The flow was used; @param proof it gets what we send it: no forged source
 */
void flows_touch(struct flow *flow, bool proof);

/** We chose to send there: it makes room after those that came by themselves
 */
void flows_keep(struct flow *flow);

/** What nobody guesses goes by it: the branch of a request of ours, our tag */
void flows_tell(struct flow *flow, const struct pl *secret);

/** Was that told by it of late? */
bool flows_was_told(const struct flow *flow, const struct pl *secret);

/** A dialog may begin by it; then our tag is news there */
void flows_begin(struct flow *flow, const struct pl *callid);

/** May that one have begun by it of late? */
bool flows_has_begun(const struct flow *flow, const struct pl *callid);

/** A request of ours goes by it: responses may come */
void flows_ask(struct flow *flow, uint64_t now_ms);

/** A response has come. @return false: to nothing that was asked of late, or
 *  more than that can have */
bool flows_take_answer(struct flow *flow, uint64_t now_ms);

/**
 * A message has come by it
 *
 * @return It is within what the flow has by itself: a connection that is
 *         proven. Others have nothing
 */
bool flows_take_own(struct flow *flow, uint64_t now_ms);

/** Take out and free, its connection too */
void flows_remove(struct flow *flow);

/** Flows alive of a transport */
size_t flows_count(const struct flows *f, enum flow_transport transport);

#endif
