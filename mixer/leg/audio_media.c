/**
 * @file mixer/leg/audio_media.c  The sound of one leg
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/leg/audio_media.h"
#include "mixer/leg/leg.h"
#include "mixer/mix/mix.h"
#include "mixer/mix/mix_audio.h"
#include "mixer/server/mixer.h"


enum { CMR_NONE = 15, CMR_US = 100000 };


static void audio_media_destructor(void *arg)
{
	struct audio_media *a = arg;

	mix_audio_leave(a);
	mem_deref(a->source);
	mem_deref(a->own);
	mem_deref(a->limiter);
}


int audio_media_alloc(struct audio_media **ap, struct media *m)
{
	struct audio_media *a = mem_zalloc(sizeof(*a), audio_media_destructor);

	if (!a)
		return ENOMEM;

	a->m = m;
	a->cmr = CMR_NONE;
	a->level_dbov = 127;
	audio_gain_init(&a->gain_in);
	audio_gain_init(&a->gain_out);
	*ap = a;
	audio_media_volume(a);

	return 0;
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

	return a->source ? audio_source_configure(a->source, &config)
			 : audio_source_alloc(&a->source, &config);
}


int audio_media_configure(struct audio_media *a)
{
	const struct media_description *d = &a->m->d;
	struct audio_codec codec = a->m->codecs[0].audio;
	bool changed = !audio_codec_equal(&codec, &a->codec);
	int err;

	err = configure_source(a);
	if (err)
		return err;

	a->fading = a->received && !d->recv;
	a->received = d->recv;
	audio_media_volume(a);
	if (!d->recv) {
		if (!a->fading)
			audio_media_reset(a);
		memset(&a->event, 0, sizeof(a->event));
	}

	if (changed || !d->send) {
		mix_audio_leave(a);
		a->own = mem_deref(a->own);
		a->codec = codec;
		a->cmr = CMR_NONE;
	}

	return d->send && !a->share ? mix_audio_join(a) : 0;
}


void audio_media_volume(struct audio_media *a)
{
	const struct leg *leg = a->m->leg;

	audio_gain_set(&a->gain_in, leg->volume_in_db,
		       leg->muted || !a->m->d.recv);
	audio_gain_set(&a->gain_out, leg->volume_out_db, leg->deaf);
}


void audio_media_reset(struct audio_media *a)
{
	a->fading = false;
	if (a->source)
		audio_source_reset(a->source);
}


static void report_digit(struct audio_media *a, char digit,
			 unsigned duration_ms)
{
	struct leg *leg = a->m->leg;
	const char text[2] = {digit, '\0'};

	if (!leg_may_tell(leg, clock_us()))
		return;

	mixer_event(leg->mixer,
		    json_pack("{s:s,s:I,s:s,s:i}", "event", "dtmf", "leg",
			      (json_int_t)leg->id, "digit", text,
			      "duration_ms", (int)duration_ms));
}


static bool event_packet(struct audio_media *a, const struct rtp_packet *p,
			 uint64_t now_us)
{
	const struct media_description *d = &a->m->d;

	for (size_t i = 0; i < d->event_count; i++) {
		unsigned ms;
		char digit;

		if (d->events[i].pt != p->pt)
			continue;

		a->event_clock_hz = d->events[i].clock_hz;
		if (telephone_event_put(&a->event, p->payload,
					p->payload_bytes, p->timestamp,
					a->event_clock_hz, now_us, &digit,
					&ms))
			report_digit(a, digit, ms);

		return true;
	}

	return false;
}


void audio_media_packet(struct audio_media *a, const struct rtp_packet *p,
			uint64_t now_us)
{
	uint8_t dbov;
	bool voice;
	int level = -1;

	if (event_packet(a, p, now_us))
		return;

	/* nobody listens: the buffer would only grow old */
	if (!mix_is_busy(a->m->leg->mix))
		return;

	if (rtp_audio_level(p, a->m->d.audio_level_id, &dbov, &voice))
		level = dbov;

	(void)audio_source_put(a->source, p->pt, p->seq, p->timestamp,
			       p->marker, p->payload, p->payload_bytes, level,
			       now_us);
}


static void follow_cmr(struct audio_media *a, uint64_t now_us)
{
	uint8_t cmr = audio_source_cmr(a->source);

	/* each change may take an encoder */
	if (cmr == a->cmr || now_us - a->cmr_us < CMR_US ||
	    (a->codec.id != AUDIO_AMR && a->codec.id != AUDIO_AMR_WB))
		return;

	a->cmr = cmr;
	a->cmr_us = now_us;
	if (a->own)
		audio_rendition_cmr(a->own, cmr);

	if (a->share && !audio_media_steps(a)) {
		mix_audio_leave(a);
		(void)mix_audio_join(a);
	}
}


void audio_media_tick(struct audio_media *a, uint64_t now_us)
{
	unsigned ms;
	char digit;

	if (a->event.pending &&
	    telephone_event_tick(&a->event, a->event_clock_hz, now_us, &digit,
				 &ms))
		report_digit(a, digit, ms);

	follow_cmr(a, now_us);
}
