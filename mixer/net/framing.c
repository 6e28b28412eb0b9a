/**
 * @file mixer/net/framing.c  Datagrams on a stream (RFC 4571)
 */
#include <errno.h>
#include <string.h>
#include "mixer/net/framing.h"


uint8_t *frame_room(struct frame_reader *r, size_t *size)
{
	if (r->pos) {
		memmove(r->buf, r->buf + r->pos, r->end - r->pos);
		r->end -= r->pos;
		r->pos = 0;
	}

	*size = sizeof(r->buf) - r->end;

	return r->buf + r->end;
}


void frame_received(struct frame_reader *r, size_t size)
{
	r->end += size;
}


int frame_next(struct frame_reader *r, uint8_t **frame, size_t *len)
{
	size_t left = r->end - r->pos, n;

	if (left < FRAMING_HEAD_BYTES)
		return EAGAIN;

	n = (size_t)(r->buf[r->pos] << 8 | r->buf[r->pos + 1]);
	if (n > FRAMING_FRAME_MAX)
		return EMSGSIZE;
	if (left - FRAMING_HEAD_BYTES < n)
		return EAGAIN;

	*frame = r->buf + r->pos + FRAMING_HEAD_BYTES;
	*len = n;
	r->pos += FRAMING_HEAD_BYTES + n;

	return 0;
}
