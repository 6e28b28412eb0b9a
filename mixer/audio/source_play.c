/**
 * @file mixer/audio/source_play.c  Ticks out: decode, conceal, stretch
 */
#include <string.h>
#include "mixer/audio/audio_private.h"
#include "mixer/audio/level.h"
#include "mixer/base/re.h"


enum {
	/** Invented at once */
	CONCEAL_MS = 20,
	/** After so much of nothing the decoder is left in peace */
	BARREN_MAX_MS = 1000,
	/** A jump is bent away in 5 ms: the 200th part of a second */
	BENDS_A_SECOND = 200,
	/** Packets a decoder hears before its output is wanted */
	WARM_PACKETS = 3,
	/** How far from the target is far: shorten, lengthen, hurry, jump */
	EXCESS_US = 15000,
	SHORTAGE_US = 8000,
	EXCESS_HURRY_US = 60000,
	EXCESS_JUMP_US = 300000,
	/** Ticks between two stretches, at leisure and in a hurry */
	STRETCH_EVERY = 5,
	STRETCH_EVERY_HURRY = 2,
};


static int64_t fifo_us(const struct audio_source *s)
{
	return (int64_t)s->fifo_samples * 1000000 / AUDIO_RATE_HZ;
}


static int64_t excess_us(const struct audio_source *s, uint64_t now_us)
{
	return jitter_delay_us(s->jitter, fifo_us(s), now_us) -
	       jitter_target_us(s->jitter);
}


static const struct audio_codec *codec_now(const struct audio_source *s)
{
	return s->format >= 0 ? &s->config.formats[s->format].codec : NULL;
}


static void bend_begin(struct source_bend *b, int before, int first,
		       uint32_t rate_hz)
{
	b->offset = before - first;
	b->length = b->left = (int)(rate_hz / BENDS_A_SECOND);
}


static void bend(struct source_bend *b, int16_t *pcm, size_t samples)
{
	for (size_t i = 0; i < samples && b->left; i++, b->left--) {
		int v = pcm[i] + b->offset * b->left / b->length;

		pcm[i] = (int16_t)(v > 32767    ? 32767
				   : v < -32768 ? -32768
						: v);
	}
}


static void bend_fifo(struct audio_source *s, size_t added)
{
	int16_t *pcm = s->fifo + s->fifo_samples;

	if (s->stepped)
		bend_begin(&s->bend_fifo,
			   s->fifo_samples ? pcm[-1] : s->last_sample, pcm[0],
			   AUDIO_RATE_HZ);
	bend(&s->bend_fifo, pcm, added);
	s->stepped = false;
}


void source_forget_sound(struct audio_source *s)
{
	for (int i = 0; i < SOURCE_RATE_COUNT; i++)
		resample_reset(s->resample[i]);
	s->last_native = 0;
	s->bend_native.left = 0;
}


/** Native samples into the FIFO, as AUDIO_RATE_HZ. A jump is bent before the
 *  resampler, which would tell of it late, and after it, for what it holds */
static void append(struct audio_source *s, int16_t *pcm, size_t samples,
		   uint32_t rate_hz)
{
	int16_t *end = s->fifo + s->fifo_samples;
	size_t added = samples * (AUDIO_RATE_HZ / rate_hz);

	if (!added || added > SOURCE_FIFO_SAMPLES - s->fifo_samples)
		return;

	if (s->stepped)
		bend_begin(&s->bend_native, s->last_native, pcm[0], rate_hz);
	bend(&s->bend_native, pcm, samples);
	s->last_native = pcm[samples - 1];
	if (rate_hz == AUDIO_RATE_HZ)
		memcpy(end, pcm, samples * sizeof(*pcm));
	else
		resample_run(s->resample[rate_hz == 8000 ? SOURCE_RATE_8K
							 : SOURCE_RATE_16K],
			     pcm, samples, end);
	bend_fifo(s, added);
	s->fifo_samples += added;
}


static void append_silence(struct audio_source *s, size_t samples)
{
	if (!samples || samples > SOURCE_FIFO_SAMPLES - s->fifo_samples)
		return;

	memset(s->fifo + s->fifo_samples, 0, samples * sizeof(*s->fifo));
	bend_fifo(s, samples);
	s->fifo_samples += samples;
	source_forget_sound(s);
}


/** Does a packet carry a redundant copy of the one before? Told by the LBRR
 *  flag of a mono SILK frame of up to 20 ms (RFC 6716 section 4.2.3) */
static bool has_redundancy(const struct audio_codec *codec,
			   const struct jitter_packet *p)
{
	return codec->id == AUDIO_OPUS && p->len > 1 && p->payload[0] < 0x80 &&
	       !(p->payload[0] & 0x07) && p->payload[1] & 0x40;
}


/** Invent `units` of RTP time; `next` follows directly on them, or NULL */
static void conceal(struct audio_source *s, uint32_t units,
		    const struct jitter_packet *next)
{
	const struct audio_codec *codec = codec_now(s);
	size_t samples;

	if (!codec)
		return;

	samples = (size_t)units * codec->rate_hz / codec->clock_hz;
	if (s->noise.active) {
		comfort_noise_run(&s->noise, s->native, samples);
	}
	else if (s->barren >= BARREN_MAX_MS) {
		memset(s->native, 0, samples * sizeof(*s->native));
	}
	else {
		bool usable = next && next->format == s->format &&
			      codec->id == AUDIO_OPUS;

		if (audio_decoder_conceal(s->decoders[s->format],
					  usable ? next->payload : NULL,
					  usable ? next->len : 0, s->native,
					  samples))
			memset(s->native, 0, samples * sizeof(*s->native));
		if (usable && has_redundancy(codec, next))
			s->stats.fec++;
	}

	s->barren += units * 1000 / codec->clock_hz;
	append(s, s->native, samples, codec->rate_hz);
}


/** Units of one concealment */
static uint32_t conceal_units(const struct audio_source *s)
{
	return codec_now(s)->clock_hz / 1000 * CONCEAL_MS;
}


static void play_noise(struct audio_source *s, const struct jitter_packet *p)
{
	(void)comfort_noise_set(&s->noise, p->payload, p->len);
	jitter_take(s->jitter, p);
}


/** Decode a packet; what its first part overlaps with invented sound is
 *  dropped */
static void play(struct audio_source *s, const struct jitter_packet *p)
{
	const struct audio_codec *codec;
	int64_t gap = jitter_gap(s->jitter, p);
	size_t drop = 0, samples;
	uint8_t cmr;

	if (p->format >= s->config.format_count) {
		jitter_take(s->jitter, p);
		return;
	}

	if (s->format != p->format) {
		audio_decoder_reset(s->decoders[p->format]);
		source_forget_sound(s);
		s->stepped = true;
		s->format = p->format;
	}
	if (s->barren >= BARREN_MAX_MS)
		s->stepped = true;
	codec = codec_now(s);

	if (audio_decoder_decode(s->decoders[s->format], p->payload, p->len,
				 s->native, &samples, &cmr)) {
		s->stats.concealed++;
		samples = (size_t)p->units * codec->rate_hz / codec->clock_hz;
		if (audio_decoder_conceal(s->decoders[s->format], NULL, 0,
					  s->native, samples))
			memset(s->native, 0, samples * sizeof(*s->native));
	}
	else {
		s->stats.decoded++;
	}

	if (gap < 0)
		drop = (size_t)(-gap) * codec->rate_hz / codec->clock_hz;
	if (drop)
		s->stepped = true;
	if (drop < samples)
		append(s, s->native + drop, samples - drop, codec->rate_hz);

	s->noise.active = false;
	s->barren = 0;
	jitter_take(s->jitter, p);
}


/** A gap before the packet that is there: lost ones, or a pause */
static void cross_gap(struct audio_source *s, const struct jitter_packet *p,
		      uint64_t now_us)
{
	const uint32_t most = conceal_units(s);
	int64_t gap = jitter_gap(s->jitter, p);
	bool loss = jitter_is_loss(s->jitter, p);
	uint32_t units;

	/* in a pause the delay is put right for nothing */
	if (!loss) {
		int64_t excess = excess_us(s, now_us);

		if (excess > 0) {
			int64_t cut =
				excess * codec_now(s)->clock_hz / 1000000;

			cut = cut < gap ? cut : gap;
			jitter_advance(s->jitter, (uint32_t)cut);
			gap -= cut;
			s->stepped = true;
		}
		if (gap <= 0)
			return;
	}

	units = gap < most ? (uint32_t)gap : most;
	if (loss && gap > p->units && gap - p->units < units && p->units)
		units = (uint32_t)(gap - p->units);
	conceal(s, units,
		loss && (uint32_t)gap == units && units <= p->units ? p
								    : NULL);
	s->stats.concealed += loss;
	jitter_advance(s->jitter, units);
}


/** Nothing is there. While the delay is below the target time stands still:
 *  the packet may yet come */
static void starve(struct audio_source *s, uint64_t now_us)
{
	uint32_t units = conceal_units(s);
	bool wait = excess_us(s, now_us) < 0;

	s->stats.concealed += s->barren < BARREN_MAX_MS && !s->noise.active;
	conceal(s, units, NULL);
	if (!wait)
		jitter_advance(s->jitter, units);
}


/** One step towards a full tick */
static void step(struct audio_source *s, const struct jitter_packet *p,
		 uint64_t now_us)
{
	if (p && (jitter_gap(s->jitter, p) <= 0 || s->format < 0)) {
		if (p->format == SOURCE_FORMAT_CN)
			play_noise(s, p);
		else
			play(s, p);
	}
	else if (s->format < 0) {
		append_silence(s, AUDIO_TICK_SAMPLES);
	}
	else if (p) {
		cross_gap(s, p, now_us);
	}
	else {
		starve(s, now_us);
	}
}


static void source_play_fill(struct audio_source *s, uint64_t now_us)
{
	while (s->fifo_samples < AUDIO_TICK_SAMPLES)
		step(s, jitter_peek(s->jitter), now_us);
}


/** Decode one more packet if it is there and follows, so that a stretch has
 *  room to look */
static bool fill_for_stretch(struct audio_source *s)
{
	while (s->fifo_samples < STRETCH_NEED) {
		const struct jitter_packet *p = jitter_peek(s->jitter);

		if (!p || p->format == SOURCE_FORMAT_CN ||
		    jitter_gap(s->jitter, p) > 0)
			return false;
		play(s, p);
	}

	return s->fifo_samples + STRETCH_LAG_MAX < SOURCE_FIFO_SAMPLES;
}


static void stretch(struct audio_source *s, uint64_t now_us)
{
	const int64_t excess = excess_us(s, now_us);
	const bool hurry = excess > EXCESS_HURRY_US;
	size_t changed;

	if (++s->since_stretch <
	    (unsigned)(hurry ? STRETCH_EVERY_HURRY : STRETCH_EVERY))
		return;
	if (excess < EXCESS_US && excess > -SHORTAGE_US)
		return;
	if (!fill_for_stretch(s))
		return;

	if (excess > 0) {
		changed = stretch_shorten(s->fifo, s->fifo_samples, hurry);
		s->fifo_samples -= changed;
	}
	else {
		changed = stretch_lengthen(s->fifo, s->fifo_samples, false);
		s->fifo_samples += changed;
	}

	if (changed) {
		s->since_stretch = 0;
		s->stats.stretched++;
	}
}


/** Let the decoder hear the last packets before the position, so that what
 *  it knew from long ago does not sound */
static void warm_up(struct audio_source *s)
{
	int back = WARM_PACKETS;
	int format;

	while (back && !jitter_played(s->jitter, back))
		back--;

	s->skipped = false;
	s->stepped = true;
	s->fifo_samples = 0;
	if (!back) {
		if (s->format >= 0)
			audio_decoder_reset(s->decoders[s->format]);
		return;
	}

	format = jitter_played(s->jitter, back)->format;
	audio_decoder_reset(s->decoders[format]);
	for (; back; back--) {
		const struct jitter_packet *p = jitter_played(s->jitter, back);
		size_t samples;
		uint8_t cmr;

		if (p->format != format)
			break;
		(void)audio_decoder_decode(s->decoders[format], p->payload,
					   p->len, s->native, &samples, &cmr);
	}
	s->format = format;
	s->barren = 0;
}


/** First packets, or the first after a jump: wait for the right delay */
static bool hold(struct audio_source *s, uint64_t now_us)
{
	if (s->holding && jitter_started(s->jitter) &&
	    excess_us(s, now_us) >= 0) {
		s->holding = false;
		s->stepped = true;
		jitter_align(s->jitter, fifo_us(s), now_us);
	}

	return s->holding;
}


static void note_delay(struct audio_source *s, uint64_t now_us)
{
	int64_t delay = jitter_delay_us(s->jitter, fifo_us(s), now_us);

	s->stats.delay_ms = delay > 0 ? (uint32_t)(delay / 1000) : 0;
	s->stats.target_ms = (uint32_t)(jitter_target_us(s->jitter) / 1000);
}


static bool deliver(struct audio_source *s, int16_t *pcm, uint64_t now_us)
{
	unsigned level;

	memcpy(pcm, s->fifo, AUDIO_TICK_SAMPLES * sizeof(*pcm));
	s->fifo_samples -= AUDIO_TICK_SAMPLES;
	memmove(s->fifo, s->fifo + AUDIO_TICK_SAMPLES,
		s->fifo_samples * sizeof(*s->fifo));

	s->last_sample = pcm[AUDIO_TICK_SAMPLES - 1];

	level = audio_level(audio_energy(pcm, AUDIO_TICK_SAMPLES),
			    AUDIO_TICK_SAMPLES);
	if (!s->level_told_us || now_us - s->level_told_us > 200000)
		source_note_level(s, level, now_us);

	return level < AUDIO_LEVEL_SILENT;
}


bool audio_source_get(struct audio_source *s, int16_t *pcm, uint64_t now_us)
{
	/* what is decoded already, or invented, fades into the wait */
	if (hold(s, now_us)) {
		s->stepped = true;
		if (s->fifo_samples < AUDIO_TICK_SAMPLES)
			append_silence(s,
				       AUDIO_TICK_SAMPLES - s->fifo_samples);
		return deliver(s, pcm, now_us);
	}

	if (s->skipped)
		warm_up(s);

	if (excess_us(s, now_us) > EXCESS_JUMP_US &&
	    jitter_align(s->jitter, fifo_us(s), now_us))
		s->stepped = true;

	note_delay(s, now_us);
	source_play_fill(s, now_us);
	stretch(s, now_us);
	if (s->fifo_samples < AUDIO_TICK_SAMPLES)
		source_play_fill(s, now_us);

	return deliver(s, pcm, now_us);
}


void audio_source_skip(struct audio_source *s, uint64_t now_us)
{
	const struct jitter_packet *p;

	s->fifo_samples = 0;
	s->last_sample = 0;
	s->bend_fifo.left = 0;
	if (!s->skipped)
		source_forget_sound(s);
	s->skipped = true;
	if (hold(s, now_us))
		return;

	jitter_align(s->jitter, 0, now_us);
	note_delay(s, now_us);

	/* a pause that begins or ends unheard is still known */
	p = jitter_peek(s->jitter);
	if (p && p->format == SOURCE_FORMAT_CN &&
	    jitter_gap(s->jitter, p) <= 0)
		play_noise(s, p);
	else if (p && jitter_gap(s->jitter, p) <= 0)
		s->noise.active = false;
}
