/**
 * @file mixer/leg/video_media.c  The picture of one leg
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/leg/feedback.h"
#include "mixer/leg/leg.h"
#include "mixer/mix/mix.h"
#include "mixer/mix/mix_video.h"
#include "mixer/net/nack.h"
#include "mixer/server/mixer.h"


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
};


static void keyframe_needed_h(void *arg)
{
	video_media_ask_keyframe(arg, clock_us());
}


static void picture_h(unsigned width, unsigned height, void *arg)
{
	struct video_media *v = arg;
	struct leg *leg = v->m->leg;

	v->width = width;
	v->height = height;
	v->told = false;
	leg->mix->tiles_changed = true;
}


/* Every picture may have another size: told now and then */
static void tell_size(struct video_media *v, uint64_t now_us)
{
	struct leg *leg = v->m->leg;

	if (v->told || now_us - v->told_us < TELL_US)
		return;

	v->told = true;
	v->told_us = now_us;
	mixer_event(leg->mixer,
		    json_pack("{s:s,s:I,s:b,s:i,s:i}", "event", "video", "leg",
			      (json_int_t)leg->id, "receiving", v->width > 0,
			      "width", (int)v->width, "height",
			      (int)v->height));
}


static void video_media_destructor(void *arg)
{
	struct video_media *v = arg;

	mix_video_leave(v);
	mem_deref(v->source);
	mem_deref(v->nack);
}


int video_media_alloc(struct video_media **vp, struct media *m)
{
	static const struct video_source_handlers handlers = {
		keyframe_needed_h,
		picture_h,
	};
	struct video_media *v;
	int err;

	v = mem_zalloc(sizeof(*v), video_media_destructor);
	if (!v)
		return ENOMEM;

	v->m = m;
	v->patience = 1;
	v->told = true;
	v->fir_seen = -1;
	err = nack_list_alloc(&v->nack);
	if (!err)
		err = video_source_alloc(&v->source, m->leg->mixer->engine,
					 NULL, 0, &handlers, v);
	if (err)
		mem_deref(v);
	else
		*vp = v;

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

	return video_source_configure(v->source, formats, d->codec_count);
}


int video_media_configure(struct video_media *v)
{
	const struct media_description *d = &v->m->d;
	int err = configure_source(v);

	if (err)
		return err;

	v->m->leg->mix->tiles_changed = true;
	if (!d->recv)
		video_media_reset(v);

	if (!d->send) {
		mix_video_leave(v);
		return 0;
	}

	/* another codec: what runs cannot be decoded by it any more */
	if (memcmp(&v->codec, &v->m->codecs[0].video, sizeof(v->codec)) != 0)
		mix_video_leave(v);
	v->codec = v->m->codecs[0].video;

	return mix_video_join(v);
}


void video_media_reset(struct video_media *v)
{
	video_source_reset(v->source);
	nack_list_clear(v->nack);
}


void video_media_packet(struct video_media *v, const struct rtp_packet *p,
			int64_t seq, uint64_t now_us)
{
	if (v->m->d.nack)
		(void)nack_list_received(v->nack, p->seq, now_us);

	if (!p->payload_bytes)
		return;

	(void)video_source_put(v->source, p->pt, seq, p->timestamp, p->marker,
			       p->payload, p->payload_bytes, now_us);
}


void video_media_ask_keyframe(struct video_media *v, uint64_t now_us)
{
	if (!media_receives(v->m) || !v->m->rx_known ||
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

	video_source_shown(v->source, &width, &height);
	if (!width) {
		nack_list_clear(v->nack);
		return;
	}

	n = nack_list_due(v->nack, now_us, v->m->rtt_ms, seqs, NACKS_MAX,
			  &lost);
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
	if (v->share || v->next)
		(void)mix_video_join(v);
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


static unsigned tier_kbps(const struct video_media *v, unsigned tier)
{
	const struct mix *mix = v->m->leg->mix;
	struct video_rendition_config config;

	mix_video_config(&config, &mix->canvas, &v->m->d,
			 &v->m->codecs[0].video, tier);

	return config.kbps;
}


static void consider_up(struct video_media *v, uint64_t now_us)
{
	uint64_t need_us = (uint64_t)UP_US * v->patience;

	if (!v->tier || v->m->remote_loss > LOSS_GOOD ||
	    now_us - v->calm_us < need_us)
		return;

	if (v->remb_bps &&
	    v->remb_bps / 1000 < tier_kbps(v, v->tier - 1) * 11 / 10)
		return;

	move(v, v->tier - 1, now_us);
}


void video_media_loss(struct video_media *v, uint8_t fraction, uint64_t now_us)
{
	if (fraction > LOSS_BAD)
		move_down(v, now_us);
	else if (fraction > LOSS_GOOD)
		v->calm_us = now_us;
}


void video_media_remb(struct video_media *v, uint32_t bps, uint64_t now_us)
{
	v->remb_bps = bps;
	if (bps / 1000 < tier_kbps(v, v->tier))
		move_down(v, now_us);
}


static void measure(struct video_media *v, uint64_t now_us)
{
	uint64_t us = now_us - v->kbps_us;

	if (us < KBPS_WINDOW_US)
		return;

	v->kbps_out =
		(unsigned)((v->m->sink.bytes - v->kbps_bytes) * 8000 / us);
	v->kbps_us = now_us;
	v->kbps_bytes = v->m->sink.bytes;
}


void video_media_tick(struct video_media *v, uint64_t now_us)
{
	tell_size(v, now_us);
	ask_again(v, now_us);
	consider_up(v, now_us);
	measure(v, now_us);
}


void video_media_want_keyframe(struct video_media *v, bool urgent)
{
	if (v->share)
		video_rendition_keyframe(v->share->rendition, urgent);
	if (v->next)
		video_rendition_keyframe(v->next->rendition, urgent);
}


struct video_source *video_media_shown(const struct video_media *v)
{
	return media_receives(v->m) && v->m->rx_known ? v->source : NULL;
}


uint32_t video_media_wanted_bps(const struct video_media *v)
{
	unsigned w, h;

	video_source_shown(v->source, &w, &h);
	if (!w || !h)
		return IDLE_BPS;

	/* a tile is worth more than its share of the canvas: it is scaled */
	return mix_video_kbps(w, h) * 1500 + IDLE_BPS;
}
