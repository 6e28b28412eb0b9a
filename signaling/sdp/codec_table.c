/**
 * @file signaling/sdp/codec_table.c  The table of codecs and their parameters
 */
#include <string.h>
#include <strings.h>
#include "signaling/sdp/codec_table.h"


/* ---------------------------------------------------------------- Opus */

static bool opus_read(struct chosen_codec *codec,
		      const struct offered_format *format,
		      const struct picture_limits *limits)
{
	(void)limits;
	fmtp_opus_decode(&codec->d, &format->fmtp);
	return true;
}


static void opus_offer(struct chosen_codec *codec, unsigned variant,
		       const struct picture_limits *limits)
{
	(void)variant;
	(void)limits;
	codec->d.channels = 2;
	codec->d.fec = true;
}


static int opus_print(struct mbuf *mb, const struct chosen_codec *codec,
		      const struct picture_limits *limits, bool plain)
{
	(void)limits;
	(void)plain;
	return mbuf_printf(mb, "a=fmtp:%u minptime=10;useinbandfec=1\r\n",
			   codec->d.pt);
}


/* -------------------------------------------------- AMR and AMR-WB */

static bool amr_modes_read(struct chosen_codec *codec,
			   const struct offered_format *format, unsigned modes)
{
	struct pl val;

	codec->amr_capability =
		fmtp_param(&format->fmtp, "mode-change-capability", &val);
	return !fmtp_amr_decode(&codec->d, &format->fmtp, modes);
}


static bool amr_read(struct chosen_codec *codec,
		     const struct offered_format *format,
		     const struct picture_limits *limits)
{
	(void)limits;
	return amr_modes_read(codec, format, 8);
}


static bool amr_wb_read(struct chosen_codec *codec,
			const struct offered_format *format,
			const struct picture_limits *limits)
{
	(void)limits;
	return amr_modes_read(codec, format, 9);
}


/** Variant 0 is octet-aligned, 1 bandwidth-efficient */
static void amr_offer(struct chosen_codec *codec, unsigned variant,
		      const struct picture_limits *limits)
{
	(void)limits;
	codec->d.octet_align = variant == 0;
	codec->d.mode_change_period = 1;
}


static int print_mode_set(struct mbuf *mb, uint16_t set)
{
	const char *separator = ";mode-set=";
	int err = 0;

	for (unsigned mode = 0; mode < 16; mode++) {
		if (!(set & 1u << mode))
			continue;
		err |= mbuf_printf(mb, "%s%u", separator, mode);
		separator = ",";
	}
	return err;
}


/** octet-align and mode-set must come back as they were (RFC 4867 8.3.1) */
static int amr_print(struct mbuf *mb, const struct chosen_codec *codec,
		     const struct picture_limits *limits, bool plain)
{
	const struct codec_description *amr = &codec->d;
	int err;
	(void)limits;
	(void)plain;

	if (!amr->octet_align && !amr->mode_set && !codec->amr_capability)
		return 0;
	err = mbuf_printf(mb, "a=fmtp:%u octet-align=%d", codec->d.pt,
			  amr->octet_align);
	err |= print_mode_set(mb, amr->mode_set);
	if (codec->amr_capability)
		err |= mbuf_write_str(mb, ";mode-change-capability=2");
	return err | mbuf_write_str(mb, "\r\n");
}


/* --------------------------------------------------------------- H.264 */

static void h264_describe(struct chosen_codec *codec)
{
	const struct fmtp_h264 *h264 = &codec->h264;

	(void)re_snprintf(codec->d.profile_level_id,
			  sizeof(codec->d.profile_level_id), "%02x%02x%02x",
			  h264->profile_idc, h264->profile_iop,
			  h264->level_idc);
}


/** Level 1b is level_idc 11 with constraint_set3 (H.264 A.3.1) */
static void h264_bounds(struct chosen_codec *codec)
{
	const struct fmtp_h264 *h264 = &codec->h264;
	bool level_1b = h264->level_idc == 11 && (h264->profile_iop & 0x10);
	struct picture_bounds *b = &codec->bounds;

	codec_level_limits(level_1b ? 9 : h264->level_idc, &b->mbps, &b->fs);
	if (codec->d.max_mbps > b->mbps)
		b->mbps = codec->d.max_mbps;
	if (codec->d.max_fs > b->fs)
		b->fs = codec->d.max_fs;
}


static bool h264_read(struct chosen_codec *codec,
		      const struct offered_format *format,
		      const struct picture_limits *limits)
{
	struct fmtp_h264 *h264 = &codec->h264;
	uint8_t ours = codec_level_for(limits);

	if (fmtp_h264_decode(h264, &codec->d, &format->fmtp) ||
	    codec->d.packetization_mode > 1 ||
	    (!fmtp_h264_constrained_baseline(h264) &&
	     !fmtp_h264_baseline(h264) && !fmtp_h264_beyond_baseline(h264)))
		return false;
	codec->h264_our_level = ours;
	if (!h264->level_asymmetry) {
		/* One level for both ways: it may only be lowered */
		if (h264->level_idc > ours)
			h264->level_idc = ours;
		codec->h264_our_level = h264->level_idc;
	}
	/* What we send is constrained baseline, which a decoder of Main or
	 * High plays, too (H.264 A.2.2, A.2.4) */
	codec->rank = 4 * !fmtp_h264_beyond_baseline(h264) +
		      2 * (codec->d.packetization_mode == 1) +
		      fmtp_h264_constrained_baseline(h264);
	h264_describe(codec);
	h264_bounds(codec);
	return true;
}


/** Variant 0 is packetization-mode 1, 1 the single NAL unit mode */
static void h264_offer(struct chosen_codec *codec, unsigned variant,
		       const struct picture_limits *limits)
{
	codec->h264.profile_idc = 0x42;
	codec->h264.profile_iop = 0xe0;
	codec->h264.level_idc = codec_level_for(limits);
	codec->h264.level_asymmetry = true;
	codec->h264_our_level = codec->h264.level_idc;
	codec->d.packetization_mode = variant == 0;
	h264_describe(codec);
}


static int h264_print(struct mbuf *mb, const struct chosen_codec *codec,
		      const struct picture_limits *limits, bool plain)
{
	const struct fmtp_h264 *h264 = &codec->h264;
	(void)limits;
	(void)plain;

	return mbuf_printf(mb,
			   "a=fmtp:%u %spacketization-mode=%u;"
			   "profile-level-id=%02x%02x%02x\r\n",
			   codec->d.pt,
			   h264->level_asymmetry ? "level-asymmetry-allowed=1;"
						 : "",
			   codec->d.packetization_mode, h264->profile_idc,
			   h264->profile_iop, codec->h264_our_level);
}


/* ----------------------------------------------------------------- VP8 */

static bool vp8_read(struct chosen_codec *codec,
		     const struct offered_format *format,
		     const struct picture_limits *limits)
{
	struct fmtp_vp8 vp8;

	(void)limits;
	fmtp_vp8_decode(&vp8, &format->fmtp);
	codec->bounds.fs = vp8.max_fs;
	codec->bounds.fps = vp8.max_fr;
	return true;
}


static int vp8_print(struct mbuf *mb, const struct chosen_codec *codec,
		     const struct picture_limits *limits, bool plain)
{
	if (!plain)
		return 0;
	return mbuf_printf(mb, "a=fmtp:%u max-fr=%u;max-fs=%u\r\n",
			   codec->d.pt, limits->fps,
			   ((limits->width + 15) / 16) *
				   ((limits->height + 15) / 16));
}


/* clang-format off */
static const struct codec_row rows[] = {
	{"opus",   MEDIA_AUDIO, 48000, 2, CODEC_PT_DYNAMIC, true, 5,
	 opus_read, opus_offer, opus_print},
	{"AMR-WB", MEDIA_AUDIO, 16000, 1, CODEC_PT_DYNAMIC, true, 20,
	 amr_wb_read, amr_offer, amr_print},
	{"G722",   MEDIA_AUDIO,  8000, 1, 9, true, 5, NULL, NULL, NULL},
	{"AMR",    MEDIA_AUDIO,  8000, 1, CODEC_PT_DYNAMIC, false, 20,
	 amr_read, amr_offer, amr_print},
	{"PCMU",   MEDIA_AUDIO,  8000, 1, 0, false, 5, NULL, NULL, NULL},
	{"PCMA",   MEDIA_AUDIO,  8000, 1, 8, false, 5, NULL, NULL, NULL},
	{"VP8",    MEDIA_VIDEO, 90000, 1, CODEC_PT_DYNAMIC, false, 0,
	 vp8_read, NULL, vp8_print},
	{"H264",   MEDIA_VIDEO, 90000, 1, CODEC_PT_DYNAMIC, false, 0,
	 h264_read, h264_offer, h264_print},
};
/* clang-format on */


const struct codec_row *codec_row_of(const struct offered_format *format,
				     enum media_kind kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].kind == kind &&
		    !strcasecmp(rows[i].name, format->name) &&
		    rows[i].clock_hz == format->clock_hz &&
		    (rows[i].channels == format->channels ||
		     format->channels == 1))
			return &rows[i];
	}
	return NULL;
}


const struct codec_row *codec_row_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!strcasecmp(rows[i].name, name))
			return &rows[i];
	}
	return NULL;
}


const struct codec_row *codec_row_by_pt(uint8_t pt)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].static_pt == pt && pt != CODEC_PT_DYNAMIC)
			return &rows[i];
	}
	return NULL;
}


void codec_begin(struct chosen_codec *codec, const struct codec_row *row,
		 uint8_t pt)
{
	memset(codec, 0, sizeof(*codec));
	codec->row = row;
	str_ncpy(codec->d.name, row->name, sizeof(codec->d.name));
	codec->d.clock_hz = row->clock_hz;
	codec->d.pt = pt;
	codec->d.mode_change_period = 1;
}
