/**
 * @file test_cpim.c  Messages with a head of their own (RFC 3862)
 */
#include <errno.h>
#include <string.h>
#include "signaling/message/cpim.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

#define HEAD                                                                  \
	"From: MR SANDERS <im:piglet@100akerwood.com>\r\n"                    \
	"To: Depressed Donkey <im:eeyore@100akerwood.com>\r\n"                \
	"DateTime: 2000-12-13T13:40:00-08:00\r\n"


static void what_is_within_is_found(void)
{
	static const struct {
		const char *text;
		int err;
		const char *type, *disposition, *body;
	} rows[] = {
		{HEAD "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHi",
		 0, "text/plain; charset=utf-8", "", "Hi"},
		{HEAD "\r\n\r\nHi", 0, "", "", "Hi"},
		{"\r\n\r\nHi", 0, "", "", "Hi"},
		{"A: b\n\nContent-type:text/plain\n\nHi\r\n\r\nyou", 0,
		 "text/plain", "", "Hi\r\n\r\nyou"},
		{HEAD
		 "NS: imdn <urn:ietf:params:imdn>\r\n"
		 "imdn.Message-ID: 34jk324j\r\n"
		 "imdn.Disposition-Notification: positive-delivery\r\n\r\n"
		 "Content-type: text/plain\r\nContent-length: 5\r\n\r\n"
		 "Hello world",
		 0, "text/plain", "", "Hello"},
		{HEAD "\r\nContent-Type: message/imdn+xml\r\n"
		      "Content-Disposition: notification\r\n\r\n<imdn/>",
		 0, "message/imdn+xml", "notification", "<imdn/>"},
		/* of two the first; what is more than there is, is not */
		{HEAD "\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n"
		      "Content-Length: 99999999999999999999\r\n\r\nHi",
		 0, "a/b", "", "Hi"},
		{HEAD "\r\nContent-Type: a/b\r\nContent-Length: 9\r\n\r\nHi",
		 0, "a/b", "", "Hi"},
		/* folded */
		{HEAD "Subject: a\r\n b\r\n\r\nContent-Type: a/b;\r\n\tc=d"
		      "\r\n\r\nHi",
		 0, "a/b;", "", "Hi"},
		{HEAD "Require: MyFeatures.VitalMessageOption\r\n\r\n\r\nHi",
		 ENOTSUP, "", "", ""},
		{"", EBADMSG, "", "", ""},
		{"Hello", EBADMSG, "", "", ""},
		{HEAD, EBADMSG, "", "", ""},
		{HEAD "\r\nContent-Type: a/b\r\n", EBADMSG, "", "", ""},
		{HEAD "\r\nContent-Type: a/b\r\nHello\r\n\r\nHi", EBADMSG, "",
		 "", ""},
		{": x\r\n\r\n\r\nHi", EBADMSG, "", "", ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cpim c;
		struct pl body;
		int err;

		pl_set_str(&body, rows[i].text);
		err = cpim_decode(&c, &body);
		CU_ASSERT_EQUAL(err, rows[i].err);
		if (err || rows[i].err)
			continue;
		CU_ASSERT_FALSE(pl_strcmp(&c.type, rows[i].type));
		CU_ASSERT_FALSE(
			pl_strcmp(&c.disposition, rows[i].disposition));
		CU_ASSERT_FALSE(pl_strcmp(&c.body, rows[i].body));
	}
}


static void endless_heads_are_refused(void)
{
	struct mbuf *mb = mbuf_alloc(4096);
	struct cpim c;
	struct pl body;

	for (int i = 0; i < 100; i++)
		(void)mbuf_write_str(mb, "X: y\r\n");
	(void)mbuf_write_str(mb, "\r\n\r\nHi");
	body.p = (char *)mb->buf;
	body.l = mb->end;
	CU_ASSERT_EQUAL(cpim_decode(&c, &body), EBADMSG);
	mem_deref(mb);
}


static void ours_is_read_by_everybody(void)
{
	const struct cpim_head head = {
		.name = "Ana \"A\" \\ B",
		.uri = "sip:ana@example.com",
		.to = "sip:demo@example.com",
		.time_ms = 976743600123,
	};
	struct mbuf *mb = mbuf_alloc(512);
	struct cpim c;
	struct pl body;

	CU_ASSERT_EQUAL(mbuf_printf(mb, "%HHello", cpim_print, &head), 0);
	body.p = (char *)mb->buf;
	body.l = mb->end;
	CU_ASSERT_FALSE(pl_strcmp(
		&body, "From: \"Ana \\\"A\\\" \\\\ B\" <sip:ana@example.com>"
		       "\r\nTo: <sip:demo@example.com>\r\n"
		       "DateTime: 2000-12-13T21:40:00.123Z\r\n\r\n"
		       "Content-Type: text/plain;charset=UTF-8\r\n\r\n"
		       "Hello"));
	CU_ASSERT_EQUAL(cpim_decode(&c, &body), 0);
	CU_ASSERT_FALSE(pl_strcmp(&c.body, "Hello"));
	mem_deref(mb);
}


static int print_one(void *arg)
{
	struct mbuf *mb = mbuf_alloc(16);
	int err = mb ? mbuf_printf(mb, "%H", cpim_print, arg) : ENOMEM;

	mem_deref(mb);

	return err;
}


static void survives_any_failing_allocation(void)
{
	struct cpim_head head = {"Ana", "sip:a@x", "sip:d@x", 1};

	failing_each(print_one, &head);
}

static CU_TestInfo tests[] = {
	{"what is within is found", what_is_within_is_found},
	{"endless heads are refused", endless_heads_are_refused},
	{"ours is read by everybody", ours_is_read_by_everybody},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(cpim, tests)
