/**
 * @file test_charging.c  Charging headers and Session-ID of a dialog
 */
#include <errno.h>
#include <string.h>
#include "signaling/message/charging.h"
#include "signaling/message/session_id.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/message_world.h"
#include "tests/unit/unit.h"

static struct sip_msg *message(const char *headers)
{
	return message_of("INVITE sip:demo@example.com SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
			  "From: <sip:alice@example.com>;tag=1\r\n"
			  "To: <sip:demo@example.com>\r\n"
			  "Call-ID: 1\r\nCSeq: 1 INVITE\r\n%s"
			  "Content-Length: 0\r\n\r\n",
			  headers);
}

static const char *printed(const struct charging *c)
{
	static char text[2048];

	CU_ASSERT_FATAL(
		re_snprintf(text, sizeof(text), "%H", charging_print, c) >= 0);
	return text;
}

#define VECTOR    "P-Charging-Vector: "
#define FUNCTIONS "P-Charging-Function-Addresses: "

/** What is said, and what is said back */
static void keeps(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{VECTOR "icid-value=1234bc9876e;icid-generated-at=192.0.6.8;"
			"orig-ioi=home1.net\r\n",
		 VECTOR "icid-value=1234bc9876e;icid-generated-at=192.0.6.8;"
			"orig-ioi=home1.net;term-ioi=us.example\r\n"},
		{VECTOR "icid-value=\"AyretyU0dm+6O2IrT5tAFrbHLso=0;2\" ; "
			"orig-ioi = \"home1.net\";transit-ioi=\"x.1\"\r\n",
		 VECTOR "icid-value=\"AyretyU0dm+6O2IrT5tAFrbHLso=0;2\";"
			"orig-ioi=home1.net;term-ioi=us.example\r\n"},
		/* nobody else says who is at this end */
		{VECTOR "icid-value=a;term-ioi=evil\r\n",
		 VECTOR "icid-value=a;term-ioi=us.example\r\n"},
		{VECTOR "icid-value=a\r\n" FUNCTIONS
			"ccf=192.1.1.1; ccf=\"[5555::b99:c88]\";"
			" ecf=192.1.1.3 ;ecf=192.1.1.4;x=y\r\n",
		 VECTOR "icid-value=a;term-ioi=us.example\r\n" FUNCTIONS
			"ccf=192.1.1.1;ccf=\"[5555::b99:c88]\";"
			"ecf=192.1.1.3;ecf=192.1.1.4\r\n"},
		{VECTOR "icid-value=a;icid-value=b\r\n" FUNCTIONS "ecf=1\r\n",
		 VECTOR "icid-value=a;term-ioi=us.example\r\n" FUNCTIONS
			"ecf=1\r\n"},
		{VECTOR "icid-value=a\r\n" FUNCTIONS
			"ccf=1;ccf=2;ccf=3;ccf=4;ccf=5\r\n",
		 VECTOR "icid-value=a;term-ioi=us.example\r\n" FUNCTIONS
			"ccf=1;ccf=2;ccf=3;ccf=4\r\n"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sip_msg *msg = message(rows[i].in);
		struct charging *c = NULL;

		CU_ASSERT_EQUAL_FATAL(
			charging_accept(&c, msg, true, "us.example", "h"), 0);
		CU_ASSERT_STRING_EQUAL(printed(c), rows[i].out);
		mem_deref(c);
		mem_deref(msg);
	}
}

/** Nothing is known that can be used: one of ours */
static void makes(void)
{
	static const struct {
		const char *in;
		bool trusted;
	} rows[] = {
		{"", true},
		{VECTOR "icid-value=a;orig-ioi=b\r\n" FUNCTIONS "ccf=1\r\n",
		 false},
		{VECTOR "icid-value=\r\n", true},
		{VECTOR "icid-value=\"a\\\"b\"\r\n", true},
		{VECTOR "icid-value=a\x01"
			"b\r\n",
		 true},
		{VECTOR ";;=;\"\r\n" FUNCTIONS "=;ccf;\"\r\n", true},
	};
	struct charging *c[2] = {NULL, NULL};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sip_msg *msg = message(rows[i].in);

		CU_ASSERT_EQUAL_FATAL(charging_accept(&c[0], msg,
						      rows[i].trusted, NULL,
						      "192.0.2.1"),
				      0);
		CU_ASSERT_EQUAL(strlen(c[0]->icid), 32);
		CU_ASSERT_STRING_EQUAL(c[0]->generated_at, "192.0.2.1");
		CU_ASSERT_PTR_NULL(c[0]->orig_ioi);
		CU_ASSERT_PTR_NULL(c[0]->term_ioi);
		CU_ASSERT_PTR_NULL(strstr(printed(c[0]), "Function"));
		c[0] = mem_deref(c[0]);
		mem_deref(msg);
	}

	/* each dialog has its own */
	CU_ASSERT_EQUAL(charging_begin(&c[0], NULL, "us", "h"), 0);
	CU_ASSERT_EQUAL(charging_begin(&c[1], NULL, "us", "h"), 0);
	CU_ASSERT_STRING_NOT_EQUAL(c[0]->icid, c[1]->icid);
	mem_deref(c[0]);
	mem_deref(c[1]);
}

static void dials(void)
{
	struct charging *c = NULL;
	struct sip_msg *msg;

	CU_ASSERT_EQUAL_FATAL(charging_begin(&c, "kept", "us", "h"), 0);
	CU_ASSERT_STRING_EQUAL(printed(c),
			       VECTOR "icid-value=kept;orig-ioi=us\r\n");
	msg = message(VECTOR
		      "icid-value=other;orig-ioi=x;term-ioi=them\r\n" FUNCTIONS
		      "ccf=1\r\n");
	CU_ASSERT_EQUAL(charging_answered(c, msg), 0);
	CU_ASSERT_STRING_EQUAL(
		printed(c), VECTOR
		"icid-value=kept;orig-ioi=us;term-ioi=them\r\n" FUNCTIONS
		"ccf=1\r\n");
	mem_deref(msg);
	mem_deref(c);
}

#define A "0123456789abcdef0123456789abcdef"
#define B "11112222333344445555666677778888"
#define N "00000000000000000000000000000000"

static void session_ids(void)
{
	static const struct {
		const char *in, *remote;
	} rows[] = {
		{"", N},
		{"Session-ID: " B ";remote=" N "\r\n", B},
		{"Session-ID: " B " ; remote=" A "\r\n", B},
		{"Session-ID: " B "\r\n", B},
		{"Session-ID: 0123456789ABCDEF0123456789ABCDEF\r\n", A},
		{"Session-ID: " N ";remote=" A "\r\n", N},
		{"Session-ID: " A "0\r\n", N},
		{"Session-ID: 0123456789abcdef0123456789abcdeg\r\n", N},
		{"Session-ID: \r\n", N},
	};
	char text[128], want[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct session_id id = {A, ""};
		struct sip_msg *msg = message(rows[i].in);

		session_id_read(&id, msg);
		(void)re_snprintf(text, sizeof(text), "%H", session_id_print,
				  &id);
		(void)re_snprintf(want, sizeof(want),
				  "Session-ID: " A ";remote=%s\r\n",
				  rows[i].remote);
		CU_ASSERT_STRING_EQUAL(text, want);
		mem_deref(msg);
	}
}

static int accept_and_print(void *arg)
{
	struct charging *c = NULL;
	char *text = NULL;
	int err = charging_accept(&c, arg, true, "us.example", "h");

	CU_ASSERT_EQUAL(!err, c != NULL);
	if (!err)
		err = charging_answered(c, arg);
	if (!err)
		err = re_sdprintf(&text, "%H", charging_print, c);
	if (!err)
		CU_ASSERT_PTR_NOT_NULL(strstr(text, "icid-value="));
	mem_deref(text);
	mem_deref(c);

	return err;
}

static int begin_charging(void *arg)
{
	struct charging *c = NULL;
	int err = charging_begin(&c, arg, "us.example", "h");

	CU_ASSERT_EQUAL(!err, c != NULL);
	mem_deref(c);

	return err;
}

static void survives_any_failing_allocation(void)
{
	struct sip_msg *msgs[] = {
		message(VECTOR "icid-value=a;icid-generated-at=b;orig-ioi=c;"
			       "term-ioi=d\r\n" FUNCTIONS
			       "ccf=1;ccf=2;ecf=3;ecf=4\r\n"),
		message(""),
	};

	for (size_t i = 0; i < ARRAY_SIZE(msgs); i++) {
		failing_each(accept_and_print, msgs[i]);
		mem_deref(msgs[i]);
	}
	failing_each(begin_charging, "icid");
	failing_each(begin_charging, NULL);
}

static CU_TestInfo tests[] = {
	{"keeps what trusted hosts say", keeps},
	{"makes an icid of its own", makes},
	{"keeps the icid of what causes a call", dials},
	{"keeps both halves of Session-ID", session_ids},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(charging, tests)
