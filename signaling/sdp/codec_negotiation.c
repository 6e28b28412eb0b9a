/**
 * @file signaling/sdp/codec_negotiation.c  Which of the offered codecs we take
 */
#include <string.h>
#include <strings.h>
#include "signaling/sdp/codec_level.h"
#include "signaling/sdp/codec_negotiation.h"

/** What the mixer can do */
static const struct ability {
	const char *name;
	enum match_kind kind;
	uint32_t clock_hz;
	uint8_t channels;
	uint8_t static_pt; /**< RFC 3551, 255 = dynamic */
	bool wideband;
} abilities[MATCH_ID_COUNT] = {
	[MATCH_OPUS] = {"opus", MATCH_AUDIO, 48000, 2, 255, true},
	[MATCH_AMR_WB] = {"AMR-WB", MATCH_AUDIO, 16000, 1, 255, true},
	[MATCH_G722] = {"G722", MATCH_AUDIO, 8000, 1, 9, true},
	[MATCH_AMR] = {"AMR", MATCH_AUDIO, 8000, 1, 255, false},
	[MATCH_PCMU] = {"PCMU", MATCH_AUDIO, 8000, 1, 0, false},
	[MATCH_PCMA] = {"PCMA", MATCH_AUDIO, 8000, 1, 8, false},
	[MATCH_VP8] = {"VP8", MATCH_VIDEO, 90000, 1, 255, false},
	[MATCH_H264] = {"H264", MATCH_VIDEO, 90000, 1, 255, false},
};


const char *match_name(enum match_id id)
{
	return abilities[id].name;
}


uint32_t match_clock_hz(enum match_id id)
{
	return abilities[id].clock_hz;
}


static void format_set(struct match_format *format, const char *name,
		       uint32_t clock_hz)
{
	strncpy(format->name, name, sizeof(format->name) - 1);
	format->clock_hz = clock_hz;
	format->channels = 1;
}


void match_static_format(struct match_format *format)
{
	if (format->name[0])
		return;
	if (format->pt == 13)
		format_set(format, "CN", 8000);
	for (int id = 0; id < MATCH_ID_COUNT; id++) {
		if (abilities[id].static_pt == format->pt)
			format_set(format, abilities[id].name,
				   abilities[id].clock_hz);
	}
}


static bool format_is(const struct match_format *format, const char *name,
		      uint32_t clock_hz, uint8_t channels)
{
	return !strcasecmp(format->name, name) &&
	       format->clock_hz == clock_hz && format->channels == channels;
}


static const struct match_codec *find(const struct match *m, enum match_id id)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->codecs[i].id == id)
			return &m->codecs[i];
	}
	return NULL;
}


static bool h264_usable(struct match_codec *codec,
			const struct match_format *format,
			const struct match_limits *limits)
{
	struct fmtp_h264 *h264 = &codec->h264;
	uint8_t ours = match_level_for(limits);

	if (fmtp_h264_decode(h264, &format->fmtp) ||
	    h264->packetization_mode > 1 ||
	    (!fmtp_h264_constrained_baseline(h264) &&
	     !fmtp_h264_baseline(h264)))
		return false;
	codec->h264_our_level = ours;
	if (!h264->level_asymmetry) {
		/* One level for both ways: it may only be lowered */
		if (h264->level_idc > ours)
			h264->level_idc = ours;
		codec->h264_our_level = h264->level_idc;
	}
	return true;
}


/** Read one format as a codec of ours. @return false if it is not one */
static bool usable(struct match_codec *codec, enum match_kind kind,
		   const struct match_format *format,
		   const struct match_limits *limits)
{
	int id;

	memset(codec, 0, sizeof(*codec));
	for (id = 0; id < MATCH_ID_COUNT; id++) {
		const struct ability *a = &abilities[id];

		if (a->kind == kind &&
		    format_is(format, a->name, a->clock_hz, a->channels))
			break;
	}
	if (id == MATCH_ID_COUNT)
		return false;
	codec->id = (enum match_id)id;
	codec->pt = format->pt;
	codec->feedback = format->feedback;
	if (format->imageattr.p)
		(void)fmtp_imageattr_recv(&format->imageattr, &codec->width,
					  &codec->height);
	switch (codec->id) {
	case MATCH_OPUS:
		fmtp_opus_decode(&codec->opus, &format->fmtp);
		return true;
	case MATCH_AMR: return !fmtp_amr_decode(&codec->amr, &format->fmtp, 8);
	case MATCH_AMR_WB:
		return !fmtp_amr_decode(&codec->amr, &format->fmtp, 9);
	case MATCH_VP8:
		fmtp_vp8_decode(&codec->vp8, &format->fmtp);
		return true;
	case MATCH_H264: return h264_usable(codec, format, limits);
	default: return true;
	}
}


/** How much a configuration is wanted among those of the same codec */
static int rank(const struct match_codec *codec)
{
	if (codec->id != MATCH_H264)
		return 0;
	return 2 * (codec->h264.packetization_mode == 1) +
	       fmtp_h264_constrained_baseline(&codec->h264);
}


/** In an answer: may it be taken from what we offered? */
static bool was_offered(const struct match *ours,
			const struct match_codec *codec)
{
	return !ours || find(ours, codec->id) != NULL;
}


static void take_codecs(struct match *m, enum match_kind kind,
			const struct match_format *formats, size_t count,
			const struct match *ours,
			const struct match_limits *limits)
{
	for (size_t i = 0; i < count; i++) {
		struct match_codec codec;
		struct match_codec *have;

		if (!usable(&codec, kind, &formats[i], limits) ||
		    !was_offered(ours, &codec))
			continue;
		have = (struct match_codec *)(uintptr_t)find(m, codec.id);
		if (have) {
			if (rank(&codec) > rank(have))
				*have = codec;
		}
		else if (m->count < MATCH_CODECS_MAX) {
			m->codecs[m->count++] = codec;
		}
	}
}


/** Wideband first, each part in the order it had */
static void order_wideband_first(struct match *m)
{
	struct match_codec sorted[MATCH_CODECS_MAX];
	size_t n = 0;

	for (int wide = 1; wide >= 0; wide--) {
		for (size_t i = 0; i < m->count; i++) {
			if (abilities[m->codecs[i].id].wideband == wide)
				sorted[n++] = m->codecs[i];
		}
	}
	memcpy(m->codecs, sorted, n * sizeof(sorted[0]));
}


static bool has_clock(const struct match *m, uint32_t clock_hz)
{
	for (size_t i = 0; i < m->count; i++) {
		if (abilities[m->codecs[i].id].clock_hz == clock_hz)
			return true;
	}
	return false;
}


static void take_event(struct match *m, const struct match_format *format)
{
	if (m->event_count == MATCH_EVENTS_MAX || format->channels != 1 ||
	    !has_clock(m, format->clock_hz))
		return;
	for (size_t i = 0; i < m->event_count; i++) {
		if (m->events[i].clock_hz == format->clock_hz)
			return;
	}
	m->events[m->event_count].pt = format->pt;
	m->events[m->event_count++].clock_hz = format->clock_hz;
}


static void take_rtx(struct match *m, const struct match_format *format)
{
	struct pl val;
	uint32_t apt;

	if (!fmtp_param(&format->fmtp, "apt", &val) ||
	    !fmtp_number(&val, 127, &apt))
		return;
	for (size_t i = 0; i < m->count; i++) {
		struct match_codec *codec = &m->codecs[i];

		if (codec->pt == apt && !codec->rtx_pt)
			codec->rtx_pt = format->pt;
	}
}


static void take_companions(struct match *m, enum match_kind kind,
			    const struct match_format *formats, size_t count,
			    const struct match *ours)
{
	for (size_t i = 0; i < count; i++) {
		const struct match_format *format = &formats[i];

		if (kind == MATCH_VIDEO) {
			if (format_is(format, "rtx", 90000, 1))
				take_rtx(m, format);
		}
		else if (!strcasecmp(format->name, "telephone-event")) {
			take_event(m, format);
		}
		else if (format_is(format, "CN", 8000, 1) && !m->cn &&
			 has_clock(m, 8000) && (!ours || ours->cn)) {
			m->cn = true;
			m->cn_pt = format->pt;
		}
	}
}


/** The far end answered with a payload type of its own: it will send with
 *  ours (RFC 3264 section 6.1), so both are known */
static void add_our_pts(struct match *m, const struct match *ours)
{
	size_t count = m->count;

	for (size_t i = 0; i < count && m->count < MATCH_CODECS_MAX; i++) {
		const struct match_codec *offered =
			find(ours, m->codecs[i].id);
		bool known = false;

		for (size_t k = 0; k < ours->count; k++)
			known |= ours->codecs[k].id == m->codecs[i].id &&
				 ours->codecs[k].pt == m->codecs[i].pt;
		for (size_t k = 0; k < m->count; k++)
			known |= offered && m->codecs[k].pt == offered->pt;
		if (known || !offered)
			continue;
		m->codecs[m->count] = m->codecs[i];
		m->codecs[m->count].rtx_pt = offered->rtx_pt;
		m->codecs[m->count++].pt = offered->pt;
	}
}


void match_choose(struct match *m, enum match_kind kind,
		  const struct match_format *formats, size_t count,
		  const struct match *ours, const struct match_limits *limits)
{
	memset(m, 0, sizeof(*m));
	take_codecs(m, kind, formats, count, ours, limits);
	if (!ours)
		order_wideband_first(m);
	take_companions(m, kind, formats, count, ours);
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
	enum match_id id;
	uint8_t pt, rtx_pt;
	bool octet_align;
	uint8_t packetization_mode;
	bool webrtc, plain;
} our_codecs[] = {
	{MATCH_OPUS, 111, 0, false, 0, true, true},
	{MATCH_AMR_WB, 97, 0, true, 0, false, true},
	{MATCH_AMR_WB, 98, 0, false, 0, false, true},
	{MATCH_G722, 9, 0, false, 0, true, true},
	{MATCH_AMR, 99, 0, true, 0, false, true},
	{MATCH_AMR, 100, 0, false, 0, false, true},
	{MATCH_PCMU, 0, 0, false, 0, true, true},
	{MATCH_PCMA, 8, 0, false, 0, true, true},
	{MATCH_VP8, 102, 103, false, 0, true, false},
	{MATCH_H264, 104, 105, false, 1, true, true},
	{MATCH_H264, 106, 0, false, 0, false, true},
	{MATCH_VP8, 102, 103, false, 0, false, true},
};

static const struct match_event our_events[MATCH_EVENTS_MAX] = {
	{110, 48000},
	{101, 8000},
	{112, 16000},
};


static void add_ours(struct match *m, const struct ours *row, bool webrtc,
		     const struct match_limits *limits, uint64_t used[2])
{
	struct match_codec *codec = &m->codecs[m->count++];

	codec->id = row->id;
	codec->pt = pt_take(used, row->pt);
	if (row->rtx_pt && webrtc)
		codec->rtx_pt = pt_take(used, row->rtx_pt);
	if (abilities[row->id].kind == MATCH_VIDEO)
		codec->feedback = MATCH_FB_NACK | MATCH_FB_PLI | MATCH_FB_FIR |
				  (webrtc ? (unsigned)MATCH_FB_REMB : 0u);
	codec->opus.fec = true;
	codec->amr.octet_align = row->octet_align;
	codec->amr.mode_change_period = 1;
	codec->h264.profile_idc = 0x42;
	codec->h264.profile_iop = 0xe0;
	codec->h264.level_idc = match_level_for(limits);
	codec->h264.packetization_mode = row->packetization_mode;
	codec->h264.level_asymmetry = true;
	codec->h264_our_level = codec->h264.level_idc;
}


void match_ours(struct match *m, enum match_kind kind, bool webrtc,
		const struct match_limits *limits, uint64_t used[2])
{
	memset(m, 0, sizeof(*m));
	for (size_t i = 0; i < ARRAY_SIZE(our_codecs); i++) {
		const struct ours *row = &our_codecs[i];

		if (abilities[row->id].kind == kind &&
		    (webrtc ? row->webrtc : row->plain))
			add_ours(m, row, webrtc, limits, used);
	}
	if (kind != MATCH_AUDIO)
		return;
	for (size_t i = 0; i < MATCH_EVENTS_MAX; i++) {
		if (!has_clock(m, our_events[i].clock_hz))
			continue;
		m->events[m->event_count].pt = pt_take(used, our_events[i].pt);
		m->events[m->event_count++].clock_hz = our_events[i].clock_hz;
	}
	m->cn = true;
	m->cn_pt = pt_take(used, 13);
}
