/**
 * @file signaling/sdp/offer_media.c  Codecs, extensions and direction of a
 * line
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "signaling/sdp/sdp_private.h"

static const char uri_audio_level[] =
	"urn:ietf:params:rtp-hdrext:ssrc-audio-level";
static const char uri_mid[] = "urn:ietf:params:rtp-hdrext:sdes:mid";
static const char uri_abs_send_time[] =
	"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
static const char uri_colour_space[] =
	"http://www.webrtc.org/experiments/rtp-hdrext/color-space";

/** All formats of an m-line, found by payload type */
struct formats {
	struct offered_format list[CODEC_FORMATS_MAX];
	size_t count;
	unsigned feedback_all; /**< a=rtcp-fb:* */
};


static struct offered_format *find_format(struct formats *f, uint32_t pt)
{
	for (size_t i = 0; i < f->count; i++) {
		if (f->list[i].pt == pt)
			return &f->list[i];
	}
	return NULL;
}


/** Payload types of the m-line; RTCP's look-alikes are left out (RFC 5761
 *  section 4) */
static void formats_list(struct formats *f, struct pl rest)
{
	struct pl word;
	uint32_t pt;

	f->count = 0;
	f->feedback_all = 0;
	while (f->count < CODEC_FORMATS_MAX && offer_text_word(&rest, &word)) {
		struct offered_format *format = &f->list[f->count];

		if (!fmtp_number(&word, 127, &pt) || (pt >= 72 && pt <= 76) ||
		    find_format(f, pt))
			continue;
		memset(format, 0, sizeof(*format));
		format->pt = (uint8_t)pt;
		++f->count;
	}
}


/** "111 opus/48000/2" */
static void rtpmap_read(struct offered_format *format, struct pl value)
{
	struct pl name, clock, channels = PL_INIT;
	uint32_t n = 1;
	const char *slash;

	if (format->name[0] || !offer_text_word(&value, &name))
		return;
	slash = memchr(name.p, '/', name.l);
	if (!slash || (size_t)(slash - name.p) >= sizeof(format->name))
		return;
	clock.p = slash + 1;
	clock.l = name.l - (size_t)(clock.p - name.p);
	name.l = (size_t)(slash - name.p);
	slash = memchr(clock.p, '/', clock.l);
	if (slash) {
		channels.p = slash + 1;
		channels.l = clock.l - (size_t)(channels.p - clock.p);
		clock.l = (size_t)(slash - clock.p);
		if (!fmtp_number(&channels, 255, &n))
			return;
	}
	if (!fmtp_number(&clock, 1000000, &format->clock_hz))
		return;
	format->channels = (uint8_t)n;
	memcpy(format->name, name.p, name.l);
	format->name[name.l] = '\0';
}


static unsigned feedback_bit(const struct pl *value)
{
	struct pl rest = *value, type, param;

	if (!offer_text_word(&rest, &type))
		return 0;
	if (!offer_text_word(&rest, &param)) {
		if (!pl_strcmp(&type, "nack"))
			return CODEC_FB_NACK;
		return pl_strcmp(&type, "goog-remb") ? 0u : CODEC_FB_REMB;
	}
	if (!pl_strcmp(&type, "nack") && !pl_strcmp(&param, "pli"))
		return CODEC_FB_PLI;
	if (!pl_strcmp(&type, "ccm") && !pl_strcmp(&param, "fir"))
		return CODEC_FB_FIR;
	return 0;
}


/** An attribute that begins with a payload type, or '*' */
static void format_attribute(struct formats *f, const struct pl *name,
			     struct pl value)
{
	struct offered_format *format = NULL;
	struct pl word;
	uint32_t pt;
	bool all;

	if (!offer_text_word(&value, &word))
		return;
	all = !pl_strcmp(&word, "*");
	if (!all && fmtp_number(&word, 127, &pt))
		format = find_format(f, pt);
	while (value.l && *value.p == ' ')
		pl_advance(&value, 1);
	if (!pl_strcmp(name, "rtcp-fb")) {
		if (all)
			f->feedback_all |= feedback_bit(&value);
		else if (format)
			format->feedback |= feedback_bit(&value);
	}
	else if (!format) {
		return;
	}
	else if (!pl_strcmp(name, "rtpmap")) {
		rtpmap_read(format, value);
	}
	else if (!pl_strcmp(name, "fmtp") && !format->fmtp.p) {
		format->fmtp = value;
	}
	else if (!pl_strcmp(name, "imageattr") && !format->imageattr.p) {
		format->imageattr = value;
	}
}


static void formats_read(struct formats *f, const struct offer_text *t,
			 int media, const struct pl *list)
{
	size_t pos = 0;
	struct pl name, value;
	char type;

	formats_list(f, *list);
	while (offer_text_next(t, media, &pos, &type, &name, &value)) {
		if (type == 'a')
			format_attribute(f, &name, value);
	}
	for (size_t i = 0; i < f->count; i++) {
		f->list[i].feedback |= f->feedback_all;
		codec_static_format(&f->list[i]);
	}
}


/** "1 urn:..." or "1/sendrecv urn:...": one-byte ids only, once a URI */
static void extmap_read(struct offer_media *m, struct pl value)
{
	struct pl id, uri;
	uint8_t *slot = NULL;
	uint32_t n;
	const char *slash;

	if (!offer_text_word(&value, &id) || !offer_text_word(&value, &uri))
		return;
	slash = memchr(id.p, '/', id.l);
	if (slash) {
		struct pl dir = {slash + 1, id.l - (size_t)(slash + 1 - id.p)};

		if (pl_strcmp(&dir, "sendrecv"))
			return;
		id.l = (size_t)(slash - id.p);
	}
	if (!fmtp_number(&id, 14, &n) || !n || n == m->d.audio_level_id ||
	    n == m->d.mid_id || n == m->d.abs_send_time_id ||
	    n == m->d.colour_space_id)
		return;
	if (!pl_strcmp(&uri, uri_audio_level) && m->d.kind == MEDIA_AUDIO)
		slot = &m->d.audio_level_id;
	else if (!pl_strcmp(&uri, uri_mid))
		slot = &m->d.mid_id;
	else if (!pl_strcmp(&uri, uri_abs_send_time))
		slot = &m->d.abs_send_time_id;
	else if (!pl_strcmp(&uri, uri_colour_space) &&
		 m->d.kind == MEDIA_VIDEO)
		slot = &m->d.colour_space_id;
	if (slot && !*slot)
		*slot = (uint8_t)n;
}


void offer_media_learn_ids(struct extension_ids *ids,
			   const struct media_description *d)
{
	const struct {
		const char *uri;
		uint8_t id;
	} rows[] = {
		{uri_audio_level, d->audio_level_id},
		{uri_mid, d->mid_id},
		{uri_abs_send_time, d->abs_send_time_id},
		{uri_colour_space, d->colour_space_id},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const uint8_t id = rows[i].id;

		if (id && id < ARRAY_SIZE(ids->uris) && !ids->uris[id])
			(void)str_dup(&ids->uris[id], rows[i].uri);
	}
}


static void ssrc_read(struct offer_media *m, struct pl value)
{
	struct pl word;
	uint32_t ssrc;

	if (m->d.ssrc_count == DESCRIPTION_SSRCS_MAX ||
	    !offer_text_word(&value, &word) ||
	    !fmtp_number(&word, UINT32_MAX, &ssrc))
		return;
	for (size_t i = 0; i < m->d.ssrc_count; i++) {
		if (m->d.ssrcs[i] == ssrc)
			return;
	}
	m->d.ssrcs[m->d.ssrc_count++] = ssrc;
}


/** One b= row: TIAS is in bits, AS in kilobits; RS and RR do not matter */
static void bandwidth_read(struct pl value, uint32_t *as, uint32_t *tias)
{
	const char *colon = memchr(value.p, ':', value.l);
	struct pl type, number;
	uint32_t n;

	if (!colon)
		return;
	type.p = value.p;
	type.l = (size_t)(colon - value.p);
	number.p = colon + 1;
	number.l = value.l - type.l - 1;
	if (!fmtp_number(&number, UINT32_MAX, &n))
		return;
	if (!pl_strcmp(&type, "TIAS"))
		*tias = n / 1000 ? n / 1000 : 1;
	else if (!pl_strcmp(&type, "AS"))
		*as = n > 10000000 ? 10000000 : n;
}


/** The longest packet that they take; 0: nothing said that means anything */
static uint32_t maxptime_read(const struct offer_text *t, int media)
{
	struct pl value;
	uint32_t max = 0;

	return offer_text_attr_any(t, media, "maxptime", &value) &&
			       fmtp_number(&value, 10000, &max)
		       ? max
		       : 0;
}


/** Packets that they prefer (RFC 8866 section 6.4) and take, of those that the
 *  mixer makes: what it has not gets the next shorter. Shorter than 10 ms only
 *  where they take no others */
static void ptime_read(struct offer_media *m, const struct offer_text *t,
		       int media, uint32_t max)
{
	static const uint32_t sizes[] = {60, 40, 20, 10};
	uint32_t ptime = 20;
	struct pl value;

	m->ptime_given = offer_text_attr_any(t, media, "ptime", &value) &&
			 fmtp_number(&value, 1000, &ptime) && ptime;
	if (!ptime)
		ptime = 20;
	m->maxptime_given = max != 0;
	if (m->codecs.codecs[0].row->frame_ms > ptime)
		ptime = m->codecs.codecs[0].row->frame_ms;
	if (ptime < 10)
		ptime = 10;
	if (max && ptime > max)
		ptime = max;
	m->d.ptime_ms = 5;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i] <= ptime) {
			m->d.ptime_ms = sizes[i];
			return;
		}
	}
}


static void attributes_read(struct offer_media *m, const struct offer_text *t,
			    int media)
{
	uint32_t as = 0, tias = 0;
	size_t pos = 0;
	struct pl name, value;
	char type;

	while (offer_text_next(t, media, &pos, &type, &name, &value)) {
		if (type == 'b')
			bandwidth_read(value, &as, &tias);
		else if (type != 'a')
			continue;
		else if (!pl_strcmp(&name, "extmap"))
			extmap_read(m, value);
		else if (!pl_strcmp(&name, "ssrc"))
			ssrc_read(m, value);
		else if (!pl_strcmp(&name, "rtcp-mux"))
			m->rtcp_mux = true;
	}
	m->d.kbps = tias ? tias : as;
}


/** The far end's direction, seen from the mixer */
/** Only a line without ICE means its c= line (RFC 3264 section 8.4). One of
 *  WebRTC may leave ICE to another line of its BUNDLE group */
static bool means_its_address(const struct offer_text *t, int media,
			      const struct offer_text_media *line)
{
	struct pl value;

	if (offer_text_attr_any(t, media, "ice-ufrag", &value))
		return false;
	if (line->proto.l > 4 && !strncasecmp(line->proto.p, "RTP/", 4))
		return true;
	for (int i = 0; i < offer_text_media_count(t); i++) {
		if (offer_text_attr(t, i, "ice-ufrag", &value))
			return false;
	}
	return true;
}


static void direction_read(struct offer_media *m, const struct offer_text *t,
			   int media, const struct offer_text_media *line,
			   const struct offer_config *config)
{
	static const struct {
		const char *name;
		bool send, recv;
	} directions[] = {
		{"sendrecv", true, true},
		{"sendonly", false, true},
		{"recvonly", true, false},
		{"inactive", false, false},
	};
	const int levels[2] = {media, OFFER_TEXT_SESSION};
	struct pl value;
	struct sa sa;

	m->d.send = m->d.recv = true;
	for (size_t n = 0; n < 8; n++) {
		size_t i = n % 4;

		if (offer_text_attr(t, levels[n / 4], directions[i].name,
				    &value)) {
			m->d.send = directions[i].send;
			m->d.recv = directions[i].recv;
			break;
		}
	}
	if (means_its_address(t, media, line) &&
	    offer_address_read(t, media, config, &sa) && sa_is_any(&sa)) {
		m->d.send = false;
		m->nowhere = true;
	}
}


static void picture_read(struct offer_media *m, const struct offer_text *t,
			 int media, const struct picture_limits *limits)
{
	struct picture_limits picture;
	struct pl value;
	const char *dot;
	uint32_t fps;

	codec_level_picture(&m->codecs.codecs[0].bounds, limits, &picture);
	m->d.width = picture.width;
	m->d.height = picture.height;
	m->d.fps = picture.fps;
	if (!offer_text_attr(t, media, "framerate", &value))
		return;
	dot = memchr(value.p, '.', value.l);
	if (dot)
		value.l = (size_t)(dot - value.p);
	if (fmtp_number(&value, 1000, &fps) && fps && fps < m->d.fps)
		m->d.fps = fps;
}


/** A mid of more than a header extension's element holds (RFC 8285 section
 *  4.2) cannot be told on the way: streams are told apart by their types. One
 *  that is no token is none: the line stands alone */
static void mid_read(struct offer_media *m, const struct offer_text *t,
		     int media)
{
	char mid[OFFER_MID_MAX];
	struct pl value;

	if (offer_text_attr(t, media, "mid", &value) &&
	    offer_text_token(mid, sizeof(mid), &value) &&
	    strlen(mid) < sizeof(m->d.mid))
		str_ncpy(m->d.mid, mid, sizeof(m->d.mid));
}


bool offer_media_read(struct offer_media *m, const struct offer_text *t,
		      int media, const struct codec_choice *ours,
		      const struct offer_config *config)
{
	struct codec_conditions conditions;
	struct offer_text_media line;
	struct formats formats;

	if (!offer_text_media(t, media, &line))
		return false;
	memset(m, 0, sizeof(*m));
	m->d.kind =
		pl_strcasecmp(&line.kind, "video") ? MEDIA_AUDIO : MEDIA_VIDEO;
	mid_read(m, t, media);
	offer_conditions(config, &conditions);
	conditions.maxptime_ms = maxptime_read(t, media);
	formats_read(&formats, t, media, &line.formats);
	codec_negotiate(&m->codecs, m->d.kind, formats.list, formats.count,
			ours, &conditions);
	if (!m->codecs.count)
		return false;
	attributes_read(m, t, media);
	direction_read(m, t, media, &line, config);
	ptime_read(m, t, media, conditions.maxptime_ms);
	if (m->d.kind == MEDIA_VIDEO)
		picture_read(m, t, media, &conditions.limits);
	return true;
}
