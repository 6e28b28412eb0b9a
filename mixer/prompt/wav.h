/**
 * @file mixer/prompt/wav.h  Recorded words in a file (RIFF WAVE)
 *
 * Of what there is in that format what people record words in: linear samples
 * of 16 bits, one channel, 8 to 48 kHz. Files may be anybody's. Pure.
 */
#ifndef PARLEY_MIXER_PROMPT_WAV_H
#define PARLEY_MIXER_PROMPT_WAV_H

#include <stddef.h>
#include <stdint.h>

enum {
	/** Rate of everything that is said */
	PROMPT_RATE_HZ = 16000,
	WAV_RATE_MIN_HZ = 8000,
	WAV_RATE_MAX_HZ = 48000,
	/** Longest */
	WAV_SECONDS_MAX = 30,
	/** Largest file that is read, bytes: such a one, and what else
	 *  programs write into it */
	WAV_BYTES_MAX = WAV_SECONDS_MAX * WAV_RATE_MAX_HZ * 2 + 65536,
};

/** Where the samples stand in a file; borrowed from it */
struct wav {
	uint32_t rate_hz;
	const uint8_t *data; /**< 16 bits each, little endian */
	size_t samples;      /**< at least one */
};

/**
 * Find the samples
 *
 * @param why Set on error: what is wrong with the file
 * @return 0 or EBADMSG
 */
int wav_parse(struct wav *w, const uint8_t *file, size_t bytes,
	      const char **why);

/**
 * Its samples at PROMPT_RATE_HZ
 *
 * @param pcmp Set; free with mem_deref()
 * @return 0 or ENOMEM
 */
int wav_decode(int16_t **pcmp, size_t *samples, const struct wav *w);

/** Bytes of the header that wav_header() writes */
enum { WAV_HEADER_BYTES = 44 };

/** The header of a file of so many samples at PROMPT_RATE_HZ */
void wav_header(uint8_t header[WAV_HEADER_BYTES], size_t samples);

#endif
