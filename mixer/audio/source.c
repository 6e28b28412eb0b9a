/**
 * @file mixer/audio/source.c  Formats, packets in, level
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/audio_private.h"
#include "mixer/audio/level.h"
#include "mixer/base/re.h"


enum {
	/** How far back levels count */
	LEVEL_WINDOW_US = 120000,
	/** After this without one, it is unknown */
	LEVEL_STALE_US = 300000,
	CN_CLOCK_HZ = 8000,
};


static void source_destructor(void *arg)
{
	struct audio_source *s = arg;

	for (int i = 0; i < AUDIO_SOURCE_CODECS_MAX; i++)
		mem_deref(s->decoders[i]);
	for (int i = 0; i < SOURCE_RATE_COUNT; i++)
		mem_deref(s->resample[i]);
	mem_deref(s->jitter);
}


static int need_resample(struct audio_source *s, uint32_t rate_hz)
{
	struct resample **rp;

	if (rate_hz == AUDIO_RATE_HZ)
		return 0;

	rp = &s->resample[rate_hz == 8000 ? SOURCE_RATE_8K : SOURCE_RATE_16K];

	return *rp ? 0 : resample_alloc(rp, rate_hz, AUDIO_RATE_HZ);
}


/** The decoder of an equal format of before, with its state; or a new one */
static int take_decoder(struct audio_source *s, struct audio_decoder **dp,
			const struct audio_codec *codec)
{
	for (size_t i = 0; i < s->config.format_count; i++) {
		if (s->decoders[i] &&
		    audio_codec_equal(&s->config.formats[i].codec, codec)) {
			*dp = mem_ref(s->decoders[i]);
			return 0;
		}
	}

	return audio_decoder_alloc(dp, codec);
}


/** Where an old format stands among the new ones, -1 = gone */
static int find_format(const struct audio_source_config *config,
		       const struct audio_source_format *format)
{
	for (size_t i = 0; i < config->format_count; i++) {
		if (audio_codec_equal(&config->formats[i].codec,
				      &format->codec))
			return (int)i;
	}

	return -1;
}


static bool same_order(const struct audio_source_config *a,
		       const struct audio_source_config *b)
{
	for (size_t i = 0; i < a->format_count; i++) {
		if (find_format(b, &a->formats[i]) != (int)i)
			return false;
	}

	return true;
}


int audio_source_configure(struct audio_source *s,
			   const struct audio_source_config *config)
{
	struct audio_decoder *decoders[AUDIO_SOURCE_CODECS_MAX] = {NULL};
	int err = 0;

	if (!s || !config || config->format_count > AUDIO_SOURCE_CODECS_MAX)
		return EINVAL;

	for (size_t i = 0; i < config->format_count && !err; i++) {
		const struct audio_codec *codec = &config->formats[i].codec;

		err = take_decoder(s, &decoders[i], codec);
		if (!err)
			err = need_resample(s, codec->rate_hz);
	}
	if (err)
		goto out;

	/* waiting packets name their format by index */
	if (!same_order(&s->config, config)) {
		jitter_reset(s->jitter);
		s->format = -1;
		s->arrived = -1;
		/* modes are numbered by codec */
		s->cmr = AUDIO_CMR_NONE;
		s->stepped = s->holding = true;
	}

	for (int i = 0; i < AUDIO_SOURCE_CODECS_MAX; i++) {
		struct audio_decoder *old = s->decoders[i];

		s->decoders[i] = decoders[i];
		decoders[i] = old;
	}
	s->config = *config;
	jitter_bounds(s->jitter, config->delay_min_ms, config->delay_max_ms);

out:
	for (int i = 0; i < AUDIO_SOURCE_CODECS_MAX; i++)
		mem_deref(decoders[i]);

	return err;
}


int audio_source_alloc(struct audio_source **sp,
		       const struct audio_source_config *config)
{
	struct audio_source *s;
	int err;

	if (!sp || !config)
		return EINVAL;

	s = mem_zalloc(sizeof(*s), source_destructor);
	if (!s)
		return ENOMEM;

	s->format = s->arrived = -1;
	s->cmr = AUDIO_CMR_NONE;
	s->holding = true;

	err = jitter_alloc(&s->jitter, config->delay_min_ms,
			   config->delay_max_ms);
	if (err)
		goto out;

	err = audio_source_configure(s, config);
	if (err)
		goto out;

	*sp = s;

out:
	if (err)
		mem_deref(s);

	return err;
}


void source_note_level(struct audio_source *s, unsigned dbov, uint64_t now_us)
{
	struct source_level *level = &s->levels[s->level_next];

	level->dbov = (uint8_t)dbov;
	level->at_us = now_us;
	s->level_next = (s->level_next + 1) % SOURCE_LEVELS;
}


static void level_of_packet(struct audio_source *s,
			    const struct audio_codec *codec,
			    const uint8_t *payload, size_t len, int level,
			    uint64_t now_us)
{
	if (level < 0)
		level = audio_payload_level(codec, payload, len);
	if (level < 0) {
		/* speech after a SID: who was silent may be loud now */
		s->level_told_us = 0;
		return;
	}

	source_note_level(s,
			  level < AUDIO_LEVEL_SILENT ? (unsigned)level
						     : AUDIO_LEVEL_SILENT,
			  now_us);
	s->level_told_us = now_us;
}


/** The mode request stands in the first four bits of either format; it must
 *  be seen even in packets that are never decoded */
static void note_cmr(struct audio_source *s, const struct audio_codec *codec,
		     const uint8_t *payload, size_t len)
{
	if ((codec->id == AUDIO_AMR || codec->id == AUDIO_AMR_WB) && len)
		s->cmr = payload[0] >> 4;
}


static void after_put(struct audio_source *s, enum jitter_result result)
{
	if (result == JITTER_LATE)
		s->stats.late++;

	if (result == JITTER_RESTARTED) {
		/* what follows was encoded from another state */
		if (s->format >= 0)
			audio_decoder_reset(s->decoders[s->format]);
		s->holding = true;
		s->noise.active = false;
	}
}


static int put_noise(struct audio_source *s, uint16_t seq, uint32_t timestamp,
		     bool marker, const uint8_t *payload, size_t len,
		     int level, uint64_t now_us)
{
	if (!len || len > JITTER_PAYLOAD_MAX)
		return EBADMSG;

	/* the clock of comfort noise is that of the codec beside it */
	if (s->arrived >= 0 &&
	    s->config.formats[s->arrived].codec.clock_hz != CN_CLOCK_HZ)
		return ENOENT;

	s->stats.packets++;
	s->last_put_us = now_us;
	source_note_level(s,
			  level >= 0 && level < AUDIO_LEVEL_SILENT
				  ? (unsigned)level
				  : AUDIO_LEVEL_SILENT,
			  now_us);
	s->level_told_us = now_us;
	after_put(s, jitter_put(s->jitter, CN_CLOCK_HZ, SOURCE_FORMAT_CN, seq,
				timestamp, marker, 0, payload, len, now_us));

	return 0;
}


int audio_source_put(struct audio_source *s, uint8_t pt, uint16_t seq,
		     uint32_t timestamp, bool marker, const uint8_t *payload,
		     size_t len, int level, uint64_t now_us)
{
	const struct audio_codec *codec;
	size_t samples;
	size_t i;

	if (!s || (!payload && len))
		return EINVAL;

	for (i = 0; i < s->config.format_count; i++) {
		if (s->config.formats[i].pt == pt)
			break;
	}
	if (i == s->config.format_count) {
		if (s->config.cn_pt >= 0 && pt == s->config.cn_pt)
			return put_noise(s, seq, timestamp, marker, payload,
					 len, level, now_us);
		return ENOENT;
	}

	codec = &s->config.formats[i].codec;
	samples = len <= JITTER_PAYLOAD_MAX
			  ? audio_payload_samples(codec, payload, len)
			  : 0;
	if (!samples)
		return EBADMSG;

	s->arrived = (int)i;
	s->last_put_us = now_us;
	s->stats.packets++;
	note_cmr(s, codec, payload, len);
	level_of_packet(s, codec, payload, len, level, now_us);
	after_put(s, jitter_put(s->jitter, codec->clock_hz, (uint8_t)i, seq,
				timestamp, marker,
				(uint32_t)(samples * codec->clock_hz /
					   codec->rate_hz),
				payload, len, now_us));

	return 0;
}


void audio_source_reset(struct audio_source *s)
{
	if (!s)
		return;

	jitter_reset(s->jitter);
	if (s->format >= 0)
		audio_decoder_reset(s->decoders[s->format]);
	s->fifo_samples = 0;
	s->bend_fifo.left = 0;
	source_forget_sound(s);
	memset(&s->noise, 0, sizeof(s->noise));
	memset(s->levels, 0, sizeof(s->levels));
	s->level_told_us = 0;
	s->last_put_us = 0;
	s->arrived = -1;
	s->holding = true;
	s->stepped = true;
	s->skipped = false;
	s->barren = 0;
	s->cmr = AUDIO_CMR_NONE;
}


unsigned audio_source_level(const struct audio_source *s, bool *unknown,
			    uint64_t now_us)
{
	unsigned loudest = AUDIO_LEVEL_SILENT;

	for (int i = 0; i < SOURCE_LEVELS; i++) {
		const struct source_level *level = &s->levels[i];

		if (level->at_us && now_us - level->at_us <= LEVEL_WINDOW_US &&
		    level->dbov < loudest)
			loudest = level->dbov;
	}

	if (unknown) {
		bool coming = s->last_put_us &&
			      now_us - s->last_put_us < LEVEL_STALE_US;
		bool told = s->level_told_us &&
			    now_us - s->level_told_us <= LEVEL_STALE_US;

		*unknown = coming && !told;
	}

	return loudest;
}


uint8_t audio_source_cmr(const struct audio_source *s)
{
	return s ? s->cmr : AUDIO_CMR_NONE;
}


const struct audio_codec *audio_source_codec(const struct audio_source *s)
{
	return s && s->arrived >= 0 ? &s->config.formats[s->arrived].codec
				    : NULL;
}


void audio_source_stats(const struct audio_source *s,
			struct audio_source_stats *stats)
{
	*stats = s->stats;
}
