/**
 * @file test_parses.c  How often a message is parsed between socket and
 * handler
 *
 * The linker puts the counting functions here in front of the real ones
 * (CMakeLists.txt; libre's finds ours first as the program's own).
 */
#include <dlfcn.h>
#include <string.h>
#include "signaling/message/sip_lines.h"
#include "tests/unit/signaling/world/transport_world.h"
#include "tests/unit/unit.h"


static struct {
	unsigned lines;   /**< sip_lines_parse() */
	unsigned decodes; /**< libre's sip_msg_decode() */
} parses;

enum sip_lines_error __real_sip_lines_parse(struct sip_lines *w, const char *p,
					    size_t len);
enum sip_lines_error __wrap_sip_lines_parse(struct sip_lines *w, const char *p,
					    size_t len);


enum sip_lines_error __wrap_sip_lines_parse(struct sip_lines *w, const char *p,
					    size_t len)
{
	++parses.lines;

	return __real_sip_lines_parse(w, p, len);
}


int sip_msg_decode(struct sip_msg **msgp, struct mbuf *mb)
{
	union {
		void *object;
		int (*function)(struct sip_msg **msgp, struct mbuf *mb);
	} real = {.object = dlsym(RTLD_NEXT, "sip_msg_decode")};

	++parses.decodes;

	return real.function(msgp, mb);
}


static const char head[] = "INVITE sip:demo@@B SIP/2.0\r\n"
			   "Via: SIP/2.0/%s @L;branch=z9hG4bKp;rport\r\n"
			   "Max-Forwards: 70\r\n"
			   "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
			   "Call-ID: parses\r\nCSeq: 1 INVITE\r\n"
			   "Contact: <sip:a@@L>\r\nContent-Length: 4\r\n\r\n";


/** An INVITE: once by the layer, once by libre. Each answer: once by the
 *  layer */
static void parses_once_each(enum flow_transport transport, bool in_parts)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, transport);

	world_settle(w);
	w->hold_answer = true;
	memset(&parses, 0, sizeof(parses));
	if (in_parts) {
		/* broken off within the head, then within the body */
		peer_send(p, "INVITE sip:de");
		world_settle(w);
		peer_send(p, head + strlen("INVITE sip:de"),
			  flow_transport_name(transport));
		world_settle(w);
		CU_ASSERT_EQUAL(parses.decodes, 0);
		peer_send_raw(p, "bo", 2);
		world_settle(w);
		peer_send_raw(p, "dy", 2);
	}
	else {
		char whole[sizeof(head) + 8];

		(void)re_snprintf(whole, sizeof(whole), "%sbody", head);
		peer_send(p, whole, flow_transport_name(transport));
	}
	CU_ASSERT_EQUAL(
		strncmp(peer_find(p, "SIP/2.0 180"), "SIP/2.0 180", 11), 0);
	CU_ASSERT_EQUAL(parses.decodes, 1);
	CU_ASSERT_EQUAL(parses.lines, 1 + 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(w->invite);
	CU_ASSERT_EQUAL(mbuf_get_left(w->invite->mb), 4);

	mem_deref(p);
	mem_deref(w);
}


static void over_udp(void)
{
	parses_once_each(FLOW_UDP, false);
}


static void over_tcp(void)
{
	parses_once_each(FLOW_TCP, false);
}


static void over_tcp_in_parts(void)
{
	parses_once_each(FLOW_TCP, true);
}


static void over_tls(void)
{
	parses_once_each(FLOW_TLS, false);
}


static void over_websocket(void)
{
	parses_once_each(FLOW_WS, false);
}


static CU_TestInfo tests[] = {
	{"parses a message twice at most over UDP", over_udp},
	{"over TCP", over_tcp},
	{"over TCP when it comes in parts", over_tcp_in_parts},
	{"over TLS", over_tls},
	{"over WebSocket", over_websocket},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(parses, tests)
