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
	return leg_is_telephone(member->leg) && !member->mix->echo
		       ? member->mix->waiting
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


bool mix_is_told(const struct member *member)
{
	const struct audio_media *a = leg_audio(member->leg);

	return announcement_is_on(&member->sound.announcement) && a &&
	       media_reaches(a->m);
}


bool mix_waiting_is_settled(const struct member *member)
{
	const struct member_sound *s = &member->sound;

	if (mix_is_told(member) || member->mix->echo ||
	    (mix_waits(member) && mix_speaks(member->mix)))
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


/** Words are not said over music */
static float next_gain(const struct member *member)
{
	float now = member->sound.waiting_gain;

	if (!mix_waits(member) || leg_settings(member->leg)->early ||
	    mix_is_told(member) || mix_speaks(member->mix))
		return now > GOING ? now - GOING : 0;

	return now < 1 - COMING ? now + COMING : 1;
}


void mix_waiting_add(struct member *member, int32_t *sum)
{
	struct member_sound *s = &member->sound;
	const float from = s->waiting_gain, to = next_gain(member);
	const float step = (to - from) / AUDIO_TICK_SAMPLES;

	if (mix_is_told(member))
		announcement_add(&s->announcement, sum);
	s->waiting_gain = to;
	if (from <= 0 && to <= 0)
		return;

	const int16_t *pcm =
		waiting_room_now(member->mix->host->waiting, sound_of(member));

	for (size_t i = 0; i < AUDIO_TICK_SAMPLES; i++)
		sum[i] += (int32_t)((float)pcm[i] * (from + step * (float)i));
}


void mix_waiting_tick(struct member *member)
{
	const struct mix *mix = member->mix;
	struct member_sound *s = &member->sound;
	uint32_t number;

	if (!s->on || !s->on_own || !mix_is_told(member))
		announcement_wait(&s->announcement);
	if (announcement_was_said(&s->announcement, &number))
		mix->host->events->said(mix->id, leg_id(member->leg), number,
					mix->host->arg);
}


int mix_announce(const struct leg *leg, const struct announcement_words *words)
{
	struct member *member = leg_mix_arg(leg);

	return member ? announcement_begin(&member->sound.announcement, words)
		      : ENOENT;
}


/* -------------------------------------------------------------- to all */

bool mix_speaks(const struct mix *mix)
{
	return announcement_is_on(&mix->sound.announcement);
}


void mix_speak(struct mix *mix, int32_t *sum)
{
	struct announcement *a = &mix->sound.announcement;
	uint32_t number;

	if (sum)
		announcement_add(a, sum);
	else
		announcement_wait(a);
	if (announcement_was_said(a, &number))
		mix->host->events->said(mix->id, 0, number, mix->host->arg);
}


int mix_announce_all(struct mix *mix, const struct announcement_words *words)
{
	return announcement_begin(&mix->sound.announcement, words);
}
