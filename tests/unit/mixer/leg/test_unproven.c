/**
 * @file test_unproven.c  Legs that name a third party as their far end
 *
 * The victim is a socket that says nothing; callers' SDP name it. The time is
 * the test's: the loop does not run while it goes on. Of 25 s a leg that was
 * heard gets 265 kB of sound (PCMU, 20 ms) and 1.5 MB of pictures.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/leg/audio_media.h"
#include "mixer/leg/leg_private.h"
#include "mixer/leg/video_media.h"
#include "mixer/mix/mix.h"
#include "mixer/net/net_private.h"
#include "mixer/net/rtp.h"
#include "tests/unit/mixer/world/world.h"
#include "tests/unit/unit.h"


enum {
	TICK_US = 20000,
	SECOND_US = 1000000,
	SOUND_BYTES = 172,
	PICTURE_BYTES = 1000,
	PICTURE_PACKETS = 4,
	PICTURE_TICKS = 3,
	LEGS_MAX = 20,
};

/** A place that RTP goes to and comes from, or not */
struct place {
	int fd;
	struct sa addr;
	size_t bytes;
	unsigned sounds, pictures, gaps; /**< packets; and numbers left out */
	uint16_t next[2];                /**< number, of each */
};


static void place_open(struct place *p, const char *host)
{
	memset(p, 0, sizeof(*p));
	p->fd = socket(AF_INET, SOCK_DGRAM, 0);
	sa_set_str(&p->addr, host, 0);
	CU_ASSERT_EQUAL_FATAL(bind(p->fd, &p->addr.u.sa, p->addr.len), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(p->fd, &p->addr.u.sa, &p->addr.len),
			      0);
}


static void count(struct place *p, const struct rtp_packet *r)
{
	bool picture = r->pt != 0;
	unsigned before = picture ? p->pictures : p->sounds;

	p->gaps += before && r->seq != p->next[picture];
	p->next[picture] = (uint16_t)(r->seq + 1);
	p->sounds += !picture;
	p->pictures += picture;
}


static void place_drain(struct place *p)
{
	uint8_t buf[2048];
	struct rtp_packet r;
	ssize_t n;

	while ((n = recv(p->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		p->bytes += (size_t)n;
		if ((buf[1] < 200 || buf[1] > 207) &&
		    !rtp_packet_decode(&r, buf, (size_t)n))
			count(p, &r);
	}
}


static void place_forget(struct place *p)
{
	place_drain(p);
	p->bytes = 0;
	p->sounds = p->pictures = p->gaps = 0;
}


/* Sound, and pictures on a transport of their own */
static json_t *described(const char *op, unsigned leg, const struct place *p,
			 bool recv)
{
	char remote[64];

	(void)re_snprintf(remote, sizeof(remote), "%J", &p->addr);

	return json_pack("{s:s,s:i,s:i,s:s,s:[{s:s,s:s,s:b},{s:s,s:s,s:b}],"
			 "s:[{s:s,s:i,s:b,s:b,s:[{s:s,s:i,s:i}],s:i},"
			 "{s:s,s:i,s:b,s:b,s:[{s:s,s:i,s:i}],s:{s:b,s:b}}]}",
			 "op", op, "mix", 1, "leg", (int)leg, "name", "x",
			 "transports", "kind", "plain", "remote", remote,
			 "rtcp_mux", true, "kind", "plain", "remote", remote,
			 "rtcp_mux", true, "media", "kind", "audio",
			 "transport", 0, "send", true, "recv", recv, "codecs",
			 "name", "PCMU", "pt", 0, "clock", 8000, "ptime", 20,
			 "kind", "video", "transport", 1, "send", true, "recv",
			 recv, "codecs", "name", "VP8", "pt", 96, "clock",
			 90000, "feedback", "nack", true, "pli", true);
}


static struct leg *join(struct world *w, unsigned id, const struct place *p,
			bool recv)
{
	world_ask(w, described("leg.add", id, p, recv));
	CU_ASSERT_EQUAL_FATAL(w->reply_err, 0);

	return mixer_leg(w->mixer, id);
}


static void send_media(const struct leg *leg, unsigned tick, uint64_t now_us)
{
	static const uint8_t sound[SOUND_BYTES - 12];
	static const uint8_t part[PICTURE_BYTES];
	static const struct video_frame picture = {
		.payloads = {part, part, part, part},
		.lens = {PICTURE_BYTES, PICTURE_BYTES, PICTURE_BYTES,
			 PICTURE_BYTES},
		.count = PICTURE_PACKETS,
	};

	audio_media_send(leg_audio(leg), false, tick * 160, sound,
			 sizeof(sound), now_us);
	if (tick % PICTURE_TICKS == 0)
		video_media_send(leg_video(leg), &picture, tick * 1800,
				 now_us);
}


/** Until it moved on by `us`: full media for all; leg_tick */
static void run(struct leg *const legs[], size_t n, struct place *p,
		uint64_t us, uint64_t *now_us)
{
	for (uint64_t end_us = *now_us + us; *now_us < end_us;) {
		unsigned tick = (unsigned)(*now_us / TICK_US);

		for (size_t i = 0; i < n; i++) {
			send_media(legs[i], tick, *now_us);
			leg_tick(legs[i], *now_us);
		}
		place_drain(p);
		*now_us += TICK_US;
	}
}


static bool has_timed_out(const struct world *w, unsigned leg)
{
	const json_t *e = world_event(w, "leg.state", leg);

	return e && !strcmp(json_string_value(json_object_get(e, "state")),
			    "timeout");
}


/* Has it timed out? @param is So it should be: then that is waited for, as the
 * event must cross the link */
static bool timeouts(struct world *w, unsigned leg, bool is)
{
	world_run(w, 40);
	for (unsigned i = 0; i < 100 && is && !has_timed_out(w, leg); i++)
		world_run(w, 20);

	return has_timed_out(w, leg);
}


/* Who listens only is no better than who promises to speak */
static void a_victim_gets_little_and_not_for_long(void)
{
	for (int recv = 0; recv < 2; recv++) {
		struct place victim;
		uint64_t now_us;
		struct world w;
		struct leg *leg;

		world_open(&w, 30);
		place_open(&victim, "127.0.0.2");
		leg = join(&w, 1, &victim, recv);
		now_us = clock_us();
		run(&leg, 1, &victim, 19 * SECOND_US + SECOND_US / 2, &now_us);
		CU_ASSERT_EQUAL(timeouts(&w, 1, 0), 0);
		run(&leg, 1, &victim, 5 * SECOND_US + SECOND_US / 2, &now_us);
		CU_ASSERT_EQUAL(timeouts(&w, 1, 1), 1);

		/* 60 kB of 1.8 MB: a thirtieth */
		CU_ASSERT_TRUE(victim.bytes < 60000);
		CU_ASSERT_TRUE(victim.sounds >= 100 && victim.sounds < 145);
		CU_ASSERT_TRUE(victim.pictures * PICTURE_BYTES < 32768);
		CU_ASSERT_TRUE(victim.pictures > 0);
		CU_ASSERT_EQUAL(victim.gaps, 0);
		close(victim.fd);
		world_close(&w);
	}
}


static void twenty_calls_are_not_twenty_times_as_much(void)
{
	struct leg *legs[LEGS_MAX];
	struct place victim;
	uint64_t now_us;
	struct world w;

	world_open(&w, 30);
	place_open(&victim, "127.0.0.2");
	for (unsigned i = 0; i < LEGS_MAX; i++)
		legs[i] = join(&w, i + 1, &victim, i & 1);
	now_us = clock_us();
	run(legs, LEGS_MAX, &victim, 25 * SECOND_US, &now_us);
	/* not twice what one gets; a four-hundredth of what there was */
	CU_ASSERT_TRUE(victim.bytes < 90000);
	for (unsigned i = 0; i < LEGS_MAX; i++)
		CU_ASSERT_EQUAL(timeouts(&w, i + 1, 1), 1);
	close(victim.fd);
	world_close(&w);
}


static void who_is_heard_late_gets_all_from_then_on(void)
{
	struct place terminal;
	uint64_t now_us;
	struct world w;
	struct leg *leg;

	world_open(&w, 30);
	place_open(&terminal, "127.0.0.2");
	leg = join(&w, 1, &terminal, true);
	now_us = clock_us();
	run(&leg, 1, &terminal, 10 * SECOND_US, &now_us);
	CU_ASSERT_TRUE(leg->media[1]->send[0] &&
		       send_stream_stats(leg->media[1]->send[0])->withheld);
	place_forget(&terminal);

	/* of its sound: the pictures go to the same host */
	plain_prove(leg->transports[0].t, &terminal.addr);
	run(&leg, 1, &terminal, 10 * SECOND_US, &now_us);
	CU_ASSERT_EQUAL(terminal.sounds, 500);
	CU_ASSERT_TRUE(terminal.pictures >= 500 / PICTURE_TICKS * 4);
	CU_ASSERT_EQUAL(terminal.gaps, 0);
	CU_ASSERT_EQUAL(timeouts(&w, 1, 0), 0);
	close(terminal.fd);
	world_close(&w);
}


/* What its signalling says of its host, of another, and of the operator's own;
 * before it is described anew at another place, and after */
static void who_signals_from_there_need_not_speak(void)
{
	static const struct {
		const char *host;
		bool vouched, all;
	} rows[] = {
		{"127.0.0.2", false, true},  {"::ffff:127.0.0.2", false, true},
		{"127.0.0.1", false, false}, {"127.0.0.1", true, true},
		{"", false, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct place terminal;
		uint64_t now_us;
		struct world w;
		struct leg *leg;

		world_open(&w, 30);
		place_open(&terminal, "127.0.0.2");
		leg = join(&w, 1, &terminal, false);
		world_ask(&w, json_pack("{s:s,s:i,s:s,s:b}", "op", "leg.set",
					"leg", 1, "proven", rows[i].host,
					"vouched", rows[i].vouched));
		CU_ASSERT_EQUAL(w.reply_err, 0);
		now_us = clock_us();
		for (int again = 0; again < 2; again++) {
			run(&leg, 1, &terminal, 25 * SECOND_US, &now_us);
			CU_ASSERT_EQUAL(terminal.sounds > 1200, rows[i].all);
			CU_ASSERT_EQUAL(terminal.pictures > 1500, rows[i].all);
			CU_ASSERT_EQUAL(timeouts(&w, 1, !rows[i].all),
					!rows[i].all);
			close(terminal.fd);
			place_open(&terminal, "127.0.0.2");
			world_ask(&w, described("leg.modify", 1, &terminal,
						false));
		}
		close(terminal.fd);
		world_close(&w);
	}
}


static void what_is_no_host_is_refused(void)
{
	static const char *const hosts[] = {"somewhere", "127.0.0.1:5"};
	struct place terminal;
	struct world w;

	world_open(&w, 30);
	place_open(&terminal, "127.0.0.2");
	(void)join(&w, 1, &terminal, false);
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		world_ask(&w, json_pack("{s:s,s:i,s:s}", "op", "leg.set",
					"leg", 1, "proven", hosts[i]));
		CU_ASSERT_EQUAL(w.reply_err, EINVAL);
	}
	close(terminal.fd);
	world_close(&w);
}


/* A hold names its host, or none, and later the same again */
static void who_was_heard_stays_so_over_a_hold(void)
{
	struct place terminal;
	uint64_t now_us;
	struct world w;
	struct leg *leg;

	world_open(&w, 30);
	place_open(&terminal, "127.0.0.2");
	leg = join(&w, 1, &terminal, true);
	plain_prove(leg->transports[0].t, &terminal.addr);
	for (int recv = 0; recv < 2; recv++) {
		world_ask(&w, described("leg.modify", 1, &terminal, recv));
		CU_ASSERT_EQUAL(w.reply_err, 0);
		now_us = clock_us() + (uint64_t)recv * 60 * SECOND_US;
		place_forget(&terminal);
		run(&leg, 1, &terminal, 10 * SECOND_US, &now_us);
		CU_ASSERT_EQUAL(terminal.sounds, 500);
	}
	close(terminal.fd);
	world_close(&w);
}


/* By re-INVITE, from the caller's own host and from victim to victim */
static void a_leg_that_moves_on_gets_no_more(void)
{
	struct place own, victims[3];
	uint64_t now_us;
	struct world w;
	struct leg *leg;

	world_open(&w, 30);
	place_open(&own, "127.0.0.1");
	leg = join(&w, 1, &own, true);
	plain_prove(leg->transports[0].t, &own.addr);
	now_us = clock_us();
	run(&leg, 1, &own, 10 * SECOND_US, &now_us);
	CU_ASSERT_EQUAL(own.sounds, 500);

	for (unsigned i = 0; i < 3; i++) {
		char host[16];

		snprintf(host, sizeof(host), "127.0.0.%u", 2 + i);
		place_open(&victims[i], host);
		world_ask(&w, described("leg.modify", 1, &victims[i], false));
		CU_ASSERT_EQUAL(w.reply_err, 0);
		run(&leg, 1, &victims[i], 8 * SECOND_US, &now_us);
		CU_ASSERT_TRUE(victims[i].sounds < (i ? 30 : 130));
		CU_ASSERT_TRUE(!i || !victims[i].pictures);
	}
	/* 24 s after the first; the mixer's own beats may have seen it
	 * earlier, by a clock that is behind this one */
	CU_ASSERT_EQUAL(timeouts(&w, 1, true), true);
	for (unsigned i = 0; i < 3; i++)
		close(victims[i].fd);
	close(own.fd);
	world_close(&w);
}


/* RTCP of the caller's own, RTP to somebody else */
static void packets_of_others_keep_no_leg_alive(void)
{
	struct place victim;
	uint64_t now_us;
	struct world w;
	struct leg *leg;

	world_open(&w, 30);
	place_open(&victim, "127.0.0.2");
	leg = join(&w, 1, &victim, true);
	now_us = clock_us();
	for (unsigned i = 0; i < 21; i++) {
		leg->transports[0].t->received_us = now_us;
		run(&leg, 1, &victim, SECOND_US, &now_us);
	}
	CU_ASSERT_EQUAL(timeouts(&w, 1, 1), 1);
	close(victim.fd);
	world_close(&w);
}


/* Who only listens, too: we begin it, again and again */
static void a_handshake_that_nobody_answers_ends(void)
{
	static const char fingerprint[] =
		"00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"
		"10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F";
	struct place victim;
	json_t *msg, *dtls;
	uint64_t now_us;
	struct world w;
	struct leg *leg;

	world_open(&w, 30);
	place_open(&victim, "127.0.0.2");
	msg = described("leg.add", 1, &victim, false);
	for (size_t i = 0; i < 2; i++) {
		dtls = json_pack("{s:s,s:[{s:s,s:s}]}", "role", "client",
				 "fingerprints", "hash", "sha-256", "value",
				 fingerprint);
		json_object_set_new(
			json_array_get(json_object_get(msg, "transports"), i),
			"dtls", dtls);
	}
	world_ask(&w, msg);
	CU_ASSERT_EQUAL_FATAL(w.reply_err, 0);
	leg = mixer_leg(w.mixer, 1);
	CU_ASSERT_EQUAL(leg->transports[0].kind, TRANSPORT_PLAIN_DTLS);
	now_us = clock_us();
	run(&leg, 1, &victim, 19 * SECOND_US + SECOND_US / 2, &now_us);
	CU_ASSERT_EQUAL(timeouts(&w, 1, 0), 0);
	run(&leg, 1, &victim, SECOND_US, &now_us);
	CU_ASSERT_EQUAL(timeouts(&w, 1, 1), 1);
	CU_ASSERT_EQUAL(victim.sounds + victim.pictures, 0);
	close(victim.fd);
	world_close(&w);
}


static CU_TestInfo tests[] = {
	{"a victim gets little, and not for long",
	 a_victim_gets_little_and_not_for_long},
	{"twenty calls are not twenty times as much",
	 twenty_calls_are_not_twenty_times_as_much},
	{"who is heard late gets all from then on",
	 who_is_heard_late_gets_all_from_then_on},
	{"who signals from there need not speak",
	 who_signals_from_there_need_not_speak},
	{"what is no host is refused", what_is_no_host_is_refused},
	{"who was heard stays so over a hold",
	 who_was_heard_stays_so_over_a_hold},
	{"a leg that moves on gets no more", a_leg_that_moves_on_gets_no_more},
	{"packets of others keep no leg alive",
	 packets_of_others_keep_no_leg_alive},
	{"a handshake that nobody answers ends",
	 a_handshake_that_nobody_answers_ends},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(unproven, tests)
