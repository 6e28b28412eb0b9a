/**
 * @file mixer/leg/video_media.h  The picture of one leg, in and out
 *
 * In: repair (NACK, RTX), key frame requests, the engine's source. Out: which
 * rendition of its mix the leg gets: by the size and codec it can take and by
 * what its network carries (a tier; changing it touches nobody else). Owned
 * by its media; media thread.
 */
#ifndef PARLEY_MIXER_LEG_VIDEO_MEDIA_H
#define PARLEY_MIXER_LEG_VIDEO_MEDIA_H

#include "mixer/leg/media.h"
#include "mixer/video/engine.h"

struct nack_list;
struct video_share;

enum {
	/** Full, half and a quarter of the bitrate of a size */
	VIDEO_TIERS = 3,
};

struct video_media {
	struct media *m;
	/* in */
	struct video_source *source;
	struct nack_list *nack;
	unsigned width, height; /**< of the camera; 0: no picture */
	bool told;              /**< the focus knows them */
	uint64_t told_us;
	uint64_t nacks_out, plis_out, plis_in;
	uint64_t asked_us; /**< for a key frame */
	uint8_t fir_seq;
	/* out */
	struct video_codec codec;
	struct video_share *share; /**< what it gets */
	struct video_share *next;  /**< what it gets from its next key
					frame on */
	struct le share_le, next_le;
	uint32_t delta; /**< rendition's time to ours */
	uint64_t frames_out, kbps_bytes, kbps_us;
	unsigned kbps_out;
	unsigned tier;
	uint32_t remb_bps; /**< last heard, 0 never */
	uint64_t tier_us;  /**< of the last move */
	uint64_t calm_us;  /**< since when a better tier would do */
	unsigned patience; /**< doubles with each failed move up */
	int fir_seen;      /**< last command number, -1 none */
};

int video_media_alloc(struct video_media **vp, struct media *m);

/** Follow m->d */
int video_media_configure(struct video_media *v);

/** Another source, hold, or another path */
void video_media_reset(struct video_media *v);

/** @param seq Extended sequence number */
void video_media_packet(struct video_media *v, const struct rtp_packet *p,
			int64_t seq, uint64_t now_us);

/** Housekeeping, every 20..100 ms: NACKs, tier */
void video_media_tick(struct video_media *v, uint64_t now_us);

/** Ask the far end for a key frame, at most every 300 ms */
void video_media_ask_keyframe(struct video_media *v, uint64_t now_us);

/** A report or REMB of the far end: may move the tier */
void video_media_loss(struct video_media *v, uint8_t fraction,
		      uint64_t now_us);
void video_media_remb(struct video_media *v, uint32_t bps, uint64_t now_us);

/** The far end wants a key frame (PLI, FIR, somebody's wish) */
void video_media_want_keyframe(struct video_media *v, bool urgent);

/** Its source, NULL when there is no picture to be shown of it */
struct video_source *video_media_shown(const struct video_media *v);

/** Bits a second to be asked of its far end */
uint32_t video_media_wanted_bps(const struct video_media *v);

#endif
