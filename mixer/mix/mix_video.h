/**
 * @file mixer/mix/mix_video.h  A conference's picture and who gets which
 * rendition
 *
 * One composition a mix; renditions of it by size, codec and bitrate tier,
 * each shared by all legs that can take it. Media thread.
 */
#ifndef PARLEY_MIXER_MIX_MIX_VIDEO_H
#define PARLEY_MIXER_MIX_MIX_VIDEO_H

#include "mixer/base/re.h"
#include "mixer/leg/video_media.h"
#include "mixer/video/engine.h"

struct mix;

/** A rendition and the legs that get it */
struct video_share {
	struct le le;
	struct mix *mix;
	struct video_rendition_config config;
	struct video_rendition *rendition;
	struct list users;   /**< video_media by share_le */
	struct list waiting; /**< video_media by next_le, for a key frame */
};

/** The picture of a mix at its best */
struct video_canvas {
	unsigned width, height; /**< pixels, even */
	unsigned fps;           /**< 1..30 */
	unsigned kbps;
};

/** What a leg can take of the mix's canvas at a tier; pure */
void mix_video_config(struct video_rendition_config *config,
		      const struct video_canvas *canvas,
		      const struct media_description *d,
		      const struct video_codec *codec, unsigned tier);

/** Bitrate a picture of this size usually needs, kbit/s; pure */
unsigned mix_video_kbps(unsigned width, unsigned height);

/** Give a leg the rendition of its description and tier; what it has goes on
 *  until the other's first key frame */
int mix_video_join(struct video_media *v);
void mix_video_leave(struct video_media *v);

/** Who is alone sends a picture to nobody and is sent none */
void mix_video_busy(struct mix *mix, bool busy);

/** Tiles anew when something changed; called each tick */
void mix_video_tick(struct mix *mix);

#endif
