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
#include "mixer/base/keyed_hash.h"
#include "signaling/sdp/offer.h"
#include "signaling/sdp/sdp_private.h"

/** Header extension ids of our own offers */
enum {
	EXT_AUDIO_LEVEL = 1,
	EXT_ABS_SEND_TIME = 2,
	EXT_MID = 3,
	EXT_COLOUR_SPACE = 4,
};


static void offer_destructor(void *arg)
{
	struct offer *o = arg;

	mem_deref(o->agreed);
	mem_deref(o->pending);
	mem_deref(o->ours);
	mem_deref(o->config.hosts);
	mem_deref(o->side);
	mem_deref(o->shape.passed);
	extension_ids_forget(&o->ids);
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
	o->config.hosts = NULL;
	o->config.host_count = 0;
	o->shape.mixed = true;
	if (!o->config.video_width || !o->config.video_height) {
		o->config.video_width = 1280;
		o->config.video_height = 720;
	}
	if (!o->config.video_fps)
		o->config.video_fps = 25;
	if (!o->config.mixer.codec_count)
		mixer_capabilities_base(&o->config.mixer);
	/* 62 bits, so that no far end's signed number overflows */
	o->session_id = rand_u64() >> 2;
	*op = o;
	return 0;
}


void offer_set_near(struct offer *o, const struct sa *near)
{
	if (o)
		o->config.near = *near;
}


static void agree(struct offer *o)
{
	mem_deref(o->agreed);
	o->agreed = o->pending;
	o->pending = NULL;
	o->local = false;
	offer_state_learn_ids(&o->ids, o->agreed);
}


/** Their description as a new state, and as the mixer wants it */
static enum reason state_read(const struct offer *o,
			      const struct offer_state *prev, bool answer,
			      const char *sdp, size_t len,
			      struct offer_state **sp,
			      struct leg_description **legp)
{
	struct offer_state *s = NULL;
	enum reason reason;

	reason = offer_state_read(&s, o, prev, answer, sdp, len);
	if (reason != REASON_NONE)
		return reason;
	*legp = offer_state_leg(s, &o->config, true);
	if (!*legp) {
		mem_deref(s);
		return REASON_INTERNAL;
	}
	*sp = s;
	return REASON_NONE;
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


static void use_pt(uint64_t used[2], uint8_t pt)
{
	used[pt / 64] |= 1ull << pt % 64;
}


/** Payload types that mean something in this session already */
static void used_pts(const struct offer_state *s, uint64_t used[2])
{
	used[0] = used[1] = 0;
	for (size_t i = 0; i < s->media_count; i++) {
		const struct codec_choice *m = &s->media[i]->codecs;

		for (size_t k = 0; k < m->count; k++) {
			use_pt(used, m->codecs[k].d.pt);
			if (m->codecs[k].rtx_pt)
				use_pt(used, m->codecs[k].rtx_pt);
		}
		for (size_t k = 0; k < m->event_count; k++)
			use_pt(used, m->events[k].pt);
		if (m->cn)
			use_pt(used, m->cn_pt);
	}
}


static int line_of(const struct offer_state *s, const char *kind, bool in_use)
{
	for (size_t i = 0; i < s->line_count; i++) {
		if (!strcasecmp(s->lines[i].kind, kind) &&
		    s->lines[i].passed < 0 &&
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


/** @param other Of a line in use that the new one goes with, or NULL: it is
 *               no less secret than that one */
static void group_make(struct offer_group *g, bool webrtc, bool sdes_allowed,
		       const struct offer_group *other)
{
	memset(g, 0, sizeof(*g));
	g->bearer = OFFER_BEARER_MIXER;
	sa_init(&g->d.rtp, AF_UNSPEC);
	sa_init(&g->d.rtcp, AF_UNSPEC);
	g->d.kind = webrtc ? MP_WEBRTC : MP_PLAIN;
	g->d.dtls = !webrtc && other && other->d.dtls;
	if (!webrtc && !g->d.dtls && sdes_allowed)
		g->d.suite = MP_AES_CM_128_HMAC_SHA1_80;
}


static void extensions_make(struct media_description *d)
{
	d->audio_level_id = d->kind == MEDIA_AUDIO ? EXT_AUDIO_LEVEL : 0;
	d->abs_send_time_id = EXT_ABS_SEND_TIME;
	d->mid_id = EXT_MID;
	d->colour_space_id = d->kind == MEDIA_VIDEO ? EXT_COLOUR_SPACE : 0;
}


/** The place of that kind; a new one gets all our codecs. NULL: no room */
static struct offer_media *media_make(struct offer *o, struct offer_state *s,
				      enum media_kind kind, bool webrtc,
				      size_t *place)
{
	struct codec_conditions conditions;
	struct offer_media *m;
	uint64_t used[2];

	for (*place = 0; *place < s->media_count; ++*place) {
		if (s->media[*place]->d.kind == kind)
			return s->media[*place];
	}
	used_pts(s, used);
	m = offer_state_media(s, *place);
	if (!m)
		return NULL;
	m->d.kind = kind;
	offer_conditions(&o->config, &conditions);
	codec_choice_ours(&m->codecs, kind, webrtc, &conditions, used);
	m->d.ptime_ms = 20;
	m->d.width = conditions.limits.width;
	m->d.height = conditions.limits.height;
	m->d.fps = conditions.limits.fps;
	m->rtcp_mux = webrtc;
	if (webrtc)
		extensions_make(&m->d);
	m->d.transport = OFFER_MEDIA_MAX;
	return m;
}


/** In one BUNDLE group an id means one thing, so ids are the group's */
static void extensions_share(struct offer_media *m,
			     const struct offer_media *other)
{
	/* where they numbered, ours may be one of theirs that we left out */
	if (other->d.mid_id != EXT_MID ||
	    other->d.abs_send_time_id != EXT_ABS_SEND_TIME)
		m->d.colour_space_id = 0;
	m->d.abs_send_time_id = other->d.abs_send_time_id;
	m->d.mid_id = other->d.mid_id;
	if (m->d.kind == MEDIA_VIDEO)
		m->d.audio_level_id = 0;
}


/** The media in the mix that the new one may share a group with, and the
 *  groups that are in use */
static struct offer_media *companion(const struct offer_state *s,
				     const struct offer_media *m,
				     unsigned *taken)
{
	struct offer_media *other = NULL;

	*taken = s->relay_group < 0 ? 0 : 1u << s->relay_group;
	for (size_t i = 0; i < s->media_count; i++) {
		struct offer_media *one = s->media[i];

		if (one == m || one->d.off)
			continue;
		*taken |= 1u << one->d.transport;
		if (!one->second && one->d.kind != m->d.kind)
			other = one;
	}
	return other;
}


/** Where its packets go: the group's transport or one of its own */
static int group_choose(struct offer *o, struct offer_state *s,
			struct offer_media *m, bool webrtc)
{
	unsigned taken;
	struct offer_media *other = companion(s, m, &taken);
	struct offer_group *g;
	size_t group;

	m->bundled = webrtc && (!other || other->bundled);
	if (m->bundled && other) {
		m->d.transport = other->d.transport;
		extensions_share(m, other);
		return 0;
	}
	if (m->d.transport < s->group_count && !(taken & 1u << m->d.transport))
		return 0;
	for (group = 0; taken & 1u << group; group++)
		;
	g = offer_state_group(s, group);
	if (!g)
		return ENOMEM;
	group_make(g, webrtc, o->config.sdes_allowed,
		   other ? s->groups[other->d.transport] : NULL);
	m->d.transport = group;
	return 0;
}


static void line_make(struct offer_line *line, const struct offer_media *m,
		      const struct offer_group *g)
{
	const char *proto = "UDP/TLS/RTP/SAVPF";

	if (g->d.kind == MP_PLAIN)
		proto = g->d.dtls    ? "UDP/TLS/RTP/SAVP"
			: g->d.suite ? "RTP/SAVP"
				     : "RTP/AVP";
	str_ncpy(line->kind, media_kind_name(m->d.kind), sizeof(line->kind));
	str_ncpy(line->proto, proto, sizeof(line->proto));
	(void)re_snprintf(line->format, sizeof(line->format), "%u",
			  m->codecs.codecs[0].d.pt);
}


/** Bring a line of that kind into use, in a free place of its kind */
static int line_add(struct offer *o, struct offer_state *s,
		    enum media_kind kind, bool webrtc)
{
	int i = line_of(s, media_kind_name(kind), false), err;
	struct offer_line *line;
	struct offer_media *m;
	size_t place;

	m = media_make(o, s, kind, webrtc, &place);
	if (!m)
		return ENOMEM;
	/* the mixers have no codec of this kind: there is no such line */
	if (!m->codecs.count) {
		m->d.off = true;
		return 0;
	}
	if (i < 0) {
		if (s->line_count == OFFER_LINES_MAX)
			return E2BIG;
		i = (int)s->line_count;
		memset(&s->lines[i], 0, sizeof(s->lines[i]));
		s->lines[i].passed = -1;
		if (webrtc)
			mid_make(s, s->lines[i].mid);
		++s->line_count;
	}
	line = &s->lines[i];
	m->d.off = false;
	m->d.send = m->d.recv = true;
	m->second = false;
	m->sent = true;
	err = group_choose(o, s, m, webrtc);
	if (err)
		return err;
	line_make(line, m, s->groups[m->d.transport]);
	if (webrtc && !line->mid[0])
		m->bundled = false;
	m->d.mid[0] = '\0';
	if (strlen(line->mid) < sizeof(m->d.mid))
		str_ncpy(m->d.mid, line->mid, sizeof(m->d.mid));
	line->media = (int)place;
	return 0;
}


static void line_drop(struct offer_state *s, int i)
{
	s->media[s->lines[i].media]->d.off = true;
	s->lines[i].media = -1;
}


static int reoffer_make(struct offer *o, struct offer_state *s, bool video)
{
	const char *name = media_kind_name(MEDIA_VIDEO);
	int line = line_of(s, name, true);

	if (video && line < 0)
		return line_add(o, s, MEDIA_VIDEO, offer_is_webrtc(o));
	while (!video && line >= 0) {
		line_drop(s, line);
		line = line_of(s, name, true);
	}
	return 0;
}


static struct offer_state *state_ours(struct offer *o, bool webrtc, bool video)
{
	struct offer_state *s =
		o->agreed ? offer_state_copy(o->agreed) : offer_state_alloc();
	int err;

	if (!s)
		return NULL;
	if (o->agreed) {
		err = reoffer_make(o, s, video);
		if (!err)
			err = offer_state_shape(s, &o->shape);
	}
	else {
		err = line_add(o, s, MEDIA_AUDIO, webrtc);
		if (!err && video)
			err = line_add(o, s, MEDIA_VIDEO, webrtc);
	}
	return err ? mem_deref(s) : s;
}


int offer_begin(struct offer *o, bool webrtc, bool video,
		struct leg_description **legp)
{
	struct offer_state *s;

	if (!o || !legp)
		return EINVAL;
	if (o->pending && !o->local)
		return EALREADY;
	s = state_ours(o, webrtc, video);
	if (!s)
		return ENOMEM;
	*legp = offer_state_leg(s, &o->config, false);
	if (!*legp) {
		mem_deref(s);
		return ENOMEM;
	}
	mem_deref(o->pending);
	o->pending = s;
	o->local = true;
	return 0;
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


/** The mixer has given the new ones a place, and knows only more of them */
static void places_keep(struct offer_state *s, const struct offer_state *by)
{
	for (size_t i = s->group_count; i < by->group_count; i++) {
		struct offer_group *g = offer_state_group(s, i);

		if (!g)
			return;
		*g = *by->groups[i];
		g->d.known = false;
		g->d.relay = 0;
	}
	for (size_t i = s->media_count; i < by->media_count; i++) {
		struct offer_media *m = offer_state_media(s, i);

		if (!m)
			return;
		*m = *by->media[i];
		m->d.off = true;
	}
	if (s->relay_group < 0)
		s->relay_group = by->relay_group;
}


void offer_rollback(struct offer *o)
{
	if (!o)
		return;
	if (o->agreed && o->pending)
		places_keep(o->agreed, o->pending);
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
		const struct offer_media *m = s->media[i];

		if (m->d.off || m->second)
			continue;
		/* one that never listened is a source */
		if (m->d.send || (m->d.recv && !s->on_hold))
			return false;
		any = true;
	}
	return any;
}


bool offer_has_video(const struct offer *o)
{
	const struct offer_state *s = current(o);

	return s && line_of(s, media_kind_name(MEDIA_VIDEO), true) >= 0;
}


bool offer_is_webrtc(const struct offer *o)
{
	const struct offer_state *s = current(o);

	return s && s->group_count && s->groups[0]->d.kind == MP_WEBRTC;
}


size_t offer_group_count(const struct offer *o)
{
	const struct offer_state *s = current(o);

	return s ? s->group_count : 0;
}


enum offer_bearer offer_bearer(const struct offer *o, size_t group)
{
	const struct offer_state *s = current(o);

	for (size_t i = 0; s && i < s->media_count; i++) {
		if (!s->media[i]->d.off && s->media[i]->d.transport == group)
			return s->groups[group]->bearer;
	}
	return s && s->ours && s->relay_group == (int)group
		       ? OFFER_BEARER_RELAY
		       : OFFER_BEARER_NONE;
}


struct passed_group *offer_passed(const struct offer *o)
{
	const struct offer_state *s = current(o);

	return s ? s->theirs : NULL;
}


bool offer_is_apart(const struct offer *o, bool pass)
{
	const struct offer_state *s = o ? o->agreed : NULL;

	return s && (s->rests || (!pass && s->ours && s->passing &&
				  passed_group_line(s->theirs, "audio")));
}


bool offer_follows(const struct offer *o)
{
	const struct offer_state *s = current(o);

	return s && s->follows;
}


int offer_reopen(struct offer *o)
{
	struct offer_state *s;

	if (!o || !o->ours || (o->pending && !o->local))
		return ENOENT;
	s = offer_state_copy(o->ours);
	if (!s)
		return ENOMEM;
	mem_deref(o->pending);
	o->pending = s;
	o->local = true;
	return 0;
}


bool offer_text_is_news(const struct offer *o, const struct offer_text *t)
{
	struct pl origin;

	return !o->agreed ||
	       !offer_text_row_any(t, OFFER_TEXT_SESSION, 'o', &origin) ||
	       keyed_hash_pl(&origin) != o->agreed->origin;
}


bool offer_is_news(const struct offer *o, const char *sdp, size_t len)
{
	struct offer_text *t = NULL;
	bool news;

	if (!o || offer_text_alloc(&t, sdp, len))
		return true;
	news = offer_text_is_news(o, t);
	mem_deref(t);
	return news;
}
