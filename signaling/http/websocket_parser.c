/**
 * @file signaling/http/websocket_parser.c  WebSocket frames (RFC 6455 section
 * 5)
 */
#include <string.h>
#include "signaling/http/websocket.h"


enum {
	HEAD_MAX = 14, /**< 2 + 8 of length + 4 of mask */
	CONTROL_MAX = 125,
};

struct websocket_parser {
	websocket_frame_h *frameh;
	void *arg;
	uint8_t head[HEAD_MAX];
	size_t head_bytes; /**< of head, received */
	uint64_t left;     /**< payload bytes still to come */
	size_t offset;     /**< of the payload, for the mask */
	bool in_payload;
	struct mbuf *message; /**< fragments of a message */
	struct mbuf *control;
	enum websocket_opcode opcode; /**< of the message in progress */
	bool in_message;
};


static void websocket_parser_destructor(void *arg)
{
	struct websocket_parser *p = arg;

	mem_deref(p->message);
	mem_deref(p->control);
}


int websocket_parser_alloc(struct websocket_parser **pp,
			   websocket_frame_h *frameh, void *arg)
{
	struct websocket_parser *p;

	if (!pp || !frameh)
		return EINVAL;

	p = mem_zalloc(sizeof(*p), websocket_parser_destructor);
	if (!p)
		return ENOMEM;

	p->frameh = frameh;
	p->arg = arg;
	p->message = mbuf_alloc(1024);
	p->control = mbuf_alloc(CONTROL_MAX);
	if (!p->message || !p->control) {
		mem_deref(p);
		return ENOMEM;
	}
	*pp = p;

	return 0;
}


bool websocket_utf8_valid(const char *data, size_t len)
{
	const uint8_t *s = (const uint8_t *)data, *end = s + len;

	while (s < end) {
		uint32_t c = *s++, least;
		int more;

		if (c < 0x80)
			continue;
		if (c >= 0xc2 && c <= 0xdf) {
			more = 1;
			least = 0x80;
			c &= 0x1f;
		}
		else if ((c & 0xf0) == 0xe0) {
			more = 2;
			least = 0x800;
			c &= 0x0f;
		}
		else if (c >= 0xf0 && c <= 0xf4) {
			more = 3;
			least = 0x10000;
			c &= 0x07;
		}
		else {
			return false;
		}
		if (end - s < more)
			return false;
		while (more--) {
			if ((*s & 0xc0) != 0x80)
				return false;
			c = c << 6 | (*s++ & 0x3f);
		}
		if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
			return false;
	}

	return true;
}


static enum websocket_opcode frame_opcode(const struct websocket_parser *p)
{
	return (enum websocket_opcode)(p->head[0] & 0x0f);
}


static bool is_control(enum websocket_opcode opcode)
{
	return opcode & 0x08;
}


/** Bytes of head that this frame needs, as far as can be told */
static size_t head_need(const struct websocket_parser *p)
{
	uint8_t len;

	if (p->head_bytes < 2)
		return 2;

	len = p->head[1] & 0x7f;

	return 2 + (len == 126 ? 2 : len == 127 ? 8 : 0) + 4;
}


static uint64_t frame_length(const struct websocket_parser *p)
{
	uint64_t n = p->head[1] & 0x7f;
	size_t i, bytes;

	if (n < 126)
		return n;

	bytes = n == 126 ? 2 : 8;
	for (n = 0, i = 0; i < bytes; i++)
		n = n << 8 | p->head[2 + i];

	return n;
}


/** First two bytes: what may be refused before more is read */
static uint16_t check_opening(const struct websocket_parser *p)
{
	const enum websocket_opcode opcode = frame_opcode(p);
	const bool final = p->head[0] & 0x80;

	if (p->head[0] & 0x70 || !(p->head[1] & 0x80))
		return WEBSOCKET_PROTOCOL_ERROR;

	switch (opcode) {

	case WEBSOCKET_CONTINUATION:
		return p->in_message ? 0 : WEBSOCKET_PROTOCOL_ERROR;

	case WEBSOCKET_TEXT:
	case WEBSOCKET_BINARY:
		return p->in_message ? WEBSOCKET_PROTOCOL_ERROR : 0;

	case WEBSOCKET_CLOSE:
	case WEBSOCKET_PING:
	case WEBSOCKET_PONG:
		return final && (p->head[1] & 0x7f) <= CONTROL_MAX
			       ? 0
			       : WEBSOCKET_PROTOCOL_ERROR;
	}

	return WEBSOCKET_PROTOCOL_ERROR;
}


static uint16_t begin_payload(struct websocket_parser *p)
{
	const enum websocket_opcode opcode = frame_opcode(p);
	const uint64_t n = frame_length(p);
	const uint8_t code = p->head[1] & 0x7f;

	/* The shortest form, and no sign bit (section 5.2). */
	if ((code == 126 && n < 126) || (code == 127 && n <= 0xffff) ||
	    n >> 63)
		return WEBSOCKET_PROTOCOL_ERROR;
	if (!is_control(opcode) && n > WEBSOCKET_MESSAGE_MAX - p->message->end)
		return WEBSOCKET_TOO_BIG;

	if (!is_control(opcode)) {
		if (opcode != WEBSOCKET_CONTINUATION)
			p->opcode = opcode;
		p->in_message = true;
	}
	else {
		mbuf_rewind(p->control);
	}

	p->left = n;
	p->offset = 0;
	p->in_payload = true;

	return 0;
}


static uint16_t take_payload(struct websocket_parser *p, const uint8_t *data,
			     size_t n)
{
	const uint8_t *mask = p->head + p->head_bytes - 4;
	struct mbuf *mb =
		is_control(frame_opcode(p)) ? p->control : p->message;
	size_t i, start = mb->end;

	mb->pos = mb->end;
	if (mbuf_write_mem(mb, data, n))
		return WEBSOCKET_INTERNAL;

	for (i = 0; i < n; i++)
		mb->buf[start + i] ^= mask[(p->offset + i) & 3];
	p->offset += n;
	p->left -= n;

	return 0;
}


/** Close codes that may stand on the lines (section 7.4) */
static bool close_code_valid(uint16_t code)
{
	return (code >= 1000 && code <= 1011 && code != 1004 && code != 1005 &&
		code != 1006) ||
	       (code >= 3000 && code <= 4999);
}


static uint16_t check_close(const struct mbuf *mb)
{
	if (!mb->end)
		return 0;
	if (mb->end == 1 ||
	    !close_code_valid((uint16_t)(mb->buf[0] << 8 | mb->buf[1])))
		return WEBSOCKET_PROTOCOL_ERROR;

	return websocket_utf8_valid((const char *)mb->buf + 2, mb->end - 2)
		       ? 0
		       : WEBSOCKET_BAD_DATA;
}


/** A frame is complete. @return status; *go false when told to stop */
static uint16_t end_frame(struct websocket_parser *p, bool *go)
{
	enum websocket_opcode opcode = frame_opcode(p);
	const bool final = p->head[0] & 0x80;
	struct mbuf *mb = p->message;
	uint16_t status = 0;

	p->head_bytes = 0;
	p->in_payload = false;

	if (is_control(opcode)) {
		mb = p->control;
		if (opcode == WEBSOCKET_CLOSE)
			status = check_close(mb);
		if (!status)
			*go = p->frameh(opcode, (const char *)mb->buf, mb->end,
					p->arg);
		return status;
	}

	if (!final)
		return 0;

	if (p->opcode == WEBSOCKET_TEXT &&
	    !websocket_utf8_valid((const char *)mb->buf, mb->end))
		return WEBSOCKET_BAD_DATA;

	p->in_message = false;
	opcode = p->opcode;
	*go = p->frameh(opcode, (const char *)mb->buf, mb->end, p->arg);
	if (*go)
		mbuf_rewind(mb);

	return 0;
}


uint16_t websocket_parser_feed(struct websocket_parser *p, const void *data,
			       size_t len)
{
	const uint8_t *s = data;
	uint16_t status;
	bool go = true;
	size_t n;

	while (go && (len || (p->in_payload && !p->left))) {
		if (p->in_payload) {
			n = (size_t)MIN(p->left, len);
			status = n ? take_payload(p, s, n) : 0;
			s += n;
			len -= n;
			if (!status && !p->left)
				status = end_frame(p, &go);
			if (status)
				return status;
			continue;
		}

		p->head[p->head_bytes++] = *s++;
		--len;
		status = p->head_bytes == 2 ? check_opening(p) : 0;
		if (!status && p->head_bytes > 2 &&
		    p->head_bytes == head_need(p))
			status = begin_payload(p);
		if (status)
			return status;
	}

	return 0;
}


bool websocket_parser_is_partial(const struct websocket_parser *p)
{
	return p->head_bytes || p->in_payload || p->in_message;
}


int websocket_frame_encode(struct mbuf *mb, enum websocket_opcode opcode,
			   const void *data, size_t len)
{
	int err;

	err = mbuf_write_u8(mb, (uint8_t)(0x80 | opcode));
	if (len < 126) {
		err |= mbuf_write_u8(mb, (uint8_t)len);
	}
	else if (len <= 0xffff) {
		err |= mbuf_write_u8(mb, 126);
		err |= mbuf_write_u16(mb, htons((uint16_t)len));
	}
	else {
		err |= mbuf_write_u8(mb, 127);
		err |= mbuf_write_u32(mb,
				      htonl((uint32_t)((uint64_t)len >> 32)));
		err |= mbuf_write_u32(mb, htonl((uint32_t)len));
	}
	if (len)
		err |= mbuf_write_mem(mb, data, len);

	return err;
}
