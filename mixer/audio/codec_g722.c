/**
 * @file mixer/audio/codec_g722.c  G.722 in RTP (RFC 3551 section 4.5.2)
 *
 * The clock says 8000 though there are 16000 samples a second: an error of
 * RFC 1890 that is kept for ever.
 */
#include <errno.h>
#include "mixer/audio/codec_table.h"
#include "mixer/audio/g722.h"
#include "mixer/audio/plc.h"
#include "mixer/base/re.h"


struct g722_decoder {
	struct g722 g722;
	struct plc plc;
};


static int encoder_alloc(void **sp, const struct audio_codec *codec)
{
	struct g722 *g = mem_zalloc(sizeof(*g), NULL);

	(void)codec;
	if (!g)
		return ENOMEM;

	g722_init(g);
	*sp = g;

	return 0;
}


static int encode(void *state, const int16_t *pcm, size_t samples,
		  uint8_t *payload, size_t *len)
{
	g722_encode(state, pcm, samples, payload);
	*len = samples / 2;

	return 0;
}


static int decoder_alloc(void **sp, const struct audio_codec *codec)
{
	struct g722_decoder *d = mem_zalloc(sizeof(*d), NULL);

	if (!d)
		return ENOMEM;

	g722_init(&d->g722);
	plc_init(&d->plc, codec->rate_hz);
	*sp = d;

	return 0;
}


static int decode(void *state, const uint8_t *payload, size_t len,
		  int16_t *pcm, size_t *samples, uint8_t *cmr)
{
	struct g722_decoder *d = state;

	(void)cmr;
	g722_decode(&d->g722, payload, len, pcm);
	*samples = 2 * len;
	plc_good(&d->plc, pcm, *samples);

	return 0;
}


static int conceal(void *state, const uint8_t *next, size_t next_len,
		   int16_t *pcm, size_t samples)
{
	struct g722_decoder *d = state;

	(void)next;
	(void)next_len;
	plc_conceal(&d->plc, pcm, samples);

	return 0;
}


static void reset(void *state)
{
	struct g722_decoder *d = state;

	g722_init(&d->g722);
	plc_init(&d->plc, d->plc.rate_hz);
}


static size_t payload_samples(const struct audio_codec *codec,
			      const uint8_t *payload, size_t len)
{
	(void)codec;
	(void)payload;

	return 2 * len;
}


const struct codec_ops codec_g722 = {
	.name = "G722",
	.clock_hz = 8000,
	.rate_hz = 16000,
	.encoder_alloc = encoder_alloc,
	.encode = encode,
	.decoder_alloc = decoder_alloc,
	.decode = decode,
	.conceal = conceal,
	.reset = reset,
	.samples = payload_samples,
};
