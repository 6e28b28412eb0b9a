/**
 * @file signaling/http/census.h  How many connections each host has
 *
 * A host, which is an IPv4 address or an IPv6 /64, has CENSUS_SOURCE_MAX
 * places at a listener. Where it has them all, that of its connection which is
 * idle for longest goes to who comes: an office that joins at once needs its
 * places for WebSockets, and browsers open what they miss of HTTP again.
 *
 * Hosts that are trusted, as a proxy is, have no such limit, but all of them
 * together seven eighths of what there is: who is behind one leaves something
 * for others.
 *
 * Where no place is left, for the listener has CENSUS_TOTAL_MAX or the process
 * no more descriptors than the media servers, the moderator and calls of our
 * own need, who comes from a host with fewer takes one of the host with most:
 * that which is idle for longest, else the newest that nothing uses (no call,
 * registration or subscription), else the newest. So a few hosts shut nobody
 * out, and who talks already goes on. What is used is not taken from a host
 * with a sixteenth of all places or fewer: who has many hosts, as a /56 of
 * IPv6 is 256, ends no calls of an office, however full of his it is.
 * Parleyd's loop only.
 */
#ifndef PARLEY_SIGNALING_HTTP_CENSUS_H
#define PARLEY_SIGNALING_HTTP_CENSUS_H

#include "mixer/base/re.h"

enum {
	CENSUS_TOTAL_MAX = 4096, /**< of one listener */
	CENSUS_SOURCE_MAX = 512,
	/** Parts of a whole: what a host keeps in any case is one of so many;
	 *  what all trusted ones leave to others one of so many */
	CENSUS_FLOOR_PART = 16,
	CENSUS_OTHERS_PART = 8,
	CENSUS_SPARE = 512, /**< descriptors that no listener takes */
};

struct census;
struct listener_place;

/** Would somebody miss that connection? */
typedef bool(listener_used_h)(void *arg);

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

/**
 * It waits for nothing that was asked for, and may go without harm; or it does
 * no more. One that has just come does not. One that has received what nobody
 * read yet is left alone all the same
 *
 * @param p NULL: does nothing
 */
void census_idle(struct listener_place *p, bool idle);

/** Whether anything uses its connection; until that is said nothing does.
 *  @param arg Borrowed as long as the place lives */
void census_use(struct listener_place *p, listener_used_h *h, void *arg);

/** Its socket is that one's now.
 *
 *  @param tc Borrowed as long as the place lives */
void census_moved(struct listener_place *p, const struct tcp_conn *tc);

/** Places that are taken now, of all listeners */
size_t census_all(void);

/** How many had to go so far */
uint64_t census_ended(void);

#endif
