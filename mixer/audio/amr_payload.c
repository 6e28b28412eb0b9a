/**
 * @file mixer/audio/amr_payload.c  RFC 4867 packing
 */
#include <errno.h>
#include <string.h>
#include "mixer/audio/amr_payload.h"


/** Reads or writes a run of bits, first bit on top */
struct bits {
	const uint8_t *src;
	uint8_t *dst;
	size_t at, end; /**< in bits */
};

/** TS 26.101 table 1a; types 9..14 are not for this payload format */
static const int16_t bits_narrow[16] = {95, 103, 118, 134, 148, 159, 204, 244,
					39, -1,  -1,  -1,  -1,  -1,  -1,  0};

/** TS 26.201 table 1a; 10..13 are reserved, 14 is SPEECH_LOST */
static const int16_t bits_wide[16] = {132, 177, 253, 285, 317, 365, 397, 461,
				      477, 40,  -1,  -1,  -1,  -1,  0,   0};


int amr_frame_bits(bool wideband, uint8_t type)
{
	if (type > AMR_FT_NO_DATA)
		return -1;

	return wideband ? bits_wide[type] : bits_narrow[type];
}


static unsigned get_bits(struct bits *b, unsigned count)
{
	unsigned value = 0;

	for (; count; count--, b->at++) {
		unsigned byte = b->src[b->at / 8];

		value = value << 1 | (byte >> (7 - b->at % 8) & 1);
	}

	return value;
}


static void put_bits(struct bits *b, unsigned value, unsigned count)
{
	while (count--) {
		if (value >> count & 1)
			b->dst[b->at / 8] |= (uint8_t)(0x80 >> b->at % 8);
		b->at++;
	}
}


/** Copy a frame's bits from any bit position to the start of a byte run */
static void get_speech(struct bits *b, uint8_t *speech, unsigned count)
{
	for (; count >= 8; count -= 8)
		*speech++ = (uint8_t)get_bits(b, 8);
	if (count)
		*speech = (uint8_t)(get_bits(b, count) << (8 - count));
}


static void put_speech(struct bits *b, const uint8_t *speech, unsigned count)
{
	for (; count >= 8; count -= 8)
		put_bits(b, *speech++, 8);
	if (count)
		put_bits(b, *speech >> (8 - count), count);
}


static void align(struct bits *b)
{
	b->at = (b->at + 7) / 8 * 8;
}


/** CMR and the table of contents; leaves `b` at the first frame */
static int decode_contents(struct amr_payload *p,
			   const struct amr_format *format, struct bits *b)
{
	const size_t head = format->octet_align ? 8 : 4;
	const size_t entry = format->octet_align ? 8 : 6;
	size_t speech = 0;
	bool more = true;

	if (b->end < head)
		return EBADMSG;
	p->cmr = (uint8_t)get_bits(b, 4);
	b->at = head;
	p->count = 0;

	while (more) {
		struct amr_frame *frame = &p->frames[p->count];
		size_t next = b->at + entry;
		int bits;

		if (p->count == AMR_FRAMES_MAX || next > b->end)
			return EBADMSG;

		more = get_bits(b, 1);
		frame->type = (uint8_t)get_bits(b, 4);
		frame->good = get_bits(b, 1);
		b->at = next;

		bits = amr_frame_bits(format->wideband, frame->type);
		if (bits < 0)
			return EBADMSG;
		speech += format->octet_align ? (size_t)(bits + 7) / 8 * 8
					      : (size_t)bits;
		p->count++;
	}

	/* exactly as long as announced: also tells the formats apart */
	return (b->at + speech + 7) / 8 * 8 == b->end ? 0 : EBADMSG;
}


int amr_payload_decode(struct amr_payload *p, const struct amr_format *format,
		       const uint8_t *buf, size_t len)
{
	struct bits b = {.src = buf, .end = len * 8};
	int err;

	err = decode_contents(p, format, &b);
	if (err)
		return err;

	for (size_t i = 0; i < p->count; i++) {
		struct amr_frame *frame = &p->frames[i];

		memset(frame->speech, 0, sizeof(frame->speech));
		get_speech(&b, frame->speech,
			   (unsigned)amr_frame_bits(format->wideband,
						    frame->type));
		if (format->octet_align)
			align(&b);
	}

	return 0;
}


size_t amr_payload_frames(const struct amr_format *format, const uint8_t *buf,
			  size_t len)
{
	struct bits b = {.src = buf, .end = len * 8};
	struct amr_payload p;

	return decode_contents(&p, format, &b) ? 0 : p.count;
}


size_t amr_payload_encode(const struct amr_payload *p,
			  const struct amr_format *format, uint8_t *buf,
			  size_t size)
{
	struct bits b = {.dst = buf};
	const bool octets = format->octet_align;
	size_t total = octets ? 8 : 4;

	if (!p->count || p->count > AMR_FRAMES_MAX)
		return 0;

	for (size_t i = 0; i < p->count; i++) {
		int bits = amr_frame_bits(format->wideband, p->frames[i].type);

		if (bits < 0)
			return 0;
		total += octets ? 8 + (size_t)(bits + 7) / 8 * 8
				: 6 + (size_t)bits;
	}
	if ((total + 7) / 8 > size)
		return 0;

	memset(buf, 0, (total + 7) / 8);
	put_bits(&b, p->cmr, 4);
	b.at = octets ? 8 : 4;

	for (size_t i = 0; i < p->count; i++) {
		put_bits(&b, i + 1 < p->count, 1);
		put_bits(&b, p->frames[i].type, 4);
		put_bits(&b, p->frames[i].good, 1);
		b.at += octets ? 2 : 0;
	}

	for (size_t i = 0; i < p->count; i++) {
		const struct amr_frame *frame = &p->frames[i];

		put_speech(&b, frame->speech,
			   (unsigned)amr_frame_bits(format->wideband,
						    frame->type));
		if (octets)
			align(&b);
	}

	return (total + 7) / 8;
}
