/**
 * @file mixer/mix/shared_video.h  A conference's picture, encoded once for
 * many
 *
 * A shared rendition is a view of the mix encoded for one size, codec and
 * bitrate. Consumers join it by what they can take and are given its frames;
 * what they are (a leg's picture, a recorder) it does not know. There are two
 * views, the whole canvas and one for small screens (layout.h), from which the
 * renditions are made that are no larger than that. A view exists while there
 * is a rendition of it. Media thread.
 */
#ifndef PARLEY_MIXER_MIX_SHARED_VIDEO_H
#define PARLEY_MIXER_MIX_SHARED_VIDEO_H

#include "mixer/video/engine.h"

/** The shared renditions of one mix */
struct shared_video;

/** One who is given the frames of one of them */
struct video_consumer;

/** The picture of a mix at its best */
struct video_canvas {
	unsigned width, height; /**< pixels, even */
	unsigned fps;           /**< 1..30 */
	unsigned kbps;
};

/** What a consumer can take of it */
struct video_wish {
	struct video_codec codec;
	unsigned width, height, fps; /**< at most */
	unsigned kbps;               /**< at most; 0: no limit */
	unsigned tier;               /**< full, half, a quarter of the bits */
	size_t payload_max;          /**< bytes a payload may have */
};

/** The rendition that fits a wish; pure */
void shared_video_config(struct video_rendition_config *config,
			 const struct video_canvas *canvas,
			 const struct video_wish *wish);

/** A view wants its tiles: it was made, or shared_video_views asks */
typedef void(shared_video_view_h)(struct video_view *view, void *arg);

/** A frame for a consumer, which may not join, leave or be freed.
 *  @param timestamp 90 kHz; goes on over changes of the rendition */
typedef void(video_consumer_frame_h)(const struct video_frame *frame,
				     uint32_t timestamp, uint64_t now_us,
				     void *arg);

/**
 * Paused at first
 *
 * @param count Goes up and down with the number of renditions; borrowed
 */
int shared_video_alloc(struct shared_video **sp, struct video_engine *engine,
		       const struct video_canvas *canvas, unsigned *count,
		       shared_video_view_h *viewh, void *arg);

/** Have the tiles of all views set anew */
void shared_video_views(const struct shared_video *s);

/** How much is made of the picture from here on */
void shared_video_pace(struct shared_video *s, enum video_pace pace);

/** Make a consumer that has joined nothing; to be freed before the mix is.
 *  Freeing it leaves. @return 0 or ENOMEM */
int video_consumer_alloc(struct video_consumer **cp, struct shared_video *s,
			 video_consumer_frame_h *frameh, void *arg);

/**
 * Join the rendition that fits a wish, made if there is none yet
 *
 * What it has goes on until the other's first key frame, unless its codec is
 * another: that cannot be decoded any more.
 *
 * @return 0 or errno (then it keeps what it has)
 */
int video_consumer_join(struct video_consumer *c,
			const struct video_wish *wish);
void video_consumer_leave(struct video_consumer *c);

/** Be one of another mix from now on, without a rendition; its time goes on */
void video_consumer_move(struct video_consumer *c, struct shared_video *to);

/** A key frame is needed; urgent: at once */
void video_consumer_keyframe(struct video_consumer *c, bool urgent);

/** What it is given now; NULL: nothing yet */
const struct video_rendition_config *
video_consumer_config(const struct video_consumer *c);

#endif
