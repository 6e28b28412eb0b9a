/**
 * @file test_send_stream.c  Headers, statistics and repeats of what is sent
 *
 * Over a plain transport to a socket of the test's own; the time is the
 * test's.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/re.h"
#include "mixer/leg/nack_responder.h"
#include "mixer/leg/send_stream.h"
#include "mixer/net/rtp.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"


enum {
	T0 = 10000000,
	PT = 96,
	RTX_PT = 97,
	NEW_PT = 98,
	RTT_MS = 40,
	COLOUR_ID = 8,
};

/** A stream, its transport and the far end */
struct line {
	struct net *net;
	struct transport *transport;
	struct send_stream *stream;
	int fd;
	unsigned reports; /* of the far end's */
	uint8_t buf[2048];
	struct rtp_packet packet; /* the last that was received */
};


static void ignore_packet(uint8_t *buf, size_t len, uint64_t now_us, void *arg)
{
	(void)buf;
	(void)len;
	(void)now_us;
	(void)arg;
}


static void count_report(uint8_t *buf, size_t len, uint64_t now_us, void *arg)
{
	struct line *l = arg;

	(void)buf;
	(void)len;
	(void)now_us;
	l->reports++;
	re_cancel();
}


static void ignore_state(enum transport_state state, const char *reason,
			 void *arg)
{
	(void)state;
	(void)reason;
	(void)arg;
}


static void ignore_path(void *arg)
{
	(void)arg;
}


static struct media_description description(int rtx_pt)
{
	struct media_description d;

	memset(&d, 0, sizeof(d));
	d.kind = MEDIA_VIDEO;
	d.codecs[0].pt = PT;
	d.codec_count = 1;
	d.nack = true;
	d.send = true;
	if (rtx_pt >= 0) {
		d.rtx[0].pt = (uint8_t)rtx_pt;
		d.rtx[0].apt = PT;
		d.rtx_count = 1;
	}

	return d;
}


/* A far end that was not heard yet */
static void line_open_mute(struct line *l, int rtx_pt)
{
	static const struct transport_handlers handlers = {
		ignore_packet, count_report, ignore_state, ignore_path, NULL};
	struct media_description d = description(rtx_pt);
	struct net_config config;
	struct transport_remote r;

	memset(l, 0, sizeof(*l));
	memset(&config, 0, sizeof(config));
	memset(&r, 0, sizeof(r));
	sa_set_str(&config.media_addresses[0], "127.0.0.1", 0);
	config.media_address_count = 1;
	config.rtp_port_min = 32000;
	config.rtp_port_max = 32199;
	CU_ASSERT_EQUAL_FATAL(net_alloc(&l->net, &config), 0);
	CU_ASSERT_EQUAL_FATAL(
		transport_alloc(&l->transport, l->net, TRANSPORT_PLAIN, 0,
				TRANSPORT_SUITE_NONE, &handlers, l),
		0);
	l->fd = socket(AF_INET, SOCK_DGRAM, 0);
	sa_set_str(&r.rtp, "127.0.0.1", 0);
	CU_ASSERT_EQUAL_FATAL(bind(l->fd, &r.rtp.u.sa, r.rtp.len), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(l->fd, &r.rtp.u.sa, &r.rtp.len), 0);
	r.rtcp_mux = true;
	CU_ASSERT_EQUAL_FATAL(transport_set_remote(l->transport, &r), 0);
	CU_ASSERT_EQUAL_FATAL(send_stream_alloc(&l->stream), 0);
	CU_ASSERT_EQUAL_FATAL(
		send_stream_configure(l->stream, l->transport, &d, 90000), 0);
}


static void give_up(void *arg)
{
	(void)arg;
	re_cancel();
}


/* The far end reports */
static void line_report(struct line *l)
{
	const uint8_t report[8] = {0x80, RTCP_RR, 0, 1, 0, 0, 0, 77};
	struct transport_local local;
	struct tmr tmr;

	transport_local(l->transport, &local);
	CU_ASSERT_EQUAL(sendto(l->fd, report, sizeof(report), 0,
			       &local.rtp.u.sa, local.rtp.len),
			sizeof(report));
	tmr_init(&tmr);
	tmr_start(&tmr, unit_patience_ms(1000), give_up, NULL);
	re_main(NULL);
	tmr_cancel(&tmr);
	CU_ASSERT_TRUE_FATAL(l->reports > 0);
}


static void line_open(struct line *l, int rtx_pt)
{
	line_open_mute(l, rtx_pt);
	line_report(l);
}


static void line_close(struct line *l)
{
	close(l->fd);
	mem_deref(l->stream);
	mem_deref(l->transport);
	mem_deref(l->net);
}


static int line_send(struct line *l, uint32_t timestamp, uint8_t byte,
		     uint64_t now_us)
{
	return send_stream_send(l->stream, false, timestamp, &byte, 1, now_us);
}


/* false: nothing is there */
static bool receive(struct line *l)
{
	ssize_t n = recv(l->fd, l->buf, sizeof(l->buf), MSG_DONTWAIT);

	return n > 0 && !rtp_packet_decode(&l->packet, l->buf, (size_t)n);
}


static unsigned receive_all(struct line *l)
{
	unsigned n = 0;

	while (receive(l))
		n++;

	return n;
}


static void a_stream_keeps_its_identity(void)
{
	uint32_t offset;
	uint16_t first;
	struct line l;

	line_open(&l, -1);
	CU_ASSERT_EQUAL(line_send(&l, 1000, 'a', T0), 0);
	CU_ASSERT_TRUE_FATAL(receive(&l));
	first = l.packet.seq;
	offset = l.packet.timestamp - 1000;
	CU_ASSERT_TRUE(first < 0x8000);
	CU_ASSERT_EQUAL(l.packet.pt, PT);
	CU_ASSERT_EQUAL(l.packet.ssrc, send_stream_ssrc(l.stream));

	/* held and taken up again */
	send_stream_detach(l.stream);
	CU_ASSERT_NOT_EQUAL(line_send(&l, 1500, 'x', T0), 0);
	CU_ASSERT_EQUAL(receive_all(&l), 0);
	const struct media_description d = description(-1);
	CU_ASSERT_EQUAL(
		send_stream_configure(l.stream, l.transport, &d, 90000), 0);
	CU_ASSERT_EQUAL(line_send(&l, 2000, 'b', T0 + 20000), 0);
	CU_ASSERT_TRUE_FATAL(receive(&l));
	CU_ASSERT_EQUAL(l.packet.seq, (uint16_t)(first + 1));
	CU_ASSERT_EQUAL(l.packet.timestamp, offset + 2000);
	CU_ASSERT_EQUAL(l.packet.ssrc, send_stream_ssrc(l.stream));
	line_close(&l);
}


/* RFC 3550 section 6.4.1: the RTP time of the report's own moment */
static void sender_info_tells_the_time_of_now(void)
{
	struct rtcp_sender_info info, later;
	struct line l;

	line_open(&l, -1);
	line_send(&l, 1000, 'a', T0);
	line_send(&l, 1000, 'b', T0);
	send_stream_sender_info(l.stream, &info, 7, T0);
	send_stream_sender_info(l.stream, &later, 7, T0 + 1000000);
	CU_ASSERT_EQUAL(info.packets, 2);
	CU_ASSERT_EQUAL(info.bytes, 2);
	CU_ASSERT_EQUAL(info.ntp, 7);
	CU_ASSERT_EQUAL(later.rtp_timestamp - info.rtp_timestamp, 90000);

	/* other SSRCs: what was sent with the old one is not theirs */
	send_stream_renew_ssrc(l.stream);
	CU_ASSERT_EQUAL(send_stream_stats(l.stream)->packets, 0);
	line_close(&l);
}


static void a_collision_makes_another_stream(void)
{
	uint32_t ssrc, rtx;
	struct line l;

	line_open(&l, RTX_PT);
	ssrc = send_stream_ssrc(l.stream);
	rtx = send_stream_rtx_ssrc(l.stream);
	CU_ASSERT_TRUE(send_stream_has_ssrc(l.stream, ssrc));
	CU_ASSERT_TRUE(send_stream_has_ssrc(l.stream, rtx));
	send_stream_renew_ssrc(l.stream);
	CU_ASSERT_FALSE(send_stream_has_ssrc(l.stream, ssrc));
	CU_ASSERT_FALSE(send_stream_has_ssrc(l.stream, rtx));
	line_send(&l, 0, 'a', T0);
	CU_ASSERT_TRUE(receive(&l));
	CU_ASSERT_EQUAL(l.packet.ssrc, send_stream_ssrc(l.stream));
	line_close(&l);
}


/* RFC 4585 as the packet itself, RFC 4588 on a stream of its own */
static void a_nack_is_answered_as_negotiated(void)
{
	static const int rtx_pts[] = {-1, RTX_PT};

	for (size_t i = 0; i < 2; i++) {
		bool rtx = rtx_pts[i] >= 0;
		uint16_t seq, unknown;
		struct line l;

		line_open(&l, rtx_pts[i]);
		line_send(&l, 0, 'a', T0);
		CU_ASSERT_TRUE_FATAL(receive(&l));
		seq = l.packet.seq;
		unknown = (uint16_t)(seq + 5);
		send_stream_answer_nack(l.stream, &unknown, 1, RTT_MS,
					T0 + 100000);
		CU_ASSERT_EQUAL(receive_all(&l), 0);

		send_stream_answer_nack(l.stream, &seq, 1, RTT_MS,
					T0 + 100000);
		CU_ASSERT_TRUE_FATAL(receive(&l));
		CU_ASSERT_EQUAL(l.packet.pt, rtx ? RTX_PT : PT);
		CU_ASSERT_EQUAL(l.packet.ssrc,
				rtx ? send_stream_rtx_ssrc(l.stream)
				    : send_stream_ssrc(l.stream));
		CU_ASSERT_EQUAL(l.packet.payload_bytes, rtx ? 3 : 1);
		CU_ASSERT_EQUAL(l.packet.payload[l.packet.payload_bytes - 1],
				'a');
		if (rtx) /* the original number in front */
			CU_ASSERT_EQUAL(l.packet.payload[0] << 8 |
						l.packet.payload[1],
					seq);
		line_close(&l);
	}
}


static void a_nack_within_a_round_trip_is_not_answered_again(void)
{
	static const struct {
		uint64_t after_us;
		unsigned answers;
	} asked[] = {{10000, 0}, {50000, 1}, {60000, 0}, {100000, 1}};
	struct line l;
	uint16_t seq;

	line_open(&l, -1);
	line_send(&l, 0, 'a', T0);
	CU_ASSERT_TRUE_FATAL(receive(&l));
	seq = l.packet.seq;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		send_stream_answer_nack(l.stream, &seq, 1, RTT_MS,
					T0 + asked[i].after_us);
		CU_ASSERT_EQUAL(receive_all(&l), asked[i].answers);
	}
	line_close(&l);
}


/* Nobody makes us send many times what he sends */
static void repeats_are_bounded(void)
{
	uint16_t seqs[2 * NACK_REPEATS_MAX];
	struct line l;

	line_open(&l, -1);
	for (size_t i = 0; i < 2 * NACK_REPEATS_MAX; i++) {
		line_send(&l, 0, 'a', T0);
		CU_ASSERT_TRUE_FATAL(receive(&l));
		seqs[i] = l.packet.seq;
	}

	send_stream_answer_nack(l.stream, seqs, 2 * NACK_REPEATS_MAX, RTT_MS,
				T0 + 1000000);
	CU_ASSERT_EQUAL(receive_all(&l), NACK_REPEATS_MAX);
	send_stream_answer_nack(l.stream, seqs, 2 * NACK_REPEATS_MAX, RTT_MS,
				T0 + 1050000);
	CU_ASSERT_EQUAL(receive_all(&l), 0);
	send_stream_answer_nack(l.stream, seqs, 2 * NACK_REPEATS_MAX, RTT_MS,
				T0 + 1100000);
	CU_ASSERT_EQUAL(receive_all(&l), NACK_REPEATS_MAX);
	line_close(&l);
}


/* After two seconds a packet now and then, which nobody may take for loss */
static void what_is_withheld_leaves_no_gap(void)
{
	enum { TICK_US = 20000, TICKS = 250 };
	unsigned received = 0, refused = 0;
	uint64_t now_us = T0;
	bool before = false;
	uint16_t next = 0;
	struct line l;

	line_open_mute(&l, -1);
	for (uint32_t i = 0; i < TICKS; i++, now_us += TICK_US) {
		int err = line_send(&l, i * 1800, 'a', now_us);

		CU_ASSERT_TRUE(!err || err == EAGAIN);
		CU_ASSERT_EQUAL(receive(&l), !err);
		refused += err == EAGAIN;
		if (!err) {
			CU_ASSERT_TRUE(!received || l.packet.seq == next);
			/* a talkspurt begins after each silence */
			CU_ASSERT_EQUAL(l.packet.marker, before);
			next = (uint16_t)(l.packet.seq + 1);
			received++;
		}
		before = err == EAGAIN;
	}
	CU_ASSERT_TRUE(received >= 100 && received < 120);
	CU_ASSERT_EQUAL(send_stream_stats(l.stream)->withheld, refused);
	CU_ASSERT_EQUAL(send_stream_stats(l.stream)->packets, received);

	line_report(&l);
	for (uint32_t i = TICKS; i < 2 * TICKS; i++, now_us += TICK_US) {
		CU_ASSERT_EQUAL(line_send(&l, i * 1800, 'a', now_us), 0);
		CU_ASSERT_TRUE(receive(&l));
		CU_ASSERT_EQUAL(l.packet.seq, next++);
		CU_ASSERT_EQUAL(l.packet.marker, before);
		before = false;
	}
	line_close(&l);
}


static void a_picture_goes_whole_or_not_at_all(void)
{
	enum { PACKETS = 20, BYTES = 1000, FRAMES = 3 };
	static uint8_t payload[BYTES];
	static struct video_frame frame = {.keyframe = true, .count = PACKETS};
	struct line l;

	for (size_t i = 0; i < PACKETS; i++) {
		frame.payloads[i] = payload;
		frame.lens[i] = BYTES;
	}
	line_open_mute(&l, -1);
	for (unsigned i = 0; i < FRAMES; i++)
		send_stream_send_frame(l.stream, i * 3000, &frame,
				       T0 + i * 33000);
	CU_ASSERT_EQUAL(receive_all(&l), PACKETS);
	CU_ASSERT_EQUAL(send_stream_stats(l.stream)->withheld,
			(FRAMES - 1) * PACKETS);
	line_report(&l);
	send_stream_send_frame(l.stream, 9000, &frame, T0 + 99000);
	CU_ASSERT_EQUAL(receive_all(&l), PACKETS);
	line_close(&l);
}


/* They go to where RTP goes, whoever asks for them */
static void nothing_is_repeated_to_who_was_not_heard(void)
{
	struct line l;
	uint16_t seq;

	line_open_mute(&l, -1);
	line_send(&l, 0, 'a', T0);
	CU_ASSERT_TRUE_FATAL(receive(&l));
	seq = l.packet.seq;
	send_stream_answer_nack(l.stream, &seq, 1, RTT_MS, T0 + 100000);
	CU_ASSERT_EQUAL(receive_all(&l), 0);
	line_report(&l);
	send_stream_answer_nack(l.stream, &seq, 1, RTT_MS, T0 + 200000);
	CU_ASSERT_EQUAL(receive_all(&l), 1);
	line_close(&l);
}


/* A description that there is no memory for leaves a stream as it was */
static int make_and_describe_anew(void *arg)
{
	struct media_description d = description(-1);
	struct send_stream *s = NULL;
	struct line *l = arg;
	int err;

	err = send_stream_alloc(&s);
	CU_ASSERT_EQUAL(!err, s != NULL);
	if (err)
		return err;

	d.nack = false; /* takes nothing */
	CU_ASSERT_EQUAL(send_stream_configure(s, l->transport, &d, 90000), 0);
	d.nack = true;
	d.codecs[0].pt = NEW_PT;
	err = send_stream_configure(s, l->transport, &d, 90000);

	CU_ASSERT_EQUAL(
		send_stream_send(s, false, 0, (const uint8_t *)"a", 1, T0), 0);
	CU_ASSERT_TRUE(receive(l));
	CU_ASSERT_EQUAL(l->packet.pt, err ? PT : NEW_PT);
	CU_ASSERT_EQUAL(l->packet.ssrc, send_stream_ssrc(s));
	send_stream_answer_nack(s, &l->packet.seq, 1, RTT_MS, T0 + 100000);
	CU_ASSERT_EQUAL(receive_all(l), err ? 0 : 1);
	mem_deref(s);

	return err;
}


static void without_memory_a_stream_stays_as_it_was(void)
{
	struct line l;

	line_open(&l, -1);
	failing_each(make_and_describe_anew, &l);
	line_close(&l);
}


static bool says_colours(const struct rtp_packet *p)
{
	struct video_colour c;
	const uint8_t *e;
	size_t n;

	e = rtp_extension(p, COLOUR_ID, &n);
	if (!e)
		return false;

	CU_ASSERT_TRUE(colour_extension_read(&c, e, n));
	CU_ASSERT_EQUAL(c.matrix, COLOUR_BT601);
	CU_ASSERT_FALSE(c.full_range);

	return true;
}


static void a_key_frame_says_what_its_colours_are(void)
{
	static const uint8_t payload[] = "ab";
	static struct video_frame frame = {
		.payloads = {payload, payload, payload},
		.lens = {2, 2, 2},
		.count = 3,
	};
	struct media_description d = description(-1);
	struct line l;

	line_open(&l, -1);
	for (unsigned i = 0; i < 4; i++) {
		bool negotiated = i & 1;

		frame.keyframe = i & 2;
		d.colour_space_id = negotiated ? COLOUR_ID : 0;
		CU_ASSERT_EQUAL(send_stream_configure(l.stream, l.transport,
						      &d, 90000),
				0);
		send_stream_send_frame(l.stream, 0, &frame, T0);
		for (size_t n = 0; n < frame.count; n++) {
			bool last = n + 1 == frame.count;

			CU_ASSERT_TRUE_FATAL(receive(&l));
			CU_ASSERT_EQUAL(l.packet.marker, last);
			CU_ASSERT_EQUAL(l.packet.payload_bytes, 2);
			CU_ASSERT_EQUAL(says_colours(&l.packet),
					last && negotiated && frame.keyframe);
		}
	}
	line_close(&l);
}


/* With every extension, the longest MID and a repeat's two bytes */
static void the_longest_payload_has_room(void)
{
	static uint8_t payload[TRANSPORT_MTU];
	static struct video_frame frame = {
		.keyframe = true, .payloads = {payload}, .count = 1};
	struct media_description d = description(-1);
	struct line l;

	frame.lens[0] = send_stream_payload_max();
	memset(d.mid, 'm', 16);
	d.mid_id = 1;
	d.abs_send_time_id = 2;
	d.colour_space_id = COLOUR_ID;
	line_open(&l, -1);
	CU_ASSERT_EQUAL(
		send_stream_configure(l.stream, l.transport, &d, 90000), 0);
	send_stream_send_frame(l.stream, 0, &frame, T0);
	CU_ASSERT_TRUE_FATAL(receive(&l));
	CU_ASSERT_EQUAL(l.packet.payload_bytes, send_stream_payload_max());
	CU_ASSERT_TRUE(l.packet.payload + l.packet.payload_bytes + 2 <=
		       l.buf + TRANSPORT_MTU);
	line_close(&l);
}


static CU_TestInfo tests[] = {
	{"a stream keeps its identity", a_stream_keeps_its_identity},
	{"sender info tells the time of now",
	 sender_info_tells_the_time_of_now},
	{"a key frame says what its colours are",
	 a_key_frame_says_what_its_colours_are},
	{"the longest payload has room", the_longest_payload_has_room},
	{"a collision makes another stream", a_collision_makes_another_stream},
	{"a NACK is answered as negotiated", a_nack_is_answered_as_negotiated},
	{"a NACK within a round trip is not answered again",
	 a_nack_within_a_round_trip_is_not_answered_again},
	{"repeats are bounded", repeats_are_bounded},
	{"what is withheld leaves no gap", what_is_withheld_leaves_no_gap},
	{"a picture goes whole or not at all",
	 a_picture_goes_whole_or_not_at_all},
	{"nothing is repeated to who was not heard",
	 nothing_is_repeated_to_who_was_not_heard},
	{"without memory a stream stays as it was",
	 without_memory_a_stream_stays_as_it_was},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(send_stream, tests)
