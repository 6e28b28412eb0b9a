/**
 * @file mixer/mix/mix_audio.c  Rank, decode, sum, encode, send
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/leg.h"
#include "mixer/mix/mix.h"
#include "mixer/mix/mix_audio.h"
#include "mixer/server/mixer.h"


enum {
	LEVEL_SILENT = 127,
	/* Sources decoded only to learn their loudness, a tick: in one mix,
	 * and shared by all that are busy */
	PROBES_MIX = 4,
	PROBES_ALL = 64,
};


static void share_destructor(void *arg)
{
	struct audio_share *s = arg;

	list_unlink(&s->le);
	if (s->rendition)
		s->mix->mixer->audio_renditions--;
	mem_deref(s->rendition);
}


static struct audio_share *share_find(const struct mix *mix,
				      const struct audio_media *a)
{
	for (struct le *le = mix->audio_shares.head; le; le = le->next) {
		struct audio_share *s = le->data;

		if (s->cmr == a->cmr &&
		    audio_codec_equal(&s->codec, &a->codec))
			return s;
	}

	return NULL;
}


static int share_alloc(struct audio_share **sp, struct mix *mix,
		       const struct audio_media *a)
{
	struct audio_share *s;
	int err;

	s = mem_zalloc(sizeof(*s), share_destructor);
	if (!s)
		return ENOMEM;

	s->mix = mix;
	s->codec = a->codec;
	s->cmr = a->cmr;
	err = audio_rendition_alloc(&s->rendition, &a->codec);
	if (err) {
		mem_deref(s);
		return err;
	}

	mix->mixer->audio_renditions++;
	audio_rendition_cmr(s->rendition, a->cmr);
	list_append(&mix->audio_shares, &s->le, s);
	*sp = s;

	return 0;
}


int mix_audio_join(struct audio_media *a)
{
	struct mix *mix = a->m->leg->mix;
	struct audio_share *s = share_find(mix, a);
	int err = s ? 0 : share_alloc(&s, mix, a);

	if (err)
		return err;

	s->users++;
	a->share = s;
	a->on = false;
	a->on_own = false;

	return 0;
}


void mix_audio_leave(struct audio_media *a)
{
	struct audio_share *s = a->share;

	a->share = NULL;
	a->on = false;
	if (s && !--s->users)
		mem_deref(s);
}


void mix_audio_loss(struct audio_media *a, unsigned percent)
{
	struct audio_share *s = a->share;
	float d;

	if (a->own)
		audio_rendition_loss(a->own, percent);
	if (!s)
		return;

	d = (float)percent - s->loss;
	s->loss += d > 0 ? d : d / (4.0f * (float)s->users);
	audio_rendition_loss(s->rendition, (unsigned)s->loss);
}


/* ---------------------------------------------------------------- rank */

static void report_talking(struct mix *mix, struct audio_media *a)
{
	struct leg *leg = a->m->leg;

	a->was_talking = a->speaker.talking;
	mix->tiles_changed = true;
	mixer_event(mix->mixer,
		    json_pack("{s:s,s:I,s:I,s:b}", "event", "talking", "mix",
			      (json_int_t)mix->id, "leg", (json_int_t)leg->id,
			      "talking", a->speaker.talking));
}


void mix_audio_active(struct mix *mix, struct leg *leg)
{
	if (mix->active == leg)
		return;

	mix->active = leg;
	mix->tiles_changed = true;
	mixer_event(mix->mixer, json_pack("{s:s,s:I,s:I}", "event", "speaker",
					  "mix", (json_int_t)mix->id, "leg",
					  (json_int_t)(leg ? leg->id : 0)));
}


static void fall_silent(struct mix *mix, struct audio_media *a)
{
	memset(&a->speaker, 0, sizeof(a->speaker));
	if (a->was_talking)
		report_talking(mix, a);
}


void mix_audio_quiet(struct mix *mix)
{
	for (size_t i = 0; i < mix->leg_count; i++) {
		struct audio_media *a = leg_audio(mix->legs[i]);

		if (a)
			fall_silent(mix, a);
	}

	mix_audio_active(mix, NULL);
}


static bool silenced(const struct audio_media *a)
{
	return a->m->leg->muted && a->gain_in.now <= 0;
}


static size_t probes_allowed(const struct mix *mix)
{
	size_t n = PROBES_ALL / (mix->mixer->busy_count + 1);

	return n > PROBES_MIX ? PROBES_MIX : n ? n : 1;
}


/* Terminals without RFC 6464 whose codec hides the loudness are decoded in
 * turns. Nobody hears a probe: who is loud is heard from the next tick on. */
static void choose_probes(struct mix *mix, size_t count)
{
	size_t left = probes_allowed(mix);
	size_t first = mix->probe_next;

	for (size_t i = 0; i < count; i++) {
		size_t at = (first + i) % count;
		struct audio_media *a = mix->ranked[at];

		a->probed = left && a->untold && !a->speaker.heard;
		if (!a->probed)
			continue;

		left--;
		mix->probe_next = at + 1;
	}
}


static void rank(struct mix *mix, uint64_t now_us)
{
	size_t n = 0;
	int active = -1;

	for (size_t i = 0; i < mix->leg_count; i++) {
		struct audio_media *a = leg_audio(mix->legs[i]);

		if (!a)
			continue;

		if (!audio_media_speaks(a)) {
			fall_silent(mix, a);
			continue;
		}

		a->level_dbov = (uint8_t)audio_source_level(
			a->source, &a->untold, now_us);
		a->untold = a->untold && !mix->legs[i]->muted;
		if (mix->legs[i] == mix->active)
			active = (int)n;

		mix->ranked[n] = a;
		mix->speakers[n] = &a->speaker;
		mix->levels[n++] =
			mix->legs[i]->muted ? LEVEL_SILENT : a->level_dbov;
	}

	active = speaker_rank(mix->speakers, mix->levels, n, active,
			      &speaker_config_default, now_us);
	choose_probes(mix, n);
	mix_audio_active(mix, active < 0 ? NULL : mix->ranked[active]->m->leg);

	for (size_t i = 0; i < n; i++) {
		if (mix->ranked[i]->speaker.talking !=
		    mix->ranked[i]->was_talking)
			report_talking(mix, mix->ranked[i]);
	}
}


/* -------------------------------------------------------------- listen */

static bool may_be_heard(const struct audio_media *a)
{
	return audio_media_speaks(a) && a->speaker.heard && !silenced(a);
}


static bool plain_volume(const struct audio_media *a)
{
	return a->gain_out.now == 1.0f && a->gain_out.goal == 1.0f;
}


static int alloc_own(struct audio_media *a)
{
	int err = 0;

	if (!a->limiter)
		err = audio_limiter_alloc(&a->limiter);
	if (!err && !a->own) {
		err = audio_rendition_alloc(&a->own, &a->codec);
		if (!err)
			audio_rendition_cmr(a->own, a->cmr);
	}

	return err;
}


/* An encoder that was idle holds the end of an old sound. It is fed what its
 * listeners just heard, so that the change-over does not click. */
static void warm_up(const struct mix *mix, struct audio_rendition *r,
		    struct audio_limiter *l, unsigned packet_ticks)
{
	unsigned ticks = MIX_WARM_PACKETS * packet_ticks;
	int16_t pcm[AUDIO_TICK_SAMPLES];
	const uint8_t *payload;
	size_t len;

	for (unsigned i = ticks; i; i--) {
		size_t at =
			(mix->past_next + MIX_PAST_TICKS - i) % MIX_PAST_TICKS;

		if (l) {
			audio_limiter_run(l, mix->past[at], pcm);
		}
		else {
			for (size_t k = 0; k < AUDIO_TICK_SAMPLES; k++) {
				int32_t v = mix->past[at][k];

				pcm[k] = (int16_t)(v > INT16_MAX   ? INT16_MAX
						   : v < INT16_MIN ? INT16_MIN
								   : v);
			}
		}

		(void)audio_rendition_feed(r, pcm, &payload, &len);
	}
}


/* Common or own, only where a packet begins: both then keep step */
static void choose(struct mix *mix, struct audio_media *a, uint64_t tick)
{
	unsigned ticks = audio_media_packet_ticks(a);
	bool own;

	if (!a->share || !media_sends(a->m)) {
		a->on = false;
		return;
	}

	if (tick % ticks == 0) {
		own = may_be_heard(a) || !plain_volume(a) ||
		      audio_media_steps(a);
		if (own && !(a->on && a->on_own)) {
			if (alloc_own(a))
				return;
			warm_up(mix, a->own, a->limiter, ticks);
		}
		a->on_own = own;
		a->on = true;
	}

	if (a->on && !a->on_own)
		a->share->wanted = true;
}


/* ----------------------------------------------------------------- sum */

static void collect(struct mix *mix, struct audio_media *a, uint64_t now_us)
{
	bool sound;

	a->contributes = false;
	if (!audio_media_speaks(a))
		return;

	if (!a->speaker.heard) {
		if (a->probed) {
			(void)audio_source_get(a->source, a->pcm, now_us);
			mix->mixer->decoded_audio++;
		}
		else {
			audio_source_skip(a->source, now_us);
		}
		/* unheard: nothing to fade */
		a->gain_in.now = a->gain_in.goal;
		if (a->fading)
			audio_media_reset(a);
		return;
	}

	sound = audio_source_get(a->source, a->pcm, now_us);
	mix->mixer->decoded_audio++;
	sound = audio_gain_apply(&a->gain_in, a->pcm) && sound;

	/* It is not added before it can be subtracted from what it hears. */
	if (sound && (!a->on || a->on_own)) {
		audio_bus_add(&mix->bus, a->pcm);
		a->contributes = true;
	}

	if (a->fading)
		audio_media_reset(a);
}


void mix_audio_part(struct audio_media *a, uint64_t now_us)
{
	struct mix *mix = a->m->leg->mix;

	if (!may_be_heard(a) || !mix_is_busy(mix))
		return;

	audio_gain_set(&a->gain_in, 0, true);
	(void)audio_source_get(a->source, a->pcm, now_us);
	if (audio_gain_apply(&a->gain_in, a->pcm))
		audio_bus_add(&mix->bus, a->pcm);
}


/* -------------------------------------------------------------- encode */

static bool is_silence(const int16_t *pcm)
{
	for (size_t i = 0; i < AUDIO_TICK_SAMPLES; i++) {
		if (pcm[i])
			return false;
	}

	return true;
}


static void encode_shares(struct mix *mix)
{
	int32_t *sum = mix->past[mix->past_next];
	int16_t pcm[AUDIO_TICK_SAMPLES];
	bool silence;

	audio_bus_minus(&mix->bus, NULL, sum);
	audio_limiter_run(mix->limiter, sum, pcm);
	silence = is_silence(pcm);

	for (struct le *le = mix->audio_shares.head; le; le = le->next) {
		struct audio_share *s = le->data;

		s->len = 0;
		if (s->wanted) {
			if (!s->fed)
				warm_up(mix, s->rendition, NULL,
					s->codec.ptime_ms / AUDIO_TICK_MS);
			(void)audio_rendition_feed(s->rendition,
						   silence ? NULL : pcm,
						   &s->payload, &s->len);
		}
		s->fed = s->wanted;
		s->wanted = false;
	}

	mix->past_next = (mix->past_next + 1) % MIX_PAST_TICKS;
}


static void encode_own(struct mix *mix, struct audio_media *a,
		       const uint8_t **payload, size_t *len)
{
	int32_t others[AUDIO_TICK_SAMPLES];
	int16_t pcm[AUDIO_TICK_SAMPLES];
	bool sound;

	audio_bus_minus(&mix->bus, a->contributes ? a->pcm : NULL, others);
	audio_limiter_run(a->limiter, others, pcm);
	sound = audio_gain_apply(&a->gain_out, pcm);
	if (audio_rendition_feed(a->own, sound ? pcm : NULL, payload, len))
		*len = 0;
}


static void deliver(struct mix *mix, struct audio_media *a, uint64_t tick,
		    uint64_t now_us)
{
	const uint8_t *payload;
	unsigned ticks = audio_media_packet_ticks(a);
	uint32_t units;
	size_t len;
	bool first;

	if (!a->on)
		return;

	if (a->on_own) {
		encode_own(mix, a, &payload, &len);
	}
	else {
		payload = a->share->payload;
		len = a->share->len;
	}

	if (!len)
		return;

	/* RFC 3550: the time of the packet's first sample */
	units = audio_rendition_tick_units(a->share->rendition);
	first = tick - a->sent_tick > ticks;
	a->sent_tick = tick;
	(void)sink_send(&a->m->sink, first,
			(uint32_t)(tick + 1 - ticks) * units, payload, len,
			now_us);
}


void mix_audio_tick(struct mix *mix, uint64_t tick, uint64_t now_us)
{
	rank(mix, now_us);
	for (size_t i = 0; i < mix->leg_count; i++) {
		struct audio_media *a = leg_audio(mix->legs[i]);

		if (!a)
			continue;

		choose(mix, a, tick);
		collect(mix, a, now_us);
	}

	encode_shares(mix);
	for (size_t i = 0; i < mix->leg_count; i++) {
		struct audio_media *a = leg_audio(mix->legs[i]);

		if (a)
			deliver(mix, a, tick, now_us);
	}

	/* who parts before the next one is on it already */
	audio_bus_clear(&mix->bus);
}
