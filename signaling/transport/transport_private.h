/**
 * @file signaling/transport/transport_private.h  What the files of the
 * transport layer share
 *
 * layer.c is the whole, libre_seam.c the way into libre's stack and out of it,
 * layer_methods.c the table of who handles what, layer_listen.c the listeners
 * and connections, layer_in.c the way in, layer_out.c the way out,
 * layer_defer.c what waits there for its next hop, resolve.c finds next hops.
 */
#ifndef PARLEY_SIGNALING_TRANSPORT_TRANSPORT_PRIVATE_H
#define PARLEY_SIGNALING_TRANSPORT_TRANSPORT_PRIVATE_H

#include <stdio.h>
#include "focus/config/config.h"
#include "signaling/transport/admission.h"
#include "signaling/transport/dropped.h"
#include "signaling/http/limit.h"
#include "signaling/http/listener.h"
#include "signaling/transport/flows.h"
#include "signaling/transport/gate.h"
#include "signaling/transport/layer.h"
#include "signaling/transport/libre_seam.h"
#include "signaling/transport/rewrite.h"
#include "signaling/transport/stream.h"

enum {
	LAYER_MESSAGE_MAX = 65535,
	LAYER_REPEATS_MAX = 65536,
	LAYER_REPEAT_MS = 40000, /**< longer than 64*T1 */
	LAYER_DEFERRED_MAX = 1024,
	LAYER_DEFERRED_SHARE = 8, /**< of what is free, for one host */
	LAYER_FAILURES_MAX = 256,
	LAYER_FAILURE_MS = 60000,
	LAYER_FAILURE_MAX_MS = 3600000,
	LAYER_CANCELS_MAX = 1024,
	LAYER_SOCKBUF_BYTES = 4194304,
	/** Bytes that are sent by UDP to who has not shown that they reach
	 *  him, for each that came from there: a forged source is a victim */
	LAYER_UNPROVEN_TIMES = 3,
	/** kB that a host gets of what we begin without having heard of it, at
	 *  once; then one a second */
	LAYER_UNHEARD_KB = 48,
	/** The same of all such hosts, at once and a second: one call may name
	 *  many */
	LAYER_UNHEARD_ALL_KB = 2048,
	LAYER_UNHEARD_ALL_KB_S = 256,
	/** A 100 would take from those what the answer needs */
	LAYER_ANSWER_BYTES = 1200,
};

struct repeats;

/** One address we listen on */
struct layer_listener {
	struct le le;
	struct transport_layer *layer;
	enum flow_transport transport;
	struct udp_sock *us;
	struct listener *tcp;
	struct tls *tls;
	struct sa addr;
};

/** Where a message came from */
struct layer_source {
	enum flow_transport transport;
	struct sa peer;
	struct layer_listener *listener; /**< UDP, before there is a flow */
	struct flow *flow;               /**< connections */
};

/** An address where nobody answered */
struct layer_failure {
	struct le le; /**< oldest first */
	enum flow_transport transport;
	struct sa peer;
	uint64_t until_ms;
};

/** Who hears that flows end */
struct layer_flow_lsnr {
	struct le le;
	layer_flow_closed_h *closedh;
	layer_flow_used_h *usedh; /**< NULL: it uses none */
	void *arg;
};

/** Who handles a method in a place; no owner: nobody */
struct layer_slot {
	const struct layer_handled *owner;
	layer_message_h *handler;
	void *arg;
};

/** The table of methods */
struct layer_methods {
	struct layer_slot slots[SIP_LINES_METHODS][LAYER_PLACES];
	struct list handled;
};

struct layer_counters {
	uint64_t in, out, refused[GATE_RULES], no_flow, unrouted, queue_full,
		repeats, stray, send_errors, unproven;
};

struct transport_layer {
	/* libre's side */
	struct libre_seam *seam;
	struct layer_methods methods;
	struct tmr exit;

	/* The outside */
	struct list listeners;
	struct flows *flows;
	struct limit *limit;    /**< messages of a source */
	struct limit *calls;    /**< its requests that begin something */
	struct limit *refusals; /**< our answers when it is over the first */
	struct admission *admission, *admission_connected; /**< of all sources
		together; of strangers those by UDP, and others */
	struct dropped *dropped;   /**< requests of strangers by UDP */
	struct limit *unheard;     /**< kB that we begin to send to a host that
					has sent nothing by that flow */
	struct limit *unheard_all; /**< and to all of them: one source */
	layer_dialog_h *dialogh;   /**< NULL: no dialog is known */
	void *dialog_arg;
	struct repeats *repeats, *begun;
	struct list cancels;   /**< header lines for CANCELs, oldest first */
	struct list deferred;  /**< layer_defer.c */
	size_t deferred_count; /**< those that take a place */
	struct tls *tls, *client_tls;
	struct dnsc *dnsc;
	const struct config *config; /**< outlives the transport layer */
	uint8_t key[32];
	struct layer_counters counters;
	struct list flow_lsnrs;
	struct list failures;
	void (*exith)(void *arg);
	void *arg;
};

/* layer.c */
/** To libre, as from that flow. @return 0, ENOMEM, EBUSY */
int layer_inject(struct transport_layer *layer, struct mbuf *mb,
		 uint64_t flow);

/* layer_methods.c */
/** libre's listeners: what its transactions did not take. Always true */
bool layer_request_handler(const struct sip_msg *msg, void *arg);
bool layer_response_handler(const struct sip_msg *msg, void *arg);

/** The layer goes: what is registered is forgotten */
void layer_methods_end(struct layer_methods *methods);

/* layer_listen.c */
int layer_listen(struct transport_layer *layer);
/** An address of ours becomes what those outside a 1:1 NAT know it by */
void layer_advertise(const struct transport_layer *layer,
		     enum flow_transport transport, struct sa *addr);
/** @param name Whom a TLS certificate must name, NULL: it is not looked at */
int layer_connect(struct flow **flowp, struct transport_layer *layer,
		  enum flow_transport transport, const struct sa *peer,
		  const char *name);
/** The trust has changed: no new request goes by a connection that was
 *  verified by the old one */
void layer_retire_verified(struct transport_layer *layer);
int layer_udp_flow(struct flow **flowp, struct layer_listener *l,
		   const struct sa *peer);
struct layer_listener *layer_listener_find(const struct transport_layer *layer,
					   enum flow_transport transport,
					   int af);
void layer_flow_down(struct transport_layer *layer, struct flow *flow);

/** Does anybody who hears of flows that end use it? */
bool layer_flow_is_used(const struct transport_layer *layer, uint64_t flow);

/* hosts.c */
/** Look a name up in /etc/hosts: its first row; true if found */
bool resolve_hosts(const char *host, uint16_t port, struct sa *sa);
/** An address of it, with port 0. @return true: that was enough */
typedef bool(resolve_hosts_h)(const struct sa *sa, void *arg);
/** All its rows there, in their order */
void resolve_hosts_each(const char *host, resolve_hosts_h *h, void *arg);
/** The same in a file of that form */
void resolve_hosts_read(FILE *f, const char *host, resolve_hosts_h *h,
			void *arg);

/* resolve.c */
/** Try others before this one for a while */
void layer_failure_add(struct transport_layer *layer,
		       enum flow_transport transport, const struct sa *peer,
		       uint64_t ms);

/* layer_in.c */
/**
 * A message has come
 *
 * @param w      Its lines where they are found already, else NULL; changed
 * @param broken It is not whole, and only to be refused
 */
void layer_receive(struct transport_layer *layer, struct layer_source *source,
		   struct sip_lines *w, const char *p, size_t len,
		   bool broken);

/* layer_cancel.c */
/** A message is about to be sent: if it is a CANCEL that was given a header
 *  line, that is added. @return 0, ENOMEM */
int layer_cancel_complete(struct transport_layer *layer,
			  const struct sip_lines *w, struct mbuf *mb);

/* layer_out.c */
/** libre sends: find the flow. @return 0, or why a request cannot be sent */
int layer_send(const struct sa *dst, struct mbuf *mb, void *arg);
/** What libre sent, by that flow. @return 0, ENOMEM, EMSGSIZE, or as it goes
 *  by udp_send() and the like */
int layer_send_on(struct transport_layer *layer, struct flow *flow,
		  const struct sip_lines *w, const struct rewrite_out *out);
int layer_send_raw(struct transport_layer *layer, struct flow *flow,
		   struct mbuf *mb, uint16_t port);
int layer_repeats_alloc(struct repeats **rp);

/** Was this sent on that flow within LAYER_REPEAT_MS? Remembers it if not */
bool layer_repeats_seen(struct repeats *r, uint64_t flow, const char *key,
			uint64_t now_ms);

/** The same question, but nothing is remembered */
bool layer_repeats_known(const struct repeats *r, uint64_t flow,
			 const char *key);

/* layer_defer.c */
/**
 * The flow is not where this request goes, or not there any more: find the
 * next hop by its URI as RFC 3261 12.2.1.1 and RFC 3263 say, then send it. A
 * repetition of what waits already is dropped
 *
 * @param mb   The request; copied
 * @param flow Number of the flow that libre sends it to
 * @return 0, ENOMEM; EBUSY: too many wait, of all or of who began the dialog
 */
int layer_defer(struct transport_layer *layer, const struct mbuf *mb,
		const struct sip_lines *w, const struct rewrite_out *out,
		uint64_t flow);

#endif
