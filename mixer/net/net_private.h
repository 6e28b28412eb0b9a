/**
 * @file mixer/net/net_private.h  What the files behind transport.h share
 *
 * Private to mixer/net. A net has ports (sockets); a WebRTC port is shared by
 * all WebRTC transports of its media address and ends of relays, a plain port
 * belongs to one
 * transport. WebRTC datagrams find their transport by the ufrag in a STUN
 * request and else by the address a request has validated (`struct path`).
 * All of it lives on the media thread.
 */
#ifndef PARLEY_MIXER_NET_NET_PRIVATE_H
#define PARLEY_MIXER_NET_NET_PRIVATE_H

#include "mixer/base/re.h"
#include "mixer/net/dtls.h"
#include "mixer/net/media_source.h"
#include "mixer/net/port_pairs.h"
#include "mixer/net/proof.h"
#include "mixer/net/sprayers.h"
#include "mixer/net/srtp.h"
#include "mixer/net/transport.h"

enum {
	NET_ADDRESS_MAX = 4,
	/** Datagrams read from one socket before others get their turn: of
	 *  one that all WebRTC legs share, and of one leg's own */
	NET_DRAIN_MAX = 64,
	NET_DRAIN_OWN_MAX = 8,
	/** Addresses of one far end that may be valid at a time */
	ICE_PATH_MAX = 16,
	/** A path without a check for so long is gone (RFC 7675 section 5.1)
	 */
	ICE_CONSENT_US = 30000000,
	/** A proven path that was heard so lately is nobody else's: agents
	 *  check every 6 s at most (RFC 7675 section 5.1), and one is lost */
	ICE_HOLD_US = 15000000,
	/** Lengths of ufrag and pwd (RFC 8839 section 5.4) */
	ICE_UFRAG_MAX = 256,
	ICE_PWD_MIN = 22,
	ICE_PWD_MAX = 256,
	/** Random characters of ours: at least 24 and 128 bits */
	ICE_UFRAG_BYTES = 8,
	ICE_PWD_BYTES = 24,
	/** DTLS handshakes of one description; without ICE of one component
	 *  that come to nothing, and as many with others than the signalled
	 *  address */
	NET_HANDSHAKES_MAX = 8,
	/** Pairs of the range that are tried for one transport, should other
	 *  programs have ports there: what a request costs is bounded */
	NET_PAIR_TRIES_MAX = 4,
	/** TCP connections of all WebRTC transports, those of one host that
	 *  are no transport's selected path, and of one transport */
	NET_STREAMS_MAX = 1024,
	NET_STREAMS_HOST_MAX = NET_STREAMS_MAX / 4,
	ICE_STREAM_MAX = 4,
};

struct ice_stream;
struct port;
struct stun_packet;

/** A datagram arrived; buf has room for TRANSPORT_DATAGRAM_MAX */
typedef void(port_receive_h)(struct port *port, const struct sa *src,
			     uint8_t *buf, size_t len, uint64_t now_us,
			     void *arg);

/** One UDP socket, bound to a media address, or a TCP connection */
struct port {
	struct net *net;
	int fd; /**< -1: closed */
	struct sa addr;
	port_receive_h *receiveh;
	void *arg;
	struct ice_stream *stream; /**< whose connection it is; NULL: UDP */
	bool own;                  /**< of one leg */
	bool connected; /**< to the only address it sends to and hears */
	bool refused;   /**< connecting it failed: not tried again */
};

struct net {
	struct net_config config;
	struct port ports[NET_ADDRESS_MAX]; /**< WebRTC's */
	struct list transports;
	struct list streams; /**< struct ice_stream */
	/** TCP port of each media address that is advertised, 0: none */
	uint16_t tcp_ports[NET_ADDRESS_MAX];
	struct hash *ufrags; /**< struct ice_credentials */
	struct hash *paths;  /**< struct path */
	struct hash *relays; /**< struct relay, by number */
	struct dtls_context *dtls;
	/** Server for who proves its address next; NULL: made when needed */
	struct dtls_association *listener;
	struct net_stats stats;
	uint64_t now_us; /**< of the last wake or tick */
	/** Plain pairs of each media address that are free; NULL: no plain RTP
	 */
	struct port_pairs *free_pairs[NET_ADDRESS_MAX];
	struct proof_hosts unproven;
	struct sprayers sprayers;
	bool gso_refused; /**< the kernel or device cannot segment UDP */
	_Alignas(16) uint8_t buf[TRANSPORT_DATAGRAM_MAX + 16];
};

/** A ufrag and password of ours; two while a restart is under way */
struct ice_credentials {
	struct le le;
	struct transport *transport; /**< NULL: unused */
	char ufrag[16], pwd[40];
};

/** An address of the far end that passed an authenticated check */
struct path {
	struct le le;
	struct transport *transport; /**< NULL: unused */
	struct port *port;
	struct sa addr;
	uint64_t checked_us;
	uint64_t heard_us; /**< by a check or authentic media */
	bool proven;       /**< who is there gets what we send there */
};

/** ICE-lite agent of one transport */
struct ice {
	/** [0] current, [1] the ones before a restart until its nomination */
	struct ice_credentials local[2];
	char remote_ufrag[ICE_UFRAG_MAX + 1], remote_pwd[ICE_PWD_MAX + 1];
	struct path paths[ICE_PATH_MAX];
	struct path *selected; /**< nominated, or the first valid one */
	bool nominated;        /**< `selected` was nominated */
	/** Who is asked whether it gets what we send, NULL: nobody */
	const struct path *asked;
	uint8_t transaction[12]; /**< of that request */
	uint64_t asked_us;       /**< when the last one went, 0: none has */
	unsigned asks;           /**< of it so far */
};

/** An association on a component of a plain transport */
struct plain_association {
	struct plain_dtls *component;
	struct dtls_association *dtls; /**< NULL: none */
	struct sa peer;
	bool client;    /**< we began it */
	bool signalled; /**< with the signalled address */
	bool heard;     /**< the peer's host, in this one */
	/** Of the ClientHello that began it, where we are server */
	uint8_t random[DTLS_RANDOM_BYTES];
	uint64_t described_us; /**< the last time since its keys, 0: not */
};

/** DTLS on one component of a plain transport; transport_plain_dtls.c's */
struct plain_dtls {
	struct transport *transport;
	struct port *port;
	struct media_source *source;
	/** [agreed] is the one whose keys are used, the other one is being
	 *  made */
	struct plain_association associations[2];
	unsigned agreed;
	const struct sa *asked; /**< who is asked for a cookie now, or NULL */
	bool closed;            /**< by the peer; not begun again by us */
	bool stale;             /**< we are to begin another beside it */
	/** Until when what handshakes cost is paid off; [1] those with the
	 *  signalled address */
	uint64_t paid_us[2];
	struct crypto_context *in, *out; /**< NULL: not agreed */
};

/** Two transports that have named the same number; there while one does */
struct relay;

/** A transport as an end of a relay; relay.c's */
struct relay_end {
	struct relay *relay;       /**< NULL: of none */
	struct transport *partner; /**< NULL: it is alone */
	struct transport_payloads sound, picture;
	struct transport_hold hold;
	bool brought; /**< more than a handshake has come, and went over */
	bool no_data;
	unsigned data;    /**< datagrams of encrypted DTLS that went over */
	uint32_t kbps;    /**< 0: no limit */
	uint64_t paid_ns; /**< until when what came is paid for */
	struct transport_relay_stats stats; /**< counters alone */
};

struct transport {
	struct le le;
	struct net *net;
	enum transport_kind kind;
	enum transport_state state;
	struct transport_handlers handlers;
	void *arg;
	uint64_t received_us;
	struct crypto_context *in, *out; /**< NULL: not agreed, or plain RTP */
	/* WebRTC */
	struct ice ice;
	struct dtls_association *dtls;
	struct path *dtls_path; /**< where the last flight came from */
	bool dtls_strayed;      /**< not all of the handshake went over it */
	/** As a server, made beside the other one; NULL: none */
	struct dtls_association *next;
	struct path *next_path;
	uint8_t next_random[DTLS_RANDOM_BYTES]; /**< of its ClientHello */
	enum dtls_role role;
	bool role_known;
	uint64_t renewed_us; /**< of the last ICE restart, 0: none */
	unsigned handshakes; /**< begun since it was described */
	struct transport_fingerprint fingerprints[TRANSPORT_FINGERPRINT_MAX];
	size_t fingerprint_count;
	/* plain */
	struct port rtp_port, rtcp_port;
	size_t address_index;
	bool far_is_here; /**< what is signalled is a port of Parley's */
	bool crosses;     /**< and may be heard */
	struct media_source rtp, rtcp;
	/** Of where each goes; WebRTC has the first for both */
	struct proof rtp_proof, rtcp_proof;
	struct proof dtls_proof; /**< of a WebRTC handshake's far end */
	struct sa believed; /**< host that signalling has proven; or unset */
	bool vouched;       /**< and whatever it signals */
	struct plain_dtls rtp_dtls, rtcp_dtls;
	bool rtcp_mux;
	enum transport_suite suite;
	uint8_t local_keying[SRTP_KEYING_MAX], remote_keying[SRTP_KEYING_MAX];
	char local_sdes[64];
	/* relay, beside ICE */
	struct relay_end relay;
};

/** Has it an agent of ICE, on the ports that all of these share? */
static inline bool transport_has_ice(const struct transport *t)
{
	return t->kind == TRANSPORT_WEBRTC || t->kind == TRANSPORT_RELAY;
}

/* port.c */

/** Open and register; addr->port 0: any. @return 0, EADDRINUSE, ... */
int port_open(struct port *port, struct net *net, const struct sa *addr,
	      port_receive_h *receiveh, void *arg);
/** Close; harmless when closed or zeroed with fd -1 */
void port_close(struct port *port);
/**
 * Hear nobody but `peer` from now on, and spare the kernel the look-up of a
 * route for each packet. What is queued already may be of others still.
 * Harmless when it cannot be done or has been.
 */
void port_connect(struct port *port, const struct sa *peer);
/** Hear everybody again. It stays the port that it is only if it was opened by
 *  its number: the kernel takes one back that it chose itself */
void port_disconnect(struct port *port);
/** Send one datagram; counts. A connected port's dst is its peer.
 *  @return 0 or errno */
int port_send(struct port *port, const struct sa *dst, const uint8_t *buf,
	      size_t len);
/** Send datagrams to one address, joined by UDP GSO where sizes allow */
int port_send_burst(struct port *port, const struct sa *dst,
		    uint8_t *const bufs[], const size_t lens[], size_t count);

/* demux.c */

/** What a datagram is by its first bytes (RFC 7983, RFC 5761) */
enum datagram_type {
	DATAGRAM_UNKNOWN,
	DATAGRAM_STUN,
	DATAGRAM_DTLS,
	DATAGRAM_RTP,
	DATAGRAM_RTCP,
};

enum datagram_type datagram_type(const uint8_t *buf, size_t len);

/** The WebRTC ports' receive handler; arg is the net */
void demux_receive(struct port *port, const struct sa *src, uint8_t *buf,
		   size_t len, uint64_t now_us, void *arg);

/* ice.c */

/** Make the first local credentials */
int ice_init(struct transport *t);
/** Leave the net's tables */
void ice_close(struct transport *t);
/** Take the far end's credentials; changed ones are a restart */
int ice_set_remote(struct transport *t, const char *ufrag, const char *pwd);
/** A STUN datagram on a WebRTC port */
void ice_receive(struct net *net, struct port *port, const struct sa *src,
		 const uint8_t *buf, size_t len, uint64_t now_us);
/** The path an address belongs to, NULL if it is not validated */
struct path *ice_path(const struct net *net, const struct port *port,
		      const struct sa *src);
/** Is it what keeps a NAT's port open (RFC 6263 section 4.6)? A check of ICE
 *  is none: agents send them to whatever address somebody tells them */
/** Is it a check of a transport of ours, made with its password? */
bool ice_is_ours(const struct net *net, const uint8_t *buf, size_t len);
bool ice_is_keepalive(const uint8_t *buf, size_t len);
/** It leads nowhere any more: the transport goes on by another, or has none.
 *  Its handlers may drop it */
void ice_path_end(struct path *path);
/** Forget paths whose consent ran out */
void ice_tick(struct transport *t, uint64_t now_us);

/* ice_stream.c */

/** Close it, and its path; from within its own reading: after that */
void ice_stream_end(struct ice_stream *s);
/** Send datagrams as frames. @return how many the connection takes; the others
 *  are lost */
size_t ice_stream_send(struct ice_stream *s, uint8_t *const bufs[],
		       const size_t lens[], size_t count);

/* ice_proof.c */

/** Media goes there from now on; NULL: nowhere */
void ice_select(struct transport *t, struct path *path);
/** Who is there has shown that it gets what we send there */
void ice_path_proven(struct path *path);
/** Is it that of a far end that is alive and there? No other agent's check
 *  takes it then: who sends one may have forged the address */
bool ice_path_held(const struct path *path, uint64_t now_us);
/** Ask who is at the path that is used whether it gets that, where due.
 *  @param check_bytes Of its check that has just come; 0: none has */
void ice_prove(struct transport *t, size_t check_bytes, uint64_t now_us);
/** A success response from there. @return false if it is to nothing of ours */
bool ice_answered(struct path *path, const struct stun_packet *p);

/* transport_webrtc.c */

/** An address became valid or the selection moved */
void webrtc_path_changed(struct transport *t, bool moved);
void webrtc_dtls_receive(struct path *path, const uint8_t *buf, size_t len);
void webrtc_media_receive(struct path *path, uint8_t *buf, size_t len,
			  bool rtcp, uint64_t now_us);
int webrtc_set_remote(struct transport *t, const struct transport_remote *r);
void webrtc_tick(struct transport *t, uint64_t now_us);
/** Bring the state in line with what is known */
void webrtc_update(struct transport *t);

/* relay.c */

/** DTLS, RTP or RTCP from that path: to the other end, if it may go there */
void relay_receive(struct path *path, const uint8_t *buf, size_t len,
		   enum datagram_type type, uint64_t now_us);
int relay_set_remote(struct transport *t, const struct transport_remote *r);
/** Its selected path is another, or there is none any more */
void relay_path_changed(struct transport *t);
/** Who is at its selected path, or at another one, gets what goes there */
void relay_path_proven(struct transport *t);
/** It is of no relay any more; harmless if it is of none */
void relay_leave(struct transport *t);

/* transport_plain.c */

int plain_open(struct transport *t, size_t address_index,
	       enum transport_suite suite);
/** Close the pair */
void plain_close(struct transport *t);
int plain_set_remote(struct transport *t, const struct transport_remote *r);
/** Where RTP or RTCP goes; NULL: not known yet */
const struct sa *plain_destination(const struct transport *t, bool rtcp);
/** Listen to others again when the far end has fallen silent; DTLS */
void plain_tick(struct transport *t, uint64_t now_us);
/** What addresses are is taken; no state changes */
void plain_signal(struct transport *t, const struct transport_remote *r);
/** Connected once there are keys and a destination */
void plain_update(struct transport *t);
/** That address was heard, or has the keys: what goes to its host may */
void plain_prove(struct transport *t, const struct sa *addr);
/** transport_believe() */
void plain_believe(struct transport *t, const struct sa *host, bool vouched);

/* transport_plain_dtls.c */

void plain_dtls_open(struct transport *t);
/** Say goodbye and forget; harmless without */
void plain_dtls_close(struct transport *t);
int plain_dtls_set_remote(struct transport *t,
			  const struct transport_remote *r);
void plain_dtls_tick(struct transport *t);
/** A DTLS datagram on one of its ports. The transport may fail */
void plain_dtls_receive(struct plain_dtls *d, const struct sa *src,
			const uint8_t *buf, size_t len);

/* plain_dtls_credit.c; `signalled`: with the signalled address */

/** May a datagram of it go to its peer? It counts as sent if so */
bool plain_dtls_may_send(const struct plain_association *a, size_t len);
/** Is there no credit for another handshake? */
bool plain_dtls_is_exhausted(const struct plain_dtls *d, bool signalled);
/** One begins: as if it came to nothing */
void plain_dtls_charge(struct plain_dtls *d, bool signalled);
/** It gave keys */
void plain_dtls_refund(struct plain_dtls *d, bool signalled);
/** It is described anew: all of the credit, if its host was heard */
void plain_dtls_renew_credit(struct plain_dtls *d);

/* transport.c */

/** Change the state and tell the owner, once per change */
void transport_state_set(struct transport *t, enum transport_state state,
			 const char *reason);
/** Fingerprints that can be used? @return 0, EINVAL, EPROTO */
int transport_fingerprints_check(const struct transport_remote *r);
/** Keep them. @return true if others were known before */
bool transport_fingerprints_take(struct transport *t,
				 const struct transport_remote *r);
/** Hand a clear packet up; the transport may be gone afterwards */
void transport_deliver(struct transport *t, uint8_t *buf, size_t len,
		       bool rtcp, uint64_t now_us);

#endif
