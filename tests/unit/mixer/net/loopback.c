/**
 * @file loopback.c  A net, a transport and its far end in one process
 */
#include <string.h>
#include "mixer/base/clock.h"
#include "tests/lib/ice_peer.c"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


/** A turn of the loop that ends by condition or deadline */
struct turn {
	struct net *net;
	struct ice_peer *peer;
	loopback_cond_h *condh;
	void *arg;
	struct tmr tmr;
	uint64_t deadline_us;
	bool held;
};


static void heard_packet(struct heard *h, const uint8_t *buf, size_t len)
{
	h->last_len = len < sizeof(h->last) ? len : sizeof(h->last);
	memcpy(h->last, buf, h->last_len);
}


static void rtp_h(uint8_t *buf, size_t len, uint64_t now_us, void *arg)
{
	struct heard *h = arg;

	(void)now_us;
	++h->rtp;
	heard_packet(h, buf, len);
}


static void rtcp_h(uint8_t *buf, size_t len, uint64_t now_us, void *arg)
{
	struct heard *h = arg;

	(void)now_us;
	++h->rtcp;
	heard_packet(h, buf, len);
}


static void state_h(enum transport_state state, const char *reason, void *arg)
{
	struct heard *h = arg;

	++h->states;
	h->state = state;
	str_ncpy(h->reason, reason, sizeof(h->reason));
}


static void path_h(void *arg)
{
	struct heard *h = arg;

	++h->paths;
}


static void peer_packet_h(uint8_t *buf, size_t len, bool rtcp, void *arg)
{
	struct heard *h = arg;

	++*(rtcp ? &h->rtcp : &h->rtp);
	heard_packet(h, buf, len);
}


static void proved_h(bool missed, void *arg)
{
	struct heard *h = arg;

	++h->proofs;
	h->missed = missed;
}


const struct transport_handlers loopback_handlers = {
	rtp_h, rtcp_h, state_h, path_h, proved_h,
};


static bool is_free(uint16_t port)
{
	struct sa addr;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool can;

	sa_set_str(&addr, "0.0.0.0", port);
	can = !bind(fd, &addr.u.sa, addr.len);
	close(fd);

	return can;
}


static bool all_are_free(uint16_t first)
{
	for (uint16_t i = 0; i < LOOPBACK_PORTS_MAX; i++) {
		if (!is_free((uint16_t)(first + i)))
			return false;
	}

	return true;
}


uint16_t loopback_ports(unsigned count)
{
	/* below those that the kernel hands out by itself */
	enum { FIRST = 12000, BLOCKS = 200 };
	static uint16_t first;

	CU_ASSERT_FATAL(count <= LOOPBACK_PORTS_MAX);
	for (int i = 0; !first && i < BLOCKS; i++) {
		uint16_t port = (uint16_t)(FIRST + (getpid() + i) % BLOCKS *
							   LOOPBACK_PORTS_MAX);

		if (all_are_free(port))
			first = port;
	}
	CU_ASSERT_FATAL(first != 0);

	return first;
}


struct net *loopback_net(uint16_t min, uint16_t max)
{
	struct net_config config = {0};
	struct net *net = NULL;

	sa_set_str(&config.media_addresses[0], "127.0.0.1", 0);
	config.media_address_count = 1;
	config.rtp_port_min = min;
	config.rtp_port_max = max;
	/* two transports of a test are each other's far ends */
	config.own_port_min = config.own_port_max = 1;
	CU_ASSERT_EQUAL_FATAL(net_alloc(&net, &config), 0);

	return net;
}


int loopback_socket(const char *host, struct sa *addr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	sa_set_str(addr, host, 0);
	CU_ASSERT_EQUAL(bind(fd, &addr->u.sa, addr->len), 0);
	addr->len = sizeof(addr->u);
	CU_ASSERT_EQUAL(getsockname(fd, &addr->u.sa, &addr->len), 0);

	return fd;
}


void loopback_peer(struct loopback *l, enum dtls_role role,
		   const char *profiles)
{
	const struct ice_peer_handlers h = {peer_packet_h};
	struct sa local;

	sa_set_str(&local, "127.0.0.1", 0);
	l->peer = mem_deref(l->peer);
	CU_ASSERT_EQUAL_FATAL(ice_peer_alloc(&l->peer, &local, l->peer_dtls,
					     role, profiles, &h, &l->browser),
			      0);
}


struct transport *loopback_plain(struct net *net, enum transport_suite suite,
				 struct heard *heard)
{
	struct transport *t = NULL;

	CU_ASSERT_EQUAL_FATAL(transport_alloc(&t, net, TRANSPORT_PLAIN, 0,
					      suite, &loopback_handlers,
					      heard),
			      0);

	return t;
}


void loopback_open(struct loopback *l, enum dtls_role role,
		   const char *profiles)
{
	memset(l, 0, sizeof(*l));
	l->net = loopback_net(0, 0);
	CU_ASSERT_EQUAL_FATAL(transport_alloc(&l->transport, l->net,
					      TRANSPORT_WEBRTC, 0,
					      TRANSPORT_SUITE_NONE,
					      &loopback_handlers, &l->mixer),
			      0);
	CU_ASSERT_EQUAL_FATAL(dtls_context_alloc(&l->peer_dtls), 0);
	loopback_peer(l, role, profiles);
}


void loopback_signal(struct loopback *l)
{
	struct transport_remote remote;
	struct transport_local local;

	ice_peer_local(l->peer, &remote);
	CU_ASSERT_EQUAL(transport_set_remote(l->transport, &remote), 0);
	transport_local(l->transport, &local);
	ice_peer_set_remote(l->peer, &local);
}


static bool both_connected(void *arg)
{
	struct loopback *l = arg;

	return transport_state(l->transport) == TRANSPORT_CONNECTED &&
	       ice_peer_connected(l->peer);
}


void loopback_connect(struct loopback *l, enum dtls_role role,
		      const char *profiles)
{
	loopback_open(l, role, profiles);
	loopback_signal(l);
	CU_ASSERT_TRUE_FATAL(
		loopback_until(l->net, l->peer, both_connected, l));
}


void loopback_close(struct loopback *l)
{
	mem_deref(l->peer);
	mem_deref(l->transport);
	mem_deref(l->peer_dtls);
	mem_deref(l->net);
}


static void turn_tick(void *arg)
{
	struct turn *turn = arg;
	uint64_t now_us = clock_us();

	if (turn->net)
		net_tick(turn->net, now_us);
	if (turn->peer)
		ice_peer_tick(turn->peer, now_us);

	turn->held = turn->condh(turn->arg);
	if (turn->held || now_us > turn->deadline_us)
		re_cancel();
	else
		tmr_start(&turn->tmr, 1, turn_tick, turn);
}


bool loopback_until(struct net *net, struct ice_peer *peer,
		    loopback_cond_h *condh, void *arg)
{
	struct turn turn = {
		.net = net, .peer = peer, .condh = condh, .arg = arg};

	turn.deadline_us =
		clock_us() + unit_patience_ms(LOOPBACK_DEADLINE_MS) * 1000ull;
	tmr_init(&turn.tmr);
	tmr_start(&turn.tmr, 0, turn_tick, &turn);
	(void)re_main(NULL);
	tmr_cancel(&turn.tmr);

	return turn.held;
}


/** A counter awaited */
struct awaited {
	const unsigned *count;
	unsigned want;
};


static bool count_reached(void *arg)
{
	const struct awaited *a = arg;

	return *a->count >= a->want;
}


bool loopback_count(struct loopback *l, const unsigned *count, unsigned want)
{
	struct awaited a = {count, want};

	return loopback_until(l->net, l->peer, count_reached, &a);
}


static bool turns_over(void *arg)
{
	unsigned *left = arg;

	return !--*left;
}


void loopback_settle(struct net *net, struct ice_peer *peer)
{
	unsigned turns = 10;

	(void)loopback_until(net, peer, turns_over, &turns);
}


size_t loopback_rtp(uint8_t *buf, uint16_t seq, uint32_t ssrc, size_t bytes)
{
	memset(buf, 0x55, bytes);
	buf[0] = 0x80;
	buf[1] = 96;
	buf[2] = (uint8_t)(seq >> 8);
	buf[3] = (uint8_t)seq;
	memset(buf + 4, 0, 4);
	buf[8] = (uint8_t)(ssrc >> 24);
	buf[9] = (uint8_t)(ssrc >> 16);
	buf[10] = (uint8_t)(ssrc >> 8);
	buf[11] = (uint8_t)ssrc;

	return bytes;
}


size_t loopback_rtcp(uint8_t *buf, uint32_t ssrc)
{
	const uint8_t rr[8] = {0x80,
			       201,
			       0,
			       1,
			       (uint8_t)(ssrc >> 24),
			       (uint8_t)(ssrc >> 16),
			       (uint8_t)(ssrc >> 8),
			       (uint8_t)ssrc};

	memcpy(buf, rr, sizeof(rr));

	return sizeof(rr);
}
