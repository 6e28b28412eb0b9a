/**
 * @file signaling/sdp/codec_print.c  The chosen codecs as SDP
 */
#include "signaling/sdp/codec_negotiation.h"

static const struct {
	unsigned bit;
	const char *value;
} feedbacks[] = {
	{CODEC_FB_NACK, "nack"},
	{CODEC_FB_PLI, "nack pli"},
	{CODEC_FB_FIR, "ccm fir"},
	{CODEC_FB_REMB, "goog-remb"},
};


static int print_codec(struct mbuf *mb, const struct chosen_codec *codec,
		       const struct picture_limits *limits, bool plain)
{
	int err;

	err = mbuf_printf(mb, "a=rtpmap:%u %s/%u%s\r\n", codec->d.pt,
			  codec->row->name, codec->row->clock_hz,
			  codec->row->channels == 2 ? "/2" : "");
	if (codec->row->print)
		err |= codec->row->print(mb, codec, limits, plain);
	for (size_t i = 0; i < ARRAY_SIZE(feedbacks); i++) {
		if (codec->feedback & feedbacks[i].bit)
			err |= mbuf_printf(mb, "a=rtcp-fb:%u %s\r\n",
					   codec->d.pt, feedbacks[i].value);
	}
	if (codec->rtx_pt)
		err |= mbuf_printf(mb,
				   "a=rtpmap:%u rtx/90000\r\n"
				   "a=fmtp:%u apt=%u\r\n",
				   codec->rtx_pt, codec->rtx_pt, codec->d.pt);
	return err;
}


int codec_choice_print(struct mbuf *mb, const struct codec_choice *m,
		       const struct picture_limits *limits, bool plain)
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


int codec_choice_print_pts(struct mbuf *mb, const struct codec_choice *m)
{
	int err = 0;

	for (size_t i = 0; i < m->count; i++) {
		err |= mbuf_printf(mb, " %u", m->codecs[i].d.pt);
		if (m->codecs[i].rtx_pt)
			err |= mbuf_printf(mb, " %u", m->codecs[i].rtx_pt);
	}
	if (m->cn)
		err |= mbuf_printf(mb, " %u", m->cn_pt);
	for (size_t i = 0; i < m->event_count; i++)
		err |= mbuf_printf(mb, " %u", m->events[i].pt);
	return err;
}
