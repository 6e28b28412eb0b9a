/**
 * @file mixer/audio/rendition.c  Ticks in, payloads out
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/rendition.h"
#include "mixer/audio/resample.h"
#include "mixer/base/re.h"


struct audio_rendition {
	struct audio_codec codec;
	struct audio_encoder *encoder;
	struct resample *resample; /**< NULL at 48 kHz */
	size_t have, want;         /**< samples there, of a packet */
	size_t coded;              /**< of those there, in this tick */
	int16_t pcm[AUDIO_PACKET_MAX_SAMPLES];
	uint8_t payload[AUDIO_PAYLOAD_MAX];
};

static const int16_t silence[AUDIO_TICK_SAMPLES];


static void rendition_destructor(void *arg)
{
	struct audio_rendition *r = arg;

	mem_deref(r->encoder);
	mem_deref(r->resample);
}


int audio_rendition_alloc(struct audio_rendition **rp,
			  const struct audio_codec *codec)
{
	struct audio_rendition *r;
	int err;

	/* packets and ticks end together: neither holds a part of another */
	if (!rp || !codec || !codec->ptime_ms ||
	    (codec->ptime_ms % AUDIO_TICK_MS &&
	     AUDIO_TICK_MS % codec->ptime_ms))
		return EINVAL;

	r = mem_zalloc(sizeof(*r), rendition_destructor);
	if (!r)
		return ENOMEM;

	r->codec = *codec;
	err = audio_encoder_alloc(&r->encoder, codec);
	if (err)
		goto out;

	if (codec->rate_hz != AUDIO_RATE_HZ) {
		err = resample_alloc(&r->resample, AUDIO_RATE_HZ,
				     codec->rate_hz);
		if (err)
			goto out;
	}

	r->want = codec->rate_hz / 1000 * codec->ptime_ms;
	*rp = r;

out:
	if (err)
		mem_deref(r);

	return err;
}


static int encode_packet(struct audio_rendition *r, size_t *len)
{
	const int16_t *pcm = r->pcm + r->coded;

	r->coded += r->want;

	return audio_encoder_encode(r->encoder, pcm, r->payload, len);
}


int audio_rendition_feed(struct audio_rendition *r, const int16_t *pcm,
			 const uint8_t **payload, size_t *len)
{
	if (!r || !payload || !len)
		return EINVAL;

	*payload = r->payload;
	*len = 0;
	pcm = pcm ? pcm : silence;
	if (r->coded) {
		r->have = 0;
		r->coded = 0;
	}

	if (r->resample) {
		r->have += resample_run(r->resample, pcm, AUDIO_TICK_SAMPLES,
					r->pcm + r->have);
	}
	else {
		memcpy(r->pcm + r->have, pcm,
		       AUDIO_TICK_SAMPLES * sizeof(*pcm));
		r->have += AUDIO_TICK_SAMPLES;
	}

	if (r->have < r->want)
		return 0;

	return encode_packet(r, len);
}


bool audio_rendition_more(struct audio_rendition *r, const uint8_t **payload,
			  size_t *len)
{
	if (!r || !payload || !len || !r->coded ||
	    r->have - r->coded < r->want)
		return false;

	*payload = r->payload;
	*len = 0;
	(void)encode_packet(r, len);

	return true;
}


uint32_t audio_rendition_packet_units(const struct audio_rendition *r)
{
	return r ? r->codec.clock_hz / 1000 * r->codec.ptime_ms : 0;
}


uint32_t audio_rendition_tick_units(const struct audio_rendition *r)
{
	return r ? r->codec.clock_hz / 1000 * AUDIO_TICK_MS : 0;
}


void audio_rendition_loss(struct audio_rendition *r, unsigned percent)
{
	if (r)
		audio_encoder_loss(r->encoder, percent);
}


void audio_rendition_cmr(struct audio_rendition *r, uint8_t mode)
{
	if (r)
		audio_encoder_cmr(r->encoder, mode);
}
