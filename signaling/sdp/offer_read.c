/**
 * @file signaling/sdp/offer_read.c  A whole SDP into a state
 *
 * Lines whose kind, profile and codecs we can do are found first; each then
 * gets its place among the media, the one that it had or a free one; then,
 * those that came first going first, its group: by RFC 9143 lines of one
 * BUNDLE group share the transport of the first line that the group names and
 * whose transport holds, every other line has one of its own. A line that
 * fails at any of that is out, and takes no other with it.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "mixer/base/keyed_hash.h"
#include "signaling/sdp/sdp_private.h"

/** What one reading works with */
struct reading {
	struct offer_state *s;
	const struct offer_state *prev; /**< NULL at first */
	bool answer;
	bool honour;  /**< their preconditions count */
	bool unknown; /**< lines with a precondition that we lack, too */
	const struct offer_text *t;
	const struct offer_config *config;
	struct offer_media *found[OFFER_LINES_MAX]; /**< by line */
	enum reason reason; /**< why not, of the line that came nearest */
	unsigned claimed;   /**< places among the media of lines of this SDP */
	unsigned taken;     /**< groups that are in use now */
	unsigned reserved;  /**< groups of lines that were there */
	bool no_memory;
};


static void reading_destructor(void *arg)
{
	struct reading *r = arg;

	for (size_t i = 0; i < ARRAY_SIZE(r->found); i++)
		mem_deref(r->found[i]);
	mem_deref(r->s);
}


/** What keeps a line out, in the order in which it is looked at */
static void line_fails(struct reading *r, enum reason reason)
{
	static const enum reason steps[] = {
		REASON_NO_MEDIA,   REASON_NO_CODEC, REASON_NO_PROFILE,
		REASON_NO_ADDRESS, REASON_NO_KEYS,
	};

	for (size_t i = ARRAY_SIZE(steps); i-- > 0;) {
		if (steps[i] == r->reason)
			return;
		if (steps[i] == reason) {
			r->reason = reason;
			return;
		}
	}
}


/** The transport that the line describes, from what was known of it */
static enum reason transport_try(const struct reading *r,
				 const struct offer_group *known, int line,
				 int tag, struct offer_group *g)
{
	*g = *known;
	return offer_transport_read(g, r->t, line, tag, r->config);
}


/** Does the line speak of a transport of its own? */
static bool has_transport(const struct reading *r, int line)
{
	struct pl value;

	return offer_text_attr(r->t, line, "ice-ufrag", &value);
}


/** By RFC 9143 section 7.3.1 the ICE and DTLS attributes of the first line
 *  count that the group names and that is not refused; after those we can do
 *  come others: their line is refused, but the transport may be the only one
 *  that there is. @return why not, when no line has one that we can do */
static enum reason group_transport(const struct reading *r, struct pl mids,
				   int line, const struct offer_group *known,
				   struct offer_group *g)
{
	enum reason reason = transport_try(r, known, line, line, g);

	if (reason != REASON_NONE && has_transport(r, line))
		return reason;
	for (int pass = 0; pass < 2; pass++) {
		struct pl rest = mids, word;

		while (offer_text_word(&rest, &word)) {
			for (int i = 0; i < (int)r->s->line_count; i++) {
				if ((r->found[i] == NULL) == pass &&
				    !pl_strcmp(&word, r->s->lines[i].mid) &&
				    has_transport(r, i) &&
				    transport_try(r, known, line, i, g) ==
					    REASON_NONE)
					return REASON_NONE;
			}
		}
	}
	return transport_try(r, known, line, line, g);
}


static bool kind_of(const struct offer_line *line, enum media_kind *kind)
{
	if (!strcasecmp(line->kind, media_kind_name(MEDIA_AUDIO)))
		*kind = MEDIA_AUDIO;
	else if (!strcasecmp(line->kind, media_kind_name(MEDIA_VIDEO)))
		*kind = MEDIA_VIDEO;
	else
		return false;
	return true;
}


/** Find the line if we can do it. @return false without memory */
static bool line_consider(struct reading *r, int i)
{
	const struct offer_line *line = &r->s->lines[i];
	const struct codec_choice *ours = NULL;
	struct pl proto = {line->proto, strlen(line->proto)};
	struct offer_media *m;
	enum media_kind kind;

	if (!kind_of(line, &kind))
		return true;
	if (!offer_proto_known(&proto)) {
		line_fails(r, REASON_NO_PROFILE);
		return true;
	}
	if (r->answer) {
		if (r->prev->lines[i].media < 0)
			return true;
		ours = &r->prev->media[r->prev->lines[i].media]->codecs;
	}
	m = mem_zalloc(sizeof(*m), NULL);
	if (!m)
		return false;
	if (offer_media_read(m, r->t, i, ours, r->config))
		r->found[i] = m;
	else
		mem_deref(m);
	if (!r->found[i])
		line_fails(r, REASON_NO_CODEC);
	return true;
}


/** The place that the line had, if it is of the same kind still; else -1 */
static int place_of(const struct reading *r, int line)
{
	int place;

	if (!r->prev || (size_t)line >= r->prev->line_count)
		return -1;
	place = r->prev->lines[line].media;
	if (place >= 0 &&
	    r->prev->media[place]->d.kind != r->found[line]->d.kind)
		return -1;
	return place;
}


/** A place for a line that had none: one of its kind that is free, but not
 *  before one in use, which would be put out of the mix; else a new one */
static size_t place_free(const struct reading *r, enum media_kind kind)
{
	size_t place = r->s->media_count;

	for (size_t i = place; i-- > 0;) {
		if (r->s->media[i]->d.kind != kind)
			continue;
		if (r->claimed & 1u << i)
			break;
		place = i;
	}
	return place;
}


/** The group of an accepted line that shares it
 *  @param same Set: one of this kind is among them */
static bool shared_group(const struct reading *r, struct pl mids,
			 enum media_kind kind, size_t *group, bool *same)
{
	const struct offer_state *s = r->s;
	bool shared = false;

	*same = false;
	for (size_t i = 0; i < s->line_count; i++) {
		const struct offer_media *m;

		if (s->lines[i].media < 0 ||
		    !offer_group_has(mids, s->lines[i].mid))
			continue;
		m = s->media[s->lines[i].media];
		if (!m->bundled)
			continue;
		*group = m->d.transport;
		*same |= m->d.kind == kind;
		shared = true;
	}
	return shared;
}


/** The group that the media had, else the first free one */
static size_t own_group(const struct reading *r, size_t place)
{
	unsigned not_free = r->taken | r->reserved;
	size_t group;

	if (r->prev && place < r->prev->media_count) {
		group = r->prev->media[place]->d.transport;
		if (!(r->taken & 1u << group))
			return group;
	}
	for (group = 0; not_free & 1u << group; group++)
		;
	return group;
}


/** Two lines with one address are alternatives, as some telephones offer RTP
 *  with and without keys: the first is taken */
static bool is_alternative(const struct reading *r,
			   const struct offer_group *g)
{
	for (size_t i = 0; i < r->s->group_count; i++) {
		const struct transport_description *other =
			&r->s->groups[i]->d;

		if ((r->taken & 1u << i) && g->d.kind == MP_PLAIN &&
		    other->kind == MP_PLAIN && sa_isset(&g->d.rtp, SA_ALL) &&
		    sa_cmp(&g->d.rtp, &other->rtp, SA_ALL))
			return true;
	}
	return false;
}


/** An answer takes the transport that we offered, with its kind of keys */
static enum reason answer_fits(const struct reading *r, int line,
			       const struct offer_group *ours,
			       struct offer_group *g)
{
	if (g->d.kind != ours->d.kind || g->d.dtls != ours->d.dtls)
		return REASON_NO_PROFILE;
	if (g->d.suite == ours->d.suite)
		return REASON_NONE;
	if (ours->d.suite || offer_profile_is_secure(r->s->lines[line].proto))
		return REASON_NO_KEYS;
	/* keys that nobody asked for, beside what we did */
	g->d.suite = MP_SUITE_NONE;
	g->d.sdes_key[0] = '\0';
	return REASON_NONE;
}


/** A transport of its own for the media. @return false: it cannot be */
static bool group_begin(struct reading *r, size_t place, int line,
			const struct pl *mids, struct offer_media *m)
{
	size_t group = own_group(r, place);
	struct offer_group known = {.bearer = OFFER_BEARER_MIXER}, next;
	enum reason reason;
	struct offer_group *g;

	/* An answer cannot ask for a transport we did not offer */
	if (r->answer && group != r->prev->media[place]->d.transport)
		return false;
	if (group < r->s->group_count)
		known = *r->s->groups[group];
	reason = mids ? group_transport(r, *mids, line, &known, &next)
		      : transport_try(r, &known, line, line, &next);
	if (reason == REASON_NONE && r->answer)
		reason = answer_fits(r, line, &known, &next);
	if (reason != REASON_NONE) {
		line_fails(r, reason);
		return false;
	}
	if (is_alternative(r, &next))
		return false;
	g = offer_state_group(r->s, group);
	if (!g) {
		r->no_memory = group < OFFER_MEDIA_MAX;
		return false;
	}
	*g = next;
	r->taken |= 1u << group;
	m->d.transport = group;
	return true;
}


/** Bring the line into use at that place, with its group. Of each kind a
 *  group has one: to tell two apart takes more than we signal, and the first
 *  is not to be disturbed */
static void line_accept(struct reading *r, int line, size_t place)
{
	struct offer_state *s = r->s;
	struct offer_media *slot, m = *r->found[line];
	struct pl mids = PL_INIT;
	bool grouped = offer_group_of(r->t, s->lines[line].mid, &mids);
	bool same = false;
	size_t group = 0;

	if (place >= OFFER_MEDIA_MAX)
		return;
	if (grouped && shared_group(r, mids, m.d.kind, &group, &same)) {
		if (same)
			return;
		m.d.transport = group;
	}
	else if (!group_begin(r, place, line, grouped ? &mids : NULL, &m)) {
		return;
	}
	slot = offer_state_media(s, place);
	if (!slot) {
		r->no_memory = true;
		return;
	}
	m.sent =
		place_of(r, line) == (int)place && r->prev->media[place]->sent;
	m.bundled = grouped && s->groups[m.d.transport]->d.kind == MP_WEBRTC;
	*slot = m;
	r->claimed |= 1u << place;
	s->lines[line].media = (int)place;
}


/** A precondition that must be met and that we do not know is the trouble of
 *  its line, too (RFC 3312 section 5); only of all is it that of the whole */
static bool is_candidate(const struct reading *r, int i)
{
	return r->found[i] && (r->unknown || !r->honour ||
			       !r->s->lines[i].precondition.unknown[0]);
}


/** Is it to carry anything? Else it stands back behind one that does */
static bool is_active(const struct offer_media *m)
{
	return (m->d.send || m->d.recv) && !m->nowhere;
}


/** Lines that were there keep their place and go first */
static void lines_accept(struct reading *r)
{
	int lines[OFFER_MEDIA_MAX];
	const int count = (int)r->s->line_count;

	for (size_t i = 0; i < OFFER_MEDIA_MAX; i++)
		lines[i] = -1;
	for (int i = 0; i < count; i++) {
		int place = is_candidate(r, i) ? place_of(r, i) : -1;

		if (place < 0)
			continue;
		lines[place] = i;
		r->claimed |= 1u << place;
		r->reserved |= 1u << r->prev->media[place]->d.transport;
	}
	for (size_t i = 0; i < OFFER_MEDIA_MAX; i++) {
		if (lines[i] >= 0)
			line_accept(r, lines[i], i);
	}
	for (int active = 1; active >= 0; active--) {
		for (int i = 0; i < count; i++) {
			if (is_candidate(r, i) && place_of(r, i) < 0 &&
			    is_active(r->found[i]) == active)
				line_accept(
					r, i,
					place_free(r, r->found[i]->d.kind));
		}
	}
}


static bool any_accepted(const struct offer_state *s)
{
	for (size_t i = 0; i < s->line_count; i++) {
		if (s->lines[i].media >= 0)
			return true;
	}
	return false;
}


/** What an answer leaves out at its end it refuses: some name only what they
 *  take */
static void lines_refuse_rest(struct reading *r)
{
	struct offer_state *s = r->s;

	while (r->answer && s->line_count < r->prev->line_count) {
		s->lines[s->line_count] = r->prev->lines[s->line_count];
		s->lines[s->line_count].passed = -1;
		s->lines[s->line_count++].media = -1;
	}
}


static enum reason read_lines(struct reading *r)
{
	struct offer_state *s = r->s;
	int count = offer_text_media_count(r->t);
	bool any = false;
	int err;

	if (r->answer && (!r->prev || (size_t)count > r->prev->line_count))
		return REASON_BAD_REQUEST;
	for (int i = 0; i < count; i++) {
		bool in_use = false;

		s->line_count = (size_t)i + 1;
		err = offer_line_read(&s->lines[i], r->t, i, &in_use);
		if (err ||
		    (r->answer && strcasecmp(s->lines[i].kind,
					     r->prev->lines[i].kind) != 0))
			return REASON_BAD_REQUEST;
		any |= in_use;
		if (offer_line_passes(r->prev, i, &s->lines[i], r->answer))
			s->lines[i].passed = r->prev->lines[i].passed;
		else if (in_use && !line_consider(r, i))
			return REASON_INTERNAL;
	}
	lines_accept(r);
	if (!any_accepted(s) && !r->no_memory) {
		r->unknown = true;
		lines_accept(r);
	}
	lines_refuse_rest(r);
	if (r->no_memory ||
	    offer_state_read_passed(s, r->prev, r->answer, r->t))
		return REASON_INTERNAL;
	/* A re-offer may switch everything off */
	if (!any_accepted(s) && !(count && !any && r->prev && !r->answer))
		return r->reason;
	return REASON_NONE;
}


static bool sends_any(const struct offer_state *s)
{
	for (size_t i = 0; i < s->media_count; i++) {
		if (!s->media[i]->d.off && s->media[i]->d.send)
			return true;
	}
	return false;
}


static bool any_nowhere(const struct offer_state *s)
{
	for (size_t i = 0; i < s->media_count; i++) {
		if (!s->media[i]->d.off && s->media[i]->nowhere)
			return true;
	}
	return false;
}


/** Who puts us on hold may send music (RFC 3264 section 8.4). A conference
 *  does not want it; one that never listened is a source, not on hold. */
static bool on_hold(const struct reading *r)
{
	if (sends_any(r->s))
		return false;

	return any_nowhere(r->s) ||
	       (r->prev &&
		(r->prev->on_hold || (!r->answer && sends_any(r->prev))));
}


/** The state before, with all lines out of use */
static struct offer_state *state_begin(const struct offer_state *prev)
{
	struct offer_state *s;

	if (!prev)
		return offer_state_alloc();
	s = offer_state_copy(prev);
	if (!s)
		return NULL;
	memset(s->lines, 0, sizeof(s->lines));
	s->line_count = 0;
	for (size_t i = 0; i < s->media_count; i++)
		s->media[i]->d.off = true;
	return s;
}


/** A name that comes again stands for the same if it can. One that says
 *  addresses for a while has not forgotten its name */
static void hosts_keep(struct offer_state *s,
		       const struct offer_config *config)
{
	if (!config->host_count)
		return;
	mem_deref(s->hosts);
	s->hosts = mem_ref(config->hosts);
	s->host_count = config->host_count;
}


enum reason offer_state_read(struct offer_state **sp, const struct offer *o,
			     const struct offer_state *prev, bool answer,
			     const char *sdp, size_t len)
{
	struct offer_text *t = NULL;
	struct pl origin;
	struct reading *r;
	enum reason reason = REASON_INTERNAL;
	int err;

	err = offer_text_alloc(&t, sdp, len);
	if (err)
		return err == ENOMEM ? REASON_INTERNAL : REASON_BAD_REQUEST;
	r = mem_zalloc(sizeof(*r), reading_destructor);
	if (!r)
		goto out;
	r->s = state_begin(prev);
	if (!r->s)
		goto out;
	r->prev = prev;
	r->answer = answer;
	r->t = t;
	r->config = &o->config;
	r->honour = o->honour;
	if (r->s->relay_group >= 0)
		r->reserved |= 1u << r->s->relay_group;
	r->reason = REASON_NO_MEDIA;
	if (offer_text_row_any(t, OFFER_TEXT_SESSION, 'o', &origin))
		r->s->origin = keyed_hash_pl(&origin);
	reason = read_lines(r);
	if (reason != REASON_NONE)
		goto out;
	offer_state_rank(r->s);
	r->s->on_hold = on_hold(r);
	hosts_keep(r->s, &o->config);
	*sp = mem_ref(r->s);

out:
	mem_deref(r);
	mem_deref(t);
	return reason;
}
