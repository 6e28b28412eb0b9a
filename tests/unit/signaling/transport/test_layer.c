/**
 * @file test_layer.c  The transport layer between real sockets and libre's
 * real stack
 */
#include <stdio.h>
#include <string.h>
#include <jansson.h>
#include "tests/unit/signaling/world/transport_world.h"
#include "tests/unit/unit.h"


static void set_flag(void *arg)
{
	*(bool *)arg = true;
}


/** Call, answer, ACK, and a BYE of ours that finds its way back */
static void call_over(enum flow_transport transport)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, transport);
	const char *msg, *via;
	char contact[128];

	peer_invite(p, "z9hG4bKcall", ";rport", "");
	msg = peer_find(p, "SIP/2.0 200");
	CU_ASSERT_FATAL(*msg != '\0');
	CU_ASSERT_EQUAL(w->info.transport, transport);
	CU_ASSERT_TRUE(sa_cmp(&w->info.peer, &p->local, SA_ALL));
	via = header_of(msg, "Via");
	CU_ASSERT_PTR_NOT_NULL(strstr(via, "branch=z9hG4bKcall"));
	CU_ASSERT_PTR_NOT_NULL(strstr(via, ";received=127.0.0.1;rport="));
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Record-Route"), "");

	peer_ack(p, msg);
	CU_ASSERT_TRUE(world_count(w, &w->acks, 1));

	CU_ASSERT_EQUAL(world_request(w, "BYE"), 0);
	msg = peer_find(p, "BYE");
	(void)re_snprintf(contact, sizeof(contact), "BYE sip:alice@%J SIP/2.0",
			  &p->local);
	CU_ASSERT_EQUAL(strncmp(msg, contact, strlen(contact)), 0);
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Route"), "");
	CU_ASSERT_PTR_NOT_NULL(
		strstr(header_of(msg, "Via"), flow_transport_name(transport)));

	peer_send(p,
		  "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\n"
		  "Call-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
		  header_of(msg, "Via"), header_of(msg, "From"),
		  header_of(msg, "To"), header_of(msg, "Call-ID"),
		  header_of(msg, "CSeq"));
	CU_ASSERT_TRUE(world_count(w, (unsigned *)&w->last_status, 200));
	CU_ASSERT_EQUAL(w->last_status, 200);
	CU_ASSERT_TRUE(is_clean(p));

	mem_deref(p);
	mem_deref(w);
}


static void udp_call(void)
{
	call_over(FLOW_UDP);
}


static void tcp_call(void)
{
	call_over(FLOW_TCP);
}


static void tls_call(void)
{
	call_over(FLOW_TLS);
}


static void websocket_call(void)
{
	call_over(FLOW_WS);
}


/** libre's UDP timers must not be heard on a connection */
static void repeats_nothing_on_connections(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_TCP);
	struct tmr later;
	bool late = false;
	size_t i, byes = 0;

	peer_invite(p, "z9hG4bKonce", "", "");
	peer_ack(p, peer_find(p, "SIP/2.0 200"));
	CU_ASSERT_EQUAL(world_request(w, "BYE"), 0);
	tmr_init(&later);
	tmr_start(&later, 650, set_flag, &late);
	CU_ASSERT_TRUE(world_until(w, &late));
	for (i = 0; i < p->count; i++)
		byes += !strncmp(p->messages[i], "BYE", 3);
	CU_ASSERT_EQUAL(byes, 1);

	mem_deref(p);
	mem_deref(w);
}


static void tells_of_closed_flow(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_WS);
	struct flow_info info;
	uint64_t flow;

	peer_invite(p, "z9hG4bKgone", "", "");
	CU_ASSERT_TRUE(*peer_find(p, "SIP/2.0 200") != '\0');
	flow = w->flow;
	CU_ASSERT_EQUAL(layer_flow_by_id(w->layer, flow, &info), 0);
	p->tc = mem_deref(p->tc);
	CU_ASSERT_TRUE(
		world_count(w, (unsigned *)&w->closed_flow, (unsigned)flow));
	CU_ASSERT_EQUAL(w->closed_flow, flow);
	CU_ASSERT_EQUAL(layer_flow_by_id(w->layer, flow, &info), ENOENT);
	(void)world_request(w, "BYE"); /* must not touch what is gone */
	world_settle(w);

	mem_deref(p);
	mem_deref(w);
}


/** A browser comes back on another connection; the dialog goes on there */
static void follows_a_moved_dialog(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_WS), *q;
	const char *msg;
	uint64_t old;

	peer_invite(p, "z9hG4bKmove", "", "");
	msg = peer_find(p, "SIP/2.0 200");
	old = w->flow;
	q = open_peer(w, FLOW_WS);
	w->move = true;
	peer_ack(q, msg);
	CU_ASSERT_TRUE(world_count(w, &w->acks, 1));
	CU_ASSERT_NOT_EQUAL(w->flow, old);
	/* the old one lives, and is not asked */
	CU_ASSERT_EQUAL(world_request(w, "BYE"), 0);
	CU_ASSERT_TRUE(*peer_find(q, "BYE") != '\0');

	mem_deref(p);
	mem_deref(q);
	mem_deref(w);
}


static void refuses_before_libre(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_UDP);
	struct peer *t = open_peer(w, FLOW_TCP);
	const char *msg;

	peer_send(p, "OPTIONS sip:@B SIP/7.0\r\n"
		     "Via: SIP/2.0/UDP @L;branch=z9hG4bKv;rport\r\n"
		     "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
		     "Call-ID: v1\r\nCSeq: 1 OPTIONS\r\n\r\n");
	msg = peer_next(p);
	CU_ASSERT_EQUAL(strncmp(msg, "SIP/2.0 505", 11), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(header_of(msg, "To"), ";tag="));

	/* No Content-Length on a stream: refused, and the stream is over. */
	peer_send(t, "OPTIONS sip:@B SIP/2.0\r\n"
		     "Via: SIP/2.0/TCP @L;branch=z9hG4bKl\r\n"
		     "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
		     "Call-ID: l1\r\nCSeq: 1 OPTIONS\r\n\r\n");
	msg = peer_next(t);
	CU_ASSERT_EQUAL(strncmp(msg, "SIP/2.0 400", 11), 0);
	CU_ASSERT_TRUE(world_until(w, &t->closed));
	CU_ASSERT_EQUAL(w->others, 0);

	mem_deref(p);
	mem_deref(t);
	mem_deref(w);
}


static void answers_keep_alive(void)
{
	static const enum flow_transport transports[] = {FLOW_TCP, FLOW_WS};

	for (size_t i = 0; i < ARRAY_SIZE(transports); i++) {
		struct world *w = open_world();
		struct peer *p = open_peer(w, transports[i]);

		peer_send_raw(p, "\r\n\r\n", 4);
		CU_ASSERT_STRING_EQUAL(peer_next(p), "\r\n");

		mem_deref(p);
		mem_deref(w);
	}
}


/** A page's keep-alives that come at a time have one answer */
static void answers_frames_once(void)
{
	static const char frame[] = "\x81\x84\0\0\0\0\r\n\r\n";
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_WS);
	struct mbuf *mb = mbuf_alloc(512);

	for (unsigned i = 0; i < 20; i++)
		(void)mbuf_write_mem(mb, (const uint8_t *)frame,
				     sizeof(frame) - 1);
	mb->pos = 0;
	CU_ASSERT_EQUAL(tcp_send(p->tc, mb), 0);
	CU_ASSERT_STRING_EQUAL(peer_next(p), "\r\n");
	world_settle(w);
	CU_ASSERT_EQUAL(p->count, p->read);

	mem_deref(mb);
	mem_deref(p);
	mem_deref(w);
}


/** INVITEs number `from` to `to` - 1 */
static void send_calls(struct world *w, struct peer *p, unsigned from,
		       unsigned to)
{
	for (; from < to; from++)
		peer_send(p,
			  "INVITE sip:demo@@B SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP @L;branch=z9hG4bKf%u;rport\r\n"
			  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
			  "Call-ID: f%u\r\nCSeq: 1 INVITE\r\n"
			  "Contact: <sip:a@@L>\r\n\r\n",
			  from, from);
	world_settle(w);
}


static unsigned busy_answers(const struct peer *p)
{
	unsigned i, refused = 0;

	for (i = 0; i < p->count; i++)
		refused += !strncmp(p->messages[i], "SIP/2.0 503", 11) &&
			   *header_of(p->messages[i], "Retry-After");

	return refused;
}


static void limits_rate_of_source(void)
{
	struct world *w = NULL;
	struct peer *p;

	CU_ASSERT_EQUAL_FATAL(world_alloc(&w, 1, 0, 0), 0);
	p = open_peer(w, FLOW_UDP);
	send_calls(w, p, 0, 40);
	CU_ASSERT_TRUE(busy_answers(p) >= 1);
	CU_ASSERT_TRUE(busy_answers(p) < 20);
	CU_ASSERT_TRUE(w->invites >= 10 && w->invites < 20);

	mem_deref(p);
	mem_deref(w);
}


static void limits_calls_of_source(void)
{
	struct world *w = NULL;
	struct peer *p;
	unsigned invites, refused;

	CU_ASSERT_EQUAL_FATAL(world_alloc(&w, 0, 1, 0), 0);
	p = open_peer(w, FLOW_UDP);
	send_calls(w, p, 0, 20);
	invites = w->invites;
	refused = busy_answers(p);
	CU_ASSERT_TRUE(invites >= 10 && invites < 20);
	CU_ASSERT_EQUAL(invites + refused, 20);

	/* The first was let in: it may be repeated. The last was not. */
	send_calls(w, p, 0, 1);
	CU_ASSERT_EQUAL(busy_answers(p), refused);
	send_calls(w, p, 19, 20);
	CU_ASSERT_TRUE(busy_answers(p) == refused + 1 ||
		       w->invites == invites + 1);

	invites = w->invites;
	(void)sa_set_str(&w->config.trusted_hosts[0].address, "127.0.0.0", 0);
	w->config.trusted_hosts[0].bits = 8;
	w->config.trusted_hosts_count = 1;
	send_calls(w, p, 20, 60);
	CU_ASSERT_EQUAL(w->invites, invites + 40);

	mem_deref(p);
	mem_deref(w);
}


/** A tag in its To makes a REGISTER no part of a dialog */
static void limits_registers_with_a_tag(void)
{
	struct world *w = NULL;
	struct peer *p;
	json_t *stats, *refused;

	CU_ASSERT_EQUAL_FATAL(world_alloc(&w, 0, 1, 0), 0);
	p = open_peer(w, FLOW_UDP);
	for (unsigned i = 0; i < 20; i++)
		peer_send(p,
			  "REGISTER sip:@B SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP @L;branch=z9hG4bKt%u;rport\r\n"
			  "From: <sip:a@x>;tag=1\r\nTo: <sip:a@x>;tag=2\r\n"
			  "Call-ID: t\r\nCSeq: %u REGISTER\r\n\r\n",
			  i, i + 1);
	world_settle(w);
	stats = layer_stats(w->layer);
	refused = json_object_get(stats, "refused");
	CU_ASSERT_TRUE(json_integer_value(
			       json_object_get(refused, "invite_rate")) > 0);
	json_decref(stats);

	mem_deref(p);
	mem_deref(w);
}


/** 60 kB over every kind of flow */
static void carries_large_messages(void)
{
	static const enum flow_transport transports[] = {FLOW_UDP, FLOW_TCP,
							 FLOW_WS};
	static char text[65000];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(transports); i++) {
		struct world *w = open_world();
		struct peer *p = open_peer(w, transports[i]);

		n = (size_t)re_snprintf(
			text, sizeof(text),
			"OPTIONS sip:x@127.0.0.1 SIP/2.0\r\n"
			"Via: SIP/2.0/%s %J;branch=z9hG4bKbig;rport\r\n"
			"From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
			"Call-ID: big\r\nCSeq: 1 OPTIONS\r\n"
			"Content-Length: 60000\r\n\r\n",
			flow_transport_name(transports[i]), &p->local);
		memset(text + n, 'x', 60000);
		peer_send_raw(p, text, n + 60000);
		CU_ASSERT_EQUAL(strncmp(peer_next(p), "SIP/2.0 200", 11), 0);
		mem_deref(p);
		mem_deref(w);
	}
}


static void closes(void)
{
	struct world *w = open_world();

	layer_close(w->layer, false);
	CU_ASSERT_FALSE(w->exited);
	CU_ASSERT_TRUE(world_until(w, &w->exited));
	mem_deref(w);
}


static CU_TestInfo tests[] = {
	{"carries a call over UDP and our BYE back", udp_call},
	{"carries a call over TCP and our BYE back", tcp_call},
	{"carries a call over TLS and our BYE back", tls_call},
	{"carries a call over WebSocket and our BYE back", websocket_call},
	{"repeats nothing on connections", repeats_nothing_on_connections},
	{"tells of a closed flow", tells_of_closed_flow},
	{"follows a dialog to another flow", follows_a_moved_dialog},
	{"refuses what libre would swallow", refuses_before_libre},
	{"answers CRLF keep-alive", answers_keep_alive},
	{"answers keep-alives of one read once", answers_frames_once},
	{"limits the rate of a source", limits_rate_of_source},
	{"limits the calls a source begins", limits_calls_of_source},
	{"limits REGISTERs with a tag", limits_registers_with_a_tag},
	{"carries 60 kB messages", carries_large_messages},
	{"closes from the loop", closes},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(layer, tests)
