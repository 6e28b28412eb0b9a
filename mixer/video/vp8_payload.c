/**
 * @file mixer/video/vp8_payload.c  RTP payload format for VP8 (RFC 7741)
 */
#include <errno.h>
#include <string.h>
#include "mixer/video/payload.h"

/* Payload descriptor, RFC 7741 section 4.2 */
enum {
	DESCRIPTOR_X = 0x80,
	DESCRIPTOR_S = 0x10,
	DESCRIPTOR_PID = 0x07,
	EXTENSION_I = 0x80,
	EXTENSION_L = 0x40,
	EXTENSION_T = 0x20,
	EXTENSION_K = 0x10,
	PICTURE_ID_M = 0x80,
	DESCRIPTOR_SENT_BYTES = 4, /* X, I, 15 bit PictureID */
};

/* Payload header, section 4.3: inverse key frame flag */
enum { HEADER_P = 0x01 };

/* Bytes of the descriptor; 0 if the packet is too short to hold more */
static size_t descriptor_len(const uint8_t *p, size_t len)
{
	size_t n = 1;

	if (len < 2)
		return 0;

	if (p[0] & DESCRIPTOR_X) {
		uint8_t x = p[1];

		n = 2;
		if (x & EXTENSION_I) {
			if (n >= len)
				return 0;
			n += p[n] & PICTURE_ID_M ? 2 : 1;
		}
		if (x & EXTENSION_L)
			++n;
		if (x & (EXTENSION_T | EXTENSION_K))
			++n;
	}

	return n < len ? n : 0;
}

static bool starts_frame(const uint8_t *p)
{
	return (p[0] & DESCRIPTOR_S) && !(p[0] & DESCRIPTOR_PID);
}

bool vp8_payload_starts_keyframe(const uint8_t *p, size_t len)
{
	size_t n = descriptor_len(p, len);

	return n && starts_frame(p) && !(p[n] & HEADER_P);
}

int vp8_payload_append(struct payload_frame *frame, const uint8_t *p,
		       size_t len)
{
	size_t n = descriptor_len(p, len);

	if (!n)
		return EBADMSG;

	/* The first packet starts the frame and no other does */
	if (starts_frame(p) != (frame->len == 0))
		return EBADMSG;

	p += n;
	len -= n;

	if (len > frame->size - frame->len)
		return EOVERFLOW;

	if (!frame->len)
		frame->keyframe = !(p[0] & HEADER_P);

	memcpy(&frame->buf[frame->len], p, len);
	frame->len += len;

	return 0;
}

int vp8_keyframe_size(const uint8_t *frame, size_t len, unsigned *width,
		      unsigned *height)
{
	if (len < 10 || (frame[0] & HEADER_P))
		return EBADMSG;

	if (frame[3] != 0x9d || frame[4] != 0x01 || frame[5] != 0x2a)
		return EBADMSG;

	/* 14 bits of size, 2 of scale */
	*width = (frame[6] | frame[7] << 8) & 0x3fff;
	*height = (frame[8] | frame[9] << 8) & 0x3fff;

	return 0;
}

int vp8_payload_split(struct payload_list *list, const uint8_t *frame,
		      size_t len, uint16_t picture_id)
{
	size_t room, count, pos = 0;

	if (!len || list->payload_max <= DESCRIPTOR_SENT_BYTES)
		return EINVAL;

	room = list->payload_max - DESCRIPTOR_SENT_BYTES;
	count = (len + room - 1) / room;

	if (count > VIDEO_FRAME_PAYLOADS_MAX - list->count)
		return EOVERFLOW;
	if (len + count * DESCRIPTOR_SENT_BYTES > list->size - list->used)
		return EOVERFLOW;

	for (size_t i = 0; i < count; i++) {
		size_t end = len * (i + 1) / count;
		uint8_t *d = &list->buf[list->used];

		d[0] = DESCRIPTOR_X | (i ? 0 : DESCRIPTOR_S);
		d[1] = EXTENSION_I;
		d[2] = PICTURE_ID_M | ((picture_id >> 8) & 0x7f);
		d[3] = picture_id & 0xff;
		memcpy(&d[4], &frame[pos], end - pos);

		list->payloads[list->count] = d;
		list->lens[list->count++] = end - pos + DESCRIPTOR_SENT_BYTES;
		list->used += end - pos + DESCRIPTOR_SENT_BYTES;
		pos = end;
	}

	return 0;
}
