/**
 * @file mixer/leg/leg_demux.h  Which section a packet belongs to
 *
 * RFC 9143 section 9.2: by mid, then by SSRC, signalled or learnt, then by
 * payload type. What is learnt is bounded. Media thread; no allocation.
 */
#ifndef PARLEY_MIXER_LEG_LEG_DEMUX_H
#define PARLEY_MIXER_LEG_LEG_DEMUX_H

#include <stdint.h>

struct leg_transport;
struct media;
struct rtp_packet;

/** The section of a packet that came on a transport, NULL: of none */
struct media *leg_demux(struct leg_transport *lt, const struct rtp_packet *p);

/** That SSRC is of that section; the oldest of too many is forgotten */
void leg_demux_learn(struct leg_transport *lt, uint32_t ssrc, struct media *m);

/** Nothing has been learnt any more */
void leg_demux_forget(struct leg_transport *lt);

#endif
