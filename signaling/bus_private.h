/**
 * @file signaling/bus_private.h  What the files of the bus share
 *
 * bus.c is the seam to libre, bus_listen.c the listeners and connections,
 * bus_in.c the way in, bus_out.c the way out, resolve.c finds next hops.
 */
#ifndef PARLEY_SIGNALING_BUS_PRIVATE_H
#define PARLEY_SIGNALING_BUS_PRIVATE_H

#include "focus/config.h"
#include "signaling/bus.h"
#include "signaling/flows.h"
#include "signaling/gate.h"
#include "signaling/limit.h"
#include "signaling/listener.h"
#include "signaling/rewrite.h"
#include "signaling/stream.h"

enum {
	BUS_MESSAGE_MAX = 65535,
	BUS_TOKENS_MAX = 32,  /**< wake-ups on their way to libre */
	BUS_QUEUE_MAX = 8192, /**< messages waiting for libre */
	BUS_REPEATS_MAX = 65536,
	BUS_REPEAT_MS = 40000, /**< longer than 64*T1 */
	BUS_DEFERRED_MAX = 1024,
	BUS_FAILURES_MAX = 256,
	BUS_FAILURE_MS = 60000,
	BUS_CANCELS_MAX = 1024,
	BUS_SOCKBUF_BYTES = 4194304,
};

struct repeats;

/** One address we listen on */
struct bus_listener {
	struct le le;
	struct bus *bus;
	enum flow_transport transport;
	struct udp_sock *us;
	struct listener *tcp;
	struct tls *tls;
	struct sa addr;
};

/** Where a message came from */
struct bus_source {
	enum flow_transport transport;
	struct sa peer;
	struct bus_listener *listener; /**< UDP, before there is a flow */
	struct flow *flow;             /**< connections */
};

/** An address where nobody answered */
struct bus_failure {
	struct le le; /**< oldest first */
	enum flow_transport transport;
	struct sa peer;
	uint64_t until_ms;
};

/** Who hears that flows end */
struct bus_flow_lsnr {
	struct le le;
	bus_flow_closed_h *closedh;
	void *arg;
};

struct bus_counters {
	uint64_t in, out, refused[GATE_RULES], no_flow, unrouted, queue_full,
		repeats, stray, send_errors;
};

struct bus {
	/* The seam to libre */
	struct sip *sip;
	struct udp_sock *us;   /**< libre's, once known */
	struct udp_sock *wake; /**< sends tokens to it */
	struct udp_helper *uh;
	struct sa libre_addr, wake_addr;
	struct sip_lsnr *probe, *last_request, *last_response;
	char nonce[33];
	struct list injections;
	size_t queued, tokens;
	struct tmr stall, exit;

	/* The outside */
	struct list listeners;
	struct flows *flows;
	struct limit *limit;    /**< messages of a source */
	struct limit *calls;    /**< its requests that begin something */
	struct limit *refusals; /**< our answers when it is over the first */
	struct repeats *repeats, *begun;
	struct list cancels; /**< header lines for CANCELs, oldest first */
	struct list deferred;
	size_t deferred_count;
	struct tls *tls, *client_tls;
	struct dnsc *dnsc;
	const struct config *config; /**< outlives the bus */
	uint8_t key[32];
	struct bus_counters counters;
	uint64_t refusal_logged_ms[GATE_RULES];
	struct list flow_lsnrs;
	struct list failures;
	void (*exith)(void *arg);
	void *arg;
};

/* bus.c */
int bus_inject(struct bus *bus, struct mbuf *mb, uint64_t flow);

/* bus_listen.c */
int bus_listen(struct bus *bus);
int bus_connect(struct flow **flowp, struct bus *bus,
		enum flow_transport transport, const struct sa *peer,
		const char *host);
int bus_udp_flow(struct flow **flowp, struct bus_listener *l,
		 const struct sa *peer);
struct bus_listener *bus_listener_find(const struct bus *bus,
				       enum flow_transport transport, int af);
void bus_flow_down(struct bus *bus, struct flow *flow);

/* resolve.c */
/** Try others before this one for a while */
void bus_failure_add(struct bus *bus, enum flow_transport transport,
		     const struct sa *peer);

/* bus_in.c */
void bus_receive(struct bus *bus, struct bus_source *source, const char *p,
		 size_t len, bool broken);

/* bus_cancel.c */
/** A message is about to be sent: if it is a CANCEL that was given a header
 *  line, that is added. @return 0, ENOMEM */
int bus_cancel_complete(struct bus *bus, const struct wire *w,
			struct mbuf *mb);

/* bus_out.c */
bool bus_send_handler(int *err, struct sa *dst, struct mbuf *mb, void *arg);
int bus_send_raw(struct bus *bus, struct flow *flow, struct mbuf *mb,
		 uint16_t port);
int bus_repeats_alloc(struct repeats **rp);

/** Was this sent on that flow within BUS_REPEAT_MS? Remembers it if not */
bool bus_repeats_seen(struct repeats *r, uint64_t flow, const char *key,
		      uint64_t now_ms);

/** The same question, but nothing is remembered */
bool bus_repeats_known(const struct repeats *r, uint64_t flow,
		       const char *key);

#endif
