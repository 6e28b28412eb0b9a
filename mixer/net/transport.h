/**
 * @file mixer/net/transport.h  One way in and out of a leg for RTP and RTCP
 *
 * A transport is either WebRTC (ICE-lite on the mixer's one UDP port, RFC
 * 8445, and on TCP connections that it is handed, RFC 6544; DTLS-SRTP, RFC
 * 5764; RTP and RTCP multiplexed, RFC 5761; all media of a BUNDLE group, RFC
 * 9143) or plain (a UDP port pair of its own, RFC 3550,
 * with or without SRTP keyed by SDES, RFC 4568, or by DTLS, RFC 5763). Above
 * it everything is clear RTP and RTCP: demultiplexing (RFC 7983), consent,
 * handshake, keys, replay windows, roll-over counters stay inside.
 *
 * Or it is an end of a relay (TS 23.228 U.2.4): ICE as with WebRTC and no keys
 * at all. What its far end sends goes as it is to the far end of the other
 * transport with the same number, and nothing is heard or sent above.
 *
 * Lives on the media thread. Nothing allocates after set_remote and the
 * handshake. Packets of unknown or unauthenticated senders cost no more than
 * one hash look-up and are counted.
 */
#ifndef PARLEY_MIXER_NET_TRANSPORT_H
#define PARLEY_MIXER_NET_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mixer/base/re.h"

enum {
	/** Largest datagram handled, bytes */
	TRANSPORT_DATAGRAM_MAX = 2048,
	/** Room that senders leave behind a packet for tag, MKI, index */
	TRANSPORT_TRAILER_MAX = 48,
	/** RTP packets we build stay under this, header included, bytes */
	TRANSPORT_MTU = 1200,
	/** Local candidates of a transport with ICE at most */
	TRANSPORT_CANDIDATE_MAX = 12,
	TRANSPORT_FINGERPRINT_MAX = 4,
	/** Most packets of one transport_send_burst */
	TRANSPORT_BURST_MAX = 64,
};

enum transport_kind {
	TRANSPORT_PLAIN,
	TRANSPORT_PLAIN_DTLS, /**< plain, its SRTP keyed by DTLS (RFC 5763) */
	TRANSPORT_WEBRTC,
	TRANSPORT_RELAY, /**< ICE alone: an end of a relay */
};

enum transport_state {
	/** Far end unknown or nothing arrived; again when consent expires (no
	 *  ICE check for 30 s) until the next check, or when the fingerprint
	 *  changes, or an association ends for which another one is made,
	 *  until the new handshake is done. A relay's end: also when the other
	 *  end has left or has no path any more */
	TRANSPORT_NEW,
	/** Media may flow both ways. A relay's end: what its far end sends
	 *  beyond a handshake (SRTP, SRTCP, DTLS application data) has a
	 * proven path to go on by; it is neither failed nor closed ever */
	TRANSPORT_CONNECTED,
	TRANSPORT_FAILED, /**< wrong fingerprint, handshake failed; until it is
			       described anew */
	/** DTLS close_notify; until it is described anew, or the far end
	 *  begins another handshake */
	TRANSPORT_CLOSED,
};

enum transport_suite {
	TRANSPORT_SUITE_NONE,
	TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_80,
	TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_32,
	TRANSPORT_SUITE_AEAD_AES_128_GCM,
	TRANSPORT_SUITE_AEAD_AES_256_GCM,
};

enum dtls_role { DTLS_ROLE_SERVER, DTLS_ROLE_CLIENT };

/** The mixer-wide side of transports: sockets' addresses, certificate */
struct net;

/** One transport */
struct transport;

/** What is to be sent, where the far end may have proved nothing yet
 *  (mixer/net/proof.h) */
enum transport_matter {
	TRANSPORT_SOUND,
	TRANSPORT_PICTURE, /**< a whole one */
	TRANSPORT_REPORT,  /**< RTCP */
};

struct net_config {
	/** Bound; the port is ignored */
	struct sa media_addresses[4];
	size_t media_address_count;
	/** What a 1:1 NAT makes of each, without a port; unset: there is none,
	 *  and it is told as it is */
	struct sa advertised_addresses[4];
	uint16_t webrtc_port;  /**< 0: any free one */
	uint16_t rtp_port_min; /**< plain RTP, even; 0: no plain RTP */
	uint16_t rtp_port_max; /**< last port of the range */
	/** Ports that others of the same Parley may have, too: no far ends.
	 *  0: those of the range */
	uint16_t own_port_min, own_port_max;
	bool media_from_any; /**< mixer/net/media_source.h */
};

struct net_stats {
	uint64_t packets_in, packets_out, bytes_in, bytes_out;
	/** Unknown sender, failed authentication; not what the kernel refuses
	 *  on a plain port whose signalled far end is heard */
	uint64_t discarded;
	uint64_t send_errors;
};

struct transport_handlers {
	/**
	 * A clear, authenticated RTP packet (the whole of it). `buf` is valid
	 * during the call and may be written to.
	 */
	void (*rtp)(uint8_t *buf, size_t len, uint64_t now_us, void *arg);
	/** A clear, authenticated compound or reduced-size RTCP packet */
	void (*rtcp)(uint8_t *buf, size_t len, uint64_t now_us, void *arg);
	/** State changed; `reason` in words. Must not free the transport */
	void (*state)(enum transport_state state, const char *reason,
		      void *arg);
	/** The selected candidate pair moved, or other keys took the place of
	 *  the old ones: ask for and send key frames */
	void (*path)(void *arg);
	/** The host that RTP goes to has proved itself (transport_is_proven).
	 *  `missed`: a picture was not sent to it until now. Must not free the
	 *  transport */
	void (*proved)(bool missed, void *arg);
};

struct transport_fingerprint {
	char hash[12];   /**< "sha-256", "sha-384", "sha-512" */
	char value[192]; /**< "AB:CD:.." */
};

/** Payload types of RTP: bit `type` % 64 of word `type` / 64 */
struct transport_payloads {
	uint64_t bits[2];
};

/** What of a relay's media does not go over: a moderator's will */
struct transport_hold {
	bool sound_from, picture_from; /**< of what its far end sends */
	bool sound_to, picture_to;     /**< of what is for it */
	bool all; /**< both ways all but DTLS, reports too */
};

/** Of a relay's end since it was made; of UDP payloads, without ICE's */
struct transport_relay_stats {
	uint32_t relay; /**< its number, 0: of none now */
	bool carried;   /**< it is connected (TRANSPORT_CONNECTED) */
	uint64_t packets_in, bytes_in; /**< its far end sent */
	uint64_t packets_out;          /**< its far end was sent */
	/** Of packets_in: a hold of either end, beyond its kbps */
	uint64_t held, policed;
};

/** The far end as it described itself; strings borrowed during the call */
struct transport_remote {
	/* WebRTC, relay */
	const char *ice_ufrag, *ice_pwd; /**< NULL: not known yet */
	/* and plain with DTLS */
	enum dtls_role dtls_role; /**< ours */
	struct transport_fingerprint fingerprints[TRANSPORT_FINGERPRINT_MAX];
	size_t fingerprint_count;
	/* plain */
	struct sa rtp, rtcp; /**< unset: not known yet */
	struct sa near;      /**< host of the signalling; unset: not given */
	uint64_t leg; /**< its transports, and no others, share what may go to
		       *   a host without proof; 0: it shares with none */
	bool rtcp_mux;
	enum transport_suite suite;
	const char *sdes_key; /**< base64 of key and salt; NULL: none yet */
	/* relay */
	uint32_t relay; /**< number of its relay; 0: of none */
	struct transport_payloads sound, picture; /**< of what it sends */
	uint32_t kbps; /**< it may send, half a second of it at once; 0: any */
	bool no_data;  /**< of DTLS it may not send more than opens the way */
};

/** Our side, for the SDP */
struct transport_local {
	enum transport_kind kind;
	char ice_ufrag[16], ice_pwd[40];
	struct transport_fingerprint fingerprint; /**< where there is DTLS */
	struct transport_candidate {
		struct sa addr;
		uint32_t priority;
		bool tcp;                      /**< passive (RFC 6544) */
	} candidates[TRANSPORT_CANDIDATE_MAX]; /**< those of UDP first */
	size_t candidate_count;
	struct sa rtp; /**< plain: advertised address and port */
	uint16_t rtcp_port;
	enum transport_suite suite;
	char sdes_key[64]; /**< base64, plain with SDES */
};

/**
 * Open the WebRTC port on each media address and make the DTLS certificate
 * (EC P-256, SHA-256). Registers with the calling thread's libre loop.
 *
 * @return 0; EADDRINUSE, ENOMEM, ...
 */
int net_alloc(struct net **netp, const struct net_config *config);

/** The WebRTC port that is open */
uint16_t net_webrtc_port(const struct net *net);

/** Totals since start */
const struct net_stats *net_stats(const struct net *net);

/** DTLS retransmissions, consent expiry; call every 20..100 ms */
void net_tick(struct net *net, uint64_t now_us);

/**
 * Advertise passive TCP candidates of ICE (RFC 6544): where somebody listens
 * who hands over by net_take_stream() what connects there. In what is
 * described from now on
 *
 * @param ports For each media address, 0: none
 */
void net_set_tcp_ports(struct net *net, const uint16_t *ports, size_t count);

/**
 * Take a TCP connection that begins with a check of ICE, framed (RFC 4571),
 * which has come whole
 *
 * @param fd Non-blocking; taken, also on failure
 * @return 0; EACCES: the check is for no transport here, or not made with its
 *         password; EUSERS: too many; ENOMEM, ...
 */
int net_take_stream(struct net *net, int fd);

/**
 * Make a transport
 *
 * WebRTC, relay: chooses ufrag and pwd. Plain: opens an even port and the next
 * one from the range on media address number `address_index`; EADDRNOTAVAIL
 * when all of them are in use, or the few that were tried by other programs.
 *
 * @param suite Plain with SDES: suite for which a local key is made; else
 *              TRANSPORT_SUITE_NONE
 */
int transport_alloc(struct transport **tp, struct net *net,
		    enum transport_kind kind, size_t address_index,
		    enum transport_suite suite,
		    const struct transport_handlers *h, void *arg);

/**
 * Tell it the far end, at first or after a re-offer
 *
 * A changed ufrag/pwd pair is an ICE restart (RFC 8445 section 9): new local
 * credentials are made (see transport_local()), media goes on over the old
 * pair until the new one is nominated. DTLS is kept unless the fingerprint
 * changed, or the far end ends the association or begins another one (a new
 * peer connection may have the certificate of the old, RFC 8842). Plain: a
 * changed address takes effect at once; whose packets are accepted, and where
 * packets go, is mixer/net/media_source.h's. Parley's own ports are no
 * far ends (net_config): who names one hears nothing, and no circle is closed,
 * but for transport_set_crosses().
 *
 * WebRTC: the DTLS role is taken until a handshake has begun. A ClientHello
 * that overtakes the description makes us the server. A fingerprint may follow
 * the handshake: media waits for it. Plain with SDES: another suite than the
 * local one makes a new local key (see transport_local()); NONE is refused.
 *
 * Plain with DTLS: an association for RTP, and one for RTCP where they do not
 * share a port (RFC 5764 section 4.1). As a server it is with who proves its
 * address by a cookie, and whose address media is believed from; a handshake
 * that comes to nothing is the transport's failure only if it was with the
 * signalled address. Another handshake may begin at any time: by another role
 * or address that is described, where we are the client, and by a ClientHello
 * (RFC 8842 section 4, RFC 6347 section 4.2.8). Keys stay until other ones are
 * agreed on; close_notify ends them, and the transport waits for another
 * handshake, which we begin only when the far end was described within the 5 s
 * before or is described anew. With one far end 8 handshakes may come to
 * nothing, and then one every 30 s; of those that do not, one a second is for
 * free.
 *
 * Relay: it is an end of the relay with that number from now on, and of no
 * other; a relay has two. What comes from an address that ICE has validated
 * goes to the selected one of the other end: DTLS at once, within what a host
 * without proof may get (mixer/net/proof.h), all else when who is there has
 * answered a Binding request. The other end of it is told by its state when
 * this one leaves or is freed.
 *
 * @return 0; EINVAL, EPROTO (key, fingerprint or ICE credentials unusable).
 *         Relay: EBUSY: it has two ends, EINVAL: the other one is the same
 *         leg's, ENOMEM; it is of the relay that it was of then
 */
int transport_set_remote(struct transport *t,
			 const struct transport_remote *remote);

/** Our side; call again after set_remote, credentials may be new */
void transport_local(const struct transport *t, struct transport_local *l);

/** "udp" or "tcp": what it goes by; NULL: not known yet */
const char *transport_path(const struct transport *t);

enum transport_state transport_state(const struct transport *t);

/** Time of the last packet of any authenticated kind (RTP, RTCP; STUN only
 *  while connected and from where what we send is got: consent alone is not
 *  life), 0 if none: what media
 *  time-outs count from. Relay: of the last one, checks of ICE too, from where
 *  what we send is got */
uint64_t transport_received_us(const struct transport *t);

/**
 * Has the host that RTP goes to been heard since it goes there?
 *
 * By RTP or RTCP of whatever port, a DTLS handshake, STUN from the address
 * itself, or its signalling (transport_believe()). A WebRTC transport goes
 * nowhere before it is connected; then by a DTLS handshake over the selected
 * path, or the answer to a Binding request that it sends there at once.
 */
bool transport_is_proven(const struct transport *t);

/**
 * Who signals has shown that it is at a host, by what nobody can send who does
 * not get what we send it: media for that host needs no other proof, now and
 * when it goes there later. No port of ours is proven by that
 *
 * @param host    Its port is ignored; unset: no host
 * @param vouched So is the signalled address, wherever that is
 */
void transport_believe(struct transport *t, const struct sa *host,
		       bool vouched);

/** May a port of Parley's own that is signalled be its far end after all? It
 * is that of a leg of another conference, and no circle comes of it. Only what
 *  comes from that port is heard then */
void transport_set_crosses(struct transport *t, bool crosses);

/** What of a relay's media does not go over, from now on. Sound and picture
 * are told apart by the payload types of the end that it comes from; RTP that
 * is neither goes over where neither is held back */
void transport_hold(struct transport *t, const struct transport_hold *hold);

/** @return false: it is no end of a relay, `s` is not set */
bool transport_relay_stats(const struct transport *t,
			   struct transport_relay_stats *s);

/** The host that is proven on `other` is on `t`, too: both are of one leg.
 *  Not of a relay's end, nor by it */
void transport_share_proof(struct transport *t, const struct transport *other);

/**
 * May that be sent now? Always where the far end is proven; it counts as sent
 * if so. To be asked before a packet gets its number
 *
 * @param bytes About what it takes on the wire
 */
bool transport_may_send(struct transport *t, enum transport_matter matter,
			size_t bytes, uint64_t now_us);

/**
 * Protect in place and send one RTP packet
 *
 * @param buf Packet; TRANSPORT_TRAILER_MAX writable bytes follow it
 * @return 0; ENOTCONN while not CONNECTED (the packet is dropped)
 */
int transport_send_rtp(struct transport *t, uint8_t *buf, size_t len);

/**
 * The packets of one video frame at once (UDP GSO where sizes allow)
 *
 * @param bufs Packets, each with TRANSPORT_TRAILER_MAX bytes behind it
 * @param lens Their lengths in bytes
 */
int transport_send_burst(struct transport *t, uint8_t *const bufs[],
			 const size_t lens[], size_t count);

/** Protect in place and send a compound RTCP packet */
int transport_send_rtcp(struct transport *t, uint8_t *buf, size_t len);

/** Suite name as in SDP (RFC 4568, RFC 7714), and back (NONE if unknown) */
const char *transport_suite_name(enum transport_suite suite);
enum transport_suite transport_suite_by_name(const char *name);

#endif
