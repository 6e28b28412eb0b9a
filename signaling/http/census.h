/**
 * @file signaling/http/census.h  How many connections each host has
 *
 * A host, which is an IPv4 address or an IPv6 /64, has CENSUS_SOURCE_MAX
 * places at a listener; one that is trusted, as a proxy is, has as many as
 * there are. Where none is left, for the listener has CENSUS_TOTAL_MAX or
 * the process no more descriptors than the media servers, the moderator and
 * calls of our own need, who comes from a host with fewer takes that of the
 * newest connection of the host with most: a few hosts shut nobody out, and
 * who talks already goes on. Parleyd's loop only.
 */
#ifndef PARLEY_SIGNALING_HTTP_CENSUS_H
#define PARLEY_SIGNALING_HTTP_CENSUS_H

#include "mixer/base/re.h"

enum {
	CENSUS_TOTAL_MAX = 4096, /**< of one listener */
	CENSUS_SOURCE_MAX = 512,
	CENSUS_SPARE = 512, /**< descriptors that no listener takes */
};

struct census;
struct listener_place;

/** Of a listener. It outlives it as long as a connection has a place
 *
 *  @return 0, ENOMEM */
int census_alloc(struct census **cp);

/**
 * A connection has come
 *
 * @param pp      Set; mem_deref() it when the connection ends
 * @param fd      Its socket: shut down, for whoever reads it then to end it,
 *                where another takes the place
 * @param trusted Its host is
 * @return 0, EUSERS if it is to be refused, ENOMEM
 */
int census_take(struct listener_place **pp, struct census *c,
		const struct sa *peer, int fd, bool trusted);

/** Its socket is that one's now.
 *
 *  @param tc Borrowed as long as the place lives */
void census_moved(struct listener_place *p, const struct tcp_conn *tc);

/** Places that are taken now, of all listeners */
size_t census_all(void);

/** How many had to go so far */
uint64_t census_ended(void);

#endif
