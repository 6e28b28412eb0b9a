/**
 * @file mixer/mix/mix_video.c  A conference's picture: tiles, and who is shown
 * which rendition
 */
#include <stdio.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/video_media.h"
#include "mixer/mix/mix_private.h"
#include "mixer/video/layout.h"


void mix_look_changed(struct mix *mix)
{
	mix->look_changed = true;
}


/* Who is in the spotlight, if he is there and has something to show */
static const struct member *spotlit(const struct mix *mix)
{
	for (size_t i = 0; mix->spotlight && i < mix->member_count; i++) {
		const struct member *member = mix->members[i];

		if (leg_id(member->leg) == mix->spotlight &&
		    leg_participates(member->leg))
			return member;
	}

	return NULL;
}


/* Whose tile is the large one, or has the frame of who speaks */
static const struct member *foremost(const struct mix *mix)
{
	const struct member *lit = spotlit(mix);

	return lit ? lit : mix->sound.active;
}


static enum video_layout layout_of(const struct mix *mix)
{
	return spotlit(mix) ? VIDEO_LAYOUT_SPEAKER : mix->layout;
}


static void describe_tile(struct video_tile *tile, const struct member *member)
{
	const struct leg_settings *s = leg_settings(member->leg);

	memset(tile, 0, sizeof(*tile));
	snprintf(tile->label, sizeof(tile->label), "%s", s->name);
	/* nobody looks in a mirror, which costs as much as a window */
	tile->source = s->video_muted || !mix_is_busy(member->mix)
			       ? NULL
			       : leg_picture(member->leg);
	tile->muted = s->muted;
	tile->talking =
		leg_audio(member->leg) && member->sound.speaker.talking;
	tile->active = member == foremost(member->mix);
}


/* @param active Set to which of them is foremost; SIZE_MAX: none */
static size_t count_people(const struct mix *mix, size_t *active)
{
	const struct member *first = foremost(mix);
	size_t count = 0;

	*active = SIZE_MAX;
	for (size_t i = 0; i < mix->member_count; i++) {
		if (!leg_participates(mix->members[i]->leg))
			continue;
		if (mix->members[i] == first)
			*active = count;
		++count;
	}

	return count;
}


static void set_tiles(struct mix *mix, struct video_view *view)
{
	struct video_tile tiles[VIDEO_TILES_MAX];
	size_t chosen[VIDEO_TILES_MAX];
	size_t active, count = count_people(mix, &active);
	const enum video_layout layout = layout_of(mix);
	size_t room = video_view_room(view, layout);
	size_t seen = layout_choose(chosen, count, room, active);
	size_t person = 0, n = 0;

	for (size_t i = 0; i < mix->member_count && n < seen; i++) {
		if (!leg_participates(mix->members[i]->leg))
			continue;
		if (person++ == chosen[n])
			describe_tile(&tiles[n++], mix->members[i]);
	}

	if (seen < count)
		tiles[n++] = (struct video_tile){.more = count - seen};

	(void)video_view_set(view, layout, tiles, n);
}


static void view_h(struct video_view *view, void *arg)
{
	set_tiles(arg, view);
}


int mix_video_init(struct mix *mix)
{
	return shared_video_alloc(
		&mix->pictures, mix->host->engine, &mix->canvas,
		&mix->host->totals->video_renditions, view_h, mix);
}


void mix_video_pace(struct mix *mix)
{
	bool busy = mix_is_busy(mix);
	bool rests = mix->member_count == 1 &&
		     leg_is_telephone(mix->members[0]->leg);

	shared_video_pace(mix->pictures, busy    ? VIDEO_LIVE
					 : rests ? VIDEO_RESTS
						 : VIDEO_PAUSED);
}


void mix_video_tick(struct mix *mix)
{
	if (!mix->look_changed)
		return;

	mix->look_changed = false;
	shared_video_views(mix->pictures);
}


/* --------------------------------------------------------------- members */

static void frame_h(const struct video_frame *frame, uint32_t timestamp,
		    uint64_t now_us, void *arg)
{
	const struct member *member = arg;
	struct video_media *v = leg_video(member->leg);

	if (v)
		video_media_send(v, frame, timestamp, now_us);
}


int mix_video_enter(struct member *member)
{
	int err = video_consumer_alloc(&member->picture.consumer,
				       member->mix->pictures, frame_h, member);

	return err ? err : mix_video_follow(member);
}


void mix_video_exit(struct member *member)
{
	member->picture.consumer = mem_deref(member->picture.consumer);
}


static void wish_of(struct video_wish *wish, const struct video_media *v,
		    unsigned tier)
{
	const struct media_description *d = &v->m->d;

	memset(wish, 0, sizeof(*wish));
	wish->codec = v->codec;
	wish->width = d->width;
	wish->height = d->height;
	wish->fps = d->fps;
	wish->kbps = d->kbps;
	wish->tier = tier;
	wish->payload_max = send_stream_payload_max();
}


int mix_video_follow(struct member *member)
{
	const struct video_media *v = leg_video(member->leg);
	struct video_wish wish;

	if (!v || !v->m->d.send) {
		video_consumer_leave(member->picture.consumer);
		return 0;
	}

	wish_of(&wish, v, v->tier);

	return video_consumer_join(member->picture.consumer, &wish);
}


int mix_video_move(struct member *member)
{
	video_consumer_move(member->picture.consumer, member->mix->pictures);

	return mix_video_follow(member);
}


void mix_video_keyframe(struct member *member, bool urgent)
{
	video_consumer_keyframe(member->picture.consumer, urgent);
}


unsigned mix_video_tier_kbps(const struct member *member, unsigned tier)
{
	const struct video_media *v = leg_video(member->leg);
	struct video_rendition_config config;
	struct video_wish wish;

	if (!v)
		return 0;

	wish_of(&wish, v, tier);
	shared_video_config(&config, &member->mix->canvas, &wish);

	return config.kbps;
}
