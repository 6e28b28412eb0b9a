/**
 * @file mixer/leg/audio_media.h  The sound of one leg, in and out
 *
 * In: jitter buffer and decoder (audio_source), DTMF, gain. Out: the common
 * rendition of its mix shared with all who say nothing and have the same
 * codec, or its own while it is heard itself, deaf, or listens at another
 * volume. Owned by its media; media thread.
 */
#ifndef PARLEY_MIXER_LEG_AUDIO_MEDIA_H
#define PARLEY_MIXER_LEG_AUDIO_MEDIA_H

#include "mixer/audio/bus.h"
#include "mixer/audio/rendition.h"
#include "mixer/audio/source.h"
#include "mixer/audio/speaker.h"
#include "mixer/audio/telephone_event.h"
#include "mixer/leg/media.h"

struct audio_share;

struct audio_media {
	struct media *m;
	/* in */
	struct audio_source *source;
	struct telephone_event event;
	uint32_t event_clock_hz;
	struct speaker speaker;
	bool was_talking;
	struct audio_gain gain_in;
	bool received;
	bool fading; /**< received no more: heard out, so as not to click */
	int16_t pcm[AUDIO_TICK_SAMPLES]; /**< what it says this tick */
	bool contributes;                /**< pcm is on the bus */
	bool untold; /**< only decoding tells how loud it is */
	bool probed; /**< decoded this tick to learn that, unheard */
	uint8_t level_dbov;
	/* out */
	struct audio_codec codec;  /**< what it is sent */
	uint8_t cmr;               /**< mode its far end asked for, 15 none */
	uint64_t cmr_us;           /**< when that was followed */
	struct audio_share *share; /**< NULL while it is sent nothing */
	struct audio_rendition *own;
	struct audio_limiter *limiter;
	struct audio_gain gain_out;
	bool on_own, on; /**< which it hears; if anything yet */
	uint64_t sent_tick;
};

int audio_media_alloc(struct audio_media **ap, struct media *m);

/** Follow m->d */
int audio_media_configure(struct audio_media *a);

/** Follow the leg's muted, deaf and volumes */
void audio_media_volume(struct audio_media *a);

/** Another source, or a pause: forget the old one's time */
void audio_media_reset(struct audio_media *a);

void audio_media_packet(struct audio_media *a, const struct rtp_packet *p,
			uint64_t now_us);

/** Housekeeping: DTMF whose end was lost */
void audio_media_tick(struct audio_media *a, uint64_t now_us);

/** It may be heard: received, or on its last tick */
static inline bool audio_media_speaks(const struct audio_media *a)
{
	return media_receives(a->m) || a->fading;
}

/** Its far end takes another AMR mode only in steps (RFC 4867 section 8.1):
 * what it is sent never comes from another encoder */
static inline bool audio_media_steps(const struct audio_media *a)
{
	return a->codec.mode_change_neighbor ||
	       a->codec.mode_change_period > 1;
}

/** Ticks a packet of what it is sent holds */
static inline unsigned audio_media_packet_ticks(const struct audio_media *a)
{
	return a->codec.ptime_ms / AUDIO_TICK_MS;
}

#endif
