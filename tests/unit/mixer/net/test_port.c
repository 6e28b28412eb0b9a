/**
 * @file test_port.c  One UDP socket of the media plane
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "mixer/net/net_private.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"

enum { BYTES = 100 };

/** What a port heard */
struct ear {
	struct port port;
	unsigned count;
	size_t lens[128];
	struct sa last;
};

static void receive_h(struct port *port, const struct sa *src, uint8_t *buf,
		      size_t len, uint64_t now_us, void *arg)
{
	struct ear *e = arg;

	(void)port;
	(void)buf;
	CU_ASSERT(now_us > 0);
	if (e->count < ARRAY_SIZE(e->lens))
		e->lens[e->count] = len;
	e->count++;
	e->last = *src;
}


static void ear_destructor(void *arg)
{
	struct ear *e = arg;

	port_close(&e->port);
}


/** Handlers keep their owner alive: it has a reference count */
static struct ear *listen_at(struct net *net)
{
	struct ear *e = mem_zalloc(sizeof(*e), ear_destructor);
	struct sa addr;

	CU_ASSERT_PTR_NOT_NULL_FATAL(e);
	e->port.fd = -1;
	CU_ASSERT_EQUAL(sa_set_str(&addr, "127.0.0.1", 0), 0);
	CU_ASSERT_EQUAL_FATAL(port_open(&e->port, net, &addr, receive_h, e),
			      0);
	/* by its number, as those that are connected are */
	addr = e->port.addr;
	port_close(&e->port);
	CU_ASSERT_EQUAL_FATAL(port_open(&e->port, net, &addr, receive_h, e),
			      0);

	return e;
}


static void opens_where_it_says_and_once(void)
{
	struct net *net = loopback_net(0, 0);
	struct ear *a = listen_at(net);
	struct port again = {.fd = -1};

	CU_ASSERT(sa_port(&a->port.addr) > 0);
	CU_ASSERT_EQUAL(port_open(&again, net, &a->port.addr, receive_h, a),
			EADDRINUSE);
	CU_ASSERT_EQUAL(again.fd, -1);
	port_close(&again);
	port_close(&a->port);
	port_close(&a->port);
	CU_ASSERT_EQUAL(port_open(&again, net, &a->port.addr, receive_h, a),
			0);
	port_close(&again);
	mem_deref(a);
	mem_deref(net);
}


static void what_is_sent_is_heard_and_counted(void)
{
	struct net *net = loopback_net(0, 0);
	struct ear *a = listen_at(net), *b = listen_at(net);
	const struct net_stats before = *net_stats(net);
	uint8_t buf[BYTES] = {0x80};

	CU_ASSERT_EQUAL(port_send(&a->port, &b->port.addr, buf, sizeof(buf)),
			0);
	loopback_settle(net, NULL);
	CU_ASSERT_EQUAL(b->count, 1);
	CU_ASSERT_EQUAL(b->lens[0], sizeof(buf));
	CU_ASSERT_TRUE(sa_cmp(&b->last, &a->port.addr, SA_ALL));
	CU_ASSERT_EQUAL(net_stats(net)->packets_out, before.packets_out + 1);
	CU_ASSERT_EQUAL(net_stats(net)->bytes_out,
			before.bytes_out + sizeof(buf));
	CU_ASSERT_EQUAL(net_stats(net)->packets_in, before.packets_in + 1);

	/* nothing at all is not handed up */
	CU_ASSERT_EQUAL(port_send(&a->port, &b->port.addr, buf, 0), 0);
	loopback_settle(net, NULL);
	CU_ASSERT_EQUAL(b->count, 1);
	CU_ASSERT_EQUAL(net_stats(net)->discarded, before.discarded + 1);
	mem_deref(a);
	mem_deref(b);
	mem_deref(net);
}


/** Bursts of any sizes arrive in order, cut where they were */
static void bursts_keep_their_borders(void)
{
	static const size_t sizes[][6] = {
		{1000, 1000, 1000, 1000, 1000, 1000},
		{1000, 1000, 1000, 1000, 1000, 40},
		{1000, 40, 1000, 40, 1000, 40},
		{40, 1000, 1000, 1200, 1200, 1},
		{1, 2, 3, 4, 5, 6},
	};
	struct net *net = loopback_net(0, 0);
	struct ear *a = listen_at(net), *b = listen_at(net);
	static uint8_t memory[6][1200];
	uint8_t *bufs[6];

	for (size_t k = 0; k < 6; k++)
		bufs[k] = memory[k];
	for (unsigned connected = 0; connected < 2; connected++) {
		if (connected)
			port_connect(&a->port, &b->port.addr);
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			b->count = 0;
			CU_ASSERT_EQUAL(port_send_burst(&a->port,
							&b->port.addr, bufs,
							sizes[i], 6),
					0);
			loopback_settle(net, NULL);
			CU_ASSERT_EQUAL(b->count, 6);
			CU_ASSERT(
				!memcmp(b->lens, sizes[i], sizeof(sizes[i])));
		}
	}
	mem_deref(a);
	mem_deref(b);
	mem_deref(net);
}


static void a_connected_port_hears_its_peer_only(void)
{
	struct net *net = loopback_net(0, 0);
	struct ear *a = listen_at(net), *b = listen_at(net);
	struct ear *c = listen_at(net);
	uint8_t buf[BYTES] = {0x80};

	port_connect(&a->port, &b->port.addr);
	CU_ASSERT_TRUE(a->port.connected);
	(void)port_send(&c->port, &a->port.addr, buf, sizeof(buf));
	(void)port_send(&b->port, &a->port.addr, buf, sizeof(buf));
	loopback_settle(net, NULL);
	CU_ASSERT_EQUAL(a->count, 1);
	CU_ASSERT_TRUE(sa_cmp(&a->last, &b->port.addr, SA_ALL));

	port_disconnect(&a->port);
	CU_ASSERT_FALSE(a->port.connected);
	(void)port_send(&c->port, &a->port.addr, buf, sizeof(buf));
	loopback_settle(net, NULL);
	CU_ASSERT_EQUAL(a->count, 2);
	/* and sends to whom it is told to */
	CU_ASSERT_EQUAL(port_send(&a->port, &c->port.addr, buf, sizeof(buf)),
			0);
	loopback_settle(net, NULL);
	CU_ASSERT_EQUAL(c->count, 1);
	mem_deref(a);
	mem_deref(b);
	mem_deref(c);
	mem_deref(net);
}


/** A far end that is away for a moment does not cost the next packet */
static void an_icmp_error_is_not_the_end(void)
{
	struct net *net = loopback_net(0, 0);
	struct ear *a = listen_at(net), *b = listen_at(net);
	const struct sa addr = b->port.addr;
	uint8_t buf[BYTES] = {0x80};

	port_connect(&a->port, &addr);
	port_close(&b->port);
	(void)port_send(&a->port, &addr, buf, sizeof(buf));
	loopback_settle(net, NULL);
	CU_ASSERT_EQUAL(port_open(&b->port, net, &addr, receive_h, b), 0);
	CU_ASSERT_EQUAL(port_send(&a->port, &addr, buf, sizeof(buf)), 0);
	loopback_settle(net, NULL);
	CU_ASSERT_EQUAL(b->count, 1);
	mem_deref(a);
	mem_deref(b);
	mem_deref(net);
}


static CU_TestInfo tests[] = {
	{"opens where it says, and once", opens_where_it_says_and_once},
	{"what is sent is heard and counted",
	 what_is_sent_is_heard_and_counted},
	{"bursts keep their borders", bursts_keep_their_borders},
	{"a connected port hears its peer only",
	 a_connected_port_hears_its_peer_only},
	{"an ICMP error is not the end", an_icmp_error_is_not_the_end},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(port, tests)
