/**
 * @file test_identity.c  Whom we take somebody for (RFC 3325, 3323)
 */
#include <errno.h>
#include <string.h>
#include "focus/config/config.h"
#include "mixer/base/host_key.h"
#include "signaling/message/flow.h"
#include "signaling/message/identity.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/message_world.h"
#include "tests/unit/unit.h"

static struct config *config(void)
{
	static const char *const overrides[] = {"trusted_hosts=192.0.2.0/24"};
	struct config_error error;
	struct config *c = NULL;

	CU_ASSERT_EQUAL_FATAL(config_load(&c, NULL, overrides, 1, &error), 0);
	return c;
}

static struct sip_msg *message(const char *from, const char *headers)
{
	return message_of("INVITE sip:demo@example.com SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
			  "From: %s;tag=1\r\n"
			  "To: <sip:demo@example.com>\r\n"
			  "Call-ID: 1\r\nCSeq: 1 INVITE\r\n%s"
			  "Content-Length: 0\r\n\r\n",
			  from, headers);
}

static struct flow_info flow(const char *address,
			     enum flow_transport transport)
{
	struct flow_info f = {.id = 1, .transport = transport};

	(void)sa_set_str(&f.peer, address, 5060);
	return f;
}

#define ALICE "\"Alice\" <sip:alice@example.com>"
#define PAI   "P-Asserted-Identity: "

struct row {
	const char *from, *headers, *user; /* what is said */
	bool inside;                       /* by a trusted host */
	const char *aor, *display;
	bool known, anonymous;
};

static const struct row rows[] = {
	{ALICE, "", NULL, false, "sip:alice@example.com", "Alice", false,
	 false},
	/* an assertion of just anybody is nothing */
	{ALICE, PAI "<sip:boss@example.com>\r\n", NULL, false,
	 "sip:alice@example.com", "Alice", false, false},
	{ALICE, PAI "\"Boss\" <sip:boss@example.com>\r\n", NULL, true,
	 "sip:boss@example.com", "Boss", true, false},
	/* From's name belongs to From's address */
	{ALICE, PAI "<sip:boss@example.com>\r\n", NULL, true,
	 "sip:boss@example.com", NULL, true, false},
	{ALICE, PAI "<sip:ALICE@example.com>\r\n", NULL, true,
	 "sip:ALICE@example.com", "Alice", true, false},
	/* two values, in one header and in two, in any order */
	{ALICE, PAI "<tel:+1-201-555-0123>, <sip:bob@example.com:5060;lr>\r\n",
	 NULL, true, "sip:bob@example.com", NULL, true, false},
	{ALICE, PAI "<sip:bob@example.com>\r\n" PAI "<tel:+12015550123>\r\n",
	 NULL, true, "sip:bob@example.com", NULL, true, false},
	{ALICE, PAI "\"Bob\" <tel:+1(201)555.0123>\r\n", NULL, true,
	 "tel:+12015550123", "Bob", true, false},
	{ALICE, PAI "<tel:863-1234;phone-context=example.com>\r\n", NULL, true,
	 "tel:8631234;phone-context=example.com", NULL, true, false},
	/* what cannot be an identity is passed over */
	{ALICE, PAI "<urn:service:sos>, <http:example.com>\r\n", NULL, true,
	 "sip:alice@example.com", "Alice", false, false},
	{ALICE, PAI "rubbish\r\n", NULL, true, "sip:alice@example.com",
	 "Alice", false, false},
	/* a name is what its bearer likes to be called, and no address */
	{ALICE, PAI "\"<sip:boss@example.com>\" <sip:eve@example.com>\r\n",
	 NULL, true, "sip:eve@example.com", "<sip:boss@example.com>", true,
	 false},
	{ALICE,
	 PAI "\"a\\\", <sip:boss@example.com>, \\\"b\" <sip:eve@example.com>"
	     "\r\n",
	 NULL, true, "sip:eve@example.com", "a\", <sip:boss@example.com>, \"b",
	 true, false},
	{"\"<sip:boss@example.com>\" <sip:eve@example.com>", "", NULL, false,
	 "sip:eve@example.com", "<sip:boss@example.com>", false, false},
	/* digest */
	{ALICE, "", "sip:al@here.example", false, "sip:al@here.example",
	 "Alice", true, false},
	{ALICE, PAI "<sip:boss@example.com>\r\n", "sip:al@here.example", true,
	 "sip:boss@example.com", NULL, true, false},
	{"<tel:+12015550123>", "", NULL, false, "tel:+12015550123", NULL,
	 false, false},
	/* privacy */
	{ALICE, "Privacy: id\r\n", NULL, false, "sip:alice@example.com",
	 "Alice", false, true},
	{ALICE, "Privacy: session; user ;critical\r\n", NULL, false,
	 "sip:alice@example.com", "Alice", false, true},
	{ALICE, "Privacy: HEADER\r\n", NULL, false, "sip:alice@example.com",
	 "Alice", false, true},
	{ALICE, "Privacy: none\r\n", NULL, false, "sip:alice@example.com",
	 "Alice", false, false},
	{ALICE, "Privacy: idle;session\r\n", NULL, false,
	 "sip:alice@example.com", "Alice", false, false},
	{"\"Anonymous\" <sip:anonymous@anonymous.invalid>",
	 PAI "<sip:bob@example.com>\r\nPrivacy: id\r\n", NULL, true,
	 "sip:bob@example.com", NULL, true, true},
	{"\"Anonymous\" <sip:anonymous@anonymous.invalid>", "", NULL, false,
	 "sip:anonymous@anonymous.invalid", "Anonymous", false, true},
};

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void reads(void)
{
	struct config *c = config();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct sip_msg *msg = message(row->from, row->headers);
		struct flow_info f = flow(
			row->inside ? "192.0.2.7" : "198.51.100.1", FLOW_UDP);
		struct identity *id = NULL;

		CU_ASSERT_EQUAL_FATAL(
			identity_read(&id, msg, &f, row->user, c), 0);
		CU_ASSERT_EQUAL(id->trusted, row->inside);
		CU_ASSERT_STRING_EQUAL(id->aor, row->aor);
		CU_ASSERT_TRUE(same(id->display, row->display));
		CU_ASSERT_EQUAL(id->known, row->known);
		CU_ASSERT_EQUAL(id->anonymous, row->anonymous);
		mem_deref(id);
		mem_deref(msg);
	}
	mem_deref(c);
}

static int error_of(const char *from, const char *headers)
{
	struct sip_msg *msg = message(from, headers);
	struct flow_info f = flow("198.51.100.1", FLOW_UDP);
	struct config *c = config();
	struct identity *id = NULL;
	int err = identity_read(&id, msg, &f, NULL, c);

	mem_deref(id);
	mem_deref(msg);
	mem_deref(c);
	return err;
}

static void refuses(void)
{
	CU_ASSERT_EQUAL(error_of("<urn:service:sos>", ""), EBADMSG);
	CU_ASSERT_EQUAL(error_of("<tel:---;a=b>", ""), EBADMSG);
	CU_ASSERT_EQUAL(error_of(ALICE, "Privacy: cloak;critical\r\n"),
			ENOTSUP);
	CU_ASSERT_EQUAL(error_of(ALICE, "Privacy: cloak\r\n"), 0);
	CU_ASSERT_EQUAL(error_of(ALICE, "Privacy: id;critical\r\n"), 0);
}

static void trusts(void)
{
	struct config *c = config();
	struct flow_info f = flow("192.0.2.9", FLOW_TCP);

	CU_ASSERT_TRUE(identity_flow_trusted(c, &f));
	/* a browser behind a web server on that host */
	f.transport = FLOW_WSS;
	CU_ASSERT_FALSE(identity_flow_trusted(c, &f));
	f = flow("192.0.3.9", FLOW_TLS);
	CU_ASSERT_FALSE(identity_flow_trusted(c, &f));
	CU_ASSERT_FALSE(identity_flow_trusted(c, NULL));
	mem_deref(c);
}

/** Behind a trusted host, or a web server on our own, each browser is a
 * source; that host by itself, and all others, are one */
static void knows_sources(void)
{
	static const struct {
		const char *addr;
		enum flow_transport transport;
		bool own;
	} ways[] = {{"192.0.2.9", FLOW_WS, true},
		    {"192.0.2.9", FLOW_WSS, true},
		    {"192.0.2.9", FLOW_TLS, false},
		    {"192.0.3.9", FLOW_WSS, false},
		    {"127.0.0.1", FLOW_WS, true},
		    {"127.0.0.1", FLOW_TCP, false}};
	uint8_t keys[2][HOST_KEY_BYTES];
	struct config *c = config();
	struct sa source;

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		for (uint64_t j = 0; j < 2; j++) {
			struct flow_info f =
				flow(ways[i].addr, ways[i].transport);

			f.id = 0x12345600 + j;
			identity_source(&source, c, &f);
			host_key(keys[j], &source);
			CU_ASSERT_EQUAL(sa_cmp(&source, &f.peer, SA_ADDR),
					!ways[i].own);
		}
		CU_ASSERT_EQUAL(memcmp(keys[0], keys[1], sizeof(keys[0])) != 0,
				ways[i].own);
	}
	mem_deref(c);
}

static void prints(void)
{
	struct identity_ours ours = {"sip:demo@example.com", true};
	char text[128];

	CU_ASSERT(re_snprintf(text, sizeof(text), "%H", identity_print,
			      &ours) >= 0);
	CU_ASSERT_STRING_EQUAL(
		text, "P-Asserted-Identity: <sip:demo@example.com>\r\n");
	ours.trusted = false;
	CU_ASSERT(re_snprintf(text, sizeof(text), "%H", identity_print,
			      &ours) >= 0);
	CU_ASSERT_STRING_EQUAL(text, "");
}

struct reading {
	struct sip_msg *msg;
	struct flow_info flow;
	struct config *config;
};

static int read_identity(void *arg)
{
	struct reading *r = arg;
	struct identity *id = NULL;
	int err = identity_read(&id, r->msg, &r->flow, NULL, r->config);

	CU_ASSERT_EQUAL(!err, id != NULL);
	if (!err) {
		/* never somebody else for lack of memory */
		CU_ASSERT_STRING_EQUAL(id->aor, "tel:+12015550123");
		CU_ASSERT(id->known && id->trusted);
	}
	mem_deref(id);

	return err;
}

static void survives_any_failing_allocation(void)
{
	struct reading r = {
		.msg = message(ALICE, PAI "\"Bob\" <tel:+1(201)555.0123>\r\n"),
		.flow = flow("192.0.2.7", FLOW_UDP),
		.config = config(),
	};

	failing_each(read_identity, &r);
	mem_deref(r.msg);
	mem_deref(r.config);
}

static CU_TestInfo tests[] = {
	{"takes the identity from who may say it", reads},
	{"refuses what nobody can be", refuses},
	{"trusts hosts, not terminals", trusts},
	{"knows whose the rates are", knows_sources},
	{"asserts only among the trusted", prints},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(identity, tests)
