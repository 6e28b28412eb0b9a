/**
 * @file mixer/audio/codec_amr.c  AMR (TS 26.071) and AMR-WB (TS 26.171)
 *
 * opencore-amr codes AMR both ways and decodes AMR-WB, vo-amrwbenc encodes
 * it. Their frames are those of the storage format (RFC 4867 section 5): a
 * table-of-contents byte, then the speech bits in the payload's own order.
 */
#include <errno.h>
#include <string.h>
#include <opencore-amrnb/interf_dec.h>
#include <opencore-amrnb/interf_enc.h>
#include <opencore-amrwb/dec_if.h>
#include <vo-amrwbenc/enc_if.h>
#include "mixer/audio/codec_amr_mode.h"
#include "mixer/audio/amr_payload.h"
#include "mixer/audio/codec_table.h"
#include "mixer/base/re.h"


enum {
	SAMPLES_NARROW = 160,
	SAMPLES_WIDE = 320,
	STORAGE_MAX = 64,
};

struct amr_encoder {
	struct amr_format format;
	struct amr_mode mode;
	struct amr_payload payload;
	void *engine;
	bool dtx;
};

struct amr_decoder {
	struct amr_format format;
	struct amr_payload payload;
	void *engine;
	int16_t frame[SAMPLES_WIDE];
};


static struct amr_format format_of(const struct audio_codec *codec)
{
	struct amr_format format = {codec->id == AUDIO_AMR_WB,
				    codec->octet_align};

	return format;
}


static size_t frame_samples(const struct amr_format *format)
{
	return format->wideband ? SAMPLES_WIDE : SAMPLES_NARROW;
}


static void encoder_destructor(void *arg)
{
	struct amr_encoder *e = arg;

	if (!e->engine)
		return;

	if (e->format.wideband)
		E_IF_exit(e->engine);
	else
		Encoder_Interface_exit(e->engine);
}


static int encoder_alloc(void **sp, const struct audio_codec *codec)
{
	struct amr_encoder *e;

	if (codec->ptime_ms % AMR_FRAME_MS)
		return EINVAL;

	e = mem_zalloc(sizeof(*e), encoder_destructor);
	if (!e)
		return ENOMEM;

	e->format = format_of(codec);
	e->dtx = codec->dtx;
	amr_mode_init(&e->mode, codec);

	e->engine = e->format.wideband ? E_IF_init()
				       : Encoder_Interface_init(codec->dtx);
	if (!e->engine) {
		mem_deref(e);
		return ENOMEM;
	}

	*sp = e;

	return 0;
}


static int encode_frame(struct amr_encoder *e, const int16_t *pcm,
			struct amr_frame *frame)
{
	const uint8_t mode = amr_mode_next(&e->mode);
	uint8_t storage[STORAGE_MAX] = {0};
	int n, bits;

	if (e->format.wideband)
		n = E_IF_encode(e->engine, mode, pcm, storage, e->dtx);
	else
		n = Encoder_Interface_Encode(e->engine, (enum Mode)mode, pcm,
					     storage, 0);
	if (n < 1)
		return EPROTO;

	frame->type = storage[0] >> 3 & 0xf;
	frame->good = true;
	bits = amr_frame_bits(e->format.wideband, frame->type);
	if (bits < 0 || n < 1 + (bits + 7) / 8)
		return EPROTO;

	memcpy(frame->speech, storage + 1, (size_t)(bits + 7) / 8);

	return 0;
}


static int encode(void *state, const int16_t *pcm, size_t samples,
		  uint8_t *payload, size_t *len)
{
	struct amr_encoder *e = state;
	struct amr_payload *p = &e->payload;
	const size_t each = frame_samples(&e->format);
	bool anything = false;

	p->cmr = AUDIO_CMR_NONE;
	p->count = samples / each;

	for (size_t i = 0; i < p->count; i++) {
		int err = encode_frame(e, pcm + i * each, &p->frames[i]);

		if (err)
			return err;
		anything |= p->frames[i].type != AMR_FT_NO_DATA;
	}

	*len = anything ? amr_payload_encode(p, &e->format, payload,
					     AUDIO_PAYLOAD_MAX)
			: 0;

	return anything && !*len ? EPROTO : 0;
}


static void cmr(void *state, uint8_t mode)
{
	struct amr_encoder *e = state;

	amr_mode_request(&e->mode, mode);
}


static void decoder_destructor(void *arg)
{
	struct amr_decoder *d = arg;

	if (!d->engine)
		return;

	if (d->format.wideband)
		D_IF_exit(d->engine);
	else
		Decoder_Interface_exit(d->engine);
}


static int decoder_alloc(void **sp, const struct audio_codec *codec)
{
	struct amr_decoder *d = mem_zalloc(sizeof(*d), decoder_destructor);

	if (!d)
		return ENOMEM;

	d->format = format_of(codec);
	d->engine =
		d->format.wideband ? D_IF_init() : Decoder_Interface_init();
	if (!d->engine) {
		mem_deref(d);
		return ENOMEM;
	}

	*sp = d;

	return 0;
}


/** A damaged frame (Q = 0) is concealed like a lost one */
static void decode_frame(struct amr_decoder *d, const struct amr_frame *frame,
			 int16_t *pcm)
{
	const bool wide = d->format.wideband;
	uint8_t type = frame->type;
	uint8_t storage[STORAGE_MAX] = {0};

	if (!frame->good && type != AMR_FT_NO_DATA)
		type = wide ? AMR_WB_FT_LOST : AMR_FT_NO_DATA;

	storage[0] = (uint8_t)(type << 3 | 1 << 2);
	memcpy(storage + 1, frame->speech, sizeof(frame->speech));

	if (wide)
		D_IF_decode(d->engine, storage, pcm, _good_frame);
	else
		Decoder_Interface_Decode(d->engine, storage, pcm, 0);
}


static int decode(void *state, const uint8_t *payload, size_t len,
		  int16_t *pcm, size_t *samples, uint8_t *request)
{
	struct amr_decoder *d = state;
	const size_t each = frame_samples(&d->format);
	int err;

	err = amr_payload_decode(&d->payload, &d->format, payload, len);
	if (err)
		return err;

	for (size_t i = 0; i < d->payload.count; i++)
		decode_frame(d, &d->payload.frames[i], pcm + i * each);

	*samples = d->payload.count * each;
	if (request)
		*request = d->payload.cmr;

	return 0;
}


static int conceal(void *state, const uint8_t *next, size_t next_len,
		   int16_t *pcm, size_t samples)
{
	struct amr_decoder *d = state;
	const size_t each = frame_samples(&d->format);
	const struct amr_frame lost = {
		.type = d->format.wideband ? AMR_WB_FT_LOST : AMR_FT_NO_DATA};

	(void)next;
	(void)next_len;

	for (size_t at = 0; at < samples; at += each) {
		size_t n = samples - at < each ? samples - at : each;

		decode_frame(d, &lost, d->frame);
		memcpy(pcm + at, d->frame, n * sizeof(*pcm));
	}

	return 0;
}


static size_t payload_samples(const struct audio_codec *codec,
			      const uint8_t *payload, size_t len)
{
	const struct amr_format format = format_of(codec);

	if (!len)
		return 0;

	return amr_payload_frames(&format, payload, len) *
	       frame_samples(&format);
}


static int payload_level(const struct audio_codec *codec,
			 const uint8_t *payload, size_t len)
{
	const struct amr_format format = format_of(codec);
	const uint8_t sid = format.wideband ? AMR_WB_FT_SID : AMR_FT_SID;
	struct amr_payload p;

	if (amr_payload_decode(&p, &format, payload, len))
		return -1;

	for (size_t i = 0; i < p.count; i++) {
		if (p.frames[i].type != sid &&
		    p.frames[i].type != AMR_FT_NO_DATA)
			return -1;
	}

	return 127;
}


const struct codec_ops codec_amr = {
	.name = "AMR",
	.clock_hz = 8000,
	.rate_hz = 8000,
	.encoder_alloc = encoder_alloc,
	.encode = encode,
	.cmr = cmr,
	.decoder_alloc = decoder_alloc,
	.decode = decode,
	.conceal = conceal,
	.samples = payload_samples,
	.level = payload_level,
};

const struct codec_ops codec_amr_wb = {
	.name = "AMR-WB",
	.clock_hz = 16000,
	.rate_hz = 16000,
	.encoder_alloc = encoder_alloc,
	.encode = encode,
	.cmr = cmr,
	.decoder_alloc = decoder_alloc,
	.decode = decode,
	.conceal = conceal,
	.samples = payload_samples,
	.level = payload_level,
};
