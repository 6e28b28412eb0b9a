/**
 * @file ice_peer.h  A small browser: full ICE, DTLS-SRTP, one socket
 *
 * The far end of a WebRTC transport for tests and the load generator. It
 * checks one remote candidate, nominates it, shakes hands and then sends and
 * receives clear RTP. It uses mixer/net's DTLS, SRTP and STUN rooms, so it is
 * included as a C file by programs that link parley_net. Runs on the calling
 * thread's libre loop; nothing allocates once connected.
 */
#ifndef PARLEY_TESTS_ICE_PEER_H
#define PARLEY_TESTS_ICE_PEER_H

#include "mixer/net/dtls.h"
#include "mixer/net/transport.h"

struct ice_peer;

struct ice_peer_handlers {
	/** A clear RTP or RTCP packet; must not free the peer. May be NULL */
	void (*packet)(uint8_t *buf, size_t len, bool rtcp, void *arg);
};

/** What one connectivity check says; zeroed: what a browser would say */
struct ice_peer_check {
	const char *ufrag; /**< instead of the remote one */
	const char *pwd;   /**< instead of the remote one */
	bool use_candidate;
	bool controlled; /**< claims the wrong role */
	bool without_integrity;
	bool unknown_attribute; /**< adds a comprehension-required one */
};

/** Answers to checks so far */
struct ice_peer_answers {
	unsigned success, error;
	unsigned error_code; /**< of the last error response */
	struct sa mapped;    /**< of the last success response */
};

/**
 * Open a socket and choose credentials
 *
 * @param local    Address to bind, port 0 for any
 * @param dtls     Certificate; may serve many peers
 * @param role     The peer's DTLS role
 * @param profiles SRTP profiles in OpenSSL's notation, NULL for the default
 */
int ice_peer_alloc(struct ice_peer **pp, const struct sa *local,
		   struct dtls_context *dtls, enum dtls_role role,
		   const char *profiles, const struct ice_peer_handlers *h,
		   void *arg);

/** The transport's side; begins checking at the next tick */
void ice_peer_set_remote(struct ice_peer *p, const struct transport_local *l);

/** The peer's side, for transport_set_remote(); strings live with the peer */
void ice_peer_local(const struct ice_peer *p, struct transport_remote *r);

/** New credentials: what a browser does on restartIce() */
void ice_peer_restart(struct ice_peer *p);

/** Go on from another port, as after a NAT rebinding */
int ice_peer_move(struct ice_peer *p);

/** Go on from that host, as one that changes its network does */
int ice_peer_move_to(struct ice_peer *p, const char *host);

/** Hear none of the transport's checks, as who is not there; or do again */
void ice_peer_ignore(struct ice_peer *p, bool ignore);

/** Checks (50 ms until valid, then 2.5 s) and handshake; every 10..50 ms */
void ice_peer_tick(struct ice_peer *p, uint64_t now_us);

/** Send one particular check now */
void ice_peer_send_check(struct ice_peer *p, const struct ice_peer_check *c);

/** Lose the next `count` DTLS datagrams on their way out */
void ice_peer_lose(struct ice_peer *p, unsigned count);

/** Stop or resume the checks of the tick */
void ice_peer_silence(struct ice_peer *p, bool silent);

const struct ice_peer_answers *ice_peer_answers(const struct ice_peer *p);

/** ICE valid, handshake complete and the fingerprint fits */
bool ice_peer_connected(const struct ice_peer *p);

enum dtls_state ice_peer_dtls_state(const struct ice_peer *p);

/** Suite agreed on, NONE before */
enum transport_suite ice_peer_suite(const struct ice_peer *p);

/**
 * Protect in place and send; TRANSPORT_TRAILER_MAX writable bytes behind
 *
 * @return 0; ENOTCONN before it is connected
 */
int ice_peer_send(struct ice_peer *p, uint8_t *buf, size_t len, bool rtcp);

/** Send bytes as they are */
int ice_peer_send_raw(struct ice_peer *p, const uint8_t *buf, size_t len);

/** Say close_notify */
void ice_peer_close(struct ice_peer *p);

#endif
