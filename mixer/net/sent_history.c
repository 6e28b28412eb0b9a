/**
 * @file mixer/net/sent_history.c  What was sent, and how it is sent again
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/net/rtp.h"
#include "mixer/net/sent_history.h"


enum {
	PACKET_MAX = 1280, /* TRANSPORT_MTU and a margin */
	RTX_OSN_BYTES = 2,
};


struct sent {
	uint16_t seq, len;
	uint64_t sent_us;
	uint8_t buf[PACKET_MAX];
};

struct sent_history {
	size_t mask;
	struct sent slots[];
};


int sent_history_alloc(struct sent_history **hp, size_t packets)
{
	if (!packets || packets & (packets - 1) || packets > 0x10000)
		return EINVAL;

	*hp = mem_zalloc(sizeof(**hp) + packets * sizeof(struct sent), NULL);
	if (!*hp)
		return ENOMEM;

	(*hp)->mask = packets - 1;

	return 0;
}


void sent_history_put(struct sent_history *h, uint16_t seq, const uint8_t *buf,
		      size_t len, uint64_t now_us)
{
	struct sent *s = &h->slots[seq & h->mask];

	if (len > PACKET_MAX) {
		s->len = 0;
		return;
	}

	s->seq = seq;
	s->len = (uint16_t)len;
	s->sent_us = now_us;
	memcpy(s->buf, buf, len);
}


const uint8_t *sent_history_get(struct sent_history *h, uint16_t seq,
				size_t *len, uint64_t now_us,
				uint32_t min_age_ms)
{
	struct sent *s = &h->slots[seq & h->mask];

	if (!s->len || s->seq != seq)
		return NULL;

	if (now_us - s->sent_us < (uint64_t)min_age_ms * 1000)
		return NULL;

	s->sent_us = now_us;
	*len = s->len;

	return s->buf;
}


/* Bytes in front of the payload; 0 if the packet is broken */
static size_t header_bytes(const uint8_t *buf, size_t len)
{
	struct rtp_packet p;

	if (rtp_packet_decode(&p, buf, len))
		return 0;

	return (size_t)(p.payload - buf);
}


size_t rtx_encode(uint8_t *out, size_t size, const uint8_t *packet, size_t len,
		  uint8_t rtx_pt, uint32_t rtx_ssrc, uint16_t rtx_seq)
{
	size_t head = header_bytes(packet, len);

	if (!head || len + RTX_OSN_BYTES > size)
		return 0;

	memcpy(out, packet, head);
	memcpy(out + head, packet + 2, RTX_OSN_BYTES);
	memcpy(out + head + RTX_OSN_BYTES, packet + head, len - head);
	out[1] = (uint8_t)((out[1] & 0x80) | (rtx_pt & 0x7f));
	out[2] = (uint8_t)(rtx_seq >> 8);
	out[3] = (uint8_t)rtx_seq;
	out[8] = (uint8_t)(rtx_ssrc >> 24);
	out[9] = (uint8_t)(rtx_ssrc >> 16);
	out[10] = (uint8_t)(rtx_ssrc >> 8);
	out[11] = (uint8_t)rtx_ssrc;

	return len + RTX_OSN_BYTES;
}


size_t rtx_decode(uint8_t *buf, size_t len, uint8_t apt, uint32_t media_ssrc)
{
	struct rtp_packet p;
	size_t head;

	if (rtp_packet_decode(&p, buf, len) ||
	    p.payload_bytes <= RTX_OSN_BYTES)
		return 0;

	head = (size_t)(p.payload - buf);
	buf[1] = (uint8_t)((buf[1] & 0x80) | (apt & 0x7f));
	memcpy(buf + 2, buf + head, RTX_OSN_BYTES);
	buf[8] = (uint8_t)(media_ssrc >> 24);
	buf[9] = (uint8_t)(media_ssrc >> 16);
	buf[10] = (uint8_t)(media_ssrc >> 8);
	buf[11] = (uint8_t)media_ssrc;
	memmove(buf + head, buf + head + RTX_OSN_BYTES,
		len - head - RTX_OSN_BYTES);

	return len - RTX_OSN_BYTES;
}
