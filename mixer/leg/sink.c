/**
 * @file mixer/leg/sink.c  Headers, sequence numbers and repeats of one stream
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/sink.h"
#include "mixer/net/rtp.h"


enum {
	/* 12 header, 4 extension block, 1+16 mid, 1+3 time, 2 RTX OSN, pad */
	OVERHEAD_BYTES = 40,
	HISTORY_VIDEO = 1024,
	ONE_BYTE_ID_MAX = 14,
	/* in a window: more is a flood, not a repair */
	REPEATS_MAX = 64,
	REPEATS_US = 100000,
	REPEAT_AGE_MS = 5,
	PACKET_BYTES = TRANSPORT_MTU + TRANSPORT_TRAILER_MAX,
};


void sink_init(struct sink *s)
{
	memset(s, 0, sizeof(*s));
	s->ssrc = rand_u32();
	s->rtx_ssrc = rand_u32();
	s->seq = rtp_seq_start();
	s->rtx_seq = rtp_seq_start();
	s->offset = rand_u32();
	s->rtx_pt = -1;
}


static uint8_t writable_id(uint8_t id)
{
	return id <= ONE_BYTE_ID_MAX ? id : 0;
}


int sink_configure(struct sink *s, struct transport *transport,
		   const struct media_description *m, uint32_t clock_hz)
{
	s->transport = transport;
	s->pt = m->codecs[0].pt;
	s->mid_id = m->mid[0] ? writable_id(m->mid_id) : 0;
	s->abs_send_time_id = writable_id(m->abs_send_time_id);
	s->clock_hz = clock_hz;
	s->rtx_pt = -1;
	memcpy(s->mid, m->mid, sizeof(s->mid));

	for (size_t i = 0; i < m->rtx_count; i++) {
		if (m->rtx[i].apt == s->pt)
			s->rtx_pt = m->rtx[i].pt;
	}

	if (m->kind == MEDIA_VIDEO && m->nack && m->send && !s->history)
		return sent_history_alloc(&s->history, HISTORY_VIDEO);

	return 0;
}


void sink_renew_ssrc(struct sink *s)
{
	s->ssrc = rand_u32();
	s->rtx_ssrc = rand_u32();
	s->seq = rtp_seq_start();
	s->packets = 0;
	s->bytes = 0;
}


void sink_close(struct sink *s)
{
	s->history = mem_deref(s->history);
	s->transport = NULL;
}


/* Header with the extensions; 0 if it does not fit */
static size_t header(const struct sink *s, uint8_t *buf, size_t size,
		     bool marker, uint32_t timestamp, uint64_t now_us)
{
	struct rtp_extension_element e[2];
	uint8_t abs[3];
	size_t n = 0;

	if (s->mid_id) {
		e[n].id = s->mid_id;
		e[n].bytes = (uint8_t)strlen(s->mid);
		e[n].data = (const uint8_t *)s->mid;
		n++;
	}

	if (s->abs_send_time_id) {
		/* 24-bit 6.18 fixed point seconds */
		uint64_t t = (now_us << 18) / 1000000;

		abs[0] = (uint8_t)(t >> 16);
		abs[1] = (uint8_t)(t >> 8);
		abs[2] = (uint8_t)t;
		e[n].id = s->abs_send_time_id;
		e[n].bytes = sizeof(abs);
		e[n].data = abs;
		n++;
	}

	return rtp_packet_encode(buf, size, s->pt, marker, s->seq,
				 timestamp + s->offset, s->ssrc, e, n);
}


/* One packet into buf; 0 if it does not fit */
static size_t build(struct sink *s, uint8_t *buf, bool marker,
		    uint32_t timestamp, const uint8_t *payload, size_t len,
		    uint64_t now_us)
{
	size_t n = header(s, buf, TRANSPORT_MTU, marker, timestamp, now_us);

	if (!n || len > TRANSPORT_MTU - n)
		return 0;

	memcpy(buf + n, payload, len);
	n += len;
	if (s->history)
		sent_history_put(s->history, s->seq, buf, n, now_us);

	s->seq++;
	s->packets++;
	s->bytes += len;
	s->timestamp = timestamp;
	s->sent_us = now_us;

	return n;
}


int sink_send(struct sink *s, bool marker, uint32_t timestamp,
	      const uint8_t *payload, size_t len, uint64_t now_us)
{
	uint8_t buf[PACKET_BYTES];
	size_t n;

	if (transport_state(s->transport) != TRANSPORT_CONNECTED)
		return ENOTCONN;

	n = build(s, buf, marker, timestamp, payload, len, now_us);

	return n ? transport_send_rtp(s->transport, buf, n) : EMSGSIZE;
}


void sink_send_frame(struct sink *s, uint32_t timestamp,
		     const struct video_frame *frame, uint64_t now_us)
{
	uint8_t bufs[TRANSPORT_BURST_MAX][PACKET_BYTES];
	uint8_t *ptrs[TRANSPORT_BURST_MAX];
	size_t lens[TRANSPORT_BURST_MAX];
	size_t n = 0;

	if (transport_state(s->transport) != TRANSPORT_CONNECTED)
		return;

	for (size_t i = 0; i < frame->count; i++) {
		ptrs[n] = bufs[n];
		lens[n] = build(s, bufs[n], i + 1 == frame->count, timestamp,
				frame->payloads[i], frame->lens[i], now_us);
		if (lens[n])
			n++;

		if (n == TRANSPORT_BURST_MAX || (n && i + 1 == frame->count)) {
			transport_send_burst(s->transport, ptrs, lens, n);
			n = 0;
		}
	}
}


static bool repeat(struct sink *s, uint16_t seq, uint32_t min_age_ms,
		   uint64_t now_us)
{
	uint8_t buf[PACKET_BYTES];
	const uint8_t *packet;
	size_t len = 0;

	packet = sent_history_get(s->history, seq, &len, now_us, min_age_ms);
	if (!packet)
		return false;

	if (s->rtx_pt >= 0) {
		len = rtx_encode(buf, TRANSPORT_MTU + 2, packet, len,
				 (uint8_t)s->rtx_pt, s->rtx_ssrc,
				 s->rtx_seq++);
	}
	else {
		memcpy(buf, packet, len);
	}

	if (!len)
		return false;

	s->repeats++;

	return !transport_send_rtp(s->transport, buf, len);
}


void sink_repeat(struct sink *s, const uint16_t *seqs, size_t count,
		 uint32_t rtt_ms, uint64_t now_us)
{
	uint32_t age_ms = rtt_ms > REPEAT_AGE_MS ? rtt_ms : REPEAT_AGE_MS;

	if (!s->history || !s->transport)
		return;

	if (now_us - s->repeat_us >= REPEATS_US) {
		s->repeat_us = now_us;
		s->repeat_left = REPEATS_MAX;
	}

	for (size_t i = 0; i < count && s->repeat_left; i++)
		s->repeat_left -= repeat(s, seqs[i], age_ms, now_us);
}


void sink_sender_info(const struct sink *s, struct rtcp_sender_info *info,
		      uint64_t ntp, uint64_t now_us)
{
	uint64_t since_us = now_us - s->sent_us;

	info->ntp = ntp;
	info->rtp_timestamp = s->timestamp + s->offset +
			      (uint32_t)(since_us * s->clock_hz / 1000000);
	info->packets = (uint32_t)s->packets;
	info->bytes = (uint32_t)s->bytes;
}


size_t sink_payload_max(void)
{
	return TRANSPORT_MTU - OVERHEAD_BYTES;
}
