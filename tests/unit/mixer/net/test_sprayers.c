/**
 * @file test_sprayers.c  Who sends to many legs from one place
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "mixer/net/sprayers.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


enum {
	S = 1000000,
	MS = 1000,
	T0 = 5 * S,
	PORTS = 40,
	LEGS = 4,
	BYTES = 172,
};

/** Ports that runs side by side do not share */
#define PORT_MIN loopback_ports(PORTS)
#define PORT_MAX ((uint16_t)(PORT_MIN + PORTS - 1))

static struct sprayers *all;


static void world_open(void)
{
	all = calloc(1, sizeof(*all));
	CU_ASSERT_PTR_NOT_NULL_FATAL(all);
}


static bool hear(uint16_t port, uint64_t leg, uint64_t now_us)
{
	struct sa src;

	(void)sa_set_str(&src, "192.0.2.1", port);

	return sprayers_heard(all, &src, leg, now_us);
}


static void who_goes_from_leg_to_leg_is_one(void)
{
	/* legs, and how long from one to the next */
	static const struct {
		unsigned legs;
		uint64_t apart_us;
	} rows[] = {{2, 1}, {2, 500 * MS}, {10, 50 * MS}, {10, S}, {3, 5 * S}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t now_us = T0;

		world_open();
		for (unsigned n = 0; n < 20; n++) {
			bool is = hear(5000, 1 + n % rows[i].legs, now_us);

			if (n <= SPRAYERS_FREE)
				CU_ASSERT_FALSE(is);
			if (n > 2 * SPRAYERS_FREE)
				CU_ASSERT_TRUE(is);
			now_us += rows[i].apart_us;
		}

		/* others of its host are none, and it is one for a while */
		CU_ASSERT_FALSE(hear(5002, 1, now_us));
		now_us -= rows[i].apart_us;
		CU_ASSERT_TRUE(hear(5000, 1, now_us + 20 * S));
		(void)hear(5000, 1, now_us + 55 * S);
		CU_ASSERT_FALSE(hear(5000, 1, now_us + 90 * S));
		free(all);
	}
}


static void who_keeps_to_a_leg_or_calls_again_is_none(void)
{
	world_open();
	for (unsigned n = 0; n < 5000; n++)
		CU_ASSERT_FALSE(hear(5000, 1, T0 + n * 20 * MS));
	/* crashed and called again, each time of another leg */
	for (unsigned leg = 2; leg < 50; leg++)
		CU_ASSERT_FALSE(hear(5000, leg, T0 + leg * 15ull * S));
	free(all);
}


static void a_full_table_forgets_no_sprayer(void)
{
	world_open();
	for (unsigned n = 0; n < 20; n++)
		(void)hear(1, 1 + n % 2, T0);
	for (unsigned port = 2; port < 60000; port++)
		CU_ASSERT_FALSE(hear((uint16_t)port, 1, T0 + port));
	CU_ASSERT_TRUE(hear(1, 1, T0 + S));
	free(all);
}


/** Legs whose SDP names a private address each */
struct legs {
	struct net *net;
	struct transport *t[LEGS];
	struct heard heard[LEGS];
	uint16_t seq;
};


static void legs_open(struct legs *l, const char *host)
{
	memset(l, 0, sizeof(*l));
	l->net = loopback_net(PORT_MIN, PORT_MAX);
	for (unsigned i = 0; i < LEGS; i++) {
		struct transport_remote remote = {0};

		l->t[i] = loopback_plain(l->net, TRANSPORT_SUITE_NONE,
					 &l->heard[i]);
		sa_set_str(&remote.rtp, host, (uint16_t)(4000 + 2 * i));
		sa_set_str(&remote.near, "127.0.0.1", 0);
		remote.leg = 1 + i;
		CU_ASSERT_EQUAL(transport_set_remote(l->t[i], &remote), 0);
	}
}


static void legs_close(struct legs *l)
{
	for (unsigned i = 0; i < LEGS; i++)
		mem_deref(l->t[i]);
	mem_deref(l->net);
}


static void talk(struct legs *l, unsigned leg, int fd, uint32_t ssrc)
{
	uint8_t packet[LOOPBACK_PACKET_MAX];
	struct transport_local local;
	size_t len = loopback_rtp(packet, l->seq++, ssrc, BYTES);

	transport_local(l->t[leg], &local);
	CU_ASSERT_EQUAL(
		sendto(fd, packet, len, 0, &local.rtp.u.sa, local.rtp.len),
		(ssize_t)len);
	loopback_settle(l->net, NULL);
}


/** Does what goes to that leg come there? */
static bool is_followed(struct legs *l, unsigned leg, int fd)
{
	uint8_t buf[LOOPBACK_PACKET_MAX + TRANSPORT_TRAILER_MAX];
	bool any = false;

	(void)transport_send_rtp(l->t[leg], buf,
				 loopback_rtp(buf, 1, 1, BYTES));
	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		any = true;

	return any;
}


/* He was first at all of them, and goes on */
static void a_neighbour_does_not_keep_what_he_won(void)
{
	struct legs l;
	struct sa addr;
	int his = loopback_socket("127.0.0.1", &addr), theirs[LEGS];

	legs_open(&l, "127.0.0.7");
	for (unsigned n = 0; n < 3; n++)
		talk(&l, 0, his, 1);
	CU_ASSERT_TRUE(is_followed(&l, 0, his));

	for (unsigned n = 0; n < 3; n++) {
		for (unsigned i = 0; i < LEGS; i++)
			talk(&l, i, his, 1);
	}
	for (unsigned i = 0; i < LEGS; i++) {
		theirs[i] = loopback_socket("127.0.0.1", &addr);
		for (unsigned n = 0; n < 3; n++) {
			talk(&l, i, his, 1);
			talk(&l, i, theirs[i], 2 + i);
		}
		CU_ASSERT_TRUE(is_followed(&l, i, theirs[i]));
		CU_ASSERT_FALSE(is_followed(&l, i, his));
	}

	for (unsigned i = 0; i < LEGS; i++)
		close(theirs[i]);
	close(his);
	legs_close(&l);
}


/* One port for all calls, as a gateway may have */
static void what_is_signalled_may_be_one_place_for_all(void)
{
	struct legs l;
	struct sa addr;
	int fd = loopback_socket("127.0.0.1", &addr);

	legs_open(&l, "127.0.0.1");
	for (unsigned i = 0; i < LEGS; i++) {
		struct transport_remote remote = {.rtp = addr, .leg = 1 + i};

		sa_set_str(&remote.near, "127.0.0.1", 0);
		CU_ASSERT_EQUAL(transport_set_remote(l.t[i], &remote), 0);
	}

	for (unsigned n = 0; n < 10; n++) {
		for (unsigned i = 0; i < LEGS; i++)
			talk(&l, i, fd, 1);
	}

	for (unsigned i = 0; i < LEGS; i++) {
		CU_ASSERT_EQUAL(l.heard[i].rtp, 10);
		CU_ASSERT_TRUE(is_followed(&l, i, fd));
	}
	close(fd);
	legs_close(&l);
}


static CU_TestInfo tests[] = {
	{"who goes from leg to leg is one", who_goes_from_leg_to_leg_is_one},
	{"who keeps to a leg or calls again is none",
	 who_keeps_to_a_leg_or_calls_again_is_none},
	{"a full table forgets no sprayer", a_full_table_forgets_no_sprayer},
	{"a neighbour does not keep what he won",
	 a_neighbour_does_not_keep_what_he_won},
	{"what is signalled may be one place for all",
	 what_is_signalled_may_be_one_place_for_all},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(sprayers, tests)
