/**
 * @file mixer/leg/recv_stream.c  Whom a stream follows, and what it misses
 */
#include <errno.h>
#include "mixer/base/re.h"
#include "mixer/leg/recv_stream.h"
#include "mixer/net/nack_list.h"


struct recv_stream {
	struct receive_stats stats; /* of the SSRC that is followed */
	bool known;
	uint64_t received_us; /* last packet of it */
	uint32_t old_ssrc;    /* ignored until old_until_us */
	uint64_t old_until_us;
	uint32_t new_ssrc; /* on probation */
	uint16_t new_seq;
	bool rtx_known, old_rtx_known;
	uint32_t rtx_ssrc;     /* repeats the one that is followed */
	uint32_t old_rtx_ssrc; /* ignored until old_rtx_until_us */
	uint64_t old_rtx_until_us;
	uint64_t rtx_us;         /* its last packet */
	struct nack_list *nacks; /* pictures only */
	struct audio_source *audio;
	struct video_source *video;
};


static void recv_stream_destructor(void *arg)
{
	struct recv_stream *s = arg;

	mem_deref(s->audio);
	mem_deref(s->video);
	mem_deref(s->nacks);
}


int recv_stream_alloc(struct recv_stream **sp)
{
	*sp = mem_zalloc(sizeof(**sp), recv_stream_destructor);

	return *sp ? 0 : ENOMEM;
}


int recv_stream_set_audio(struct recv_stream *s,
			  const struct audio_source_config *config)
{
	return s->audio ? audio_source_configure(s->audio, config)
			: audio_source_alloc(&s->audio, config);
}


int recv_stream_set_video(struct recv_stream *s, struct video_engine *engine,
			  const struct video_source_handlers *h, void *arg)
{
	int err = s->nacks ? 0 : nack_list_alloc(&s->nacks);

	return err ? err
		   : video_source_alloc(&s->video, engine, NULL, 0, h, arg);
}


struct audio_source *recv_stream_audio(const struct recv_stream *s)
{
	return s->audio;
}


struct video_source *recv_stream_video(const struct recv_stream *s)
{
	return s->video;
}


/* One forged packet must not drive out a source that is alive: a new one has
 * to send two in order first (RFC 3550 A.1) */
static bool on_probation(struct recv_stream *s, const struct rtp_packet *p,
			 uint64_t now_us)
{
	bool in_order =
		p->ssrc == s->new_ssrc && p->seq == (uint16_t)(s->new_seq + 1);

	s->new_ssrc = p->ssrc;
	s->new_seq = p->seq;

	return s->known && now_us - s->received_us < RECV_STREAM_ALIVE_US &&
	       !in_order;
}


/* Its stragglers are known for a while. Whose repeats there are is learnt anew
 * with the stream that they repeat */
static void give_up(struct recv_stream *s, uint64_t now_us)
{
	s->old_ssrc = s->stats.ssrc;
	s->old_until_us = now_us + RECV_STREAM_OLD_US;
	if (!s->rtx_known)
		return;

	s->old_rtx_known = true;
	s->old_rtx_ssrc = s->rtx_ssrc;
	s->old_rtx_until_us = now_us + RECV_STREAM_OLD_US;
	s->rtx_known = false;
}


/* RFC 3550 section 8: a new SSRC is a new source; stragglers of the old one
 * must not switch back */
enum recv_verdict recv_stream_admit(struct recv_stream *s,
				    const struct rtp_packet *p,
				    uint32_t clock_hz, uint64_t now_us)
{
	if (recv_stream_follows(s, p->ssrc))
		return RECV_FOLLOWED;

	if (s->known && p->ssrc == s->old_ssrc && now_us < s->old_until_us)
		return RECV_REFUSED;

	if (on_probation(s, p, now_us))
		return RECV_REFUSED;

	if (s->known) {
		give_up(s, now_us);
		recv_stream_reset(s);
	}
	else if (p->ssrc == s->old_ssrc) {
		/* it goes on after its end, and so do its repeats */
		s->old_rtx_known = false;
	}

	receive_stats_init(&s->stats, p->ssrc, clock_hz);
	s->known = true;

	return RECV_NEW;
}


bool recv_stream_admit_rtx(struct recv_stream *s, uint32_t ssrc,
			   uint64_t now_us)
{
	if (!s->known)
		return false;

	if (s->rtx_known && ssrc != s->rtx_ssrc &&
	    now_us - s->rtx_us < RECV_STREAM_ALIVE_US)
		return false;

	if (s->old_rtx_known && ssrc == s->old_rtx_ssrc &&
	    now_us < s->old_rtx_until_us)
		return false;

	/* a late one of the stream before may have come first: no lock */
	s->rtx_known = true;
	s->rtx_ssrc = ssrc;
	s->rtx_us = now_us;

	return true;
}


int64_t recv_stream_count(struct recv_stream *s, const struct rtp_packet *p,
			  bool rtx, bool nack, uint32_t clock_hz,
			  uint64_t now_us)
{
	int64_t base = s->stats.base, seq;

	s->received_us = now_us;
	if (rtx) {
		seq = rtp_seq_extend(s->stats.highest, p->seq);
	}
	else {
		receive_stats_clock(&s->stats, clock_hz);
		seq = receive_stats_packet(&s->stats, p->seq, p->timestamp,
					   p->payload_bytes, now_us);
	}

	/* what was missed before the sender started anew will not come */
	if (s->stats.base != base)
		recv_stream_forgive(s);
	if (nack && s->nacks)
		(void)nack_list_received(s->nacks, p->seq, now_us);

	return seq;
}


bool recv_stream_known(const struct recv_stream *s)
{
	return s->known;
}


bool recv_stream_follows(const struct recv_stream *s, uint32_t ssrc)
{
	return s->known && s->stats.ssrc == ssrc;
}


uint32_t recv_stream_ssrc(const struct recv_stream *s)
{
	return s->stats.ssrc;
}


void recv_stream_end(struct recv_stream *s, uint64_t now_us)
{
	if (s->known)
		give_up(s, now_us);

	s->known = false;
}


void recv_stream_reset(struct recv_stream *s)
{
	if (s->audio)
		audio_source_reset(s->audio);
	if (s->video)
		video_source_reset(s->video);
	recv_stream_forgive(s);
}


void recv_stream_sender_report(struct recv_stream *s, uint64_t ntp,
			       uint64_t now_us)
{
	receive_stats_sr(&s->stats, ntp, now_us);
}


bool recv_stream_report(struct recv_stream *s, struct rtcp_report *r,
			uint64_t now_us)
{
	if (!s->known || !s->stats.started)
		return false;

	receive_stats_report(&s->stats, r, now_us);

	return true;
}


size_t recv_stream_missing(struct recv_stream *s, uint64_t now_us,
			   uint32_t rtt_ms, uint16_t *seqs, size_t max,
			   bool *lost)
{
	return s->nacks ? nack_list_due(s->nacks, now_us, rtt_ms, seqs, max,
					lost)
			: 0;
}


void recv_stream_forgive(struct recv_stream *s)
{
	if (s->nacks)
		nack_list_clear(s->nacks);
}


const struct receive_stats *recv_stream_stats(const struct recv_stream *s)
{
	return &s->stats;
}
