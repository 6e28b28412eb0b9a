/**
 * @file test_transport_proof.c  What proves that a plain far end is there
 *
 * Hosts are addresses of loopback; .2 is where RTP goes.
 */
#include <string.h>
#include <unistd.h>
#include "mixer/net/stun.h"
#include "tests/unit/clock.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


enum { BYTES = 172, SSRC = 77, PORTS = 40, US = 1000000 };

/** Ports that runs side by side do not share */
#define PORT_MIN loopback_ports(PORTS)
#define PORT_MAX ((uint16_t)(PORT_MIN + PORTS - 1))

#define RTP_HOST "127.0.0.2"
#define SIP_HOST "127.0.0.1"

/** A transport, and sockets at its far end's places */
struct call {
	struct net *net;
	struct transport *t;
	struct heard heard;
	struct sa rtp, rtcp;
	int rtp_fd, rtcp_fd;
};

static uint8_t packet[LOOPBACK_PACKET_MAX + TRANSPORT_TRAILER_MAX];


static void signal_far(struct call *c)
{
	struct transport_remote remote = {0};

	remote.rtp = c->rtp;
	remote.rtcp = c->rtcp;
	remote.leg = 1;
	sa_set_str(&remote.near, SIP_HOST, 0);
	CU_ASSERT_EQUAL(transport_set_remote(c->t, &remote), 0);
}


static void call_open(struct call *c, const char *rtcp_host)
{
	memset(c, 0, sizeof(*c));
	c->net = loopback_net(PORT_MIN, PORT_MAX);
	CU_ASSERT_EQUAL_FATAL(transport_alloc(&c->t, c->net, TRANSPORT_PLAIN,
					      0, TRANSPORT_SUITE_NONE,
					      &loopback_handlers, &c->heard),
			      0);
	c->rtp_fd = loopback_socket(RTP_HOST, &c->rtp);
	c->rtcp_fd = loopback_socket(rtcp_host, &c->rtcp);
	signal_far(c);
}


static void call_close(struct call *c)
{
	close(c->rtp_fd);
	close(c->rtcp_fd);
	mem_deref(c->t);
	mem_deref(c->net);
}


static void throw_at(const struct call *c, int fd, bool rtcp, size_t len)
{
	struct transport_local local;

	transport_local(c->t, &local);
	if (rtcp)
		sa_set_port(&local.rtp, local.rtcp_port);
	CU_ASSERT_EQUAL(
		sendto(fd, packet, len, 0, &local.rtp.u.sa, local.rtp.len),
		(ssize_t)len);
	loopback_settle(c->net, NULL);
}


static void throw_rtp(const struct call *c, int fd)
{
	throw_at(c, fd, false, loopback_rtp(packet, 1, SSRC, BYTES));
}


static void throw_rtcp(const struct call *c, int fd)
{
	throw_at(c, fd, true, loopback_rtcp(packet, SSRC));
}


static void throw_stun(const struct call *c, int fd, enum stun_type type)
{
	struct stun_writer w;

	stun_write_header(&w, type, (const uint8_t *)"abcdefghijkl");
	stun_write_end(&w, NULL);
	memcpy(packet, w.buf, w.len);
	throw_at(c, fd, false, w.len);
}


static void rtp_and_rtcp_of_its_host_prove_it(void)
{
	for (int rtcp = 0; rtcp < 2; rtcp++) {
		struct call c;

		call_open(&c, RTP_HOST);
		CU_ASSERT_FALSE(transport_is_proven(c.t));
		if (rtcp)
			throw_rtcp(&c, c.rtcp_fd);
		else
			throw_rtp(&c, c.rtp_fd);
		CU_ASSERT_TRUE(transport_is_proven(c.t));
		CU_ASSERT_EQUAL(c.heard.proofs, 1);
		CU_ASSERT_FALSE(c.heard.missed);
		/* told once */
		throw_rtp(&c, c.rtp_fd);
		CU_ASSERT_EQUAL(c.heard.proofs, 1);
		call_close(&c);
	}
}


/* It may send from elsewhere than it hears at, which nobody listens to */
static void another_port_of_its_host_proves_it(void)
{
	for (int rtcp = 0; rtcp < 2; rtcp++) {
		struct call c;
		struct sa addr;
		int fd = loopback_socket(RTP_HOST, &addr);

		call_open(&c, RTP_HOST);
		if (rtcp)
			throw_rtcp(&c, fd);
		else
			throw_rtp(&c, fd);
		CU_ASSERT_EQUAL(c.heard.rtp + c.heard.rtcp, 0);
		CU_ASSERT_TRUE(transport_is_proven(c.t));
		close(fd);
		call_close(&c);
	}
}


/* Of whom the signalling comes from, who it names for RTCP, and any other */
static void another_host_proves_nothing_of_it(void)
{
	static const char *const hosts[] = {SIP_HOST, "127.0.0.3"};

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		struct call c;
		struct sa addr;
		int fd = loopback_socket(hosts[i], &addr);

		call_open(&c, "127.0.0.3");
		throw_rtcp(&c, c.rtcp_fd);
		CU_ASSERT_EQUAL(c.heard.rtcp, 1);
		throw_rtcp(&c, fd);
		throw_rtp(&c, fd);
		throw_stun(&c, fd, STUN_BINDING_INDICATION);
		CU_ASSERT_FALSE(transport_is_proven(c.t));
		CU_ASSERT_EQUAL(c.heard.proofs, 0);
		/* but reports go to who reports */
		for (unsigned k = 0; k < 10; k++)
			CU_ASSERT_TRUE(transport_may_send(
				c.t, TRANSPORT_REPORT, 100, 10 * US));
		close(fd);
		call_close(&c);
	}
}


static void reports_to_another_host_are_few(void)
{
	struct call c;

	call_open(&c, "127.0.0.3");
	throw_rtp(&c, c.rtp_fd);
	CU_ASSERT_TRUE(transport_is_proven(c.t));
	CU_ASSERT_TRUE(
		transport_may_send(c.t, TRANSPORT_REPORT, 100, 10 * US));
	CU_ASSERT_FALSE(
		transport_may_send(c.t, TRANSPORT_REPORT, 100, 11 * US));
	call_close(&c);
}


/* RFC 6263; agents of ICE send checks wherever they are told to */
static void a_keepalive_proves_it_and_a_check_does_not(void)
{
	uint64_t heard_us;
	struct call c;

	call_open(&c, RTP_HOST);
	throw_stun(&c, c.rtp_fd, STUN_BINDING_REQUEST);
	CU_ASSERT_FALSE(transport_is_proven(c.t));
	memset(packet, 0, 40);
	throw_at(&c, c.rtp_fd, false, 40);
	CU_ASSERT_FALSE(transport_is_proven(c.t));
	throw_stun(&c, c.rtp_fd, STUN_BINDING_INDICATION);
	CU_ASSERT_TRUE(transport_is_proven(c.t));
	CU_ASSERT_EQUAL(c.heard.rtp + c.heard.rtcp, 0);

	/* and who is muted and sends nothing else has not gone */
	heard_us = transport_received_us(c.t);
	throw_stun(&c, c.rtp_fd, STUN_BINDING_REQUEST);
	CU_ASSERT_EQUAL(transport_received_us(c.t), heard_us);
	unit_clock.added_us += 20 * US;
	throw_stun(&c, c.rtp_fd, STUN_BINDING_INDICATION);
	CU_ASSERT_TRUE(transport_received_us(c.t) >= heard_us + 20 * US);
	call_close(&c);
}


static void a_host_is_proven_until_another_is_signalled(void)
{
	struct call c;
	int fd;

	call_open(&c, RTP_HOST);
	throw_rtp(&c, c.rtp_fd);
	fd = c.rtp_fd;
	/* a hold names none */
	sa_init(&c.rtp, AF_UNSPEC);
	signal_far(&c);
	CU_ASSERT_TRUE(transport_is_proven(c.t));
	c.rtp_fd = loopback_socket(RTP_HOST, &c.rtp);
	signal_far(&c);
	CU_ASSERT_TRUE(transport_is_proven(c.t));
	close(fd);

	fd = c.rtp_fd;
	c.rtp_fd = loopback_socket("127.0.0.4", &c.rtp);
	signal_far(&c);
	CU_ASSERT_FALSE(transport_is_proven(c.t));
	/* not by the one before */
	throw_rtp(&c, fd);
	CU_ASSERT_FALSE(transport_is_proven(c.t));
	throw_rtp(&c, c.rtp_fd);
	CU_ASSERT_TRUE(transport_is_proven(c.t));
	close(fd);
	call_close(&c);
}


/* Who sends RTP from behind a NAT moves it there, and is proven by that */
static void a_nat_that_is_followed_is_proven(void)
{
	struct call c;
	struct sa addr;
	int fd = loopback_socket(SIP_HOST, &addr);

	call_open(&c, RTP_HOST);
	for (unsigned i = 0; i < 2; i++)
		throw_rtp(&c, fd);
	CU_ASSERT_FALSE(transport_is_proven(c.t));
	throw_rtp(&c, fd);
	CU_ASSERT_TRUE(transport_is_proven(c.t));
	close(fd);
	call_close(&c);
}


static void what_was_missed_is_told_with_the_proof(void)
{
	struct call c;

	call_open(&c, RTP_HOST);
	CU_ASSERT_FALSE(
		transport_may_send(c.t, TRANSPORT_PICTURE, 50000, 10 * US));
	CU_ASSERT_TRUE(transport_may_send(c.t, TRANSPORT_SOUND, 200, 10 * US));
	throw_rtp(&c, c.rtp_fd);
	CU_ASSERT_EQUAL(c.heard.proofs, 1);
	CU_ASSERT_TRUE(c.heard.missed);
	CU_ASSERT_TRUE(
		transport_may_send(c.t, TRANSPORT_PICTURE, 50000, 10 * US));
	call_close(&c);
}


static void what_proves_one_of_a_leg_proves_the_other_to_the_same_host(void)
{
	struct call c;
	struct heard heard = {0};
	struct transport *other = NULL;
	struct transport_remote remote = {0};

	call_open(&c, RTP_HOST);
	CU_ASSERT_EQUAL_FATAL(transport_alloc(&other, c.net, TRANSPORT_PLAIN,
					      0, TRANSPORT_SUITE_NONE,
					      &loopback_handlers, &heard),
			      0);
	sa_set_str(&remote.rtp, RTP_HOST, 9);
	CU_ASSERT_EQUAL(transport_set_remote(other, &remote), 0);
	transport_share_proof(other, c.t);
	CU_ASSERT_FALSE(transport_is_proven(other));
	throw_rtp(&c, c.rtp_fd);
	transport_share_proof(other, c.t);
	CU_ASSERT_TRUE(transport_is_proven(other));
	CU_ASSERT_EQUAL(heard.proofs, 1);

	sa_set_str(&remote.rtp, "127.0.0.5", 9);
	CU_ASSERT_EQUAL(transport_set_remote(other, &remote), 0);
	transport_share_proof(other, c.t);
	CU_ASSERT_FALSE(transport_is_proven(other));
	mem_deref(other);
	call_close(&c);
}


/* Whoever is at our own host may name a port of ours */
static void a_port_of_ours_is_proven_by_no_signalling(void)
{
	struct call c;
	struct sa host;

	call_open(&c, RTP_HOST);
	sa_set_str(&host, SIP_HOST, 0);
	sa_set_str(&c.rtp, SIP_HOST, 1); /* the own one of loopback_net() */
	signal_far(&c);
	transport_believe(c.t, &host, true);
	CU_ASSERT_FALSE(transport_is_proven(c.t));
	sa_set_port(&c.rtp, 4000);
	signal_far(&c);
	CU_ASSERT_TRUE(transport_is_proven(c.t));
	CU_ASSERT_EQUAL(c.heard.proofs, 1);
	call_close(&c);
}


static CU_TestInfo tests[] = {
	{"RTP and RTCP of its host prove it",
	 rtp_and_rtcp_of_its_host_prove_it},
	{"another port of its host proves it",
	 another_port_of_its_host_proves_it},
	{"another host proves nothing of it",
	 another_host_proves_nothing_of_it},
	{"reports to another host are few", reports_to_another_host_are_few},
	{"a keep-alive proves it, and a check does not",
	 a_keepalive_proves_it_and_a_check_does_not},
	{"a host is proven until another is signalled",
	 a_host_is_proven_until_another_is_signalled},
	{"a NAT that is followed is proven", a_nat_that_is_followed_is_proven},
	{"what was missed is told with the proof",
	 what_was_missed_is_told_with_the_proof},
	{"what proves one of a leg proves the other, to the same host",
	 what_proves_one_of_a_leg_proves_the_other_to_the_same_host},
	{"a port of ours is proven by no signalling",
	 a_port_of_ours_is_proven_by_no_signalling},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(transport_proof, tests)
