/**
 * @file mixer/net/port_pairs.h  Which pairs of ports of the range are free
 *
 * RTP without ICE has an even port and the next one (RFC 3550 section 11). A
 * queue of the pairs of one media address that this mixer does not use: one is
 * taken from its front and comes back to its end, each in a step, whatever is
 * in use. The order at first is random, so that nobody outside can tell which
 * port the next call gets, and a pair just given up rests the longest: it may
 * still hear its former far end. A pair that is found in the hands of another
 * program goes to the end, too. Media thread; nothing allocates but
 * port_pairs_alloc().
 */
#ifndef PARLEY_MIXER_NET_PORT_PAIRS_H
#define PARLEY_MIXER_NET_PORT_PAIRS_H

#include <stddef.h>
#include <stdint.h>

struct port_pairs;

/**
 * All pairs from `min` to `max`; mem_deref() it
 *
 * @param min First port, even
 * @param max Last port of the range, above `min`; an even one has no partner
 *            and is left out
 * @return 0; EINVAL, ENOMEM
 */
int port_pairs_alloc(struct port_pairs **pp, uint16_t min, uint16_t max);

/** Take the one that has rested longest. @return its even port; 0: all are
 *  taken */
uint16_t port_pairs_take(struct port_pairs *p);

/** Bring one back that was taken, by its even port */
void port_pairs_give(struct port_pairs *p, uint16_t port);

/** How many can be taken now */
size_t port_pairs_free(const struct port_pairs *p);

#endif
