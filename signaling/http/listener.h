/**
 * @file signaling/http/listener.h  TCP listener with a limit on connections
 *
 * SIP/TCP, SIP/TLS and HTTP stand on it. A connection holds its place while
 * it lives; a source with too many places is refused before a byte is read.
 * Where none is left the host with most gives up one (census.h). Parleyd's
 * loop only.
 */
#ifndef PARLEY_SIGNALING_HTTP_LISTENER_H
#define PARLEY_SIGNALING_HTTP_LISTENER_H

#include "mixer/base/re.h"
#include "signaling/http/limit.h"

enum {
	LISTENER_BACKLOG = 512,
	/** Connections a second of a host, and at once: many browsers come
	 *  through one NAT, each by six */
	LISTENER_RATE = 50,
	LISTENER_BURST = 400,
};

struct listener;
struct listener_place;

/**
 * A connection has come
 *
 * @param tc    To be referenced by the taker, who sets its handlers
 * @param place Owned by the taker: mem_deref() it when the connection ends
 * @return 0; else the connection is refused and the place given back
 */
typedef int(listener_h)(struct tcp_conn *tc, struct listener_place *place,
			const struct sa *peer, void *arg);

/** @return 0, EADDRINUSE, ... */
int listener_alloc(struct listener **lp, const struct sa *laddr, listener_h *h,
		   void *arg);

/**
 * A connection has come that begins with a check of ICE (RFC 6544)
 *
 * @param fd    Non-blocking, nothing of it was read; the handler's
 * @param ufrag Ours that the check names; valid during the call
 */
typedef void(listener_ice_h)(int fd, const struct sa *peer,
			     const struct pl *ufrag, void *arg);

/** From now on look at what connections begin with, and give those of ICE to
 *  that handler. The others come as ever, with their first byte */
void listener_set_ice(struct listener *l, listener_ice_h *h, void *arg);

/** From now on a host has LISTENER_RATE: what comes beyond is closed before a
 *  byte is read (a handshake of TLS costs a millisecond)
 *
 *  @param freeh Is it free of that?
 *  @return 0, ENOMEM */
int listener_set_rate(struct listener *l,
		      bool (*freeh)(const struct sa *source, const void *arg),
		      const void *arg);

/** The connection that holds it is between requests, or no more: where its
 *  host has no place left such a one is closed for one that comes (census.h).
 *  @param place NULL: does nothing */
void listener_place_idle(struct listener_place *place, bool idle);

/** What uses the connection that holds it, which is the last to make room
 *  (census.h). @param place NULL: does nothing. @param h NULL: nothing does.
 *  @param arg Borrowed as long as the place lives */
void listener_place_use(struct listener_place *place, bool (*h)(void *arg),
			void *arg);

/** Can that address of this host be connected to here? */
bool listener_serves(const struct listener *l, const struct sa *host);

/** Address that is bound (port 0 resolved) */
const struct sa *listener_addr(const struct listener *l);

/** All listeners together: connections that live now, and how many were
 *  refused so far or had to make room */
void listener_stats(size_t *connections, uint64_t *turned_away);

/** Small messages must not wait for acknowledgements (TCP_NODELAY) */
void listener_tune(struct tcp_conn *tc);

#endif
