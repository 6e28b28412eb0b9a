/**
 * @file signaling/sdp/fmtp.h  Format parameters (a=fmtp, a=imageattr) in types
 *
 * Strict readers of the parameter strings of RFC 7587 (Opus), 4867 (AMR and
 * AMR-WB), 6184 (H.264), 7741 (VP8) and 6236 (image attributes). The input is
 * the far end's: every number and length is bounded. Pure; any thread.
 */
#ifndef PARLEY_SIGNALING_SDP_FMTP_H
#define PARLEY_SIGNALING_SDP_FMTP_H

#include "mixer/base/re.h"

/** Opus, RFC 7587 section 6.1: what the far end wants to receive */
struct fmtp_opus {
	bool fec;                   /**< useinbandfec=1 */
	bool dtx;                   /**< usedtx=1 */
	bool stereo;                /**< stereo=1 */
	uint32_t max_bitrate;       /**< bits/s, 0 = not given */
	uint32_t max_playback_rate; /**< Hz, 0 = not given */
};

/** AMR and AMR-WB, RFC 4867 sections 8.1 and 8.2 */
struct fmtp_amr {
	bool octet_align;
	uint16_t mode_set;          /**< bit n: mode n; 0 = all */
	uint8_t mode_change_period; /**< 1 or 2 */
	bool mode_change_neighbor;
	bool mode_change_capability; /**< the parameter is there */
};

enum {
	/** Most characters of sprop-parameter-sets that are taken */
	FMTP_SPROP_MAX = 255,
};

/** H.264, RFC 6184 section 8.1 */
struct fmtp_h264 {
	uint8_t profile_idc;
	uint8_t profile_iop;
	uint8_t level_idc;
	uint8_t packetization_mode; /**< 0..2 */
	bool level_asymmetry;
	uint32_t max_mbps; /**< macroblocks/s, 0 = the level's */
	uint32_t max_fs;   /**< macroblocks, 0 = the level's */
	/** sprop-parameter-sets, of what it sends: base64 of NAL units with
	 *  commas between; without those that are malformed or too long */
	char sprop[FMTP_SPROP_MAX + 1];
};

/** VP8, RFC 7741 section 6.1 */
struct fmtp_vp8 {
	uint32_t max_fr; /**< frames/s, 0 = any */
	uint32_t max_fs; /**< macroblocks, 0 = any */
};

/**
 * Find a parameter by name (any case) in "a=1; b=2;c"
 *
 * @param val Set to its value, empty for a bare word
 */
bool fmtp_param(const struct pl *fmtp, const char *name, struct pl *val);

/** A whole decimal number of at most `max`. @return false for all else */
bool fmtp_number(const struct pl *text, uint32_t max, uint32_t *value);

/** Read the parameters; what is absent or malformed takes its default */
void fmtp_opus_decode(struct fmtp_opus *p, const struct pl *fmtp);

/**
 * @param modes Number of speech modes: 8 for AMR, 9 for AMR-WB
 * @return 0; ENOTSUP for CRC, robust sorting, interleaving or more channels,
 *         which are not spoken here; EBADMSG for a malformed mode-set
 */
int fmtp_amr_decode(struct fmtp_amr *p, const struct pl *fmtp, unsigned modes);

/** @return 0; EBADMSG for a profile-level-id that is none */
int fmtp_h264_decode(struct fmtp_h264 *p, const struct pl *fmtp);

void fmtp_vp8_decode(struct fmtp_vp8 *p, const struct pl *fmtp);

/** Constrained Baseline by RFC 6184 table 5 */
bool fmtp_h264_constrained_baseline(const struct fmtp_h264 *p);

/** Baseline without constraint by the same table */
bool fmtp_h264_baseline(const struct fmtp_h264 *p);

/**
 * Largest picture that an a=imageattr value's "recv" sets name
 *
 * @param attr After the payload type
 * @return false when there is none ("*", or only "send")
 */
bool fmtp_imageattr_recv(const struct pl *attr, unsigned *width,
			 unsigned *height);

#endif
