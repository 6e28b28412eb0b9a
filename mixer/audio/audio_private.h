/**
 * @file mixer/audio/audio_private.h  Inside of an audio source
 *
 * Shared by source.c (configuration, packets in, level) and source_play.c
 * (ticks out); nobody else includes it.
 */
#ifndef PARLEY_MIXER_AUDIO_AUDIO_PRIVATE_H
#define PARLEY_MIXER_AUDIO_AUDIO_PRIVATE_H

#include "mixer/audio/codec_table.h"
#include "mixer/audio/comfort_noise.h"
#include "mixer/audio/jitter.h"
#include "mixer/audio/resample.h"
#include "mixer/audio/source.h"
#include "mixer/audio/stretch.h"

enum {
	/** jitter_packet.format of a comfort noise packet */
	SOURCE_FORMAT_CN = AUDIO_SOURCE_CODECS_MAX,
	SOURCE_LEVELS = 8, /**< remembered */
	/** Decoded sound: a packet, a tick, and what stretching adds */
	SOURCE_FIFO_SAMPLES = AUDIO_PACKET_MAX_SAMPLES +
			      2 * AUDIO_TICK_SAMPLES + STRETCH_NEED,
};

/** Resamplers a source may need: from 8 and from 16 kHz */
enum source_rate { SOURCE_RATE_8K, SOURCE_RATE_16K, SOURCE_RATE_COUNT };

struct source_level {
	uint8_t dbov;
	uint64_t at_us;
};

/** Where two sounds meet, the difference is faded out instead of stepping; a
 *  short packet may end before that, then the next one goes on */
struct source_bend {
	int offset; /**< from the new sound to the old, at the first sample */
	int length; /**< samples in which it goes */
	int left;   /**< of them, to be bent yet */
};

struct audio_source {
	struct audio_source_config config;
	struct audio_decoder *decoders[AUDIO_SOURCE_CODECS_MAX];
	struct resample *resample[SOURCE_RATE_COUNT];
	struct jitter *jitter;
	struct comfort_noise noise;
	int format;  /**< last one decoded, -1 = none */
	int arrived; /**< last one that came, -1 = none */
	uint8_t cmr;

	int16_t fifo[SOURCE_FIFO_SAMPLES]; /**< decoded, at AUDIO_RATE_HZ */
	size_t fifo_samples;
	int16_t native[AUDIO_PACKET_MAX_SAMPLES];

	bool holding;        /**< waits until the delay is the target */
	bool skipped;        /**< the last tick was not decoded */
	bool stepped;        /**< the sound jumped: bend the next samples */
	int16_t last_sample; /**< of the last tick */
	int16_t last_native; /**< that a resampler took */
	struct source_bend bend_native;
	struct source_bend bend_fifo;
	unsigned since_stretch; /**< ticks */
	unsigned barren;        /**< ms invented in a row */

	struct source_level levels[SOURCE_LEVELS];
	unsigned level_next;
	uint64_t level_told_us; /**< last level known without decoding, 0:
				     the last packet told none */
	uint64_t last_put_us;

	struct audio_source_stats stats;
};

/** What resamplers still hold of an old sound shall not be heard */
void source_forget_sound(struct audio_source *s);

/** Remember a level for the ranking */
void source_note_level(struct audio_source *s, unsigned dbov, uint64_t now_us);

#endif
