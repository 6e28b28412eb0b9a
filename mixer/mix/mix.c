/**
 * @file mixer/mix/mix.c  A conference inside the mixer
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/leg/leg.h"
#include "mixer/mix/mix_private.h"


enum { BUSY_LEGS = 2, CAPACITY_MIN = 8 };


static void mix_destructor(void *arg)
{
	struct mix *mix = arg;

	while (mix->member_count)
		mix_remove(mix->members[mix->member_count - 1]->leg);

	hash_unlink(&mix->he);
	mix_audio_close(mix);
	mem_deref(mix->pictures);
	mem_deref(mix->members);
	mix->host->totals->mixes--;
}


int mix_alloc(struct mix **mp, const struct mix_host *host, uint64_t id,
	      const char *name, const struct video_canvas *canvas,
	      enum video_layout layout)
{
	struct mix *mix = mem_zalloc(sizeof(*mix), mix_destructor);
	int err;

	if (!mix)
		return ENOMEM;

	mix->host = host;
	mix->id = id;
	mix->canvas = *canvas;
	mix->layout = layout;
	mix->waiting = WAITING_MUSIC;
	snprintf(mix->name, sizeof(mix->name), "%s", name);
	host->totals->mixes++;
	err = mix_audio_init(mix);
	if (!err)
		err = mix_video_init(mix);
	if (err) {
		mem_deref(mix);
		return err;
	}

	hash_append(host->mixes, (uint32_t)id, &mix->he, mix);
	*mp = mix;

	return 0;
}


uint64_t mix_id(const struct mix *mix)
{
	return mix->id;
}


const struct video_canvas *mix_canvas(const struct mix *mix)
{
	return &mix->canvas;
}


enum video_layout mix_layout(const struct mix *mix)
{
	return mix->layout;
}


void mix_set_layout(struct mix *mix, enum video_layout layout)
{
	mix->layout = layout;
	mix_look_changed(mix);
}


bool mix_is_busy(const struct mix *mix)
{
	return mix->member_count >= BUSY_LEGS;
}


struct shared_audio *mix_shared_audio(const struct mix *mix)
{
	return mix->sound.shared;
}


struct shared_video *mix_shared_video(const struct mix *mix)
{
	return mix->pictures;
}


/* --------------------------------------------------------------- members */

static void look_changed_h(void *arg)
{
	const struct member *member = arg;

	mix_look_changed(member->mix);
}


static int follow_h(enum media_kind kind, void *arg)
{
	return kind == MEDIA_AUDIO ? mix_audio_follow(arg)
				   : mix_video_follow(arg);
}


static void sound_lost_h(unsigned percent, void *arg)
{
	mix_audio_loss(arg, percent);
}


static void keyframe_h(bool urgent, void *arg)
{
	mix_video_keyframe(arg, urgent);
}


static unsigned tier_kbps_h(unsigned tier, void *arg)
{
	return mix_video_tier_kbps(arg, tier);
}


static const struct leg_mix_events leg_handlers = {
	look_changed_h, follow_h, sound_lost_h, keyframe_h, tier_kbps_h,
};


static void member_destructor(void *arg)
{
	struct member *member = arg;

	if (member->leg)
		leg_set_mix(member->leg, NULL, NULL);
	mix_audio_exit(member);
	mix_video_exit(member);
	mem_deref(member->leg);
}


/* The reference to the leg is taken over on success */
static int member_alloc(struct member **mp, struct mix *mix, struct leg *leg)
{
	struct member *member = mem_zalloc(sizeof(*member), member_destructor);
	int err;

	if (!member)
		return ENOMEM;

	member->mix = mix;
	member->leg = mem_ref(leg);
	leg_set_mix(leg, &leg_handlers, member);
	err = mix_audio_enter(member);
	if (!err)
		err = mix_video_enter(member);
	if (err) {
		mem_deref(member);
		return err;
	}

	mem_deref(leg);
	*mp = member;

	return 0;
}


static int grow(struct mix *mix)
{
	size_t capacity = mix->capacity ? 2 * mix->capacity : CAPACITY_MIN;
	struct member **members;
	int err;

	members = mem_zalloc(capacity * sizeof(*members), NULL);
	if (!members)
		return ENOMEM;

	err = mix_audio_grow(mix, capacity);
	if (err) {
		mem_deref(members);
		return err;
	}

	if (mix->members)
		memcpy(members, mix->members,
		       mix->member_count * sizeof(*members));
	mem_deref(mix->members);
	mix->members = members;
	mix->capacity = capacity;

	return 0;
}


static void set_busy(struct mix *mix, bool busy)
{
	if (busy) {
		mix->host->totals->busy++;
		mix_audio_wake(mix);
	}
	else {
		mix->host->totals->busy--;
		mix_audio_quiet(mix);
	}

	/* what waited in jitter buffers while nobody listened is old */
	for (size_t i = 0; i < mix->member_count; i++) {
		leg_attend(mix->members[i]->leg, busy);
		(void)mix_waiting_follow(mix->members[i]);
		/* nobody is the first or alone any more */
		if (busy)
			announcement_fade(
				&mix->members[i]->sound.announcement);
	}
}


int mix_add(struct mix *mix, struct leg *leg)
{
	struct member *member;
	int err = mix->member_count == mix->capacity ? grow(mix) : 0;

	if (!err)
		err = member_alloc(&member, mix, leg);
	if (err)
		return err;

	mix->members[mix->member_count++] = member;
	mix_look_changed(mix);
	mix->host->totals->legs++;
	if (mix->member_count == BUSY_LEGS)
		set_busy(mix, true);
	else
		leg_attend(leg, mix_is_busy(mix));
	mix_video_pace(mix);

	mix->host->events->population(mix->host->arg);

	return 0;
}


struct mix *mix_of(const struct leg *leg)
{
	const struct member *member = leg_mix_arg(leg);

	return member ? member->mix : NULL;
}


void mix_remove(struct leg *leg)
{
	struct member *member = leg_mix_arg(leg);
	struct mix *mix = member ? member->mix : NULL;
	size_t i;

	if (!mix)
		return;

	for (i = 0; mix->members[i] != member; i++)
		;

	mix_audio_part(member, clock_us());
	mix->member_count--;
	memmove(&mix->members[i], &mix->members[i + 1],
		(mix->member_count - i) * sizeof(mix->members[0]));
	mix_look_changed(mix);
	mix->host->totals->legs--;
	if (mix->member_count == BUSY_LEGS - 1)
		set_busy(mix, false);
	mix_video_pace(mix);

	mix->host->events->population(mix->host->arg);
	leg_bye(leg);
	mem_deref(member);
}


void mix_end(struct mix *mix, struct list *ending)
{
	hash_unlink(&mix->he);
	list_append(ending, &mix->he, mix);
}


bool mix_dismiss(struct mix *mix, uint64_t until_us)
{
	do {
		if (!mix->member_count)
			return true;

		mix_remove(mix->members[mix->member_count - 1]->leg);
	} while (clock_us() < until_us);

	return !mix->member_count;
}


void mix_tick(struct mix *mix, uint64_t tick, uint64_t now_us)
{
	mix_audio_tick(mix, tick, now_us);
	mix_video_tick(mix);
}


void mix_leg_stats(const struct leg *leg, struct mix_leg_stats *stats)
{
	const struct member *member = leg_mix_arg(leg);
	const struct video_rendition_config *config;

	memset(stats, 0, sizeof(*stats));
	if (!member)
		return;

	stats->level_dbov = member->sound.level_dbov;
	stats->audible = member->sound.speaker.audible;
	stats->on_own = member->sound.on_own;
	config = video_consumer_config(member->picture.consumer);
	stats->width = config ? config->width : 0;
	stats->height = config ? config->height : 0;
}
