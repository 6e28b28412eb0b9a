/**
 * @file mixer/leg/media.c  What audio and video sections have in common
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/leg_private.h"
#include "mixer/leg/media.h"


static void media_destructor(void *arg)
{
	struct media *m = arg;

	mem_deref(m->part);
	for (size_t i = 0; i < m->recv_count; i++)
		mem_deref(m->recv[i]);
	for (size_t i = 0; i < m->send_count; i++)
		mem_deref(m->send[i]);
}


int media_alloc(struct media **mp, struct leg *leg, size_t index)
{
	struct media *m = mem_zalloc(sizeof(*m), media_destructor);

	if (!m)
		return ENOMEM;

	m->leg = leg;
	m->index = index;
	m->d.off = true;
	if (send_stream_alloc(&m->send[0])) {
		mem_deref(m);
		return ENOMEM;
	}

	m->send_count = 1;
	*mp = m;

	return 0;
}


static uint32_t send_clock(const struct media *m)
{
	return m->d.kind == MEDIA_AUDIO ? m->codecs[0].audio.clock_hz
					: VIDEO_CLOCK_HZ;
}


static int make_part(struct media *m)
{
	int err;

	if (!m->recv_count) {
		err = recv_stream_alloc(&m->recv[0]);
		if (err)
			return err;
		m->recv_count = 1;
	}

	return m->part ? 0 : m->ops->alloc(&m->part, m);
}


static void drop_part(struct media *m)
{
	void *part = m->part;

	/* nobody finds it any more while it goes */
	m->part = NULL;
	mem_deref(part);
	while (m->recv_count) {
		m->recv_count--;
		m->recv[m->recv_count] = mem_deref(m->recv[m->recv_count]);
	}
}


static void switch_off(struct media *m)
{
	bool told = m->part;

	drop_part(m);
	m->d.off = true;
	m->d.send = false;
	m->d.recv = false;
	m->lt = NULL;
	for (size_t i = 0; i < m->send_count; i++)
		send_stream_close(m->send[i]);

	if (told)
		(void)leg_follow_media(m->leg, m->d.kind);
}


int media_configure(struct media *m, struct leg_transport *lt,
		    const struct media_description *d,
		    const struct media_ops *ops)
{
	char why[DESCRIPTION_WHY_BYTES];
	bool fresh;
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
	m->ops = ops;
	fresh = !m->part;
	err = send_stream_configure(media_outgoing(m), lt->t, d,
				    send_clock(m));
	if (!err)
		err = make_part(m);
	if (!err)
		err = m->ops->configure(m);

	if (err && fresh)
		drop_part(m); /* half made, it would be asked all the same */

	if (!err)
		err = leg_follow_media(m->leg, d->kind);

	/* never the codec of before under the payload type of now */
	if (err)
		send_stream_detach(media_outgoing(m));

	return err;
}


void media_detach(struct media *m)
{
	m->lt = NULL;
	for (size_t i = 0; i < m->send_count; i++)
		send_stream_detach(m->send[i]);
}


bool media_receives(const struct media *m)
{
	return m->lt && m->d.recv && !m->leg->settings.early;
}


bool media_sends(const struct media *m)
{
	return m->lt && m->d.send && !m->leg->settings.early;
}


bool media_reaches(const struct media *m)
{
	return m->lt && m->d.send &&
	       transport_state(m->lt->t) == TRANSPORT_CONNECTED;
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

	for (size_t i = 0; i < m->d.event_count; i++) {
		if (m->d.events[i].pt == pt)
			return m->d.events[i].clock_hz;
	}

	return 8000;
}


bool media_has_source(const struct media *m)
{
	return m->recv_count && recv_stream_known(m->recv[0]);
}


struct recv_stream *media_recv_by_ssrc(const struct media *m, uint32_t ssrc)
{
	for (size_t i = 0; i < m->recv_count; i++) {
		if (recv_stream_follows(m->recv[i], ssrc))
			return m->recv[i];
	}

	return NULL;
}


struct send_stream *media_send_by_ssrc(const struct media *m, uint32_t ssrc)
{
	for (size_t i = 0; i < m->send_count; i++) {
		if (send_stream_has_ssrc(m->send[i], ssrc))
			return m->send[i];
	}

	return NULL;
}


bool media_packet(struct media *m, const struct rtp_packet *p, bool rtx,
		  uint64_t now_us)
{
	struct recv_stream *s = media_incoming(m);
	uint32_t clock_hz = receive_clock(m, p->pt);
	enum recv_verdict verdict;
	int64_t seq;
	bool mixed;

	if (!m->part || !media_receives(m))
		return false;

	verdict = recv_stream_admit(s, p, clock_hz, now_us);
	if (verdict == RECV_REFUSED)
		return false;

	if (verdict == RECV_NEW) {
		m->ops->renewed(m);
		leg_look_changed(m->leg);
	}

	/* of what goes nowhere nothing is asked for again */
	mixed = leg_mixes(m->leg, m);
	seq = recv_stream_count(s, p, rtx, mixed && m->d.nack, clock_hz,
				now_us);
	if (mixed)
		m->ops->packet(m, p, seq, now_us);

	return verdict == RECV_NEW;
}


void media_ended(struct media *m, struct recv_stream *s, uint64_t now_us)
{
	recv_stream_end(s, now_us);
	m->ops->reset(m);
	leg_look_changed(m->leg);
}


void media_tick(struct media *m, uint64_t now_us)
{
	if (m->lt && m->part)
		m->ops->tick(m, now_us);
}
