/**
 * @file mixer/mix/mix.h  A conference inside the mixer
 *
 * Its legs, its sound, its picture. Who hears and sees the common mix is its
 * consumers: its legs', and whoever else is made one (mix_shared_audio,
 * mix_shared_video). A mix does not know the server: what it needs of it it
 * is handed as mix_host, and what the focus wants to know it tells through
 * mix_events. Owned by the mixer; owns its legs; media thread.
 */
#ifndef PARLEY_MIXER_MIX_MIX_H
#define PARLEY_MIXER_MIX_MIX_H

#include "mixer/base/re.h"
#include "mixer/mix/shared_audio.h"
#include "mixer/mix/shared_video.h"
#include "mixer/mix/waiting_room.h"
#include "mixer/video/engine.h"
#include "mixer/voice/announcement.h"

struct leg;
struct mix;

/** What the focus and the server want to know; no handler may free a mix */
struct mix_events {
	void (*talking)(uint64_t mix, uint64_t leg, bool talking, void *arg);
	/** @param leg The active speaker; 0: nobody */
	void (*speaker)(uint64_t mix, uint64_t leg, void *arg);
	/** What it was told has been said, or could not be heard for long.
	 *  @param leg 0: to all in the mix */
	void (*said)(uint64_t mix, uint64_t leg, uint32_t number, void *arg);
	/** Legs or busy mixes are more or fewer than they were */
	void (*population)(void *arg);
};

/** Over all mixes of one process; the files of this room count them */
struct mix_totals {
	unsigned mixes, legs;
	unsigned busy; /**< mixes with two legs or more */
	unsigned audio_renditions, video_renditions;
	uint64_t decoded_audio; /**< ticks of sound */
};

/** What mixes stand on, the same for all; borrowed as long as one lives */
struct mix_host {
	struct hash *mixes; /**< where a mix enters itself by id */
	struct video_engine *engine;
	struct waiting_room *waiting;
	struct mix_totals *totals;
	const struct mix_events *events;
	void *arg; /**< of the events */
};

int mix_alloc(struct mix **mp, const struct mix_host *host, uint64_t id,
	      const struct video_canvas *canvas, enum video_layout layout);

uint64_t mix_id(const struct mix *mix);

/** What was asked for when it was made */
const struct video_canvas *mix_canvas(const struct mix *mix);

enum video_layout mix_layout(const struct mix *mix);
void mix_set_layout(struct mix *mix, enum video_layout layout);

/** Show that leg large to all, whoever speaks, as soon as it is there. @param
 *  leg Its id; 0: none */
void mix_set_spotlight(struct mix *mix, uint64_t leg);

/** What a telephone hears that is alone in it: WAITING_MUSIC at first. Before
 *  the first leg comes */
void mix_set_waiting(struct mix *mix, enum waiting_sound sound);

/** It is an echo test: each leg has a mix of its own, as one that is aside,
 * and hears itself a second later (mixer/mix/echo.h). Before the first leg
 * comes */
void mix_set_echoes(struct mix *mix);

/** Two legs or more: there is something to mix */
bool mix_is_busy(const struct mix *mix);

/**
 * Append a leg, or put it aside if its settings say so
 *
 * @return 0 or errno; on success the mix owns the caller's reference
 */
int mix_add(struct mix *mix, struct leg *leg);

/**
 * Put a leg aside, or let it in
 *
 * Who is aside is of the mix, but neither heard nor seen there, and hears and
 * sees nothing of it: as somebody who is alone. It gets a mix of its own for
 * that, and moves with its streams and what is being said to it, so that
 * those go on without a gap.
 *
 * @return 0 or errno: it is where it was, or where it should be and shown
 *         nothing
 */
int mix_set_aside(struct leg *leg, bool aside);

/**
 * Take a leg to another mix of the same host: beside that if its settings say
 * that it is aside. It moves as there
 *
 * @return 0 or errno: it is where it was, or where it should be and shown
 *         nothing
 */
int mix_move(struct leg *leg, struct mix *to);

/** The mix that a leg is in, or beside; NULL: none */
struct mix *mix_of(const struct leg *leg);

/** Take a leg out of its mix and drop the mix's reference */
void mix_remove(struct leg *leg);

/** It is to be freed in slices: it leaves the host's mixes, where it is found
 *  and ticked, for the list `ending`, which it leaves when it is freed */
void mix_end(struct mix *mix, struct list *ending);

/** Take legs out, one at least, until there is none or clock_us() has come to
 *  `until_us`. @return whether none is left */
bool mix_dismiss(struct mix *mix, uint64_t until_us);

/**
 * Say something to a leg alone, once that reaches it: beside what else it
 * hears; early, it hears nothing but that. What was being said to it ends
 *
 * @return 0 or ENOMEM
 */
int mix_announce(const struct leg *leg,
		 const struct announcement_words *words);

/** Say something to all who are in a mix, likewise */
int mix_announce_all(struct mix *mix, const struct announcement_words *words);

/** 20 ms of sound, and what has changed in the picture; then the waiting room
 *  ticks */
void mix_tick(struct mix *mix, uint64_t tick, uint64_t now_us);

/** What other consumers than its legs may join; they are freed before it */
struct shared_audio *mix_shared_audio(const struct mix *mix);
struct shared_video *mix_shared_video(const struct mix *mix);

/** What the mix knows of a leg that is in one */
struct mix_leg_stats {
	uint8_t level_dbov;
	bool audible; /**< it is on the bus, or would be if it spoke */
	bool on_own;  /**< it hears a rendition of its own */
	unsigned width, height; /**< of what it is shown; 0: nothing */
};

void mix_leg_stats(const struct leg *leg, struct mix_leg_stats *stats);

#endif
