/**
 * @file mixer/server/mixer.h  The media server: all mixes and legs of one
 * process
 *
 * Owns the network, the video engine, the link and the tick, and puts legs
 * and mixes together with them: what those tell goes to the focus as events
 * of the link. One thread (libre's loop) runs all of it. The struct is open
 * to the files of this folder and its tests only.
 */
#ifndef PARLEY_MIXER_SERVER_MIXER_H
#define PARLEY_MIXER_SERVER_MIXER_H

#include <jansson.h>
#include "mixer/base/re.h"
#include "mixer/leg/leg.h"
#include "mixer/mix/mix.h"
#include "mixer/net/transport.h"
#include "mixer/server/durations.h"
#include "mixer/video/engine.h"

struct link;
struct tick;
struct voices;
struct mixer;

/** A request of the link: carry it out and answer it */
typedef void(mixer_request_h)(struct mixer *mixer, const json_t *msg);

struct mixer_config {
	struct net_config net;
	uint32_t media_timeout_s; /**< 0: legs never time out */
	unsigned video_workers;
	const char *announcements; /**< folder of voices_alloc, borrowed */
	mixer_request_h *requesth; /**< requests_handle */
	/** Give up files when the libraries are loaded and before the first
	 *  thread starts; NULL: keep them. Called once by mixer_alloc */
	void (*give_up_files)(void *arg);
};

struct mixer {
	struct mixer_config config;
	struct net *net;
	struct video_engine *engine;
	struct link *link;
	struct tick *tick;
	struct tmr end;            /**< the next slice of `ending` */
	struct list ending;        /**< mixes that are being freed */
	struct hash *mixes, *legs; /**< by id */
	struct mix_totals totals;
	struct durations requests; /**< what each cost this thread */
	struct waiting_room *waiting;
	struct voices *voices;
	struct leg_host leg_host;
	struct mix_host mix_host;
	void (*closed)(void *arg); /**< the link closed */
	void *arg;
};

/**
 * Make a mixer that obeys the link at `link_fd` and says hello
 *
 * @param closed Called when the link closes: the end of the program
 * @return 0 or errno; link_fd is closed with the mixer
 */
int mixer_alloc(struct mixer **mp, const struct mixer_config *config,
		int link_fd, void (*closed)(void *arg), void *arg);

/** NULL when unknown */
struct mix *mixer_mix(const struct mixer *mixer, uint64_t id);
struct leg *mixer_leg(const struct mixer *mixer, uint64_t id);

/**
 * Free a mix with all its legs. It is not found any more; its legs go one by
 * one until `until_us` (clock_us()), the others in slices of 2 ms, between
 * which packets and beats have their turn
 */
void mixer_end_mix(struct mixer *mixer, struct mix *mix, uint64_t until_us);

/** Send an event; steals `msg`. Losing one is logged, not fatal */
void mixer_event(struct mixer *mixer, json_t *msg);

/** Tick while there is a leg */
void mixer_schedule(struct mixer *mixer);

#endif
