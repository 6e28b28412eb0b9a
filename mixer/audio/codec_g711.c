/**
 * @file mixer/audio/codec_g711.c  PCMU and PCMA (ITU-T G.711, RFC 3551)
 *
 * Computed, not looked up: a few shifts vectorise as well as a table caches,
 * and the extreme sample -32768 needs no care of its own.
 */
#include <errno.h>
#include <math.h>
#include "mixer/audio/codec_table.h"
#include "mixer/audio/level.h"
#include "mixer/audio/plc.h"
#include "mixer/base/re.h"


enum {
	ULAW_BIAS = 0x84,
	ULAW_CLIP = 32635,
};

struct g711_decoder {
	struct plc plc;
	bool alaw;
};


static int exponent_of(int value, int lowest)
{
	return 31 - __builtin_clz((unsigned)value | 1U << lowest);
}


static uint8_t ulaw_encode(int16_t sample)
{
	int sign = sample < 0 ? 0x80 : 0;
	int v = sample < 0 ? -(int)sample : sample;
	int exponent;

	v = (v > ULAW_CLIP ? ULAW_CLIP : v) + ULAW_BIAS;
	exponent = exponent_of(v, 7) - 7;

	return (uint8_t) ~(sign | exponent << 4 | (v >> (exponent + 3) & 0xf));
}


static int16_t ulaw_decode(uint8_t byte)
{
	int u = ~byte & 0xff;
	int v = (((u & 0xf) << 3) + ULAW_BIAS) << (u >> 4 & 7);

	v -= ULAW_BIAS;

	return (int16_t)(u & 0x80 ? -v : v);
}


static uint8_t alaw_encode(int16_t sample)
{
	int sign = sample < 0 ? 0 : 0x80;
	int v = sample < 0 ? ~(int)sample : sample;
	int exponent, mantissa;

	exponent = exponent_of(v, 7) - 7;
	mantissa = v >> (exponent ? exponent + 3 : 4) & 0xf;

	return (uint8_t)((sign | exponent << 4 | mantissa) ^ 0x55);
}


static int16_t alaw_decode(uint8_t byte)
{
	int a = byte ^ 0x55;
	int exponent = a >> 4 & 7;
	int v = (a & 0xf) << 4;

	v = exponent ? (v + 0x108) << (exponent - 1) : v + 8;

	return (int16_t)(a & 0x80 ? v : -v);
}


static int encoder_alloc(void **sp, const struct audio_codec *codec)
{
	(void)codec;
	*sp = NULL;

	return 0;
}


static int ulaw_encode_packet(void *state, const int16_t *pcm, size_t samples,
			      uint8_t *payload, size_t *len)
{
	(void)state;

	for (size_t i = 0; i < samples; i++)
		payload[i] = ulaw_encode(pcm[i]);
	*len = samples;

	return 0;
}


static int alaw_encode_packet(void *state, const int16_t *pcm, size_t samples,
			      uint8_t *payload, size_t *len)
{
	(void)state;

	for (size_t i = 0; i < samples; i++)
		payload[i] = alaw_encode(pcm[i]);
	*len = samples;

	return 0;
}


static int decoder_alloc(void **sp, const struct audio_codec *codec)
{
	struct g711_decoder *d = mem_zalloc(sizeof(*d), NULL);

	if (!d)
		return ENOMEM;

	plc_init(&d->plc, codec->rate_hz);
	d->alaw = codec->id == AUDIO_PCMA;
	*sp = d;

	return 0;
}


static void expand(bool alaw, const uint8_t *payload, size_t len, int16_t *pcm)
{
	if (alaw) {
		for (size_t i = 0; i < len; i++)
			pcm[i] = alaw_decode(payload[i]);
	}
	else {
		for (size_t i = 0; i < len; i++)
			pcm[i] = ulaw_decode(payload[i]);
	}
}


static int decode(void *state, const uint8_t *payload, size_t len,
		  int16_t *pcm, size_t *samples, uint8_t *cmr)
{
	struct g711_decoder *d = state;

	(void)cmr;
	expand(d->alaw, payload, len, pcm);
	*samples = len;
	plc_good(&d->plc, pcm, len);

	return 0;
}


static int conceal(void *state, const uint8_t *next, size_t next_len,
		   int16_t *pcm, size_t samples)
{
	struct g711_decoder *d = state;

	(void)next;
	(void)next_len;
	plc_conceal(&d->plc, pcm, samples);

	return 0;
}


static void reset(void *state)
{
	struct g711_decoder *d = state;

	plc_init(&d->plc, d->plc.rate_hz);
}


static size_t payload_samples(const struct audio_codec *codec,
			      const uint8_t *payload, size_t len)
{
	(void)codec;
	(void)payload;

	return len;
}


static int payload_level(const struct audio_codec *codec,
			 const uint8_t *payload, size_t len)
{
	int16_t pcm[160];
	double energy = 0;
	size_t n;

	if (!len)
		return -1;

	for (size_t at = 0; at < len; at += n) {
		n = len - at < 160 ? len - at : 160;
		expand(codec->id == AUDIO_PCMA, payload + at, n, pcm);
		energy += audio_energy(pcm, n);
	}

	return (int)audio_level(energy, len);
}


const struct codec_ops codec_pcmu = {
	.name = "PCMU",
	.clock_hz = 8000,
	.rate_hz = 8000,
	.encoder_alloc = encoder_alloc,
	.encode = ulaw_encode_packet,
	.decoder_alloc = decoder_alloc,
	.decode = decode,
	.conceal = conceal,
	.reset = reset,
	.samples = payload_samples,
	.level = payload_level,
};

const struct codec_ops codec_pcma = {
	.name = "PCMA",
	.clock_hz = 8000,
	.rate_hz = 8000,
	.encoder_alloc = encoder_alloc,
	.encode = alaw_encode_packet,
	.decoder_alloc = decoder_alloc,
	.decode = decode,
	.conceal = conceal,
	.reset = reset,
	.samples = payload_samples,
	.level = payload_level,
};
