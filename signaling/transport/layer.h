/**
 * @file signaling/transport/layer.h  Between our listeners and libre's SIP
 * stack
 *
 * libre keeps its parser, transactions and dialogs; the transports are ours.
 * libre has one UDP transport on 127.0.0.1 that only the transport layer talks
 * to. The transport layer acts to libre as an in-process stateless proxy (RFC
 * 3261 section 16.11): each flow is a peer 127.x.y.z of its own; a request
 * that comes in gets a Via and a Record-Route of that address on top, so
 * responses and in-dialog requests find their flow again by libre's own
 * routing, whatever Contact, Route set or Via the far end uses; both are taken
 * off on the way out. How a message gets into libre is in libre_seam.h.
 */
#ifndef PARLEY_SIGNALING_TRANSPORT_LAYER_H
#define PARLEY_SIGNALING_TRANSPORT_LAYER_H

#include "signaling/message/flow.h"

struct transport_layer;
struct config;
struct http_server;

/**
 * Open every SIP listener of the configuration (UDP, TCP, TLS) and libre's
 * stack behind them
 *
 * The seam to libre's socket closes in the first turns of the event loop;
 * what comes before that waits, requests sent before that fail.
 *
 * @param bp    Set to the transport layer; free with mem_deref() after exith
 * (in it is well), or without layer_close() to drop everything at once
 * @param exith Called once from the loop after layer_close()
 * @return 0; EADDRINUSE etc., with a log line that names the key and address
 */
int layer_alloc(struct transport_layer **bp, const struct config *config,
		void (*exith)(void *arg), void *arg);

/** libre's stack: sip_treplyf(), sip_drequestf(), ... What comes in is heard
 *  by layer_handle(), never by sip_listen() */
struct sip *layer_sip(const struct transport_layer *layer);

/** Which of the messages with a method is meant */
enum layer_place {
	/** A request without To tag */
	LAYER_OUTSIDE,
	/** A request with To tag that belongs to one usage of its dialog (RFC
	 *  5057: a SUBSCRIBE that refreshes); asked before LAYER_DIALOG */
	LAYER_USAGE,
	/** A request with To tag */
	LAYER_DIALOG,
	/** A response to the method that no client transaction took (RFC 3261
	 *  section 13.2.2.4: another 2xx of a fork) */
	LAYER_RESPONSE,
	LAYER_PLACES
};

/**
 * A message came
 *
 * Called from the loop; may reply, register and free what was registered, but
 * not free the transport layer.
 *
 * @return true if it was taken care of; false if it is no business of this
 *         handler (no such dialog): the next place is asked
 */
typedef bool(layer_message_h)(const struct sip_msg *msg, void *arg);

/** A row of the table of methods */
struct layer_method {
	const char *method; /**< one that is known: sip_lines_method_index() */
	enum layer_place place;
	layer_message_h *handler;
};

/**
 * Handle methods
 *
 * A place has one handler at most, so it does not matter who registers first.
 * What nobody takes is refused by the layer: 481 if the method is handled
 * elsewhere (it wants a dialog that is not there), 405 with Allow if nobody
 * handles it, 501 if it is unknown; an ACK or a response is dropped.
 *
 * @param hp   Set to what was registered; mem_deref() takes it back
 * @param rows Copied
 * @param arg  Of all these handlers
 * @return 0; EEXIST if a place is taken; EINVAL for a method that is unknown;
 *         ENOMEM. On failure nothing is registered
 */
struct layer_handled;
int layer_handle(struct layer_handled **hp, struct transport_layer *layer,
		 const struct layer_method rows[], size_t count, void *arg);

/** The flow a message came by. @return 0, ENOENT when it is gone */
int layer_flow(const struct transport_layer *layer, const struct sip_msg *msg,
	       struct flow_info *info);

/**
 * Did a message come where nobody can read along (TLS, WSS)?
 *
 * @param own Flow of its dialog: what came by that is as good as it was,
 *            although the connection has closed since
 */
bool layer_is_secure(const struct transport_layer *layer,
		     const struct sip_msg *msg, uint64_t own);

/** A flow by its number. @return 0, ENOENT */
int layer_flow_by_id(const struct transport_layer *layer, uint64_t id,
		     struct flow_info *info);

/**
 * Contact URI of ours that is right on this flow
 *
 * @param user Conference name
 * @return 0 or ENOENT/EOVERFLOW; "sip:demo@192.0.2.1:5060;transport=tcp"
 */
int layer_contact(const struct transport_layer *layer, uint64_t flow,
		  const char *user, char *dst, size_t size);

/**
 * Find or open the flow to a URI (RFC 3263: NAPTR, SRV, A/AAAA, transport
 * parameter). An open connection to the same peer is used again. Over UDP a
 * request may be as large as IP can fragment; who wants TCP says so in the
 * URI. Of several addresses one is taken that has not failed of late
 *
 * @param rp     Set to the query; mem_deref() cancels it, and frees it after
 *               routeh (also from within routeh). NULL: frees itself
 * @param routeh Called once, never from within: err 0 and the Route URI to
 *               hand to sip_dialog_alloc() as routev[0], and the flow's number
 * @return 0; EINVAL, ENOMEM: routeh is not called. Failures told to routeh:
 *         EPROTONOSUPPORT (transport=ws), ENOENT (unknown host, no name
 *         server), ECONNREFUSED, ETIMEDOUT, ...
 */
typedef void(layer_route_h)(int err, const char *route, uint64_t flow,
			    void *arg);
struct layer_resolve;
int layer_resolve(struct layer_resolve **rp, struct transport_layer *layer,
		  const char *uri, layer_route_h *routeh, void *arg);

/**
 * The same for who has tried addresses of the name already: others go first.
 * If there is none, one of those comes again
 *
 * @param tried Their transports and peers; copied. EINVAL for more than
 *              LAYER_TRIED_MAX
 */
enum { LAYER_TRIED_MAX = 8 };
int layer_resolve_other(struct layer_resolve **rp,
			struct transport_layer *layer, const char *uri,
			const struct flow_info *tried, size_t tried_count,
			layer_route_h *routeh, void *arg);

/**
 * The addresses of a host: all that /etc/hosts has, and if it has none that
 * is asked for, those of the name servers by A and AAAA
 *
 * @param lp Set to the query; mem_deref() cancels it, and frees it after
 *           foundh (also from within foundh)
 * @param first Address family, AF_INET or AF_INET6
 * @param other The other one, which is waited for no longer than 100 ms once
 *              there are addresses of the first; AF_UNSPEC: not asked for
 * @param ms After so long with what is known by then
 * @param foundh Called once, never from within. The addresses have port 0;
 *               `count` is at most LAYER_LOOKUP_MAX, half of it of a family,
 *               0: there are none
 * @return 0; EINVAL, ENOMEM: foundh is not called
 */
enum { LAYER_LOOKUP_MAX = 16 };
typedef void(layer_found_h)(const struct sa *addresses, size_t count,
			    void *arg);
struct layer_lookup;
int layer_lookup(struct layer_lookup **lp, struct transport_layer *layer,
		 const char *host, int first, int other, uint64_t ms,
		 layer_found_h *foundh, void *arg);

/**
 * The Route URI of a flow that lives, as layer_route_h gives it: requests to
 * who registered by it go there whatever their Request-URI (RFC 5626
 * section 5.3)
 *
 * @return 0; ENOENT: it is gone; EOVERFLOW
 */
int layer_flow_route(const struct transport_layer *layer, uint64_t flow,
		     char *dst, size_t size);

/**
 * Keep a connection alive: double CRLF (RFC 5626 section 4.4.1)
 *
 * @return 0; ENOENT it is gone; EPROTONOSUPPORT it is none
 */
int layer_flow_ping(struct transport_layer *layer, uint64_t flow);

/**
 * Nobody answered a request there (RFC 3263 section 4.3): for a minute
 * layer_resolve() takes other addresses of the same name before this one, and
 * nothing new goes by the connection. It is closed when nobody uses it any
 * more. But any message that came by the flow since the request was sent is
 * proof that it lives: then it was only that request, and nothing is done
 *
 * @param since_ms When the request was sent, tmr_jiffies()
 */
void layer_flow_failed(struct transport_layer *layer, uint64_t flow,
		       uint64_t since_ms);

/**
 * The server at that address has said that it can do nothing for a while (503,
 * RFC 3261 section 21.5.4): other addresses of the same name go first. What
 * goes by the flow is not touched, for a response is proof that it lives
 *
 * @param ms How long; 0: it did not say, a minute. At most an hour
 */
void layer_flow_avoid(struct transport_layer *layer, uint64_t flow,
		      uint64_t ms);

/** Has its address failed within the last minute? */
bool layer_flow_has_failed(const struct transport_layer *layer, uint64_t flow);

/**
 * A dialog that began on one flow goes on on another: its far end has a new
 * connection or address (a browser or telephone that changed networks). Our
 * requests within it go there from now on, as long as that flow lives
 *
 * @param msg Request within the dialog, as it came by the new flow
 * @return 0; ENOENT if the flow does not live; EINVAL, ENOMEM
 */
int layer_dialog_moved(struct transport_layer *layer,
		       const struct sip_msg *msg);

/**
 * Header lines more in the CANCEL of an INVITE (Reason, RFC 3326; Session-ID,
 * RFC 7989), which libre sends by itself when it may. Forgotten after 40 s
 *
 * @param lines Whole, with CRLF
 * @return 0, EINVAL, ENOMEM
 */
int layer_cancel_lines(struct transport_layer *layer, const char *callid,
		       const char *lines);

/** What there is of a dialog */
enum layer_dialog {
	LAYER_DIALOG_NONE,
	/** It began. By a datagram, that may have been anybody's */
	LAYER_DIALOG_BEGUN,
	/** Its far end has shown that it is who began it: it knew our tag or
	 *  answered us, or proved who it is when it began */
	LAYER_DIALOG_REACHED,
};

/**
 * Is there a dialog or a subscription of ours? Whoever knows both tags gets
 * what we send, and goes before strangers. Where the far end was not reached,
 * our requests go to where the first of it came from and to no Contact
 * elsewhere, which might be the choice of one who forged that source
 *
 * @param ours Tag of ours: of To in a request of theirs
 */
typedef enum layer_dialog(layer_dialog_h)(const struct pl *callid,
					  const struct pl *ours,
					  const struct pl *theirs, void *arg);

/** Ask there for dialogs; NULL: there are none. One at a time */
void layer_set_dialogs(struct transport_layer *layer, layer_dialog_h *h,
		       void *arg);

/** Who sent that by this flow has proved who he is */
void layer_flow_proved(struct transport_layer *layer, uint64_t flow);

/** A flow has ended (connection closed or lost): whoever lives on it may act
 *  at once instead of waiting for a timeout. Called from the loop; the flow is
 *  already gone from the table */
typedef void(layer_flow_closed_h)(uint64_t flow, enum flow_transport transport,
				  void *arg);

/** Is a flow used: by a call, a subscription, a registration? Such a
 *  connection is not closed although nothing came by it for long */
typedef bool(layer_flow_used_h)(uint64_t flow, void *arg);

/**
 * Hear of it
 *
 * @param usedh NULL: it uses none
 * @param lp Set to the listener; mem_deref() ends it, before the transport
 * layer is freed and not from within a handler
 * @return 0, ENOMEM, EINVAL
 */
struct layer_flow_lsnr;
int layer_listen_flows(struct layer_flow_lsnr **lp,
		       struct transport_layer *layer,
		       layer_flow_closed_h *closedh, layer_flow_used_h *usedh,
		       void *arg);

/** A WebSocket client came (HTTP listener); one per connection. The
 *  connection object gives and takes text frames (signaling/http/websocket.h).
 *  On success the transport layer owns `ws` and its handlers; else the caller
 * still does
 */
struct websocket;
int layer_add_websocket(struct transport_layer *layer, struct websocket *ws,
			bool secure);

/** Address of the first listener, as it is bound; NULL: there is none */
const struct sa *layer_sip_addr(const struct transport_layer *layer);

/** The same for people, as those on the other side of a 1:1 NAT know it.
 *  @return 0, ENOENT */
int layer_sip_advertised(const struct transport_layer *layer, struct sa *addr);

/** First listener of a transport. @return 0, ENOENT */
int layer_listen_addr(const struct transport_layer *layer,
		      enum flow_transport transport, struct sa *addr);

/** Counters for `parley stats`: messages, refusals by gate rule, floods.
 *  @return new reference */
struct json_t;
struct json_t *layer_stats(const struct transport_layer *layer);

/** Read the TLS certificate anew, for connections to come; what cannot be read
 *  stays as it was. @return 0 or errno, logged */
int layer_reload(struct transport_layer *layer);

/** Close listeners; sip_close(); exith follows */
void layer_close(struct transport_layer *layer, bool force);

#endif
