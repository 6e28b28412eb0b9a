/**
 * @file signaling/sdp/offer.c  Offer/answer state of one session (RFC 3264)
 *
 * stable --offer_remote--> theirs pending --offer_answer--> stable
 * stable --offer_begin---> ours pending --offer_remote_answer--> stable
 * A pending exchange works on a copy; offer_rollback() drops it.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "signaling/sdp/offer.h"
#include "signaling/sdp/sdp_private.h"

/** Header extension ids of our own offers */
enum { EXT_AUDIO_LEVEL = 1, EXT_ABS_SEND_TIME = 2, EXT_MID = 3 };


static void offer_destructor(void *arg)
{
	struct offer *o = arg;

	mem_deref(o->agreed);
	mem_deref(o->pending);
	mem_deref(o->ours);
	mem_deref(o->side);
}


int offer_alloc(struct offer **op, const struct offer_config *config)
{
	struct offer *o;

	if (!op || !config)
		return EINVAL;
	o = mem_zalloc(sizeof(*o), offer_destructor);
	if (!o)
		return ENOMEM;
	o->config = *config;
	if (!o->config.video_width || !o->config.video_height) {
		o->config.video_width = 1280;
		o->config.video_height = 720;
	}
	if (!o->config.video_fps)
		o->config.video_fps = 25;
	/* 62 bits, so that no far end's signed number overflows */
	o->session_id = rand_u64() >> 2;
	*op = o;
	return 0;
}


static struct offer_state *state_alloc(void)
{
	return mem_zalloc(sizeof(struct offer_state), NULL);
}


static void agree(struct offer *o)
{
	mem_deref(o->agreed);
	o->agreed = o->pending;
	o->pending = NULL;
	o->local = false;
}


/** Their description as a new state, and as the mixer wants it */
static enum reason state_read(const struct offer *o,
			      const struct offer_state *prev, bool answer,
			      const char *sdp, size_t len,
			      struct offer_state **sp,
			      struct leg_description **legp)
{
	struct offer_state *s = state_alloc();
	enum reason reason;

	if (!s)
		return REASON_INTERNAL;
	reason = offer_state_read(s, prev, answer, sdp, len, &o->config);
	if (reason == REASON_NONE) {
		*legp = offer_state_leg(s, &o->config, true);
		if (!*legp)
			reason = REASON_INTERNAL;
	}
	if (reason != REASON_NONE)
		mem_deref(s);
	else
		*sp = s;
	return reason;
}


enum reason offer_remote(struct offer *o, const char *sdp, size_t len,
			 struct leg_description **legp)
{
	struct offer_state *s;
	enum reason reason;

	if (!o || !legp)
		return REASON_INTERNAL;
	reason = state_read(o, o->agreed, false, sdp, len, &s, legp);
	if (reason != REASON_NONE)
		return reason;
	mem_deref(o->pending);
	o->pending = s;
	o->local = false;
	return REASON_NONE;
}


static int print(const struct offer *o, const struct offer_state *s,
		 const struct leg_local *local, bool is_offer,
		 struct mbuf **mbp)
{
	struct mbuf *mb = mbuf_alloc(2048);
	int err;

	if (!mb)
		return ENOMEM;
	err = offer_state_print(mb, o, s, local, is_offer);
	if (err) {
		mem_deref(mb);
		return err;
	}
	mb->pos = 0;
	*mbp = mb;
	return 0;
}


int offer_answer(struct offer *o, const struct leg_local *local,
		 struct mbuf **mbp)
{
	bool fresh;
	int err;

	if (!o || !mbp || o->local || (!o->pending && !o->agreed))
		return EINVAL;
	fresh = o->pending != NULL;
	if (fresh)
		++o->version;
	err = print(o, fresh ? o->pending : o->agreed, local, false, mbp);
	if (!err && fresh)
		agree(o);
	return err;
}


/** Payload types that mean something in this session already */
static void used_pts(const struct offer_state *s, uint64_t used[2])
{
	used[0] = used[1] = 0;
	for (size_t i = 0; i < s->media_count; i++) {
		const struct match *m = &s->media[i].match;

		for (size_t k = 0; k < m->count; k++) {
			uint8_t pt = m->codecs[k].pt;
			uint8_t rtx = m->codecs[k].rtx_pt;

			used[pt / 64] |= 1ull << pt % 64;
			if (rtx)
				used[rtx / 64] |= 1ull << rtx % 64;
		}
		for (size_t k = 0; k < m->event_count; k++)
			used[m->events[k].pt / 64] |= 1ull
						      << m->events[k].pt % 64;
	}
}


static int line_of(const struct offer_state *s, const char *kind, bool in_use)
{
	for (size_t i = 0; i < s->line_count; i++) {
		if (!strcasecmp(s->lines[i].kind, kind) &&
		    (s->lines[i].media >= 0) == in_use)
			return (int)i;
	}
	return -1;
}


/** A mid that no other line has */
static void mid_make(const struct offer_state *s, char mid[OFFER_MID_MAX])
{
	for (unsigned n = 0; n <= OFFER_LINES_MAX; n++) {
		bool taken = false;

		(void)re_snprintf(mid, OFFER_MID_MAX, "%u", n);
		for (size_t i = 0; i < s->line_count; i++)
			taken |= !strcmp(s->lines[i].mid, mid);
		if (!taken)
			return;
	}
}


static void transport_make(struct offer_transport *tr, bool webrtc,
			   bool sdes_allowed)
{
	memset(tr, 0, sizeof(*tr));
	sa_init(&tr->remote, AF_UNSPEC);
	sa_init(&tr->remote_rtcp, AF_UNSPEC);
	tr->webrtc = webrtc;
	if (!webrtc && sdes_allowed)
		(void)re_snprintf(tr->suite, sizeof(tr->suite),
				  "AES_CM_128_HMAC_SHA1_80");
}


/** The entry of that kind; a new one gets all our codecs */
static struct offer_media *media_make(struct offer *o, struct offer_state *s,
				      enum match_kind kind, bool webrtc)
{
	const struct match_limits limits = {o->config.video_width,
					    o->config.video_height,
					    o->config.video_fps};
	struct offer_media *m;
	uint64_t used[2];

	for (size_t i = 0; i < s->media_count; i++) {
		if (s->media[i].kind == kind)
			return &s->media[i];
	}
	m = &s->media[s->media_count];
	memset(m, 0, sizeof(*m));
	m->kind = kind;
	used_pts(s, used);
	match_ours(&m->match, kind, webrtc, &limits, used);
	++s->media_count;
	m->ptime_ms = 20;
	m->picture = limits;
	m->rtcp_mux = webrtc;
	m->audio_level = webrtc && kind == MATCH_AUDIO ? EXT_AUDIO_LEVEL : 0;
	m->abs_send_time = webrtc ? EXT_ABS_SEND_TIME : 0;
	m->mid_id = webrtc ? EXT_MID : 0;
	m->transport = OFFER_MEDIA_MAX;
	return m;
}


/** In one BUNDLE group an id means one thing, so ids are the group's */
static void extensions_share(struct offer_media *m,
			     const struct offer_media *other)
{
	m->abs_send_time = other->abs_send_time;
	m->mid_id = other->mid_id;
	if (m->kind == MATCH_VIDEO)
		m->audio_level = 0;
}


/** Where the entry's packets go: the group's transport or one of its own */
static void transport_choose(struct offer *o, struct offer_state *s,
			     struct offer_media *m, bool webrtc)
{
	struct offer_media *other = NULL;
	unsigned index = 0;

	for (size_t i = 0; i < s->media_count; i++) {
		if (&s->media[i] != m && !s->media[i].off)
			other = &s->media[i];
	}
	m->bundled = webrtc && (!other || other->bundled);
	if (m->bundled && other) {
		m->transport = other->transport;
		extensions_share(m, other);
		return;
	}
	if (other && other->transport == 0)
		index = 1;
	if (m->transport >= s->transport_count ||
	    (other && other->transport == m->transport)) {
		m->transport = index;
		transport_make(&s->transports[index], webrtc,
			       o->config.sdes_allowed);
		if (index >= s->transport_count)
			s->transport_count = index + 1;
	}
}


/** Bring a line of that kind into use, in a free place of its kind */
static int line_add(struct offer *o, struct offer_state *s,
		    enum match_kind kind, bool webrtc)
{
	const char *name = kind == MATCH_VIDEO ? "video" : "audio";
	struct offer_media *m = media_make(o, s, kind, webrtc);
	int i = line_of(s, name, false);
	const char *proto = "UDP/TLS/RTP/SAVPF";
	struct offer_line *line;

	if (i < 0) {
		if (s->line_count == OFFER_LINES_MAX)
			return E2BIG;
		i = (int)s->line_count;
		memset(&s->lines[i], 0, sizeof(s->lines[i]));
		if (webrtc)
			mid_make(s, s->lines[i].mid);
		++s->line_count;
	}
	line = &s->lines[i];
	m->off = false;
	m->send = m->recv = true;
	transport_choose(o, s, m, webrtc);
	if (!webrtc)
		proto = s->transports[m->transport].suite[0] ? "RTP/SAVP"
							     : "RTP/AVP";
	(void)re_snprintf(line->kind, sizeof(line->kind), "%s", name);
	(void)re_snprintf(line->proto, sizeof(line->proto), "%s", proto);
	(void)re_snprintf(line->format, sizeof(line->format), "%u",
			  m->match.codecs[0].pt);
	if (webrtc && !line->mid[0])
		m->bundled = false;
	(void)re_snprintf(m->mid, sizeof(m->mid), "%s", line->mid);
	line->media = (int)(m - s->media);
	return 0;
}


static void line_drop(struct offer_state *s, int i)
{
	s->media[s->lines[i].media].off = true;
	s->lines[i].media = -1;
}


static int reoffer_make(struct offer *o, struct offer_state *s, bool video)
{
	int line = line_of(s, "video", true);

	if (video && line < 0)
		return line_add(o, s, MATCH_VIDEO, offer_is_webrtc(o));
	if (!video && line >= 0)
		line_drop(s, line);
	return 0;
}


int offer_begin(struct offer *o, bool webrtc, bool video,
		struct leg_description **legp)
{
	struct offer_state *s;
	int err;

	if (!o || !legp)
		return EINVAL;
	if (o->pending && !o->local)
		return EALREADY;
	s = state_alloc();
	if (!s)
		return ENOMEM;
	if (o->agreed) {
		*s = *o->agreed;
		err = reoffer_make(o, s, video);
	}
	else {
		err = line_add(o, s, MATCH_AUDIO, webrtc);
		if (!err && video)
			err = line_add(o, s, MATCH_VIDEO, webrtc);
	}
	if (err)
		goto out;
	*legp = offer_state_leg(s, &o->config, false);
	if (!*legp) {
		err = ENOMEM;
		goto out;
	}
	mem_deref(o->pending);
	o->pending = s;
	o->local = true;
	return 0;

out:
	mem_deref(s);
	return err;
}


int offer_local(struct offer *o, const struct leg_local *local,
		struct mbuf **mbp)
{
	if (!o || !mbp || !o->pending || !o->local)
		return EINVAL;
	++o->version;
	mem_deref(o->side);
	o->side = mem_ref((void *)(uintptr_t)local);
	return print(o, o->pending, local, true, mbp);
}


enum reason offer_remote_answer(struct offer *o, const char *sdp, size_t len,
				struct leg_description **legp)
{
	const struct offer_state *ours;
	struct offer_state *s;
	enum reason reason;

	if (!o || !legp)
		return REASON_INTERNAL;
	/* Without an offer under way it is the last answer again, in a final
	 * response after a reliable provisional one */
	ours = o->pending && o->local ? o->pending : o->agreed;
	if (!ours)
		return REASON_BAD_REQUEST;
	reason = state_read(o, ours, true, sdp, len, &s, legp);
	if (reason != REASON_NONE)
		return reason;
	if (o->local) {
		mem_deref(o->ours);
		o->ours = o->pending;
		o->pending = NULL;
	}
	mem_deref(o->pending);
	o->pending = s;
	agree(o);
	return REASON_NONE;
}


int offer_leg(const struct offer *o, struct leg_description **legp)
{
	if (!o || !legp)
		return EINVAL;
	if (!o->agreed)
		return ENOENT;
	*legp = offer_state_leg(o->agreed, &o->config, true);
	return *legp ? 0 : ENOMEM;
}


void offer_rollback(struct offer *o)
{
	if (!o)
		return;
	o->pending = mem_deref(o->pending);
	o->local = false;
}


/** What is under way by the far end, else what was agreed */
static const struct offer_state *current(const struct offer *o)
{
	if (!o)
		return NULL;
	if (o->pending && (!o->local || !o->agreed))
		return o->pending;
	return o->agreed;
}


bool offer_held(const struct offer *o)
{
	const struct offer_state *s = current(o);
	bool any = false;

	for (size_t i = 0; s && i < s->media_count; i++) {
		if (s->media[i].off)
			continue;
		/* one that never listened is a source */
		if (s->media[i].send || (s->media[i].recv && !s->on_hold))
			return false;
		any = true;
	}
	return any;
}


bool offer_has_video(const struct offer *o)
{
	const struct offer_state *s = current(o);

	return s && line_of(s, "video", true) >= 0;
}


bool offer_is_webrtc(const struct offer *o)
{
	const struct offer_state *s = current(o);

	return s && s->transport_count && s->transports[0].webrtc;
}
