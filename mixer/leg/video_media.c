/**
 * @file mixer/leg/video_media.c  The picture of one leg
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/leg/feedback.h"
#include "mixer/leg/leg_private.h"
#include "mixer/leg/video_media.h"


enum {
	ASK_US = 300000,
	NACKS_MAX = 64,
	DOWN_US = 2000000, /* between two moves down */
	UP_US = 5000000,   /* calm before a move up */
	PATIENCE_MAX = 16,
	LOSS_BAD = 26,    /* of 256: 10 % */
	LOSS_GOOD = 5,    /* 2 % */
	IDLE_BPS = 60000, /* nobody sees it: just alive */
	KBPS_WINDOW_US = 1000000,
	TELL_US = 250000,
	GONE_US = 2000000, /* another picture may take so long */
};


static struct video_source *source_of(const struct video_media *v)
{
	return recv_stream_video(media_incoming(v->m));
}


static void keyframe_needed_h(void *arg)
{
	video_media_ask_keyframe(arg, clock_us());
}


static void picture_h(unsigned width, unsigned height, void *arg)
{
	struct video_media *v = arg;

	v->width = width;
	v->height = height;
	v->told = false;
	v->awaited = false;
	leg_look_changed(v->m->leg);
}


/* Every picture may have another size: told now and then */
static void tell_size(struct video_media *v, uint64_t now_us)
{
	if (v->told || now_us - v->told_us < TELL_US)
		return;

	v->told = true;
	v->told_us = now_us;
	leg_tell_camera(v->m->leg, v->width, v->height);
}


/* The source forgets its picture without a word; what follows may have none */
static void await_picture(struct video_media *v)
{
	v->awaited = v->width > 0;
	v->awaited_us = 0;
}


/* Nothing is known of a camera that nobody sees */
static void miss_picture(struct video_media *v, uint64_t now_us)
{
	unsigned width, height;

	video_source_shown(source_of(v), &width, &height);
	if (!v->awaited || (!width && video_media_shown(v)))
		return;

	if (!v->awaited_us)
		v->awaited_us = now_us;
	if (now_us - v->awaited_us >= GONE_US)
		picture_h(0, 0, v);
}


static int video_media_alloc(void **partp, struct media *m)
{
	static const struct video_source_handlers handlers = {
		keyframe_needed_h,
		picture_h,
	};
	struct video_media *v = mem_zalloc(sizeof(*v), NULL);
	int err;

	if (!v)
		return ENOMEM;

	v->m = m;
	v->patience = 1;
	v->told = true;
	v->fir_seen = -1;
	err = recv_stream_set_video(media_incoming(m), m->leg->host->engine,
				    &handlers, v);
	if (err)
		mem_deref(v);
	else
		*partp = v;

	return err;
}


static int configure_source(struct video_media *v)
{
	struct video_source_format formats[DESCRIPTION_CODECS_MAX];
	const struct media_description *d = &v->m->d;

	for (size_t i = 0; i < d->codec_count; i++) {
		formats[i].pt = d->codecs[i].pt;
		formats[i].codec = v->m->codecs[i].video;
		formats[i].parameter_sets = v->m->codecs[i].parameter_sets;
	}

	return video_source_configure(source_of(v), formats, d->codec_count);
}


static void reset(struct media *m)
{
	recv_stream_reset(media_incoming(m));
	await_picture(m->part);
}


/* What the one before was asked for, asked for or could take says nothing of
 * this one */
static void renewed(struct media *m)
{
	struct video_media *v = m->part;

	await_picture(v);
	v->asked_us = 0;
	v->fir_seen = -1;
	v->remb_bps = 0;
	v->patience = 1;
}


static int video_media_configure(struct media *m)
{
	struct video_media *v = m->part;
	int err = configure_source(v);

	if (err)
		return err;

	leg_look_changed(m->leg);
	if (!m->d.recv)
		reset(m);
	if (m->d.send)
		v->codec = m->codecs[0].video;
	/* of one who says it no more nothing is known */
	if (!m->d.remb)
		v->remb_bps = 0;

	return 0;
}


static void video_media_packet(struct media *m, const struct rtp_packet *p,
			       int64_t seq, uint64_t now_us)
{
	struct video_colour colour;
	const uint8_t *e;
	bool told;
	size_t n;

	if (!p->payload_bytes)
		return;

	e = rtp_extension(p, m->d.colour_space_id, &n);
	told = e && colour_extension_read(&colour, e, n);
	(void)video_source_put(source_of(m->part), p->pt, seq, p->timestamp,
			       p->marker, p->payload, p->payload_bytes,
			       told ? &colour : NULL, now_us);
}


void video_media_ask_keyframe(struct video_media *v, uint64_t now_us)
{
	if (!media_receives(v->m) || !media_has_source(v->m) ||
	    (!v->m->d.pli && !v->m->d.fir) || now_us - v->asked_us < ASK_US)
		return;

	v->asked_us = now_us;
	v->plis_out++;
	feedback_keyframe(v->m, v->fir_seq++);
}


static void ask_again(struct video_media *v, uint64_t now_us)
{
	uint16_t seqs[NACKS_MAX];
	bool lost = false;
	size_t n;

	unsigned width, height;

	if (!v->m->d.nack || !media_receives(v->m))
		return;

	video_source_shown(source_of(v), &width, &height);
	if (!width) {
		recv_stream_forgive(media_incoming(v->m));
		return;
	}

	n = recv_stream_missing(media_incoming(v->m), now_us,
				v->m->reports.rtt_ms, seqs, NACKS_MAX, &lost);
	if (n) {
		v->nacks_out += n;
		feedback_nack(v->m, seqs, n);
	}

	if (lost)
		video_media_ask_keyframe(v, now_us);
}


/* ---------------------------------------------------------------- tier */

static void move(struct video_media *v, unsigned tier, uint64_t now_us)
{
	v->tier = tier;
	v->tier_us = now_us;
	v->calm_us = now_us;
	(void)leg_follow_media(v->m->leg, MEDIA_VIDEO);
}


static void move_down(struct video_media *v, uint64_t now_us)
{
	v->calm_us = now_us;
	if (v->tier + 1 >= VIDEO_TIERS || now_us - v->tier_us < DOWN_US)
		return;

	/* the last move up did not hold: wait longer for the next */
	if (now_us - v->tier_us < 2 * UP_US && v->patience < PATIENCE_MAX)
		v->patience *= 2;

	move(v, v->tier + 1, now_us);
}


static void consider_up(struct video_media *v, uint64_t now_us)
{
	uint64_t need_us = (uint64_t)UP_US * v->patience;

	if (!v->tier || v->m->reports.remote_loss > LOSS_GOOD ||
	    now_us - v->calm_us < need_us)
		return;

	if (v->remb_bps &&
	    v->remb_bps / 1000 <
		    leg_tier_kbps(v->m->leg, v->tier - 1) * 11 / 10)
		return;

	move(v, v->tier - 1, now_us);
}


static void video_media_loss(struct media *m, uint8_t fraction,
			     uint64_t now_us)
{
	struct video_media *v = m->part;

	if (fraction > LOSS_BAD)
		move_down(v, now_us);
	else if (fraction > LOSS_GOOD)
		v->calm_us = now_us;
}


static void video_media_remb(struct media *m, uint32_t bps, uint64_t now_us)
{
	struct video_media *v = m->part;

	v->remb_bps = bps;
	if (bps / 1000 < leg_tier_kbps(m->leg, v->tier))
		move_down(v, now_us);
}


static void measure(struct video_media *v, uint64_t now_us)
{
	uint64_t bytes = send_stream_stats(media_outgoing(v->m))->bytes;
	uint64_t us = now_us - v->kbps_us;

	if (us < KBPS_WINDOW_US)
		return;

	v->kbps_out = (unsigned)((bytes - v->kbps_bytes) * 8000 / us);
	v->kbps_us = now_us;
	v->kbps_bytes = bytes;
}


static void video_media_tick(struct media *m, uint64_t now_us)
{
	struct video_media *v = m->part;

	miss_picture(v, now_us);
	tell_size(v, now_us);
	ask_again(v, now_us);
	consider_up(v, now_us);
	measure(v, now_us);
}


static void video_media_keyframe_asked(struct media *m, uint32_t from,
				       int fir_seq)
{
	struct video_media *v = m->part;

	/* a repetition of the same command */
	if (fir_seq >= 0 && fir_seq == v->fir_seen && from == v->fir_from)
		return;

	if (fir_seq >= 0) {
		v->fir_seen = fir_seq;
		v->fir_from = from;
	}
	v->plis_in++;
	leg_keyframe(m->leg, false);
}


static uint32_t video_media_wanted_bps(const struct media *m)
{
	unsigned w, h;

	video_source_shown(source_of(m->part), &w, &h);
	if (!w || !h)
		return IDLE_BPS;

	/* a tile is worth more than its share of the canvas: it is scaled */
	return video_usual_kbps(w, h) * 1500 + IDLE_BPS;
}


const struct media_ops video_media_ops = {
	.alloc = video_media_alloc,
	.configure = video_media_configure,
	.reset = reset,
	.renewed = renewed,
	.packet = video_media_packet,
	.tick = video_media_tick,
	.loss = video_media_loss,
	.keyframe_asked = video_media_keyframe_asked,
	.remb = video_media_remb,
	.wanted_bps = video_media_wanted_bps,
};


/* -------------------------------------------------------------- its mix */

void video_media_send(struct video_media *v, const struct video_frame *frame,
		      uint32_t timestamp, uint64_t now_us)
{
	if (!media_sends(v->m))
		return;

	v->frames_out++;
	send_stream_send_frame(media_outgoing(v->m), timestamp, frame, now_us);
}


struct video_source *video_media_shown(const struct video_media *v)
{
	return media_receives(v->m) && media_has_source(v->m) ? source_of(v)
							      : NULL;
}
