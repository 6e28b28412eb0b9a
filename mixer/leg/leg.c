/**
 * @file mixer/leg/leg.c  The media session with one endpoint
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/audio_media.h"
#include "mixer/leg/feedback.h"
#include "mixer/leg/leg_private.h"
#include "mixer/leg/video_media.h"


enum { TELLS_MAX = 32 /* events a second */ };


static void leg_destructor(void *arg)
{
	struct leg *leg = arg;

	hash_unlink(&leg->he);
	for (size_t i = 0; i < leg->media_count; i++)
		mem_deref(leg->media[i]);

	for (size_t i = 0; i < leg->transport_count; i++) {
		mem_deref(leg->transports[i].t);
		mem_deref(leg->transports[i].estimate);
	}
}


int leg_alloc(struct leg **lp, const struct leg_host *host, uint64_t id,
	      const struct leg_settings *settings)
{
	struct leg *leg = mem_zalloc(sizeof(*leg), leg_destructor);

	if (!leg)
		return ENOMEM;

	leg->host = host;
	leg->id = id;
	leg->settings = *settings;
	rand_str(leg->cname, sizeof(leg->cname));
	hash_append(host->legs, (uint32_t)id, &leg->he, leg);
	*lp = leg;

	return 0;
}


/* ---------------------------------------------------------------- tell */

static bool may_tell(struct leg *leg, uint64_t now_us)
{
	if (now_us - leg->told_us >= 1000000) {
		leg->told_us = now_us;
		leg->told = 0;
	}

	return leg->told++ < TELLS_MAX;
}


void leg_tell_digit(struct leg *leg, char digit, unsigned duration_ms,
		    uint64_t now_us)
{
	if (may_tell(leg, now_us))
		leg->host->events->digit(leg, digit, duration_ms,
					 leg->host->arg);
}


void leg_tell_camera(const struct leg *leg, unsigned width, unsigned height)
{
	leg->host->events->camera(leg, width, height, leg->host->arg);
}


void leg_set_mix(struct leg *leg, const struct leg_mix_events *events,
		 void *arg)
{
	leg->mix = events;
	leg->mix_arg = arg;
}


void *leg_mix_arg(const struct leg *leg)
{
	return leg->mix_arg;
}


void leg_look_changed(const struct leg *leg)
{
	if (leg->mix)
		leg->mix->look_changed(leg->mix_arg);
}


int leg_follow_media(const struct leg *leg, enum media_kind kind)
{
	return leg->mix ? leg->mix->follow(kind, leg->mix_arg) : 0;
}


void leg_sound_lost(const struct leg *leg, unsigned percent)
{
	if (leg->mix)
		leg->mix->sound_lost(percent, leg->mix_arg);
}


void leg_keyframe(const struct leg *leg, bool urgent)
{
	if (leg->mix)
		leg->mix->keyframe(urgent, leg->mix_arg);
}


unsigned leg_tier_kbps(const struct leg *leg, unsigned tier)
{
	return leg->mix ? leg->mix->tier_kbps(tier, leg->mix_arg) : 0;
}


/* ----------------------------------------------------------- configure */

static const struct media_ops *const kinds[] = {
	[MEDIA_AUDIO] = &audio_media_ops,
	[MEDIA_VIDEO] = &video_media_ops,
};


/* Before anything is changed */
static int check_codecs(const struct leg_description *d, char *why)
{
	struct leg_codec codecs[DESCRIPTION_CODECS_MAX];
	int err = 0;

	for (size_t i = 0; i < d->media_count && !err; i++) {
		if (!d->media[i].off)
			err = leg_codecs_read(codecs, &d->media[i], why);
	}

	return err;
}


int leg_configure(struct leg *leg, const struct leg_description *d,
		  char why[DESCRIPTION_WHY_BYTES])
{
	int err;

	if (d->media_count < leg->media_count ||
	    d->transport_count < leg->transport_count) {
		snprintf(why, DESCRIPTION_WHY_BYTES,
			 "entries keep their place");
		return EINVAL;
	}

	err = check_codecs(d, why);
	if (!err)
		err = leg_configure_transports(leg, d, why);
	if (err)
		return err;

	for (size_t i = 0; i < d->media_count; i++) {
		const struct media_description *md = &d->media[i];

		if (i >= leg->media_count) {
			err = media_alloc(&leg->media[i], leg, i);
			if (err)
				return err;
			leg->media_count = i + 1;
		}

		err = media_configure(leg->media[i],
				      &leg->transports[md->transport], md,
				      kinds[md->kind]);
		if (err) {
			snprintf(why, DESCRIPTION_WHY_BYTES, "media %zu", i);
			return err;
		}
	}

	for (size_t i = 0; i < leg->transport_count; i++)
		leg_transport_relearn(&leg->transports[i]);

	leg_look_changed(leg);

	return 0;
}


void leg_follow_settings(struct leg *leg, const struct leg_settings *settings)
{
	bool begins = leg->settings.early && !settings->early;

	leg->settings = *settings;
	leg_transports_believe(leg);
	leg_relays_hold(leg);
	for (size_t i = 0; i < leg->media_count; i++) {
		if (audio_media_of(leg->media[i]))
			audio_media_volume(audio_media_of(leg->media[i]));
	}

	leg_look_changed(leg);
	/* what runs there began before it was shown any of it */
	if (begins)
		leg_keyframe(leg, true);
}


void leg_want_keyframe(struct leg *leg)
{
	leg_keyframe(leg, true);
}


void leg_attend(struct leg *leg, bool attended)
{
	if (attended && !leg->attended && leg_audio(leg))
		audio_media_reset(leg_audio(leg));

	leg->attended = attended;
}


/* ---------------------------------------------------------------- time */

static void tick_media(struct media *m, uint64_t now_us)
{
	media_tick(m, now_us);
	if (m->lt)
		feedback_tick(m, now_us);
}


void leg_tick(struct leg *leg, uint64_t now_us)
{
	for (size_t i = 0; i < leg->media_count; i++)
		tick_media(leg->media[i], now_us);

	leg_relays_tick(leg, now_us);
	leg_watch(leg, now_us);
}


void leg_bye(struct leg *leg)
{
	for (size_t i = 0; i < leg->media_count; i++)
		feedback_bye(leg->media[i]);
}


/* --------------------------------------------------------------- views */

uint64_t leg_id(const struct leg *leg)
{
	return leg->id;
}


const char *leg_cname(const struct leg *leg)
{
	return leg->cname;
}


const struct leg_settings *leg_settings(const struct leg *leg)
{
	return &leg->settings;
}


size_t leg_transport_count(const struct leg *leg)
{
	return leg->transport_count;
}


size_t leg_media_count(const struct leg *leg)
{
	return leg->media_count;
}


const struct transport *leg_transport(const struct leg *leg, size_t i)
{
	return leg->transports[i].t;
}


const struct media *leg_media(const struct leg *leg, size_t i)
{
	return leg->media[i];
}


struct audio_media *leg_audio(const struct leg *leg)
{
	for (size_t i = 0; i < leg->media_count; i++) {
		struct audio_media *a = audio_media_of(leg->media[i]);

		if (a)
			return a;
	}

	return NULL;
}


struct video_media *leg_video(const struct leg *leg)
{
	for (size_t i = 0; i < leg->media_count; i++) {
		struct video_media *v = video_media_of(leg->media[i]);

		if (v)
			return v;
	}

	return NULL;
}


bool leg_mixes(const struct leg *leg, const struct media *m)
{
	for (size_t i = 0; i < leg->media_count; i++) {
		const struct media *first = leg->media[i];

		if (first->part && first->d.kind == m->d.kind)
			return first == m;
	}

	return false;
}


struct video_source *leg_picture(const struct leg *leg)
{
	const struct video_media *v = leg_video(leg);

	return v ? video_media_shown(v) : NULL;
}


bool leg_is_telephone(const struct leg *leg)
{
	const struct audio_media *a = leg_audio(leg);

	return a && a->m->lt && a->m->lt->kind == TRANSPORT_PLAIN;
}


bool leg_participates(const struct leg *leg)
{
	for (size_t i = 0; i < leg->media_count; i++) {
		if (media_receives(leg->media[i]) &&
		    leg_mixes(leg, leg->media[i]))
			return true;
	}

	return false;
}
