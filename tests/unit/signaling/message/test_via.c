/**
 * @file test_via.c  One Via value: what is in it, what is said back
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/message/via.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

static const struct row {
	const char *value;
	bool ok, salvaged;
	const char *transport, *host;
	uint16_t port;
	const char *branch;
	bool rport;
} rows[] = {
	{"SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", true, true, "UDP",
	 "192.0.2.1", 0, "z9hG4bK1", false},
	{"SIP / 2.0 / UDP first.example.com: 4000;ttl=16\r\n ;BRANCH = "
	 "z9hG4bKa7c6a8dlze.1;rport",
	 true, true, "UDP", "first.example.com", 4000, "z9hG4bKa7c6a8dlze.1",
	 true},
	{"sip/2.0/WSS df7jal.invalid;branch=a;rport=9", true, true, "WSS",
	 "df7jal.invalid", 0, "a", true},
	{"SIP/2.0/TCP [2001:db8::9:1]:5061", true, true, "TCP",
	 "2001:db8::9:1", 5061, "", false},
	{"SIP/2.0/TCP [2001:db8::9:1]", true, true, "TCP", "2001:db8::9:1", 0,
	 "", false},
	/* whom a refusal of it may be sent to */
	{"SIP/7.0/UDP 192.0.2.1:5062;branch=x", false, true, "UDP",
	 "192.0.2.1", 5062, "", false},
	{"SIP/2.0/UDP 192.0.2.1;;", false, true, "UDP", "192.0.2.1", 0, "",
	 false},
	{"SIP/2.0/UDP", false, false, NULL, NULL, 0, NULL, false},
	{"SIP/2.0 192.0.2.1", false, false, NULL, NULL, 0, NULL, false},
	{"HTTP/2.0/UDP 192.0.2.1", false, false, NULL, NULL, 0, NULL, false},
	{"", false, false, NULL, NULL, 0, NULL, false},
	{"SIP/2.0/U(P 192.0.2.1", false, false, NULL, NULL, 0, NULL, false},
	{"SIP/2.0/UDP a:0", false, false, NULL, NULL, 0, NULL, false},
	{"SIP/2.0/UDP a:65536", false, false, NULL, NULL, 0, NULL, false},
	{"SIP/2.0/UDP a:", false, false, NULL, NULL, 0, NULL, false},
	{"SIP/2.0/UDP a b", false, false, NULL, NULL, 0, NULL, false},
	{"SIP/2.0/UDP [2001:db8::1", false, false, NULL, NULL, 0, NULL, false},
	{"SIP/2.0/UDP []", false, false, NULL, NULL, 0, NULL, false},
	{"SIP/2.0/UDP <a>", false, false, NULL, NULL, 0, NULL, false},
};


static void reads_values_and_salvages_senders(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct via via;
		struct pl value;
		int err;

		pl_set_str(&value, row->value);
		CU_ASSERT_EQUAL(via_salvage(&via, &value), row->salvaged);
		if (row->salvaged) {
			CU_ASSERT(!pl_strcmp(&via.transport, row->transport));
			CU_ASSERT(!pl_strcmp(&via.host, row->host));
			CU_ASSERT_EQUAL(via.port, row->port);
		}

		err = via_decode(&via, &value);
		if (!err != row->ok)
			fprintf(stderr, "%s: %d\n", row->value, err);
		CU_ASSERT_EQUAL(err, row->ok ? 0 : EBADMSG);
		if (err)
			continue;
		CU_ASSERT(!pl_strcmp(&via.host, row->host));
		CU_ASSERT_EQUAL(via.branch.l, strlen(row->branch));
		CU_ASSERT(!via.branch.l ||
			  !pl_strcmp(&via.branch, row->branch));
		CU_ASSERT_EQUAL(via.rport, row->rport);
	}
}


static void knows_the_cookie(void)
{
	static const struct {
		const char *value;
		bool cookie;
	} cases[] = {
		{"SIP/2.0/UDP a;branch=z9hG4bK1", true},
		{"SIP/2.0/UDP a;branch=Z9HG4BKx", true},
		{"SIP/2.0/UDP a;branch=z9hG4bK", false},
		{"SIP/2.0/UDP a;branch=1", false},
		{"SIP/2.0/UDP a", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pl value;
		struct via via;

		pl_set_str(&value, cases[i].value);
		CU_ASSERT_EQUAL_FATAL(via_decode(&via, &value), 0);
		CU_ASSERT_EQUAL(via_has_cookie(&via), cases[i].cookie);
	}
}


static int print(char *text, size_t size, const char *value,
		 const char *source)
{
	struct mbuf *mb = mbuf_alloc(8);
	struct via via;
	struct sa sa;
	struct pl pl;
	int err = ENOMEM;

	pl_set_str(&pl, value);
	CU_ASSERT_EQUAL_FATAL(via_decode(&via, &pl), 0);
	CU_ASSERT_EQUAL_FATAL(sa_set_str(&sa, source, 5062), 0);
	if (mb)
		err = via_print_received(mb, &via, &sa);
	if (!err)
		(void)snprintf(text, size, "%.*s", (int)mb->end,
			       (const char *)mb->buf);
	mem_deref(mb);

	return err;
}


/** RFC 3261 section 18.2.1, RFC 3581 section 4 */
static void prints_where_it_came_from(void)
{
	static const struct {
		const char *value, *source, *printed;
	} cases[] = {
		{"SIP/2.0/UDP 192.0.2.1:7;branch=x", "192.0.2.1",
		 "SIP/2.0/UDP 192.0.2.1:7;branch=x"},
		{"SIP/2.0/UDP 192.0.2.1;branch=x", "192.0.2.9",
		 "SIP/2.0/UDP 192.0.2.1;branch=x;received=192.0.2.9"},
		{"SIP/2.0/UDP pc.example.com", "192.0.2.9",
		 "SIP/2.0/UDP pc.example.com;received=192.0.2.9"},
		{"SIP/2.0/UDP 192.0.2.1;rport;branch=x", "192.0.2.1",
		 "SIP/2.0/UDP 192.0.2.1;branch=x;received=192.0.2.1;rport="
		 "5062"},
		/* what they claim themselves is nothing */
		{"SIP/2.0/UDP 192.0.2.1;received=198.51.100.1;rport=1;a=\"b;c"
		 "\"",
		 "192.0.2.9",
		 "SIP/2.0/UDP 192.0.2.1;a=\"b;c\";received=192.0.2.9;rport="
		 "5062"},
		{"SIP/2.0/TCP [2001:db8::1]", "2001:db8::2",
		 "SIP/2.0/TCP [2001:db8::1];received=2001:db8::2"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[256];

		CU_ASSERT_EQUAL(print(text, sizeof(text), cases[i].value,
				      cases[i].source),
				0);
		CU_ASSERT_STRING_EQUAL(text, cases[i].printed);
	}
}


static int print_one(void *arg)
{
	char text[256];

	return print(text, sizeof(text), arg, "192.0.2.9");
}


static void survives_any_failing_allocation(void)
{
	failing_each(print_one, "SIP/2.0/UDP 192.0.2.1;rport;branch=z9hG4bK1;"
				"alias;a=\"b c\"");
}


static CU_TestInfo tests[] = {
	{"reads values and salvages senders",
	 reads_values_and_salvages_senders},
	{"knows the cookie", knows_the_cookie},
	{"prints where it came from", prints_where_it_came_from},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(via, tests)
