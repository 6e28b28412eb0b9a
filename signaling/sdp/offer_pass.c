/**
 * @file signaling/sdp/offer_pass.c  The group whose lines pass (TS 23.228
 * U.2.4)
 *
 * Its lines stand among the others in the description, each at the place that
 * it has got; what they say lies in `ours` and `theirs`, line for line in one
 * order at both far ends.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "signaling/sdp/sdp_private.h"

static const char attribute[] = "parley-end-to-end";


/* -------------------------------------------------- into an offer of ours */

static int line_place(struct offer_state *s, const struct passed_line *line)
{
	int i;

	for (i = 0; i < (int)s->line_count; i++) {
		if (s->lines[i].media < 0 && s->lines[i].passed < 0 &&
		    !strcasecmp(s->lines[i].kind, line->kind))
			return i;
	}
	return i < OFFER_LINES_MAX ? i : -1;
}


static bool has_line(const struct offer_state *s, int passed)
{
	for (size_t i = 0; i < s->line_count; i++) {
		if (s->lines[i].passed == passed)
			return true;
	}
	return false;
}


/** A place among the lines for one that has none */
static int line_bring(struct offer_state *s, int passed)
{
	const struct passed_line *from = &s->ours->lines[passed];
	const int i = line_place(s, from);
	struct pl format = PL_INIT, rest;
	struct offer_line *line;

	if (i < 0)
		return E2BIG;
	line = &s->lines[i];
	memset(line, 0, sizeof(*line));
	line->media = -1;
	line->passed = passed;
	str_ncpy(line->kind, from->kind, sizeof(line->kind));
	str_ncpy(line->proto, from->proto, sizeof(line->proto));
	str_ncpy(line->mid, from->mid, sizeof(line->mid));
	pl_set_str(&rest, from->formats);
	if (!offer_text_word(&rest, &format) ||
	    pl_strcpy(&format, line->format, sizeof(line->format)))
		line->format[0] = '0';
	if (i == (int)s->line_count)
		++s->line_count;
	return 0;
}


/** That there is one and it is refused */
static bool is_refused(const struct passed_group *g, int i)
{
	return g && i < (int)g->count && g->lines[i].refused;
}


static void lines_drop(struct offer_state *s, const struct passed_group *by)
{
	for (size_t i = 0; i < s->line_count; i++) {
		const int k = s->lines[i].passed;

		if (k >= 0 &&
		    (!by || k >= (int)by->count || is_refused(by, k)))
			s->lines[i].passed = -1;
	}
}


/** One name means one line */
static bool mid_is_taken(const struct offer_state *s,
			 const struct passed_line *line)
{
	for (size_t i = 0; i < s->line_count; i++) {
		if (s->lines[i].media >= 0 &&
		    !strcmp(s->lines[i].mid, line->mid))
			return true;
	}
	return false;
}


static struct offer_group *relay_group(struct offer_state *s)
{
	const size_t i =
		s->relay_group < 0 ? s->group_count : (size_t)s->relay_group;
	struct offer_group *g = offer_state_group(s, i);

	if (g)
		s->relay_group = (int)i;
	return g;
}


static int lines_bring(struct offer_state *s)
{
	int err = 0;

	for (int i = 0; !err && i < (int)s->ours->count; i++) {
		if (has_line(s, i) || is_refused(s->ours, i) ||
		    is_refused(s->theirs, i))
			continue;
		err = mid_is_taken(s, &s->ours->lines[i]) ? EEXIST
							  : line_bring(s, i);
	}
	return err;
}


int offer_state_shape(struct offer_state *s, const struct offer_shape *shape)
{
	struct offer_group *g = NULL;

	s->rests = !shape->mixed;
	s->passing = shape->passing;
	if (!shape->passed && s->relay_group < 0)
		return 0;
	g = relay_group(s);
	if (!g)
		return ENOMEM;
	if (!shape->passed || g->d.relay != shape->relay) {
		lines_drop(s, NULL);
		s->theirs = mem_deref(s->theirs);
		memset(&g->d, 0, sizeof(g->d));
	}
	mem_deref(s->ours);
	s->ours = mem_ref(shape->passed);
	g->bearer = OFFER_BEARER_RELAY;
	g->d.kind = MP_RELAY;
	sa_init(&g->d.rtp, AF_UNSPEC);
	sa_init(&g->d.rtcp, AF_UNSPEC);
	if (!s->ours)
		return 0;
	g->d.relay = shape->relay;
	g->d.kbps = shape->kbps;
	g->d.no_data = shape->no_data;
	passed_group_payloads(s->ours, &g->d);
	lines_drop(s, s->ours);
	return lines_bring(s);
}


/** A copy with numbers that fit here; NULL without memory */
static struct passed_group *numbered(const struct offer *o,
				     const struct passed_group *g)
{
	struct passed_group *copy = NULL;

	if (passed_group_copy(&copy, g))
		return NULL;
	return passed_group_number(copy, &o->ids) ? mem_deref(copy) : copy;
}


void offer_set_shape(struct offer *o, const struct offer_shape *shape)
{
	struct passed_group *passed =
		shape->passed && shape->passed->numbers_open
			? numbered(o, shape->passed)
			: mem_ref(shape->passed);

	mem_deref(o->shape.passed);
	o->shape = *shape;
	o->shape.passed = passed;
}


struct passed_group *offer_passable(const struct offer *o, const char *prefix,
				    bool all)
{
	const struct offer_state *s = o ? o->agreed : NULL;
	const struct passed_line *data;
	struct passed_group *g;
	int err = 0;

	if (!s || !s->able || passed_group_alloc(&g))
		return NULL;
	data = passed_group_line(s->theirs, "application");
	if (data)
		passed_group_add(g, data);
	else
		err = passed_group_add_data(g, &s->able->lines[0]);
	for (size_t i = 0; all && i < s->able->count; i++)
		passed_group_add(g, &s->able->lines[i]);
	if (err)
		return mem_deref(g);
	passed_group_rename(g, prefix);
	extension_ids_copy(&g->ids, &o->ids);
	g->numbers_open = true;
	return g;
}


void offer_state_learn_ids(struct extension_ids *ids,
			   const struct offer_state *s)
{
	for (size_t i = 0; i < s->media_count; i++) {
		if (!s->media[i]->d.off)
			offer_media_learn_ids(ids, &s->media[i]->d);
	}
	for (size_t i = 0; s->theirs && i < s->theirs->count; i++)
		(void)extension_ids_learn(ids, s->theirs->lines[i].rows);
}


/* ------------------------------------------------------ what is said to it */

bool offer_line_passes(const struct offer_state *prev, int i,
		       const struct offer_line *line, bool answer)
{
	const struct offer_line *before;

	if (!prev || (size_t)i >= prev->line_count)
		return false;
	before = &prev->lines[i];
	return before->passed >= 0 && !strcasecmp(before->kind, line->kind) &&
	       ((answer && !line->mid[0]) || !strcmp(before->mid, line->mid));
}


static int line_index(const struct offer_state *s, int passed)
{
	for (size_t i = 0; i < s->line_count; i++) {
		if (s->lines[i].passed == passed)
			return (int)i;
	}
	return -1;
}


/** ICE of the first line that says it. @return false: none does, as it may be
 *  used */
static bool ice_read(struct transport_description *d,
		     const struct offer_state *s, const struct offer_text *t)
{
	struct pl ufrag, pwd, value;

	for (int k = 0; k < PASSED_LINES_MAX; k++) {
		const int i = line_index(s, k);

		if (i < 0 || !offer_text_attr_any(t, i, "ice-ufrag", &ufrag) ||
		    !offer_text_attr_any(t, i, "ice-pwd", &pwd))
			continue;
		/* RFC 8839 section 5.4 */
		if (ufrag.l < 4 || pwd.l < 22 ||
		    offer_text_attr(t, OFFER_TEXT_SESSION, "ice-lite",
				    &value) ||
		    !offer_text_token(d->ice_ufrag, sizeof(d->ice_ufrag),
				      &ufrag) ||
		    !offer_text_token(d->ice_pwd, sizeof(d->ice_pwd), &pwd))
			return false;
		d->known = true;
		return true;
	}
	return false;
}


/** What cannot be read is no line to pass */
static int line_read(struct passed_line *line, const struct offer_state *s,
		     const struct offer_text *t, int passed)
{
	const int i = line_index(s, passed);
	int err = EBADMSG;

	if (i >= 0 && i < offer_text_media_count(t))
		err = passed_line_read(line, t, i, PASSED_ALL);
	if (!err || err == ENOMEM)
		return err;
	*line = (struct passed_line){.refused = true};
	err = str_dup(&line->formats, "0");
	if (!err && str_dup(&line->rows, ""))
		err = ENOMEM;
	return err;
}


/** An answer to what was offered at rest does not say what it would */
static void keep_direction(struct passed_line *line,
			   const struct passed_line *before)
{
	line->send = before->send;
	line->recv = before->recv;
}


static int lines_read(struct passed_group **gp, const struct offer_state *s,
		      const struct passed_group *before, bool answer,
		      const struct offer_text *t)
{
	struct passed_group *g;
	int err = passed_group_alloc(&g);

	if (err)
		return err;
	for (size_t k = 0; !err && k < s->ours->count; k++) {
		err = line_read(&g->lines[k], s, t, (int)k);
		if (!err)
			++g->count;
		if (!err && before && k < before->count)
			err = passed_line_renew(&g->lines[k],
						&before->lines[k]);
		if (!err && before && k < before->count && answer &&
		    !s->passing)
			keep_direction(&g->lines[k], &before->lines[k]);
	}
	if (err)
		mem_deref(g);
	else
		*gp = g;
	return err;
}


/** The lines in the mix are not asked for anything meanwhile: what the far end
 *  wants stands at those that pass */
static void directions_take(struct offer_state *s)
{
	for (size_t i = 0; i < s->media_count; i++) {
		struct media_description *d = &s->media[i]->d;
		const struct passed_line *line =
			passed_group_line(s->theirs, media_kind_name(d->kind));

		if (d->off || !line)
			continue;
		d->send = line->recv;
		d->recv = line->send;
	}
}


/** Whom we hear in the mix we hear here, too; before that there are data */
static bool follows(const struct offer_state *s)
{
	const char *kind = media_kind_name(MEDIA_AUDIO);
	const struct passed_line *sound = passed_group_line(s->theirs, kind);

	if (!passed_group_line(s->ours, kind))
		return passed_group_line(s->theirs, "application") != NULL;

	for (size_t i = 0; !s->rests && i < s->media_count; i++) {
		const struct media_description *d = &s->media[i]->d;

		if (!d->off && d->kind == MEDIA_AUDIO && sound &&
		    (d->recv > sound->send || d->send > sound->recv))
			return false;
	}

	return sound != NULL;
}


static int passed_read(struct offer_state *s, const struct offer_state *prev,
		       bool answer, const struct offer_text *t)
{
	struct transport_description *d = &s->groups[s->relay_group]->d;
	struct passed_group *g = NULL;
	int err = lines_read(&g, s, prev->theirs, answer, t);

	if (err)
		return err;
	if (!ice_read(d, s, t)) {
		for (size_t k = 0; k < g->count; k++)
			g->lines[k].refused = true;
	}
	mem_deref(s->theirs);
	s->theirs = g;
	lines_drop(s, g);
	s->follows = !s->passing || follows(s);
	if (s->rests)
		directions_take(s);
	return 0;
}


/** Sound and picture that are in the mix, as the far end can do them */
static int able_read(struct offer_state *s, const struct offer_text *t)
{
	struct passed_group *g;
	int err = passed_group_alloc(&g);

	for (size_t i = 0; !err && i < s->line_count; i++) {
		const int media = s->lines[i].media;

		if (media < 0 || passed_group_line(g, s->lines[i].kind))
			continue;
		err = passed_line_read(&g->lines[g->count], t, (int)i,
				       PASSED_ABILITY);
		if (!err)
			++g->count;
	}
	if (err || !g->count) {
		mem_deref(g);
		return err == ENOMEM ? err : 0;
	}
	mem_deref(s->able);
	s->able = g;
	return 0;
}


int offer_state_read_passed(struct offer_state *s,
			    const struct offer_state *prev, bool answer,
			    const struct offer_text *t)
{
	struct pl value;
	int err = 0;

	if (s->ours && prev)
		err = passed_read(s, prev, answer, t);
	if (err)
		return err;
	if (!offer_text_attr(t, OFFER_TEXT_SESSION, attribute, &value)) {
		s->able = mem_deref(s->able);
		return 0;
	}
	/* an answer says less than it can */
	return answer && s->able ? 0 : able_read(s, t);
}


void offer_passed_describe(struct transport_description *d,
			   const struct offer_group *g, bool remote)
{
	*d = g->d;
	if (remote)
		return;
	d->known = false;
	d->ice_ufrag[0] = d->ice_pwd[0] = '\0';
}


/* ------------------------------------------------------------- our side */

static const char *direction(bool send, bool recv)
{
	if (send)
		return recv ? "sendrecv" : "sendonly";
	return recv ? "recvonly" : "inactive";
}


/** What the far end has said to that line; NULL: nothing yet */
static const struct passed_line *said(const struct offer_state *s, int passed)
{
	return s->theirs && passed < (int)s->theirs->count
		       ? &s->theirs->lines[passed]
		       : NULL;
}


/** Data have no direction (RFC 8841) */
static int print_direction(struct mbuf *mb, const struct offer_state *s,
			   int passed, bool is_offer)
{
	const struct passed_line *line = &s->ours->lines[passed];
	const struct passed_line *theirs = said(s, passed);
	bool send = s->passing && line->send;
	bool recv = s->passing && line->recv;

	if (!strcasecmp(line->kind, "application"))
		return 0;
	if (!is_offer && theirs) {
		send = send && theirs->recv;
		recv = recv && theirs->send;
	}
	return mbuf_printf(mb, "a=%s\r\n", direction(send, recv));
}


/** An answer takes a role (RFC 8842 section 5.3): the other one of what they
 *  said that they take, as the far end of their lines will have to */
static int print_rows(struct mbuf *mb, const struct offer_state *s, int passed,
		      bool is_offer)
{
	static const char open[] = "a=setup:actpass\r\n";
	const char *rows = s->ours->lines[passed].rows;
	const struct passed_line *theirs = said(s, passed);
	const char *row = is_offer ? NULL : strstr(rows, open);
	struct pl before = {rows, row ? (size_t)(row - rows) : 0};

	if (!row)
		return mbuf_write_str(mb, rows);
	return mbuf_printf(
		mb, "%ra=setup:%s\r\n%s", &before,
		theirs && strstr(theirs->rows, "a=setup:passive\r\n")
			? "active"
			: "passive",
		row + sizeof(open) - 1);
}


int offer_print_passed(struct mbuf *mb, const struct offer_state *s,
		       const struct offer_line *line,
		       const struct leg_local *local, bool is_offer)
{
	const struct passed_line *from = &s->ours->lines[line->passed];
	const size_t group = (size_t)s->relay_group;
	const struct local_transport *lt;
	const struct sa *address;
	int err;

	if (group >= local->transport_count)
		return EINVAL;
	lt = &local->transports[group];
	address = &lt->candidates[0].addr;
	if (!lt->candidate_count || !sa_isset(address, SA_ALL))
		return EINVAL;
	err = mbuf_printf(
		mb, "m=%s %u %s %s\r\nc=IN IP%c %j\r\na=mid:%s\r\n",
		from->kind, sa_port(address), from->proto, from->formats,
		sa_af(address) == AF_INET6 ? '6' : '4', address, line->mid);
	err |= print_direction(mb, s, line->passed, is_offer);
	err |= offer_print_ice(mb, lt);
	/* it only opens the way: whoever can is to make nothing of it */
	if (s->groups[group]->d.no_data &&
	    !strcasecmp(from->kind, "application"))
		err |= mbuf_write_str(mb, "a=parley-no-data\r\n");
	return err | print_rows(mb, s, line->passed, is_offer);
}
