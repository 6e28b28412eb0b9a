/**
 * @file signaling/sdp/codec_negotiation.c  Which of the offered codecs we take
 */
#include <string.h>
#include <strings.h>
#include "signaling/sdp/codec_negotiation.h"

static void format_set(struct offered_format *format, const char *name,
		       uint32_t clock_hz)
{
	strncpy(format->name, name, sizeof(format->name) - 1);
	format->clock_hz = clock_hz;
	format->channels = 1;
}


void codec_static_format(struct offered_format *format)
{
	const struct codec_row *row;

	if (format->name[0])
		return;
	if (format->pt == 13)
		format_set(format, "CN", 8000);
	row = codec_row_by_pt(format->pt);
	if (row)
		format_set(format, row->name, row->clock_hz);
}


static bool format_is(const struct offered_format *format, const char *name,
		      uint32_t clock_hz, uint8_t channels)
{
	return !strcasecmp(format->name, name) &&
	       format->clock_hz == clock_hz && format->channels == channels;
}


static const struct chosen_codec *find(const struct codec_choice *m,
				       const struct codec_row *row)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->codecs[i].row == row)
			return &m->codecs[i];
	}
	return NULL;
}


/** Read one format as a codec of ours. @return false if it is not one */
static bool usable(struct chosen_codec *codec, enum media_kind kind,
		   const struct offered_format *format,
		   const struct codec_conditions *conditions)
{
	const struct codec_row *row = codec_row_of(format, kind);

	if (!row || !mixer_has_codec(&conditions->mixer, row->kind, row->name,
				     row->clock_hz))
		return false;
	if (conditions->maxptime_ms && row->frame_ms > conditions->maxptime_ms)
		return false;
	codec_begin(codec, row, format->pt);
	codec->feedback = format->feedback;
	if (!conditions->mixer.remb)
		codec->feedback &= ~(unsigned)CODEC_FB_REMB;
	if (format->imageattr.p)
		(void)fmtp_imageattr_recv(&format->imageattr,
					  &codec->bounds.width,
					  &codec->bounds.height);
	return !row->read || row->read(codec, format, &conditions->limits);
}


/** In an answer: may it be taken from what we offered? */
static bool was_offered(const struct codec_choice *ours,
			const struct chosen_codec *codec)
{
	return !ours || find(ours, codec->row) != NULL;
}


static void take_codecs(struct codec_choice *m, enum media_kind kind,
			const struct offered_format *formats, size_t count,
			const struct codec_choice *ours,
			const struct codec_conditions *conditions)
{
	for (size_t i = 0; i < count; i++) {
		struct chosen_codec codec;
		struct chosen_codec *have;

		if (!usable(&codec, kind, &formats[i], conditions) ||
		    !was_offered(ours, &codec))
			continue;
		have = (struct chosen_codec *)(uintptr_t)find(m, codec.row);
		if (have) {
			if (codec.rank > have->rank)
				*have = codec;
		}
		else if (m->count < DESCRIPTION_CODECS_MAX) {
			m->codecs[m->count++] = codec;
		}
	}
}


/** Wideband first, each part in the order it had */
static void order_wideband_first(struct codec_choice *m)
{
	struct chosen_codec sorted[DESCRIPTION_CODECS_MAX];
	size_t n = 0;

	for (int wide = 1; wide >= 0; wide--) {
		for (size_t i = 0; i < m->count; i++) {
			if (m->codecs[i].row->wideband == wide)
				sorted[n++] = m->codecs[i];
		}
	}
	memcpy(m->codecs, sorted, n * sizeof(sorted[0]));
}


static bool has_clock(const struct codec_choice *m, uint32_t clock_hz)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->codecs[i].row->clock_hz == clock_hz)
			return true;
	}
	return false;
}


static bool has_event(const struct codec_choice *m, uint32_t clock_hz)
{
	for (size_t i = 0; i < m->event_count; i++) {
		if (m->events[i].clock_hz == clock_hz)
			return true;
	}
	return false;
}


static void take_event(struct codec_choice *m,
		       const struct offered_format *format,
		       const struct codec_choice *ours)
{
	if (m->event_count == CODEC_EVENTS_MAX || format->channels != 1 ||
	    format->clock_hz < CODEC_EVENT_CLOCK_MIN ||
	    format->clock_hz > CODEC_EVENT_CLOCK_MAX ||
	    has_event(m, format->clock_hz) ||
	    (ours && !has_event(ours, format->clock_hz)))
		return;
	m->events[m->event_count].pt = format->pt;
	m->events[m->event_count++].clock_hz = format->clock_hz;
}


static void take_rtx(struct codec_choice *m,
		     const struct offered_format *format)
{
	struct pl val;
	uint32_t apt;

	if (!fmtp_param(&format->fmtp, "apt", &val) ||
	    !fmtp_number(&val, 127, &apt))
		return;
	for (size_t i = 0; i < m->count; i++) {
		struct chosen_codec *codec = &m->codecs[i];

		if (codec->d.pt == apt && !codec->rtx_pt)
			codec->rtx_pt = format->pt;
	}
}


/** Those of a codec's clock first, in case that there are more than we take
 */
static void take_events(struct codec_choice *m,
			const struct offered_format *formats, size_t count,
			const struct codec_choice *ours)
{
	for (int fits = 1; fits >= 0; fits--) {
		for (size_t i = 0; i < count; i++) {
			if (!strcasecmp(formats[i].name, "telephone-event") &&
			    has_clock(m, formats[i].clock_hz) == fits)
				take_event(m, &formats[i], ours);
		}
	}
}


static void take_companions(struct codec_choice *m, enum media_kind kind,
			    const struct offered_format *formats, size_t count,
			    const struct codec_choice *ours,
			    const struct mixer_capabilities *mixer)
{
	for (size_t i = 0; i < count; i++) {
		const struct offered_format *format = &formats[i];

		if (kind == MEDIA_VIDEO) {
			if (mixer->rtx && format_is(format, "rtx", 90000, 1))
				take_rtx(m, format);
		}
		else if (mixer->cn && format_is(format, "CN", 8000, 1) &&
			 !m->cn && has_clock(m, 8000) && (!ours || ours->cn)) {
			m->cn = true;
			m->cn_pt = format->pt;
		}
	}
	if (kind == MEDIA_AUDIO && mixer->telephone_event && m->count)
		take_events(m, formats, count, ours);
}


/** The far end answered with a payload type of its own: it will send with
 *  ours (RFC 3264 section 6.1), so both are known */
static void add_our_pts(struct codec_choice *m,
			const struct codec_choice *ours)
{
	size_t count = m->count;

	for (size_t i = 0; i < count && m->count < DESCRIPTION_CODECS_MAX;
	     i++) {
		const struct chosen_codec *offered =
			find(ours, m->codecs[i].row);
		bool known = false;

		for (size_t k = 0; k < ours->count; k++)
			known |= ours->codecs[k].row == m->codecs[i].row &&
				 ours->codecs[k].d.pt == m->codecs[i].d.pt;
		for (size_t k = 0; k < m->count; k++)
			known |= offered && m->codecs[k].d.pt == offered->d.pt;
		if (known || !offered)
			continue;
		m->codecs[m->count] = m->codecs[i];
		m->codecs[m->count].rtx_pt = offered->rtx_pt;
		m->codecs[m->count++].d.pt = offered->d.pt;
	}
}


void codec_negotiate(struct codec_choice *m, enum media_kind kind,
		     const struct offered_format *formats, size_t count,
		     const struct codec_choice *ours,
		     const struct codec_conditions *conditions)
{
	memset(m, 0, sizeof(*m));
	take_codecs(m, kind, formats, count, ours, conditions);
	if (!ours)
		order_wideband_first(m);
	take_companions(m, kind, formats, count, ours, &conditions->mixer);
	if (ours)
		add_our_pts(m, ours);
}


/** The wanted payload type if it is free, else the next dynamic one */
static uint8_t pt_take(uint64_t used[2], uint8_t wanted)
{
	uint8_t pt = wanted;

	if (wanted >= 96) {
		for (unsigned i = 0; i < 32; i++) {
			pt = (uint8_t)(96 + (wanted - 96 + i) % 32);
			if (!(used[pt / 64] & 1ull << pt % 64))
				break;
		}
	}
	used[pt / 64] |= 1ull << pt % 64;
	return pt;
}


/** Stable payload types of our own offers, in order of preference */
static const struct ours {
	const char *name;
	unsigned variant;
	uint8_t pt, rtx_pt;
	bool webrtc, plain;
} our_codecs[] = {
	{"opus", 0, 111, 0, true, true},   {"AMR-WB", 0, 97, 0, false, true},
	{"AMR-WB", 1, 98, 0, false, true}, {"G722", 0, 9, 0, true, true},
	{"AMR", 0, 99, 0, false, true},    {"AMR", 1, 100, 0, false, true},
	{"PCMU", 0, 0, 0, true, true},     {"PCMA", 0, 8, 0, true, true},
	{"VP8", 0, 102, 103, true, false}, {"H264", 0, 104, 105, true, true},
	{"H264", 1, 106, 0, false, true},  {"VP8", 0, 102, 103, false, true},
};

static const struct event_description our_events[CODEC_EVENTS_MAX] = {
	{110, 48000},
	{101, 8000},
	{112, 16000},
};


static void add_ours(struct codec_choice *m, const struct ours *ours,
		     const struct codec_row *row, bool webrtc,
		     const struct codec_conditions *conditions,
		     uint64_t used[2])
{
	const struct mixer_capabilities *mixer = &conditions->mixer;
	struct chosen_codec *codec = &m->codecs[m->count++];

	codec_begin(codec, row, pt_take(used, ours->pt));
	if (ours->rtx_pt && webrtc && mixer->rtx)
		codec->rtx_pt = pt_take(used, ours->rtx_pt);
	if (row->kind == MEDIA_VIDEO)
		codec->feedback =
			CODEC_FB_NACK | CODEC_FB_PLI | CODEC_FB_FIR |
			(webrtc && mixer->remb ? (unsigned)CODEC_FB_REMB : 0u);
	if (row->offer)
		row->offer(codec, ours->variant, &conditions->limits);
}


static void add_our_companions(struct codec_choice *m,
			       const struct mixer_capabilities *mixer,
			       uint64_t used[2])
{
	for (size_t i = 0; mixer->telephone_event && i < CODEC_EVENTS_MAX;
	     i++) {
		if (!has_clock(m, our_events[i].clock_hz) &&
		    our_events[i].clock_hz != 8000)
			continue;
		m->events[m->event_count].pt = pt_take(used, our_events[i].pt);
		m->events[m->event_count++].clock_hz = our_events[i].clock_hz;
	}
	if (mixer->cn) {
		m->cn = true;
		m->cn_pt = pt_take(used, 13);
	}
}


void codec_choice_ours(struct codec_choice *m, enum media_kind kind,
		       bool webrtc, const struct codec_conditions *conditions,
		       uint64_t used[2])
{
	memset(m, 0, sizeof(*m));
	for (size_t i = 0; i < ARRAY_SIZE(our_codecs); i++) {
		const struct ours *ours = &our_codecs[i];
		const struct codec_row *row = codec_row_by_name(ours->name);

		if (row && row->kind == kind &&
		    (webrtc ? ours->webrtc : ours->plain) &&
		    mixer_has_codec(&conditions->mixer, kind, row->name,
				    row->clock_hz))
			add_ours(m, ours, row, webrtc, conditions, used);
	}
	if (kind == MEDIA_AUDIO)
		add_our_companions(m, &conditions->mixer, used);
}


void codec_choice_describe(const struct codec_choice *c,
			   struct media_description *m)
{
	unsigned feedback = c->count ? c->codecs[0].feedback : 0;

	m->codec_count = c->count;
	m->rtx_count = 0;
	for (size_t i = 0; i < c->count; i++) {
		m->codecs[i] = c->codecs[i].d;
		if (!c->codecs[i].rtx_pt)
			continue;
		m->rtx[m->rtx_count].pt = c->codecs[i].rtx_pt;
		m->rtx[m->rtx_count++].apt = c->codecs[i].d.pt;
	}
	m->event_count = c->event_count;
	memcpy(m->events, c->events, sizeof(c->events));
	m->cn_pt = c->cn ? c->cn_pt : -1;
	m->nack = feedback & CODEC_FB_NACK;
	m->pli = feedback & CODEC_FB_PLI;
	m->fir = feedback & CODEC_FB_FIR;
	m->remb = feedback & CODEC_FB_REMB;
}
