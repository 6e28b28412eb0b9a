/**
 * @file tests/unit/mixer/video/camera.h  A camera that is encoded here, and a
 * view that shows it, so that it is decoded
 */
#ifndef PARLEY_TESTS_UNIT_VIDEO_CAMERA_H
#define PARLEY_TESTS_UNIT_VIDEO_CAMERA_H

#include "mixer/base/re.h"
#include "mixer/video/video_private.h"

enum {
	CAMERA_PT = 97,
	CAMERA_WIDTH = 320,
	CAMERA_HEIGHT = 180,
	CAMERA_FRAME_US = 40000,
};

struct camera {
	struct video_engine *engine;
	struct video_source *source;
	struct video_view *view;
	struct video_rendition *rendition; /**< in VP8 */
	struct video_encoder *encoder;
	struct picture_pool *pool;
	struct payload_list list;
	struct video_source_format format;
	struct tmr tmr;
	uint64_t now_us;
	int64_t seq;
};

/** Make all of it; one at a time, for its payloads have one room.
 *  @param h Of the source; NULL: none */
void camera_open(struct camera *c, const struct video_codec *codec,
		 const struct video_source_handlers *h);
void camera_close(struct camera *c);

/** Encode a picture of one colour into the list. @return it is a key frame */
bool camera_encode(struct camera *c, uint8_t y, uint8_t cb, uint8_t cr,
		   bool key);

/** RTP time stamp of now */
uint32_t camera_timestamp(const struct camera *c);

#endif
