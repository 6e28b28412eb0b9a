/**
 * @file loopback.h  A net, a transport and its far end in one process
 *
 * Turns libre's loop until a condition holds or a deadline passes.
 */
#ifndef PARLEY_TESTS_UNIT_NET_LOOPBACK_H
#define PARLEY_TESTS_UNIT_NET_LOOPBACK_H

#include "mixer/net/transport.h"
#include "tests/lib/ice_peer.h"

enum { LOOPBACK_DEADLINE_MS = 5000, LOOPBACK_PACKET_MAX = 1500 };

/** What one side has heard */
struct heard {
	unsigned rtp, rtcp, states, paths, proofs;
	bool missed; /**< as the last proof said */
	enum transport_state state;
	char reason[64];
	uint8_t last[LOOPBACK_PACKET_MAX];
	size_t last_len;
};

/** A WebRTC transport and a browser */
struct loopback {
	struct net *net;
	struct transport *transport;
	struct ice_peer *peer;
	struct dtls_context *peer_dtls;
	struct heard mixer, browser;
};

/** The first of so many ports of UDP from an even one on that nobody had when
 *  this program asked first; at most LOOPBACK_PORTS_MAX. The same each time */
enum { LOOPBACK_PORTS_MAX = 64 };
uint16_t loopback_ports(unsigned count);

/** A net on 127.0.0.1; plain ports min..max, 0: none */
struct net *loopback_net(uint16_t min, uint16_t max);

/** A UDP socket that does not block on that host, any port; `addr` is filled
 *  in. The caller closes it */
int loopback_socket(const char *host, struct sa *addr);

/** Handlers that count into a struct heard given as arg */
extern const struct transport_handlers loopback_handlers;

/** A plain transport that tells `heard` */
struct transport *loopback_plain(struct net *net, enum transport_suite suite,
				 struct heard *heard);

/** Make all of it; `role` is the peer's */
void loopback_open(struct loopback *l, enum dtls_role role,
		   const char *profiles);
/** Another browser with the certificate of the one before, whose reference is
 *  given up */
void loopback_peer(struct loopback *l, enum dtls_role role,
		   const char *profiles);
/** Exchange descriptions */
void loopback_signal(struct loopback *l);
/** Open, signal, and wait for the connection */
void loopback_connect(struct loopback *l, enum dtls_role role,
		      const char *profiles);
void loopback_close(struct loopback *l);

typedef bool(loopback_cond_h)(void *arg);

/** Turn the loop, ticking net and peer (either may be NULL)
 *  @return true if the condition came to hold in time */
bool loopback_until(struct net *net, struct ice_peer *peer,
		    loopback_cond_h *condh, void *arg);

/** Turn the loop until `count` reaches `want` */
bool loopback_count(struct loopback *l, const unsigned *count, unsigned want);

/** Turn the loop until nothing has moved for a few turns */
void loopback_settle(struct net *net, struct ice_peer *peer);

/** An RTP packet of `bytes` into buf (with room for the trailer) */
size_t loopback_rtp(uint8_t *buf, uint16_t seq, uint32_t ssrc, size_t bytes);
/** An RR without blocks */
size_t loopback_rtcp(uint8_t *buf, uint32_t ssrc);

#endif
