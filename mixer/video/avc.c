/**
 * @file mixer/video/avc.c  H.264: libavcodec decodes, openh264 encodes
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libavcodec/avcodec.h>
#include <wels/codec_api.h>
#include "mixer/video/codec.h"

_Static_assert(VIDEO_DECODER_PADDING >= AV_INPUT_BUFFER_PADDING_SIZE,
	       "libavcodec reads on behind its input");

enum {
	START_CODE_MIN = 3,
	NALS_MAX = VIDEO_FRAME_PAYLOADS_MAX,
	/* openh264 counts a slice's size before start code, emulation
	 * prevention and stop bits */
	SLICE_MARGIN_BYTES = 64,
	LEVEL_DEFAULT = LEVEL_3_1,
	/* NAL unit types, H.264 table 7-1 */
	TYPE_MASK = 0x1f,
	TYPE_IDR = 5, /* the last of those with slices */
	TYPE_SPS = 7,
};

static const uint64_t fnv_start = 0xcbf29ce484222325u;
static const uint64_t fnv_prime = 0x100000001b3u;

struct avc_decoder {
	struct video_decoder base; /* first */
	AVCodecContext *codec;
	uint64_t sets; /* hash of the sequence parameter sets that came last */
	AVPacket *packet;
	AVFrame *frame;
};

struct avc_encoder {
	struct video_encoder base; /* first */
	ISVCEncoder *codec;
	unsigned mode;
	struct payload_piece nals[NALS_MAX];
};

static void decoder_free(struct video_decoder *base)
{
	struct avc_decoder *d = (struct avc_decoder *)base;

	avcodec_free_context(&d->codec);
	av_packet_free(&d->packet);
	av_frame_free(&d->frame);
	free(d);
}

static int copy_picture(struct picture_pool *pool, struct picture **pp,
			const AVFrame *f, const struct video_colour *told)
{
	/* As its VUI says (H.264 annex E); libavcodec's numbers are H.273's */
	struct video_colour colour = {
		.matrix = (uint8_t)f->colorspace,
		.full_range = f->color_range == AVCOL_RANGE_JPEG,
	};
	const struct colour_planes from = {
		.planes = {f->data[0], f->data[1], f->data[2]},
		.strides = {f->linesize[0], f->linesize[1], f->linesize[2]},
	};
	struct picture *p;

	if (f->format != AV_PIX_FMT_YUV420P &&
	    f->format != AV_PIX_FMT_YUVJ420P)
		return EBADMSG;
	if (f->decode_error_flags || (f->flags & AV_FRAME_FLAG_CORRUPT))
		return EBADMSG;
	if (f->width <= 0 || f->height <= 0 ||
	    !picture_size_ok((unsigned)f->width, (unsigned)f->height))
		return EOVERFLOW;

	p = picture_take(pool, (unsigned)f->width, (unsigned)f->height);
	if (!p)
		return ENOMEM;

	if (told) {
		colour.full_range = told->full_range;
		if (told->matrix != COLOUR_UNSPECIFIED)
			colour.matrix = told->matrix;
	}
	colour_copy(p, &from, &colour);
	p->sample_width = (unsigned)f->sample_aspect_ratio.num;
	p->sample_height = (unsigned)f->sample_aspect_ratio.den;
	*pp = p;

	return 0;
}

/* Hash (FNV-1a) of the sequence parameter sets in front of the first slice; 0
 * without any */
static uint64_t sets_hash(const uint8_t *p, size_t len)
{
	uint64_t hash = 0;
	bool set = false;

	for (size_t i = 3; i < len; i++) {
		if (!p[i - 3] && !p[i - 2] && p[i - 1] == 1) {
			uint8_t type = p[i] & TYPE_MASK;

			if (type && type <= TYPE_IDR)
				break;
			set = type == TYPE_SPS;
			if (set && !hash)
				hash = fnv_start;
		}
		if (set)
			hash = (hash ^ p[i]) * fnv_prime;
	}

	return hash;
}

/* libavcodec keeps what one parameter set says of colours for those after it
 * that say nothing */
static void forget_colour(AVCodecContext *c)
{
	c->color_range = AVCOL_RANGE_UNSPECIFIED;
	c->colorspace = AVCOL_SPC_UNSPECIFIED;
	c->color_primaries = AVCOL_PRI_UNSPECIFIED;
	c->color_trc = AVCOL_TRC_UNSPECIFIED;
}

static int decode(struct video_decoder *base, const uint8_t *frame, size_t len,
		  const struct video_colour *told, struct picture_pool *pool,
		  struct picture **pp)
{
	struct avc_decoder *d = (struct avc_decoder *)base;
	uint64_t sets = sets_hash(frame, len);
	int err = 0, r;

	*pp = NULL;

	if (sets && sets != d->sets) {
		d->sets = sets;
		forget_colour(d->codec);
	}

	d->packet->data = (uint8_t *)(uintptr_t)frame;
	d->packet->size = (int)len;
	r = avcodec_send_packet(d->codec, d->packet);
	av_packet_unref(d->packet);
	if (r < 0)
		return EBADMSG;

	/* Of several pictures the newest is shown */
	while (!err) {
		r = avcodec_receive_frame(d->codec, d->frame);
		if (r == AVERROR(EAGAIN))
			break;
		if (r < 0)
			return EBADMSG;

		*pp = picture_deref(*pp);
		err = copy_picture(pool, pp, d->frame, told);
		av_frame_unref(d->frame);
	}

	return err;
}

static void decoder_configure(AVCodecContext *c)
{
	c->thread_count = 1;
	c->flags |= AV_CODEC_FLAG_LOW_DELAY;
	/* Concealment stays on, because without it libavcodec takes every
	 * picture of several slices for damaged; what it concealed is marked
	 * in decode_error_flags and not shown */
	c->max_pixels = PICTURE_PIXELS_MAX;
	/* The SPS' cropping to the sample, not to the next aligned one */
	c->flags |= AV_CODEC_FLAG_UNALIGNED;
}

int avc_decoder_alloc(struct video_decoder **dp)
{
	const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_H264);
	struct avc_decoder *d = calloc(1, sizeof(*d));

	if (!d)
		return ENOMEM;

	/* What libavcodec says about a peer's stream is not ours to log */
	av_log_set_level(AV_LOG_QUIET);

	d->base.decode = decode;
	d->base.free = decoder_free;
	d->codec = avcodec_alloc_context3(codec);
	d->packet = av_packet_alloc();
	d->frame = av_frame_alloc();
	if (!codec || !d->codec || !d->packet || !d->frame)
		goto fail;

	decoder_configure(d->codec);
	if (avcodec_open2(d->codec, codec, NULL) < 0)
		goto fail;

	*dp = &d->base;

	return 0;

fail:
	decoder_free(&d->base);

	return ENOMEM;
}

static void encoder_free(struct video_encoder *base)
{
	struct avc_encoder *e = (struct avc_encoder *)base;

	if (e->codec) {
		(*e->codec)->Uninitialize(e->codec);
		WelsDestroySVCEncoder(e->codec);
	}
	free(e);
}

static int bitrate(struct video_encoder *base, unsigned kbps)
{
	struct avc_encoder *e = (struct avc_encoder *)base;
	SBitrateInfo info = {
		.iLayer = SPATIAL_LAYER_ALL,
		.iBitrate = (int)kbps * 1000,
	};

	return (*e->codec)->SetOption(e->codec, ENCODER_OPTION_BITRATE, &info)
		       ? EINVAL
		       : 0;
}

/* Start codes are the byte stream's, RTP has none */
static struct payload_piece nal_body(const uint8_t *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] == 0)
		++n;
	if (n < len && p[n] == 1)
		++n;
	else
		n = START_CODE_MIN < len ? START_CODE_MIN : len;

	return (struct payload_piece){p + n, len - n};
}

static size_t collect_nals(struct avc_encoder *e, const SFrameBSInfo *info)
{
	size_t count = 0;

	for (int i = 0; i < info->iLayerNum; i++) {
		const SLayerBSInfo *layer = &info->sLayerInfo[i];
		const uint8_t *p = layer->pBsBuf;

		for (int k = 0; k < layer->iNalCount; k++) {
			size_t len = (size_t)layer->pNalLengthInByte[k];

			if (count < NALS_MAX)
				e->nals[count++] = nal_body(p, len);
			p += len;
		}
	}

	return count;
}

static int encode(struct video_encoder *base, const struct picture *picture,
		  uint64_t timestamp, bool key, struct payload_list *list,
		  bool *keyframe)
{
	struct avc_encoder *e = (struct avc_encoder *)base;
	SFrameBSInfo info;
	SSourcePicture source = {
		.iColorFormat = videoFormatI420,
		.iStride = {picture->strides[0], picture->strides[1],
			    picture->strides[2]},
		.pData = {picture->planes[0], picture->planes[1],
			  picture->planes[2]},
		.iPicWidth = (int)picture->width,
		.iPicHeight = (int)picture->height,
		.uiTimeStamp =
			(long long)(timestamp / (VIDEO_CLOCK_HZ / 1000)),
	};
	size_t count;

	payload_list_clear(list);
	*keyframe = false;
	memset(&info, 0, sizeof(info));

	if (key && (*e->codec)->ForceIntraFrame(e->codec, true))
		return EINVAL;
	if ((*e->codec)->EncodeFrame(e->codec, &source, &info))
		return EINVAL;
	if (info.eFrameType == videoFrameTypeSkip)
		return 0;

	*keyframe = info.eFrameType == videoFrameTypeIDR;
	count = collect_nals(e, &info);

	return count ? h264_payload_split(list, e->mode, e->nals, count) : 0;
}

static void layer_configure(SSpatialLayerConfig *layer,
			    const struct video_rendition_config *config)
{
	uint8_t level = config->codec.level_idc;

	layer->iVideoWidth = (int)config->width;
	layer->iVideoHeight = (int)config->height;
	layer->fFrameRate = (float)config->fps;
	layer->iSpatialBitrate = (int)config->kbps * 1000;
	layer->iMaxSpatialBitrate = UNSPECIFIED_BIT_RATE;
	layer->uiProfileIdc = PRO_BASELINE;
	layer->uiLevelIdc =
		level ? (ELevelIdc)level : (ELevelIdc)LEVEL_DEFAULT;

	/* What the canvas is. Unmarked, Chromium takes it for BT.709 */
	layer->bVideoSignalTypePresent = true;
	layer->uiVideoFormat = VF_UNDEF;
	layer->bFullRange = false;
	layer->bColorDescriptionPresent = true;
	layer->uiColorPrimaries = COLOUR_BT601;
	layer->uiTransferCharacteristics = COLOUR_BT601;
	layer->uiColorMatrix = COLOUR_BT601;

	/* Mode 0 knows no fragments: slices are no longer than a payload */
	if (config->codec.packetization_mode == 0) {
		layer->sSliceArgument.uiSliceMode = SM_SIZELIMITED_SLICE;
		layer->sSliceArgument.uiSliceSizeConstraint =
			(unsigned)config->payload_max - SLICE_MARGIN_BYTES;
	}
	else {
		layer->sSliceArgument.uiSliceMode = SM_SINGLE_SLICE;
	}
}

static void encoder_configure(SEncParamExt *p,
			      const struct video_rendition_config *config)
{
	p->iUsageType = CAMERA_VIDEO_REAL_TIME;
	p->iPicWidth = (int)config->width;
	p->iPicHeight = (int)config->height;
	p->iTargetBitrate = (int)config->kbps * 1000;
	p->iMaxBitrate = UNSPECIFIED_BIT_RATE;
	p->iRCMode = RC_BITRATE_MODE;
	p->fMaxFrameRate = (float)config->fps;
	p->iComplexityMode = LOW_COMPLEXITY;
	p->uiIntraPeriod = 0;
	p->iNumRefFrame = 1;
	p->eSpsPpsIdStrategy = CONSTANT_ID;
	p->iEntropyCodingModeFlag = 0;
	p->bEnableFrameSkip = true;
	p->iMultipleThreadIdc = 1;
	p->bEnableDenoise = false;
	p->bEnableSceneChangeDetect = false;
	p->iSpatialLayerNum = 1;
	p->iTemporalLayerNum = 1;

	if (config->codec.packetization_mode == 0)
		p->uiMaxNalSize =
			(unsigned)config->payload_max - SLICE_MARGIN_BYTES;

	layer_configure(&p->sSpatialLayers[0], config);
}

int avc_encoder_alloc(struct video_encoder **ep,
		      const struct video_rendition_config *config)
{
	struct avc_encoder *e;
	int quiet = WELS_LOG_QUIET;
	SEncParamExt p;

	if (config->payload_max < 4 * SLICE_MARGIN_BYTES)
		return EINVAL;

	e = calloc(1, sizeof(*e));
	if (!e)
		return ENOMEM;

	e->base.encode = encode;
	e->base.bitrate = bitrate;
	e->base.free = encoder_free;
	e->mode = config->codec.packetization_mode;

	if (WelsCreateSVCEncoder(&e->codec) || !e->codec)
		goto fail;

	(*e->codec)->SetOption(e->codec, ENCODER_OPTION_TRACE_LEVEL, &quiet);
	if ((*e->codec)->GetDefaultParams(e->codec, &p))
		goto fail;

	encoder_configure(&p, config);
	if ((*e->codec)->InitializeExt(e->codec, &p))
		goto fail;

	*ep = &e->base;

	return 0;

fail:
	encoder_free(&e->base);

	return EINVAL;
}
