/**
 * @file mixer/leg/media.c  What audio and video sections have in common
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/audio_media.h"
#include "mixer/leg/feedback.h"
#include "mixer/leg/leg.h"
#include "mixer/leg/media.h"
#include "mixer/leg/video_media.h"
#include "mixer/mix/mix.h"


enum {
	OLD_SSRC_US = 2000000,
	PROBATION_US = 500000, /* a source heard so lately is alive */
};


static void media_destructor(void *arg)
{
	struct media *m = arg;

	mem_deref(m->audio);
	mem_deref(m->video);
	sink_close(&m->sink);
}


int media_alloc(struct media **mp, struct leg *leg, size_t index,
		enum media_kind kind)
{
	struct media *m = mem_zalloc(sizeof(*m), media_destructor);

	if (!m)
		return ENOMEM;

	m->leg = leg;
	m->index = index;
	m->d.kind = kind;
	m->d.off = true;
	sink_init(&m->sink);
	*mp = m;

	return 0;
}


static uint32_t sink_clock(const struct media *m)
{
	return m->d.kind == MEDIA_AUDIO ? m->codecs[0].audio.clock_hz
					: VIDEO_CLOCK_HZ;
}


static int configure_kind(struct media *m)
{
	int err = 0;

	if (m->d.kind == MEDIA_AUDIO) {
		if (!m->audio)
			err = audio_media_alloc(&m->audio, m);
		return err ? err : audio_media_configure(m->audio);
	}

	if (!m->video)
		err = video_media_alloc(&m->video, m);

	return err ? err : video_media_configure(m->video);
}


static void switch_off(struct media *m)
{
	m->audio = mem_deref(m->audio);
	m->video = mem_deref(m->video);
	m->d.off = true;
	m->d.send = false;
	m->d.recv = false;
	m->rx_known = false;
	m->lt = NULL;
	sink_close(&m->sink);
}


int media_configure(struct media *m, struct leg_transport *lt,
		    const struct media_description *d)
{
	char why[DESCRIPTION_WHY_BYTES];
	int err;

	if (d->off) {
		switch_off(m);
		return 0;
	}

	/* A section that was dropped may come back as another kind. */
	if (m->d.kind != d->kind)
		switch_off(m);

	err = leg_codecs_read(m->codecs, d, why);
	if (err)
		return err;

	m->d = *d;
	m->lt = lt;
	err = sink_configure(&m->sink, lt->t, d, sink_clock(m));
	if (err)
		return err;

	return configure_kind(m);
}


void media_detach(struct media *m)
{
	m->lt = NULL;
	m->sink.transport = NULL;
}


bool media_receives(const struct media *m)
{
	return m->lt && m->d.recv && !m->leg->early;
}


bool media_sends(const struct media *m)
{
	return m->lt && m->d.send && !m->leg->early;
}


bool media_has_pt(const struct media *m, uint8_t pt)
{
	for (size_t i = 0; i < m->d.codec_count; i++) {
		if (m->d.codecs[i].pt == pt)
			return true;
	}

	for (size_t i = 0; i < m->d.event_count; i++) {
		if (m->d.events[i].pt == pt)
			return true;
	}

	return m->d.cn_pt == pt || media_rtx_apt(m, pt) >= 0;
}


int media_rtx_apt(const struct media *m, uint8_t pt)
{
	for (size_t i = 0; i < m->d.rtx_count; i++) {
		if (m->d.rtx[i].pt == pt)
			return m->d.rtx[i].apt;
	}

	return -1;
}


static uint32_t receive_clock(const struct media *m, uint8_t pt)
{
	if (m->d.kind == MEDIA_VIDEO)
		return VIDEO_CLOCK_HZ;

	for (size_t i = 0; i < m->d.codec_count; i++) {
		if (m->d.codecs[i].pt == pt)
			return m->codecs[i].audio.clock_hz;
	}

	return 8000;
}


/* One forged packet must not drive out a source that is alive: a new one has
 * to send two in order first (RFC 3550 A.1) */
static bool on_probation(struct media *m, const struct rtp_packet *p,
			 uint64_t now_us)
{
	bool in_order =
		p->ssrc == m->new_ssrc && p->seq == (uint16_t)(m->new_seq + 1);

	m->new_ssrc = p->ssrc;
	m->new_seq = p->seq;

	return m->rx_known && now_us - m->heard_us < PROBATION_US && !in_order;
}


/* RFC 3550 section 8.2: SSRCs are unique on a transport */
static void avoid_collision(const struct media *from, uint32_t ssrc)
{
	const struct leg *leg = from->leg;

	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];

		if (m->lt != from->lt ||
		    (m->sink.ssrc != ssrc && m->sink.rtx_ssrc != ssrc))
			continue;

		feedback_bye(m);
		sink_renew_ssrc(&m->sink);
	}
}


/* RFC 3550 section 8: a new SSRC is a new source; stragglers of the old one
 * must not switch back. @return false if the packet is a straggler */
static bool follow_ssrc(struct media *m, const struct rtp_packet *p,
			uint64_t now_us)
{
	if (m->rx_known && m->rx.ssrc == p->ssrc)
		return true;

	if (m->rx_known && p->ssrc == m->old_ssrc && now_us < m->old_until_us)
		return false;

	if (on_probation(m, p, now_us))
		return false;

	avoid_collision(m, p->ssrc);
	if (m->rx_known) {
		m->old_ssrc = m->rx.ssrc;
		m->old_until_us = now_us + OLD_SSRC_US;
		if (m->audio)
			audio_media_reset(m->audio);
		if (m->video)
			video_media_reset(m->video);
	}

	receive_stats_init(&m->rx, p->ssrc, receive_clock(m, p->pt));
	m->rx_known = true;
	m->leg->mix->tiles_changed = true;

	return true;
}


void media_packet(struct media *m, const struct rtp_packet *p, bool rtx,
		  uint64_t now_us)
{
	int64_t seq;

	if (!media_receives(m) || !follow_ssrc(m, p, now_us))
		return;

	m->heard_us = now_us;
	/* a repeat is no sign of the way's delay or loss */
	seq = rtx ? rtp_seq_extend(m->rx.highest, p->seq)
		  : receive_stats_packet(&m->rx, p->seq, p->timestamp,
					 p->payload_bytes, now_us);

	if (m->audio)
		audio_media_packet(m->audio, p, now_us);
	else if (m->video)
		video_media_packet(m->video, p, seq, now_us);
}


void media_tick(struct media *m, uint64_t now_us)
{
	if (!m->lt)
		return;

	if (m->audio)
		audio_media_tick(m->audio, now_us);
	if (m->video)
		video_media_tick(m->video, now_us);

	feedback_tick(m, now_us);
}
