/**
 * @file test_gate.c  What the gate lets pass, and how it refuses
 *
 * Rows are variations of one good request, after the kinds of torment that
 * RFC 4475 describes.
 */
#include <stdio.h>
#include <string.h>
#include "signaling/transport/gate.h"
#include "tests/unit/unit.h"


#define VIA   "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n"
#define FROM  "From: <sip:a@example.com>;tag=1\r\n"
#define TO    "To: <sip:b@example.com>\r\n"
#define ID    "Call-ID: 1@192.0.2.1\r\n"
#define CSEQ  "CSeq: 1 OPTIONS\r\n"
#define START "OPTIONS sip:b@example.com SIP/2.0\r\n"
#define REST  FROM TO ID CSEQ
#define END   "\r\n"

struct row {
	const char *name, *text;
	enum gate_rule rule;
	unsigned status;
};

static const struct row datagrams[] = {
	{"plain", START VIA REST END, GATE_PASS, 0},
	{"compact and folded",
	 "OPTIONS sip:b@example.com SIP/2.0\r\nv:SIP / 2.0 / UDP 192.0.2.1 "
	 ": 5060 ; branch = z9hG4bK1\r\nf\t:\r\n <sip:a@example.com>;\r\n\t"
	 "tag=1\r\nt: \"B \\\" , <>\" <sip:b@x>\r\ni:1\r\ncseq: 0001\r\n "
	 "OPTIONS\r\nl: 0\r\n\r\n",
	 GATE_PASS, 0},
	{"strange method",
	 "!interesting-Method0123456789_*+`.%indeed'~ sip:x@y SIP/2.0\r\n" VIA
		 FROM TO ID
	 "CSeq: 1 !interesting-Method0123456789_*+`.%indeed'~"
	 "\r\n" END,
	 GATE_PASS, 0},
	{"escaped NUL in user", "OPTIONS sip:a%00b@x SIP/2.0\r\n" VIA REST END,
	 GATE_PASS, 0},
	{"no space before <",
	 START VIA "From: a<sip:a@x>;tag=1\r\n" TO ID CSEQ END, GATE_PASS, 0},
	{"RFC 2543: no branch",
	 START "Via: SIP/2.0/UDP 192.0.2.1\r\n" REST END, GATE_PASS, 0},
	{"IPv6 Via",
	 START "Via: SIP/2.0/TCP [2001:db8::1]:5061;branch=1\r\n" REST END,
	 GATE_PASS, 0},
	{"semicolon in user",
	 "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0\r\n" VIA
		 REST END,
	 GATE_PASS, 0},
	{"bytes beyond Content-Length",
	 START VIA REST "Content-Length: 2\r\n\r\nabgarbage", GATE_PASS, 0},
	{"Max-Forwards 0", START VIA REST "Max-Forwards: 0\r\n" END, GATE_PASS,
	 0},
	{"supported extension", START VIA REST "Require: timer\r\n" END,
	 GATE_PASS, 0},

	{"version", "OPTIONS sip:b@x SIP/7.0\r\n" VIA REST END, GATE_VERSION,
	 505},
	{"spaces in start line", "OPTIONS  sip:b@x  SIP/2.0\r\n" VIA REST END,
	 GATE_START_LINE, 400},
	{"space at end of start line",
	 "OPTIONS sip:b@x SIP/2.0 \r\n" VIA REST END, GATE_START_LINE, 400},
	{"URI in brackets", "OPTIONS <sip:b@x> SIP/2.0\r\n" VIA REST END,
	 GATE_START_LINE, 400},
	{"space in URI", "OPTIONS sip:b@x; lr SIP/2.0\r\n" VIA REST END,
	 GATE_START_LINE, 400},
	{"bad escape", "OPTIONS sip:b%ZZ@x SIP/2.0\r\n" VIA REST END,
	 GATE_ADDRESS, 400},
	{"unknown scheme", "OPTIONS nobody:x SIP/2.0\r\n" VIA REST END,
	 GATE_SCHEME, 416},
	{"headers in the Request-URI",
	 "OPTIONS sip:b@x?Route=%3Csip:y%3E SIP/2.0\r\n" VIA REST END,
	 GATE_ADDRESS, 400},
	{"question mark in user", "OPTIONS sip:b?c@x SIP/2.0\r\n" VIA REST END,
	 GATE_PASS, 0},
	{"IPv6 Request-URI",
	 "OPTIONS sip:[2001:db8::10]:5070;lr SIP/2.0\r\n" VIA REST END,
	 GATE_PASS, 0},
	{"IPv6 without brackets",
	 "OPTIONS sip:2001:db8::10 SIP/2.0\r\n" VIA REST END, GATE_ADDRESS,
	 400},
	{"bracket open", "OPTIONS sip:[::1 SIP/2.0\r\n" VIA REST END,
	 GATE_ADDRESS, 400},
	{"no host", "OPTIONS sip:b@:5060 SIP/2.0\r\n" VIA REST END,
	 GATE_ADDRESS, 400},
	{"port too large", "OPTIONS sip:b@x:65536 SIP/2.0\r\n" VIA REST END,
	 GATE_ADDRESS, 400},
	{"tel scheme", "OPTIONS tel:+15551234 SIP/2.0\r\n" VIA REST END,
	 GATE_SCHEME, 416},
	{"no colon in a header", START VIA REST "Nonsense\r\n" END,
	 GATE_HEADER, 400},
	{"bare LF", START VIA REST "Subject: a\nX: b\r\n" END, GATE_HEADER,
	 400},
	{"bare CR", START VIA REST "Subject: a\rb\r\n" END, GATE_HEADER, 400},
	{"no end of headers", START VIA REST, GATE_INCOMPLETE, 400},
	{"no Via", START REST END, GATE_MISSING, 400},
	{"no From", START VIA TO ID CSEQ END, GATE_MISSING, 400},
	{"no To", START VIA FROM ID CSEQ END, GATE_MISSING, 400},
	{"no Call-ID", START VIA FROM TO CSEQ END, GATE_MISSING, 400},
	{"no CSeq", START VIA FROM TO ID END, GATE_MISSING, 400},
	{"two From", START VIA FROM REST END, GATE_DUPLICATE, 400},
	{"two lengths", START VIA REST "Content-Length: 0\r\nl: 0\r\n" END,
	 GATE_DUPLICATE, 400},
	{"via parameters of nothing",
	 START "Via: SIP/2.0/UDP 192.0.2.15;;,;,,\r\n" REST END, GATE_VIA,
	 400},
	{"via without sent-by", START "Via: SIP/2.0/UDP\r\n" REST END,
	 GATE_VIA, 400},
	{"via port", START "Via: SIP/2.0/UDP a:99999\r\n" REST END, GATE_VIA,
	 400},
	{"open quote in To",
	 START VIA FROM "To: \"Mr B <sip:b@example.com>\r\n" ID CSEQ END,
	 GATE_ADDRESS, 400},
	{"comma in unquoted name",
	 START VIA "From: Bell, A <sip:a@x>;tag=1\r\n" TO ID CSEQ END,
	 GATE_ADDRESS, 400},
	{"spaces within <>",
	 START VIA FROM "To: \"W\" < sip:b@example.com >\r\n" ID CSEQ END,
	 GATE_ADDRESS, 400},
	{"Contact with headers and no <>",
	 START VIA REST "Contact: sip:u@x?Route=%3Csip:y%3E\r\n" END,
	 GATE_ADDRESS, 400},
	{"method mismatch", START VIA FROM TO ID "CSeq: 1 INVITE\r\n" END,
	 GATE_CSEQ, 400},
	{"mismatch of a method nobody knows",
	 "NEW sip:b@x SIP/2.0\r\n" VIA FROM TO ID "CSeq: 1 INVITE\r\n" END,
	 GATE_CSEQ, 501},
	{"CSeq too large",
	 START VIA FROM TO ID "CSeq: 36893488147419103232 OPTIONS\r\n" END,
	 GATE_CSEQ, 400},
	{"CSeq of 2^31",
	 START VIA FROM TO ID "CSeq: 2147483648 OPTIONS\r\n" END, GATE_CSEQ,
	 400},
	{"Max-Forwards too large", START VIA REST "Max-Forwards: 300\r\n" END,
	 GATE_NUMBER, 400},
	{"Expires too large", START VIA REST "Expires: 4294967296\r\n" END,
	 GATE_NUMBER, 400},
	{"Date not GMT, which nobody needs",
	 START VIA REST "Date: Fri, 01 Jan 2010 16:00:00 EST\r\n" END,
	 GATE_PASS, 0},
	{"negative length", START VIA REST "Content-Length: -999\r\n" END,
	 GATE_CONTENT_LENGTH, 400},
	{"length beyond datagram",
	 START VIA REST "Content-Length: 9999\r\n\r\nab", GATE_CONTENT_LENGTH,
	 400},
	{"unknown extension", START VIA REST "Require: nothing\r\n" END,
	 GATE_EXTENSION, 420},
	{"unknown proxy extension",
	 START VIA REST "Proxy-Require: timer, more\r\n" END, GATE_PASS, 0},
	{"ACK is never answered",
	 "ACK sip:b@x SIP/2.0\r\n" VIA FROM TO ID CSEQ END, GATE_CSEQ, 0},
	{"response with two Vias", "SIP/2.0 200 OK\r\n" VIA VIA REST END,
	 GATE_VIA, 0},
	{"response code too large",
	 "SIP/2.0 4294967301 better\r\n" VIA REST END, GATE_START_LINE, 0},
	{"response without reason", "SIP/2.0 100 \r\n" VIA REST END, GATE_PASS,
	 0},
};


static bool judge(struct gate_verdict *v, struct sip_lines *w,
		  const char *text, size_t len, size_t max, bool stream)
{
	(void)sip_lines_parse(w, text, len);

	return gate_check(v, w, len, max, stream);
}


static void judges_datagrams(void)
{
	static struct sip_lines w;
	struct gate_verdict v;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(datagrams); i++) {
		const struct row *r = &datagrams[i];

		(void)judge(&v, &w, r->text, strlen(r->text), 65535, false);
		if (v.rule != r->rule || v.status != r->status)
			printf("\n%s: %s %u, not %s %u", r->name,
			       gate_rule_name(v.rule), v.status,
			       gate_rule_name(r->rule), r->status);
		CU_ASSERT_EQUAL(v.rule, r->rule);
		CU_ASSERT_EQUAL(v.status, r->status);
	}
}


static void counts_headers_and_bytes(void)
{
	static struct sip_lines w;
	static char text[80000];
	struct gate_verdict v;
	size_t n, i;

	n = (size_t)snprintf(text, sizeof(text), START VIA REST);
	for (i = 0; i < 200; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "X: y\r\n");
	n += (size_t)snprintf(text + n, sizeof(text) - n, "\r\n");
	CU_ASSERT_FALSE(judge(&v, &w, text, n, 65535, false));
	CU_ASSERT_EQUAL(v.rule, GATE_HEADER_COUNT);
	CU_ASSERT_EQUAL(v.status, 400);

	CU_ASSERT_FALSE(judge(&v, &w, text, n, 500, false));
	CU_ASSERT_EQUAL(v.rule, GATE_SIZE);
	CU_ASSERT_EQUAL(v.status, 513);
}


/** A list costs what its commas make of it, in requests and responses, folded
 *  or not, wherever they come from */
static void counts_values(void)
{
	static const struct {
		const char *start, *name, *value;
		unsigned status;
	} rows[] = {
		{START, "k: ", ",", 400},
		{START, "Supported: ", "a,", 400},
		{START, "Reason: ", "\r\n a,", 400},
		{"SIP/2.0 200 OK\r\n", "Allow: ", ",", 0},
	};
	static struct sip_lines w;
	static char text[80000];
	struct gate_verdict v;
	size_t i, j, n;
	bool stream;

	for (i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		stream = i % 2;
		n = (size_t)snprintf(
			text, sizeof(text), "%s%s%s%s", rows[i / 2].start,
			VIA REST, "Content-Length: 0\r\n", rows[i / 2].name);
		for (j = 0; j < 6000; j++)
			n += (size_t)sprintf(text + n, "%s",
					     rows[i / 2].value);
		n += (size_t)sprintf(text + n, "\r\n\r\n");
		CU_ASSERT_FALSE(judge(&v, &w, text, n, 65535, stream));
		CU_ASSERT_EQUAL(v.rule, GATE_HEADER_COUNT);
		CU_ASSERT_EQUAL(v.status, rows[i / 2].status);
	}
}


static void takes_nul_in_quotes_only(void)
{
	static const struct {
		const char *text;
		size_t len;
		enum gate_rule rule;
	} rows[] = {
#define LINE(s) START VIA REST s END, sizeof(START VIA REST s END) - 1
		{LINE("Subject: \"NUL:\\\0\"\r\n"), GATE_PASS},
		{LINE("Subject: \"NUL:\0\"\r\n"), GATE_HEADER},
		{LINE("Subject: NUL:\\\0\r\n"), GATE_HEADER},
		{LINE("Subject: \"\" \\\0\r\n"), GATE_HEADER},
#undef LINE
	};
	static struct sip_lines w;
	struct gate_verdict v;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		(void)judge(&v, &w, rows[i].text, rows[i].len, 65535, false);
		CU_ASSERT_EQUAL(v.rule, rows[i].rule);
	}
}


static void wants_length_on_streams(void)
{
	static struct sip_lines w;
	static const char text[] = START VIA REST END;
	struct gate_verdict v;

	CU_ASSERT_FALSE(judge(&v, &w, text, sizeof(text) - 1, 65535, true));
	CU_ASSERT_EQUAL(v.rule, GATE_CONTENT_LENGTH);
	CU_ASSERT_EQUAL(v.status, 400);
}


static void answers_with_what_could_be_read(void)
{
	static const char text[] =
		"OPTIONS sip:b@x SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 10.0.0.1:5070;rport;received=1.2.3.4;"
		"branch=z9hG4bK1, SIP/2.0/TCP b;branch=2\r\n" REST
		"Require: gold\r\n\r\n";
	static struct sip_lines w;
	struct gate_verdict v;
	struct mbuf *mb = mbuf_alloc(512);
	struct sa source;

	(void)sa_set_str(&source, "192.0.2.9", 4444);
	CU_ASSERT_FALSE(judge(&v, &w, text, sizeof(text) - 1, 65535, false));
	CU_ASSERT_EQUAL(gate_reply(mb, &w, &v, &source), 0);
	(void)mbuf_write_u8(mb, 0);
	CU_ASSERT_PTR_NOT_NULL(
		strstr((char *)mb->buf,
		       "SIP/2.0 420 Bad Extension\r\n"
		       "Via: SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK1;"
		       "received=192.0.2.9;rport=4444\r\n"
		       "Via: SIP/2.0/TCP b;branch=2\r\n" FROM
		       "To: <sip:b@example.com>;tag="));
	CU_ASSERT_PTR_NOT_NULL(
		strstr((char *)mb->buf, "\r\nUnsupported: gold\r\n"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr((char *)mb->buf, "\r\nCSeq: 1 OPTIONS\r\n"));
	mem_deref(mb);
}


/** Status line and Via of the answer to a request that begins so */
static void assert_reply(const char *start, const char *via,
			 const char *beginning)
{
	static struct sip_lines w;
	struct gate_verdict v;
	struct mbuf *mb = mbuf_alloc(512);
	struct sa source;
	char text[512];
	int n;

	(void)sa_set_str(&source, "192.0.2.9", 4444);
	n = snprintf(text, sizeof(text),
		     "%s%s" REST "Require: gold, silver\r\n"
		     "Require: timer, tin\r\n\r\n",
		     start, via);
	CU_ASSERT_FALSE(judge(&v, &w, text, (size_t)n, 65535, false));
	CU_ASSERT_EQUAL(gate_reply(mb, &w, &v, &source), 0);
	(void)mbuf_write_u8(mb, 0);
	if (strncmp((char *)mb->buf, beginning, strlen(beginning)) != 0)
		printf("\n%s", (char *)mb->buf);
	CU_ASSERT(!strncmp((char *)mb->buf, beginning, strlen(beginning)));
	if (v.status == 420)
		CU_ASSERT_PTR_NOT_NULL(
			strstr((char *)mb->buf,
			       "\r\nUnsupported: gold, silver, tin\r\n"));
	mem_deref(mb);
}


static void answers_a_broken_via(void)
{
	assert_reply("OPTIONS sip:b@x SIP/7.0\r\n",
		     "Via: SIP/7.0/UDP c.example.com;branch=1\r\n",
		     "SIP/2.0 505 Version Not Supported\r\n"
		     "Via: SIP/7.0/UDP c.example.com;branch=1\r\n");
	assert_reply(START, "Via: SIP/2.0/UDP 192.0.2.15;;,;,,\r\n",
		     "SIP/2.0 400 Malformed Via\r\n"
		     "Via: SIP/2.0/UDP 192.0.2.15;;\r\n");
	assert_reply(START, VIA,
		     "SIP/2.0 420 Bad Extension\r\n"
		     "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1");
}


static CU_TestInfo tests[] = {
	{"judges datagrams by RFC 3261's grammar", judges_datagrams},
	{"counts headers and bytes", counts_headers_and_bytes},
	{"counts the values of lists", counts_values},
	{"wants Content-Length on streams", wants_length_on_streams},
	{"answers with what could be read", answers_with_what_could_be_read},
	{"takes NUL in quoted strings only", takes_nul_in_quotes_only},
	{"answers a broken Via", answers_a_broken_via},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(gate, tests)
