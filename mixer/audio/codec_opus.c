/**
 * @file mixer/audio/codec_opus.c  Opus (RFC 6716) in RTP (RFC 7587)
 *
 * The mix is coded CELT-only (a third of the cost of hybrid and good for
 * several voices and music) by calling it music; when a leg reports loss and
 * took in-band FEC, it is called voice, so that SILK with its redundancy
 * takes over. Both by public controls, so libopus bends the transition.
 */
#include <errno.h>
#include <string.h>
#include <opus.h>
#include "mixer/audio/codec_table.h"
#include "mixer/base/re.h"


enum {
	BITRATE_DEFAULT = 32000,
	BITRATE_MIN = 6000,
	/** Below this CELT sounds poorer than SILK */
	BITRATE_CELT_MIN = 20000,
	COMPLEXITY = 5,
	/** Loss that turns FEC on, and off again, percent */
	LOSS_ON = 2,
	LOSS_MAX = 40,
	/** libopus conceals in steps of 2.5 ms */
	CONCEAL_STEP = AUDIO_RATE_HZ / 400,
	/** What an empty payload stands for: one usual frame unsent */
	EMPTY_SAMPLES = AUDIO_RATE_HZ / 50,
	/** DTX: silence still sent, and how often a refresh goes out. libopus
	 *  sees digital silence only from complexity 7 on */
	DTX_AFTER_MS = 200,
	DTX_REFRESH_MS = 400,
};

struct opus_encoder {
	OpusEncoder *opus;
	int32_t bitrate;
	bool fec, fec_active, dtx;
	uint32_t silent_ms; /**< of digital silence so far */
};

struct opus_decoder {
	OpusDecoder *opus;
	int16_t bounce[AUDIO_PACKET_MAX_SAMPLES];
};


static void encoder_destructor(void *arg)
{
	struct opus_encoder *e = arg;

	if (e->opus)
		opus_encoder_destroy(e->opus);
}


static int32_t max_bandwidth(uint32_t playback_hz)
{
	if (!playback_hz || playback_hz > 24000)
		return OPUS_BANDWIDTH_FULLBAND;
	if (playback_hz > 16000)
		return OPUS_BANDWIDTH_SUPERWIDEBAND;
	if (playback_hz > 12000)
		return OPUS_BANDWIDTH_WIDEBAND;

	return playback_hz > 8000 ? OPUS_BANDWIDTH_MEDIUMBAND
				  : OPUS_BANDWIDTH_NARROWBAND;
}


static void choose_signal(struct opus_encoder *e)
{
	bool voice = e->fec_active || e->bitrate < BITRATE_CELT_MIN;

	opus_encoder_ctl(e->opus, OPUS_SET_SIGNAL(voice ? OPUS_SIGNAL_VOICE
							: OPUS_SIGNAL_MUSIC));
}


static int encoder_alloc(void **sp, const struct audio_codec *codec)
{
	struct opus_encoder *e;
	int error, err = 0;

	if (codec->ptime_ms > 10 && codec->ptime_ms % 20)
		return EINVAL;

	e = mem_zalloc(sizeof(*e), encoder_destructor);
	if (!e)
		return ENOMEM;

	e->opus = opus_encoder_create(AUDIO_RATE_HZ, 1, OPUS_APPLICATION_AUDIO,
				      &error);
	if (!e->opus) {
		err = ENOMEM;
		goto out;
	}

	e->bitrate = BITRATE_DEFAULT;
	if (codec->max_bitrate && codec->max_bitrate < BITRATE_DEFAULT)
		e->bitrate = (int32_t)codec->max_bitrate;
	if (e->bitrate < BITRATE_MIN)
		e->bitrate = BITRATE_MIN;
	e->fec = codec->fec;
	e->dtx = codec->dtx;

	opus_encoder_ctl(e->opus, OPUS_SET_BITRATE(e->bitrate));
	opus_encoder_ctl(e->opus, OPUS_SET_COMPLEXITY(COMPLEXITY));
	opus_encoder_ctl(e->opus, OPUS_SET_MAX_BANDWIDTH(max_bandwidth(
					  codec->max_playback_rate_hz)));
	choose_signal(e);
	*sp = e;

out:
	if (err)
		mem_deref(e);

	return err;
}


/** @return true if this packet of silence may stay unsent */
static bool discontinue(struct opus_encoder *e, const int16_t *pcm,
			size_t samples)
{
	const uint32_t ms = (uint32_t)(samples * 1000 / AUDIO_RATE_HZ);
	const uint32_t before = e->silent_ms;
	int any = 0;

	for (size_t i = 0; i < samples; i++)
		any |= pcm[i];

	e->silent_ms = any ? 0 : e->silent_ms + ms;

	return before >= DTX_AFTER_MS && e->silent_ms &&
	       before / DTX_REFRESH_MS == e->silent_ms / DTX_REFRESH_MS;
}


static int encode(void *state, const int16_t *pcm, size_t samples,
		  uint8_t *payload, size_t *len)
{
	struct opus_encoder *e = state;
	int n;

	*len = 0;
	if (e->dtx && discontinue(e, pcm, samples))
		return 0;

	n = opus_encode(e->opus, pcm, (int)samples, payload,
			AUDIO_PAYLOAD_MAX);
	if (n < 0)
		return EPROTO;

	*len = (size_t)n;

	return 0;
}


static void loss(void *state, unsigned percent)
{
	struct opus_encoder *e = state;

	if (!e->fec)
		return;

	e->fec_active = e->fec_active ? percent > 0 : percent >= LOSS_ON;
	opus_encoder_ctl(e->opus, OPUS_SET_INBAND_FEC(e->fec_active));
	opus_encoder_ctl(e->opus, OPUS_SET_PACKET_LOSS_PERC(
					  percent > LOSS_MAX ? LOSS_MAX
							     : (int)percent));
	choose_signal(e);
}


static void decoder_destructor(void *arg)
{
	struct opus_decoder *d = arg;

	if (d->opus)
		opus_decoder_destroy(d->opus);
}


static int decoder_alloc(void **sp, const struct audio_codec *codec)
{
	struct opus_decoder *d = mem_zalloc(sizeof(*d), decoder_destructor);
	int error;

	(void)codec;
	if (!d)
		return ENOMEM;

	d->opus = opus_decoder_create(AUDIO_RATE_HZ, 1, &error);
	if (!d->opus) {
		mem_deref(d);
		return ENOMEM;
	}

	*sp = d;

	return 0;
}


static int decode(void *state, const uint8_t *payload, size_t len,
		  int16_t *pcm, size_t *samples, uint8_t *cmr)
{
	struct opus_decoder *d = state;
	int n;

	(void)cmr;
	n = opus_decode(d->opus, len ? payload : NULL, (int32_t)len, pcm,
			len ? AUDIO_PACKET_MAX_SAMPLES : EMPTY_SAMPLES, 0);
	if (n <= 0)
		return EBADMSG;

	*samples = (size_t)n;

	return 0;
}


static int conceal(void *state, const uint8_t *next, size_t next_len,
		   int16_t *pcm, size_t samples)
{
	struct opus_decoder *d = state;
	int frame = (int)((samples + CONCEAL_STEP - 1) / CONCEAL_STEP *
			  CONCEAL_STEP);
	int n;

	n = opus_decode(d->opus, next_len ? next : NULL, (int32_t)next_len,
			d->bounce, frame, next_len > 0);
	if (n < 0 && next_len)
		n = opus_decode(d->opus, NULL, 0, d->bounce, frame, 0);
	if (n < (int)samples)
		memset(d->bounce, 0, sizeof(d->bounce));

	memcpy(pcm, d->bounce, samples * sizeof(*pcm));

	return 0;
}


static void reset(void *state)
{
	struct opus_decoder *d = state;

	opus_decoder_ctl(d->opus, OPUS_RESET_STATE);
}


static size_t payload_samples(const struct audio_codec *codec,
			      const uint8_t *payload, size_t len)
{
	int n;

	(void)codec;
	if (!len)
		return EMPTY_SAMPLES;

	n = opus_packet_get_nb_samples(payload, (int32_t)len, AUDIO_RATE_HZ);

	return n > 0 ? (size_t)n : 0;
}


static int payload_level(const struct audio_codec *codec,
			 const uint8_t *payload, size_t len)
{
	(void)codec;
	(void)payload;

	return len <= 2 ? 127 : -1;
}


const struct codec_ops codec_opus = {
	.name = "opus",
	.clock_hz = AUDIO_RATE_HZ,
	.rate_hz = AUDIO_RATE_HZ,
	.encoder_alloc = encoder_alloc,
	.encode = encode,
	.loss = loss,
	.decoder_alloc = decoder_alloc,
	.decode = decode,
	.conceal = conceal,
	.reset = reset,
	.samples = payload_samples,
	.level = payload_level,
};
