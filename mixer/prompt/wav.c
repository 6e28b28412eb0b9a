/**
 * @file mixer/prompt/wav.c  Recorded words in a file
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/resample.h"
#include "mixer/base/re.h"
#include "mixer/prompt/wav.h"


enum {
	RIFF_BYTES = 12, /* "RIFF", size, "WAVE" */
	CHUNK_BYTES = 8, /* name, size */
	FORMAT_BYTES = 16,
	FORMAT_PCM = 1,
	FORMAT_EXTENSIBLE = 0xfffe, /* its first 16 bytes mean the same */
	/* what a resampler holds of the end */
	TAIL_SAMPLES = 64,
};


static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}


static uint32_t get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}


static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}


static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v & 0xffff);
	put16(p + 2, v >> 16);
}


static int wrong(const char **why, const char *what)
{
	*why = what;

	return EBADMSG;
}


static int format_parse(struct wav *w, const uint8_t *p, size_t bytes,
			const char **why)
{
	if (bytes < FORMAT_BYTES)
		return wrong(why, "a broken format");
	if (get16(p) != FORMAT_PCM && get16(p) != FORMAT_EXTENSIBLE)
		return wrong(why, "compressed");
	if (get16(p + 2) != 1)
		return wrong(why, "more than one channel");
	if (get16(p + 14) != 16)
		return wrong(why, "not of 16 bits");

	w->rate_hz = get32(p + 4);
	if (w->rate_hz < WAV_RATE_MIN_HZ || w->rate_hz > WAV_RATE_MAX_HZ)
		return wrong(why, "not at 8 to 48 kHz");

	return 0;
}


static int data_parse(struct wav *w, const uint8_t *p, size_t bytes,
		      const char **why)
{
	if (!w->rate_hz)
		return wrong(why, "no format");

	w->data = p;
	w->samples = bytes / 2;
	if (!w->samples)
		return wrong(why, "empty");
	if (w->samples > (size_t)WAV_SECONDS_MAX * w->rate_hz)
		return wrong(why, "over 30 s long");

	return 0;
}


int wav_parse(struct wav *w, const uint8_t *file, size_t bytes,
	      const char **why)
{
	size_t at = RIFF_BYTES;

	memset(w, 0, sizeof(*w));
	if (bytes < RIFF_BYTES || memcmp(file, "RIFF", 4) != 0 ||
	    memcmp(file + 8, "WAVE", 4) != 0)
		return wrong(why, "no RIFF WAVE");

	while (bytes - at >= CHUNK_BYTES) {
		const uint8_t *chunk = file + at;
		size_t size = get32(chunk + 4), left = bytes - at - 8;
		int err = 0;

		/* who writes into a pipe does not know how much it will be */
		if (!memcmp(chunk, "data", 4))
			return data_parse(w, chunk + CHUNK_BYTES,
					  size < left ? size : left, why);
		if (!memcmp(chunk, "fmt ", 4))
			err = format_parse(w, chunk + CHUNK_BYTES,
					   size < left ? size : left, why);
		if (err)
			return err;

		/* chunks are of an even size */
		size += size & 1;
		if (size >= left)
			break;
		at += CHUNK_BYTES + size;
	}

	return wrong(why, "no samples");
}


int wav_decode(int16_t **pcmp, size_t *samples, const struct wav *w)
{
	struct resample *resample = NULL;
	int16_t *pcm = NULL, *in;
	size_t n = w->samples + TAIL_SAMPLES;
	int err = 0;

	in = mem_zalloc(n * sizeof(*in), NULL);
	if (!in)
		return ENOMEM;

	for (size_t i = 0; i < w->samples; i++)
		in[i] = (int16_t)get16(w->data + 2 * i);

	if (w->rate_hz == PROMPT_RATE_HZ) {
		*pcmp = in;
		*samples = w->samples;
		return 0;
	}

	err = resample_alloc(&resample, w->rate_hz, PROMPT_RATE_HZ);
	if (!err) {
		pcm = mem_zalloc((n * PROMPT_RATE_HZ / w->rate_hz + 1) *
					 sizeof(*pcm),
				 NULL);
		err = pcm ? 0 : ENOMEM;
	}
	if (!err) {
		*samples = resample_run(resample, in, n, pcm);
		*pcmp = pcm;
	}
	mem_deref(resample);
	mem_deref(in);

	return err;
}


void wav_header(uint8_t header[WAV_HEADER_BYTES], size_t samples)
{
	const uint32_t bytes = (uint32_t)(2 * samples);

	memcpy(header, "RIFF", 4);
	put32(header + 4, WAV_HEADER_BYTES - 8 + bytes);
	memcpy(header + 8, "WAVEfmt ", 8);
	put32(header + 16, FORMAT_BYTES);
	put16(header + 20, FORMAT_PCM);
	put16(header + 22, 1);
	put32(header + 24, PROMPT_RATE_HZ);
	put32(header + 28, 2 * PROMPT_RATE_HZ);
	put16(header + 32, 2);
	put16(header + 34, 16);
	memcpy(header + 36, "data", 4);
	put32(header + 40, bytes);
}
