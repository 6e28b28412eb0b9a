/**
 * @file signaling/sdp/precondition.h  QoS preconditions of an m-line (RFC
 * 3312, 4032)
 *
 * `a=curr`, `a=des` and `a=conf` as the far end wrote them, turned round to
 * our side: its local segment is our remote one, what it sends we receive.
 * Our own resources are always there, so only the far end's can be missing.
 * Pure; part of an offer_line, copied with it.
 */
#ifndef PARLEY_SIGNALING_SDP_PRECONDITION_H
#define PARLEY_SIGNALING_SDP_PRECONDITION_H

#include "signaling/sdp/offer_text.h"

/** Of a stream, from our side; may be combined */
enum precondition_direction {
	PRECONDITION_SEND = 1 << 0,
	PRECONDITION_RECV = 1 << 1,
	PRECONDITION_BOTH = PRECONDITION_SEND | PRECONDITION_RECV,
};

/** RFC 3312 section 4, strength-tag; `unasked` when there is no a=des row */
enum precondition_strength {
	PRECONDITION_UNASKED,
	PRECONDITION_NONE,
	PRECONDITION_OPTIONAL,
	PRECONDITION_MANDATORY,
};

/** RFC 3312 section 4, status-type, from our side */
enum precondition_segment {
	PRECONDITION_E2E,
	PRECONDITION_LOCAL,
	PRECONDITION_REMOTE,
	PRECONDITION_SEGMENTS,
};

enum { PRECONDITION_TYPE_MAX = 24 };

struct precondition {
	bool present; /**< the far end speaks of "qos" on this line */
	struct {
		uint8_t current;    /**< directions that are ready */
		uint8_t send, recv; /**< enum precondition_strength */
	} segments[PRECONDITION_SEGMENTS];
	/** A mandatory precondition of a type that we do not know, "" if none;
	 *  and how its row ended */
	char unknown[PRECONDITION_TYPE_MAX];
	uint8_t unknown_segment, unknown_direction;
};

/** Read the rows of an m-line; malformed ones are passed over */
void precondition_read(struct precondition *p, const struct offer_text *t,
		       int media);

/** Preconditions for an offer of ours: our side is ready, theirs would be
 *  welcome */
void precondition_ours(struct precondition *p);

/** Is every mandatory one met? */
bool precondition_met(const struct precondition *p);

/** Our rows; what is mandatory and missing is asked to be confirmed.
 *  @return 0 or ENOMEM */
int precondition_print(struct mbuf *mb, const struct precondition *p);

/** The a=des rows of a 580 (RFC 3312 section 8): "unknown" for a type that we
 *  do not know, "failure" for what was not met. @return 0 or ENOMEM */
int precondition_print_failure(struct mbuf *mb, const struct precondition *p);

#endif
