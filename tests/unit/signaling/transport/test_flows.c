/**
 * @file test_flows.c  Numbers of flows, who is forgotten first, moved dialogs
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/transport/flows.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

static struct sa local;

static struct flows *make(void)
{
	struct flows *f = NULL;

	CU_ASSERT_EQUAL(sa_set_str(&local, "192.0.2.1", 5060), 0);
	CU_ASSERT_EQUAL_FATAL(flows_alloc(&f), 0);

	return f;
}


/** Peer number n: another address after 60000 ports */
static struct sa peer(unsigned n)
{
	struct sa sa;

	sa_init(&sa, AF_INET);
	sa_set_in(&sa, 0xc6336400 + n / 60000, (uint16_t)(1 + n % 60000));

	return sa;
}


static struct flow *add(struct flows *f, enum flow_transport transport,
			unsigned n)
{
	const struct sa sa = peer(n);
	struct flow *flow = NULL;

	CU_ASSERT_EQUAL_FATAL(flows_add(&flow, f, transport, &local, &sa), 0);

	return flow;
}


static void numbers_are_given_once(void)
{
	struct flows *f = make();
	struct flow *a = add(f, FLOW_UDP, 1), *b = add(f, FLOW_TLS, 1);
	const uint64_t id = a->info.id;

	CU_ASSERT(id > 0);
	CU_ASSERT_NOT_EQUAL(b->info.id, id);
	CU_ASSERT_PTR_EQUAL(flows_find(f, id), a);
	flows_remove(a);
	CU_ASSERT_PTR_NULL(flows_find(f, id));
	CU_ASSERT_PTR_NULL(flows_find(f, 0));
	a = add(f, FLOW_UDP, 1);
	CU_ASSERT(a->info.id > b->info.id);
	mem_deref(f);
}


static void peers_are_told_apart_by_transport_and_port(void)
{
	struct flows *f = make();
	struct flow *udp = add(f, FLOW_UDP, 1), *tcp = add(f, FLOW_TCP, 1);
	struct sa one = peer(1), two = peer(2);

	CU_ASSERT_PTR_EQUAL(flows_find_peer(f, FLOW_UDP, &one, NULL, NULL),
			    udp);
	CU_ASSERT_PTR_EQUAL(flows_find_peer(f, FLOW_TCP, &one, NULL, NULL),
			    tcp);
	CU_ASSERT_PTR_NULL(flows_find_peer(f, FLOW_TLS, &one, NULL, NULL));
	CU_ASSERT_PTR_NULL(flows_find_peer(f, FLOW_UDP, &two, NULL, NULL));
	/* another socket of ours is another flow */
	CU_ASSERT_PTR_NULL(flows_find_peer(f, FLOW_UDP, &one,
					   (struct udp_sock *)f, NULL));
	CU_ASSERT_EQUAL(flows_count(f, FLOW_UDP), 1);
	flows_remove(udp);
	CU_ASSERT_EQUAL(flows_count(f, FLOW_UDP), 0);
	CU_ASSERT_EQUAL(flows_count(f, FLOW_TCP), 1);
	CU_ASSERT_EQUAL(flows_count(f, (enum flow_transport)99), 0);
	mem_deref(f);
}


/** Forged sources cannot push out those with calls */
static void unproven_silent_ones_make_room(void)
{
	struct flows *f = make();
	uint64_t proven, quiet, used, tcp;

	proven = add(f, FLOW_UDP, 0)->info.id;
	flows_touch(flows_find(f, proven), true);
	quiet = add(f, FLOW_UDP, 1)->info.id;
	used = add(f, FLOW_UDP, 2)->info.id;
	tcp = add(f, FLOW_TCP, 3)->info.id;
	for (unsigned n = 3; n < FLOWS_UDP_MAX; n++)
		(void)add(f, FLOW_UDP, n);
	CU_ASSERT_PTR_NOT_NULL(flows_find(f, quiet));
	flows_touch(flows_find(f, used), false);

	(void)add(f, FLOW_UDP, FLOWS_UDP_MAX);
	CU_ASSERT_EQUAL(flows_count(f, FLOW_UDP), FLOWS_UDP_MAX);
	CU_ASSERT_PTR_NULL(flows_find(f, quiet));
	(void)add(f, FLOW_UDP, FLOWS_UDP_MAX + 1);
	CU_ASSERT_PTR_NOT_NULL(flows_find(f, used));
	CU_ASSERT_PTR_NOT_NULL(flows_find(f, proven));

	/* a connection is nobody's room */
	for (unsigned n = 0; n < FLOWS_UDP_MAX; n++)
		(void)add(f, FLOW_UDP, 2 * FLOWS_UDP_MAX + n);
	CU_ASSERT_PTR_NULL(flows_find(f, used));
	CU_ASSERT_PTR_NOT_NULL(flows_find(f, proven));
	CU_ASSERT_PTR_NOT_NULL(flows_find(f, tcp));
	mem_deref(f);
}


/** What was told by one is no proof of another, and only the last counts */
static void what_was_told_is_proof_of_that_flow_alone(void)
{
	struct flows *f = make();
	struct flow *one = add(f, FLOW_UDP, 0), *other = add(f, FLOW_UDP, 1);
	const struct pl tag = PL("t1"), callid = PL("a@b"), none = PL("");
	char text[16];
	struct pl more;

	CU_ASSERT_FALSE(flows_was_told(one, &tag));
	CU_ASSERT_FALSE(flows_was_told(one, &none));
	flows_tell(one, &tag);
	flows_begin(one, &callid);
	CU_ASSERT_TRUE(flows_was_told(one, &tag));
	CU_ASSERT_FALSE(flows_was_told(other, &tag));
	CU_ASSERT_FALSE(flows_was_told(one, &callid));
	CU_ASSERT_TRUE(flows_has_begun(one, &callid));
	CU_ASSERT_FALSE(flows_has_begun(other, &callid));

	/* repeats take no place of others */
	for (unsigned i = 0; i < 2 * FLOWS_TOLD_MAX; i++)
		flows_tell(one, &tag);
	for (unsigned i = 1; i <= FLOWS_TOLD_MAX; i++) {
		CU_ASSERT_TRUE(flows_was_told(one, &tag));
		(void)re_snprintf(text, sizeof(text), "more%u", i);
		pl_set_str(&more, text);
		flows_tell(one, &more);
		CU_ASSERT_TRUE(flows_was_told(one, &more));
	}
	CU_ASSERT_FALSE(flows_was_told(one, &tag));
	mem_deref(f);
}


/** What we chose stays longer than what came by itself, and proves nothing */
static void a_flow_that_we_chose_is_kept(void)
{
	struct flows *f = make();
	uint64_t chosen = add(f, FLOW_UDP, 0)->info.id;

	flows_keep(flows_find(f, chosen));
	CU_ASSERT_FALSE(flows_find(f, chosen)->proven);
	for (unsigned n = 1; n < 2 * FLOWS_UDP_MAX; n++)
		(void)add(f, FLOW_UDP, n);
	CU_ASSERT_PTR_NOT_NULL(flows_find(f, chosen));
	mem_deref(f);
}


static void moved_dialogs_are_followed(void)
{
	const struct pl callid = PL("a@b"), tag = PL("t1"), other = PL("t2");
	/* the same bytes, cut elsewhere */
	const struct pl longer = PL("a@bt"), shorter = PL("1");
	struct flows *f = make();
	struct flow *a = add(f, FLOW_WSS, 1), *b = add(f, FLOW_WSS, 2);

	CU_ASSERT_PTR_NULL(flows_follow(f, &callid, &tag));
	CU_ASSERT_EQUAL(flows_move(f, &callid, &tag, a->info.id), 0);
	CU_ASSERT_PTR_EQUAL(flows_follow(f, &callid, &tag), a);
	CU_ASSERT_PTR_NULL(flows_follow(f, &callid, &other));
	CU_ASSERT_PTR_NULL(flows_follow(f, &longer, &shorter));
	CU_ASSERT_PTR_NULL(flows_follow(f, &longer, &tag));
	CU_ASSERT_EQUAL(flows_move(f, &callid, &tag, b->info.id), 0);
	CU_ASSERT_PTR_EQUAL(flows_follow(f, &callid, &tag), b);
	flows_remove(b);
	CU_ASSERT_PTR_NULL(flows_follow(f, &callid, &tag));
	mem_deref(f);
}


static void the_oldest_move_is_forgotten(void)
{
	const struct pl callid = PL("a@b");
	struct flows *f = make();
	struct flow *a = add(f, FLOW_WSS, 1);
	char text[32];
	struct pl tag;

	for (unsigned i = 0; i <= FLOWS_MOVES_MAX; i++) {
		(void)snprintf(text, sizeof(text), "%u", i);
		pl_set_str(&tag, text);
		CU_ASSERT_EQUAL(flows_move(f, &callid, &tag, a->info.id), 0);
	}
	pl_set_str(&tag, "0");
	CU_ASSERT_PTR_NULL(flows_follow(f, &callid, &tag));
	pl_set_str(&tag, "1");
	CU_ASSERT_PTR_EQUAL(flows_follow(f, &callid, &tag), a);
	mem_deref(f);
}


/** Peers that differ in the upper bits of their address alone */
static struct sa aimed(unsigned n)
{
	struct sa sa;

	sa_init(&sa, AF_INET);
	sa_set_in(&sa, 0x0a000000 + n * 4096, 5060);

	return sa;
}


static double search_us(const struct flows *f, struct sa (*who)(unsigned n))
{
	enum { SEARCHES = 1000 };
	const double from = unit_cpu_us();

	for (unsigned n = 0; n < SEARCHES; n++) {
		const struct sa sa = who(FLOWS_UDP_MAX + n);

		CU_ASSERT_PTR_NULL(
			flows_find_peer(f, FLOW_UDP, &sa, NULL, NULL));
	}

	return unit_cpu_us() - from;
}


/** Who chooses addresses that sa_hash() has in one bucket costs no more than
 *  anybody else: a walk of all takes hundreds of times that */
static void nobody_aims_at_a_bucket(void)
{
	struct flows *f = make(), *g = make();
	double any = 1e9, chosen = 1e9;

	for (unsigned n = 0; n < FLOWS_UDP_MAX; n++) {
		const struct sa sa = aimed(n);
		struct flow *flow = NULL;

		(void)add(f, FLOW_UDP, n);
		CU_ASSERT_EQUAL_FATAL(
			flows_add(&flow, g, FLOW_UDP, &local, &sa), 0);
	}
	for (unsigned i = 0; i < 3; i++) {
		any = MIN(any, search_us(f, peer));
		chosen = MIN(chosen, search_us(g, aimed));
	}
	CU_ASSERT(chosen < 20 * any);
	mem_deref(f);
	mem_deref(g);
}


static int add_and_move(void *arg)
{
	const struct pl callid = PL("a@b"), tag = PL("t1");
	const struct sa sa = peer(1);
	struct flow *flow = NULL;
	struct flows *f = NULL;
	int err = flows_alloc(&f);

	(void)arg;
	CU_ASSERT_EQUAL(!err, f != NULL);
	if (!err) {
		err = flows_add(&flow, f, FLOW_UDP, &local, &sa);
		CU_ASSERT_EQUAL(flows_count(f, FLOW_UDP), err ? 0 : 1);
		CU_ASSERT_PTR_EQUAL(
			flows_find_peer(f, FLOW_UDP, &sa, NULL, NULL), flow);
	}
	if (!err) {
		err = flows_move(f, &callid, &tag, flow->info.id);
		CU_ASSERT_PTR_EQUAL(flows_follow(f, &callid, &tag),
				    err ? NULL : flow);
	}
	mem_deref(f);

	return err;
}


static void survives_any_failing_allocation(void)
{
	failing_each(add_and_move, NULL);
}


/** As many as a request can have, and not for ever */
static void answers_are_as_many_as_were_asked_for(void)
{
	struct flows *f = make();
	struct flow *a = add(f, FLOW_WS, 1);
	unsigned i;

	CU_ASSERT_FALSE(flows_take_answer(a, 1000));
	flows_ask(a, 1000);
	for (i = 0; i < FLOWS_ANSWERS; i++)
		CU_ASSERT_TRUE(flows_take_answer(a, 1000));
	CU_ASSERT_FALSE(flows_take_answer(a, 1000));

	flows_ask(a, 2000);
	CU_ASSERT_FALSE(flows_take_answer(a, 2001 + FLOWS_ANSWERS_MS));
	flows_ask(a, 2001 + FLOWS_ANSWERS_MS);
	for (i = 0; flows_take_answer(a, 2001 + FLOWS_ANSWERS_MS); i++)
		;
	CU_ASSERT_EQUAL(i, FLOWS_ANSWERS);

	for (i = 0; i < FLOWS_ANSWERS_MAX; i++)
		flows_ask(a, 50000);
	for (i = 0; flows_take_answer(a, 50000); i++)
		;
	CU_ASSERT_EQUAL(i, FLOWS_ANSWERS_MAX);

	mem_deref(f);
}


/** A connection, once it is proven; a datagram's source is never sure */
static void proven_connections_have_something_of_their_own(void)
{
	struct flows *f = make();
	struct flow *ws = add(f, FLOW_WS, 1), *udp = add(f, FLOW_UDP, 1);
	unsigned i;

	CU_ASSERT_FALSE(flows_take_own(ws, 1000));
	flows_touch(ws, true);
	flows_touch(udp, true);
	CU_ASSERT_FALSE(flows_take_own(udp, 1000));
	for (i = 0; flows_take_own(ws, 1000); i++)
		;
	CU_ASSERT_EQUAL(i, FLOWS_OWN_BURST);
	for (i = 0; flows_take_own(ws, 3000); i++)
		;
	CU_ASSERT_EQUAL(i, 2 * FLOWS_OWN_PER_S);
	for (i = 0; flows_take_own(ws, UINT64_MAX); i++)
		;
	CU_ASSERT_EQUAL(i, FLOWS_OWN_BURST);

	mem_deref(f);
}


static CU_TestInfo tests[] = {
	{"numbers are given once", numbers_are_given_once},
	{"peers are told apart by transport and port",
	 peers_are_told_apart_by_transport_and_port},
	{"unproven silent ones make room", unproven_silent_ones_make_room},
	{"what was told is proof of that flow alone",
	 what_was_told_is_proof_of_that_flow_alone},
	{"answers are as many as were asked for",
	 answers_are_as_many_as_were_asked_for},
	{"proven connections have something of their own",
	 proven_connections_have_something_of_their_own},
	{"a flow that we chose is kept", a_flow_that_we_chose_is_kept},
	{"moved dialogs are followed", moved_dialogs_are_followed},
	{"the oldest move is forgotten", the_oldest_move_is_forgotten},
	{"survives any failing allocation", survives_any_failing_allocation},
	{"nobody aims at a bucket", nobody_aims_at_a_bucket},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(flows, tests)
