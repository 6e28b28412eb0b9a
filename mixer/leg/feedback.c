/**
 * @file mixer/leg/feedback.c  RTCP of a leg's media
 */
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/leg/audio_media.h"
#include "mixer/leg/feedback.h"
#include "mixer/leg/leg.h"
#include "mixer/leg/video_media.h"
#include "mixer/mix/mix.h"
#include "mixer/mix/mix_audio.h"


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


static struct media *by_own_ssrc(const struct leg_transport *lt, uint32_t ssrc)
{
	const struct leg *leg = lt->leg;

	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];

		if (m->lt == lt &&
		    (m->sink.ssrc == ssrc || m->sink.rtx_ssrc == ssrc))
			return m;
	}

	return NULL;
}


static void on_sr(uint32_t ssrc, const struct rtcp_sender_info *info,
		  void *arg)
{
	struct arrival *a = arg;
	const struct leg *leg = a->lt->leg;

	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];

		if (m->lt == a->lt && m->rx_known && m->rx.ssrc == ssrc)
			receive_stats_sr(&m->rx, info->ntp, a->now_us);
	}
}


/* RFC 3550 section 6.4.1, figure 2 */
static void follow_rtt(struct media *m, const struct rtcp_report *r)
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
	struct media *m = by_own_ssrc(a->lt, r->ssrc);

	(void)from;
	if (!m || r->ssrc != m->sink.ssrc)
		return;

	follow_rtt(m, r);
	m->remote_loss = r->fraction_lost;
	if (m->video) {
		video_media_loss(m->video, r->fraction_lost, a->now_us);
	}
	else if (m->audio) {
		mix_audio_loss(m->audio, r->fraction_lost * 100u / 256u);
	}
}


static void on_bye(uint32_t ssrc, void *arg)
{
	struct arrival *a = arg;
	const struct leg *leg = a->lt->leg;

	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];

		if (m->lt != a->lt || !m->rx_known || m->rx.ssrc != ssrc)
			continue;

		m->rx_known = false;
		leg->mix->tiles_changed = true;
		if (m->audio)
			audio_media_reset(m->audio);
		if (m->video)
			video_media_reset(m->video);
	}
}


static void on_nack(uint32_t media, const uint16_t *seqs, size_t count,
		    void *arg)
{
	struct arrival *a = arg;
	struct media *m = by_own_ssrc(a->lt, media);

	if (m && m->d.nack)
		sink_repeat(&m->sink, seqs, count, m->rtt_ms, a->now_us);
}


static void on_pli(uint32_t media, void *arg)
{
	struct arrival *a = arg;
	struct media *m = by_own_ssrc(a->lt, media);

	if (!m || !m->video)
		return;

	m->video->plis_in++;
	video_media_want_keyframe(m->video, false);
}


static void on_fir(uint32_t media, uint8_t command_seq, void *arg)
{
	struct arrival *a = arg;
	struct media *m = by_own_ssrc(a->lt, media);

	if (!m || !m->video || m->video->fir_seen == command_seq)
		return;

	m->video->fir_seen = command_seq;
	m->video->plis_in++;
	video_media_want_keyframe(m->video, false);
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

		if (m->lt == a->lt && m->video && media_sends(m))
			video_media_remb(m->video, bps, a->now_us);
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
	struct rtcp_report r;
	size_t count = 0;

	if (report && m->rx_known && m->rx.started) {
		receive_stats_report(&m->rx, &r, now_us);
		count = 1;
		if (m->lt->estimate)
			bandwidth_estimate_loss(m->lt->estimate,
						r.fraction_lost, now_us);
	}

	/* an SR only by those who sent lately (RFC 3550 section 6.4) */
	if (m->sink.packets && now_us - m->sink.sent_us < 10000000) {
		struct rtcp_sender_info info;

		sink_sender_info(&m->sink, &info, clock_ntp(), now_us);
		(void)rtcp_write_sr(w, m->sink.ssrc, &info, &r, count);
	}
	else {
		(void)rtcp_write_rr(w, m->sink.ssrc, &r, count);
	}

	(void)rtcp_write_sdes_cname(w, m->sink.ssrc, m->leg->cname);
}


static void transmit(struct media *m, struct rtcp_writer *w)
{
	if (m->lt)
		(void)transport_send_rtcp(m->lt->t, w->buf, w->len);
}


static void write_remb(struct media *m, struct rtcp_writer *w)
{
	uint32_t bps, estimate;

	if (!m->d.remb || !m->video || !m->rx_known || !m->lt->estimate)
		return;

	bps = video_media_wanted_bps(m->video) + AUDIO_SHARE_BPS;
	estimate = bandwidth_estimate_bps(m->lt->estimate);
	if (estimate < bps)
		bps = estimate;

	(void)rtcp_write_remb(w, m->sink.ssrc, bps, &m->rx.ssrc, 1);
}


void feedback_tick(struct media *m, uint64_t now_us)
{
	uint8_t buf[BUFFER_BYTES + TRANSPORT_TRAILER_MAX];
	unsigned interval_ms = m->video ? INTERVAL_VIDEO_MS : INTERVAL_MS;
	struct rtcp_writer w;

	if (!m->rtcp_next_us) {
		m->rtcp_next_us = now_us + FIRST_MS * 1000;
		return;
	}

	if (now_us < m->rtcp_next_us ||
	    transport_state(m->lt->t) != TRANSPORT_CONNECTED)
		return;

	/* 0.5 to 1.5 of the interval (RFC 3550 section 6.3.1) */
	m->rtcp_next_us =
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
	(void)rtcp_write_nack(&w, m->sink.ssrc, m->rx.ssrc, seqs, count);
	transmit(m, &w);
}


void feedback_keyframe(struct media *m, uint8_t fir_seq)
{
	uint8_t buf[BUFFER_BYTES + TRANSPORT_TRAILER_MAX];
	struct rtcp_writer w;

	start(&w, buf);
	write_head(m, &w, false, clock_us());
	if (m->d.pli)
		(void)rtcp_write_pli(&w, m->sink.ssrc, m->rx.ssrc);
	else
		(void)rtcp_write_fir(&w, m->sink.ssrc, m->rx.ssrc, fir_seq);
	transmit(m, &w);
}


void feedback_bye(struct media *m)
{
	uint8_t buf[BUFFER_BYTES + TRANSPORT_TRAILER_MAX];
	struct rtcp_writer w;

	if (!m->lt || transport_state(m->lt->t) != TRANSPORT_CONNECTED)
		return;

	start(&w, buf);
	write_head(m, &w, true, clock_us());
	(void)rtcp_write_bye(&w, &m->sink.ssrc, 1);
	transmit(m, &w);
}
