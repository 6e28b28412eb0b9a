/**
 * @file signaling/sdp/codec_negotiation.h  Which of the offered codecs we take
 *
 * Of the codecs of signaling/sdp/codec_table.h those that the mixer has, too,
 * with telephone-event (RFC 4733), CN (RFC 3389) and rtx (RFC 4588) where it
 * does them; H.264 in Constrained Baseline, packetization modes 0 and 1.
 *
 * Policy:
 * - The order is the far end's, but in an offer that lists wideband and
 *   narrowband audio the wideband codecs go first, each in the far end's
 *   order. Our answer's first codec is the one that we send. In an answer to
 *   our offer the order is taken as it stands.
 * - One configuration a codec: of several AMR configurations the first that
 *   we speak; of several H.264 ones packetization-mode 1 before 0, then
 *   Constrained Baseline before Baseline, then the far end's order.
 * - telephone-event at each clock rate that a chosen codec has, then at
 *   others: many say 8000 beside any codec, and an event has the clock of its
 *   own rtpmap. CN where a codec of 8000 Hz was chosen.
 *
 * Pure; any thread. All structs are plain values.
 */
#ifndef PARLEY_SIGNALING_SDP_CODEC_NEGOTIATION_H
#define PARLEY_SIGNALING_SDP_CODEC_NEGOTIATION_H

#include "mixer/mp/leg_description.h"
#include "mixer/mp/capabilities.h"
#include "signaling/sdp/codec_table.h"

enum {
	CODEC_FORMATS_MAX = 64,       /**< formats looked at in an m-line */
	CODEC_EVENTS_MAX = 3,         /**< telephone-event clocks */
	CODEC_EVENT_CLOCK_MIN = 1000, /**< as the mixer takes them */
	CODEC_EVENT_CLOCK_MAX = 192000,
};

/** RTCP feedback, bits (RFC 4585, 5104, draft-alvestrand-rmcat-remb) */
enum {
	CODEC_FB_NACK = 1,
	CODEC_FB_PLI = 2,
	CODEC_FB_FIR = 4,
	CODEC_FB_REMB = 8,
};

/** What our side can do */
struct codec_conditions {
	struct picture_limits limits;
	/** Longest packet that the far end takes, 0: any (RFC 8866 section
	 *  6.4). A codec whose frames are longer is not taken */
	uint32_t maxptime_ms;
	struct mixer_capabilities mixer;
};

/** What is used of an m-line. Empty: count is 0 */
struct codec_choice {
	struct chosen_codec codecs[DESCRIPTION_CODECS_MAX];
	size_t count;
	struct event_description events[CODEC_EVENTS_MAX];
	size_t event_count;
	bool cn; /**< CN/8000 is used */
	uint8_t cn_pt;
};

/** Fill in the name of a static payload type (RFC 3551) without rtpmap */
void codec_static_format(struct offered_format *format);

/**
 * Choose among the far end's formats
 *
 * @param ours   NULL: it is an offer. Else what we offered in this m-line:
 *               an answer may only take from that
 * @param m      Set; count 0 when there is nothing in common
 */
void codec_negotiate(struct codec_choice *m, enum media_kind kind,
		     const struct offered_format *formats, size_t count,
		     const struct codec_choice *ours,
		     const struct codec_conditions *conditions);

/**
 * All that we do, for an m-line of our own offer
 *
 * @param m      Set; count 0 when the mixer has no codec of this kind
 * @param webrtc Leave out what no browser does, take what all do first
 * @param used   Bitmap of payload types (128 bits) that mean something else
 *               in the session; those taken are added
 */
void codec_choice_ours(struct codec_choice *m, enum media_kind kind,
		       bool webrtc, const struct codec_conditions *conditions,
		       uint64_t used[2]);

/** Print rtpmap, fmtp and rtcp-fb lines. @param plain Without WebRTC */
int codec_choice_print(struct mbuf *mb, const struct codec_choice *m,
		       const struct picture_limits *limits, bool plain);

/** Print " 111 110" for the m-line */
int codec_choice_print_pts(struct mbuf *mb, const struct codec_choice *m);

/** Put codecs, rtx, events, cn_pt and feedback into the description */
void codec_choice_describe(const struct codec_choice *c,
			   struct media_description *m);

#endif
