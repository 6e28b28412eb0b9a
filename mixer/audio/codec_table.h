/**
 * @file mixer/audio/codec_table.h  What a codec gives to the table
 *
 * Private to mixer/audio. A codec is one constant of this type; codec.c is
 * the only caller. States are libre objects (mem_deref frees them).
 */
#ifndef PARLEY_MIXER_AUDIO_CODEC_TABLE_H
#define PARLEY_MIXER_AUDIO_CODEC_TABLE_H

#include "mixer/audio/codec.h"

/** Operations of one codec; optional ones may be NULL */
struct codec_ops {
	const char *name;  /**< SDP encoding name */
	uint32_t clock_hz; /**< RTP clock */
	uint32_t rate_hz;  /**< samples */

	int (*encoder_alloc)(void **sp, const struct audio_codec *codec);
	int (*encode)(void *state, const int16_t *pcm, size_t samples,
		      uint8_t *payload, size_t *len);
	void (*cmr)(void *state, uint8_t mode);      /**< optional */
	void (*loss)(void *state, unsigned percent); /**< optional */

	int (*decoder_alloc)(void **sp, const struct audio_codec *codec);
	/** `samples` as audio_payload_samples() said: 1.. the maximum */
	int (*decode)(void *state, const uint8_t *payload, size_t len,
		      int16_t *pcm, size_t *samples, uint8_t *cmr);
	int (*conceal)(void *state, const uint8_t *next, size_t next_len,
		       int16_t *pcm, size_t samples);
	void (*reset)(void *state); /**< optional */

	size_t (*samples)(const struct audio_codec *codec,
			  const uint8_t *payload, size_t len);
	/** -dBov of a payload told without decoding, -1 = unknown; optional */
	int (*level)(const struct audio_codec *codec, const uint8_t *payload,
		     size_t len);
};

#define AUDIO_CODEC_OPS(id, ops) extern const struct codec_ops ops;
AUDIO_CODECS(AUDIO_CODEC_OPS)
#undef AUDIO_CODEC_OPS

/** Forget all history, keep the memory (a codec without it does nothing) */
void audio_decoder_reset(struct audio_decoder *d);

/** -dBov of a payload where that costs less than decoding; -1 unknown */
int audio_payload_level(const struct audio_codec *codec,
			const uint8_t *payload, size_t len);

#endif
