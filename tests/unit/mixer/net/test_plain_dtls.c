/**
 * @file test_plain_dtls.c  DTLS-SRTP on plain port pairs (RFC 5763)
 */
#include <string.h>
#include <unistd.h>
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


enum { BYTES = 172, SSRC = 77, PORTS = 40, CANNON_LINES = 16 };

/** Ports that runs side by side do not share */
#define PORT_MIN loopback_ports(PORTS)
#define PORT_MAX ((uint16_t)(PORT_MIN + PORTS - 1))

/** A client and a server; each with a net, as each has a certificate */
struct pair {
	struct net *net[2];
	struct transport *t[2];
	struct heard heard[2];
};

static uint8_t packet[LOOPBACK_PACKET_MAX + TRANSPORT_TRAILER_MAX];


static void signal_one(struct pair *p, int to, bool mux,
		       const struct transport_fingerprint *fingerprint)
{
	struct transport_remote remote = {0};
	struct transport_local local;

	transport_local(p->t[!to], &local);
	CU_ASSERT_EQUAL(local.kind, TRANSPORT_PLAIN_DTLS);
	remote.rtp = local.rtp;
	remote.rtcp_mux = mux;
	remote.dtls_role = to ? DTLS_ROLE_SERVER : DTLS_ROLE_CLIENT;
	remote.fingerprints[0] =
		fingerprint ? *fingerprint : local.fingerprint;
	remote.fingerprint_count = 1;
	CU_ASSERT_EQUAL(transport_set_remote(p->t[to], &remote), 0);
}


static void pair_open(struct pair *p)
{
	memset(p, 0, sizeof(*p));
	for (int i = 0; i < 2; i++) {
		p->net[i] = loopback_net(
			(uint16_t)(PORT_MIN + i * PORTS / 2),
			(uint16_t)(PORT_MIN + (i + 1) * PORTS / 2 - 1));
		CU_ASSERT_EQUAL_FATAL(transport_alloc(&p->t[i], p->net[i],
						      TRANSPORT_PLAIN_DTLS, 0,
						      TRANSPORT_SUITE_NONE,
						      &loopback_handlers,
						      &p->heard[i]),
				      0);
	}
}


static void pair_close(struct pair *p)
{
	for (int i = 0; i < 2; i++) {
		mem_deref(p->t[i]);
		mem_deref(p->net[i]);
	}
}


/** Each says a packet of both kinds whenever asked, until both were heard */
static bool talked(void *arg)
{
	struct pair *p = arg;

	for (int i = 0; i < 2; i++) {
		net_tick(p->net[i], p->net[i] ? tmr_jiffies() * 1000 : 0);
		(void)transport_send_rtp(
			p->t[i], packet,
			loopback_rtp(packet, (uint16_t)(1 + p->heard[!i].rtp),
				     SSRC, BYTES));
		(void)transport_send_rtcp(p->t[i], packet,
					  loopback_rtcp(packet, SSRC));
	}

	return p->heard[0].rtp && p->heard[1].rtp && p->heard[0].rtcp &&
	       p->heard[1].rtcp;
}


static bool failed(void *arg)
{
	struct pair *p = arg;

	return p->heard[0].state == TRANSPORT_FAILED ||
	       p->heard[1].state == TRANSPORT_FAILED;
}


static void media_flows_after_the_handshake(void)
{
	for (int mux = 0; mux < 2; mux++) {
		struct pair p;

		pair_open(&p);
		CU_ASSERT_NOT_EQUAL(
			transport_send_rtp(
				p.t[0], packet,
				loopback_rtp(packet, 1, SSRC, BYTES)),
			0);
		signal_one(&p, 1, mux, NULL);
		CU_ASSERT_EQUAL(transport_state(p.t[1]), TRANSPORT_NEW);
		signal_one(&p, 0, mux, NULL);
		CU_ASSERT_TRUE(loopback_until(NULL, NULL, talked, &p));
		CU_ASSERT_EQUAL(transport_state(p.t[0]), TRANSPORT_CONNECTED);
		CU_ASSERT_EQUAL(transport_state(p.t[1]), TRANSPORT_CONNECTED);

		/* told the same once more it goes on */
		signal_one(&p, 1, mux, NULL);
		signal_one(&p, 0, mux, NULL);
		memset(p.heard, 0, sizeof(p.heard));
		CU_ASSERT_TRUE(loopback_until(NULL, NULL, talked, &p));
		pair_close(&p);
	}
}


static bool connected(void *arg)
{
	const struct pair *p = arg;

	for (int i = 0; i < 2; i++)
		net_tick(p->net[i], tmr_jiffies() * 1000);

	return p->heard[0].state == TRANSPORT_CONNECTED &&
	       p->heard[1].state == TRANSPORT_CONNECTED;
}


/* Nobody shakes hands for another */
static void the_handshake_proves_both(void)
{
	struct pair p;

	pair_open(&p);
	signal_one(&p, 1, true, NULL);
	signal_one(&p, 0, true, NULL);
	CU_ASSERT_FALSE(transport_is_proven(p.t[0]));
	CU_ASSERT_FALSE(transport_is_proven(p.t[1]));
	CU_ASSERT_TRUE(loopback_until(NULL, NULL, connected, &p));
	CU_ASSERT_EQUAL(p.heard[0].rtp + p.heard[1].rtp, 0);
	CU_ASSERT_TRUE(transport_is_proven(p.t[0]));
	CU_ASSERT_TRUE(transport_is_proven(p.t[1]));
	pair_close(&p);
}


static void another_certificate_fails_it(void)
{
	struct transport_local local;
	struct pair p;

	pair_open(&p);
	transport_local(p.t[1], &local);
	/* the server is told its own certificate as the client's */
	signal_one(&p, 1, true, &local.fingerprint);
	signal_one(&p, 0, true, NULL);
	CU_ASSERT_TRUE(loopback_until(NULL, NULL, failed, &p));
	CU_ASSERT_EQUAL(p.heard[1].state, TRANSPORT_FAILED);
	CU_ASSERT_EQUAL(p.heard[1].rtp, 0);
	pair_close(&p);
}


static void another_fingerprint_begins_anew(void)
{
	struct transport_local local;
	struct pair p;

	pair_open(&p);
	signal_one(&p, 1, true, NULL);
	signal_one(&p, 0, true, NULL);
	CU_ASSERT_TRUE(loopback_until(NULL, NULL, talked, &p));
	transport_local(p.t[1], &local);
	signal_one(&p, 1, true, &local.fingerprint);
	CU_ASSERT_EQUAL(transport_state(p.t[1]), TRANSPORT_NEW);
	CU_ASSERT_NOT_EQUAL(
		transport_send_rtp(p.t[1], packet,
				   loopback_rtp(packet, 9, SSRC, BYTES)),
		0);
	pair_close(&p);
}


/** A datagram of a client's, as it leaves its association */
struct flight {
	uint8_t buf[LOOPBACK_PACKET_MAX];
	size_t len;
};


static void flight_h(const uint8_t *buf, size_t len, void *arg)
{
	struct flight *f = arg;

	memcpy(f->buf, buf, len);
	f->len = len;
}


static void a_cookie_comes_before_anything_else(void)
{
	/* where the ClientHello comes from, and whether it is answered */
	static const struct {
		const char *host;
		bool answered;
	} rows[] = {
		{"127.0.0.1", true}, /* where the signalling is */
		{"127.0.0.5", false},
	};
	struct transport_remote remote = {0};
	struct dtls_context *dtls = NULL;
	struct dtls_association *client = NULL;
	struct transport_local local;
	struct flight hello;
	struct pair p;

	pair_open(&p);
	sa_set_str(&remote.rtp, "127.0.0.2", 5004);
	sa_set_str(&remote.near, "127.0.0.1", 0);
	remote.dtls_role = DTLS_ROLE_SERVER;
	CU_ASSERT_EQUAL(transport_set_remote(p.t[1], &remote), 0);
	transport_local(p.t[1], &local);
	CU_ASSERT_EQUAL_FATAL(dtls_context_alloc(&dtls), 0);
	CU_ASSERT_EQUAL_FATAL(dtls_association_alloc(&client, dtls,
						     DTLS_ROLE_CLIENT, NULL,
						     flight_h, &hello),
			      0);
	dtls_association_start(client);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t buf[LOOPBACK_PACKET_MAX];
		struct sa addr;
		int fd = loopback_socket(rows[i].host, &addr);
		ssize_t n;

		for (int again = 0; again < 2; again++) {
			CU_ASSERT_EQUAL(sendto(fd, hello.buf, hello.len, 0,
					       &local.rtp.u.sa, local.rtp.len),
					(ssize_t)hello.len);
			loopback_settle(p.net[1], NULL);
			n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
			CU_ASSERT_EQUAL(n > 0, rows[i].answered);
			/* a HelloVerifyRequest, and less than it cost */
			if (n > 0) {
				CU_ASSERT_EQUAL(buf[13], 3);
				CU_ASSERT_TRUE((size_t)n < hello.len);
			}
		}

		/* sound in the clear is nothing, from nobody */
		n = (ssize_t)loopback_rtp(packet, 1, SSRC, BYTES);
		(void)sendto(fd, packet, (size_t)n, 0, &local.rtp.u.sa,
			     local.rtp.len);
		loopback_settle(p.net[1], NULL);
		CU_ASSERT_EQUAL(p.heard[1].rtp, 0);
		close(fd);
	}

	mem_deref(client);
	mem_deref(dtls);
	pair_close(&p);
}


/** A caller's lines at another host, with another fingerprint each time */
struct cannon {
	struct net *net;
	struct transport *t[CANNON_LINES];
	struct heard heard[CANNON_LINES];
	struct sa rtp, rtcp;
	int fd[2];
	size_t bytes; /**< that came there */
};


static void cannon_describe(struct cannon *c, unsigned round)
{
	struct transport_remote remote = {0};

	remote.rtp = c->rtp;
	remote.rtcp = c->rtcp;
	sa_set_str(&remote.near, "127.0.0.1", 0);
	remote.dtls_role = DTLS_ROLE_CLIENT;
	remote.fingerprint_count = 1;
	str_ncpy(remote.fingerprints[0].hash, "sha-256",
		 sizeof(remote.fingerprints[0].hash));
	for (size_t i = 0; i < 32; i++)
		re_snprintf(remote.fingerprints[0].value + 3 * i, 4, "%02X%s",
			    round, i < 31 ? ":" : "");

	for (size_t i = 0; i < ARRAY_SIZE(c->t); i++) {
		remote.leg = 1 + i / 2;
		CU_ASSERT_EQUAL(transport_set_remote(c->t[i], &remote), 0);
	}
}


static void cannon_count(struct cannon *c)
{
	uint8_t buf[LOOPBACK_PACKET_MAX];
	ssize_t n;

	for (size_t i = 0; i < ARRAY_SIZE(c->fd); i++) {
		while ((n = recv(c->fd[i], buf, sizeof(buf), MSG_DONTWAIT)) >
		       0)
			c->bytes += (size_t)n;
	}
}


static void calls_and_new_offers_are_no_cannon(void)
{
	struct cannon c = {0};

	c.net = loopback_net(PORT_MIN, PORT_MAX);
	c.fd[0] = loopback_socket("127.0.0.9", &c.rtp);
	c.fd[1] = loopback_socket("127.0.0.9", &c.rtcp);
	for (size_t i = 0; i < ARRAY_SIZE(c.t); i++)
		CU_ASSERT_EQUAL_FATAL(
			transport_alloc(&c.t[i], c.net, TRANSPORT_PLAIN_DTLS,
					0, TRANSPORT_SUITE_NONE,
					&loopback_handlers, &c.heard[i]),
			0);

	for (unsigned round = 0; round < 40; round++) {
		cannon_describe(&c, round);
		cannon_count(&c);
		/* there is something, or nobody was ever called */
		CU_ASSERT_TRUE(c.bytes > 0);
	}

	CU_ASSERT_TRUE(c.bytes < 10000);
	for (size_t i = 0; i < ARRAY_SIZE(c.t); i++)
		mem_deref(c.t[i]);
	for (size_t i = 0; i < ARRAY_SIZE(c.fd); i++)
		close(c.fd[i]);
	mem_deref(c.net);
}


static CU_TestInfo tests[] = {
	{"calls and new offers are no cannon",
	 calls_and_new_offers_are_no_cannon},
	{"media flows after the handshake, on one port and on two",
	 media_flows_after_the_handshake},
	{"the handshake proves both", the_handshake_proves_both},
	{"another certificate fails it", another_certificate_fails_it},
	{"another fingerprint begins anew", another_fingerprint_begins_anew},
	{"a cookie comes before anything else",
	 a_cookie_comes_before_anything_else},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(plain_dtls, tests)
