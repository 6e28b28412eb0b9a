/**
 * @file mixer/leg/send_stream.c  Headers and sequence numbers of one stream
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/nack_responder.h"
#include "mixer/leg/send_stream.h"
#include "mixer/net/rtp.h"


enum {
	/* 12 header, 4 extension block, 1+16 mid, 1+3 time, 1+4 colour space,
	 * 2 pad, 2 RTX OSN */
	OVERHEAD_BYTES = 46,
	ONE_BYTE_ID_MAX = 14,
	PACKET_BYTES = TRANSPORT_MTU + TRANSPORT_TRAILER_MAX,
	/* IPv4, UDP and RTP */
	WIRE_BYTES = 40,
};

struct send_stream {
	struct transport *transport; /* borrowed, NULL: none */
	uint32_t ssrc, rtx_ssrc;
	uint16_t seq;    /* next to send */
	uint32_t offset; /* added to timestamps */
	uint8_t pt, mid_id, abs_send_time_id, colour_space_id;
	int rtx_pt;
	char mid[DESCRIPTION_MID_BYTES];
	uint32_t timestamp; /* of the last packet, without offset */
	uint32_t clock_hz;
	bool resumes; /* what went before was withheld */
	struct nack_responder *responder;
	struct send_stream_stats stats;
};


static void send_stream_destructor(void *arg)
{
	struct send_stream *s = arg;

	mem_deref(s->responder);
}


int send_stream_alloc(struct send_stream **sp)
{
	struct send_stream *s = mem_zalloc(sizeof(*s), send_stream_destructor);

	if (!s)
		return ENOMEM;

	s->ssrc = rand_u32();
	s->rtx_ssrc = rand_u32();
	s->seq = rtp_seq_start();
	s->offset = rand_u32();
	s->rtx_pt = -1;
	if (nack_responder_alloc(&s->responder)) {
		mem_deref(s);
		return ENOMEM;
	}

	*sp = s;

	return 0;
}


static uint8_t writable_id(uint8_t id)
{
	return id <= ONE_BYTE_ID_MAX ? id : 0;
}


int send_stream_configure(struct send_stream *s, struct transport *transport,
			  const struct media_description *m, uint32_t clock_hz)
{
	if (m->kind == MEDIA_VIDEO && m->nack && m->send) {
		int err = nack_responder_enable(s->responder);

		if (err)
			return err;
	}

	s->transport = transport;
	s->pt = m->codecs[0].pt;
	s->mid_id = m->mid[0] ? writable_id(m->mid_id) : 0;
	s->abs_send_time_id = writable_id(m->abs_send_time_id);
	s->colour_space_id = writable_id(m->colour_space_id);
	s->clock_hz = clock_hz;
	s->rtx_pt = -1;
	memcpy(s->mid, m->mid, sizeof(s->mid));

	for (size_t i = 0; i < m->rtx_count; i++) {
		if (m->rtx[i].apt == s->pt)
			s->rtx_pt = m->rtx[i].pt;
	}

	nack_responder_rtx(s->responder, s->rtx_pt, s->rtx_ssrc);

	return 0;
}


void send_stream_detach(struct send_stream *s)
{
	s->transport = NULL;
}


void send_stream_close(struct send_stream *s)
{
	nack_responder_disable(s->responder);
	s->transport = NULL;
}


void send_stream_renew_ssrc(struct send_stream *s)
{
	s->ssrc = rand_u32();
	s->rtx_ssrc = rand_u32();
	s->seq = rtp_seq_start();
	s->stats.packets = 0;
	s->stats.bytes = 0;
	nack_responder_rtx(s->responder, s->rtx_pt, s->rtx_ssrc);
}


uint32_t send_stream_ssrc(const struct send_stream *s)
{
	return s->ssrc;
}


uint32_t send_stream_rtx_ssrc(const struct send_stream *s)
{
	return s->rtx_ssrc;
}


bool send_stream_has_ssrc(const struct send_stream *s, uint32_t ssrc)
{
	return s->ssrc == ssrc || s->rtx_ssrc == ssrc;
}


/* Header with the extensions; 0 if it does not fit
 *
 * coloured: it says what the picture's colours are */
static size_t header(const struct send_stream *s, uint8_t *buf, size_t size,
		     bool marker, bool coloured, uint32_t timestamp,
		     uint64_t now_us)
{
	struct rtp_extension_element e[3];
	uint8_t abs[3], colour[COLOUR_EXTENSION_BYTES];
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

	if (coloured && s->colour_space_id) {
		colour_extension_write(colour);
		e[n].id = s->colour_space_id;
		e[n].bytes = sizeof(colour);
		e[n].data = colour;
		n++;
	}

	return rtp_packet_encode(buf, size, s->pt, marker, s->seq,
				 timestamp + s->offset, s->ssrc, e, n);
}


/* One packet into buf; 0 if it does not fit */
static size_t build(struct send_stream *s, uint8_t *buf, bool marker,
		    bool coloured, uint32_t timestamp, const uint8_t *payload,
		    size_t len, uint64_t now_us)
{
	size_t n = header(s, buf, TRANSPORT_MTU, marker, coloured, timestamp,
			  now_us);

	if (!n || len > TRANSPORT_MTU - n)
		return 0;

	memcpy(buf + n, payload, len);
	n += len;
	nack_responder_keep(s->responder, s->seq, buf, n, now_us);
	s->seq++;
	s->stats.packets++;
	s->stats.bytes += len;
	s->timestamp = timestamp;
	s->stats.sent_us = now_us;

	return n;
}


/* Before anything is numbered: what is withheld leaves no gap */
static bool may_send(struct send_stream *s, enum transport_matter matter,
		     size_t packets, size_t bytes, uint64_t now_us)
{
	if (transport_may_send(s->transport, matter,
			       bytes + packets * WIRE_BYTES, now_us))
		return true;

	s->stats.withheld += packets;
	s->resumes = true;

	return false;
}


int send_stream_send(struct send_stream *s, bool marker, uint32_t timestamp,
		     const uint8_t *payload, size_t len, uint64_t now_us)
{
	uint8_t buf[PACKET_BYTES];
	size_t n;

	if (!s->transport ||
	    transport_state(s->transport) != TRANSPORT_CONNECTED)
		return ENOTCONN;

	if (!may_send(s, TRANSPORT_SOUND, 1, len, now_us))
		return EAGAIN;

	/* after a silence a talkspurt begins (RFC 3551 section 4.1) */
	marker = marker || s->resumes;
	s->resumes = false;
	n = build(s, buf, marker, false, timestamp, payload, len, now_us);

	return n ? transport_send_rtp(s->transport, buf, n) : EMSGSIZE;
}


static size_t frame_bytes(const struct video_frame *frame)
{
	size_t bytes = 0;

	for (size_t i = 0; i < frame->count; i++)
		bytes += frame->lens[i];

	return bytes;
}


void send_stream_send_frame(struct send_stream *s, uint32_t timestamp,
			    const struct video_frame *frame, uint64_t now_us)
{
	uint8_t bufs[TRANSPORT_BURST_MAX][PACKET_BYTES];
	uint8_t *ptrs[TRANSPORT_BURST_MAX];
	size_t lens[TRANSPORT_BURST_MAX];
	size_t n = 0;

	if (!s->transport ||
	    transport_state(s->transport) != TRANSPORT_CONNECTED)
		return;

	if (!may_send(s, TRANSPORT_PICTURE, frame->count, frame_bytes(frame),
		      now_us))
		return;

	for (size_t i = 0; i < frame->count; i++) {
		bool last = i + 1 == frame->count;

		ptrs[n] = bufs[n];
		lens[n] = build(s, bufs[n], last, last && frame->keyframe,
				timestamp, frame->payloads[i], frame->lens[i],
				now_us);
		if (lens[n])
			n++;

		if (n == TRANSPORT_BURST_MAX || (n && last)) {
			transport_send_burst(s->transport, ptrs, lens, n);
			n = 0;
		}
	}
}


void send_stream_answer_nack(struct send_stream *s, const uint16_t *seqs,
			     size_t count, uint32_t rtt_ms, uint64_t now_us)
{
	if (s->transport && transport_is_proven(s->transport))
		nack_responder_answer(s->responder, s->transport, seqs, count,
				      rtt_ms, now_us);
}


void send_stream_sender_info(const struct send_stream *s,
			     struct rtcp_sender_info *info, uint64_t ntp,
			     uint64_t now_us)
{
	uint64_t since_us = now_us - s->stats.sent_us;

	info->ntp = ntp;
	info->rtp_timestamp = s->timestamp + s->offset +
			      (uint32_t)(since_us * s->clock_hz / 1000000);
	info->packets = (uint32_t)s->stats.packets;
	info->bytes = (uint32_t)s->stats.bytes;
}


const struct send_stream_stats *send_stream_stats(const struct send_stream *s)
{
	return &s->stats;
}


size_t send_stream_payload_max(void)
{
	return TRANSPORT_MTU - OVERHEAD_BYTES;
}
