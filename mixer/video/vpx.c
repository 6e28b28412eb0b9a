/**
 * @file mixer/video/vpx.c  VP8 by libvpx
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>
#include "mixer/video/codec.h"

enum {
	/* Negative: a fixed speed. A positive one adapts to the wall clock
	 * and would spend whatever the machine has left */
	SPEED_SMALL = -8,
	SPEED_MEDIUM = -10,
	SPEED_LARGE = -12,
	/* A key frame may take so many per cent of a frame's share */
	INTRA_PERCENT = 900,
	PICTURE_ID_MASK = 0x7fff,
};

struct vpx_decoder {
	struct video_decoder base; /* first */
	vpx_codec_ctx_t codec;
};

struct vpx_encoder {
	struct video_encoder base; /* first */
	vpx_codec_ctx_t codec;
	vpx_codec_enc_cfg_t config;
	unsigned long duration; /* of a frame, 90 kHz */
	uint16_t picture_id;
};

static void decoder_free(struct video_decoder *base)
{
	struct vpx_decoder *d = (struct vpx_decoder *)base;

	vpx_codec_destroy(&d->codec);
	free(d);
}

static int copy_picture(struct picture_pool *pool, struct picture **pp,
			const vpx_image_t *image,
			const struct video_colour *told)
{
	/* Its one bit for the colour space says BT.601 or "reserved" (RFC 6386
	 * section 9.2) */
	static const struct video_colour unsaid = {COLOUR_BT601, false};
	const struct colour_planes from = {
		.planes = {image->planes[0], image->planes[1],
			   image->planes[2]},
		.strides = {image->stride[0], image->stride[1],
			    image->stride[2]},
	};
	struct picture *p;

	if (image->fmt != VPX_IMG_FMT_I420)
		return EBADMSG;
	if (!picture_size_ok(image->d_w, image->d_h))
		return EOVERFLOW;

	p = picture_take(pool, image->d_w, image->d_h);
	if (!p)
		return ENOMEM;

	colour_copy(p, &from, told ? told : &unsaid);
	*pp = p;

	return 0;
}

static int decode(struct video_decoder *base, const uint8_t *frame, size_t len,
		  const struct video_colour *told, struct picture_pool *pool,
		  struct picture **pp)
{
	struct vpx_decoder *d = (struct vpx_decoder *)base;
	vpx_codec_iter_t iter = NULL;
	unsigned width, height;
	vpx_image_t *image;
	int corrupted = 0;

	*pp = NULL;

	/* Before libvpx takes memory for it */
	if (!vp8_keyframe_size(frame, len, &width, &height) &&
	    !picture_size_ok(width, height))
		return EOVERFLOW;

	if (vpx_codec_decode(&d->codec, frame, (unsigned)len, NULL, 0))
		return EBADMSG;

	if (vpx_codec_control(&d->codec, VP8D_GET_FRAME_CORRUPTED,
			      &corrupted) ||
	    corrupted)
		return EBADMSG;

	image = vpx_codec_get_frame(&d->codec, &iter);

	return image ? copy_picture(pool, pp, image, told) : 0;
}

int vpx_decoder_alloc(struct video_decoder **dp)
{
	const vpx_codec_dec_cfg_t config = {.threads = 1};
	struct vpx_decoder *d = calloc(1, sizeof(*d));

	if (!d)
		return ENOMEM;

	if (vpx_codec_dec_init(&d->codec, vpx_codec_vp8_dx(), &config, 0)) {
		free(d);
		return ENOMEM;
	}

	d->base.decode = decode;
	d->base.free = decoder_free;
	*dp = &d->base;

	return 0;
}

static void encoder_free(struct video_encoder *base)
{
	struct vpx_encoder *e = (struct vpx_encoder *)base;

	vpx_codec_destroy(&e->codec);
	free(e);
}

static int bitrate(struct video_encoder *base, unsigned kbps)
{
	struct vpx_encoder *e = (struct vpx_encoder *)base;

	e->config.rc_target_bitrate = kbps;

	return vpx_codec_enc_config_set(&e->codec, &e->config) ? EINVAL : 0;
}

static void image_of(vpx_image_t *image, const struct picture *picture)
{
	memset(image, 0, sizeof(*image));
	image->fmt = VPX_IMG_FMT_I420;
	image->w = image->d_w = picture->width;
	image->h = image->d_h = picture->height;
	image->x_chroma_shift = image->y_chroma_shift = 1;
	image->bps = 12;

	for (int i = 0; i < 3; i++) {
		image->planes[i] = picture->planes[i];
		image->stride[i] = picture->strides[i];
	}
}

static int encode(struct video_encoder *base, const struct picture *picture,
		  uint64_t timestamp, bool key, struct payload_list *list,
		  bool *keyframe)
{
	struct vpx_encoder *e = (struct vpx_encoder *)base;
	const vpx_codec_cx_pkt_t *packet;
	vpx_codec_iter_t iter = NULL;
	vpx_image_t image;
	int err = 0;

	payload_list_clear(list);
	*keyframe = false;
	image_of(&image, picture);

	if (vpx_codec_encode(&e->codec, &image, (vpx_codec_pts_t)timestamp,
			     e->duration, key ? VPX_EFLAG_FORCE_KF : 0,
			     VPX_DL_REALTIME))
		return EINVAL;

	while (!err && (packet = vpx_codec_get_cx_data(&e->codec, &iter))) {

		if (packet->kind != VPX_CODEC_CX_FRAME_PKT)
			continue;

		*keyframe = packet->data.frame.flags & VPX_FRAME_IS_KEY;
		err = vp8_payload_split(list, packet->data.frame.buf,
					packet->data.frame.sz, e->picture_id);
		e->picture_id = (e->picture_id + 1) & PICTURE_ID_MASK;
	}

	return err;
}

static int speed(unsigned pixels)
{
	if (pixels <= 320 * 180)
		return SPEED_SMALL;

	return pixels <= 640 * 360 ? SPEED_MEDIUM : SPEED_LARGE;
}

static void configure(vpx_codec_enc_cfg_t *c,
		      const struct video_rendition_config *config)
{
	c->g_w = config->width;
	c->g_h = config->height;
	c->g_threads = 1;
	c->g_timebase.num = 1;
	c->g_timebase.den = VIDEO_CLOCK_HZ;
	c->g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
	c->g_lag_in_frames = 0;
	c->kf_mode = VPX_KF_DISABLED;
	c->rc_end_usage = VPX_CBR;
	c->rc_target_bitrate = config->kbps;
	c->rc_min_quantizer = 4;
	c->rc_max_quantizer = 56;
	c->rc_undershoot_pct = 100;
	c->rc_overshoot_pct = 15;
	c->rc_buf_initial_sz = 500;
	c->rc_buf_optimal_sz = 600;
	c->rc_buf_sz = 1000;
	c->rc_dropframe_thresh = 25;
	c->rc_resize_allowed = 0;
}

int vpx_encoder_alloc(struct video_encoder **ep,
		      const struct video_rendition_config *config)
{
	struct vpx_encoder *e = calloc(1, sizeof(*e));
	vpx_codec_ctx_t *c;

	if (!e)
		return ENOMEM;

	c = &e->codec;
	if (vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &e->config, 0))
		goto fail;

	configure(&e->config, config);
	if (vpx_codec_enc_init(c, vpx_codec_vp8_cx(), &e->config, 0))
		goto fail;

	if (vpx_codec_control(c, VP8E_SET_CPUUSED,
			      speed(config->width * config->height)) ||
	    vpx_codec_control(c, VP8E_SET_STATIC_THRESHOLD, 1) ||
	    vpx_codec_control(c, VP8E_SET_NOISE_SENSITIVITY, 0) ||
	    vpx_codec_control(c, VP8E_SET_TOKEN_PARTITIONS,
			      VP8_ONE_TOKENPARTITION) ||
	    vpx_codec_control(c, VP8E_SET_MAX_INTRA_BITRATE_PCT,
			      INTRA_PERCENT)) {
		vpx_codec_destroy(c);
		goto fail;
	}

	e->duration = VIDEO_CLOCK_HZ / config->fps;
	e->base.encode = encode;
	e->base.bitrate = bitrate;
	e->base.free = encoder_free;
	*ep = &e->base;

	return 0;

fail:
	free(e);

	return EINVAL;
}
