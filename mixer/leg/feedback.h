/**
 * @file mixer/leg/feedback.h  RTCP of a leg's media, in and out
 *
 * Reports as compounds with SDES (RFC 3550 section 6) at randomised
 * intervals, feedback at once (RFC 4585) in compounds of their own, BYE when
 * a stream ends. Media thread; no allocation.
 */
#ifndef PARLEY_MIXER_LEG_FEEDBACK_H
#define PARLEY_MIXER_LEG_FEEDBACK_H

#include "mixer/leg/media.h"

/** A compound or reduced-size packet arrived on a transport of the leg */
void feedback_packet(struct leg_transport *lt, const uint8_t *buf, size_t len,
		     uint64_t now_us);

/** Send the media's report when its time has come */
void feedback_tick(struct media *m, uint64_t now_us);

/** Generic NACK for numbers in ascending order */
void feedback_nack(struct media *m, const uint16_t *seqs, size_t count);

/** PLI, or FIR where only that is negotiated; one of them is */
void feedback_keyframe(struct media *m, uint8_t fir_seq);

/** The stream ends */
void feedback_bye(struct media *m);

#endif
