/**
 * @file signaling/bus.h  Between our listeners and libre's SIP stack
 *
 * libre keeps its parser, transactions and dialogs; the transports are ours.
 * libre has one UDP transport on 127.0.0.1 that only the bus talks to. The bus
 * acts to libre as an in-process stateless proxy (RFC 3261 section 16.11):
 * each flow is a peer 127.x.y.z of its own; a request that comes in gets a
 * Via and a Record-Route of that address on top, so responses and in-dialog
 * requests find their flow again by libre's own routing, whatever Contact,
 * Route set or Via the far end uses; both are taken off on the way out.
 * Only this file calls sip_transp_*.
 */
#ifndef PARLEY_SIGNALING_BUS_H
#define PARLEY_SIGNALING_BUS_H

#include "signaling/flow.h"

struct bus;
struct config;
struct http_server;

/**
 * Open every SIP listener of the configuration (UDP, TCP, TLS) and libre's
 * stack behind them
 *
 * The seam to libre's socket closes in the first turns of the event loop;
 * what comes before that waits, requests sent before that fail.
 *
 * @param bp    Set to the bus; free with mem_deref() after exith (in it is
 *              well), or without bus_close() to drop everything at once
 * @param exith Called once from the loop after bus_close()
 * @return 0; EADDRINUSE etc., with a log line that names the key and address
 */
int bus_alloc(struct bus **bp, const struct config *config,
	      void (*exith)(void *arg), void *arg);

/** libre's stack: sip_listen(), sip_treplyf(), sip_drequestf(), ... */
struct sip *bus_sip(const struct bus *bus);

/** The flow a message came by. @return 0, ENOENT when it is gone */
int bus_flow(const struct bus *bus, const struct sip_msg *msg,
	     struct flow_info *info);

/** A flow by its number. @return 0, ENOENT */
int bus_flow_by_id(const struct bus *bus, uint64_t id, struct flow_info *info);

/**
 * Contact URI of ours that is right on this flow
 *
 * @param user Conference name
 * @return 0 or ENOENT/EOVERFLOW; "sip:demo@192.0.2.1:5060;transport=tcp"
 */
int bus_contact(const struct bus *bus, uint64_t flow, const char *user,
		char *dst, size_t size);

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
typedef void(bus_route_h)(int err, const char *route, uint64_t flow,
			  void *arg);
struct bus_resolve;
int bus_resolve(struct bus_resolve **rp, struct bus *bus, const char *uri,
		bus_route_h *routeh, void *arg);

/**
 * The Route URI of a flow that lives, as bus_route_h gives it: requests to who
 * registered by it go there whatever their Request-URI (RFC 5626 section 5.3)
 *
 * @return 0; ENOENT: it is gone; EOVERFLOW
 */
int bus_flow_route(const struct bus *bus, uint64_t flow, char *dst,
		   size_t size);

/**
 * Keep a connection alive: double CRLF (RFC 5626 section 4.4.1)
 *
 * @return 0; ENOENT it is gone; EPROTONOSUPPORT it is none
 */
int bus_flow_ping(struct bus *bus, uint64_t flow);

/**
 * Nobody answers there, or with 503 (RFC 3263 section 4.3): for a minute
 * bus_resolve() takes other addresses of the same name before this one, and
 * a connection is closed. Those who listen to flows are told of that
 */
void bus_flow_failed(struct bus *bus, uint64_t flow);

/** Has its address failed within the last minute? */
bool bus_flow_has_failed(const struct bus *bus, uint64_t flow);

/**
 * A dialog that began on one flow goes on on another: its far end has a new
 * connection or address (a browser or telephone that changed networks). Our
 * requests within it go there from now on, as long as that flow lives
 *
 * @param msg Request within the dialog, as it came by the new flow
 * @return 0; ENOENT if the flow does not live; EINVAL, ENOMEM
 */
int bus_dialog_moved(struct bus *bus, const struct sip_msg *msg);

/**
 * Header lines more in the CANCEL of an INVITE (Reason, RFC 3326; Session-ID,
 * RFC 7989), which libre sends by itself when it may. Forgotten after 40 s
 *
 * @param lines Whole, with CRLF
 * @return 0, EINVAL, ENOMEM
 */
int bus_cancel_lines(struct bus *bus, const char *callid, const char *lines);

/** A flow has ended (connection closed or lost): whoever lives on it may act
 *  at once instead of waiting for a timeout. Called from the loop; the flow is
 *  already gone from the table */
typedef void(bus_flow_closed_h)(uint64_t flow, enum flow_transport transport,
				void *arg);

/**
 * Hear of it
 *
 * @param lp Set to the listener; mem_deref() ends it, before the bus is freed
 *           and not from within a handler
 * @return 0, ENOMEM, EINVAL
 */
struct bus_flow_lsnr;
int bus_listen_flows(struct bus_flow_lsnr **lp, struct bus *bus,
		     bus_flow_closed_h *closedh, void *arg);

/** A WebSocket client came (HTTP listener); one per connection. The
 *  connection object gives and takes text frames (signaling/websocket.h).
 *  On success the bus owns `ws` and its handlers; else the caller still does
 */
struct websocket;
int bus_add_websocket(struct bus *bus, struct websocket *ws, bool secure);

/** Listener's address for people ("sip:NAME@127.0.0.1:5060") */
const struct sa *bus_sip_addr(const struct bus *bus);

/** First listener of a transport. @return 0, ENOENT */
int bus_listen_addr(const struct bus *bus, enum flow_transport transport,
		    struct sa *addr);

/** Counters for `parley stats`: messages, refusals by gate rule, floods.
 *  @return new reference */
struct json_t;
struct json_t *bus_stats(const struct bus *bus);

/** Read the TLS certificate anew. @return 0 or errno, logged */
int bus_reload(struct bus *bus);

/** Close listeners; sip_close(); exith follows */
void bus_close(struct bus *bus, bool force);

#endif
