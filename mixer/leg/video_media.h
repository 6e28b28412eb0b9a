/**
 * @file mixer/leg/video_media.h  The picture of one leg, in and out
 *
 * In: repair (NACK), key frame requests, the camera's size. Out: the codec
 * and size its far end takes, what its network carries (a tier; changing it
 * touches nobody else), and the frames that the mix gives it. Owned by its
 * media; media thread.
 */
#ifndef PARLEY_MIXER_LEG_VIDEO_MEDIA_H
#define PARLEY_MIXER_LEG_VIDEO_MEDIA_H

#include "mixer/leg/media.h"
#include "mixer/video/engine.h"

enum {
	/** Full, half and a quarter of the bitrate of a size */
	VIDEO_TIERS = 3,
};

/** video_media.c writes it */
struct video_media {
	struct media *m;
	/* in */
	unsigned width, height; /**< of the camera; 0: no picture */
	bool told;              /**< the focus knows them */
	uint64_t told_us;
	uint64_t nacks_out, plis_out, plis_in;
	uint64_t asked_us; /**< for a key frame */
	bool awaited;      /**< the focus was told of a picture that is gone */
	uint64_t awaited_us; /**< since when it is missed, 0: not yet */
	uint8_t fir_seq;
	/* out */
	struct video_codec codec;
	uint64_t frames_out, kbps_bytes, kbps_us;
	unsigned kbps_out;
	unsigned tier;
	uint32_t remb_bps; /**< last received, 0 never */
	uint64_t tier_us;  /**< of the last move */
	uint64_t calm_us;  /**< since when a better tier would do */
	unsigned patience; /**< doubles with each failed move up */
	int fir_seen;      /**< last command number, -1 none */
	uint32_t fir_from; /**< whose that was */
};

extern const struct media_ops video_media_ops;

/** The picture of a section; NULL: it is off, or no picture */
static inline struct video_media *video_media_of(const struct media *m)
{
	return m->d.kind == MEDIA_VIDEO ? m->part : NULL;
}

/** Ask the far end for a key frame, at most every 300 ms */
void video_media_ask_keyframe(struct video_media *v, uint64_t now_us);

/** Send a frame; it is left out while the leg is sent nothing */
void video_media_send(struct video_media *v, const struct video_frame *frame,
		      uint32_t timestamp, uint64_t now_us);

/** Its source, NULL when there is no picture to be shown of it */
struct video_source *video_media_shown(const struct video_media *v);

#endif
