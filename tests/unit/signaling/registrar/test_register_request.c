/**
 * @file test_register_request.c  What a REGISTER asks for, or why not
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/registrar/register_request.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/message_world.h"
#include "tests/unit/unit.h"

#define C        "Contact: "
#define INSTANCE ";+sip.instance=\"<urn:uuid:1>\""
#define BY_PROXY                                                              \
	"Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK2\r\n"                      \
	"Via: SIP/2.0/UDP 192.0.2.3;branch=z9hG4bK3\r\n"

enum { LONGEST_S = 3600 };

/** The transport layer's Via is the first */
static struct sip_msg *message(const char *callid, const char *lines)
{
	return message_of("REGISTER sip:example.com SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP 127.64.0.1;branch=z9hG4bK0\r\n"
			  "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
			  "From: <sip:a@x>;tag=1\r\nTo: <sip:a@x>\r\n"
			  "Call-ID: %s\r\nCSeq: 1 REGISTER\r\n%s"
			  "Content-Length: 0\r\n\r\n",
			  callid, lines);
}


static bool read_lines(struct register_request *q, const char *lines)
{
	memset(q, 0, sizeof(*q));
	q->msg = message("1", lines);

	return register_read(q, LONGEST_S);
}


static void forget(struct register_request *q)
{
	mem_deref(q->path);
	mem_deref((void *)q->msg);
}


static void reads_contacts(void)
{
	static const struct {
		const char *lines, *contact;
		uint32_t expires_s;
		unsigned q1000;
		uint32_t reg_id;
	} rows[] = {
		{C "<sip:a@x>\r\n", "sip:a@x", LONGEST_S, 1000, 0},
		{C "sip:a@x;expires=100\r\n", "sip:a@x", 100, 1000, 0},
		{C "<sip:a@x;x=y>;expires=100;q=0.25\r\n", "sip:a@x;x=y", 100,
		 250, 0},
		{"Expires: 200\r\n" C "<sip:a@x>\r\n", "sip:a@x", 200, 1000,
		 0},
		{"Expires: 200\r\n" C "<sip:a@x>;expires=300\r\n", "sip:a@x",
		 300, 1000, 0},
		{C "<sip:a@x>;expires=99999\r\n", "sip:a@x", LONGEST_S, 1000,
		 0},
		{C "<sip:a@x>;expires=0\r\n", "sip:a@x", 0, 1000, 0},
		{C "<sip:a@x>;expires=never\r\n", "sip:a@x", LONGEST_S, 1000,
		 0},
		{C "<sip:a@x>;q=2\r\n", "sip:a@x", LONGEST_S, 1000, 0},
		{C "<sip:a@x>;q=0.0000001\r\n", "sip:a@x", LONGEST_S, 1000, 0},
		{C "<sip:a@x>;reg-id=7" INSTANCE "\r\n", "sip:a@x", LONGEST_S,
		 1000, 7},
		/* one means nothing without the other (RFC 5626 4.2.1) */
		{C "<sip:a@x>;reg-id=7\r\n", "sip:a@x", LONGEST_S, 1000, 0},
		{C "<sip:a@x>" INSTANCE "\r\n", "sip:a@x", LONGEST_S, 1000, 0},
		{C "<sip:a@x>;reg-id=0" INSTANCE "\r\n", "sip:a@x", LONGEST_S,
		 1000, 0},
		{C "<sip:a@x>;reg-id=7;+sip.instance=\"<u \\\"r>\"\r\n",
		 "sip:a@x", LONGEST_S, 1000, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct register_request q;

		CU_ASSERT_TRUE(read_lines(&q, rows[i].lines));
		CU_ASSERT_EQUAL_FATAL(q.count, 1);
		CU_ASSERT(!pl_strcmp(&q.contacts[0].contact, rows[i].contact));
		CU_ASSERT_EQUAL(q.contacts[0].expires_s, rows[i].expires_s);
		CU_ASSERT_EQUAL((unsigned)(q.contacts[0].q * 1000 + 0.5f),
				rows[i].q1000);
		CU_ASSERT_EQUAL(q.contacts[0].reg_id, rows[i].reg_id);
		CU_ASSERT_EQUAL(q.contacts[0].instance.l,
				rows[i].reg_id ? strlen("<urn:uuid:1>") : 0);
		forget(&q);
	}
}


static void refuses_what_cannot_be_bound(void)
{
	static const struct {
		const char *lines;
		uint16_t status;
	} rows[] = {
		{C "<sip:a@x>;expires=59\r\n", 423},
		{C "<sip:a@x>;expires=60\r\n", 0},
		{C "<mailto:a@x>\r\n", 400},
		{C "<sip:>\r\n", 400},
		{C "<sip:a@x\r\n", 400},
		{C "<sip:a b@x>\r\n", 400},
		{C "<sip:a@x>;expires=100, <tel:1>\r\n", 400},
		{"Expires: 0\r\n" C "*\r\n", 0},
		{C "*\r\n", 400},
		{"Expires: 1\r\n" C "*\r\n", 400},
		{"Expires: 0\r\n" C "*, <sip:a@x>\r\n", 400},
		{"Expires: 0\r\n" C "<sip:a@x>\r\n" C "*\r\n", 400},
		{C "<sip:a@x>;reg-id=1" INSTANCE
		   ", <sip:b@x>;reg-id=2" INSTANCE "\r\n",
		 400},
		/* one of them goes */
		{C "<sip:a@x>;reg-id=1" INSTANCE
		   ", <sip:b@x>;reg-id=2;expires=0" INSTANCE "\r\n",
		 0},
		{"Path: <sip:p@x;lr>\r\n" C "<sip:a@x>\r\n", 0},
		{"Path: sip:p@x\r\n" C "<sip:a@x>\r\n", 400},
		{"Path: <http://p>\r\n" C "<sip:a@x>\r\n", 400},
		{"", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct register_request q;
		bool ok = read_lines(&q, rows[i].lines);

		if (q.status != rows[i].status)
			fprintf(stderr, "%s: %u\n", rows[i].lines, q.status);
		CU_ASSERT_EQUAL(ok, !rows[i].status);
		CU_ASSERT_EQUAL(q.status, rows[i].status);
		if (rows[i].status == 423)
			CU_ASSERT_STRING_EQUAL(q.headers,
					       "Min-Expires: 60\r\n");
		CU_ASSERT(ok || q.phrase);
		forget(&q);
	}
}


static void is_bounded(void)
{
	static char lines[4096], callid[REGISTER_CALL_ID_MAX + 2];
	struct register_request q;
	size_t n = 0;

	for (unsigned i = 0; i < REGISTER_CONTACTS_MAX; i++)
		n += (size_t)sprintf(lines + n, C "<sip:%u@x>\r\n", i);
	CU_ASSERT_TRUE(read_lines(&q, lines));
	CU_ASSERT_EQUAL(q.count, REGISTER_CONTACTS_MAX);
	forget(&q);
	(void)sprintf(lines + n, C "<sip:more@x>\r\n");
	CU_ASSERT_FALSE(read_lines(&q, lines));
	CU_ASSERT_EQUAL(q.status, 403);
	forget(&q);

	for (n = 0; n < REGISTER_PATH_MAX + 10;)
		n += (size_t)sprintf(lines + n,
				     "Path: <sip:0123456789@x;lr>\r\n");
	(void)sprintf(lines + n, "Path: <sip:0123456789@x;lr>\r\n");
	CU_ASSERT_TRUE(read_lines(&q, lines));
	forget(&q);
	for (n = 0; n < 2 * REGISTER_PATH_MAX;)
		n += (size_t)sprintf(lines + n,
				     "Path: <sip:0123456789@x;lr>\r\n");
	CU_ASSERT_FALSE(read_lines(&q, lines));
	CU_ASSERT_EQUAL(q.status, 400);
	forget(&q);

	memset(callid, 'x', sizeof(callid) - 1);
	memset(&q, 0, sizeof(q));
	q.msg = message(callid, "");
	CU_ASSERT_FALSE(register_read(&q, LONGEST_S));
	CU_ASSERT_EQUAL(q.status, 400);
	forget(&q);
}


/** RFC 5626 sections 5.1 and 6: who keeps the flow */
static void flows_are_kept_where_the_first_hop_can(void)
{
#define OUT "Supported: outbound\r\n" C "<sip:a@x>;reg-id=1" INSTANCE "\r\n"
	static const struct {
		const char *lines;
		bool outbound;
		uint16_t status;
	} rows[] = {
		{OUT, true, 0},
		{C "<sip:a@x>;reg-id=1" INSTANCE "\r\n", false, 0},
		{"Supported: outbound\r\n" C "<sip:a@x>\r\n", false, 0},
		{BY_PROXY OUT, false, 439},
		{BY_PROXY "Path: <sip:p@x;lr;ob>\r\n" OUT, true, 0},
		{BY_PROXY "Path: <sip:p@x;lr>\r\n" OUT, false, 439},
		/* the last value is the first hop's */
		{BY_PROXY "Path: <sip:q@x;lr>, <sip:p@x;lr;ob>\r\n" OUT, true,
		 0},
		{BY_PROXY "Path: <sip:q@x;lr;ob>, <sip:p@x;lr>\r\n" OUT, false,
		 439},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct register_request q;
		bool ok = read_lines(&q, rows[i].lines);

		if (q.status != rows[i].status ||
		    q.outbound != rows[i].outbound)
			fprintf(stderr, "row %zu: %u\n", i, q.status);
		CU_ASSERT_EQUAL(ok, !rows[i].status);
		CU_ASSERT_EQUAL(q.status, rows[i].status);
		CU_ASSERT_EQUAL(q.outbound, rows[i].outbound);
		forget(&q);
	}
}


static void the_path_is_kept_in_its_order(void)
{
	struct register_request q;

	CU_ASSERT_TRUE(read_lines(&q, "Path: <sip:1@x;lr>, <sip:2@x;lr>\r\n"
				      "Path: \"P\" <sip:3@x;lr>;a=b\r\n"));
	CU_ASSERT_STRING_EQUAL(q.path,
			       "<sip:1@x;lr>, <sip:2@x;lr>, <sip:3@x;lr>");
	forget(&q);
}


static int read_one(void *arg)
{
	struct register_request q;
	bool ok;

	memset(&q, 0, sizeof(q));
	q.msg = arg;
	ok = register_read(&q, LONGEST_S);
	/* refused, and never half of it granted */
	if (ok) {
		CU_ASSERT_EQUAL(q.count, 1);
		CU_ASSERT_STRING_EQUAL(q.path, "<sip:1@x;lr>, <sip:2@x;lr>");
	}
	else {
		CU_ASSERT_EQUAL(q.status, 500);
	}
	mem_deref(q.path);

	return ok ? 0 : ENOMEM;
}


static void survives_any_failing_allocation(void)
{
	struct sip_msg *msg = message(
		"1", "Path: <sip:1@x;lr>, <sip:2@x;lr>\r\n" C "<sip:a@x>\r\n");

	failing_each(read_one, msg);
	mem_deref(msg);
}


static CU_TestInfo tests[] = {
	{"reads contacts", reads_contacts},
	{"refuses what cannot be bound", refuses_what_cannot_be_bound},
	{"is bounded", is_bounded},
	{"flows are kept where the first hop can",
	 flows_are_kept_where_the_first_hop_can},
	{"the path is kept in its order", the_path_is_kept_in_its_order},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(register_request, tests)
