/**
 * @file mixer/net/rtp.c  RTP header and header extensions (RFC 3550, 8285)
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/net/bytes.h"
#include "mixer/net/rtp.h"


enum {
	PROFILE_ONE_BYTE = 0xbede,
	PROFILE_TWO_BYTE = 0x100, /* upper 12 bits; the rest is appbits */
	ONE_BYTE_STOP = 15,
	ONE_BYTE_ID_MAX = 14,
	ONE_BYTE_LEN_MAX = 16,
	AUDIO_LEVEL_VOICE = 0x80,
};


static int decode_extension(struct rtp_packet *p, const uint8_t *buf,
			    size_t len, size_t *pos)
{
	uint16_t profile;
	size_t bytes;

	if (len - *pos < 4)
		return EBADMSG;

	profile = get16(buf + *pos);
	bytes = 4u * get16(buf + *pos + 2);
	*pos += 4;
	if (len - *pos < bytes)
		return EBADMSG;

	/* other profiles are somebody's private extension: skipped */
	if (profile == PROFILE_ONE_BYTE || profile >> 4 == PROFILE_TWO_BYTE) {
		p->extension = buf + *pos;
		p->extension_bytes = bytes;
		p->two_byte = profile != PROFILE_ONE_BYTE;
	}

	*pos += bytes;

	return 0;
}


int rtp_packet_decode(struct rtp_packet *p, const uint8_t *buf, size_t len)
{
	size_t pos = RTP_HEADER_BYTES;
	size_t padding = 0;

	if (len < RTP_HEADER_BYTES || buf[0] >> 6 != RTP_VERSION)
		return EBADMSG;

	memset(p, 0, sizeof(*p));
	p->marker = buf[1] >> 7;
	p->pt = buf[1] & 0x7f;
	p->seq = get16(buf + 2);
	p->timestamp = get32(buf + 4);
	p->ssrc = get32(buf + 8);

	pos += 4u * (buf[0] & 0x0f);
	if (pos > len)
		return EBADMSG;

	if (buf[0] & 0x10 && decode_extension(p, buf, len, &pos))
		return EBADMSG;

	if (buf[0] & 0x20) {
		padding = buf[len - 1];
		if (!padding || padding > len - pos)
			return EBADMSG;
	}

	p->payload = buf + pos;
	p->payload_bytes = len - pos - padding;

	return 0;
}


/* One element at *pos; false at the end or where a length does not fit */
static bool next_element(const struct rtp_packet *p, size_t *pos, uint8_t *id,
			 const uint8_t **data, size_t *bytes)
{
	const uint8_t *e = p->extension;
	size_t end = p->extension_bytes;

	while (*pos < end && !e[*pos])
		++*pos;

	if (*pos >= end)
		return false;

	if (p->two_byte) {
		if (end - *pos < 2)
			return false;

		*id = e[*pos];
		*bytes = e[*pos + 1];
		*pos += 2;
	}
	else {
		*id = e[*pos] >> 4;
		*bytes = (e[*pos] & 0x0fu) + 1;
		*pos += 1;
		if (*id == ONE_BYTE_STOP)
			return false;
	}

	if (*bytes > end - *pos)
		return false;

	*data = e + *pos;
	*pos += *bytes;

	return true;
}


const uint8_t *rtp_extension(const struct rtp_packet *p, uint8_t id,
			     size_t *bytes)
{
	const uint8_t *data;
	size_t pos = 0, n;
	uint8_t e;

	if (!id || !p->extension)
		return NULL;

	while (next_element(p, &pos, &e, &data, &n)) {
		if (e != id)
			continue;

		*bytes = n;
		return data;
	}

	return NULL;
}


bool rtp_audio_level(const struct rtp_packet *p, uint8_t id, uint8_t *dbov,
		     bool *voice)
{
	const uint8_t *data;
	size_t bytes;

	data = rtp_extension(p, id, &bytes);
	if (!data || !bytes)
		return false;

	*dbov = data[0] & 0x7f;
	*voice = data[0] & AUDIO_LEVEL_VOICE;

	return true;
}


static size_t extension_encode(uint8_t *buf, size_t size,
			       const struct rtp_extension_element *elements,
			       size_t count)
{
	size_t pos = 4;

	for (size_t i = 0; i < count; i++) {
		const struct rtp_extension_element *e = &elements[i];

		if (!e->id || e->id > ONE_BYTE_ID_MAX || !e->bytes ||
		    e->bytes > ONE_BYTE_LEN_MAX)
			return 0;

		if (pos + 1 + e->bytes > size)
			return 0;

		buf[pos++] = (uint8_t)(e->id << 4 | (e->bytes - 1));
		memcpy(buf + pos, e->data, e->bytes);
		pos += e->bytes;
	}

	while (pos & 3) {
		if (pos >= size)
			return 0;

		buf[pos++] = 0;
	}

	put16(buf, PROFILE_ONE_BYTE);
	put16(buf + 2, (uint16_t)((pos - 4) / 4));

	return pos;
}


size_t rtp_packet_encode(uint8_t *buf, size_t size, uint8_t pt, bool marker,
			 uint16_t seq, uint32_t timestamp, uint32_t ssrc,
			 const struct rtp_extension_element *elements,
			 size_t count)
{
	size_t n = 0;

	if (size < RTP_HEADER_BYTES)
		return 0;

	if (count) {
		if (size < RTP_HEADER_BYTES + 4)
			return 0;

		n = extension_encode(buf + RTP_HEADER_BYTES,
				     size - RTP_HEADER_BYTES, elements, count);
		if (!n)
			return 0;
	}

	buf[0] = (uint8_t)(RTP_VERSION << 6 | (count ? 0x10 : 0));
	buf[1] = (uint8_t)((marker ? 0x80 : 0) | (pt & 0x7f));
	put16(buf + 2, seq);
	put32(buf + 4, timestamp);
	put32(buf + 8, ssrc);

	return RTP_HEADER_BYTES + n;
}


int64_t rtp_seq_extend(int64_t highest, uint16_t seq)
{
	return highest + (int16_t)(uint16_t)(seq - (uint16_t)highest);
}


uint16_t rtp_seq_start(void)
{
	return rand_u16() & 0x7fff;
}
