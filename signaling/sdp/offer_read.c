/**
 * @file signaling/sdp/offer_read.c  A whole SDP into a state
 *
 * BUNDLE by RFC 9143: lines of one group share the transport of the first
 * accepted line that the group names.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "signaling/sdp/sdp_private.h"

/** What one reading works with */
struct reading {
	struct offer_state *s;
	const struct offer_state *prev; /**< NULL at first */
	bool answer;
	const struct offer_text *t;
	const struct offer_config *config;
	struct offer_media found[OFFER_MEDIA_MAX]; /**< by kind */
	int found_line[OFFER_MEDIA_MAX];           /**< by kind, -1 = none */
};


/** Do these mids stand in one BUNDLE group? If so its mids */
static bool group_of(const struct offer_text *t, const char *mid,
		     struct pl *mids)
{
	size_t pos = 0;
	struct pl name, value, word;
	char type;

	while (mid[0] && offer_text_next(t, OFFER_TEXT_SESSION, &pos, &type,
					 &name, &value)) {
		if (type != 'a' || pl_strcmp(&name, "group") ||
		    !offer_text_word(&value, &word) ||
		    pl_strcmp(&word, "BUNDLE"))
			continue;
		*mids = value;
		while (offer_text_word(&value, &word)) {
			if (!pl_strcmp(&word, mid))
				return true;
		}
	}
	return false;
}


static bool in_group(struct pl mids, const char *mid)
{
	struct pl word;

	while (mid[0] && offer_text_word(&mids, &word)) {
		if (!pl_strcmp(&word, mid))
			return true;
	}
	return false;
}


/** The accepted line whose ICE and DTLS attributes count for the group */
static int group_tag(const struct reading *r, struct pl mids, int line)
{
	struct pl word, value;

	while (offer_text_word(&mids, &word)) {
		for (int k = 0; k < OFFER_MEDIA_MAX; k++) {
			int tag = r->found_line[k];

			if (tag >= 0 && !pl_strcmp(&word, r->found[k].mid) &&
			    offer_text_attr_any(r->t, tag, "ice-ufrag",
						&value))
				return tag;
		}
	}
	return line;
}


/** Copy what must come back in our SDP even for a refused line */
static bool line_read(struct offer_line *line, const struct offer_text *t,
		      int i, bool *in_use)
{
	struct offer_text_media m;
	struct pl word, value;

	memset(line, 0, sizeof(*line));
	line->media = -1;
	if (!offer_text_media(t, i, &m) ||
	    !offer_text_token(line->kind, sizeof(line->kind), &m.kind) ||
	    !offer_text_token(line->proto, sizeof(line->proto), &m.proto) ||
	    !offer_text_word(&m.formats, &word))
		return false;
	if (!offer_text_token(line->format, sizeof(line->format), &word))
		line->format[0] = '0';
	if (offer_text_attr(t, i, "mid", &value))
		(void)offer_text_token(line->mid, sizeof(line->mid), &value);
	precondition_read(&line->precondition, t, i);
	*in_use = m.port || (offer_text_attr(t, i, "bundle-only", &value) &&
			     group_of(t, line->mid, &word));
	return true;
}


/** Take the line if it is the first usable one of its kind */
static void line_consider(struct reading *r, int i)
{
	const struct offer_line *line = &r->s->lines[i];
	const struct match *ours = NULL;
	struct pl proto = {line->proto, strlen(line->proto)};
	int kind;

	if (!strcasecmp(line->kind, "audio"))
		kind = MATCH_AUDIO;
	else if (!strcasecmp(line->kind, "video"))
		kind = MATCH_VIDEO;
	else
		return;
	if (r->found_line[kind] >= 0 || i >= OFFER_LINES_USED_MAX ||
	    !offer_proto_known(&proto))
		return;
	if (r->answer) {
		if (r->prev->lines[i].media < 0)
			return;
		ours = &r->prev->media[r->prev->lines[i].media].match;
	}
	if (offer_media_read(&r->found[kind], r->t, i, ours, r->config))
		r->found_line[kind] = i;
}


/** The entry of that kind, or a new one */
static unsigned slot_of(const struct offer_state *s, enum match_kind kind)
{
	unsigned i;

	for (i = 0; i < s->media_count; i++) {
		if (s->media[i].kind == kind)
			break;
	}
	return i;
}


/** Another accepted line of the group that already has its transport */
static bool shared_transport(const struct reading *r, struct pl mids,
			     unsigned taken, unsigned *index)
{
	const struct offer_state *s = r->s;

	for (size_t i = 0; i < s->media_count; i++) {
		const struct offer_media *m = &s->media[i];

		if (!m->off && m->bundled && in_group(mids, m->mid) &&
		    (taken & 1u << m->transport)) {
			*index = m->transport;
			return true;
		}
	}
	return false;
}


/** The transport that the entry had, else the first free one */
static unsigned own_transport(const struct reading *r, unsigned slot,
			      unsigned taken)
{
	unsigned index;

	if (r->prev && slot < r->prev->media_count) {
		index = r->prev->media[slot].transport;
		if (!(taken & 1u << index))
			return index;
	}
	for (index = 0; taken & 1u << index; index++)
		;
	return index;
}


/** Give the found line of this kind its transport and its entry */
static void accept_line(struct reading *r, int kind, unsigned *taken)
{
	struct offer_state *s = r->s;
	struct offer_media m = r->found[kind];
	int line = r->found_line[kind], tag = line;
	unsigned slot = slot_of(s, (enum match_kind)kind);
	struct pl mids = PL_INIT;
	bool grouped = group_of(r->t, m.mid, &mids);
	bool shared =
		grouped && shared_transport(r, mids, *taken, &m.transport);

	if (!shared) {
		struct offer_transport tr;

		m.transport = own_transport(r, slot, *taken);
		/* An answer cannot ask for a transport we did not offer */
		if (r->answer && m.transport != r->prev->media[slot].transport)
			return;
		tr = s->transports[m.transport];
		if (grouped)
			tag = group_tag(r, mids, line);
		if (!offer_transport_read(&tr, r->t, line, tag,
					  r->config->sdes_allowed))
			return;
		s->transports[m.transport] = tr;
		if (m.transport >= s->transport_count)
			s->transport_count = m.transport + 1;
		*taken |= 1u << m.transport;
	}
	m.bundled = grouped && s->transports[m.transport].webrtc;
	s->media[slot] = m;
	if (slot >= s->media_count)
		s->media_count = slot + 1;
	s->lines[line].media = (int)slot;
}


static void accept_lines(struct reading *r)
{
	bool video_first =
		r->found_line[MATCH_VIDEO] >= 0 &&
		r->found_line[MATCH_VIDEO] < r->found_line[MATCH_AUDIO];
	unsigned taken = 0;

	for (int n = 0; n < OFFER_MEDIA_MAX; n++) {
		int kind = video_first ? MATCH_VIDEO - n : n;

		if (r->found_line[kind] >= 0)
			accept_line(r, kind, &taken);
	}
}


static enum reason read_lines(struct reading *r)
{
	struct offer_state *s = r->s;
	int count = offer_text_media_count(r->t);
	bool any = false, accepted = false;

	if (r->answer && (!r->prev || (size_t)count != r->prev->line_count))
		return REASON_BAD_REQUEST;
	for (int i = 0; i < count; i++) {
		bool in_use;

		if (!line_read(&s->lines[i], r->t, i, &in_use) ||
		    (r->answer && strcasecmp(s->lines[i].kind,
					     r->prev->lines[i].kind) != 0))
			return REASON_BAD_REQUEST;
		any |= in_use;
		if (in_use)
			line_consider(r, i);
	}
	s->line_count = (size_t)count;
	accept_lines(r);
	for (int i = 0; i < count; i++)
		accepted |= s->lines[i].media >= 0;
	/* A re-offer may switch everything off */
	if (!accepted && !(count && !any && r->prev && !r->answer))
		return REASON_NO_CODEC;
	return REASON_NONE;
}


static bool sends_any(const struct offer_state *s)
{
	for (size_t i = 0; i < s->media_count; i++) {
		if (!s->media[i].off && s->media[i].send)
			return true;
	}
	return false;
}


static bool any_nowhere(const struct offer_state *s)
{
	for (size_t i = 0; i < s->media_count; i++) {
		if (!s->media[i].off && s->media[i].nowhere)
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


enum reason offer_state_read(struct offer_state *s,
			     const struct offer_state *prev, bool answer,
			     const char *sdp, size_t len,
			     const struct offer_config *config)
{
	struct offer_text *t = NULL;
	struct pl origin;
	struct reading *r;
	enum reason reason;
	int err;

	err = offer_text_alloc(&t, sdp, len);
	if (err)
		return err == ENOMEM ? REASON_INTERNAL : REASON_BAD_REQUEST;
	r = mem_zalloc(sizeof(*r), NULL);
	if (!r) {
		mem_deref(t);
		return REASON_INTERNAL;
	}
	if (prev) {
		*s = *prev;
		memset(s->lines, 0, sizeof(s->lines));
		for (size_t i = 0; i < s->media_count; i++)
			s->media[i].off = true;
	}
	else {
		memset(s, 0, sizeof(*s));
	}
	r->s = s;
	r->prev = prev;
	r->answer = answer;
	r->t = t;
	r->config = config;
	for (int i = 0; i < OFFER_MEDIA_MAX; i++)
		r->found_line[i] = -1;
	if (offer_text_row_any(t, OFFER_TEXT_SESSION, 'o', &origin))
		s->origin = hash_joaat_pl(&origin);
	reason = read_lines(r);
	s->on_hold = on_hold(r);
	mem_deref(r);
	mem_deref(t);
	return reason;
}


static json_t *state_json(const struct offer_state *s,
			  const struct offer_config *config, bool remote)
{
	json_t *transports = json_array(), *media = json_array();
	json_t *leg;
	int err = 0;

	for (size_t i = 0; i < s->transport_count; i++)
		err |= json_array_append_new(
			transports,
			offer_transport_json(&s->transports[i], &config->near,
					     remote));
	for (size_t i = 0; i < s->media_count; i++)
		err |= json_array_append_new(
			media, offer_media_json(&s->media[i], s->on_hold));
	leg = json_pack("{s:o, s:o}", "transports", transports, "media",
			media);
	if (err) {
		json_decref(leg);
		return NULL;
	}
	return leg;
}


struct leg_description *offer_state_leg(const struct offer_state *s,
					const struct offer_config *config,
					bool remote)
{
	struct leg_description *d = NULL;
	char why[DESCRIPTION_WHY_BYTES];
	json_t *msg = state_json(s, config, remote);

	(void)leg_description_read(&d, msg, why);
	json_decref(msg);
	return d;
}
