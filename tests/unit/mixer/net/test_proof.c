/**
 * @file test_proof.c  What goes to a host that has proved nothing
 */
#include <stdlib.h>
#include <string.h>
#include "mixer/net/proof.h"
#include "tests/unit/unit.h"


enum {
	S = 1000000,
	MS = 1000,
	/* of 20 ms of PCMU, on the wire */
	PACKET = 200,
	HELLO = 192, /* of ours */
	TICK_US = 20 * MS,
	FULL_PACKETS = PROOF_FULL_US / TICK_US,
	T0 = 5 * S,
};

static struct proof_hosts *all;


static void world_open(void)
{
	all = calloc(1, sizeof(*all));
	CU_ASSERT_PTR_NOT_NULL_FATAL(all);
}


static void world_close(void)
{
	free(all);
}


static struct proof towards(const char *host, uint64_t leg)
{
	struct proof p;
	struct sa sa;

	CU_ASSERT_EQUAL_FATAL(sa_set_str(&sa, host, 4000), 0);
	proof_init(&p, all);
	p.leg = leg;
	proof_towards(&p, &sa);

	return p;
}


static void move(struct proof *p, const char *host, uint16_t port)
{
	struct sa sa;

	CU_ASSERT_EQUAL_FATAL(sa_set_str(&sa, host, port), 0);
	proof_towards(p, &sa);
}


/* Packets of sound that go in a while, one due every 20 ms */
static unsigned talk(struct proof *p, uint64_t from_us, uint64_t for_us)
{
	unsigned sent = 0;

	for (uint64_t us = 0; us < for_us; us += TICK_US)
		sent += proof_may_send(p, PROOF_SOUND, PACKET, from_us + us);

	return sent;
}


static void sound_is_whole_for_two_seconds_and_then_trickles(void)
{
	/* the highest bit turns over in the midst of it, too */
	static const uint64_t starts[] = {0, T0, UINT64_MAX - S / 2};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		uint64_t t0 = starts[i];
		struct proof p;

		world_open();
		p = towards("192.0.2.1", 1);
		CU_ASSERT_EQUAL(talk(&p, t0, 2 * S), FULL_PACKETS);
		/* four a second; ticks do not fall on all of them */
		CU_ASSERT_EQUAL(talk(&p, t0 + 2 * S, 3 * S), 12);
		CU_ASSERT_EQUAL(talk(&p, t0 + 5 * S, 10 * S), 10);
		CU_ASSERT_EQUAL(talk(&p, t0 + 30 * S, 50 * S), 0);
		world_close();
	}
}


static void who_was_heard_gets_everything(void)
{
	struct proof p;

	world_open();
	p = towards("192.0.2.1", 1);
	CU_ASSERT_EQUAL(talk(&p, T0, 3 * S), FULL_PACKETS + 4);
	CU_ASSERT_FALSE(proof_given(&p));
	CU_ASSERT_EQUAL(talk(&p, T0 + 3 * S, 10 * S), 500);
	CU_ASSERT_TRUE(proof_may_send(&p, PROOF_PICTURE, S, T0 + 13 * S));
	CU_ASSERT_TRUE(proof_may_send(&p, PROOF_REPORT, 100, T0 + 13 * S));
	CU_ASSERT_TRUE(proof_may_send(&p, PROOF_REPORT, 100, T0 + 13 * S));
	world_close();
}


static void nothing_goes_where_nobody_is(void)
{
	struct proof p;

	world_open();
	proof_init(&p, all);
	CU_ASSERT_FALSE(proof_may_send(&p, PROOF_SOUND, PACKET, T0));
	CU_ASSERT_FALSE(proof_may_send(&p, PROOF_REPORT, PACKET, T0));
	proof_towards(&p, NULL);
	CU_ASSERT_FALSE(proof_may_send(&p, PROOF_SOUND, PACKET, T0));
	world_close();
}


static void another_port_keeps_it_and_another_host_loses_it(void)
{
	struct proof p;
	struct sa sa;

	world_open();
	p = towards("192.0.2.1", 1);
	(void)proof_given(&p);
	move(&p, "192.0.2.1", 5000);
	CU_ASSERT_TRUE(p.proven);
	sa_set_str(&sa, "192.0.2.1", 9);
	CU_ASSERT_TRUE(proof_is_of(&p, &sa));
	move(&p, "192.0.2.2", 5000);
	CU_ASSERT_FALSE(p.proven);
	CU_ASSERT_FALSE(proof_is_of(&p, &sa));
	(void)proof_given(&p);
	proof_towards(&p, NULL);
	CU_ASSERT_FALSE(p.proven);
	world_close();
}


static void pictures_are_few_and_none_follows_one_left_out(void)
{
	enum { PICTURE = 5000 };
	struct proof p;
	size_t bytes = 0;

	world_open();
	p = towards("192.0.2.1", 1);
	for (unsigned i = 0; i < 10; i++)
		bytes += proof_may_send(&p, PROOF_PICTURE, PICTURE,
					T0 + i * 33 * MS)
				 ? PICTURE
				 : 0;
	CU_ASSERT_EQUAL(bytes, PROOF_PICTURES_BYTES / PICTURE * PICTURE);
	/* a small one that there is room for shows nothing any more */
	CU_ASSERT_FALSE(proof_may_send(&p, PROOF_PICTURE, 100, T0 + S));
	/* and the sound is not less for it */
	CU_ASSERT_EQUAL(talk(&p, T0 + S, S), FULL_PACKETS / 2);
	CU_ASSERT_FALSE(proof_may_send(&p, PROOF_PICTURE, 100, T0 + 60 * S));

	/* a key frame makes up for it, and for what there was none is asked */
	CU_ASSERT_TRUE(proof_given(&p));
	CU_ASSERT_FALSE(proof_given(&p));
	world_close();
}


static void pictures_end_after_two_seconds(void)
{
	struct proof p;

	world_open();
	p = towards("192.0.2.1", 1);
	CU_ASSERT_TRUE(proof_may_send(&p, PROOF_PICTURE, 100, T0));
	CU_ASSERT_TRUE(proof_may_send(&p, PROOF_PICTURE, 100,
				      T0 + PROOF_FULL_US - 1));
	CU_ASSERT_FALSE(
		proof_may_send(&p, PROOF_PICTURE, 100, T0 + PROOF_FULL_US));
	world_close();
}


static void reports_are_few_and_take_no_allowance(void)
{
	struct proof p;

	world_open();
	p = towards("192.0.2.1", 1);
	CU_ASSERT_TRUE(proof_may_send(&p, PROOF_REPORT, 100, T0));
	CU_ASSERT_FALSE(proof_may_send(&p, PROOF_REPORT, 100, T0 + 4 * S));
	CU_ASSERT_TRUE(proof_may_send(&p, PROOF_REPORT, 100, T0 + 5 * S));
	CU_ASSERT_EQUAL(talk(&p, T0 + 5 * S, 2 * S), FULL_PACKETS);
	world_close();
}


static void calls_to_one_host_do_not_add_up(void)
{
	enum { CALLS = 20 };
	struct proof p[CALLS];
	unsigned sent = 0;

	world_open();
	for (unsigned i = 0; i < CALLS; i++)
		p[i] = towards("192.0.2.1", i + 1);

	for (uint64_t us = 0; us < 20ull * S; us += TICK_US) {
		for (unsigned i = 0; i < CALLS; i++)
			sent += proof_may_send(&p[i], PROOF_SOUND, PACKET,
					       T0 + us);
	}

	/* one whole, the first of each other one, and what trickles to all */
	CU_ASSERT_TRUE(sent <= FULL_PACKETS + CALLS - 1 +
				       20 * S / PROOF_HOST_US +
				       PROOF_HOST_BURST);
	CU_ASSERT_TRUE(sent >= FULL_PACKETS + CALLS);
	world_close();
}


static void each_far_end_is_spoken_to(void)
{
	struct proof p;

	world_open();
	for (unsigned i = 0; i < 20; i++) {
		p = towards("192.0.2.1", i + 1);
		CU_ASSERT_TRUE(proof_may_send(&p, PROOF_SOUND, PACKET, T0));
	}
	world_close();
}


static void a_host_has_one_allowance_in_half_a_minute(void)
{
	struct proof p;

	world_open();
	p = towards("192.0.2.1", 1);
	CU_ASSERT_EQUAL(talk(&p, T0, 2 * S), FULL_PACKETS);
	p = towards("192.0.2.1", 2);
	CU_ASSERT_TRUE(talk(&p, T0 + 10 * S, 2 * S) <= 8);
	p = towards("192.0.2.2", 3);
	CU_ASSERT_EQUAL(talk(&p, T0 + 10 * S, 2 * S), FULL_PACKETS);
	p = towards("192.0.2.1", 4);
	CU_ASSERT_EQUAL(talk(&p, T0 + 30 * S, 2 * S), FULL_PACKETS);
	world_close();
}


/* Who answered is no victim: the next call there begins whole */
static void a_host_that_was_heard_has_another(void)
{
	struct proof p, other;

	world_open();
	p = towards("192.0.2.1", 1);
	CU_ASSERT_EQUAL(talk(&p, T0, S), FULL_PACKETS / 2);
	/* one of many that call by it is heard: those after it begin whole */
	other = towards("192.0.2.1", 2);
	CU_ASSERT_TRUE(talk(&other, T0, S) < 8);
	(void)proof_given(&other);
	other = towards("192.0.2.1", 3);
	CU_ASSERT_EQUAL(talk(&other, T0 + S, S), FULL_PACKETS / 2);

	(void)proof_given(&p);
	other = towards("192.0.2.1", 4);
	CU_ASSERT_EQUAL(talk(&other, T0 + 2 * S, 2 * S), FULL_PACKETS);
	world_close();
}


static void a_leg_that_moves_on_renews_nothing(void)
{
	char host[32];
	struct proof p, second;

	world_open();
	p = towards("192.0.2.1", 1);
	CU_ASSERT_EQUAL(talk(&p, T0, 2 * S), FULL_PACKETS);
	for (unsigned i = 1; i < 10; i++) {
		snprintf(host, sizeof(host), "192.0.2.%u", 1 + i);
		move(&p, host, 4000);
		CU_ASSERT_TRUE(talk(&p, T0 + i * 60ull * S, 2 * S) <= 8);
	}
	/* not even by a host of its own that it was heard at */
	move(&p, "192.0.2.77", 4000);
	(void)proof_given(&p);
	move(&p, "192.0.2.78", 4000);
	CU_ASSERT_TRUE(talk(&p, T0 + 900ull * S, 2 * S) <= 8);

	/* nor by another transport of the leg */
	p = towards("192.0.2.101", 2);
	CU_ASSERT_EQUAL(talk(&p, T0 + 900ull * S, 2 * S), FULL_PACKETS);
	second = towards("192.0.2.102", 2);
	CU_ASSERT_TRUE(talk(&second, T0 + 905ull * S, 2 * S) <= 8);
	world_close();
}


static void sound_and_pictures_of_a_leg_share_it(void)
{
	struct proof sound, pictures, others;

	world_open();
	sound = towards("192.0.2.1", 1);
	pictures = towards("192.0.2.1", 1);
	others = towards("192.0.2.1", 2);
	CU_ASSERT_EQUAL(talk(&sound, T0, S), FULL_PACKETS / 2);
	CU_ASSERT_TRUE(proof_may_send(&pictures, PROOF_PICTURE,
				      PROOF_PICTURES_BYTES - 100, T0 + S));
	CU_ASSERT_FALSE(proof_may_send(&others, PROOF_PICTURE, 50, T0 + S));
	CU_ASSERT_FALSE(proof_may_send(&pictures, PROOF_PICTURE, 101, T0 + S));
	/* from the first packet of either on, and the bytes of both */
	pictures = towards("192.0.2.1", 1);
	CU_ASSERT_FALSE(proof_may_send(&pictures, PROOF_PICTURE, 101, T0 + S));
	pictures = towards("192.0.2.1", 1);
	CU_ASSERT_FALSE(
		proof_may_send(&pictures, PROOF_PICTURE, 50, T0 + 2 * S));
	world_close();
}


static void who_belongs_to_no_leg_shares_nothing(void)
{
	struct proof p;

	world_open();
	p = towards("192.0.2.1", 0);
	CU_ASSERT_EQUAL(talk(&p, T0, S), FULL_PACKETS / 2);
	p = towards("192.0.2.1", 0);
	CU_ASSERT_TRUE(talk(&p, T0 + S, S) < 8);
	p = towards("192.0.2.2", 0);
	CU_ASSERT_EQUAL(talk(&p, T0 + S, S), FULL_PACKETS / 2);
	world_close();
}


static void all_share_a_budget(void)
{
	enum { HOSTS = 200, BIG = 1200 };
	uint64_t bytes = 0, after;
	struct proof p;

	world_open();
	for (unsigned i = 0; i < HOSTS; i++) {
		char host[32];

		snprintf(host, sizeof(host), "198.51.%u.%u", i / 100, i % 100);
		p = towards(host, i + 1);
		for (unsigned k = 0; k < 10; k++)
			bytes += proof_may_send(&p, PROOF_SOUND, BIG, T0) ? BIG
									  : 0;
	}
	/* the burst; each one's first packet beyond it */
	after = bytes - 2 * PROOF_BYTES_PER_S;
	CU_ASSERT_TRUE(bytes >= 2 * PROOF_BYTES_PER_S);
	CU_ASSERT_TRUE(after <= HOSTS * BIG);

	/* half a second later half a second's worth */
	p = towards("203.0.113.1", HOSTS + 1);
	bytes = 0;
	for (unsigned k = 0; k < 1000; k++)
		bytes += proof_may_send(&p, PROOF_SOUND, BIG, T0 + S / 2) ? BIG
									  : 0;
	CU_ASSERT_TRUE(bytes <= PROOF_BYTES_PER_S / 2 + 3 * BIG);
	CU_ASSERT_TRUE(bytes >= PROOF_BYTES_PER_S / 2 - 3 * BIG);
	world_close();
}


static void one_ipv6_network_is_one_host(void)
{
	struct proof p;

	world_open();
	p = towards("2001:db8:1:2::1", 1);
	CU_ASSERT_EQUAL(talk(&p, T0, S), FULL_PACKETS / 2);
	p = towards("2001:db8:1:2:a:b:c:d", 2);
	CU_ASSERT_TRUE(talk(&p, T0 + S, S) < 8);
	p = towards("2001:db8:1:3::1", 3);
	CU_ASSERT_EQUAL(talk(&p, T0 + S, S), FULL_PACKETS / 2);
	/* but each address proves itself */
	(void)proof_given(&p);
	move(&p, "2001:db8:1:3::2", 4000);
	CU_ASSERT_FALSE(p.proven);
	world_close();
}


/* Memory is bounded, and who fills it gains nothing */
static void a_host_without_a_place_has_no_allowance(void)
{
	enum { HOSTS = 4 * PROOF_HOSTS_MAX };
	unsigned whole = 0, spoken_to = 0;
	struct proof p;

	world_open();
	for (unsigned i = 0; i < HOSTS; i++) {
		char host[32];

		snprintf(host, sizeof(host), "10.%u.%u.1", i / 250, i % 250);
		p = towards(host, i + 1);
		spoken_to += proof_may_send(&p, PROOF_SOUND, 1, T0);
		whole += p.full;
	}
	CU_ASSERT_EQUAL(spoken_to, HOSTS);
	CU_ASSERT_TRUE(whole <= PROOF_HOSTS_MAX);
	CU_ASSERT_TRUE(whole > PROOF_HOSTS_MAX * 3 / 4);

	/* half a minute later there is room again */
	p = towards("192.0.2.1", HOSTS + 1);
	CU_ASSERT_EQUAL(talk(&p, T0 + 30 * S, 2 * S), FULL_PACKETS);
	world_close();
}


/* RTCP goes by the clock of now, media by that of the tick */
static void a_clock_that_is_a_little_behind_is_no_age(void)
{
	struct proof p;

	world_open();
	p = towards("192.0.2.1", 1);
	CU_ASSERT_TRUE(proof_may_send(&p, PROOF_SOUND, PACKET, T0));
	CU_ASSERT_TRUE(proof_may_send(&p, PROOF_SOUND, PACKET, T0 - 5 * MS));
	CU_ASSERT_TRUE(proof_may_send(&p, PROOF_REPORT, PACKET, T0));
	CU_ASSERT_FALSE(proof_may_send(&p, PROOF_REPORT, PACKET, T0 - 5 * MS));
	CU_ASSERT_EQUAL(talk(&p, T0, 2 * S), FULL_PACKETS);
	world_close();
}


/* ClientHellos of one component that go in 20 s, repeated as they are */
static unsigned shake_hands(struct proof *p, uint64_t from_us)
{
	unsigned sent = 0;

	for (uint64_t us = 0, wait_us = 200 * MS; us < 20 * S;
	     us += wait_us, wait_us = wait_us < 2 * S ? wait_us * 2 : 2 * S)
		sent += proof_may_send(p, PROOF_HANDSHAKE, HELLO,
				       from_us + us);

	return sent;
}


static void handshakes_with_one_host_do_not_add_up(void)
{
	unsigned sent = 0;
	struct proof p;

	world_open();
	for (unsigned leg = 1; leg <= 20; leg++) {
		for (unsigned line = 0; line < 32; line++) {
			p = towards("192.0.2.1", leg);
			sent += shake_hands(&p, T0 + leg * MS);
		}
	}

	/* two a second, and what one leg has */
	CU_ASSERT_TRUE(sent <= PROOF_HANDSHAKE_BYTES / HELLO + 2 * 20 + 2);
	CU_ASSERT_TRUE(sent * HELLO < 20000);
	world_close();
}


/* Sound and pictures, RTP and RTCP: all of it goes at once */
static void a_handshake_of_a_leg_comes_up_quickly(void)
{
	struct proof p[4];

	world_open();
	for (unsigned i = 0; i < 4; i++) {
		p[i] = towards("192.0.2.1", 1);
		for (unsigned k = 0; k < 4; k++)
			CU_ASSERT_TRUE(proof_may_send(&p[i], PROOF_HANDSHAKE,
						      HELLO,
						      T0 + k * 400 * MS));
	}

	/* what never was answered goes on, but slowly */
	CU_ASSERT_TRUE(shake_hands(&p[0], T0 + 2 * S) > 2);
	world_close();
}


static void a_host_that_was_heard_has_handshakes_with_all(void)
{
	struct proof p[4];

	world_open();
	p[0] = towards("192.0.2.1", 1);
	for (unsigned i = 1; i < 4; i++) {
		p[i] = towards("192.0.2.1", 1 + i);
		while (proof_may_send(&p[i], PROOF_HANDSHAKE, HELLO, T0))
			;
	}
	(void)proof_given(&p[0]);
	for (unsigned i = 0; i < 4; i++)
		CU_ASSERT_TRUE(proof_may_send(&p[i], PROOF_HANDSHAKE, HELLO,
					      T0 + 200 * MS));
	world_close();
}


/** Sends a flight. @return so many datagrams of it went */
static unsigned flight(struct proof *p, unsigned count, size_t bytes,
		       uint64_t now_us)
{
	unsigned n = 0;

	for (unsigned i = 0; i < count; i++)
		n += proof_may_send(p, PROOF_HANDSHAKE, bytes, now_us);

	return n;
}


/* Of one that comes in pieces none is of use. But who has begun takes from
 * those after it */
static void a_flight_that_has_begun_goes_whole(void)
{
	enum { FLIGHT = 5, BYTES = 150 };
	struct proof first, p, other;
	uint64_t us;
	unsigned whole = 0, sent = 0;

	world_open();
	first = towards("192.0.2.1", 1);
	CU_ASSERT_EQUAL(flight(&first, FLIGHT, BYTES, T0), FLIGHT);

	/* another leg of that host has no allowance */
	p = towards("192.0.2.1", 2);
	CU_ASSERT_EQUAL(flight(&p, FLIGHT, BYTES, T0), FLIGHT);
	for (us = 100 * MS; us <= 20ull * S; us += 100 * MS) {
		unsigned n = flight(&p, FLIGHT, BYTES, T0 + us);

		CU_ASSERT_TRUE(!n || n == FLIGHT);
		whole += n == FLIGHT;
		sent += n;
	}
	CU_ASSERT_TRUE(whole >= 6);
	/* two a second on average */
	CU_ASSERT_TRUE(sent <= 2 * 20 + FLIGHT);

	/* it is no longer than that */
	other = towards("192.0.2.1", 3);
	CU_ASSERT_EQUAL(flight(&other, 100, 500, T0 + 28ull * S),
			PROOF_FLIGHT_BYTES / 500);

	/* nor does it go on at another host that has had what it gets */
	(void)flight(&first, FLIGHT, BYTES, T0 + 29ull * S);
	other = towards("192.0.2.7", 4);
	CU_ASSERT_EQUAL(flight(&other, 4, 2000, T0 + 29ull * S), 4);
	other = towards("192.0.2.7", 5);
	CU_ASSERT_EQUAL(flight(&other, FLIGHT, BYTES, T0 + 29ull * S), FLIGHT);
	first.flight_us = T0 + 29ull * S;
	first.flight_bytes = BYTES;
	move(&first, "192.0.2.7", 4000);
	CU_ASSERT_EQUAL(flight(&first, FLIGHT, BYTES, T0 + 29ull * S), 0);
	world_close();
}


static CU_TestInfo tests[] = {
	{"a flight that has begun goes whole",
	 a_flight_that_has_begun_goes_whole},
	{"handshakes with one host do not add up",
	 handshakes_with_one_host_do_not_add_up},
	{"a handshake of a leg comes up quickly",
	 a_handshake_of_a_leg_comes_up_quickly},
	{"a host that was heard has handshakes with all",
	 a_host_that_was_heard_has_handshakes_with_all},
	{"sound is whole for two seconds and then trickles",
	 sound_is_whole_for_two_seconds_and_then_trickles},
	{"who was heard gets everything", who_was_heard_gets_everything},
	{"nothing goes where nobody is", nothing_goes_where_nobody_is},
	{"another port keeps it, another host loses it",
	 another_port_keeps_it_and_another_host_loses_it},
	{"pictures are few, and none follows one left out",
	 pictures_are_few_and_none_follows_one_left_out},
	{"pictures end after two seconds", pictures_end_after_two_seconds},
	{"reports are few and take no allowance",
	 reports_are_few_and_take_no_allowance},
	{"calls to one host do not add up", calls_to_one_host_do_not_add_up},
	{"each far end is spoken to", each_far_end_is_spoken_to},
	{"a host has one allowance in half a minute",
	 a_host_has_one_allowance_in_half_a_minute},
	{"a host that was heard has another",
	 a_host_that_was_heard_has_another},
	{"a leg that moves on renews nothing",
	 a_leg_that_moves_on_renews_nothing},
	{"sound and pictures of a leg share it",
	 sound_and_pictures_of_a_leg_share_it},
	{"who belongs to no leg shares nothing",
	 who_belongs_to_no_leg_shares_nothing},
	{"all share a budget", all_share_a_budget},
	{"one IPv6 network is one host", one_ipv6_network_is_one_host},
	{"a host without a place has no allowance",
	 a_host_without_a_place_has_no_allowance},
	{"a clock that is a little behind is no age",
	 a_clock_that_is_a_little_behind_is_no_age},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(proof, tests)
