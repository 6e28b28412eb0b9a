/**
 * @file signaling/sdp/codec_table.h  The codecs that SDP can say
 *
 * One row a codec: its name and clock in a=rtpmap, and how its a=fmtp is read
 * and printed. A codec without parameters is a row alone; what a conference
 * may use of the table is what its mixers have (mixer/mp/capabilities.h).
 * Pure; any thread.
 */
#ifndef PARLEY_SIGNALING_SDP_CODEC_TABLE_H
#define PARLEY_SIGNALING_SDP_CODEC_TABLE_H

#include "mixer/mp/leg_description.h"
#include "signaling/sdp/codec_level.h"
#include "signaling/sdp/fmtp.h"

enum {
	CODEC_NAME_MAX = 24,
	CODEC_PT_DYNAMIC = 255,
};

/** One format of an m-line; slices point into the SDP */
struct offered_format {
	uint8_t pt;
	char name[CODEC_NAME_MAX]; /**< "" while no rtpmap was seen */
	uint32_t clock_hz;
	uint8_t channels;
	unsigned feedback;   /**< CODEC_FB_* of this payload type */
	struct pl fmtp;      /**< p = NULL: none */
	struct pl imageattr; /**< after the payload type; p = NULL: none */
};

/** One codec that both sides do */
struct chosen_codec {
	const struct codec_row *row;
	unsigned feedback; /**< CODEC_FB_* that both sides do */
	int rank;          /**< among configurations of the same codec */
	struct picture_bounds bounds;
	struct codec_description d; /**< as the mixer is told it */
	uint8_t rtx_pt;             /**< 0: none */
	/* what only the SDP needs */
	bool amr_capability;    /**< mode-change-capability was there */
	uint8_t h264_our_level; /**< level_idc that our side of the SDP says */
	struct fmtp_h264 h264;  /**< level_idc: what we may send */
};

struct codec_row {
	const char *name;
	enum media_kind kind;
	uint32_t clock_hz;
	uint8_t channels;
	uint8_t static_pt; /**< RFC 3551, or CODEC_PT_DYNAMIC */
	bool wideband;
	uint8_t frame_ms; /**< shortest packet that is sent of it */
	/** Read the parameters; NULL: it has none. @return false: not spoken
	 */
	bool (*read)(struct chosen_codec *codec,
		     const struct offered_format *format,
		     const struct picture_limits *limits);
	/** Parameters of an offer of ours. NULL: none
	 *  @param variant Of several offered ones, the number */
	void (*offer)(struct chosen_codec *codec, unsigned variant,
		      const struct picture_limits *limits);
	/** Print a=fmtp; NULL: none. @param plain Without WebRTC */
	int (*print)(struct mbuf *mb, const struct chosen_codec *codec,
		     const struct picture_limits *limits, bool plain);
};

/** The row that the format names; NULL. Opus without its "/2" (RFC 7587
 *  section 7) is Opus: what it sends is decoded all the same */
const struct codec_row *codec_row_of(const struct offered_format *format,
				     enum media_kind kind);

/** The row of that name; NULL */
const struct codec_row *codec_row_by_name(const char *name);

/** The row of a static payload type; NULL */
const struct codec_row *codec_row_by_pt(uint8_t pt);

/** Begin a codec of that row */
void codec_begin(struct chosen_codec *codec, const struct codec_row *row,
		 uint8_t pt);

#endif
