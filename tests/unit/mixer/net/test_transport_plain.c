/**
 * @file test_transport_plain.c  RTP on port pairs, with and without SDES
 */
#include <string.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/net/net_private.h"
#include "tests/unit/failing.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


enum { BYTES = 172, SSRC = 77, PORTS = 40 };

/** Ports that runs side by side do not share */
#define PORT_MIN loopback_ports(PORTS)
#define PORT_MAX ((uint16_t)(PORT_MIN + PORTS - 1))

/** Two plain transports on one net */
struct pair {
	struct net *net;
	struct transport *a, *b;
	struct heard heard_a, heard_b;
};

static uint8_t packet[LOOPBACK_PACKET_MAX + TRANSPORT_TRAILER_MAX];


/** Tell `to` what `from` says of itself */
static int signal_one(struct transport *to, const struct transport *from,
		      bool mux)
{
	struct transport_remote remote = {0};
	struct transport_local local;

	transport_local(from, &local);
	remote.rtp = local.rtp;
	remote.rtcp = local.rtp;
	remote.rtcp_mux = mux;
	remote.suite = local.suite;
	remote.sdes_key = local.sdes_key[0] ? local.sdes_key : NULL;
	sa_set_port(&remote.rtcp, local.rtcp_port);

	return transport_set_remote(to, &remote);
}


static void pair_open(struct pair *p, enum transport_suite suite, bool mux)
{
	memset(p, 0, sizeof(*p));
	p->net = loopback_net(PORT_MIN, PORT_MAX);
	p->a = loopback_plain(p->net, suite, &p->heard_a);
	p->b = loopback_plain(p->net, suite, &p->heard_b);
	CU_ASSERT_EQUAL(signal_one(p->a, p->b, mux), 0);
	CU_ASSERT_EQUAL(signal_one(p->b, p->a, mux), 0);
}


static void pair_close(struct pair *p)
{
	mem_deref(p->a);
	mem_deref(p->b);
	mem_deref(p->net);
}


static bool pair_heard(void *arg)
{
	struct pair *p = arg;

	return p->heard_a.rtp && p->heard_b.rtp && p->heard_a.rtcp &&
	       p->heard_b.rtcp;
}


static void say(struct transport *t, uint16_t seq)
{
	CU_ASSERT_EQUAL(
		transport_send_rtp(t, packet,
				   loopback_rtp(packet, seq, SSRC, BYTES)),
		0);
	CU_ASSERT_EQUAL(
		transport_send_rtcp(t, packet, loopback_rtcp(packet, SSRC)),
		0);
}


static void media_flows_in_every_suite(void)
{
	static const enum transport_suite suites[] = {
		TRANSPORT_SUITE_NONE,
		TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_80,
		TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_32,
		TRANSPORT_SUITE_AEAD_AES_128_GCM,
		TRANSPORT_SUITE_AEAD_AES_256_GCM,
	};

	for (size_t i = 0; i < 2 * ARRAY_SIZE(suites); i++) {
		struct pair p;

		pair_open(&p, suites[i / 2], i & 1);
		CU_ASSERT_EQUAL(transport_state(p.a), TRANSPORT_CONNECTED);
		say(p.a, 1);
		say(p.b, 1);
		CU_ASSERT_TRUE(loopback_until(p.net, NULL, pair_heard, &p));
		CU_ASSERT_TRUE(transport_received_us(p.a) > 0);
		pair_close(&p);
	}
}


static void srtp_is_not_given_up_for_rtp(void)
{
	struct transport_remote remote = {0};
	struct transport_local local;
	struct pair p;

	pair_open(&p, TRANSPORT_SUITE_AEAD_AES_128_GCM, false);
	transport_local(p.b, &local);
	remote.rtp = local.rtp;
	CU_ASSERT_EQUAL(transport_set_remote(p.a, &remote), EPROTO);
	remote.suite = TRANSPORT_SUITE_AEAD_AES_128_GCM;
	remote.sdes_key = "dG9vIHNob3J0";
	CU_ASSERT_EQUAL(transport_set_remote(p.a, &remote), EPROTO);
	pair_close(&p);
}


static void same_key_again_keeps_the_replay_window(void)
{
	uint8_t copy[BYTES + 16];
	struct transport_local local;
	struct pair p;
	int fd;

	pair_open(&p, TRANSPORT_SUITE_AEAD_AES_128_GCM, true);
	say(p.a, 5);
	say(p.b, 5);
	CU_ASSERT_TRUE(loopback_until(p.net, NULL, pair_heard, &p));
	CU_ASSERT_EQUAL(signal_one(p.a, p.b, true), 0);

	/* b says the same packet again */
	(void)transport_send_rtp(p.b, packet,
				 loopback_rtp(packet, 5, SSRC, BYTES));
	loopback_settle(p.net, NULL);
	CU_ASSERT_EQUAL(p.heard_a.rtp, 1);

	/* and a stranger repeats it */
	memcpy(copy, packet, sizeof(copy));
	transport_local(p.a, &local);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	(void)sendto(fd, copy, sizeof(copy), 0, &local.rtp.u.sa,
		     local.rtp.len);
	loopback_settle(p.net, NULL);
	CU_ASSERT_EQUAL(p.heard_a.rtp, 1);
	(void)close(fd);
	pair_close(&p);
}


/** A socket of a far end; hosts are addresses of loopback */
/** On the host that the signalling comes from */
static int stranger(struct sa *addr)
{
	return loopback_socket("127.0.0.1", addr);
}


/** The signalling says where, and comes from 127.0.0.1 */
static void signal_at(struct transport *t, const struct sa *addr)
{
	struct transport_remote remote = {0};

	if (addr)
		remote.rtp = *addr;
	sa_set_str(&remote.near, "127.0.0.1", 0);
	CU_ASSERT_EQUAL(transport_set_remote(t, &remote), 0);
}


static void throw_rtp(int fd, const struct transport *t, uint16_t seq)
{
	struct transport_local local;
	size_t len = loopback_rtp(packet, seq, SSRC, BYTES);

	transport_local(t, &local);
	CU_ASSERT_EQUAL(
		sendto(fd, packet, len, 0, &local.rtp.u.sa, local.rtp.len),
		(ssize_t)len);
}


static bool has_datagram(int fd)
{
	uint8_t buf[LOOPBACK_PACKET_MAX];

	return recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0;
}


static void throw_some(int fd, const struct transport *t, uint16_t seq,
		       uint16_t count, struct net *net)
{
	for (uint16_t i = 0; i < count; i++)
		throw_rtp(fd, t, seq + i);
	loopback_settle(net, NULL);
}


static void follows_a_nat_and_no_stranger(void)
{
	struct net *net = loopback_net(PORT_MIN, PORT_MAX);
	struct heard heard = {0};
	struct transport *t =
		loopback_plain(net, TRANSPORT_SUITE_NONE, &heard);
	struct sa signalled, nat, other, another;
	int said = loopback_socket("127.0.0.2", &signalled),
	    natted = stranger(&nat);
	int third = loopback_socket("127.0.0.3", &other);
	int moved = loopback_socket("127.0.0.2", &another);

	signal_at(t, &signalled);
	say(t, 1);
	loopback_settle(net, NULL);
	CU_ASSERT_TRUE(has_datagram(said));

	throw_some(third, t, 1, 20, net);
	CU_ASSERT_EQUAL(heard.rtp, 0);
	throw_some(natted, t, 1, 1, net);
	CU_ASSERT_EQUAL(heard.rtp, 1);
	say(t, 2);
	loopback_settle(net, NULL);
	CU_ASSERT_TRUE(has_datagram(said));
	throw_some(natted, t, 2, 2, net);
	CU_ASSERT_EQUAL(heard.rtp, 3);
	say(t, 3);
	loopback_settle(net, NULL);
	CU_ASSERT_TRUE(has_datagram(natted));
	CU_ASSERT_FALSE(has_datagram(said));

	/* the signalled one is heard, and then alone */
	throw_some(said, t, 4, 3, net);
	say(t, 4);
	loopback_settle(net, NULL);
	CU_ASSERT_TRUE(has_datagram(said));
	CU_ASSERT_EQUAL(heard.rtp, 4);
	throw_some(natted, t, 8, 2, net);
	CU_ASSERT_EQUAL(heard.rtp, 4);

	/* a changed address takes effect at once */
	signal_at(t, &another);
	say(t, 5);
	throw_some(moved, t, 10, 1, net);
	CU_ASSERT_EQUAL(heard.rtp, 5);
	CU_ASSERT_TRUE(has_datagram(moved));

	close(said);
	close(natted);
	close(third);
	close(moved);
	mem_deref(t);
	mem_deref(net);
}


static void hears_another_address_once_it_is_signalled(void)
{
	struct transport_remote remote = {0};
	struct net *net = loopback_net(PORT_MIN, PORT_MAX);
	struct heard heard = {0};
	struct transport *t =
		loopback_plain(net, TRANSPORT_SUITE_NONE, &heard);
	struct sa first, second;
	int a = stranger(&first), b = stranger(&second);

	for (unsigned i = 0; i < 6; i++) {
		int now = i & 1 ? b : a, other = i & 1 ? a : b;

		remote.rtp = i & 1 ? second : first;
		CU_ASSERT_EQUAL(transport_set_remote(t, &remote), 0);
		for (uint16_t seq = 0; seq < 2; seq++) {
			throw_rtp(now, t, seq);
			loopback_settle(net, NULL);
			throw_rtp(other, t, seq);
			loopback_settle(net, NULL);
			say(t, seq);
			CU_ASSERT_TRUE(has_datagram(now));
			CU_ASSERT_FALSE(has_datagram(other));
		}
		CU_ASSERT_EQUAL(heard.rtp, 2 * (i + 1));
	}

	close(a);
	close(b);
	mem_deref(t);
	mem_deref(net);
}


static void goes_on_after_the_far_end_was_away(void)
{
	struct transport_remote remote = {0};
	struct net *net = loopback_net(PORT_MIN, PORT_MAX);
	struct heard heard = {0};
	struct transport *t =
		loopback_plain(net, TRANSPORT_SUITE_NONE, &heard);
	struct sa addr;
	int fd = stranger(&addr);

	remote.rtp = addr;
	CU_ASSERT_EQUAL(transport_set_remote(t, &remote), 0);
	throw_rtp(fd, t, 1);
	loopback_settle(net, NULL);
	CU_ASSERT_EQUAL(heard.rtp, 1);

	/* nobody listens: ICMP errors come back, every packet is tried */
	close(fd);
	for (uint16_t seq = 1; seq < 4; seq++)
		CU_ASSERT_EQUAL(transport_send_rtp(t, packet,
						   loopback_rtp(packet, seq,
								SSRC, BYTES)),
				0);
	loopback_settle(net, NULL);

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	CU_ASSERT_EQUAL_FATAL(bind(fd, &addr.u.sa, addr.len), 0);
	CU_ASSERT_EQUAL(
		transport_send_rtp(t, packet,
				   loopback_rtp(packet, 5, SSRC, BYTES)),
		0);
	CU_ASSERT_TRUE(has_datagram(fd));
	throw_rtp(fd, t, 2);
	loopback_settle(net, NULL);
	CU_ASSERT_EQUAL(heard.rtp, 2);

	close(fd);
	mem_deref(t);
	mem_deref(net);
}


static void bursts_are_read_to_their_end(void)
{
	enum { BURST = 100 };
	struct net *net = loopback_net(PORT_MIN, PORT_MAX);
	struct heard heard = {0};
	struct transport *t =
		loopback_plain(net, TRANSPORT_SUITE_NONE, &heard);
	struct sa addr;
	int fd = stranger(&addr);

	signal_at(t, &addr);
	for (uint16_t seq = 0; seq < BURST; seq++)
		throw_rtp(fd, t, seq);
	loopback_settle(net, NULL);
	CU_ASSERT_EQUAL(heard.rtp, BURST);
	close(fd);
	mem_deref(t);
	mem_deref(net);
}


static void srtp_latches_on_authentic_packets_only(void)
{
	struct pair p;
	struct sa addr;
	int fd = stranger(&addr);

	pair_open(&p, TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_80, true);
	throw_rtp(fd, p.a, 9);
	loopback_settle(p.net, NULL);
	CU_ASSERT_EQUAL(p.heard_a.rtp, 0);
	CU_ASSERT_EQUAL(net_stats(p.net)->discarded, 1);
	say(p.a, 1);
	loopback_settle(p.net, NULL);
	CU_ASSERT_FALSE(has_datagram(fd));
	CU_ASSERT_EQUAL(p.heard_b.rtp, 1);
	close(fd);
	pair_close(&p);
}


static void connects_to_who_signals_without_an_address(void)
{
	struct net *net = loopback_net(PORT_MIN, PORT_MAX);
	struct heard heard = {0};
	struct transport *t =
		loopback_plain(net, TRANSPORT_SUITE_NONE, &heard);
	struct sa addr, other;
	int fd = stranger(&addr), third = loopback_socket("127.0.0.3", &other);

	CU_ASSERT_EQUAL(transport_send_rtp(t, packet, BYTES), ENOTCONN);
	throw_some(fd, t, 1, 3, net);
	CU_ASSERT_EQUAL(heard.rtp, 0);
	signal_at(t, NULL);
	throw_some(third, t, 1, 3, net);
	CU_ASSERT_EQUAL(heard.rtp, 0);
	throw_some(fd, t, 1, 3, net);
	CU_ASSERT_EQUAL(heard.rtp, 3);
	CU_ASSERT_EQUAL(transport_state(t), TRANSPORT_CONNECTED);
	CU_ASSERT_EQUAL(transport_send_rtp(t, packet,
					   loopback_rtp(packet, 1, 1, BYTES)),
			0);
	loopback_settle(net, NULL);
	CU_ASSERT_TRUE(has_datagram(fd));
	close(fd);
	close(third);
	mem_deref(t);
	mem_deref(net);
}


/** A mixer whose Parley has these ports */
static struct net *net_with(uint16_t max, uint16_t own_max)
{
	struct net_config config = {
		.media_address_count = 1,
		.rtp_port_min = PORT_MIN,
		.rtp_port_max = max,
		.own_port_min = own_max ? PORT_MIN : 0,
		.own_port_max = own_max,
	};
	struct net *net = NULL;

	sa_set_str(&config.media_addresses[0], "127.0.0.1", 0);
	CU_ASSERT_EQUAL_FATAL(net_alloc(&net, &config), 0);

	return net;
}


static void own_ports_are_no_far_ends(void)
{
	/* written as 127.0.0.1 and as ::ffff:127.0.0.1 */
	static const uint8_t mapped[16] = {[10] = 0xff, 0xff, 127, 0, 0, 1};

	/* its own and the other's, each written both ways */
	for (unsigned i = 0; i < 4; i++) {
		struct net *net = net_with(PORT_MAX, 0);
		struct heard heard[2] = {{0}, {0}};
		struct transport *t[2];

		for (int k = 0; k < 2; k++)
			t[k] = loopback_plain(net, TRANSPORT_SUITE_NONE,
					      &heard[k]);
		for (int k = 0; k < 2; k++) {
			struct transport_remote remote = {0};
			struct transport_local local;

			transport_local(t[i & 2 ? k : !k], &local);
			remote.rtp = local.rtp;
			if (i & 1)
				sa_set_in6(&remote.rtp, mapped,
					   sa_port(&local.rtp));
			sa_set_str(&remote.near, "127.0.0.1", 0);
			CU_ASSERT_EQUAL(transport_set_remote(t[k], &remote),
					0);
		}

		say(t[0], 1);
		loopback_settle(net, NULL);
		for (int k = 0; k < 2; k++) {
			CU_ASSERT_EQUAL(heard[k].rtp, 0);
			CU_ASSERT_EQUAL(heard[k].rtcp, 0);
			mem_deref(t[k]);
		}
		mem_deref(net);
	}
}


/** The focus says that they cross: of own ports the signalled one alone is
 *  heard, and not when it says so no more */
static void own_ports_that_cross_are_far_ends(void)
{
	struct net *net = net_with(PORT_MAX, 0);
	struct heard heard[3] = {{0}, {0}, {0}};
	struct transport *t[3];

	for (int k = 0; k < 3; k++)
		t[k] = loopback_plain(net, TRANSPORT_SUITE_NONE, &heard[k]);
	for (int k = 0; k < 3; k++) {
		struct transport_remote remote = {0};
		struct transport_local local;

		transport_local(t[k == 0], &local);
		if (k == 1)
			transport_local(t[0], &local);
		remote.rtp = local.rtp;
		sa_set_str(&remote.near, "127.0.0.1", 0);
		CU_ASSERT_EQUAL(transport_set_remote(t[k], &remote), 0);
		transport_set_crosses(t[k], true);
	}

	/* the third names the second, whose far end is the first */
	say(t[2], 1);
	say(t[0], 1);
	loopback_settle(net, NULL);
	CU_ASSERT_EQUAL(heard[1].rtp, 1);
	CU_ASSERT_TRUE(transport_is_proven(t[1]));
	CU_ASSERT_FALSE(transport_is_proven(t[2]));

	transport_set_crosses(t[1], false);
	say(t[0], 2);
	loopback_settle(net, NULL);
	CU_ASSERT_EQUAL(heard[1].rtp, 1);
	for (int k = 0; k < 3; k++)
		mem_deref(t[k]);
	mem_deref(net);
}


/** What a 1:1 NAT makes of our address is ours as well */
static void own_ports_outside_are_no_far_ends(void)
{
	struct net_config config = {
		.media_address_count = 1,
		.rtp_port_min = PORT_MIN,
		.rtp_port_max = PORT_MAX,
	};
	struct transport_local local;
	struct net *net = NULL;
	struct heard heard = {0};
	struct transport *t;
	struct sa addr;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	/* somebody has such a port at the address outside, a whole range of
	 * which is called ours */
	sa_set_str(&config.media_addresses[0], "127.0.0.1", 0);
	sa_set_str(&config.advertised_addresses[0], "127.0.0.2", 0);
	CU_ASSERT_EQUAL_FATAL(net_alloc(&net, &config), 0);
	t = loopback_plain(net, TRANSPORT_SUITE_NONE, &heard);
	transport_local(t, &local);
	sa_set_str(&addr, "127.0.0.2", sa_port(&local.rtp));
	CU_ASSERT_TRUE(sa_cmp(&local.rtp, &addr, SA_ALL));

	sa_set_port(&addr, PORT_MAX - 1);
	CU_ASSERT_EQUAL(bind(fd, &addr.u.sa, addr.len), 0);
	signal_at(t, &addr);
	sa_set_str(&local.rtp, "127.0.0.1", sa_port(&local.rtp));
	(void)sendto(fd, packet, 20, 0, &local.rtp.u.sa, local.rtp.len);
	loopback_settle(net, NULL);
	CU_ASSERT_EQUAL(heard.rtp, 0);
	CU_ASSERT_EQUAL(net_stats(net)->discarded, 1);

	close(fd);
	mem_deref(t);
	mem_deref(net);
}


/** The far end is at a port that another mixer may have */
static void ports_of_other_mixers_are_no_far_ends(void)
{
	for (int other = 0; other < 2; other++) {
		struct net *net = net_with(PORT_MIN + 3, PORT_MAX - 2);
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		struct heard heard = {0};
		struct transport *t;
		struct sa addr;

		sa_set_str(&addr, "127.0.0.1", PORT_MAX - (other ? 3 : 1));
		CU_ASSERT_EQUAL(bind(fd, &addr.u.sa, addr.len), 0);
		t = loopback_plain(net, TRANSPORT_SUITE_NONE, &heard);
		signal_at(t, &addr);
		throw_some(fd, t, 1, 5, net);
		CU_ASSERT_EQUAL(heard.rtp, other ? 0 : 5);
		close(fd);
		mem_deref(t);
		mem_deref(net);
	}
}


/** Two transports and a packet each way, without a loop */
static int make_pair(void *arg)
{
	struct transport_remote remote = {0};
	struct heard heard = {0};
	struct transport *t = NULL;
	int err = transport_alloc(&t, arg, TRANSPORT_PLAIN, 0,
				  TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_80,
				  &loopback_handlers, &heard);

	CU_ASSERT_EQUAL(!err, t != NULL);
	if (err)
		return err;

	sa_set_str(&remote.rtp, "127.0.0.1", 9);
	remote.rtcp = remote.rtp;
	remote.rtcp_mux = true;
	remote.suite = TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_80;
	remote.sdes_key = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
	err = transport_set_remote(t, &remote);
	/* without its keys it does not speak in the clear */
	if (err)
		CU_ASSERT_NOT_EQUAL(
			transport_send_rtp(
				t, packet,
				loopback_rtp(packet, 1, SSRC, BYTES)),
			0);
	mem_deref(t);

	return err;
}


static void survives_any_failing_allocation(void)
{
	struct net *net = loopback_net(PORT_MIN, PORT_MAX);

	failing_each(make_pair, net);
	/* none of the ports was lost */
	for (unsigned i = 0; i < PORTS / 2; i++) {
		struct heard heard = {0};

		mem_deref(loopback_plain(net, TRANSPORT_SUITE_NONE, &heard));
	}
	mem_deref(net);
}

static CU_TestInfo tests[] = {
	{"media flows in every suite, with and without rtcp-mux",
	 media_flows_in_every_suite},
	{"SRTP is not given up for RTP", srtp_is_not_given_up_for_rtp},
	{"the same key again keeps the replay window",
	 same_key_again_keeps_the_replay_window},
	{"follows a NAT and no stranger", follows_a_nat_and_no_stranger},
	{"hears another address once it is signalled",
	 hears_another_address_once_it_is_signalled},
	{"goes on after the far end was away",
	 goes_on_after_the_far_end_was_away},
	{"bursts are read to their end", bursts_are_read_to_their_end},
	{"SRTP latches on authentic packets only",
	 srtp_latches_on_authentic_packets_only},
	{"connects to who signals, without an address",
	 connects_to_who_signals_without_an_address},
	{"own ports are no far ends", own_ports_are_no_far_ends},
	{"own ports that cross are far ends",
	 own_ports_that_cross_are_far_ends},
	{"own ports outside are no far ends",
	 own_ports_outside_are_no_far_ends},
	{"ports of other mixers are no far ends",
	 ports_of_other_mixers_are_no_far_ends},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(transport_plain, tests)
