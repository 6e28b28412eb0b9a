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
#include "mixer/mp/leg_description.h"

/** H.264, RFC 6184 section 8.1: what offer and answer are compared by */
struct fmtp_h264 {
	uint8_t profile_idc;
	uint8_t profile_iop;
	uint8_t level_idc;
	bool level_asymmetry;
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
void fmtp_opus_decode(struct codec_description *p, const struct pl *fmtp);

/**
 * @param modes Number of speech modes: 8 for AMR, 9 for AMR-WB
 * @return 0; ENOTSUP for CRC, robust sorting, interleaving or more channels,
 *         which are not spoken here; EBADMSG for a malformed mode-set
 */
int fmtp_amr_decode(struct codec_description *p, const struct pl *fmtp,
		    unsigned modes);

/**
 * @param p Set
 * @param d Its H.264 members but profile_level_id; sprop without those that
 *          are malformed or too many
 * @return 0; EBADMSG for a profile-level-id that is none
 */
int fmtp_h264_decode(struct fmtp_h264 *p, struct codec_description *d,
		     const struct pl *fmtp);

void fmtp_vp8_decode(struct fmtp_vp8 *p, const struct pl *fmtp);

/** Constrained Baseline by RFC 6184 table 5 */
bool fmtp_h264_constrained_baseline(const struct fmtp_h264 *p);

/** Baseline without constraint by the same table */
bool fmtp_h264_baseline(const struct fmtp_h264 *p);

/** Main, High or Constrained High, whose decoders play what is constrained
 *  baseline (H.264 A.2.2, A.2.4) */
bool fmtp_h264_beyond_baseline(const struct fmtp_h264 *p);

/**
 * Largest picture that an a=imageattr value's "recv" sets name
 *
 * @param attr After the payload type
 * @return false when there is none ("*", or only "send")
 */
bool fmtp_imageattr_recv(const struct pl *attr, unsigned *width,
			 unsigned *height);

#endif
