/**
 * @file mixer/audio/codec.h  Audio codecs behind one table
 *
 * An encoder takes one packet's worth of samples at its native rate, a
 * decoder gives them back. Opus (RFC 7587), G.711 and G.722 (RFC 3551), AMR
 * and AMR-WB in both payload formats (RFC 4867). Media thread; after alloc
 * nothing allocates.
 */
#ifndef PARLEY_MIXER_AUDIO_CODEC_H
#define PARLEY_MIXER_AUDIO_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	/** The mixer's inner rate and tick */
	AUDIO_RATE_HZ = 48000,
	AUDIO_TICK_MS = 20,
	AUDIO_TICK_SAMPLES = AUDIO_RATE_HZ / 1000 * AUDIO_TICK_MS,
	/** Longest packet accepted, ms */
	AUDIO_PACKET_MAX_MS = 120,
	AUDIO_PACKET_MAX_SAMPLES = AUDIO_RATE_HZ / 1000 * AUDIO_PACKET_MAX_MS,
	/** Largest payload an encoder writes, bytes */
	AUDIO_PAYLOAD_MAX = 1024,
	/** "No codec mode request" (RFC 4867 section 4.3.1) */
	AUDIO_CMR_NONE = 15,
};

/** The table of codecs: id, and the constant of its codec_*.c */
#define AUDIO_CODECS(X)                                                       \
	X(AUDIO_PCMU, codec_pcmu)                                             \
	X(AUDIO_PCMA, codec_pcma)                                             \
	X(AUDIO_G722, codec_g722)                                             \
	X(AUDIO_OPUS, codec_opus)                                             \
	X(AUDIO_AMR, codec_amr)                                               \
	X(AUDIO_AMR_WB, codec_amr_wb)

enum audio_codec_id {
#define AUDIO_CODEC_ID(id, ops) id,
	AUDIO_CODECS(AUDIO_CODEC_ID) AUDIO_CODEC_COUNT
#undef AUDIO_CODEC_ID
};

/** One negotiated codec. Equal structs (memcmp after zeroing) may share a
 *  rendition, so it holds nothing of the leg's own but what changes bits */
struct audio_codec {
	enum audio_codec_id id;
	uint32_t clock_hz; /**< RTP clock: G.722 says 8000 */
	uint32_t rate_hz;  /**< samples: G.722 has 16000 */
	uint32_t ptime_ms; /**< of what we send: 5, 10, 20, 40, 60 */
	/* Opus */
	bool fec, dtx;
	uint32_t max_bitrate;          /**< bits/s, 0 = default */
	uint32_t max_playback_rate_hz; /**< 0 = 48000 */
	/* AMR, AMR-WB */
	bool octet_align;
	uint16_t mode_set; /**< bit n: mode n allowed; 0 = all */
	uint8_t mode_change_period;
	bool mode_change_neighbor;
};

/** Is one to be coded exactly as the other? */
bool audio_codec_equal(const struct audio_codec *a,
		       const struct audio_codec *b);

/** Ticks that one of its packets begins after the last: one where a tick has
 *  several */
static inline unsigned audio_codec_packet_ticks(const struct audio_codec *c)
{
	return c->ptime_ms > AUDIO_TICK_MS ? c->ptime_ms / AUDIO_TICK_MS : 1;
}

/** Id by its SDP name, any case; AUDIO_CODEC_COUNT if unknown */
enum audio_codec_id audio_codec_by_name(const char *name);
/** The SDP name of an id, "?" if it is none */
const char *audio_codec_name(enum audio_codec_id id);

/** A configuration of that codec: its id and rates, 20 ms, all else as
 *  nobody asked for it. @param id Less than AUDIO_CODEC_COUNT */
struct audio_codec audio_codec_plain(enum audio_codec_id id);

struct audio_encoder;
struct audio_decoder;

/** @return 0; EINVAL for a combination that cannot be, ENOMEM */
int audio_encoder_alloc(struct audio_encoder **ep,
			const struct audio_codec *codec);

/**
 * Encode rate_hz * ptime_ms / 1000 samples
 *
 * @param payload At least AUDIO_PAYLOAD_MAX bytes
 * @param len     Set to the payload's length; 0 = nothing to send (DTX)
 */
int audio_encoder_encode(struct audio_encoder *e, const int16_t *pcm,
			 uint8_t *payload, size_t *len);

/** A codec mode request came (AMR, 0..8; 15 = none); obeyed as mode-set,
 *  -change-period and -neighbor allow */
void audio_encoder_cmr(struct audio_encoder *e, uint8_t mode);

/** Expected loss in percent (Opus FEC) */
void audio_encoder_loss(struct audio_encoder *e, unsigned percent);

/** @return 0; EINVAL for a combination that cannot be, ENOMEM */
int audio_decoder_alloc(struct audio_decoder **dp,
			const struct audio_codec *codec);

/**
 * Decode one payload
 *
 * @param pcm     At least AUDIO_PACKET_MAX_SAMPLES
 * @param samples Set to their number, at rate_hz
 * @param cmr     Set to the mode the far end asks for (AMR), else 15; may be
 *                NULL
 * @return 0; EBADMSG for a payload that breaks the format
 */
int audio_decoder_decode(struct audio_decoder *d, const uint8_t *payload,
			 size_t len, int16_t *pcm, size_t *samples,
			 uint8_t *cmr);

/**
 * Conceal a missing packet of `samples`
 *
 * @param next Payload of the packet after the gap when it is there (Opus
 *             in-band FEC), or NULL
 */
int audio_decoder_conceal(struct audio_decoder *d, const uint8_t *next,
			  size_t next_len, int16_t *pcm, size_t samples);

/** Samples at rate_hz a payload holds, without decoding; 0 if it is broken */
size_t audio_payload_samples(const struct audio_codec *codec,
			     const uint8_t *payload, size_t len);

#endif
