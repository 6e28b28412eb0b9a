/**
 * @file mixer/leg/leg_demux.c  Which section a packet belongs to
 */
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/leg_private.h"
#include "mixer/leg/leg_demux.h"


void leg_demux_learn(struct leg_transport *lt, uint32_t ssrc, struct media *m)
{
	size_t at;

	for (at = 0; at < lt->ssrc_count; at++) {
		if (lt->ssrcs[at].ssrc == ssrc)
			break;
	}

	if (at == lt->ssrc_count) {
		if (lt->ssrc_count < LEG_SSRCS_MAX)
			lt->ssrc_count++;
		else
			at = lt->ssrc_next++ % LEG_SSRCS_MAX;
	}

	lt->ssrcs[at].ssrc = ssrc;
	lt->ssrcs[at].media = m;
}


void leg_demux_forget(struct leg_transport *lt)
{
	lt->ssrc_count = 0;
}


static struct media *by_mid(const struct leg_transport *lt,
			    const struct rtp_packet *p)
{
	const struct leg *leg = lt->leg;

	if (!p->extension)
		return NULL;

	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];
		const uint8_t *mid;
		size_t n;

		if (m->lt != lt || !m->d.mid_id || !m->d.mid[0])
			continue;

		mid = rtp_extension(p, m->d.mid_id, &n);
		if (mid && n == strlen(m->d.mid) && !memcmp(mid, m->d.mid, n))
			return m;
	}

	return NULL;
}


static struct media *by_pt(const struct leg_transport *lt, uint8_t pt)
{
	const struct leg *leg = lt->leg;

	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];

		if (m->lt == lt && media_has_pt(m, pt))
			return m;
	}

	return NULL;
}


struct media *leg_demux(struct leg_transport *lt, const struct rtp_packet *p)
{
	struct media *m = by_mid(lt, p);

	if (m) {
		leg_demux_learn(lt, p->ssrc, m);
		return m;
	}

	for (size_t i = 0; i < lt->ssrc_count; i++) {
		if (lt->ssrcs[i].ssrc == p->ssrc)
			return lt->ssrcs[i].media;
	}

	m = by_pt(lt, p->pt);
	if (m)
		leg_demux_learn(lt, p->ssrc, m);

	return m;
}
