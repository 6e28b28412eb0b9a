/**
 * @file test_transport_pairs.c  Which pair of the range a plain transport has
 */
#include <unistd.h>
#include "mixer/net/net_private.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


enum { PORTS = 40 };

/** Ports that runs side by side do not share */
#define PORT_MIN loopback_ports(PORTS)

static void port_range_runs_out_and_comes_back(void)
{
	struct net *net = loopback_net(PORT_MIN, PORT_MIN + 5);
	struct heard none = {0};
	struct transport *t[3], *more = NULL;
	struct transport_local local;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		t[i] = loopback_plain(net, TRANSPORT_SUITE_NONE, &none);
		transport_local(t[i], &local);
		CU_ASSERT_EQUAL(sa_port(&local.rtp) & 1, 0);
		CU_ASSERT_EQUAL(local.rtcp_port, sa_port(&local.rtp) + 1);
	}

	CU_ASSERT_EQUAL(transport_alloc(&more, net, TRANSPORT_PLAIN, 0,
					TRANSPORT_SUITE_NONE,
					&loopback_handlers, &none),
			EADDRNOTAVAIL);
	mem_deref(t[1]);
	t[1] = loopback_plain(net, TRANSPORT_SUITE_NONE, &none);
	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		mem_deref(t[i]);
	mem_deref(net);
}


static void taken_ports_are_passed_over(void)
{
	struct net *net = loopback_net(PORT_MIN, PORT_MIN + 3);
	struct heard none = {0};
	struct transport_local local;
	struct transport *t;
	struct sa addr;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	sa_set_str(&addr, "127.0.0.1", PORT_MIN + 1);
	CU_ASSERT_EQUAL(bind(fd, &addr.u.sa, addr.len), 0);
	t = loopback_plain(net, TRANSPORT_SUITE_NONE, &none);
	transport_local(t, &local);
	CU_ASSERT_EQUAL(sa_port(&local.rtp), PORT_MIN + 2);
	close(fd);
	mem_deref(t);
	mem_deref(net);
}


/** Another program at the first `count` pairs of the range */
static void strangers_open(int fds[], unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct sa addr;

		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		sa_set_str(&addr, "127.0.0.1", (uint16_t)(PORT_MIN + 2 * i));
		CU_ASSERT_EQUAL(bind(fds[i], &addr.u.sa, addr.len), 0);
	}
}


/** However many they hold: the media thread has other things to do */
static void strangers_cost_a_few_tries(void)
{
	enum { HELD = 2 * NET_PAIR_TRIES_MAX + 1 };
	struct net *net = loopback_net(PORT_MIN, PORT_MIN + 2 * HELD - 1);
	struct port_pairs *pairs = net->free_pairs[0];
	struct transport *t = NULL;
	struct heard none = {0};
	uint16_t order[HELD];
	int fds[HELD];

	strangers_open(fds, HELD);
	for (unsigned i = 0; i < HELD; i++)
		order[i] = port_pairs_take(pairs);
	for (unsigned i = 0; i < HELD; i++)
		port_pairs_give(pairs, order[i]);

	CU_ASSERT_EQUAL(transport_alloc(&t, net, TRANSPORT_PLAIN, 0,
					TRANSPORT_SUITE_NONE,
					&loopback_handlers, &none),
			EADDRNOTAVAIL);
	/* those tried went to the end, none is lost */
	CU_ASSERT_EQUAL(port_pairs_free(pairs), HELD);
	for (unsigned i = 0; i < HELD; i++)
		CU_ASSERT_EQUAL(port_pairs_take(pairs),
				order[(i + NET_PAIR_TRIES_MAX) % HELD]);
	for (unsigned i = 0; i < HELD; i++)
		close(fds[i]);
	mem_deref(net);
}


/** In a range that is used up but for what strangers hold, who comes again
 *  gets the pair that becomes free */
static void a_pair_behind_strangers_is_found(void)
{
	enum { HELD = 10 };
	struct net *net = loopback_net(PORT_MIN, PORT_MIN + 2 * HELD + 1);
	struct transport *t = NULL;
	struct heard none = {0};
	struct transport_local local;
	int fds[HELD];

	strangers_open(fds, HELD);
	for (unsigned i = 0; i <= HELD / NET_PAIR_TRIES_MAX && !t; i++)
		(void)transport_alloc(&t, net, TRANSPORT_PLAIN, 0,
				      TRANSPORT_SUITE_NONE, &loopback_handlers,
				      &none);
	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	transport_local(t, &local);
	CU_ASSERT_EQUAL(sa_port(&local.rtp), PORT_MIN + 2 * HELD);
	mem_deref(t);
	for (unsigned i = 0; i < HELD; i++)
		close(fds[i]);
	mem_deref(net);
}


static void a_pair_given_up_rests(void)
{
	struct net *net = loopback_net(PORT_MIN, PORT_MIN + 7);
	struct heard none = {0};
	struct transport_local local;
	struct transport *t = loopback_plain(net, TRANSPORT_SUITE_NONE, &none);
	uint16_t first;

	transport_local(t, &local);
	first = sa_port(&local.rtp);
	for (unsigned i = 0; i < 8; i++) {
		mem_deref(t);
		t = loopback_plain(net, TRANSPORT_SUITE_NONE, &none);
		transport_local(t, &local);
		CU_ASSERT_EQUAL(sa_port(&local.rtp) == first, i % 4 == 3);
	}
	mem_deref(t);
	mem_deref(net);
}


static CU_TestInfo tests[] = {
	{"port range runs out and comes back",
	 port_range_runs_out_and_comes_back},
	{"taken ports are passed over", taken_ports_are_passed_over},
	{"strangers cost a few tries", strangers_cost_a_few_tries},
	{"a pair behind strangers is found", a_pair_behind_strangers_is_found},
	{"a pair given up rests", a_pair_given_up_rests},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(transport_pairs, tests)
