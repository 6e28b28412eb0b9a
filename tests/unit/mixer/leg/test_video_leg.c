/**
 * @file test_video_leg.c  Pictures over a real link and real RTP
 *
 * A mirror sends back what it is shown, with its own SSRC and numbers: so the
 * mixer's packets are decoded by the mixer.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/net/rtcp.h"
#include "mixer/net/rtp.h"
#include "tests/unit/mixer/world/world.h"
#include "tests/unit/unit.h"


enum { VP8_PT = 96, RTX_PT = 97, MIRROR_SSRC = 77 };

struct mirror {
	int fd;
	struct sa mixer;
	uint16_t port, seq, drop; /**< drop: one number is not sent at first */
	unsigned packets, rtx_packets, nacks, plis, keyframes;
	unsigned stalls; /**< frames whose timestamp did not move on */
	uint32_t last_timestamp;
	uint32_t ssrc, rtx_ssrc; /**< the mixer's */
	uint16_t last_seq;
	bool reflect, no_pli;
	uint8_t own; /**< its SSRC, 0: MIRROR_SSRC */
};


/* That it is there */
static void report(const struct mirror *m)
{
	uint8_t buf[256];
	struct rtcp_writer w = {buf, sizeof(buf), 0};

	rtcp_write_rr(&w, MIRROR_SSRC, NULL, 0);
	(void)!sendto(m->fd, buf, w.len, 0, &m->mixer.u.sa, m->mixer.len);
}


static void feedback(struct mirror *m, bool pli, uint16_t seq)
{
	uint8_t buf[256];
	struct rtcp_writer w = {buf, sizeof(buf), 0};

	rtcp_write_rr(&w, MIRROR_SSRC, NULL, 0);
	if (pli)
		rtcp_write_pli(&w, MIRROR_SSRC, m->ssrc);
	else
		rtcp_write_nack(&w, MIRROR_SSRC, m->ssrc, &seq, 1);
	(void)!sendto(m->fd, buf, w.len, 0, &m->mixer.u.sa, m->mixer.len);
}


/* The mirror has no encoder: who wants a key frame gets the mixer's */
static void on_pli(uint32_t media, void *arg)
{
	struct mirror *m = arg;

	if (media != MIRROR_SSRC)
		return;

	m->plis++;
	feedback(m, true, 0);
}


static void on_nack(uint32_t media, const uint16_t *seqs, size_t n, void *arg)
{
	struct mirror *m = arg;

	(void)seqs;
	if (media == MIRROR_SSRC)
		m->nacks += (unsigned)n;
}


static void reflect(struct mirror *m, uint8_t *buf, size_t n)
{
	uint16_t seq = m->seq++;

	buf[2] = (uint8_t)(seq >> 8);
	buf[3] = (uint8_t)seq;
	buf[8] = 0;
	buf[9] = 0;
	buf[10] = 0;
	buf[11] = m->own ? m->own : MIRROR_SSRC;
	if (m->drop && seq == m->drop)
		return;
	(void)!sendto(m->fd, buf, n, 0, &m->mixer.u.sa, m->mixer.len);
}


static void readable(int flags, void *arg)
{
	static const struct rtcp_handlers handlers = {
		.nack = on_nack,
		.pli = on_pli,
	};
	struct mirror *m = arg;
	uint8_t buf[2048];
	struct rtp_packet p;
	ssize_t n;

	(void)flags;
	while ((n = recv(m->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		if (buf[1] >= 200 && buf[1] <= 207) {
			rtcp_walk(buf, (size_t)n, &handlers, m);
			continue;
		}

		if (rtp_packet_decode(&p, buf, (size_t)n))
			continue;

		if (p.pt == RTX_PT) {
			m->rtx_packets++;
			continue;
		}

		m->stalls += m->packets && p.timestamp != m->last_timestamp &&
			     (int32_t)(p.timestamp - m->last_timestamp) < 0;
		m->last_timestamp = p.timestamp;
		m->packets++;
		m->ssrc = p.ssrc;
		m->last_seq = p.seq;
		/* VP8 payload descriptor's S bit, then the frame tag's P bit:
		 * first packet of a key frame (RFC 7741) */
		if (p.payload_bytes > 4 && p.payload[0] & 0x10) {
			size_t at = 1;

			if (p.payload[0] & 0x80) {
				at = 2;
				if (p.payload[1] & 0x80)
					at += p.payload[2] & 0x80 ? 2 : 1;
				if (p.payload[1] & 0x40)
					at++;
				if (p.payload[1] & 0x30)
					at++;
			}
			m->keyframes += !(p.payload[at] & 1);
		}
		if (m->reflect)
			reflect(m, buf, (size_t)n);
	}
}


static void join(struct world *w, struct mirror *m, unsigned leg)
{
	char remote[64];
	struct sa local;
	json_t *lt;

	bool pli = !m->no_pli;

	memset(m, 0, sizeof(*m));
	m->seq = 100;
	m->fd = socket(AF_INET, SOCK_DGRAM, 0);
	sa_set_str(&local, "127.0.0.1", 0);
	CU_ASSERT_EQUAL_FATAL(bind(m->fd, &local.u.sa, local.len), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(m->fd, &local.u.sa, &local.len), 0);
	snprintf(remote, sizeof(remote), "127.0.0.1:%u", sa_port(&local));
	CU_ASSERT_EQUAL_FATAL(fd_listen(m->fd, FD_READ, readable, m), 0);

	world_ask(w,
		  json_pack("{s:s,s:i,s:i,s:s,s:[{s:s,s:s,s:b}],s:[{s:s,s:i,s:"
			    "b,s:b,"
			    "s:[{s:s,s:i,s:i}],s:[{s:i,s:i}],s:{s:b,s:b,s:b},"
			    "s:i,s:i}]}",
			    "op", "leg.add", "mix", 1, "leg", (int)leg, "name",
			    "mirror", "transports", "kind", "plain", "remote",
			    remote, "rtcp_mux", true, "media", "kind", "video",
			    "transport", 0, "send", true, "recv", true,
			    "codecs", "name", "VP8", "pt", VP8_PT, "clock",
			    90000, "rtx", "pt", RTX_PT, "apt", VP8_PT,
			    "feedback", "nack", true, "pli", pli, "remb", true,
			    "width", 320, "height", 180));
	CU_ASSERT_EQUAL_FATAL(w->reply_err, 0);
	lt = json_array_get(json_object_get(w->reply, "transports"), 0);
	sa_set_str(&m->mixer, "127.0.0.1",
		   (uint16_t)json_integer_value(json_object_get(lt, "port")));
	report(m);
}


static void leave(struct mirror *m)
{
	fd_close(m->fd);
	close(m->fd);
}


static void two_join(struct world *w, struct mirror *a, struct mirror *b)
{
	world_open(w, 30);
	join(w, a, 1);
	join(w, b, 2);
}


static void two_leave(struct world *w, struct mirror *a, struct mirror *b)
{
	leave(a);
	leave(b);
	world_close(w);
}


static json_int_t video_stat(struct world *w, size_t leg, const char *key)
{
	json_t *reply = world_ask(w, json_pack("{s:s}", "op", "stats"));
	json_t *o = json_array_get(json_object_get(reply, "legs"), leg);

	return json_integer_value(
		json_object_get(json_object_get(o, "video"), key));
}


static void cameras_are_seen_and_renditions_shared(void)
{
	static struct mirror a, b;
	const json_t *e;
	struct world w;

	two_join(&w, &a, &b);
	a.reflect = true;
	world_run(&w, 2500);

	CU_ASSERT_TRUE(a.packets > 0 && b.packets > 0);
	CU_ASSERT_TRUE(a.keyframes > 0 && b.keyframes > 0);
	CU_ASSERT_NOT_EQUAL(a.ssrc, b.ssrc);
	e = world_event(&w, "video", 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(e);
	CU_ASSERT_TRUE(json_is_true(json_object_get(e, "receiving")));
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(e, "width")), 320);
	CU_ASSERT_EQUAL(video_stat(&w, 0, "width_in"), 320);
	CU_ASSERT_EQUAL(video_stat(&w, 1, "width"), 320);
	CU_ASSERT_EQUAL(w.mixer->totals.video_renditions, 1);

	two_leave(&w, &a, &b);
}


static void key_frames_and_repeats_are_answered(void)
{
	static struct mirror a, b;
	struct world w;
	unsigned keyframes;
	uint16_t seq;

	two_join(&w, &a, &b);
	world_run(&w, 1000);
	keyframes = a.keyframes;
	feedback(&a, true, 0);
	world_until(&w, a.keyframes > keyframes, 10000);
	CU_ASSERT_TRUE(a.keyframes > keyframes);
	CU_ASSERT_EQUAL(video_stat(&w, 0, "plis_in"), 1);

	CU_ASSERT_EQUAL(a.rtx_packets, 0);
	seq = a.last_seq;
	world_run(&w, 40); /* not while the first may be on its way */
	feedback(&a, false, seq);
	world_run(&w, 100);
	CU_ASSERT_EQUAL(a.rtx_packets, 1);
	CU_ASSERT_EQUAL(b.rtx_packets, 0);

	two_leave(&w, &a, &b);
}


static void lost_packets_are_asked_for(void)
{
	static struct mirror a, b;
	struct world w;

	two_join(&w, &a, &b);
	a.reflect = true;
	a.drop = 102;
	world_until(&w, a.nacks > 0, 10000);
	CU_ASSERT_TRUE(a.nacks > 0);
	CU_ASSERT_TRUE(video_stat(&w, 0, "nacks_out") > 0);

	two_leave(&w, &a, &b);
}


static void send_rtcp(struct mirror *m, const struct rtcp_writer *w)
{
	(void)!sendto(m->fd, w->buf, w->len, 0, &m->mixer.u.sa, m->mixer.len);
}


static void send_remb(struct mirror *m, uint32_t bps)
{
	uint8_t buf[256];
	struct rtcp_writer w = {buf, sizeof(buf), 0};

	rtcp_write_rr(&w, MIRROR_SSRC, NULL, 0);
	rtcp_write_remb(&w, MIRROR_SSRC, bps, &m->ssrc, 1);
	send_rtcp(m, &w);
}


static void send_loss(struct mirror *m, uint8_t fraction)
{
	uint8_t buf[256];
	struct rtcp_writer w = {buf, sizeof(buf), 0};
	struct rtcp_report r = {.ssrc = m->ssrc, .fraction_lost = fraction};

	rtcp_write_rr(&w, MIRROR_SSRC, &r, 1);
	send_rtcp(m, &w);
}


static void send_fir(struct mirror *m, uint8_t number)
{
	uint32_t from = m->own ? m->own : MIRROR_SSRC;
	uint8_t buf[256];
	struct rtcp_writer w = {buf, sizeof(buf), 0};

	rtcp_write_rr(&w, from, NULL, 0);
	rtcp_write_fir(&w, from, m->ssrc, number);
	send_rtcp(m, &w);
}


/* 320x180 takes 187 kbit/s, its second tier 93 */
static void a_poor_network_lowers_its_own_tier_only(void)
{
	static struct mirror a, b, c;
	struct world w;
	unsigned packets;

	two_join(&w, &a, &b);
	join(&w, &c, 3);
	world_run(&w, 900);
	CU_ASSERT_EQUAL(w.mixer->totals.video_renditions, 1);

	send_remb(&a, 150000);
	send_loss(&b, 60);
	world_until(&w,
		    video_stat(&w, 0, "tier") == 1 &&
			    video_stat(&w, 1, "tier") == 1 &&
			    w.mixer->totals.video_renditions == 2,
		    10000);
	CU_ASSERT_EQUAL(video_stat(&w, 0, "tier"), 1);
	CU_ASSERT_EQUAL(video_stat(&w, 1, "tier"), 1);
	CU_ASSERT_EQUAL(video_stat(&w, 2, "tier"), 0);
	/* the first two share theirs */
	CU_ASSERT_EQUAL(w.mixer->totals.video_renditions, 2);
	packets = a.packets;
	world_until(&w, a.packets > packets, 10000);
	CU_ASSERT_TRUE(a.packets > packets);
	CU_ASSERT_EQUAL(a.stalls + b.stalls + c.stalls, 0);

	/* not twice within two seconds */
	send_loss(&b, 60);
	world_run(&w, 100);
	CU_ASSERT_EQUAL(video_stat(&w, 1, "tier"), 1);

	leave(&c);
	two_leave(&w, &a, &b);
}


static void a_repeated_fir_is_one_request(void)
{
	static struct mirror a, b;
	struct world w;
	unsigned keyframes;

	two_join(&w, &a, &b);
	world_run(&w, 900);
	keyframes = a.keyframes;
	send_fir(&a, 9);
	send_fir(&a, 9);
	world_run(&w, 700);
	CU_ASSERT_EQUAL(video_stat(&w, 0, "plis_in"), 1);
	CU_ASSERT_TRUE(a.keyframes > keyframes);
	send_fir(&a, 10);
	world_until(&w, video_stat(&w, 0, "plis_in") == 2, 10000);
	CU_ASSERT_EQUAL(video_stat(&w, 0, "plis_in"), 2);

	/* another source counts its own */
	a.own = 88;
	send_fir(&a, 10);
	world_until(&w, video_stat(&w, 0, "plis_in") == 3, 10000);
	CU_ASSERT_EQUAL(video_stat(&w, 0, "plis_in"), 3);

	two_leave(&w, &a, &b);
}


static bool sees_its_camera(const struct world *w)
{
	const json_t *e = world_event(w, "video", 1);

	return e && json_is_true(json_object_get(e, "receiving"));
}


/* The picture of the one before is gone with it */
static void who_comes_without_a_picture_has_no_camera(void)
{
	static struct mirror a, b;
	struct world w;

	two_join(&w, &a, &b);
	a.reflect = true;
	world_until(&w, sees_its_camera(&w), 10000);
	CU_ASSERT_TRUE(sees_its_camera(&w));

	a.reflect = false;
	for (uint8_t i = 0; i < 3; i++) {
		uint8_t packet[16] = {0x80, VP8_PT, 0, i,  0, 0, 0, 1,
				      0,    0,      0, 99, 0, 0, 0, 0};

		(void)!sendto(a.fd, packet, 14, 0, &a.mixer.u.sa, a.mixer.len);
	}
	world_until(&w, !sees_its_camera(&w), 10000);
	CU_ASSERT_FALSE(sees_its_camera(&w));

	two_leave(&w, &a, &b);
}


/* What the one before could take says nothing of who comes after it */
static void who_says_no_limit_has_none(void)
{
	static struct mirror a, b;
	struct world w;

	two_join(&w, &a, &b);
	a.reflect = true;
	world_until(&w, a.packets > 10, 10000);
	send_remb(&a, 190000);
	world_until(&w, video_stat(&w, 0, "remb_kbps") > 0, 10000);
	CU_ASSERT_TRUE(video_stat(&w, 0, "remb_kbps") > 0);
	a.own = 88;
	world_until(&w, !video_stat(&w, 0, "remb_kbps"), 10000);
	CU_ASSERT_EQUAL(video_stat(&w, 0, "remb_kbps"), 0);

	two_leave(&w, &a, &b);
}


static void what_was_not_negotiated_is_not_asked_for(void)
{
	static struct mirror a, b;
	struct world w;

	a.no_pli = true;
	two_join(&w, &a, &b);
	a.reflect = true;
	world_run(&w, 1200);
	world_until(&w, a.packets > 0, 10000);
	CU_ASSERT_TRUE(a.packets > 0);
	CU_ASSERT_EQUAL(a.plis, 0);
	CU_ASSERT_EQUAL(video_stat(&w, 0, "plis_out"), 0);

	two_leave(&w, &a, &b);
}


static void who_is_alone_is_sent_no_picture(void)
{
	static struct mirror a, b;
	struct video_engine_stats before, after;
	struct world w;
	unsigned packets;

	two_join(&w, &a, &b);
	world_until(&w, a.packets > 0, 10000);
	CU_ASSERT_TRUE(a.packets > 0);

	world_ask(&w, json_pack("{s:s,s:i}", "op", "leg.remove", "leg", 2));
	world_run(&w, 200);
	packets = a.packets;
	video_engine_stats(w.mixer->engine, &before);
	/* another conference's tick */
	for (unsigned i = 0; i < 20; i++) {
		video_engine_tick(w.mixer->engine, clock_us());
		world_run(&w, 20);
	}
	video_engine_stats(w.mixer->engine, &after);
	CU_ASSERT_EQUAL(after.frames_composed, before.frames_composed);
	CU_ASSERT_EQUAL(a.packets, packets);

	leave(&b);
	join(&w, &b, 3);
	world_until(&w, a.packets > packets && b.keyframes > 0, 10000);
	CU_ASSERT_TRUE(a.packets > packets);
	CU_ASSERT_TRUE(b.keyframes > 0);

	two_leave(&w, &a, &b);
}


static CU_TestInfo tests[] = {
	{"a poor network lowers its own tier only",
	 a_poor_network_lowers_its_own_tier_only},
	{"a repeated FIR is one request", a_repeated_fir_is_one_request},
	{"who comes without a picture has no camera",
	 who_comes_without_a_picture_has_no_camera},
	{"who says no limit has none", who_says_no_limit_has_none},
	{"what was not negotiated is not asked for",
	 what_was_not_negotiated_is_not_asked_for},
	{"who is alone is sent no picture", who_is_alone_is_sent_no_picture},
	{"cameras are seen and renditions shared",
	 cameras_are_seen_and_renditions_shared},
	{"key frames and repeats are answered",
	 key_frames_and_repeats_are_answered},
	{"lost packets are asked for", lost_packets_are_asked_for},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(video_leg, tests)
