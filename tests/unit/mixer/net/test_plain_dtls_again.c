/**
 * @file test_plain_dtls_again.c  One DTLS association after the other on plain
 * ports (RFC 8842)
 *
 * The far end has bare sockets, associations of its own and SRTP made of them:
 * what counts is that both are heard in the end.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/net/srtp.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


enum {
	BYTES = 172,
	SSRC = 77,
	PORTS = 40,
	HANDSHAKES = 8, /**< that may come to nothing */
	OFTEN = 20,
	FORGIVEN_US = 31000000, /**< one of them is, after that */
	RECORD_BYTES = 13,
	HANDSHAKE = 22,
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
};

/** Ports that runs side by side do not share */
#define PORT_MIN loopback_ports(PORTS)
#define PORT_MAX ((uint16_t)(PORT_MIN + PORTS - 1))

/** Its association on one port */
struct far_component {
	struct dtls_association *dtls, *old;
	struct crypto_context *in, *out; /**< NULL: no keys yet */
	int fd;                          /**< -1: none */
	struct sa addr;
	bool refuses;       /**< handshakes */
	unsigned hellos[3]; /**< heard, by the type of the message */
	unsigned heard;     /**< packets */
};

struct far {
	struct net *net;
	struct transport *t;
	struct heard heard;
	struct dtls_context *dtls;
	enum dtls_role role;
	struct far_component rtp, rtcp;
	uint16_t seq;
	unsigned turns, closed; /**< the latter: how often it was told */
};

static uint8_t packet[LOOPBACK_PACKET_MAX + TRANSPORT_TRAILER_MAX];


static void far_says(const uint8_t *buf, size_t len, void *arg)
{
	struct far_component *c = arg;

	(void)send(c->fd, buf, len, 0);
}


static void keys_forget(struct far_component *c)
{
	c->in = mem_deref(c->in);
	c->out = mem_deref(c->out);
}


/** It says nothing of it */
static void forget(struct far_component *c)
{
	c->dtls = mem_deref(c->dtls);
	c->old = mem_deref(c->old);
	keys_forget(c);
}


/** As a client it says hello at once */
static void begin(struct far *f, struct far_component *c)
{
	mem_deref(c->old);
	c->old = c->dtls;
	c->dtls = NULL;
	keys_forget(c);
	CU_ASSERT_EQUAL_FATAL(dtls_association_alloc(&c->dtls, f->dtls,
						     f->role, NULL, far_says,
						     c),
			      0);
	dtls_association_start(c->dtls);
}


/** The older one, if there are two */
static void take_leave(struct far_component *c)
{
	dtls_association_close(c->old ? c->old : c->dtls);
	if (!c->old)
		keys_forget(c);
}


/** At another port than before */
static void move(const struct far *f, struct far_component *c)
{
	struct transport_local local;

	if (c->fd >= 0)
		close(c->fd);
	transport_local(f->t, &local);
	if (c == &f->rtcp)
		sa_set_port(&local.rtp, local.rtcp_port);
	c->fd = loopback_socket("127.0.0.1", &c->addr);
	CU_ASSERT_EQUAL(connect(c->fd, &local.rtp.u.sa, local.rtp.len), 0);
}


static void describe(struct far *f)
{
	struct transport_remote remote = {0};

	sa_set_str(&remote.near, "127.0.0.1", 0);
	remote.rtp = f->rtp.addr;
	if (f->rtcp.fd >= 0)
		remote.rtcp = f->rtcp.addr;
	remote.rtcp_mux = f->rtcp.fd < 0;
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
	f->rtp.fd = f->rtcp.fd = -1;
	f->net = loopback_net(PORT_MIN, PORT_MAX);
	CU_ASSERT_EQUAL_FATAL(transport_alloc(&f->t, f->net,
					      TRANSPORT_PLAIN_DTLS, 0,
					      TRANSPORT_SUITE_NONE,
					      &loopback_handlers, &f->heard),
			      0);
	CU_ASSERT_EQUAL_FATAL(dtls_context_alloc(&f->dtls), 0);
	move(f, &f->rtp);
}


static void far_close(struct far *f)
{
	mem_deref(f->t);
	mem_deref(f->net);
	forget(&f->rtp);
	forget(&f->rtcp);
	mem_deref(f->dtls);
	close(f->rtp.fd);
	if (f->rtcp.fd >= 0)
		close(f->rtcp.fd);
}


static void dtls_arrived(struct far_component *c, const uint8_t *buf,
			 size_t len)
{
	/* alert, DTLS 1.2, epoch and number 0: fatal, handshake_failure */
	static const uint8_t no[] = {21, 254, 253, 0, 0, 0, 0, 0,
				     0,  0,   0,   0, 2, 2, 40};

	if (len > RECORD_BYTES && buf[0] == HANDSHAKE &&
	    buf[RECORD_BYTES] < ARRAY_SIZE(c->hellos))
		++c->hellos[buf[RECORD_BYTES]];
	if (c->refuses)
		far_says(no, sizeof(no), c);
	else if (c->dtls)
		dtls_association_receive(c->dtls, buf, len);
}


static void component_turn(struct far_component *c, bool rtcp)
{
	uint8_t buf[TRANSPORT_DATAGRAM_MAX];
	enum transport_suite suite;
	ssize_t n;

	while ((n = recv(c->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		size_t len = (size_t)n;

		if (buf[0] < 64)
			dtls_arrived(c, buf, len);
		else
			c->heard += c->in && !crypto_context_unprotect(
						     c->in, buf, &len, rtcp,
						     clock_us());
	}

	if (!c->dtls)
		return;

	dtls_association_tick(c->dtls);
	if (!c->in && dtls_association_state(c->dtls) == DTLS_ESTABLISHED)
		CU_ASSERT_EQUAL(dtls_association_srtp(c->dtls, &suite, &c->in,
						      &c->out),
				0);
}


static void far_turn(struct far *f)
{
	component_turn(&f->rtp, false);
	if (f->rtcp.fd >= 0)
		component_turn(&f->rtcp, true);
	f->closed += f->heard.state == TRANSPORT_CLOSED;
}


/** Each says a packet whenever asked, until both were heard */
static bool talk(void *arg)
{
	struct far *f = arg;
	size_t len = loopback_rtp(packet, ++f->seq, SSRC, BYTES);

	far_turn(f);
	(void)transport_send_rtp(f->t, packet, len);
	len = loopback_rtp(packet, f->seq, SSRC + 1, BYTES);
	if (f->rtp.out &&
	    !crypto_context_protect(f->rtp.out, packet, &len, false))
		far_says(packet, len, &f->rtp);

	return f->heard.rtp && f->rtp.heard;
}


static bool is_heard(struct far *f)
{
	f->heard.rtp = f->rtp.heard = 0;

	return loopback_until(f->net, NULL, talk, f);
}


static bool is_connected(void *arg)
{
	struct far *f = arg;

	far_turn(f);

	return f->rtp.in && transport_state(f->t) == TRANSPORT_CONNECTED;
}


static bool is_closed(void *arg)
{
	struct far *f = arg;

	far_turn(f);

	return transport_state(f->t) == TRANSPORT_CLOSED;
}


static bool has_failed(void *arg)
{
	struct far *f = arg;

	far_turn(f);

	return transport_state(f->t) == TRANSPORT_FAILED;
}


static bool has_turned(void *arg)
{
	struct far *f = arg;

	far_turn(f);

	return !--f->turns;
}


static void settle(struct far *f)
{
	f->turns = 30;
	(void)loopback_until(f->net, NULL, has_turned, f);
}


/** Be connected, and take leave */
static void comes_and_goes(struct far *f)
{
	CU_ASSERT_TRUE_FATAL(loopback_until(f->net, NULL, is_connected, f));
	CU_ASSERT_EQUAL(f->heard.state, TRANSPORT_CONNECTED);
	take_leave(&f->rtp);
	CU_ASSERT_TRUE_FATAL(loopback_until(f->net, NULL, is_closed, f));
	CU_ASSERT_EQUAL(f->heard.state, TRANSPORT_CLOSED);
	CU_ASSERT_NOT_EQUAL(
		transport_send_rtp(f->t, packet,
				   loopback_rtp(packet, 1, SSRC, BYTES)),
		0);
	forget(&f->rtp);
	begin(f, &f->rtp);
}


static void a_client_comes_back_as_often_as_it_likes(void)
{
	struct far f;

	far_open(&f, DTLS_ROLE_CLIENT);
	describe(&f);
	begin(&f, &f.rtp);
	for (unsigned i = 0; i < OFTEN; i++)
		comes_and_goes(&f);

	CU_ASSERT_TRUE(is_heard(&f));
	far_close(&f);
}


static void a_server_is_asked_once_a_description(void)
{
	struct far f;

	far_open(&f, DTLS_ROLE_SERVER);
	begin(&f, &f.rtp);
	for (unsigned i = 0; i < OFTEN; i++) {
		unsigned hellos;

		describe(&f);
		comes_and_goes(&f);
		hellos = f.rtp.hellos[CLIENT_HELLO];
		settle(&f);
		CU_ASSERT_EQUAL(f.rtp.hellos[CLIENT_HELLO], hellos);
	}

	far_close(&f);
}


/* ------------------------------------------------------ in which order */

enum step {
	END,
	OFFER,  /**< it is described */
	CLOSE,  /**< says close_notify in the older of its associations */
	FORGET, /**< what it has is gone, and it says nothing */
	BEGIN,  /**< another association */
	MOVE,   /**< to another port */
	TURN,   /**< its role is the other one from now on */
};

static const struct {
	const char *name;
	enum dtls_role role; /**< the far end's at first */
	enum step steps[5];
	bool told; /**< that it is closed, at times */
} orders[] = {
	{"client: close", DTLS_ROLE_CLIENT, {CLOSE, BEGIN}, true},
	{"client: close, offer",
	 DTLS_ROLE_CLIENT,
	 {CLOSE, OFFER, BEGIN},
	 true},
	{"client: offer, close", DTLS_ROLE_CLIENT, {OFFER, CLOSE, BEGIN}, 0},
	{"client: begin, close", DTLS_ROLE_CLIENT, {OFFER, BEGIN, CLOSE}, 0},
	{"client: begin, close, offer",
	 DTLS_ROLE_CLIENT,
	 {BEGIN, CLOSE, OFFER},
	 0},
	{"client: no close", DTLS_ROLE_CLIENT, {FORGET, BEGIN}, false},
	{"client: no close, offer",
	 DTLS_ROLE_CLIENT,
	 {FORGET, OFFER, BEGIN},
	 false},
	{"client: twice",
	 DTLS_ROLE_CLIENT,
	 {FORGET, BEGIN, FORGET, BEGIN},
	 false},
	{"client: moves", DTLS_ROLE_CLIENT, {MOVE, OFFER}, false},
	{"client: moves, close",
	 DTLS_ROLE_CLIENT,
	 {MOVE, OFFER, CLOSE, BEGIN},
	 false},
	{"client: moves, begin",
	 DTLS_ROLE_CLIENT,
	 {MOVE, OFFER, BEGIN},
	 false},
	{"client: moves, begin, offer",
	 DTLS_ROLE_CLIENT,
	 {MOVE, BEGIN, OFFER},
	 false},
	{"client: moves behind a NAT",
	 DTLS_ROLE_CLIENT,
	 {MOVE, BEGIN, MOVE, BEGIN},
	 false},
	{"client: turns", DTLS_ROLE_CLIENT, {TURN, OFFER, BEGIN}, false},
	{"client: turns, begin, offer",
	 DTLS_ROLE_CLIENT,
	 {TURN, BEGIN, OFFER},
	 false},
	{"client: turns, close",
	 DTLS_ROLE_CLIENT,
	 {TURN, OFFER, CLOSE, BEGIN},
	 false},
	{"client: turns, goes on", DTLS_ROLE_CLIENT, {TURN, OFFER}, false},
	{"server: close, offer",
	 DTLS_ROLE_SERVER,
	 {CLOSE, BEGIN, OFFER},
	 true},
	{"server: offer, close",
	 DTLS_ROLE_SERVER,
	 {OFFER, CLOSE, BEGIN},
	 false},
	{"server: begins itself",
	 DTLS_ROLE_SERVER,
	 {CLOSE, TURN, BEGIN},
	 true},
	{"server: begins itself, no close",
	 DTLS_ROLE_SERVER,
	 {FORGET, TURN, BEGIN},
	 false},
	{"server: moves", DTLS_ROLE_SERVER, {MOVE, OFFER}, false},
	{"server: moves, begin",
	 DTLS_ROLE_SERVER,
	 {FORGET, MOVE, BEGIN, OFFER},
	 false},
	{"server: moves, close",
	 DTLS_ROLE_SERVER,
	 {MOVE, OFFER, CLOSE, BEGIN},
	 false},
	{"server: turns", DTLS_ROLE_SERVER, {TURN, OFFER, BEGIN}, false},
	{"server: turns, close",
	 DTLS_ROLE_SERVER,
	 {TURN, OFFER, CLOSE, BEGIN},
	 false},
	{"server: turns, goes on", DTLS_ROLE_SERVER, {TURN, OFFER}, false},
};


static void far_steps(struct far *f, enum step step)
{
	switch (step) {

	case OFFER: describe(f); break;
	case CLOSE: take_leave(&f->rtp); break;
	case FORGET: forget(&f->rtp); break;
	case BEGIN: begin(f, &f->rtp); break;
	case MOVE: move(f, &f->rtp); break;
	case TURN:
		f->role = f->role == DTLS_ROLE_CLIENT ? DTLS_ROLE_SERVER
						      : DTLS_ROLE_CLIENT;
		break;

	case END: break;
	}
}


/** One step upon the other, or with time between */
static void in_whatever_order_both_are_heard(void)
{
	for (size_t i = 0; i < 2 * ARRAY_SIZE(orders); i++) {
		const enum step *steps = orders[i / 2].steps;
		struct far f;
		bool heard;

		far_open(&f, orders[i / 2].role);
		begin(&f, &f.rtp);
		describe(&f);
		CU_ASSERT_TRUE(is_heard(&f));
		f.closed = 0;
		for (size_t k = 0; k < 5 && steps[k]; k++) {
			far_steps(&f, steps[k]);
			if (i % 2)
				settle(&f);
		}

		heard = is_heard(&f);
		CU_ASSERT_TRUE(heard);
		CU_ASSERT_TRUE(orders[i / 2].told || !f.closed);
		if (!heard || (f.closed && !orders[i / 2].told))
			printf("\n%s: time=%zu heard=%d mixer=%u far=%u "
			       "closed=%u\n",
			       orders[i / 2].name, i % 2, heard, f.heard.rtp,
			       f.rtp.heard, f.closed);
		far_close(&f);
	}
}


/* --------------------------------------------------------- to no purpose */

/** Somebody at its address with another certificate, again and again: it is
 *  answered so often, and those who talk go on */
static void who_proves_nothing_is_answered_so_often(void)
{
	struct dtls_context *good, *other = NULL;
	struct far_component kept;
	struct far f;

	far_open(&f, DTLS_ROLE_CLIENT);
	begin(&f, &f.rtp);
	describe(&f);
	CU_ASSERT_TRUE(is_heard(&f));
	kept = f.rtp;
	CU_ASSERT_EQUAL_FATAL(dtls_context_alloc(&other), 0);
	good = f.dtls;
	f.dtls = other;
	f.rtp.dtls = NULL;
	f.rtp.in = f.rtp.out = NULL;
	f.rtp.hellos[SERVER_HELLO] = 0;
	for (unsigned i = 0; i < 2 * HANDSHAKES; i++) {
		forget(&f.rtp);
		begin(&f, &f.rtp);
		settle(&f);
	}
	CU_ASSERT_TRUE(f.rtp.hellos[SERVER_HELLO] >= HANDSHAKES - 1);
	CU_ASSERT_TRUE(f.rtp.hellos[SERVER_HELLO] <= HANDSHAKES);
	CU_ASSERT_EQUAL(f.heard.states, 1);

	forget(&f.rtp);
	f.dtls = good;
	f.rtp = kept;
	CU_ASSERT_TRUE(is_heard(&f));
	mem_deref(other);
	far_close(&f);
}


static bool rtcp_is_asked(void *arg)
{
	struct far *f = arg;

	return is_connected(f) && f->rtcp.hellos[CLIENT_HELLO] >= HANDSHAKES;
}


static void rtcp_is_not_asked_for_ever(void)
{
	struct far f;
	unsigned hellos;

	far_open(&f, DTLS_ROLE_SERVER);
	move(&f, &f.rtcp);
	f.rtcp.refuses = true;
	begin(&f, &f.rtp);
	describe(&f);
	CU_ASSERT_TRUE(loopback_until(f.net, NULL, rtcp_is_asked, &f));
	settle(&f);
	hellos = f.rtcp.hellos[CLIENT_HELLO];
	/* one may have been sent twice */
	CU_ASSERT_TRUE(hellos < 2 * HANDSHAKES);
	settle(&f);
	CU_ASSERT_EQUAL(f.rtcp.hellos[CLIENT_HELLO], hellos);
	CU_ASSERT_TRUE(is_heard(&f));

	/* but now and then */
	net_tick(f.net, clock_us() + FORGIVEN_US);
	settle(&f);
	CU_ASSERT_EQUAL(f.rtcp.hellos[CLIENT_HELLO], hellos + 1);
	far_close(&f);
}


/** What it waits for keeps nobody waiting */
static void rtcp_that_is_silent_is_no_hindrance(void)
{
	static const enum dtls_role roles[] = {DTLS_ROLE_CLIENT,
					       DTLS_ROLE_SERVER};

	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		struct far f;

		far_open(&f, roles[i]);
		move(&f, &f.rtcp);
		begin(&f, &f.rtp);
		describe(&f);
		CU_ASSERT_TRUE(is_heard(&f));
		describe(&f);
		CU_ASSERT_TRUE(is_heard(&f));
		/* it comes to life */
		begin(&f, &f.rtcp);
		while (!f.rtcp.in) {
			f.turns = 1;
			CU_ASSERT_TRUE_FATAL(
				loopback_until(f.net, NULL, has_turned, &f));
		}
		CU_ASSERT_TRUE(is_heard(&f));
		CU_ASSERT_EQUAL(f.heard.states, 1);
		far_close(&f);
	}
}


static void what_failed_is_described_anew(void)
{
	struct far f;

	far_open(&f, DTLS_ROLE_SERVER);
	f.rtp.refuses = true;
	for (unsigned i = 0; i < 2; i++) {
		describe(&f);
		CU_ASSERT_EQUAL(transport_state(f.t), TRANSPORT_NEW);
		CU_ASSERT_TRUE(loopback_until(f.net, NULL, has_failed, &f));
	}

	f.rtp.refuses = false;
	begin(&f, &f.rtp);
	settle(&f);
	CU_ASSERT_EQUAL(transport_state(f.t), TRANSPORT_FAILED);
	describe(&f);
	comes_and_goes(&f);
	far_close(&f);
}


static bool rtcp_has_keys(void *arg)
{
	struct far *f = arg;

	far_turn(f);

	return f->rtcp.in != NULL;
}


/** What RTCP agreed on is good still */
static void only_what_failed_is_begun_again(void)
{
	struct far f;
	unsigned hellos;

	far_open(&f, DTLS_ROLE_SERVER);
	move(&f, &f.rtcp);
	begin(&f, &f.rtcp);
	describe(&f);
	CU_ASSERT_TRUE(loopback_until(f.net, NULL, rtcp_has_keys, &f));
	settle(&f);
	hellos = f.rtcp.hellos[CLIENT_HELLO];
	f.rtp.refuses = true;
	CU_ASSERT_TRUE(loopback_until(f.net, NULL, has_failed, &f));

	f.rtp.refuses = false;
	begin(&f, &f.rtp);
	describe(&f);
	CU_ASSERT_TRUE(is_heard(&f));
	CU_ASSERT_EQUAL(f.rtcp.hellos[CLIENT_HELLO], hellos);
	CU_ASSERT_EQUAL(
		transport_send_rtcp(f.t, packet, loopback_rtcp(packet, SSRC)),
		0);
	settle(&f);
	CU_ASSERT_EQUAL(f.rtcp.heard, 1);
	far_close(&f);
}


static CU_TestInfo tests[] = {
	{"a client that closes comes back as often as it likes",
	 a_client_comes_back_as_often_as_it_likes},
	{"a server that closes is asked again when it is described anew",
	 a_server_is_asked_once_a_description},
	{"in whatever order it begins another, both are heard",
	 in_whatever_order_both_are_heard},
	{"who proves nothing is answered so often, and disturbs nobody",
	 who_proves_nothing_is_answered_so_often},
	{"RTCP that is refused is not asked for ever",
	 rtcp_is_not_asked_for_ever},
	{"RTCP that is silent is no hindrance",
	 rtcp_that_is_silent_is_no_hindrance},
	{"what failed may begin again once it is described anew",
	 what_failed_is_described_anew},
	{"only what failed is begun again", only_what_failed_is_begun_again},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(plain_dtls_again, tests)
