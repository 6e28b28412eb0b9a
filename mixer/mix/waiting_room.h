/**
 * @file mixer/mix/waiting_room.h  What those hear who are alone in their mix
 *
 * Somebody who waits for others is sent sound from the first second, or his
 * gateway hangs up: soft music at a telephone, silence where a page says what
 * is going on. It is the same for all who wait in one process, so it is
 * encoded once for each codec and mode however many mixes there are
 * (RFC 7667's mixer, for one that has nothing to mix yet). One of a mixer;
 * media thread; a tick does not allocate.
 */
#ifndef PARLEY_MIXER_MIX_WAITING_ROOM_H
#define PARLEY_MIXER_MIX_WAITING_ROOM_H

#include "mixer/mix/past_sound.h"
#include "mixer/mix/shared_audio.h"

struct waiting_room;

enum waiting_sound { WAITING_MUSIC, WAITING_SILENCE, WAITING_SOUNDS };

/** @param count Goes up and down with the number of renditions; borrowed */
int waiting_room_alloc(struct waiting_room **wp, unsigned *count);

/** Whom consumers of a sound join */
struct shared_audio *waiting_room_shared(const struct waiting_room *w,
					 enum waiting_sound sound);

/** What was heard of a sound before this tick */
const struct past_sound *waiting_room_past(const struct waiting_room *w,
					   enum waiting_sound sound);

/** This tick of a sound; made when it is asked for first.
 *  @return AUDIO_TICK_SAMPLES, valid during the tick */
const int16_t *waiting_room_now(struct waiting_room *w,
				enum waiting_sound sound);

/** The end of a tick: who is alone is sent it */
void waiting_room_tick(struct waiting_room *w, uint64_t tick, uint64_t now_us);

#endif
