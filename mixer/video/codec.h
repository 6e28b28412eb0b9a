/**
 * @file mixer/video/codec.h  Video decoders and encoders
 *
 * A table of functions per codec: vpx.c (VP8 by libvpx) and avc.c (H.264,
 * libavcodec decodes, openh264 encodes). One thread at a time uses an object;
 * which one may change. Everything is single-threaded inside: parallelism is
 * the pool's.
 */
#ifndef PARLEY_MIXER_VIDEO_CODEC_H
#define PARLEY_MIXER_VIDEO_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mixer/video/engine.h"
#include "mixer/video/payload.h"
#include "mixer/video/picture.h"

/** Zero bytes a decoder's input must be followed by */
enum { VIDEO_DECODER_PADDING = 64 };

struct video_decoder {
	/**
	 * Decode one frame
	 *
	 * @param frame Its bytes, VIDEO_DECODER_PADDING zeros after them
	 * @param told  What was said of its colours beside the stream; NULL:
	 *              nothing, so what the stream says holds
	 * @param pool  Where the picture is taken from
	 * @param pp    Set to a picture in the canvas' colours (the caller's
	 *              reference), or NULL if the frame shows none
	 * @return 0; EBADMSG the frame is damaged or its reference is missing:
	 *         a key frame is needed; EOVERFLOW too large; ENOMEM
	 */
	int (*decode)(struct video_decoder *d, const uint8_t *frame,
		      size_t len, const struct video_colour *told,
		      struct picture_pool *pool, struct picture **pp);
	void (*free)(struct video_decoder *d);
};

int vpx_decoder_alloc(struct video_decoder **dp);
int avc_decoder_alloc(struct video_decoder **dp);

/** By codec */
int video_decoder_alloc(struct video_decoder **dp, enum video_codec_id id);

/** NULL is allowed; always returns NULL */
void *video_decoder_free(struct video_decoder *d);

struct video_encoder {
	/**
	 * Encode one picture of the configured size
	 *
	 * @param timestamp 90 kHz, not wrapped, increasing
	 * @param key       Make it a key frame
	 * @param list      Cleared, then filled; no payloads if the rate
	 *                  control dropped the frame
	 * @param keyframe  Set if it became a key frame
	 */
	int (*encode)(struct video_encoder *e, const struct picture *picture,
		      uint64_t timestamp, bool key, struct payload_list *list,
		      bool *keyframe);
	int (*bitrate)(struct video_encoder *e, unsigned kbps);
	void (*free)(struct video_encoder *e);
};

int vpx_encoder_alloc(struct video_encoder **ep,
		      const struct video_rendition_config *config);
int avc_encoder_alloc(struct video_encoder **ep,
		      const struct video_rendition_config *config);

/** By config->codec */
int video_encoder_alloc(struct video_encoder **ep,
			const struct video_rendition_config *config);

/** NULL is allowed; always returns NULL */
void *video_encoder_free(struct video_encoder *e);

#endif
