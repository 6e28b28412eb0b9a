/**
 * @file mixer/audio/rendition.h  One mix encoded once for one configuration
 *
 * Fed one tick of AUDIO_RATE_HZ samples at a time; gives a payload when a
 * packet (ptime) is full, or several where a packet is shorter than a tick.
 * Shared by every leg that hears the same mix in the same configuration; owned
 * by the mixer's mix. Media thread.
 */
#ifndef PARLEY_MIXER_AUDIO_RENDITION_H
#define PARLEY_MIXER_AUDIO_RENDITION_H

#include "mixer/audio/codec.h"

struct audio_rendition;

/**
 * @param codec Its ptime_ms is a multiple of AUDIO_TICK_MS, or divides it
 *
 * @return 0, EINVAL, ENOMEM
 */
int audio_rendition_alloc(struct audio_rendition **rp,
			  const struct audio_codec *codec);

/**
 * Feed one tick
 *
 * A payload covers the ptime that ends with this tick: its RTP timestamp is
 * that of the first of those ticks. Where a tick has several packets it is the
 * first of them; the others are to be fetched by audio_rendition_more() before
 * the next tick.
 *
 * @param pcm     AUDIO_TICK_SAMPLES; NULL = silence (DTX where allowed)
 * @param payload Set to the encoded payload (valid until the next feed)
 * @param len     Its length; 0: nothing to send at this tick
 * @return 0 or errno
 */
int audio_rendition_feed(struct audio_rendition *r, const int16_t *pcm,
			 const uint8_t **payload, size_t *len);

/**
 * The next payload of the tick that was fed last
 *
 * @param payload, len As of audio_rendition_feed()
 * @return false: the tick has no more packets
 */
bool audio_rendition_more(struct audio_rendition *r, const uint8_t **payload,
			  size_t *len);

/** Timestamp units (codec clock) one packet advances */
uint32_t audio_rendition_packet_units(const struct audio_rendition *r);

/** Timestamp units (codec clock) one tick advances */
uint32_t audio_rendition_tick_units(const struct audio_rendition *r);

/** Loss expected by the worst of its legs, percent (Opus FEC) */
void audio_rendition_loss(struct audio_rendition *r, unsigned percent);

/** Mode request of a leg (AMR) */
void audio_rendition_cmr(struct audio_rendition *r, uint8_t mode);

#endif
