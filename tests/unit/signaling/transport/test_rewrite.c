/**
 * @file test_rewrite.c  What the transport layer changes in a message
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/transport/rewrite.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

enum { FLOW = 77 };

static const uint8_t key[] = "a key of the branches";

static bool ours_h(const struct uri *uri, void *arg)
{
	(void)arg;

	return !pl_strcmp(&uri->host, "us.example");
}


static struct rewrite_in coming(enum flow_transport transport,
				const char *peer)
{
	struct rewrite_in r = {.flow = FLOW,
			       .transport = transport,
			       .key = key,
			       .key_bytes = sizeof(key),
			       .oursh = ours_h};

	CU_ASSERT_EQUAL(sa_set_str(&r.peer, peer, 5060), 0);

	return r;
}


static void an_address_is_one_to_one_with_a_flow(void)
{
	static const uint64_t flows[] = {1,
					 77,
					 (1 << 22) - 1,
					 1 << 22,
					 UINT64_C(1) << 30,
					 (UINT64_C(64511) << 22) | 5};
	struct sa sa;

	for (size_t i = 0; i < ARRAY_SIZE(flows); i++) {
		rewrite_layer_addr(&sa, flows[i]);
		CU_ASSERT_EQUAL(rewrite_flow(&sa), flows[i]);
		CU_ASSERT_EQUAL(sa_in(&sa) >> 22, 0x7f400000u >> 22);
	}
	CU_ASSERT_EQUAL(sa_set_str(&sa, "127.0.0.1", 5060), 0);
	CU_ASSERT_EQUAL(rewrite_flow(&sa), 0);
	CU_ASSERT_EQUAL(sa_set_str(&sa, "127.64.0.1", 80), 0);
	CU_ASSERT_EQUAL(rewrite_flow(&sa), 0);
	CU_ASSERT_EQUAL(sa_set_str(&sa, "::1", 5060), 0);
	CU_ASSERT_EQUAL(rewrite_flow(&sa), 0);
}


/** @return the text that comes out; static */
static const char *in(const char *text, const struct rewrite_in *r)
{
	static char printed[4096];
	static struct sip_lines w;
	struct mbuf *mb = mbuf_alloc(256);

	CU_ASSERT_EQUAL(sip_lines_parse(&w, text, strlen(text)), SIP_LINES_OK);
	CU_ASSERT_EQUAL(rewrite_in(mb, &w, r), 0);
	(void)snprintf(printed, sizeof(printed), "%.*s", (int)mb->end,
		       (const char *)mb->buf);
	mem_deref(mb);

	return printed;
}


#define ALL(via)                                                              \
	"Via: " via "\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"          \
	"Call-ID: c1\r\nCSeq: 7 INVITE\r\nMax-Forwards: 70\r\n"
#define INVITE "INVITE sip:b@us.example SIP/2.0\r\n"
#define UDP    "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport"

static void a_request_comes_from_the_layer_with_its_source(void)
{
	const struct rewrite_in r = coming(FLOW_UDP, "192.0.2.9");
	const char *text = in(INVITE ALL(UDP) "Route: <sip:us.example;lr>, "
					      "<sip:next.example;lr>\r\n"
					      "Content-Length: 99\r\n\r\nbody",
			      &r);

	CU_ASSERT_PTR_NOT_NULL(strstr(text, INVITE
				      "Via: SIP/2.0/UDP 127.64.0.77:1024;"
				      "branch=z9hG4bK"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(text, "Record-Route: <sip:127.64.0.77:1024;lr;host="
			     "00000000000000000000ffffc0000209>\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, ";received=192.0.2.9;rport="));
	/* what names us is done with (RFC 3261 section 16.4) */
	CU_ASSERT_PTR_NOT_NULL(
		strstr(text, "Route: <sip:next.example;lr>\r\n"));
	CU_ASSERT_PTR_NULL(strstr(text, "us.example;lr"));
	/* what is there is what it says */
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Content-Length: 4\r\n\r\nbody"));
	CU_ASSERT_PTR_NULL(strstr(text, "99"));
}


/** RFC 3261 section 17.2.3 */
static void branches_are_the_same_for_one_transaction_only(void)
{
	static const struct {
		const char *text;
		bool same; /**< as the first */
	} rows[] = {
		{INVITE ALL(UDP) "\r\n", true},
		{INVITE ALL(UDP) "Subject: x\r\n\r\n", true},
		{"ACK sip:b@us.example SIP/2.0\r\n" ALL(UDP) "\r\n", true},
		{INVITE ALL("SIP/2.0/UDP "
			    "192.0.2.1:5060;branch=z9hG4bK2;rport") "\r\n",
		 false},
		{INVITE ALL("SIP/2.0/UDP "
			    "192.0.2.2:5060;branch=z9hG4bK1;rport") "\r\n",
		 false},
	};
	const struct rewrite_in r = coming(FLOW_UDP, "192.0.2.9");
	struct rewrite_in other = r;
	char first[64] = "", now[64];

	other.flow++;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		(void)snprintf(now, 48, "%s",
			       strstr(in(rows[i].text, &r), "branch="));
		if (!i)
			strcpy(first, now);
		CU_ASSERT_EQUAL(!strcmp(first, now), rows[i].same);
	}
	/* nor for another flow: nobody guesses it */
	(void)snprintf(now, 48, "%s",
		       strstr(in(rows[0].text, &other), "branch="));
	CU_ASSERT_STRING_NOT_EQUAL(first, now);
}


/** RFC 3261 section 12.2.1.1, where the Contact can be reached */
static void dialogs_go_direct_where_they_can(void)
{
	static const struct {
		enum flow_transport transport;
		const char *peer, *contact, *more;
		bool direct;
	} rows[] = {
		/* the peer itself */
		{FLOW_UDP, "192.0.2.9", "<sip:a@192.0.2.9>", "", false},
		{FLOW_UDP, "192.0.2.9", "<sip:a@192.0.2.9:5070>", "", true},
		{FLOW_UDP, "192.0.2.9", "<sip:a@203.0.113.4>", "", true},
		/* behind a NAT */
		{FLOW_UDP, "192.0.2.9", "<sip:a@10.0.0.1>", "", false},
		{FLOW_UDP, "192.0.2.9", "<sip:a@172.16.0.1>", "", false},
		{FLOW_UDP, "192.0.2.9", "<sip:a@192.168.0.1>", "", false},
		{FLOW_UDP, "192.0.2.9", "<sip:a@100.64.0.1>", "", false},
		{FLOW_UDP, "192.0.2.9", "<sip:a@[fd00::1]>", "", false},
		{FLOW_UDP, "192.0.2.9", "<sip:a@[2001:db8::1]>", "", true},
		{FLOW_UDP, "192.0.2.9", "<sip:a@host.invalid>", "", false},
		{FLOW_TCP, "192.0.2.9", "<sip:a@203.0.113.4>", "", false},
		{FLOW_WSS, "192.0.2.9", "<sip:a@203.0.113.4>", "", false},
		/* a proxy that stays, and one that does not */
		{FLOW_UDP, "192.0.2.9", "<sip:a@203.0.113.4>",
		 "Record-Route: <sip:p@x;lr>\r\n", false},
		{FLOW_TCP, "192.0.2.9", "<sip:a@10.0.0.1>",
		 "Via: SIP/2.0/TCP 10.0.0.1;branch=z9hG4bK3\r\n", true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct rewrite_in r =
			coming(rows[i].transport, rows[i].peer);
		char text[1024];
		bool direct;

		(void)snprintf(text, sizeof(text),
			       INVITE ALL(UDP) "%sContact: %s\r\n\r\n",
			       rows[i].more, rows[i].contact);
		direct = strstr(in(text, &r), ";lr;direct;") != NULL;
		if (direct != rows[i].direct)
			fprintf(stderr, "row %zu\n", i);
		CU_ASSERT_EQUAL(direct, rows[i].direct);
	}
}


/** @return what goes out, or "" */
static const char *out(const char *text, enum flow_transport transport,
		       bool trusted)
{
	static char printed[4096];
	static struct sip_lines w;
	struct mbuf *mb = mbuf_alloc(256);
	struct flow_info flow = {.id = FLOW, .transport = transport};

	CU_ASSERT_EQUAL(sa_set_str(&flow.local, "198.51.100.7", 5061), 0);
	CU_ASSERT_EQUAL(sip_lines_parse(&w, text, strlen(text)), SIP_LINES_OK);
	CU_ASSERT_EQUAL(rewrite_out(mb, &w, &flow, trusted), 0);
	(void)snprintf(printed, sizeof(printed), "%.*s", (int)mb->end,
		       (const char *)mb->buf);
	mem_deref(mb);

	return printed;
}


#define LAYER "127.64.0.77:1024"

/** What the dialog's own route says comes back */
static void a_request_tells_who_began_its_dialog(void)
{
	static const struct {
		const char *route;
		bool known, direct, claimed;
	} rows[] = {
		{"sip:" LAYER ";lr;direct;claimed;"
		 "host=00000000000000000000ffffc0000209",
		 true, true, true},
		{"sip:" LAYER ";lr;host=00000000000000000000ffffc0000209",
		 true, false, false},
		{"sip:" LAYER ";lr;direct", false, true, false},
		{"sip:" LAYER ";lr;host=00000000000000000000ffffc00002", false,
		 false, false},
		{"sip:" LAYER ";lr;host=00000000000000000000ffffc000020900",
		 false, false, false},
		/* far ends say nothing of that */
		{"sip:p@x;lr;host=00000000000000000000ffffc0000209", false,
		 false, false},
	};
	uint8_t host[HOST_KEY_BYTES];
	struct sa sa;

	CU_ASSERT_EQUAL(sa_set_str(&sa, "192.0.2.9", 1), 0);
	host_key(host, &sa);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		static struct sip_lines w;
		struct rewrite_out o;
		char text[1024];

		(void)snprintf(text, sizeof(text),
			       "BYE sip:a@x SIP/2.0\r\n" ALL(
				       "SIP/2.0/UDP " LAYER
				       ";branch=z9hG4bKx") "Route: <%s>\r\n"
							   "\r\n",
			       rows[i].route);
		CU_ASSERT_EQUAL(sip_lines_parse(&w, text, strlen(text)),
				SIP_LINES_OK);
		CU_ASSERT_EQUAL(rewrite_inspect(&o, &w), 0);
		CU_ASSERT_EQUAL(o.host_known, rows[i].known);
		CU_ASSERT_EQUAL(o.direct, rows[i].direct);
		CU_ASSERT_EQUAL(o.claimed, rows[i].claimed);
		if (o.host_known)
			CU_ASSERT_EQUAL(memcmp(o.host, host, sizeof(host)), 0);
	}
}


static void nothing_of_the_layer_is_on_the_lines(void)
{
	const char *text =
		out("BYE sip:a@x SIP/2.0\r\n" ALL(
			    "SIP/2.0/UDP " LAYER
			    ";branch=z9hG4bKx") "Route: <sip:" LAYER
						";lr>, <sip:p@x;lr>\r\n\r\n",
		    FLOW_TLS, false);

	CU_ASSERT_PTR_NULL(strstr(text, "127.64."));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(text, "Via: SIP/2.0/TLS 198.51.100.7:5061;branch="
			     "z9hG4bKx\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Route: <sip:p@x;lr>\r\n"));

	text = out("SIP/2.0 200 OK\r\n" ALL(
			   "SIP/2.0/UDP " LAYER
			   ";branch=z9hG4bKx") "Via: " UDP
					       "\r\nRecord-Route: <sip:" LAYER
					       ";lr>\r\n"
					       "Record-Route: "
					       "<sip:p@x;lr>\r\n\r\n",
		   FLOW_UDP, false);
	CU_ASSERT_PTR_NULL(strstr(text, "127.64."));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Via: " UDP "\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Record-Route: <sip:p@x;lr>"));
}


/** RFC 3325 section 9.2, RFC 7315 section 5.6 */
static void what_is_private_stays_inside(void)
{
	static const char *const lines[] = {
		"P-Asserted-Identity: <sip:a@x>",
		"p-charging-vector: icid-value=1",
		"P-Charging-Function-Addresses: ccf=1",
		"P-Asserted-Service: urn:x",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char text[1024];

		(void)snprintf(text, sizeof(text),
			       "BYE sip:a@x SIP/2.0\r\n" ALL(
				       "SIP/2.0/UDP " LAYER
				       ";branch=z9hG4bKx") "%s\r\n\r\n",
			       lines[i]);
		CU_ASSERT_PTR_NULL(
			strstr(out(text, FLOW_UDP, false), lines[i]));
		CU_ASSERT_PTR_NOT_NULL(
			strstr(out(text, FLOW_UDP, true), lines[i]));
	}
}


struct passage {
	struct sip_lines lines;
	struct rewrite_in in;
};

static int pass_through(void *arg)
{
	const struct passage *p = arg;
	struct mbuf *mb = mbuf_alloc(4);
	struct flow_info flow = {.id = FLOW, .transport = FLOW_UDP};
	int err = mb ? rewrite_in(mb, &p->lines, &p->in) : ENOMEM;

	CU_ASSERT_EQUAL(sa_set_str(&flow.local, "198.51.100.7", 5061), 0);
	if (!err)
		err = rewrite_out(mb, &p->lines, &flow, true);
	mem_deref(mb);

	return err;
}


static void survives_any_failing_allocation(void)
{
	static const char text[] = INVITE ALL(UDP) "Route: <sip:p@x;lr>\r\n"
						   "\r\nbody";
	static struct passage p;

	CU_ASSERT_EQUAL(sip_lines_parse(&p.lines, text, strlen(text)),
			SIP_LINES_OK);
	p.in = coming(FLOW_UDP, "192.0.2.9");
	failing_each(pass_through, &p);
}


static CU_TestInfo tests[] = {
	{"an address is one to one with a flow",
	 an_address_is_one_to_one_with_a_flow},
	{"a request comes from the layer, with its source",
	 a_request_comes_from_the_layer_with_its_source},
	{"branches are the same for one transaction only",
	 branches_are_the_same_for_one_transaction_only},
	{"dialogs go direct where they can", dialogs_go_direct_where_they_can},
	{"nothing of the layer is on the lines",
	 nothing_of_the_layer_is_on_the_lines},
	{"what is private stays inside", what_is_private_stays_inside},
	{"survives any failing allocation", survives_any_failing_allocation},
	{"a request tells who began its dialog",
	 a_request_tells_who_began_its_dialog},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(rewrite, tests)
