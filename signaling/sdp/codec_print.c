/**
 * @file signaling/sdp/codec_print.c  The chosen codecs as SDP and as JSON
 */
#include <errno.h>
#include <string.h>
#include "signaling/sdp/codec_negotiation.h"

static const struct {
	unsigned bit;
	const char *value, *member;
} feedbacks[] = {
	{MATCH_FB_NACK, "nack", "nack"},
	{MATCH_FB_PLI, "nack pli", "pli"},
	{MATCH_FB_FIR, "ccm fir", "fir"},
	{MATCH_FB_REMB, "goog-remb", "remb"},
};


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
static int print_amr(struct mbuf *mb, const struct match_codec *codec)
{
	const struct fmtp_amr *amr = &codec->amr;
	int err;

	if (!amr->octet_align && !amr->mode_set &&
	    !amr->mode_change_capability)
		return 0;
	err = mbuf_printf(mb, "a=fmtp:%u octet-align=%d", codec->pt,
			  amr->octet_align);
	err |= print_mode_set(mb, amr->mode_set);
	if (amr->mode_change_capability)
		err |= mbuf_write_str(mb, ";mode-change-capability=2");
	return err | mbuf_write_str(mb, "\r\n");
}


static int print_h264(struct mbuf *mb, const struct match_codec *codec)
{
	const struct fmtp_h264 *h264 = &codec->h264;

	return mbuf_printf(mb,
			   "a=fmtp:%u %spacketization-mode=%u;"
			   "profile-level-id=%02x%02x%02x\r\n",
			   codec->pt,
			   h264->level_asymmetry ? "level-asymmetry-allowed=1;"
						 : "",
			   h264->packetization_mode, h264->profile_idc,
			   h264->profile_iop, codec->h264_our_level);
}


static int print_fmtp(struct mbuf *mb, const struct match_codec *codec,
		      const struct match_limits *limits, bool plain)
{
	switch (codec->id) {
	case MATCH_OPUS:
		return mbuf_printf(mb,
				   "a=fmtp:%u minptime=10;useinbandfec=1\r\n",
				   codec->pt);
	case MATCH_AMR:
	case MATCH_AMR_WB: return print_amr(mb, codec);
	case MATCH_H264: return print_h264(mb, codec);
	case MATCH_VP8:
		if (!plain)
			return 0;
		return mbuf_printf(mb, "a=fmtp:%u max-fr=%u;max-fs=%u\r\n",
				   codec->pt, limits->fps,
				   ((limits->width + 15) / 16) *
					   ((limits->height + 15) / 16));
	default: return 0;
	}
}


static int print_codec(struct mbuf *mb, const struct match_codec *codec,
		       const struct match_limits *limits, bool plain)
{
	int err;

	err = mbuf_printf(mb, "a=rtpmap:%u %s/%u%s\r\n", codec->pt,
			  match_name(codec->id), match_clock_hz(codec->id),
			  codec->id == MATCH_OPUS ? "/2" : "");
	err |= print_fmtp(mb, codec, limits, plain);
	for (size_t i = 0; i < ARRAY_SIZE(feedbacks); i++) {
		if (codec->feedback & feedbacks[i].bit)
			err |= mbuf_printf(mb, "a=rtcp-fb:%u %s\r\n",
					   codec->pt, feedbacks[i].value);
	}
	if (codec->rtx_pt)
		err |= mbuf_printf(mb,
				   "a=rtpmap:%u rtx/90000\r\n"
				   "a=fmtp:%u apt=%u\r\n",
				   codec->rtx_pt, codec->rtx_pt, codec->pt);
	return err;
}


int match_print(struct mbuf *mb, const struct match *m,
		const struct match_limits *limits, bool plain)
{
	int err = 0;

	for (size_t i = 0; i < m->count; i++)
		err |= print_codec(mb, &m->codecs[i], limits, plain);
	if (m->cn)
		err |= mbuf_printf(mb, "a=rtpmap:%u CN/8000\r\n", m->cn_pt);
	for (size_t i = 0; i < m->event_count; i++)
		err |= mbuf_printf(mb,
				   "a=rtpmap:%u telephone-event/%u\r\n"
				   "a=fmtp:%u 0-15\r\n",
				   m->events[i].pt, m->events[i].clock_hz,
				   m->events[i].pt);
	return err;
}


int match_print_pts(struct mbuf *mb, const struct match *m)
{
	int err = 0;

	for (size_t i = 0; i < m->count; i++) {
		err |= mbuf_printf(mb, " %u", m->codecs[i].pt);
		if (m->codecs[i].rtx_pt)
			err |= mbuf_printf(mb, " %u", m->codecs[i].rtx_pt);
	}
	if (m->cn)
		err |= mbuf_printf(mb, " %u", m->cn_pt);
	for (size_t i = 0; i < m->event_count; i++)
		err |= mbuf_printf(mb, " %u", m->events[i].pt);
	return err;
}


static json_t *mode_set_json(uint16_t set)
{
	json_t *modes = json_array();

	for (unsigned mode = 0; mode < 16; mode++) {
		if (set & 1u << mode)
			(void)json_array_append_new(modes, json_integer(mode));
	}
	return modes;
}


static int amr_json(json_t *c, const struct fmtp_amr *amr)
{
	int err = 0;

	err |= json_object_set_new(c, "octet_align",
				   json_boolean(amr->octet_align));
	err |= json_object_set_new(c, "mode_change_period",
				   json_integer(amr->mode_change_period));
	err |= json_object_set_new(c, "mode_change_neighbor",
				   json_boolean(amr->mode_change_neighbor));
	if (amr->mode_set)
		err |= json_object_set_new(c, "mode_set",
					   mode_set_json(amr->mode_set));
	return err;
}


static int opus_json(json_t *c, const struct fmtp_opus *opus)
{
	int err = 0;

	err |= json_object_set_new(c, "channels", json_integer(2));
	err |= json_object_set_new(c, "fec", json_boolean(opus->fec));
	err |= json_object_set_new(c, "dtx", json_boolean(opus->dtx));
	err |= json_object_set_new(c, "stereo", json_boolean(opus->stereo));
	if (opus->max_bitrate)
		err |= json_object_set_new(c, "max_bitrate",
					   json_integer(opus->max_bitrate));
	if (opus->max_playback_rate)
		err |= json_object_set_new(
			c, "max_playback_rate",
			json_integer(opus->max_playback_rate));
	return err;
}


static int h264_json(json_t *c, const struct fmtp_h264 *h264)
{
	char level[8];
	int err = 0;

	(void)re_snprintf(level, sizeof(level), "%02x%02x%02x",
			  h264->profile_idc, h264->profile_iop,
			  h264->level_idc);
	err |= json_object_set_new(c, "packetization_mode",
				   json_integer(h264->packetization_mode));
	err |= json_object_set_new(c, "profile_level_id", json_string(level));
	if (h264->max_mbps)
		err |= json_object_set_new(c, "max_mbps",
					   json_integer(h264->max_mbps));
	if (h264->max_fs)
		err |= json_object_set_new(c, "max_fs",
					   json_integer(h264->max_fs));
	if (h264->sprop[0])
		err |= json_object_set_new(c, "sprop",
					   json_string(h264->sprop));
	return err;
}


static json_t *codec_json(const struct match_codec *codec)
{
	json_t *c = json_pack("{s:s, s:i, s:i}", "name", match_name(codec->id),
			      "pt", codec->pt, "clock",
			      (int)match_clock_hz(codec->id));
	int err = 0;

	switch (codec->id) {
	case MATCH_OPUS: err = opus_json(c, &codec->opus); break;
	case MATCH_AMR:
	case MATCH_AMR_WB: err = amr_json(c, &codec->amr); break;
	case MATCH_H264: err = h264_json(c, &codec->h264); break;
	default: break;
	}
	if (err) {
		json_decref(c);
		return NULL;
	}
	return c;
}


static json_t *feedback_json(unsigned feedback)
{
	json_t *f = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(feedbacks); i++)
		(void)json_object_set_new(
			f, feedbacks[i].member,
			json_boolean(feedback & feedbacks[i].bit));
	return f;
}


int match_json(const struct match *m, json_t *media)
{
	json_t *codecs = json_array(), *rtx = json_array();
	json_t *events = json_array();
	int err = 0;

	for (size_t i = 0; i < m->count; i++) {
		const struct match_codec *codec = &m->codecs[i];

		err |= json_array_append_new(codecs, codec_json(codec));
		if (codec->rtx_pt)
			err |= json_array_append_new(
				rtx,
				json_pack("{s:i, s:i}", "pt", codec->rtx_pt,
					  "apt", codec->pt));
	}
	for (size_t i = 0; i < m->event_count; i++)
		err |= json_array_append_new(
			events,
			json_pack("{s:i, s:i}", "pt", m->events[i].pt, "clock",
				  (int)m->events[i].clock_hz));
	err |= json_object_set_new(media, "codecs", codecs);
	err |= json_object_set_new(media, "rtx", rtx);
	err |= json_object_set_new(media, "events", events);
	if (m->cn)
		err |= json_object_set_new(media, "cn_pt",
					   json_integer(m->cn_pt));
	err |= json_object_set_new(
		media, "feedback",
		feedback_json(m->count ? m->codecs[0].feedback : 0));
	return err ? ENOMEM : 0;
}
