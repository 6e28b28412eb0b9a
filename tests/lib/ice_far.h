/**
 * @file ice_far.h  A far end that has ICE and nothing above
 *
 * One UDP socket that makes checks, answers those of the mixer, and keeps what
 * else comes as it came: an end of a relay, whose DTLS and SRTP the mixer does
 * not look into. It has no loop of its own: nothing is read but by
 * ice_far_drain(). Included as a C file, like ice_peer.
 */
#ifndef PARLEY_TESTS_ICE_FAR_H
#define PARLEY_TESTS_ICE_FAR_H

#include "mixer/base/re.h"

enum { ICE_FAR_DATAGRAM_MAX = 2048 };

struct ice_far {
	int fd;         /**< non-blocking */
	struct sa addr; /**< its own */
	struct sa to;   /**< the mixer's */
	char ufrag[16], pwd[40];
	char to_ufrag[40], to_pwd[80];
	bool ignores;      /**< checks of the mixer's, as who is not there */
	unsigned answered; /**< checks that were good */
	unsigned asked;    /**< checks of the mixer's that came */
	unsigned count;    /**< datagrams of other kinds that came */
	size_t bytes;      /**< and theirs */
	size_t last_len;   /**< of the last of them */
	uint8_t last[ICE_FAR_DATAGRAM_MAX];
};

/** A socket there, any port, and credentials. @return 0 or errno */
int ice_far_open(struct ice_far *f, const char *host);

/** Harmless when it is closed */
void ice_far_close(struct ice_far *f);

/** Go on from another port of that host, as after a NAT's rebinding; what
 * comes to the old one is lost. @return 0 or errno */
int ice_far_move(struct ice_far *f, const char *host);

/** The mixer's side */
void ice_far_set_remote(struct ice_far *f, const struct sa *to,
			const char *ufrag, const char *pwd);

/** A check that nominates. @param pwd Instead of the mixer's; NULL: that */
void ice_far_check(struct ice_far *f, const char *pwd);

/** Send as it is */
void ice_far_send(const struct ice_far *f, const void *buf, size_t len);

/** Take what has come */
void ice_far_drain(struct ice_far *f);

#endif
