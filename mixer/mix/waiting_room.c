/**
 * @file mixer/mix/waiting_room.c  What those hear who are alone in their mix
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/waiting_music.h"
#include "mixer/base/re.h"
#include "mixer/mix/waiting_room.h"


struct waiting_room {
	struct waiting_music music;
	int16_t now[WAITING_SOUNDS][AUDIO_TICK_SAMPLES];
	bool made; /**< the music of this tick */
	/** Delays it as those of encoders that are a leg's own do theirs */
	struct audio_limiter *limiter;
	struct past_sound past[WAITING_SOUNDS];
	struct shared_audio *shared[WAITING_SOUNDS];
};


static void waiting_room_destructor(void *arg)
{
	struct waiting_room *w = arg;

	for (size_t i = 0; i < WAITING_SOUNDS; i++)
		mem_deref(w->shared[i]);
	mem_deref(w->limiter);
}


int waiting_room_alloc(struct waiting_room **wp, unsigned *count)
{
	struct waiting_room *w;
	int err;

	w = mem_zalloc(sizeof(*w), waiting_room_destructor);
	if (!w)
		return ENOMEM;

	err = audio_limiter_alloc(&w->limiter);
	for (size_t i = 0; !err && i < WAITING_SOUNDS; i++)
		err = shared_audio_alloc(&w->shared[i], &w->past[i], count);
	if (err)
		mem_deref(w);
	else
		*wp = w;

	return err;
}


struct shared_audio *waiting_room_shared(const struct waiting_room *w,
					 enum waiting_sound sound)
{
	return w->shared[sound];
}


const struct past_sound *waiting_room_past(const struct waiting_room *w,
					   enum waiting_sound sound)
{
	return &w->past[sound];
}


const int16_t *waiting_room_now(struct waiting_room *w,
				enum waiting_sound sound)
{
	if (sound == WAITING_MUSIC && !w->made) {
		waiting_music_run(&w->music, w->now[WAITING_MUSIC]);
		w->made = true;
	}

	return w->now[sound];
}


static void send_music(struct waiting_room *w, uint64_t tick, uint64_t now_us)
{
	int32_t *now = past_sound_now(&w->past[WAITING_MUSIC]);
	int16_t pcm[AUDIO_TICK_SAMPLES];

	for (size_t i = 0; i < AUDIO_TICK_SAMPLES; i++)
		now[i] = w->now[WAITING_MUSIC][i];
	audio_limiter_run(w->limiter, now, pcm);
	shared_audio_tick(w->shared[WAITING_MUSIC], pcm, tick, now_us);
	past_sound_advance(&w->past[WAITING_MUSIC]);
	w->made = false;
}


void waiting_room_tick(struct waiting_room *w, uint64_t tick, uint64_t now_us)
{
	if (shared_audio_is_taken(w->shared[WAITING_MUSIC]))
		(void)waiting_room_now(w, WAITING_MUSIC);

	if (w->made)
		send_music(w, tick, now_us);
	else /* its encoders rest */
		shared_audio_tick(w->shared[WAITING_MUSIC], NULL, tick,
				  now_us);
	shared_audio_tick(w->shared[WAITING_SILENCE], NULL, tick, now_us);
}
