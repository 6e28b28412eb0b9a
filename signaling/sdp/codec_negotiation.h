/**
 * @file signaling/sdp/codec_negotiation.h  Which of the offered codecs we take
 *
 * One table says what the mixer can do: Opus, AMR-WB, G.722, AMR, PCMU, PCMA,
 * telephone-event (RFC 4733), CN (RFC 3389); VP8 and H.264 Constrained
 * Baseline in packetization modes 0 and 1, and rtx (RFC 4588) for both.
 *
 * Policy:
 * - The order is the far end's, but in an offer that lists wideband and
 *   narrowband audio the wideband codecs go first, each in the far end's
 *   order. Our answer's first codec is the one that we send. In an answer to
 *   our offer the order is taken as it stands.
 * - One configuration a codec: of several AMR configurations the first that
 *   we speak; of several H.264 ones packetization-mode 1 before 0, then
 *   Constrained Baseline before Baseline, then the far end's order.
 * - telephone-event at each clock rate that a chosen codec has; CN where one
 *   of 8000 Hz was chosen.
 *
 * Pure; any thread. All structs are plain values.
 */
#ifndef PARLEY_SIGNALING_SDP_CODEC_NEGOTIATION_H
#define PARLEY_SIGNALING_SDP_CODEC_NEGOTIATION_H

#include <jansson.h>
#include "signaling/sdp/fmtp.h"

enum {
	MATCH_FORMATS_MAX = 64, /**< formats looked at in an m-line */
	MATCH_CODECS_MAX = 12,  /**< codecs chosen of them */
	MATCH_EVENTS_MAX = 3,   /**< telephone-event clocks */
	MATCH_NAME_MAX = 24,
};

enum match_kind { MATCH_AUDIO, MATCH_VIDEO };

enum match_id {
	MATCH_OPUS,
	MATCH_AMR_WB,
	MATCH_G722,
	MATCH_AMR,
	MATCH_PCMU,
	MATCH_PCMA,
	MATCH_VP8,
	MATCH_H264,
	MATCH_ID_COUNT
};

/** RTCP feedback, bits (RFC 4585, 5104, draft-alvestrand-rmcat-remb) */
enum {
	MATCH_FB_NACK = 1,
	MATCH_FB_PLI = 2,
	MATCH_FB_FIR = 4,
	MATCH_FB_REMB = 8,
};

/** The largest picture we take */
struct match_limits {
	unsigned width, height, fps;
};

/** One format of an m-line; slices point into the SDP */
struct match_format {
	uint8_t pt;
	char name[MATCH_NAME_MAX]; /**< "" while no rtpmap was seen */
	uint32_t clock_hz;
	uint8_t channels;
	unsigned feedback;   /**< MATCH_FB_* of this payload type */
	struct pl fmtp;      /**< p = NULL: none */
	struct pl imageattr; /**< after the payload type; p = NULL: none */
};

/** One codec that both sides do */
struct match_codec {
	enum match_id id;
	uint8_t pt;
	uint8_t rtx_pt;         /**< 0: none */
	uint8_t h264_our_level; /**< level_idc that our side of the SDP says */
	unsigned feedback;      /**< MATCH_FB_* that both sides do */
	struct fmtp_opus opus;
	struct fmtp_amr amr;
	struct fmtp_vp8 vp8;
	struct fmtp_h264 h264;  /**< level_idc: what we may send */
	unsigned width, height; /**< of a=imageattr, 0 = none */
};

struct match_event {
	uint8_t pt;
	uint32_t clock_hz;
};

/** What is used of an m-line. Empty: count is 0 */
struct match {
	struct match_codec codecs[MATCH_CODECS_MAX];
	size_t count;
	struct match_event events[MATCH_EVENTS_MAX];
	size_t event_count;
	bool cn; /**< CN/8000 is used */
	uint8_t cn_pt;
};

/** A codec's SDP name */
const char *match_name(enum match_id id);
uint32_t match_clock_hz(enum match_id id);

/** Fill in the name of a static payload type (RFC 3551) without rtpmap */
void match_static_format(struct match_format *format);

/**
 * Choose among the far end's formats
 *
 * @param ours   NULL: it is an offer. Else what we offered in this m-line:
 *               an answer may only take from that
 * @param m      Set; count 0 when there is nothing in common
 */
void match_choose(struct match *m, enum match_kind kind,
		  const struct match_format *formats, size_t count,
		  const struct match *ours, const struct match_limits *limits);

/**
 * All that we do, for an m-line of our own offer
 *
 * @param webrtc Leave out what no browser does, take what all do first
 * @param used   Bitmap of payload types (128 bits) that mean something else
 *               in the session; those taken are added
 */
void match_ours(struct match *m, enum match_kind kind, bool webrtc,
		const struct match_limits *limits, uint64_t used[2]);

/** Print rtpmap, fmtp and rtcp-fb lines. @param plain Without WebRTC */
int match_print(struct mbuf *mb, const struct match *m,
		const struct match_limits *limits, bool plain);

/** Print " 111 110" for the m-line */
int match_print_pts(struct mbuf *mb, const struct match *m);

/**
 * Largest picture that the codec lets us send
 *
 * @param limits    Ours; the result is never larger
 */
void match_picture(const struct match_codec *codec,
		   const struct match_limits *limits,
		   struct match_limits *picture);

/** Put codecs, rtx, events, cn_pt and feedback into an M of
 *  mixer/mp/protocol.h. @return 0 or ENOMEM */
int match_json(const struct match *m, json_t *media);

#endif
