/**
 * @file mixer/leg/audio_media.h  The sound of one leg, in and out
 *
 * In: DTMF, the stream's jitter buffer and decoder, gain. Out: which codec
 * and mode its far end takes, and the packets that the mix gives it. What of
 * the mix it is sent, and whether it is audible itself, is not its business.
 * Owned by its media; media thread; no allocation but in configure.
 */
#ifndef PARLEY_MIXER_LEG_AUDIO_MEDIA_H
#define PARLEY_MIXER_LEG_AUDIO_MEDIA_H

#include "mixer/audio/bus.h"
#include "mixer/audio/source.h"
#include "mixer/audio/telephone_event.h"
#include "mixer/leg/media.h"

/** audio_media.c writes it */
struct audio_media {
	struct media *m;
	/* in */
	struct telephone_event event;
	uint32_t event_clock_hz;
	struct audio_gain gain_in;
	bool received;
	bool fading; /**< received no more: played out, so as not to click */
	/* out */
	struct audio_codec codec; /**< what it is sent */
	uint8_t cmr;              /**< mode its far end asked for, 15 none */
	uint64_t cmr_us;          /**< when that was followed */
	struct audio_gain gain_out;
};

extern const struct media_ops audio_media_ops;

/** The sound of a section; NULL: it is off, or no sound */
static inline struct audio_media *audio_media_of(const struct media *m)
{
	return m->d.kind == MEDIA_AUDIO ? m->part : NULL;
}

/** Follow the leg's muted, deaf and volumes */
void audio_media_volume(struct audio_media *a);

/** Another source, or a pause: forget the old one's time */
void audio_media_reset(struct audio_media *a);

/** It may be audible: received, or on its last tick */
static inline bool audio_media_speaks(const struct audio_media *a)
{
	return media_receives(a->m) || a->fading;
}

/** Muted, and faded out */
bool audio_media_silenced(const struct audio_media *a);

/** audio_source_level */
unsigned audio_media_level(const struct audio_media *a, bool *unknown,
			   uint64_t now_us);

/** A tick of it at its volume. @return true if there is sound in it */
bool audio_media_get(struct audio_media *a, int16_t *pcm, uint64_t now_us);

/** A tick of it that nobody hears: undecoded, or decoded into `pcm` to learn
 *  how loud it is */
void audio_media_skip(struct audio_media *a, uint64_t now_us);
void audio_media_probe(struct audio_media *a, int16_t *pcm, uint64_t now_us);

/** Its last tick, faded out. @return true if there is sound in it */
bool audio_media_part(struct audio_media *a, int16_t *pcm, uint64_t now_us);

/** Bring a tick of what it is sent to its volume. @return false: silence */
bool audio_media_volume_out(struct audio_media *a, int16_t *pcm);

/** It hears everybody as loud as they are */
bool audio_media_plain_volume(const struct audio_media *a);

/**
 * Send a packet
 *
 * @param first     It begins after silence
 * @param timestamp Of its first sample, in the codec's clock
 */
void audio_media_send(struct audio_media *a, bool first, uint32_t timestamp,
		      const uint8_t *payload, size_t len, uint64_t now_us);

/** Its far end takes another AMR mode only in steps (RFC 4867 section 8.1):
 * what it is sent never comes from another encoder */
static inline bool audio_media_steps(const struct audio_media *a)
{
	return a->codec.mode_change_neighbor ||
	       a->codec.mode_change_period > 1;
}

/** Ticks from packet to packet of what it is sent; 1: one or several a tick */
static inline unsigned audio_media_packet_ticks(const struct audio_media *a)
{
	return audio_codec_packet_ticks(&a->codec);
}

#endif
