/**
 * @file mixer/mix/mix.c  A conference inside the mixer
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/leg/leg.h"
#include "mixer/mix/mix.h"
#include "mixer/mix/mix_audio.h"
#include "mixer/mix/mix_video.h"
#include "mixer/server/mixer.h"


enum { BUSY_LEGS = 2 };


static void mix_destructor(void *arg)
{
	struct mix *mix = arg;

	while (mix->leg_count)
		mix_remove(mix, mix->legs[mix->leg_count - 1]);

	hash_unlink(&mix->he);
	mem_deref(mix->view);
	mem_deref(mix->limiter);
	mem_deref(mix->legs);
	mem_deref(mix->ranked);
	mem_deref(mix->speakers);
	mem_deref(mix->levels);
	mix->mixer->mix_count--;
}


int mix_alloc(struct mix **mp, struct mixer *mixer, uint64_t id,
	      const char *name, const struct video_canvas *canvas,
	      enum video_layout layout)
{
	struct mix *mix = mem_zalloc(sizeof(*mix), mix_destructor);
	int err;

	if (!mix)
		return ENOMEM;

	mix->mixer = mixer;
	mix->id = id;
	mix->canvas = *canvas;
	mix->layout = layout;
	snprintf(mix->name, sizeof(mix->name), "%s", name);
	mixer->mix_count++;
	err = audio_limiter_alloc(&mix->limiter);
	if (err) {
		mem_deref(mix);
		return err;
	}

	hash_append(mixer->mixes, (uint32_t)id, &mix->he, mix);
	*mp = mix;

	return 0;
}


bool mix_is_busy(const struct mix *mix)
{
	return mix->leg_count >= BUSY_LEGS;
}


/* A larger array with the old content; NULL leaves the old one as it was */
static void *grown(void *old, size_t count, size_t capacity, size_t size)
{
	void *p = mem_zalloc(capacity * size, NULL);

	if (p && old)
		memcpy(p, old, count * size);

	return p;
}


static int grow(struct mix *mix)
{
	size_t capacity = mix->leg_capacity ? 2 * mix->leg_capacity : 8;
	void *legs, *ranked, *speakers, *levels;

	legs = grown(mix->legs, mix->leg_count, capacity, sizeof(*mix->legs));
	ranked = grown(NULL, 0, capacity, sizeof(*mix->ranked));
	speakers = grown(NULL, 0, capacity, sizeof(*mix->speakers));
	levels = grown(NULL, 0, capacity, sizeof(*mix->levels));
	if (!legs || !ranked || !speakers || !levels) {
		mem_deref(legs);
		mem_deref(ranked);
		mem_deref(speakers);
		mem_deref(levels);
		return ENOMEM;
	}

	mem_deref(mix->legs);
	mem_deref(mix->ranked);
	mem_deref(mix->speakers);
	mem_deref(mix->levels);
	mix->legs = legs;
	mix->ranked = ranked;
	mix->speakers = speakers;
	mix->levels = levels;
	mix->leg_capacity = capacity;

	return 0;
}


/* What waited in jitter buffers while nobody listened is old */
static void wake_up(struct mix *mix)
{
	memset(mix->past, 0, sizeof(mix->past));
	audio_bus_clear(&mix->bus);
	for (size_t i = 0; i < mix->leg_count; i++) {
		struct audio_media *a = leg_audio(mix->legs[i]);

		if (a)
			audio_media_reset(a);
	}

	mix_video_busy(mix, true);
	mixer_busy(mix->mixer, true);
}


int mix_add(struct mix *mix, struct leg *leg)
{
	if (mix->leg_count == mix->leg_capacity) {
		int err = grow(mix);

		if (err)
			return err;
	}

	mix->legs[mix->leg_count++] = leg;
	mix->tiles_changed = true;
	mixer_leg_count(mix->mixer, 1);
	if (mix->leg_count == BUSY_LEGS)
		wake_up(mix);

	return 0;
}


void mix_remove(struct mix *mix, struct leg *leg)
{
	size_t i;

	for (i = 0; i < mix->leg_count && mix->legs[i] != leg; i++)
		;

	if (i == mix->leg_count)
		return;

	if (leg_audio(leg))
		mix_audio_part(leg_audio(leg), clock_us());
	mix->leg_count--;
	memmove(&mix->legs[i], &mix->legs[i + 1],
		(mix->leg_count - i) * sizeof(mix->legs[0]));
	mix->tiles_changed = true;
	if (mix->active == leg)
		mix_audio_active(mix, NULL);
	if (mix->leg_count == BUSY_LEGS - 1) {
		mix_audio_quiet(mix);
		mix_video_busy(mix, false);
		mixer_busy(mix->mixer, false);
	}

	mixer_leg_count(mix->mixer, -1);
	leg_bye(leg);
	mem_deref(leg);
}


void mix_tick(struct mix *mix, uint64_t tick, uint64_t now_us)
{
	if (!mix_is_busy(mix))
		return;

	mix_audio_tick(mix, tick, now_us);
	mix_video_tick(mix);
}
