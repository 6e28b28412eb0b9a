/**
 * @file mixer/mix/mix_waiting.c  What a leg hears beside the mix: the waiting
 * room while it is alone, and announcements
 */
#include <errno.h>
#include "mixer/leg/audio_media.h"
#include "mixer/mix/mix_private.h"


/* Ticks in which the room's sound comes, and goes when there is a mix */
#define COMING (1.0f / 25)
#define GOING  (1.0f / 10)


static enum waiting_sound sound_of(const struct member *member)
{
	return leg_is_telephone(member->leg) ? member->mix->waiting
					     : WAITING_SILENCE;
}


void mix_set_waiting(struct mix *mix, enum waiting_sound sound)
{
	mix->waiting = sound;
}


bool mix_waits(const struct member *member)
{
	const struct mix *mix = member->mix;

	return !mix->member_count ||
	       (!mix_is_busy(mix) && mix->members[0] == member);
}


int mix_waiting_enter(struct member *member, audio_packet_h *packeth)
{
	struct member_sound *s = &member->sound;
	struct shared_audio *shared = waiting_room_shared(
		member->mix->host->waiting, sound_of(member));
	int err = audio_consumer_alloc(&s->waiting, shared, packeth, member);

	if (!err)
		audio_consumer_take(s->waiting, false);

	return err;
}


int mix_waiting_follow(struct member *member)
{
	const struct audio_media *a = leg_audio(member->leg);
	struct member_sound *s = &member->sound;

	if (!mix_waits(member) || !a || !audio_consumer_codec(s->consumer))
		return 0;

	return audio_consumer_join(s->waiting, &a->codec, a->cmr);
}


bool mix_waiting_is_settled(const struct member *member)
{
	const struct member_sound *s = &member->sound;

	if (announcement_is_on(&s->announcement))
		return false;

	return mix_waits(member) ? s->waiting_gain >= 1 &&
					   audio_consumer_codec(s->waiting)
				 : s->waiting_gain <= 0;
}


const struct past_sound *mix_waiting_past(const struct member *member)
{
	const struct member_sound *s = &member->sound;
	bool waiting = s->on ? s->on_waiting : mix_waits(member);

	return waiting ? waiting_room_past(member->mix->host->waiting,
					   sound_of(member))
		       : &member->mix->sound.past;
}


static float next_gain(const struct member *member)
{
	float now = member->sound.waiting_gain;

	if (!mix_waits(member))
		return now > GOING ? now - GOING : 0;

	return now < 1 - COMING ? now + COMING : 1;
}


void mix_waiting_add(struct member *member, int32_t *sum)
{
	struct member_sound *s = &member->sound;
	const float from = s->waiting_gain, to = next_gain(member);
	const float step = (to - from) / AUDIO_TICK_SAMPLES;

	announcement_add(&s->announcement, sum);
	s->waiting_gain = to;
	if (from <= 0 && to <= 0)
		return;

	const int16_t *pcm =
		waiting_room_now(member->mix->host->waiting, sound_of(member));

	for (size_t i = 0; i < AUDIO_TICK_SAMPLES; i++)
		sum[i] += (int32_t)((float)pcm[i] * (from + step * (float)i));
}


int mix_announce(const struct leg *leg, enum announcement_id id)
{
	struct member *member = leg_mix_arg(leg);

	return member ? announcement_begin(&member->sound.announcement, id)
		      : ENOENT;
}
