/**
 * @file test_sender.c  From which host a message came
 */
#include <string.h>
#include "focus/config/config.h"
#include "signaling/message/flow.h"
#include "signaling/message/identity.h"
#include "signaling/message/sender.h"
#include "tests/unit/signaling/world/message_world.h"
#include "tests/unit/unit.h"

#define OWN "Via: SIP/2.0/UDP 127.64.0.1:1024" BRANCH "\r\n"
#define TOP                                                                   \
	OWN "Via: SIP/2.0/UDP "                                               \
	    "192.0.2.1;branch=z9hG4bK1;received=192.0.2.1\r\n"
#define BRANCH ";branch=z9hG4bK2"

static const struct {
	const char *peer, *vias;
	enum flow_transport transport;
	const char *host;
} rows[] = {
	/* nobody else is believed but a trusted proxy */
	{"198.51.100.7",
	 TOP "Via: SIP/2.0/UDP 10.0.0.1" BRANCH ";received=203.0.113.9\r\n",
	 FLOW_UDP, "198.51.100.7"},
	{"192.0.2.1", TOP, FLOW_UDP, "192.0.2.1"},
	{"192.0.2.1",
	 TOP "Via: SIP/2.0/UDP 10.0.0.1" BRANCH ";received=203.0.113.9\r\n",
	 FLOW_UDP, "203.0.113.9"},
	/* several proxies, also in one line */
	{"192.0.2.1",
	 TOP "Via: SIP/2.0/TCP 192.0.2.9" BRANCH
	     ";received=192.0.2.9, SIP/2.0/UDP 10.0.0.1" BRANCH
	     ";rport=5;received=203.0.113.9\r\n",
	 FLOW_TCP, "203.0.113.9"},
	/* below who is not trusted stands whatever he liked to write */
	{"192.0.2.1",
	 TOP "Via: SIP/2.0/UDP 10.0.0.1" BRANCH
	     ";received=203.0.113.9\r\nVia: SIP/2.0/UDP 203.0.113.66" BRANCH
	     ";received=203.0.113.66\r\n",
	 FLOW_UDP, "203.0.113.9"},
	/* a trusted one that passed on what it got from nobody we can name */
	{"192.0.2.1",
	 TOP "Via: SIP/2.0/TCP 192.0.2.9" BRANCH
	     "\r\nVia: SIP/2.0/UDP core.example" BRANCH "\r\n",
	 FLOW_UDP, NULL},
	/* one that is not behind a NAT */
	{"192.0.2.1", TOP "Via: SIP/2.0/UDP 203.0.113.8:5070" BRANCH "\r\n",
	 FLOW_UDP, "203.0.113.8"},
	{"192.0.2.1", TOP "Via: SIP/2.0/UDP [2001:db8::8]:5070" BRANCH "\r\n",
	 FLOW_UDP, "2001:db8::8"},
	{"192.0.2.1",
	 TOP "Via: SIP/2.0/WSS a.invalid" BRANCH ";received=2001:db8::9\r\n",
	 FLOW_TLS, "2001:db8::9"},
	{"192.0.2.1",
	 TOP "Via: SIP/2.0/WSS a.invalid" BRANCH ";received=[2001:db8::9]\r\n",
	 FLOW_TLS, "2001:db8::9"},
	/* nothing that is an address: it is not known */
	{"192.0.2.1", TOP "Via: SIP/2.0/UDP phone.example" BRANCH "\r\n",
	 FLOW_UDP, NULL},
	{"192.0.2.1",
	 TOP "Via: SIP/2.0/UDP 10.0.0.1" BRANCH ";received=example\r\n",
	 FLOW_UDP, NULL},
	/* a WebSocket is a terminal's */
	{"192.0.2.1",
	 TOP "Via: SIP/2.0/UDP 10.0.0.1" BRANCH ";received=203.0.113.9\r\n",
	 FLOW_WSS, "192.0.2.1"},
};

static struct sip_msg *message(const char *head, const char *vias)
{
	return message_of("%s\r\n%s"
			  "From: <sip:a@example.com>;tag=1\r\n"
			  "To: <sip:demo@example.com>;tag=2\r\n"
			  "Call-ID: 1\r\nCSeq: 1 INVITE\r\n"
			  "Content-Length: 0\r\n\r\n",
			  head, vias);
}

/* Nothing known is told by an address that no host of the rows has */
static void check(const char *head, const char *vias,
		  const struct flow_info *flow, const struct config *c,
		  const char *want)
{
	const char *before = "192.0.2.250";
	struct sip_msg *msg = message(head, vias);
	struct sa host, expected;

	(void)sa_set_str(&host, before, 0);
	(void)sa_set_str(&expected, want ? want : before, 0);
	CU_ASSERT_EQUAL(sender_host(&host, msg, flow, c), want != NULL);
	CU_ASSERT_TRUE(sa_cmp(&host, &expected, SA_ADDR));
	mem_deref(msg);
}

static void the_terminal_where_a_trusted_proxy_says_it(void)
{
	static const char *const overrides[] = {"trusted_hosts=192.0.2.0/24"};
	struct config_error error;
	struct config *c = NULL;

	CU_ASSERT_EQUAL_FATAL(config_load(&c, NULL, overrides, 1, &error), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct flow_info flow = {.id = 1,
					 .transport = rows[i].transport};
		bool direct;

		(void)sa_set_str(&flow.peer, rows[i].peer, 5060);
		check("INVITE sip:demo@example.com SIP/2.0", rows[i].vias,
		      &flow, c, rows[i].host);

		/* a response comes from the next hop; its Vias are ours. The
		 * 200 to a re-INVITE, by the proxy, must not make the proxy
		 * the place that the terminal's media comes from */
		direct = rows[i].host && !strcmp(rows[i].host, rows[i].peer) &&
			 !identity_flow_trusted(c, &flow);
		check("SIP/2.0 200 OK", rows[i].vias, &flow, c,
		      direct ? rows[i].peer : NULL);
	}
	mem_deref(c);
}

static CU_TestInfo tests[] = {
	{"the terminal where a trusted proxy says it",
	 the_terminal_where_a_trusted_proxy_says_it},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(sender, tests)
