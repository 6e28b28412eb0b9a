/**
 * @file mixer/net/nack.c  Lists of missing packets, history of sent ones, RTX
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/net/nack.h"
#include "mixer/net/rtp.h"


enum {
	MISSING_MAX = 256, /* more is not repairable: key frame */
	RESTART = 3000,    /* back so far: RFC 3550 A.1 */
	TRIES_MAX = 10,
	REORDER_US = 10000, /* a packet this late is only reordered */
	GIVE_UP_US = 1000000,
	RTT_MIN_MS = 20,
	RTT_MAX_MS = 500,
	PACKET_MAX = 1280, /* TRANSPORT_MTU and a margin */
	RTX_OSN_BYTES = 2,
};


struct missing {
	int64_t seq;
	uint64_t since_us, asked_us;
	unsigned tries;
};

struct nack_list {
	bool started, overflow;
	int64_t highest;
	struct missing missing[MISSING_MAX]; /* ascending */
	size_t count;
};


int nack_list_alloc(struct nack_list **np)
{
	*np = mem_zalloc(sizeof(**np), NULL);

	return *np ? 0 : ENOMEM;
}


static void remove_at(struct nack_list *n, size_t i)
{
	n->count--;
	memmove(&n->missing[i], &n->missing[i + 1],
		(n->count - i) * sizeof(n->missing[0]));
}


static bool recovered(struct nack_list *n, int64_t seq)
{
	for (size_t i = 0; i < n->count; i++) {
		if (n->missing[i].seq == seq) {
			remove_at(n, i);
			return true;
		}
	}

	return false;
}


bool nack_list_received(struct nack_list *n, uint16_t seq, uint64_t now_us)
{
	int64_t ext;

	if (!n->started) {
		n->started = true;
		/* one period up, so that older numbers stay positive */
		n->highest = 0x10000 + seq;
		return false;
	}

	ext = rtp_seq_extend(n->highest, seq);
	if (ext < n->highest - RESTART) {
		nack_list_clear(n);
		return nack_list_received(n, seq, now_us);
	}

	if (ext <= n->highest)
		return recovered(n, ext);

	if (ext - n->highest - 1 > (int64_t)(MISSING_MAX - n->count)) {
		n->count = 0;
		n->overflow = true;
		n->highest = ext;
		return false;
	}

	for (int64_t s = n->highest + 1; s < ext; s++) {
		n->missing[n->count++] =
			(struct missing){.seq = s, .since_us = now_us};
	}

	n->highest = ext;

	return false;
}


size_t nack_list_due(struct nack_list *n, uint64_t now_us, uint32_t rtt_ms,
		     uint16_t *seqs, size_t max, bool *lost)
{
	uint64_t again_us;
	size_t due = 0;

	if (rtt_ms < RTT_MIN_MS)
		rtt_ms = RTT_MIN_MS;
	if (rtt_ms > RTT_MAX_MS)
		rtt_ms = RTT_MAX_MS;
	again_us = (uint64_t)rtt_ms * 1000;

	if (n->overflow)
		*lost = true;
	n->overflow = false;

	for (size_t i = 0; i < n->count && due < max;) {
		struct missing *m = &n->missing[i];

		if (m->tries >= TRIES_MAX ||
		    now_us - m->since_us > GIVE_UP_US) {
			*lost = true;
			remove_at(n, i);
			continue;
		}

		if (now_us - m->since_us >= REORDER_US &&
		    (!m->tries || now_us - m->asked_us >= again_us)) {
			m->asked_us = now_us;
			m->tries++;
			seqs[due++] = (uint16_t)m->seq;
		}
		i++;
	}

	return due;
}


void nack_list_clear(struct nack_list *n)
{
	n->started = false;
	n->count = 0;
	n->overflow = false;
}


/* ------------------------------------------------------------- history */

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
