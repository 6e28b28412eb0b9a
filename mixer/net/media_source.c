/**
 * @file mixer/net/media_source.c  From where plain media is believed
 */
#include <string.h>
#include "mixer/net/media_source.h"


void media_source_canonical(struct sa *sa)
{
	const struct in6_addr *in6 = &sa->u.in6.sin6_addr;
	const uint8_t *b = in6->s6_addr;

	if (sa_af(sa) != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(in6))
		return;

	sa_set_in(sa,
		  (uint32_t)b[12] << 24 | (uint32_t)b[13] << 16 |
			  (uint32_t)b[14] << 8 | b[15],
		  sa_port(sa));
}


static bool same_host(const struct sa *a, const struct sa *b)
{
	return sa_isset(a, SA_ADDR) && sa_cmp(a, b, SA_ADDR);
}


void media_source_init(struct media_source *s, bool from_any,
		       const struct media_source *lead,
		       const struct media_source *reports)
{
	memset(s, 0, sizeof(*s));
	s->from_any = from_any;
	s->lead = lead;
	s->reports = reports;
}


/* ------------------------------------------------- addresses of before */

static int former_find(const struct media_source *s, const struct sa *addr)
{
	for (int i = 0; i < MEDIA_SOURCE_FORMER_MAX; i++) {
		if (sa_isset(&s->former[i].addr, SA_ALL) &&
		    sa_cmp(&s->former[i].addr, addr, SA_ALL))
			return i;
	}

	return -1;
}


static void former_forget(struct media_source *s, const struct sa *addr)
{
	int i = former_find(s, addr);

	if (i >= 0)
		sa_init(&s->former[i].addr, AF_UNSPEC);
}


static void former_add(struct media_source *s, const struct sa *addr,
		       bool signalled)
{
	unsigned i;

	if (!sa_isset(addr, SA_ALL))
		return;

	former_forget(s, addr);
	i = s->former_next++ % MEDIA_SOURCE_FORMER_MAX;
	s->former[i].addr = *addr;
	s->former[i].signalled = signalled;
}


/* --------------------------------------------------------- who goes on */

static bool stream_goes_on(const struct media_source_stream *stream,
			   const struct media_source_packet *p)
{
	return stream->known && !p->rtcp && p->ssrc == stream->ssrc &&
	       (uint16_t)(p->seq - stream->seq - 1) < MEDIA_SOURCE_DROPOUT;
}


static void stream_follow(struct media_source_stream *stream,
			  const struct media_source_packet *p)
{
	if (p->rtcp)
		return;

	stream->known = true;
	stream->ssrc = p->ssrc;
	stream->seq = p->seq;
}


/** Which of those of before it is: by where they were, or their stream */
static int senior_find(const struct media_source *s, const struct sa *src,
		       const struct media_source_packet *p)
{
	for (int i = 0; i < s->senior_count; i++) {
		if (sa_cmp(&s->seniors[i].addr, src, SA_ALL) ||
		    stream_goes_on(&s->seniors[i].stream, p))
			return i;
	}

	return -1;
}


/** The current one is left to another that is not its heir. The first ones
 *  stay, whoever comes and goes after them */
static void senior_add(struct media_source *s)
{
	int i = s->senior_count;

	if (!s->heard)
		return;

	if (i == MEDIA_SOURCE_SENIOR_MAX)
		i--;

	s->seniors[i].addr = s->current;
	s->seniors[i].stream = s->stream;
	s->senior_count = i + 1;
}


/* ----------------------------------------------------- the current one */

static void follow(struct media_source *s, const struct sa *addr,
		   enum media_source_rank rank, uint64_t now_us)
{
	s->current = *addr;
	s->rank = rank;
	s->proven = false;
	s->heard = false;
	s->heard_us = now_us;
	s->candidate.count = 0;
}


/** The host that signals, or for RTCP the one that RTP follows */
static bool is_near(const struct media_source *s, const struct sa *src)
{
	const struct media_source *lead = s->lead;

	return same_host(&s->near, src) ||
	       (lead && lead->heard && same_host(&lead->current, src));
}


/** Back to the signalled address */
static void fall_back(struct media_source *s, uint64_t now_us)
{
	former_add(s, &s->current, false);
	follow(s, &s->signalled, MEDIA_SOURCE_SIGNALLED, now_us);
	s->stream.known = false;
}


/** The learnt address was of the host before */
static bool near_changed(struct media_source *s, uint64_t now_us)
{
	if (s->rank != MEDIA_SOURCE_NEAR || s->proven ||
	    is_near(s, &s->current))
		return false;

	fall_back(s, now_us);
	s->senior_count = 0;

	return true;
}


bool media_source_refuse(struct media_source *s, const struct sa *src,
			 uint64_t now_us)
{
	if (s->candidate.count && sa_cmp(&s->candidate.addr, src, SA_ALL))
		s->candidate.count = 0;

	if (!media_source_is_current(s, src) ||
	    s->rank == MEDIA_SOURCE_SIGNALLED)
		return false;

	fall_back(s, now_us);

	return true;
}


bool media_source_signal(struct media_source *s, const struct sa *addr,
			 const struct sa *near, uint64_t now_us)
{
	struct sa to = *addr, host = *near;
	bool stays;

	media_source_canonical(&to);
	media_source_canonical(&host);
	if (sa_isset(&host, SA_ADDR))
		s->near = host;

	if (!sa_isset(&to, SA_ALL) || sa_cmp(&s->signalled, &to, SA_ALL))
		return near_changed(s, now_us);

	/* what was learnt behind a NAT may be what is signalled now */
	stays = s->heard && sa_cmp(&s->current, &to, SA_ALL);
	if (s->rank != MEDIA_SOURCE_SIGNALLED)
		former_add(s, &s->current, false);

	former_add(s, &s->signalled, true);
	former_forget(s, &to);
	s->signalled = to;
	s->known_us = now_us;
	follow(s, &to, MEDIA_SOURCE_SIGNALLED, now_us);
	s->heard = stays;
	s->stream.known = s->stream.known && stays;
	s->senior_count = 0;

	return true;
}


void media_source_repeated(struct media_source *s, uint64_t now_us)
{
	s->heard = true;
	s->heard_us = now_us;
	if (s->rank >= MEDIA_SOURCE_NEAR)
		s->known_us = now_us;

	/* who is better takes over before a live one, too */
	if (s->candidate.rank <= s->rank && s->candidate.senior < 0)
		s->candidate.count = 0;
}


void media_source_heard(struct media_source *s,
			const struct media_source_packet *p, uint64_t now_us)
{
	media_source_repeated(s, now_us);
	stream_follow(&s->stream, p);
}


static bool is_silent(const struct media_source *s, uint64_t now_us)
{
	return !s->heard || now_us - s->heard_us >= MEDIA_SOURCE_SILENT_US;
}


/** It listens only, and its reports have come: on this port, or from where it
 *  is signalled on the other one */
static bool is_reporting(const struct media_source *s, uint64_t now_us)
{
	const struct media_source *r = s->reports;

	if (s->stream.known)
		return false;

	if (s->heard && now_us - s->heard_us < MEDIA_SOURCE_REPORTS_US)
		return true;

	return r && s->rank == MEDIA_SOURCE_SIGNALLED && r->heard &&
	       r->rank == MEDIA_SOURCE_SIGNALLED &&
	       now_us - r->heard_us < MEDIA_SOURCE_REPORTS_US;
}


bool media_source_is_settled(const struct media_source *s, uint64_t within_us,
			     uint64_t now_us)
{
	return s->heard && s->rank == MEDIA_SOURCE_SIGNALLED &&
	       now_us - s->heard_us < within_us;
}


/* ------------------------------------------------------------ newcomers */

static enum media_source_rank rank_of(const struct media_source *s,
				      const struct sa *src, bool proven)
{
	if (sa_cmp(&s->signalled, src, SA_ALL))
		return MEDIA_SOURCE_SIGNALLED;

	if (proven || is_near(s, src))
		return MEDIA_SOURCE_NEAR;

	return s->from_any ? MEDIA_SOURCE_ANY : MEDIA_SOURCE_STRANGER;
}


enum media_source_rank media_source_rank_of(const struct media_source *s,
					    const struct sa *src)
{
	return media_source_is_current(s, src) ? s->rank
					       : rank_of(s, src, false);
}


bool media_source_considers(const struct media_source *s, const struct sa *src,
			    bool srtp, uint64_t now_us)
{
	switch (rank_of(s, src, false)) {

	case MEDIA_SOURCE_STRANGER: return srtp && is_silent(s, now_us);
	case MEDIA_SOURCE_ANY: return is_silent(s, now_us);
	default: return true;
	}
}


/** Does the candidate go on with this packet? */
static bool goes_on(const struct media_source_candidate *c,
		    const struct sa *src, const struct media_source_packet *p,
		    uint64_t now_us)
{
	uint64_t gap_us =
		p->rtcp ? MEDIA_SOURCE_GAP_RTCP_US : MEDIA_SOURCE_GAP_US;

	if (!c->count || !sa_cmp(&c->addr, src, SA_ALL) ||
	    now_us - c->last_us >= gap_us)
		return false;

	/* of strangers one stream in order is asked for, of which a few
	 * packets may be lost */
	return c->rank != MEDIA_SOURCE_ANY ||
	       (p->ssrc == c->ssrc &&
		(uint16_t)(p->seq - c->seq - 1) < MEDIA_SOURCE_ANY_PACKETS);
}


/** Is another candidate as good at it? RTCP is seldom, so one packet of it
 *  must not keep RTP of others out until the next is due; nor does one that
 *  was left keep out who is as good and was not */
static bool candidate_is_held(const struct media_source *s,
			      const struct sa *src,
			      enum media_source_rank rank, bool kin, bool rtcp,
			      uint64_t now_us)
{
	const struct media_source_candidate *c = &s->candidate;

	if (!c->count || c->rank < rank || sa_cmp(&c->addr, src, SA_ALL))
		return false;

	if (c->rank == rank && kin && !c->kin)
		return false;

	if (c->rank <= rank && former_find(s, &c->addr) >= 0 &&
	    former_find(s, src) < 0)
		return false;

	return now_us - c->last_us < (rtcp ? c->gap_us : MEDIA_SOURCE_GAP_US);
}


/** @return false: another candidate as good is at it */
static bool candidate_count(struct media_source *s, const struct sa *src,
			    enum media_source_rank rank,
			    const struct media_source_packet *p,
			    uint64_t now_us)
{
	struct media_source_candidate *c = &s->candidate;
	int senior = rank == MEDIA_SOURCE_NEAR ? senior_find(s, src, p) : -1;
	bool kin = senior >= 0 || p->proven || stream_goes_on(&s->stream, p);

	if (candidate_is_held(s, src, rank, kin, p->rtcp, now_us))
		return false;

	if (!goes_on(c, src, p, now_us) || c->senior != senior) {
		c->addr = *src;
		c->count = 0;
		c->first_us = now_us;
	}

	c->rank = rank;
	c->senior = senior;
	c->kin = kin;
	c->count += p->rtcp ? MEDIA_SOURCE_RTCP_WEIGHT : 1;
	c->last_us = now_us;
	c->gap_us = p->rtcp ? MEDIA_SOURCE_GAP_RTCP_US : MEDIA_SOURCE_GAP_US;
	c->ssrc = p->ssrc;
	c->seq = p->seq;

	return true;
}


static bool second_takes_over(const struct media_source *s, bool proven,
			      bool former, uint64_t now_us)
{
	const struct media_source_candidate *c = &s->candidate;
	bool nat = !s->heard && !former && !same_host(&s->near, &s->signalled);

	if (c->count >= MEDIA_SOURCE_BETTER_PACKETS &&
	    (nat || s->rank < MEDIA_SOURCE_NEAR || c->senior >= 0))
		return true;

	if (!proven && is_reporting(s, now_us))
		return false;

	return c->count >= MEDIA_SOURCE_SAME_PACKETS &&
	       c->last_us - c->first_us >= MEDIA_SOURCE_WHILE_US;
}


static bool takes_over(const struct media_source *s, bool proven,
		       uint64_t now_us)
{
	const struct media_source_candidate *c = &s->candidate;
	int former = former_find(s, &c->addr);

	if (former >= 0 && s->former[former].signalled)
		return false;

	switch (c->rank) {

	case MEDIA_SOURCE_SIGNALLED:
		return c->count >= MEDIA_SOURCE_BETTER_PACKETS;

	case MEDIA_SOURCE_NEAR:
		return second_takes_over(s, proven, former >= 0, now_us);

	default:
		return c->count >= MEDIA_SOURCE_ANY_PACKETS &&
		       now_us - s->known_us >= MEDIA_SOURCE_ANY_SILENT_US &&
		       now_us - s->heard_us >= MEDIA_SOURCE_ANY_SILENT_US;
	}
}


/** The candidate is the current one from now on */
static void succeed(struct media_source *s,
		    const struct media_source_packet *p, uint64_t now_us)
{
	const struct media_source_candidate c = s->candidate;

	if (c.rank == MEDIA_SOURCE_SIGNALLED)
		s->senior_count = 0;
	else if (c.senior >= 0)
		s->senior_count = c.senior;
	else if (!c.kin)
		senior_add(s);

	follow(s, &c.addr, c.rank, now_us);
	s->proven = p->proven;
	s->heard = true;
	s->stream.known = false;
	stream_follow(&s->stream, p);
}


bool media_source_accepts(struct media_source *s, const struct sa *src,
			  const struct media_source_packet *p, uint64_t now_us)
{
	enum media_source_rank rank = rank_of(s, src, p->proven);

	if (rank == MEDIA_SOURCE_STRANGER ||
	    (rank == MEDIA_SOURCE_ANY && p->rtcp))
		return false;

	if (rank >= MEDIA_SOURCE_NEAR)
		s->known_us = now_us;

	if (!candidate_count(s, src, rank, p, now_us))
		return false;

	if (takes_over(s, p->proven, now_us)) {
		succeed(s, p, now_us);
		return true;
	}

	return rank >= MEDIA_SOURCE_NEAR && s->rank != MEDIA_SOURCE_ANY &&
	       is_silent(s, now_us);
}
