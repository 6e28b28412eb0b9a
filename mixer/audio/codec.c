/**
 * @file mixer/audio/codec.c  The table of codecs
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "mixer/audio/codec_table.h"
#include "mixer/base/re.h"


struct audio_encoder {
	struct audio_codec codec;
	const struct codec_ops *ops;
	void *state;
	size_t samples;
};

struct audio_decoder {
	struct audio_codec codec;
	const struct codec_ops *ops;
	void *state;
};

static const struct codec_ops *const table[AUDIO_CODEC_COUNT] = {
#define AUDIO_CODEC_ROW(id, ops) [id] = &(ops),
	AUDIO_CODECS(AUDIO_CODEC_ROW)
#undef AUDIO_CODEC_ROW
};


bool audio_codec_equal(const struct audio_codec *a,
		       const struct audio_codec *b)
{
	return a->id == b->id && a->clock_hz == b->clock_hz &&
	       a->rate_hz == b->rate_hz && a->ptime_ms == b->ptime_ms &&
	       a->fec == b->fec && a->dtx == b->dtx &&
	       a->max_bitrate == b->max_bitrate &&
	       a->max_playback_rate_hz == b->max_playback_rate_hz &&
	       a->octet_align == b->octet_align &&
	       a->mode_set == b->mode_set &&
	       a->mode_change_period == b->mode_change_period &&
	       a->mode_change_neighbor == b->mode_change_neighbor;
}


enum audio_codec_id audio_codec_by_name(const char *name)
{
	if (!name)
		return AUDIO_CODEC_COUNT;

	for (int i = 0; i < AUDIO_CODEC_COUNT; i++) {
		if (!strcasecmp(name, table[i]->name))
			return (enum audio_codec_id)i;
	}

	return AUDIO_CODEC_COUNT;
}


const char *audio_codec_name(enum audio_codec_id id)
{
	return (unsigned)id < AUDIO_CODEC_COUNT ? table[id]->name : "?";
}


struct audio_codec audio_codec_plain(enum audio_codec_id id)
{
	return (struct audio_codec){
		.id = id,
		.clock_hz = table[id]->clock_hz,
		.rate_hz = table[id]->rate_hz,
		.ptime_ms = AUDIO_TICK_MS,
	};
}


/** The codec's operations, NULL when the struct contradicts them */
static const struct codec_ops *lookup(const struct audio_codec *codec)
{
	const struct codec_ops *ops;

	if (!codec || (unsigned)codec->id >= AUDIO_CODEC_COUNT)
		return NULL;

	ops = table[codec->id];
	if (codec->clock_hz != ops->clock_hz || codec->rate_hz != ops->rate_hz)
		return NULL;

	return ops;
}


static void encoder_destructor(void *arg)
{
	struct audio_encoder *e = arg;

	mem_deref(e->state);
}


int audio_encoder_alloc(struct audio_encoder **ep,
			const struct audio_codec *codec)
{
	const struct codec_ops *ops = lookup(codec);
	struct audio_encoder *e;
	int err;

	if (!ep || !ops || !codec->ptime_ms || codec->ptime_ms % 5 ||
	    codec->ptime_ms > AUDIO_PACKET_MAX_MS)
		return EINVAL;

	e = mem_zalloc(sizeof(*e), encoder_destructor);
	if (!e)
		return ENOMEM;

	e->codec = *codec;
	e->ops = ops;
	e->samples = codec->rate_hz / 1000 * codec->ptime_ms;

	err = ops->encoder_alloc(&e->state, codec);
	if (err)
		goto out;

	*ep = e;

out:
	if (err)
		mem_deref(e);

	return err;
}


int audio_encoder_encode(struct audio_encoder *e, const int16_t *pcm,
			 uint8_t *payload, size_t *len)
{
	if (!e || !pcm || !payload || !len)
		return EINVAL;

	return e->ops->encode(e->state, pcm, e->samples, payload, len);
}


void audio_encoder_cmr(struct audio_encoder *e, uint8_t mode)
{
	if (e && e->ops->cmr)
		e->ops->cmr(e->state, mode);
}


void audio_encoder_loss(struct audio_encoder *e, unsigned percent)
{
	if (e && e->ops->loss)
		e->ops->loss(e->state, percent);
}


static void decoder_destructor(void *arg)
{
	struct audio_decoder *d = arg;

	mem_deref(d->state);
}


int audio_decoder_alloc(struct audio_decoder **dp,
			const struct audio_codec *codec)
{
	const struct codec_ops *ops = lookup(codec);
	struct audio_decoder *d;
	int err;

	if (!dp || !ops)
		return EINVAL;

	d = mem_zalloc(sizeof(*d), decoder_destructor);
	if (!d)
		return ENOMEM;

	d->codec = *codec;
	d->ops = ops;

	err = ops->decoder_alloc(&d->state, codec);
	if (err)
		goto out;

	*dp = d;

out:
	if (err)
		mem_deref(d);

	return err;
}


int audio_decoder_decode(struct audio_decoder *d, const uint8_t *payload,
			 size_t len, int16_t *pcm, size_t *samples,
			 uint8_t *cmr)
{
	if (!d || (!payload && len) || !pcm || !samples)
		return EINVAL;

	if (cmr)
		*cmr = AUDIO_CMR_NONE;

	*samples = audio_payload_samples(&d->codec, payload, len);
	if (!*samples)
		return EBADMSG;

	return d->ops->decode(d->state, payload, len, pcm, samples, cmr);
}


int audio_decoder_conceal(struct audio_decoder *d, const uint8_t *next,
			  size_t next_len, int16_t *pcm, size_t samples)
{
	if (!d || !pcm || !samples || samples > AUDIO_PACKET_MAX_SAMPLES)
		return EINVAL;

	return d->ops->conceal(d->state, next, next ? next_len : 0, pcm,
			       samples);
}


void audio_decoder_reset(struct audio_decoder *d)
{
	if (d && d->ops->reset)
		d->ops->reset(d->state);
}


size_t audio_payload_samples(const struct audio_codec *codec,
			     const uint8_t *payload, size_t len)
{
	const struct codec_ops *ops = lookup(codec);
	size_t samples;

	if (!ops || (!payload && len))
		return 0;

	samples = ops->samples(codec, payload, len);

	return samples <= ops->rate_hz / 1000 * AUDIO_PACKET_MAX_MS ? samples
								    : 0;
}


int audio_payload_level(const struct audio_codec *codec,
			const uint8_t *payload, size_t len)
{
	const struct codec_ops *ops = lookup(codec);

	if (!ops || !ops->level || !payload)
		return -1;

	return ops->level(codec, payload, len);
}
