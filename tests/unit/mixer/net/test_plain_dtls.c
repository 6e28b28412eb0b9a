/**
 * @file test_plain_dtls.c  DTLS-SRTP on plain port pairs (RFC 5763)
 */
#include <string.h>
#include <unistd.h>
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


enum { BYTES = 172, SSRC = 77, PORTS = 40 };

/** Ports that runs side by side do not share */
#define PORT_MIN ((uint16_t)(30000 + getpid() % 400 * PORTS))
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


static int at(const char *host, struct sa *addr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	sa_set_str(addr, host, 0);
	CU_ASSERT_EQUAL(bind(fd, &addr->u.sa, addr->len), 0);
	addr->len = sizeof(addr->u);
	CU_ASSERT_EQUAL(getsockname(fd, &addr->u.sa, &addr->len), 0);

	return fd;
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
		int fd = at(rows[i].host, &addr);
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


/* -------------------------------------------------- one after the other */

enum { HANDSHAKES = 8, HELLO = 1, RECORD_BYTES = 13 };

/** A far end on bare sockets that has one association after the other */
struct far {
	struct net *net;
	struct transport *t;
	struct heard heard;
	struct dtls_context *dtls;
	struct dtls_association *a;
	enum dtls_role role;
	int fd, rtcp_fd; /**< the latter -1: multiplexed */
	struct sa addr, rtcp;
	bool refuses;       /**< handshakes on the first */
	unsigned hellos[2]; /**< heard on either */
	unsigned turns;
};


static void far_says(const uint8_t *buf, size_t len, void *arg)
{
	struct far *f = arg;

	(void)send(f->fd, buf, len, 0);
}


static void far_renew(struct far *f)
{
	mem_deref(f->a);
	f->a = NULL;
	CU_ASSERT_EQUAL_FATAL(dtls_association_alloc(&f->a, f->dtls, f->role,
						     NULL, far_says, f),
			      0);
	dtls_association_start(f->a);
}


static int far_socket(const struct sa *to, struct sa *addr)
{
	int fd = at("127.0.0.1", addr);

	CU_ASSERT_EQUAL(connect(fd, &to->u.sa, to->len), 0);

	return fd;
}


/** At another port than before */
static void far_move(struct far *f)
{
	struct transport_local local;

	if (f->fd >= 0)
		close(f->fd);
	transport_local(f->t, &local);
	f->fd = far_socket(&local.rtp, &f->addr);
}


static void far_describe(struct far *f)
{
	struct transport_remote remote = {0};

	remote.rtp = f->addr;
	remote.rtcp = f->rtcp;
	remote.rtcp_mux = f->rtcp_fd < 0;
	remote.dtls_role = f->role == DTLS_ROLE_CLIENT ? DTLS_ROLE_SERVER
						       : DTLS_ROLE_CLIENT;
	remote.fingerprints[0] = *dtls_context_fingerprint(f->dtls);
	remote.fingerprint_count = 1;
	CU_ASSERT_EQUAL(transport_set_remote(f->t, &remote), 0);
}


static void far_open(struct far *f, enum dtls_role role)
{
	memset(f, 0, sizeof(*f));
	f->role = role;
	f->fd = f->rtcp_fd = -1;
	f->net = loopback_net(PORT_MIN, PORT_MAX);
	CU_ASSERT_EQUAL_FATAL(transport_alloc(&f->t, f->net,
					      TRANSPORT_PLAIN_DTLS, 0,
					      TRANSPORT_SUITE_NONE,
					      &loopback_handlers, &f->heard),
			      0);
	CU_ASSERT_EQUAL_FATAL(dtls_context_alloc(&f->dtls), 0);
	far_move(f);
}


static void far_close(struct far *f)
{
	mem_deref(f->t);
	mem_deref(f->net);
	mem_deref(f->a);
	mem_deref(f->dtls);
	close(f->fd);
	if (f->rtcp_fd >= 0)
		close(f->rtcp_fd);
}


static void far_reads(struct far *f, bool rtcp)
{
	/* alert, DTLS 1.2, epoch and number 0: fatal, handshake_failure */
	static const uint8_t no[] = {21, 254, 253, 0, 0, 0, 0, 0,
				     0,  0,   0,   0, 2, 2, 40};
	int fd = rtcp ? f->rtcp_fd : f->fd;
	uint8_t buf[TRANSPORT_DATAGRAM_MAX];
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		if (n > RECORD_BYTES && buf[0] == 22 &&
		    buf[RECORD_BYTES] == HELLO)
			++f->hellos[rtcp];
		if (rtcp || f->refuses)
			(void)send(fd, no, sizeof(no), 0);
		else if (f->a)
			dtls_association_receive(f->a, buf, (size_t)n);
	}
}


static void far_turn(struct far *f)
{
	far_reads(f, false);
	if (f->rtcp_fd >= 0)
		far_reads(f, true);
	if (f->a)
		dtls_association_tick(f->a);
}


static bool far_connected(void *arg)
{
	struct far *f = arg;

	far_turn(f);

	return f->a && dtls_association_state(f->a) == DTLS_ESTABLISHED &&
	       transport_state(f->t) == TRANSPORT_CONNECTED;
}


static bool far_is_closed(void *arg)
{
	struct far *f = arg;

	far_turn(f);

	return transport_state(f->t) == TRANSPORT_CLOSED;
}


static bool far_failed(void *arg)
{
	struct far *f = arg;

	far_turn(f);

	return transport_state(f->t) == TRANSPORT_FAILED;
}


static bool far_turned(void *arg)
{
	struct far *f = arg;

	far_turn(f);

	return !--f->turns;
}


static void far_settle(struct far *f)
{
	f->turns = 30;
	(void)loopback_until(f->net, NULL, far_turned, f);
}


/** Begin, be connected, and take leave */
static void far_comes_and_goes(struct far *f)
{
	CU_ASSERT_TRUE_FATAL(loopback_until(f->net, NULL, far_connected, f));
	CU_ASSERT_EQUAL(f->heard.state, TRANSPORT_CONNECTED);
	dtls_association_close(f->a);
	CU_ASSERT_TRUE_FATAL(loopback_until(f->net, NULL, far_is_closed, f));
	CU_ASSERT_EQUAL(f->heard.state, TRANSPORT_CLOSED);
	CU_ASSERT_NOT_EQUAL(
		transport_send_rtp(f->t, packet,
				   loopback_rtp(packet, 1, SSRC, BYTES)),
		0);
	far_renew(f);
}


static void a_client_comes_back_so_often(void)
{
	struct far f;

	far_open(&f, DTLS_ROLE_CLIENT);
	far_describe(&f);
	far_renew(&f);
	for (unsigned i = 0; i < HANDSHAKES; i++)
		far_comes_and_goes(&f);

	/* and then not even described anew, but from elsewhere */
	far_describe(&f);
	far_settle(&f);
	CU_ASSERT_EQUAL(dtls_association_state(f.a), DTLS_HANDSHAKING);
	CU_ASSERT_EQUAL(transport_state(f.t), TRANSPORT_NEW);
	far_move(&f);
	far_describe(&f);
	far_renew(&f);
	far_comes_and_goes(&f);
	far_close(&f);
}


static void a_server_is_asked_once_a_description(void)
{
	struct far f;
	unsigned hellos;

	far_open(&f, DTLS_ROLE_SERVER);
	far_renew(&f);
	for (unsigned i = 0; i < HANDSHAKES; i++) {
		far_describe(&f);
		far_comes_and_goes(&f);
		hellos = f.hellos[0];
		far_settle(&f);
		CU_ASSERT_EQUAL(f.hellos[0], hellos);
	}

	far_describe(&f);
	far_settle(&f);
	CU_ASSERT_EQUAL(f.hellos[0], hellos);
	far_move(&f);
	far_describe(&f);
	far_comes_and_goes(&f);
	far_close(&f);
}


static bool far_rtcp_asked(void *arg)
{
	struct far *f = arg;

	return far_connected(f) && f->hellos[1] >= HANDSHAKES;
}


static void rtcp_is_not_asked_for_ever(void)
{
	struct transport_local local;
	struct far f;

	far_open(&f, DTLS_ROLE_SERVER);
	transport_local(f.t, &local);
	sa_set_port(&local.rtp, local.rtcp_port);
	f.rtcp_fd = far_socket(&local.rtp, &f.rtcp);
	far_renew(&f);
	far_describe(&f);
	CU_ASSERT_TRUE(loopback_until(f.net, NULL, far_rtcp_asked, &f));
	far_settle(&f);
	/* one may have been sent twice */
	CU_ASSERT_TRUE(f.hellos[1] < 2 * HANDSHAKES);
	CU_ASSERT_EQUAL(transport_state(f.t), TRANSPORT_CONNECTED);
	far_close(&f);
}


static void what_failed_is_described_anew(void)
{
	struct far f;

	far_open(&f, DTLS_ROLE_SERVER);
	f.refuses = true;
	for (unsigned i = 0; i < 2; i++) {
		far_describe(&f);
		CU_ASSERT_EQUAL(transport_state(f.t), TRANSPORT_NEW);
		CU_ASSERT_TRUE(loopback_until(f.net, NULL, far_failed, &f));
	}

	f.refuses = false;
	far_renew(&f);
	far_settle(&f);
	CU_ASSERT_EQUAL(transport_state(f.t), TRANSPORT_FAILED);
	far_describe(&f);
	far_comes_and_goes(&f);
	far_close(&f);
}


static CU_TestInfo tests[] = {
	{"media flows after the handshake, on one port and on two",
	 media_flows_after_the_handshake},
	{"another certificate fails it", another_certificate_fails_it},
	{"another fingerprint begins anew", another_fingerprint_begins_anew},
	{"a cookie comes before anything else",
	 a_cookie_comes_before_anything_else},
	{"a client that closes may come back, so often",
	 a_client_comes_back_so_often},
	{"a server that closes is asked again when it is described anew",
	 a_server_is_asked_once_a_description},
	{"RTCP that is refused is not asked for ever",
	 rtcp_is_not_asked_for_ever},
	{"what failed may begin again once it is described anew",
	 what_failed_is_described_anew},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(plain_dtls, tests)
