/**
 * @file test_ice_proof.c  What shows that who is sent media gets it
 */
#include <string.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/net/net_private.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


static uint8_t packet[LOOPBACK_PACKET_MAX + TRANSPORT_TRAILER_MAX];


/* Whoever knows the password can forge the address of a check */
static void a_host_that_gets_nothing_is_sent_little(void)
{
	enum { PICTURE = 1000, PICTURES = 100 };
	struct loopback l;
	uint64_t heard_us, now_us = clock_us();
	size_t sent = 0;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	CU_ASSERT_TRUE(transport_is_proven(l.transport));
	heard_us = transport_received_us(l.transport);
	ice_peer_ignore(l.peer, true);
	CU_ASSERT_EQUAL(ice_peer_move_to(l.peer, "127.0.0.2"), 0);
	CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.paths, 1));
	CU_ASSERT_FALSE(transport_is_proven(l.transport));
	CU_ASSERT_EQUAL(transport_received_us(l.transport), heard_us);
	for (int i = 0; i < PICTURES; i++)
		sent += transport_may_send(l.transport, TRANSPORT_PICTURE,
					   PICTURE, now_us)
				? PICTURE
				: 0;
	CU_ASSERT_TRUE(sent <= 32 * 1024);

	/* it is there after all */
	ice_peer_ignore(l.peer, false);
	CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.proofs, 2));
	CU_ASSERT_TRUE(l.mixer.missed);
	CU_ASSERT_TRUE(transport_is_proven(l.transport));
	CU_ASSERT_TRUE(transport_may_send(l.transport, TRANSPORT_PICTURE,
					  PICTURE, now_us));
	CU_ASSERT_EQUAL(transport_send_rtp(l.transport, packet,
					   loopback_rtp(packet, 1, 1, 100)),
			0);
	CU_ASSERT_TRUE(loopback_count(&l, &l.browser.rtp, 1));
	loopback_close(&l);
}


/* So a call needs no other, not even of who answers no checks */
static void the_handshake_proves_its_path(void)
{
	static const enum dtls_role roles[] = {DTLS_ROLE_CLIENT,
					       DTLS_ROLE_SERVER};

	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		struct loopback l;

		loopback_open(&l, roles[i], NULL);
		ice_peer_ignore(l.peer, true);
		loopback_signal(&l);
		CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.states, 1));
		CU_ASSERT_EQUAL(l.mixer.state, TRANSPORT_CONNECTED);
		CU_ASSERT_TRUE(transport_is_proven(l.transport));
		CU_ASSERT_EQUAL(l.mixer.proofs, 1);
		loopback_close(&l);
	}
}


struct hello {
	uint8_t buf[LOOPBACK_PACKET_MAX];
	size_t len;
};


static void hello_h(const uint8_t *buf, size_t len, void *arg)
{
	struct hello *h = arg;

	memcpy(h->buf, buf, len);
	h->len = len;
}


/** Bytes that go to one host when calls come with a check and a ClientHello
 *  from there, both forged, and then checks from many ports of it */
static uint64_t cannonade(unsigned calls,
			  const struct transport_remote *remote,
			  const struct hello *hello)
{
	enum { CALLS_MAX = 40, PORTS = 20 };
	struct transport *t[CALLS_MAX] = {NULL};
	static struct heard heard[CALLS_MAX];
	struct loopback l;
	uint64_t bytes;

	loopback_open(&l, DTLS_ROLE_CLIENT, NULL);
	ice_peer_ignore(l.peer, true);
	ice_peer_silence(l.peer, true);
	loopback_signal(&l);
	bytes = net_stats(l.net)->bytes_out;
	for (unsigned i = 0; i < calls; i++) {
		struct ice_peer_check check = {.use_candidate = true};
		struct transport_local local;

		CU_ASSERT_EQUAL_FATAL(
			transport_alloc(&t[i], l.net, TRANSPORT_WEBRTC, 0,
					TRANSPORT_SUITE_NONE,
					&loopback_handlers, &heard[i]),
			0);
		CU_ASSERT_EQUAL(transport_set_remote(t[i], remote), 0);
		transport_local(t[i], &local);
		check.ufrag = local.ice_ufrag;
		check.pwd = local.ice_pwd;
		ice_peer_send_check(l.peer, &check);
		CU_ASSERT_EQUAL(
			ice_peer_send_raw(l.peer, hello->buf, hello->len), 0);
		loopback_settle(l.net, NULL);
		for (unsigned k = 0; !i && k < PORTS; k++) {
			CU_ASSERT_EQUAL(ice_peer_move(l.peer), 0);
			ice_peer_send_check(l.peer, &check);
			loopback_settle(l.net, NULL);
		}
	}
	bytes = net_stats(l.net)->bytes_out - bytes;
	for (unsigned i = 0; i < calls; i++)
		mem_deref(t[i]);
	loopback_close(&l);

	return bytes - PORTS * 80;
}


/* What answers a ClientHello is four times as long, and repeated; and whoever
 * calls may have a long name for himself, which is in what we ask */
static void who_is_silent_is_sent_little(void)
{
	enum { CALLS = 40, CHECK = 120 };
	struct dtls_association *client = NULL;
	struct dtls_context *dtls = NULL;
	struct transport_remote remote;
	char ufrag[ICE_UFRAG_MAX + 1];
	struct hello hello;
	struct loopback l;
	uint64_t bytes;

	loopback_open(&l, DTLS_ROLE_CLIENT, NULL);
	CU_ASSERT_EQUAL_FATAL(dtls_context_alloc(&dtls), 0);
	CU_ASSERT_EQUAL_FATAL(dtls_association_alloc(&client, dtls,
						     DTLS_ROLE_CLIENT, NULL,
						     hello_h, &hello),
			      0);
	dtls_association_start(client);
	ice_peer_local(l.peer, &remote);

	/* the answers to checks are no longer than these, nor is what we ask
	 */
	bytes = cannonade(CALLS, &remote, &hello);
	CU_ASSERT_TRUE(bytes > 4000);
	CU_ASSERT_TRUE(bytes < 8 * 1024 + 2 * CALLS * CHECK + 5000);

	memset(ufrag, 'u', sizeof(ufrag) - 1);
	ufrag[sizeof(ufrag) - 1] = '\0';
	remote.ice_ufrag = ufrag;
	bytes = cannonade(CALLS, &remote, &hello);
	CU_ASSERT_TRUE(bytes < 8 * 1024 + CALLS * CHECK + 5000);

	mem_deref(client);
	mem_deref(dtls);
	loopback_close(&l);
}


enum { FAMILY = 6 };

/** All behind one IPv6 /64 */
struct family {
	size_t count;
	struct net *net;
	struct dtls_context *dtls;
	struct transport *t[FAMILY];
	struct ice_peer *peers[FAMILY];
	struct heard heard[FAMILY];
};


static bool has_ipv6(void)
{
	struct sa addr;
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool has;

	sa_set_str(&addr, "::1", 0);
	has = fd >= 0 && !bind(fd, &addr.u.sa, addr.len);
	if (fd >= 0)
		close(fd);

	return has;
}


static void member_opens(struct family *f, size_t i, enum dtls_role role,
			 bool answers)
{
	static const struct ice_peer_handlers none = {NULL};
	struct transport_remote remote;
	struct transport_local local;
	struct sa addr;

	sa_set_str(&addr, "::1", 0);
	CU_ASSERT_EQUAL_FATAL(
		transport_alloc(&f->t[i], f->net, TRANSPORT_WEBRTC, 0,
				TRANSPORT_SUITE_NONE, &loopback_handlers,
				&f->heard[i]),
		0);
	CU_ASSERT_EQUAL_FATAL(ice_peer_alloc(&f->peers[i], &addr, f->dtls,
					     role, NULL, &none, NULL),
			      0);
	ice_peer_ignore(f->peers[i], !answers);
	ice_peer_local(f->peers[i], &remote);
	remote.leg = i + 1;
	CU_ASSERT_EQUAL(transport_set_remote(f->t[i], &remote), 0);
	transport_local(f->t[i], &local);
	ice_peer_set_remote(f->peers[i], &local);
}


/** The first is ticked by the loop, the others here */
static bool all_are_connected(void *arg)
{
	struct family *f = arg;
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++) {
		if (i)
			ice_peer_tick(f->peers[i], clock_us());
		n += transport_state(f->t[i]) == TRANSPORT_CONNECTED &&
		     ice_peer_connected(f->peers[i]);
	}

	return n == f->count;
}


/* They share what an unheard host gets, but nobody has to wait for it: each
 * shows by its checks that it is there. Who answers none gets its turn */
static void a_family_comes_at_once(void)
{
	static const struct {
		enum dtls_role role;
		bool answers;
		size_t count;
		uint64_t most_ms;
	} rows[] = {
		{DTLS_ROLE_CLIENT, true, FAMILY, 1500},
		{DTLS_ROLE_SERVER, true, FAMILY, 1500},
		{DTLS_ROLE_CLIENT, false, 2, 10000},
		{DTLS_ROLE_SERVER, false, 2, 10000},
	};

	if (!has_ipv6())
		return;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct net_config config = {.media_address_count = 1};
		static struct family f;
		uint64_t begun_us;
		bool all = false;

		memset(&f, 0, sizeof(f));
		f.count = rows[i].count;
		sa_set_str(&config.media_addresses[0], "::1", 0);
		CU_ASSERT_EQUAL_FATAL(net_alloc(&f.net, &config), 0);
		CU_ASSERT_EQUAL_FATAL(dtls_context_alloc(&f.dtls), 0);
		for (size_t k = 0; k < f.count; k++)
			member_opens(&f, k, rows[i].role, rows[i].answers);

		begun_us = clock_us();
		while (!all && clock_us() - begun_us < rows[i].most_ms * 1000)
			all = loopback_until(f.net, f.peers[0],
					     all_are_connected, &f);
		CU_ASSERT_TRUE(all);
		CU_ASSERT_TRUE(clock_us() - begun_us < rows[i].most_ms * 1000);

		for (size_t k = 0; k < f.count; k++) {
			mem_deref(f.peers[k]);
			mem_deref(f.t[k]);
		}
		mem_deref(f.dtls);
		mem_deref(f.net);
	}
}


static CU_TestInfo tests[] = {
	{"a host that gets nothing is sent little",
	 a_host_that_gets_nothing_is_sent_little},
	{"the handshake proves its path", the_handshake_proves_its_path},
	{"who is silent is sent little", who_is_silent_is_sent_little},
	{"a family comes at once", a_family_comes_at_once},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(ice_proof, tests)
