/**
 * @file signaling/sdp/offer_precondition.c  Preconditions of a description
 * (RFC 3312)
 */
#include <errno.h>
#include "signaling/sdp/offer.h"
#include "signaling/sdp/sdp_private.h"


void offer_honour_preconditions(struct offer *o, bool honour)
{
	if (o)
		o->honour = honour;
}


/** Their last description; not an offer of ours under way */
static const struct offer_state *theirs(const struct offer *o)
{
	return o->pending && !o->local ? o->pending : o->agreed;
}


enum offer_preconditions offer_preconditions(const struct offer *o)
{
	enum offer_preconditions result = OFFER_PRECONDITIONS_MET;
	const struct offer_state *s = o ? theirs(o) : NULL;

	if (!s || !o->honour)
		return result;
	for (size_t i = 0; i < s->line_count; i++) {
		const struct offer_line *line = &s->lines[i];

		if (line->media < 0)
			continue;
		if (line->precondition.unknown[0])
			return OFFER_PRECONDITIONS_UNKNOWN;
		if (!precondition_met(&line->precondition))
			result = OFFER_PRECONDITIONS_UNMET;
	}
	return result;
}


int offer_ask_preconditions(struct offer *o, struct mbuf **mbp)
{
	struct offer_state *s;
	struct mbuf *mb;
	int err;

	if (!o || !mbp || !o->pending || !o->local || !o->side)
		return EINVAL;
	if (o->ask)
		return EALREADY;
	o->ask = o->honour = true;
	s = o->pending;
	for (size_t i = 0; i < s->line_count; i++)
		precondition_ours(&s->lines[i].precondition);
	mb = mbuf_alloc(2048);
	if (!mb)
		return ENOMEM;
	++o->version;
	err = offer_state_print(mb, o, s, o->side, true);
	if (err) {
		mem_deref(mb);
		return err;
	}
	mb->pos = 0;
	*mbp = mb;
	return 0;
}


bool offer_asks_preconditions(const struct offer *o)
{
	return o && o->ask;
}


int offer_print_failure(const struct offer *o, struct mbuf **mbp)
{
	const struct offer_state *s = o ? theirs(o) : NULL;
	struct mbuf *mb;
	int err;

	if (!s || !mbp)
		return ENOENT;
	mb = mbuf_alloc(512);
	if (!mb)
		return ENOMEM;
	err = mbuf_printf(
		mb,
		"v=0\r\no=- %llu %llu IN %s %j\r\ns=-\r\n"
		"c=IN %s %j\r\nt=0 0\r\n",
		o->session_id, o->version,
		sa_af(&o->config.address) == AF_INET6 ? "IP6" : "IP4",
		&o->config.address,
		sa_af(&o->config.address) == AF_INET6 ? "IP6" : "IP4",
		&o->config.address);
	for (size_t i = 0; i < s->line_count; i++) {
		const struct offer_line *line = &s->lines[i];

		err |= mbuf_printf(mb, "m=%s 0 %s %s\r\n", line->kind,
				   line->proto, line->format);
		if (line->media >= 0)
			err |= precondition_print_failure(mb,
							  &line->precondition);
	}
	if (err) {
		mem_deref(mb);
		return ENOMEM;
	}
	mb->pos = 0;
	*mbp = mb;
	return 0;
}
