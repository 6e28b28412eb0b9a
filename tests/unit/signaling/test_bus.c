/**
 * @file test_bus.c  The bus between real sockets and libre's real stack
 */
#include <stdio.h>
#include <string.h>
#include "tests/unit/unit.h"
#include "test_bus_world.h"


static struct world *open_world(void)
{
	struct world *w = NULL;

	CU_ASSERT_EQUAL_FATAL(world_alloc(&w, 0), 0);

	return w;
}


static struct peer *open_peer(struct world *w, enum flow_transport transport)
{
	struct peer *p = NULL;

	CU_ASSERT_EQUAL_FATAL(peer_alloc(&p, w, transport), 0);

	return p;
}


/** No byte that left may tell of the bus's own addresses */
static bool is_clean(const struct peer *p)
{
	size_t i;
	unsigned net;
	char text[16];

	for (i = 0; i < p->count; i++) {
		for (net = 64; net < 128; net++) {
			(void)snprintf(text, sizeof(text), "127.%u.", net);
			if (strstr(p->messages[i], text))
				return false;
		}
	}

	return true;
}


/** Call, answer, ACK, and a BYE of ours that finds its way back */
static void call_over(enum flow_transport transport)
{
	struct world *w = open_world();
	struct peer *p	= open_peer(w, transport);
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
	CU_ASSERT_PTR_NOT_NULL(strstr(header_of(msg, "Via"),
				      flow_transport_name(transport)));

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


static CU_TestInfo tests[] = {
	{"carries a call over UDP and our BYE back", udp_call},
	{"carries a call over TCP and our BYE back", tcp_call},
	{"carries a call over TLS and our BYE back", tls_call},
	{"carries a call over WebSocket and our BYE back", websocket_call},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(bus, tests)
