/**
 * @file mixer/mix/mix.c  A conference inside the mixer
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/leg/leg.h"
#include "mixer/mix/mix_private.h"


enum { BUSY_LEGS = 2, CAPACITY_MIN = 8 };


/* Of those that are left; NULL: none */
static struct leg *last_leg(const struct mix *mix)
{
	const struct mix *aside = list_ledata(mix->asides.tail);

	if (aside)
		return last_leg(aside);

	return mix->member_count ? mix->members[mix->member_count - 1]->leg
				 : NULL;
}


static void mix_destructor(void *arg)
{
	struct mix *mix = arg;

	while (last_leg(mix))
		mix_remove(last_leg(mix));

	hash_unlink(&mix->he);
	list_unlink(&mix->aside_le);
	mix_audio_close(mix);
	mem_deref(mix->pictures);
	mem_deref(mix->members);
	mem_deref(mix->echo);
	if (!mix->conference)
		mix->host->totals->mixes--;
}


static int make(struct mix **mp, const struct mix *like)
{
	struct mix *mix = mem_zalloc(sizeof(*mix), mix_destructor);
	int err;

	if (!mix)
		return ENOMEM;

	mix->host = like->host;
	mix->id = like->id;
	mix->conference = like->conference;
	mix->canvas = like->canvas;
	mix->layout = like->layout;
	mix->waiting = like->waiting;
	if (!mix->conference)
		mix->host->totals->mixes++;
	err = mix_audio_init(mix);
	if (!err)
		err = mix_video_init(mix);
	if (err)
		mem_deref(mix);
	else
		*mp = mix;

	return err;
}


int mix_alloc(struct mix **mp, const struct mix_host *host, uint64_t id,
	      const struct video_canvas *canvas, enum video_layout layout)
{
	const struct mix like = {
		.host = host,
		.id = id,
		.canvas = *canvas,
		.layout = layout,
		.waiting = WAITING_MUSIC,
	};
	int err = make(mp, &like);

	if (!err)
		hash_append(host->mixes, (uint32_t)id, &(*mp)->he, *mp);

	return err;
}


/* Of one leg, that is aside */
static int make_aside(struct mix **mp, struct mix *conference)
{
	const struct mix like = {
		.host = conference->host,
		.id = conference->id,
		.conference = conference,
		.canvas = conference->canvas,
		.layout = conference->layout,
		.waiting = conference->waiting,
	};
	int err = make(mp, &like);

	if (err)
		return err;

	list_append(&conference->asides, &(*mp)->aside_le, *mp);
	if (conference->echoes)
		err = echo_alloc(&(*mp)->echo);
	if (err)
		*mp = mem_deref(*mp);

	return err;
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


void mix_set_echoes(struct mix *mix)
{
	mix->echoes = true;
}


void mix_set_spotlight(struct mix *mix, uint64_t leg)
{
	mix->spotlight = leg;
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
			announcement_company(
				&mix->members[i]->sound.announcement);
	}
}


static void enter(struct mix *mix, struct member *member)
{
	member->mix = mix;
	mix->members[mix->member_count++] = member;
	mix_look_changed(mix);
	if (mix->member_count == BUSY_LEGS)
		set_busy(mix, true);
	else
		leg_attend(member->leg, mix_is_busy(mix) || mix->echo);
	mix_video_pace(mix);
}


static void leave(struct member *member)
{
	struct mix *mix = member->mix;
	size_t i;

	for (i = 0; mix->members[i] != member; i++)
		;

	mix_audio_part(member, clock_us());
	mix->member_count--;
	memmove(&mix->members[i], &mix->members[i + 1],
		(mix->member_count - i) * sizeof(mix->members[0]));
	mix_look_changed(mix);
	if (mix->member_count == BUSY_LEGS - 1)
		set_busy(mix, false);
	mix_video_pace(mix);
}


static int make_room(struct mix *mix)
{
	return mix->member_count == mix->capacity ? grow(mix) : 0;
}


int mix_add(struct mix *mix, struct leg *leg)
{
	struct mix *aside = NULL;
	struct member *member;
	int err = 0;

	if (leg_settings(leg)->aside || mix->echoes) {
		err = make_aside(&aside, mix);
		mix = aside;
	}
	if (!err)
		err = make_room(mix);
	if (!err)
		err = member_alloc(&member, mix, leg);
	if (err) {
		mem_deref(aside);
		return err;
	}

	enter(mix, member);
	mix->host->totals->legs++;
	mix->host->events->population(mix->host->arg);

	return 0;
}


/* Nothing is changed on error, but that there may be no picture */
static int move(struct member *member, struct mix *to)
{
	struct mix *from = member->mix;
	int err = make_room(to);

	if (!err)
		err = mix_audio_move(member, to);
	if (err)
		return err;

	leave(member);
	enter(to, member);
	mix_audio_moved(member, from);
	err = mix_video_move(member);
	/* it has left all that was there */
	if (from->conference)
		mem_deref(from);

	return err;
}


int mix_set_aside(struct leg *leg, bool aside)
{
	struct member *member = leg_mix_arg(leg);
	struct mix *to = NULL;
	int err = 0;

	if (!member || member->mix->echo ||
	    aside == (member->mix->conference != NULL))
		return 0;

	if (!aside)
		return move(member, member->mix->conference);

	err = make_aside(&to, member->mix);
	if (!err)
		err = move(member, to);
	if (err && to && !to->member_count)
		mem_deref(to);

	return err;
}


int mix_move(struct leg *leg, struct mix *to)
{
	struct member *member = leg_mix_arg(leg);
	struct mix *aside = NULL;
	int err = 0;

	if (!member)
		return ENOENT;
	if (mix_of(leg) == to)
		return 0;

	if (leg_settings(leg)->aside || to->echoes) {
		err = make_aside(&aside, to);
		to = aside;
	}
	if (!err)
		err = move(member, to);
	if (err && aside && !aside->member_count)
		mem_deref(aside);

	return err;
}


struct mix *mix_of(const struct leg *leg)
{
	const struct member *member = leg_mix_arg(leg);
	struct mix *mix = member ? member->mix : NULL;

	return mix && mix->conference ? mix->conference : mix;
}


void mix_remove(struct leg *leg)
{
	struct member *member = leg_mix_arg(leg);
	struct mix *mix = member ? member->mix : NULL;

	if (!mix)
		return;

	leave(member);
	mix->host->totals->legs--;
	mix->host->events->population(mix->host->arg);
	leg_bye(leg);
	mem_deref(member);
	if (mix->conference)
		mem_deref(mix);
}


void mix_end(struct mix *mix, struct list *ending)
{
	hash_unlink(&mix->he);
	list_append(ending, &mix->he, mix);
}


bool mix_dismiss(struct mix *mix, uint64_t until_us)
{
	do {
		if (!last_leg(mix))
			return true;

		mix_remove(last_leg(mix));
	} while (clock_us() < until_us);

	return !last_leg(mix);
}


void mix_tick(struct mix *mix, uint64_t tick, uint64_t now_us)
{
	mix_audio_tick(mix, tick, now_us);
	mix_video_tick(mix);
	for (struct le *le = mix->asides.head; le; le = le->next)
		mix_tick(le->data, tick, now_us);
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
