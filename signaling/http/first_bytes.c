/**
 * @file signaling/http/first_bytes.c  What a connection begins with
 */
#include <string.h>
#include "signaling/http/first_bytes.h"


enum {
	LENGTH_BYTES = 2,
	HEADER_BYTES = 20,
	ATTRIBUTE_BYTES = 4,
	BINDING_REQUEST = 0x0001,
	USERNAME = 0x0006,
	MESSAGE_INTEGRITY = 0x0008,
	UFRAG_MAX = 256, /* RFC 8839 section 5.4 */
};


static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}


/** The header of a Binding request that fills the frame? */
static bool is_check(const uint8_t *p, size_t frame)
{
	static const uint8_t cookie[] = {0x21, 0x12, 0xa4, 0x42};

	return get16(p) == BINDING_REQUEST && !(frame & 3) &&
	       get16(p + 2) + HEADER_BYTES == frame &&
	       !memcmp(p + 4, cookie, sizeof(cookie));
}


/** Of the attributes that its integrity covers */
static int find_ufrag(const uint8_t *p, const uint8_t *end, struct pl *ufrag)
{
	while (end - p >= ATTRIBUTE_BYTES) {
		unsigned type = get16(p), len = get16(p + 2);
		const uint8_t *value = p + ATTRIBUTE_BYTES, *colon;

		if (len > (size_t)(end - value) || type == MESSAGE_INTEGRITY)
			break;

		if (type == USERNAME) {
			colon = memchr(value, ':', len);
			if (!colon || colon == value ||
			    colon - value > UFRAG_MAX)
				break;
			ufrag->p = (const char *)value;
			ufrag->l = (size_t)(colon - value);
			return 0;
		}

		len = (len + 3) & ~3u;
		if (len > (size_t)(end - value))
			break;
		p = value + len;
	}

	return EBADMSG;
}


int first_bytes_look(const uint8_t *buf, size_t len, size_t *need,
		     struct pl *ufrag)
{
	size_t frame;

	*need = 1;
	if (!len)
		return EAGAIN;
	if (buf[0] > FIRST_CHECK_MAX >> 8)
		return ENOENT;

	*need = LENGTH_BYTES + HEADER_BYTES;
	if (len < *need)
		return EAGAIN;

	frame = get16(buf);
	if (frame < HEADER_BYTES || frame > FIRST_CHECK_MAX ||
	    !is_check(buf + LENGTH_BYTES, frame))
		return EBADMSG;

	*need = LENGTH_BYTES + frame;
	if (len < *need)
		return EAGAIN;

	buf += LENGTH_BYTES;

	return find_ufrag(buf + HEADER_BYTES, buf + frame, ufrag);
}
