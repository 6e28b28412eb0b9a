/**
 * @file signaling/offer.h  SDP to leg description and back (RFC 3264, 8866)
 *
 * An `offer` object is one session's SDP state: what the far end said last,
 * what we said last, origin version, and the leg description of
 * mixer/protocol.h that both mean. Both directions: their offer and our
 * answer; our offer and their answer; re-offers by either, m-lines keeping
 * their place. libre's sdp_* parses and prints; codec choice is
 * signaling/match.h. No socket, no mixer, no focus: pure and testable with
 * recorded SDP.
 */
#ifndef PARLEY_SIGNALING_OFFER_H
#define PARLEY_SIGNALING_OFFER_H

#include <stdbool.h>
#include <jansson.h>
#include "focus/reason.h"
#include "mixer/base/re.h"

struct offer;

struct offer_config {
	struct sa address;	/**< for o= and c=, until the mixer's is known */
	bool sdes_allowed;	/**< SDES keys only over TLS or where told */
	unsigned video_width, video_height, video_fps; /**< what we can take */
};

int offer_alloc(struct offer **op, const struct offer_config *config);

/**
 * The far end's offer came
 *
 * @param sdp  Body; lengths, counts and formats are checked and capped
 * @param legp Set to {transports, media} for focus_join/focus_leg_modify
 * @return REASON_NONE; REASON_BAD_REQUEST (not SDP), REASON_NO_CODEC (no
 *         audio or video we can do)
 */
enum reason offer_remote(struct offer *o, const char *sdp, size_t len,
			 json_t **legp);

/**
 * Print our answer
 *
 * @param local The mixer's {transports, media}
 * @param mbp   Set to the SDP
 */
int offer_answer(struct offer *o, const json_t *local, struct mbuf **mbp);

/**
 * Begin an offer of ours
 *
 * @param webrtc Shape: WebRTC (BUNDLE, DTLS-SRTP, ICE-lite) or plain RTP.
 *               Ignored for a re-offer: the shape stays
 * @param legp   Set to the description without remote parts, for
 *               focus_join/focus_leg_modify
 */
int offer_begin(struct offer *o, bool webrtc, bool video, json_t **legp);

/** Print our offer, once the mixer gave its side */
int offer_local(struct offer *o, const json_t *local, struct mbuf **mbp);

/** The answer to our offer came. As offer_remote */
enum reason offer_remote_answer(struct offer *o, const char *sdp, size_t len,
				json_t **legp);

/** Our offer was refused (488, 491): fall back to the last agreed state */
void offer_rollback(struct offer *o);

/** All audio and video is held by the far end (sendonly/inactive/0.0.0.0) */
bool offer_held(const struct offer *o);

/** The far end is WebRTC (ICE and DTLS) */
bool offer_is_webrtc(const struct offer *o);

#endif
