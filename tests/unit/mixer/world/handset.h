/**
 * @file handset.h  A phone of any codec, in a time of its own
 *
 * Sends a tone, keeps what it hears decoded. For what world.h's PCMU phone
 * cannot show: encoders with memory, packet times, mode requests. After the
 * last join the loop must not run: handsets_run() hands packets and ticks to
 * the mixer as fast as it takes them, so that no load can make a gap.
 */
#ifndef PARLEY_TESTS_MIXER_HANDSET_H
#define PARLEY_TESTS_MIXER_HANDSET_H

#include "mixer/audio/rendition.h"
#include "mixer/leg/media.h"
#include "tests/unit/mixer/world/world.h"

enum {
	HANDSET_PT = 96,
	HANDSET_EVENT_PT = 101,
	HANDSET_HEARD_MAX = 48000 * 8,
};

struct handset {
	int fd;
	struct media *media;
	unsigned leg;
	struct audio_codec codec;
	struct audio_rendition *mouth;
	struct audio_decoder *ear;
	double hz, amplitude, phase; /**< amplitude 0: a silent stream */
	int cmr;                     /**< AMR: to be asked for, -1 none */
	int level;                   /**< RFC 6464, -1: does not tell */
	uint16_t seq;
	uint32_t timestamp, ssrc;
	int16_t *heard; /**< at codec.rate_hz */
	size_t heard_count;
	bool listens;                     /**< handsets_run() has begun */
	unsigned packets, markers, jumps; /**< seq or time did not follow */
	uint16_t last_seq;
	uint32_t last_timestamp, last_ssrc;
	uint8_t last_payload[16];
	size_t last_bytes;
};

/** {op, mix, leg, transports, media} of it; new reference */
json_t *handset_description(const struct handset *h, const char *op,
			    uint16_t port);

/** Join mix 1 */
void handset_join(struct world *w, struct handset *h, unsigned leg,
		  enum audio_codec_id id, uint32_t ptime_ms);
void handset_close(struct handset *h);

/** One RTP packet with its SSRC and next sequence number */
void handset_send(struct handset *h, uint8_t pt, uint32_t timestamp,
		  const uint8_t *payload, size_t len, uint64_t now_us);

/**
 * Let all talk and listen
 *
 * @param now_us The time, moved on by `ms`; starts at clock_us()
 */
void handsets_run(struct world *w, struct handset *h, size_t count,
		  unsigned ms, uint64_t *now_us);

/** Amplitude of a tone in heard[from..from + count) */
double handset_tone(const struct handset *h, double hz, size_t from,
		    size_t count);

/** dBov of what came in so many of the last ms, and the ms before them; -200:
 *  there was not that much */
double handset_loudness(const struct handset *h, unsigned ms, unsigned before);

/** From sample to sample, at most, between two times */
int handset_step(const struct handset *h, unsigned from_ms, unsigned to_ms);

#endif
