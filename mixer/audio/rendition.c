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
	size_t have, want;         /**< samples of the packet */
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

	/* a payload covers whole ticks, so that a tick ends at most one */
	if (!rp || !codec || !codec->ptime_ms ||
	    codec->ptime_ms % AUDIO_TICK_MS)
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


int audio_rendition_feed(struct audio_rendition *r, const int16_t *pcm,
			 const uint8_t **payload, size_t *len)
{
	if (!r || !payload || !len)
		return EINVAL;

	*payload = r->payload;
	*len = 0;
	pcm = pcm ? pcm : silence;

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

	r->have = 0;

	return audio_encoder_encode(r->encoder, r->pcm, r->payload, len);
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
