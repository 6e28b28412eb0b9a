/**
 * @file mixer/leg/leg_description.h  A leg's T, M and C of protocol.h, as
 * structs
 *
 * The strict reader of leg.add and leg.modify: whatever stands in a
 * leg_description has been checked, so that the rooms behind need not.
 * Unknown members are ignored, wrong types and values out of range are
 * errors, and every error says which member and why. Pure; media thread.
 */
#ifndef PARLEY_MIXER_LEG_LEG_DESCRIPTION_H
#define PARLEY_MIXER_LEG_LEG_DESCRIPTION_H

#include <jansson.h>
#include "mixer/audio/codec.h"
#include "mixer/mp/protocol.h"
#include "mixer/net/transport.h"
#include "mixer/video/engine.h"

enum {
	DESCRIPTION_CODECS_MAX = 8,
	DESCRIPTION_RTX_MAX = 8,
	DESCRIPTION_EVENTS_MAX = 4,
	DESCRIPTION_SSRCS_MAX = 8,
	DESCRIPTION_MID_BYTES = 17, /**< 16 (one-byte element) and the end */
	DESCRIPTION_ICE_BYTES = 257,
	DESCRIPTION_WHY_BYTES = 160,
};

enum media_kind { MEDIA_AUDIO, MEDIA_VIDEO };

/** T: a transport as the far end described it */
struct transport_description {
	enum transport_kind kind;
	bool known; /**< the far end's part was given */
	char ice_ufrag[DESCRIPTION_ICE_BYTES], ice_pwd[DESCRIPTION_ICE_BYTES];
	enum dtls_role dtls_role;
	struct transport_fingerprint fingerprints[TRANSPORT_FINGERPRINT_MAX];
	size_t fingerprint_count;
	struct sa rtp, rtcp;
	bool rtcp_mux;
	enum transport_suite suite;
	char sdes_key[128]; /**< empty: none yet */
	struct sa near;     /**< unset: not given */
};

/** C: one codec, audio or video by its section's kind */
struct codec_description {
	uint8_t pt;
	struct audio_codec audio;
	struct video_codec video;
	struct video_parameter_sets parameter_sets; /**< H.264 */
};

/** M: a media section */
struct media_description {
	enum media_kind kind;
	size_t transport; /**< index into the transports */
	char mid[DESCRIPTION_MID_BYTES];
	bool off, send, recv; /**< off: dropped, keeps its place */
	struct codec_description codecs[DESCRIPTION_CODECS_MAX];
	size_t codec_count;
	struct {
		uint8_t pt, apt;
	} rtx[DESCRIPTION_RTX_MAX];
	size_t rtx_count;
	struct {
		uint8_t pt;
		uint32_t clock_hz;
	} events[DESCRIPTION_EVENTS_MAX];
	size_t event_count;
	int cn_pt;                                        /**< -1: none */
	uint8_t audio_level_id, mid_id, abs_send_time_id; /**< 0: none */
	bool nack, pli, fir, remb;
	uint32_t ssrcs[DESCRIPTION_SSRCS_MAX];
	size_t ssrc_count;
	unsigned kbps; /**< 0: no limit */
	unsigned width, height, fps;
};

struct leg_description {
	struct transport_description transports[MP_MEDIA_MAX];
	size_t transport_count;
	struct media_description media[MP_MEDIA_MAX];
	size_t media_count;
};

/**
 * Read "transports" and "media" of a request
 *
 * @param d   Filled; what it holds after an error is undefined
 * @param msg The request
 * @param why Set to the reason on error
 * @return 0 or EINVAL
 */
int leg_description_parse(struct leg_description *d, const json_t *msg,
			  char why[DESCRIPTION_WHY_BYTES]);

#endif
