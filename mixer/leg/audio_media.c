/**
 * @file mixer/leg/audio_media.c  The sound of one leg
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/leg/audio_media.h"
#include "mixer/leg/leg_private.h"


enum { CMR_NONE = 15, CMR_US = 100000 };


static int audio_media_alloc(void **partp, struct media *m)
{
	struct audio_media *a = mem_zalloc(sizeof(*a), NULL);

	if (!a)
		return ENOMEM;

	a->m = m;
	a->cmr = CMR_NONE;
	audio_gain_init(&a->gain_in);
	audio_gain_init(&a->gain_out);
	*partp = a;
	audio_media_volume(a);

	return 0;
}


static struct audio_source *source_of(const struct audio_media *a)
{
	return recv_stream_audio(media_incoming(a->m));
}


static int configure_source(struct audio_media *a)
{
	const struct media_description *d = &a->m->d;
	struct audio_source_config config;

	memset(&config, 0, sizeof(config));
	config.cn_pt = d->cn_pt;
	for (size_t i = 0; i < d->codec_count; i++) {
		if (config.format_count == AUDIO_SOURCE_CODECS_MAX)
			break;

		config.formats[config.format_count].pt = d->codecs[i].pt;
		config.formats[config.format_count++].codec =
			a->m->codecs[i].audio;
	}

	return recv_stream_set_audio(media_incoming(a->m), &config);
}


/* A key that is held down when the sound goes was pressed all the same */
static void end_event(struct audio_media *a)
{
	unsigned ms;
	char digit;

	if (telephone_event_end(&a->event, a->event_clock_hz, &digit, &ms))
		leg_tell_digit(a->m->leg, digit, ms, clock_us());
}


static int audio_media_configure(struct media *m)
{
	struct audio_media *a = m->part;
	const struct media_description *d = &m->d;
	struct audio_codec codec = m->codecs[0].audio;
	bool changed = !audio_codec_equal(&codec, &a->codec);
	int err;

	err = configure_source(a);
	if (err)
		return err;

	if (!d->recv)
		end_event(a);
	a->fading = a->received && !d->recv;
	a->received = d->recv;
	audio_media_volume(a);
	if (!d->recv && !a->fading)
		audio_media_reset(a);

	if (changed || !d->send) {
		a->codec = codec;
		a->cmr = CMR_NONE;
	}

	return 0;
}


void audio_media_volume(struct audio_media *a)
{
	const struct leg_settings *s = &a->m->leg->settings;

	audio_gain_set(&a->gain_in, s->volume_in_db,
		       s->muted || !a->m->d.recv);
	audio_gain_set(&a->gain_out, s->volume_out_db, s->deaf);
}


void audio_media_reset(struct audio_media *a)
{
	a->fading = false;
	recv_stream_reset(media_incoming(a->m));
}


static void reset(struct media *m)
{
	audio_media_reset(m->part);
}


static void renewed(struct media *m)
{
	struct audio_media *a = m->part;

	telephone_event_renew(&a->event);
}


/* ------------------------------------------------------------------ in */

static bool event_packet(struct audio_media *a, const struct rtp_packet *p,
			 uint64_t now_us)
{
	const struct media_description *d = &a->m->d;
	const struct telephone_event_packet packet = {
		.payload = p->payload,
		.len = p->payload_bytes,
		.seq = p->seq,
		.timestamp = p->timestamp,
		.marker = p->marker,
	};

	for (size_t i = 0; i < d->event_count; i++) {
		unsigned ms;
		char digit;

		if (d->events[i].pt != p->pt)
			continue;

		a->event_clock_hz = d->events[i].clock_hz;
		if (telephone_event_put(&a->event, &packet, a->event_clock_hz,
					now_us, &digit, &ms))
			leg_tell_digit(a->m->leg, digit, ms, clock_us());

		return true;
	}

	return false;
}


static void audio_media_packet(struct media *m, const struct rtp_packet *p,
			       int64_t seq, uint64_t now_us)
{
	struct audio_media *a = m->part;
	uint8_t dbov;
	bool voice;
	int level = -1;

	(void)seq;
	if (event_packet(a, p, now_us))
		return;

	/* nobody listens: the buffer would only grow old */
	if (!m->leg->attended)
		return;

	if (rtp_audio_level(p, m->d.audio_level_id, &dbov, &voice))
		level = dbov;

	(void)audio_source_put(source_of(a), p->pt, p->seq, p->timestamp,
			       p->marker, p->payload, p->payload_bytes, level,
			       now_us);
}


static void follow_cmr(struct audio_media *a, uint64_t now_us)
{
	uint8_t cmr = audio_source_cmr(source_of(a));

	/* each change may take an encoder */
	if (cmr == a->cmr || now_us - a->cmr_us < CMR_US ||
	    (a->codec.id != AUDIO_AMR && a->codec.id != AUDIO_AMR_WB))
		return;

	a->cmr = cmr;
	a->cmr_us = now_us;
	(void)leg_follow_media(a->m->leg, MEDIA_AUDIO);
}


static void audio_media_tick(struct media *m, uint64_t now_us)
{
	struct audio_media *a = m->part;
	unsigned ms;
	char digit;

	if (a->event.pending &&
	    telephone_event_tick(&a->event, a->event_clock_hz, now_us, &digit,
				 &ms))
		leg_tell_digit(m->leg, digit, ms, clock_us());

	follow_cmr(a, now_us);
}


static void audio_media_loss(struct media *m, uint8_t fraction,
			     uint64_t now_us)
{
	(void)now_us;
	leg_sound_lost(m->leg, fraction * 100u / 256u);
}


const struct media_ops audio_media_ops = {
	.alloc = audio_media_alloc,
	.configure = audio_media_configure,
	.reset = reset,
	.renewed = renewed,
	.packet = audio_media_packet,
	.tick = audio_media_tick,
	.loss = audio_media_loss,
};


/* -------------------------------------------------------------- its mix */

bool audio_media_silenced(const struct audio_media *a)
{
	return a->m->leg->settings.muted && a->gain_in.now <= 0;
}


unsigned audio_media_level(const struct audio_media *a, bool *unknown,
			   uint64_t now_us)
{
	return audio_source_level(source_of(a), unknown, now_us);
}


static void end_fading(struct audio_media *a)
{
	if (a->fading)
		audio_media_reset(a);
}


bool audio_media_get(struct audio_media *a, int16_t *pcm, uint64_t now_us)
{
	bool sound = audio_source_get(source_of(a), pcm, now_us);

	sound = audio_gain_apply(&a->gain_in, pcm) && sound;
	end_fading(a);

	return sound;
}


void audio_media_skip(struct audio_media *a, uint64_t now_us)
{
	audio_source_skip(source_of(a), now_us);
	/* inaudible: nothing to fade */
	a->gain_in.now = a->gain_in.goal;
	end_fading(a);
}


void audio_media_probe(struct audio_media *a, int16_t *pcm, uint64_t now_us)
{
	(void)audio_source_get(source_of(a), pcm, now_us);
	a->gain_in.now = a->gain_in.goal;
	end_fading(a);
}


bool audio_media_part(struct audio_media *a, int16_t *pcm, uint64_t now_us)
{
	audio_gain_set(&a->gain_in, 0, true);
	(void)audio_source_get(source_of(a), pcm, now_us);

	return audio_gain_apply(&a->gain_in, pcm);
}


bool audio_media_volume_out(struct audio_media *a, int16_t *pcm)
{
	return audio_gain_apply(&a->gain_out, pcm);
}


bool audio_media_plain_volume(const struct audio_media *a)
{
	return a->gain_out.now == 1.0f && a->gain_out.goal == 1.0f;
}


void audio_media_send(struct audio_media *a, bool first, uint32_t timestamp,
		      const uint8_t *payload, size_t len, uint64_t now_us)
{
	(void)send_stream_send(media_outgoing(a->m), first, timestamp, payload,
			       len, now_us);
}
