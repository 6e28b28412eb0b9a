/**
 * @file mixer/mix/mix.h  A conference inside the mixer
 *
 * Its legs, its bus, its picture. Sound is in mix_audio, pictures in
 * mix_video. Owned by the mixer; owns its legs; media thread.
 */
#ifndef PARLEY_MIXER_MIX_MIX_H
#define PARLEY_MIXER_MIX_MIX_H

#include "mixer/audio/bus.h"
#include "mixer/audio/speaker.h"
#include "mixer/base/re.h"
#include "mixer/mix/mix_video.h"
#include "mixer/video/engine.h"

struct audio_limiter;
struct audio_media;
struct leg;
struct mixer;

enum {
	/** Packets of the past that warm up an encoder: with one, Opus is
	 *  off by 8 dB for two frames, with three by 30 dB */
	MIX_WARM_PACKETS = 3,
	/** Ticks of the past sum that are kept: the longest packet has
	 *  three, and one is being written */
	MIX_PAST_TICKS = 3 * MIX_WARM_PACKETS + 1,
	MIX_NAME_BYTES = 64,
};

struct mix {
	struct le he;
	struct mixer *mixer;
	uint64_t id;
	char name[MIX_NAME_BYTES];
	struct leg **legs; /**< in order of joining */
	size_t leg_count, leg_capacity;
	struct leg *active; /**< the active speaker */
	/* sound; the arrays have leg_capacity entries */
	struct audio_media **ranked;
	struct speaker **speakers;
	uint8_t *levels;
	size_t probe_next; /**< in ranked: whose turn it is */
	struct audio_bus bus;
	struct audio_limiter *limiter;
	int32_t past[MIX_PAST_TICKS][AUDIO_TICK_SAMPLES];
	size_t past_next;
	struct list audio_shares;
	/* picture */
	struct video_canvas canvas;
	enum video_layout layout;
	struct video_view *view; /**< while somebody watches */
	struct list video_shares;
	bool tiles_changed;
};

int mix_alloc(struct mix **mp, struct mixer *mixer, uint64_t id,
	      const char *name, const struct video_canvas *canvas,
	      enum video_layout layout);

/** Two legs or more: it ticks */
bool mix_is_busy(const struct mix *mix);

/** Append a leg; the mix owns the caller's reference from then on */
int mix_add(struct mix *mix, struct leg *leg);

/** Take a leg out and drop the reference */
void mix_remove(struct mix *mix, struct leg *leg);

/** 20 ms of sound, and what has changed in the picture */
void mix_tick(struct mix *mix, uint64_t tick, uint64_t now_us);

#endif
