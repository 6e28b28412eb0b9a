/**
 * @file mixer/mix/shared_audio.h  The common mix, encoded once for many
 *
 * A shared rendition is the sound that all hear who say nothing, encoded for
 * one codec and mode. Consumers join and leave it; what they are (a leg's
 * sound, a recorder) it does not know. It costs nothing at a tick at which
 * none of its consumers takes it. Media thread; a tick does not allocate.
 */
#ifndef PARLEY_MIXER_MIX_SHARED_AUDIO_H
#define PARLEY_MIXER_MIX_SHARED_AUDIO_H

#include "mixer/audio/codec.h"
#include "mixer/mix/past_sound.h"

/** The shared renditions of one mix */
struct shared_audio;

/** One who may be given packets of one of them */
struct audio_consumer;

/** A packet of the common mix; the payload is valid during the call */
struct audio_packet {
	uint64_t tick;      /**< number of the last one in it */
	uint32_t timestamp; /**< of its first sample (RFC 3550), codec clock */
	const uint8_t *payload;
	size_t len;
};

/** A packet is there for a consumer, which may stop taking, but not join,
 * leave or be freed */
typedef void(audio_packet_h)(const struct audio_packet *packet,
			     uint64_t now_us, void *arg);

/**
 * @param past  Of the mix; borrowed
 * @param count Goes up and down with the number of renditions; borrowed
 */
int shared_audio_alloc(struct shared_audio **sp, const struct past_sound *past,
		       unsigned *count);

/**
 * One tick: encode for every rendition that is taken, hand out the packets
 *
 * @param pcm AUDIO_TICK_SAMPLES; NULL: silence
 */
void shared_audio_tick(struct shared_audio *s, const int16_t *pcm,
		       uint64_t tick, uint64_t now_us);

/** One of its consumers takes what it has joined */
bool shared_audio_is_taken(const struct shared_audio *s);

/** Make a consumer that has joined nothing and takes what it will join; to be
 *  freed before the mix is. Freeing it leaves. @return 0 or ENOMEM */
int audio_consumer_alloc(struct audio_consumer **cp, struct shared_audio *s,
			 audio_packet_h *packeth, void *arg);

/**
 * Join the rendition of a codec and mode, made if there is none yet; the one
 * before is left
 *
 * @param cmr Mode that is asked for (AMR), AUDIO_CMR_NONE: none
 * @return 0 or errno (then it stays where it was)
 */
int audio_consumer_join(struct audio_consumer *c,
			const struct audio_codec *codec, uint8_t cmr);
void audio_consumer_leave(struct audio_consumer *c);

/** Be one of another mix from now on, and join there what it has joined here.
 *  @return 0 or errno (then it stays where it was) */
int audio_consumer_move(struct audio_consumer *c, struct shared_audio *to);

/** What it has joined; NULL: nothing */
const struct audio_codec *audio_consumer_codec(const struct audio_consumer *c);
uint8_t audio_consumer_cmr(const struct audio_consumer *c);

/** It takes the packets of what it has joined, or stays without */
void audio_consumer_take(struct audio_consumer *c, bool taking);

/** It misses so many percent: the rendition follows the worst of its consumers
 *  at once and forgets slowly (Opus FEC) */
void audio_consumer_loss(struct audio_consumer *c, unsigned percent);

/** Timestamp units a tick advances in what it has joined */
uint32_t audio_consumer_tick_units(const struct audio_consumer *c);

#endif
