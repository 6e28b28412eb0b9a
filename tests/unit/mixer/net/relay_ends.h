/**
 * @file relay_ends.h  A relay, its ends and their far ends on loopback
 */
#ifndef PARLEY_TESTS_UNIT_NET_RELAY_ENDS_H
#define PARLEY_TESTS_UNIT_NET_RELAY_ENDS_H

#include "mixer/net/net_private.h"
#include "tests/lib/ice_far.h"
#include "tests/unit/mixer/net/loopback.h"

enum {
	ENDS_RELAY = 7,
	ENDS_SOUND = 111,
	ENDS_PICTURE = 96,
	ENDS_OTHER = 50,
	ENDS_MAX = 3,
	ENDS_BYTES = 100,
};

/** A relay and its ends; some tests have a third one */
struct ends {
	struct net *net;
	struct transport *t[ENDS_MAX];
	struct transport_remote remote[ENDS_MAX];
	struct ice_far far[ENDS_MAX];
	struct heard heard[ENDS_MAX];
	unsigned sent; /**< packets, for their numbers */
};

/** Of a datagram */
enum ends_kind { ENDS_DTLS, ENDS_DTLS_DATA, ENDS_RTP, ENDS_RTCP };

/** A transport of no relay yet, its far end, and what that says of itself */
void ends_make(struct ends *w, size_t i);

/** Its far end knows what the transport is now */
void ends_tell_far(struct ends *w, size_t i);

/** Let far ends take what has come */
void ends_drain(struct ends *w);

/** What was sent has come, and what that brings about, too */
void ends_settle(struct ends *w);

/** A check, and what it brings about */
void ends_check(struct ends *w, size_t i);

/** By checks until it has answered one */
void ends_prove(struct ends *w, size_t i);

/** ends_make(), and it is an end of the relay */
void ends_open_one(struct ends *w, size_t i);

/** Two ends, of which nobody has checked anything */
void ends_open_two(struct ends *w);

/** Two ends that are ready to carry */
void ends_open(struct ends *w);

/** All of it. The relay must be gone then */
void ends_close(struct ends *w);

/** One of that kind; what it holds is nobody's but the far ends'
 *  @param type Of the payload, of ENDS_RTP */
size_t ends_packet(struct ends *w, uint8_t *buf, enum ends_kind kind,
		   uint8_t type);

/** @return It has come at the other end, byte for byte */
bool ends_goes_over(struct ends *w, size_t from, enum ends_kind kind,
		    uint8_t type);

/** It comes at that time from where the far end is */
void ends_hand_over(struct ends *w, size_t from, uint8_t *buf, size_t len,
		    uint64_t now_us);

/** What it has counted */
struct transport_relay_stats ends_stats(const struct ends *w, size_t i);

#endif
