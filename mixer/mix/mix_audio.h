/**
 * @file mixer/mix/mix_audio.h  20 ms of a conference's sound
 *
 * Rank, decode who is heard, sum once, subtract each one's own, encode each
 * distinct mix once for each configuration, send. Media thread; a tick does
 * not allocate, but for a leg that is heard for the first time.
 */
#ifndef PARLEY_MIXER_MIX_MIX_AUDIO_H
#define PARLEY_MIXER_MIX_MIX_AUDIO_H

#include "mixer/leg/audio_media.h"

struct mix;

/** The common mix encoded for one configuration */
struct audio_share {
	struct le le;
	struct mix *mix;
	struct audio_codec codec;
	uint8_t cmr;
	struct audio_rendition *rendition;
	unsigned users;   /**< legs that may hear it */
	float loss;       /**< percent, of the worst leg */
	bool wanted, fed; /**< by somebody at this tick, at the last */
	const uint8_t *payload;
	size_t len;
};

/** Find or make the share that a leg's codec and mode request need */
int mix_audio_join(struct audio_media *a);
void mix_audio_leave(struct audio_media *a);

/** A leg reports loss, percent: the share follows the worst of its legs at
 *  once and forgets slowly (Opus FEC) */
void mix_audio_loss(struct audio_media *a, unsigned percent);

/** That leg is the active speaker; NULL: nobody */
void mix_audio_active(struct mix *mix, struct leg *leg);

/** A leg is about to go: its last sound fades out in the next tick */
void mix_audio_part(struct audio_media *a, uint64_t now_us);

/** The mix falls idle: nobody talks any more */
void mix_audio_quiet(struct mix *mix);

void mix_audio_tick(struct mix *mix, uint64_t tick, uint64_t now_us);

#endif
