/**
 * @file mixer/audio/source.h  One incoming audio stream, packet to samples
 *
 * Jitter buffer (adaptive, time-stretching to keep its target), decoding with
 * concealment and FEC, resampling to AUDIO_RATE_HZ, level. The mixer calls
 * audio_source_put() for each packet and, every tick, either
 * audio_source_get() for who is audible or audio_source_skip() for who is not
 * (time goes on, nothing is decoded). Media thread; `now_us` is an argument;
 * nothing allocates after alloc.
 */
#ifndef PARLEY_MIXER_AUDIO_SOURCE_H
#define PARLEY_MIXER_AUDIO_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mixer/audio/codec.h"

enum { AUDIO_SOURCE_CODECS_MAX = 8 };

struct audio_source;

/** What the far end may send, by payload type */
struct audio_source_format {
	uint8_t pt;
	struct audio_codec codec;
};

struct audio_source_config {
	struct audio_source_format formats[AUDIO_SOURCE_CODECS_MAX];
	size_t format_count;
	int cn_pt;             /**< comfort noise (RFC 3389), -1 none */
	uint32_t delay_min_ms; /**< playout delay, 0 = 20 */
	uint32_t delay_max_ms; /**< 0 = 400; at most 1000 */
};

/** Since alloc; concealed: gaps of up to 20 ms that were filled, fec: those
 *  of them filled from the next packet; late: came too late, or twice */
struct audio_source_stats {
	uint64_t packets, late, decoded, concealed, fec;
	uint32_t delay_ms; /**< playout delay now */
	uint32_t target_ms;
	uint64_t stretched; /**< ticks with a time stretch */
};

/** @return 0, EINVAL for a codec that cannot be, ENOMEM */
int audio_source_alloc(struct audio_source **sp,
		       const struct audio_source_config *config);

/** Change formats after a re-offer; the buffer is kept where codecs stay */
int audio_source_configure(struct audio_source *s,
			   const struct audio_source_config *config);

/**
 * A packet arrived (not a telephone-event)
 *
 * @param level -dBov of RFC 6464, 127 silent; negative: not given
 * @return 0; ENOENT unknown payload type; EBADMSG
 */
int audio_source_put(struct audio_source *s, uint8_t pt, uint16_t seq,
		     uint32_t timestamp, bool marker, const uint8_t *payload,
		     size_t len, int level, uint64_t now_us);

/** New SSRC: forget sequence and time, keep the clock drift out */
void audio_source_reset(struct audio_source *s);

/**
 * The next tick of sound
 *
 * @param pcm Filled with AUDIO_TICK_SAMPLES
 * @return true if there is anything but silence in it
 */
bool audio_source_get(struct audio_source *s, int16_t *pcm, uint64_t now_us);

/** A tick goes by inaudible: drop its packets undecoded */
void audio_source_skip(struct audio_source *s, uint64_t now_us);

/**
 * Loudness for ranking, in -dBov (0 loudest .. 127 silent), over the last
 * ticks: of RFC 6464 levels, of payloads that tell (G.711, comfort noise, AMR
 * SID, an empty Opus frame), else of what was decoded
 *
 * @param unknown Set to true if packets come whose loudness only decoding
 *                tells; may be NULL
 */
unsigned audio_source_level(const struct audio_source *s, bool *unknown,
			    uint64_t now_us);

/** Codec mode request last seen (AMR), 15 none */
uint8_t audio_source_cmr(const struct audio_source *s);

/** Codec of the last packet, NULL before any */
const struct audio_codec *audio_source_codec(const struct audio_source *s);

/** Counters, and the delay at the last tick */
void audio_source_stats(const struct audio_source *s,
			struct audio_source_stats *stats);

#endif
