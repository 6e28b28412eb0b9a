/**
 * @file mixer/leg/feedback.c  RTCP of a leg's media
 */
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/leg/feedback.h"
#include "mixer/leg/leg_private.h"


enum {
	INTERVAL_MS = 5000,       /* RFC 3550 section 6.2, minimum */
	INTERVAL_VIDEO_MS = 1000, /* AVPF: loss and REMB are wanted sooner */
	FIRST_MS = 500,
	BUFFER_BYTES = 1400,
	AUDIO_SHARE_BPS = 50000, /* of a REMB that covers the transport */
};

struct arrival {
	struct leg_transport *lt;
	uint64_t now_us;
};


static struct media *by_own_ssrc(const struct leg_transport *lt, uint32_t ssrc,
				 struct send_stream **sp)
{
	const struct leg *leg = lt->leg;

	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];

		*sp = m->lt == lt && m->part ? media_send_by_ssrc(m, ssrc)
					     : NULL;
		if (*sp)
			return m;
	}

	return NULL;
}


static struct media *by_far_ssrc(const struct leg_transport *lt, uint32_t ssrc,
				 struct recv_stream **sp)
{
	const struct leg *leg = lt->leg;

	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];

		*sp = m->lt == lt && m->part ? media_recv_by_ssrc(m, ssrc)
					     : NULL;
		if (*sp)
			return m;
	}

	return NULL;
}


static void on_sr(uint32_t ssrc, const struct rtcp_sender_info *info,
		  void *arg)
{
	struct arrival *a = arg;
	struct recv_stream *s;

	if (by_far_ssrc(a->lt, ssrc, &s))
		recv_stream_sender_report(s, info->ntp, a->now_us);
}


/* RFC 3550 section 6.4.1, figure 2 */
static void follow_rtt(struct media_reports *m, const struct rtcp_report *r)
{
	uint32_t now = (uint32_t)(clock_ntp() >> 16);
	uint32_t rtt = now - r->last_sr - r->delay;
	uint32_t ms;

	if (!r->last_sr || rtt > 10u << 16)
		return;

	ms = rtt * 1000u / 65536u;
	m->rtt_ms = m->rtt_ms ? (3 * m->rtt_ms + ms) / 4 : ms ? ms : 1;
}


static void on_report(uint32_t from, const struct rtcp_report *r, void *arg)
{
	struct arrival *a = arg;
	struct send_stream *s;
	struct media *m = by_own_ssrc(a->lt, r->ssrc, &s);

	(void)from;
	if (!m || r->ssrc != send_stream_ssrc(s))
		return;

	follow_rtt(&m->reports, r);
	m->reports.remote_loss = r->fraction_lost;
	m->ops->loss(m, r->fraction_lost, a->now_us);
}


static void on_bye(uint32_t ssrc, void *arg)
{
	struct arrival *a = arg;
	struct recv_stream *s;
	struct media *m = by_far_ssrc(a->lt, ssrc, &s);

	if (m)
		media_ended(m, s, a->now_us);
}


static void on_nack(uint32_t media, const uint16_t *seqs, size_t count,
		    void *arg)
{
	struct arrival *a = arg;
	struct send_stream *s;
	struct media *m = by_own_ssrc(a->lt, media, &s);

	if (m && m->d.nack)
		send_stream_answer_nack(s, seqs, count, m->reports.rtt_ms,
					a->now_us);
}


static void ask_keyframe(struct arrival *a, uint32_t media, uint32_t from,
			 int fir_seq)
{
	struct send_stream *s;
	struct media *m = by_own_ssrc(a->lt, media, &s);

	if (m && m->ops->keyframe_asked)
		m->ops->keyframe_asked(m, from, fir_seq);
}


static void on_pli(uint32_t media, void *arg)
{
	ask_keyframe(arg, media, 0, -1);
}


static void on_fir(uint32_t from, uint32_t media, uint8_t command_seq,
		   void *arg)
{
	ask_keyframe(arg, media, from, command_seq);
}


static void on_remb(uint32_t bps, const uint32_t *ssrcs, size_t count,
		    void *arg)
{
	struct arrival *a = arg;
	const struct leg *leg = a->lt->leg;

	(void)ssrcs;
	(void)count;
	/* it speaks of the whole transport: leave room for the sound */
	bps = bps > AUDIO_SHARE_BPS ? bps - AUDIO_SHARE_BPS : 1;
	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];

		if (m->lt == a->lt && m->part && m->ops->remb &&
		    media_sends(m))
			m->ops->remb(m, bps, a->now_us);
	}
}


void feedback_packet(struct leg_transport *lt, const uint8_t *buf, size_t len,
		     uint64_t now_us)
{
	static const struct rtcp_handlers handlers = {
		on_sr, on_report, on_bye, on_nack, on_pli, on_fir, on_remb,
	};
	struct arrival a = {lt, now_us};

	(void)rtcp_walk(buf, len, &handlers, &a);
}


/* ------------------------------------------------------------- sending */

static void start(struct rtcp_writer *w, uint8_t *buf)
{
	w->buf = buf;
	w->size = BUFFER_BYTES;
	w->len = 0;
}


/* The SR or RR and the SDES that begin every compound; a report block only
 * where it begins the next interval */
static void write_head(struct media *m, struct rtcp_writer *w, bool report,
		       uint64_t now_us)
{
	const struct send_stream *s = media_outgoing(m);
	const struct send_stream_stats *sent = send_stream_stats(s);
	uint32_t ssrc = send_stream_ssrc(s);
	struct rtcp_report r;
	size_t count = 0;

	if (report && m->recv_count &&
	    recv_stream_report(media_incoming(m), &r, now_us)) {
		count = 1;
		if (m->lt->estimate)
			bandwidth_estimate_loss(m->lt->estimate,
						r.fraction_lost, now_us);
	}

	/* an SR only by those who sent lately (RFC 3550 section 6.4) */
	if (sent->packets && now_us - sent->sent_us < 10000000) {
		struct rtcp_sender_info info;

		send_stream_sender_info(s, &info, clock_ntp(), now_us);
		(void)rtcp_write_sr(w, ssrc, &info, &r, count);
	}
	else {
		(void)rtcp_write_rr(w, ssrc, &r, count);
	}

	(void)rtcp_write_sdes_cname(w, ssrc, m->leg->cname);
}


static uint32_t own_ssrc(const struct media *m)
{
	return send_stream_ssrc(media_outgoing(m));
}


static void transmit(struct media *m, struct rtcp_writer *w)
{
	if (m->lt &&
	    transport_may_send(m->lt->t, TRANSPORT_REPORT, w->len, clock_us()))
		(void)transport_send_rtcp(m->lt->t, w->buf, w->len);
}


static void write_remb(struct media *m, struct rtcp_writer *w)
{
	uint32_t bps, estimate, ssrc;

	if (!m->d.remb || !m->part || !m->ops->wanted_bps ||
	    !media_has_source(m) || !m->lt->estimate)
		return;

	bps = m->ops->wanted_bps(m) + AUDIO_SHARE_BPS;
	estimate = bandwidth_estimate_bps(m->lt->estimate);
	if (estimate < bps)
		bps = estimate;

	ssrc = recv_stream_ssrc(media_incoming(m));
	(void)rtcp_write_remb(w, own_ssrc(m), bps, &ssrc, 1);
}


void feedback_tick(struct media *m, uint64_t now_us)
{
	uint8_t buf[BUFFER_BYTES + TRANSPORT_TRAILER_MAX];
	unsigned interval_ms =
		m->d.kind == MEDIA_VIDEO ? INTERVAL_VIDEO_MS : INTERVAL_MS;
	struct rtcp_writer w;

	if (!m->reports.next_us) {
		m->reports.next_us = now_us + FIRST_MS * 1000;
		return;
	}

	if (now_us < m->reports.next_us ||
	    transport_state(m->lt->t) != TRANSPORT_CONNECTED)
		return;

	/* 0.5 to 1.5 of the interval (RFC 3550 section 6.3.1) */
	m->reports.next_us =
		now_us +
		(interval_ms / 2 + rand_u16() % interval_ms) * 1000ull;
	start(&w, buf);
	write_head(m, &w, true, now_us);
	write_remb(m, &w);
	transmit(m, &w);
}


void feedback_nack(struct media *m, const uint16_t *seqs, size_t count)
{
	uint8_t buf[BUFFER_BYTES + TRANSPORT_TRAILER_MAX];
	struct rtcp_writer w;

	start(&w, buf);
	write_head(m, &w, false, clock_us());
	(void)rtcp_write_nack(&w, own_ssrc(m),
			      recv_stream_ssrc(media_incoming(m)), seqs,
			      count);
	transmit(m, &w);
}


void feedback_keyframe(struct media *m, uint8_t fir_seq)
{
	uint8_t buf[BUFFER_BYTES + TRANSPORT_TRAILER_MAX];
	struct rtcp_writer w;

	start(&w, buf);
	write_head(m, &w, false, clock_us());
	if (m->d.pli)
		(void)rtcp_write_pli(&w, own_ssrc(m),
				     recv_stream_ssrc(media_incoming(m)));
	else
		(void)rtcp_write_fir(&w, own_ssrc(m),
				     recv_stream_ssrc(media_incoming(m)),
				     fir_seq);
	transmit(m, &w);
}


void feedback_bye(struct media *m)
{
	uint8_t buf[BUFFER_BYTES + TRANSPORT_TRAILER_MAX];
	struct rtcp_writer w;
	uint32_t ssrc;

	if (!m->lt || transport_state(m->lt->t) != TRANSPORT_CONNECTED)
		return;

	start(&w, buf);
	write_head(m, &w, true, clock_us());
	ssrc = own_ssrc(m);
	(void)rtcp_write_bye(&w, &ssrc, 1);
	transmit(m, &w);
}
