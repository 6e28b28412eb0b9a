/**
 * @file test_refer_to.c  Refer-To values and the dialogs that headers name
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/message/dialog_id.h"
#include "signaling/message/refer_to.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

struct row {
	const char *val;
	int err;
	const char *uri;
	enum refer_method method;
	const char *replaces, *join;
};

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void check_rows(const struct row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct row *row = &rows[i];
		struct refer_to *r = NULL;
		struct pl val;
		int err;

		pl_set_str(&val, row->val);
		err = refer_to_decode(&r, &val);
		if (err != row->err)
			fprintf(stderr, "%s: %d, not %d\n", row->val, err,
				row->err);
		CU_ASSERT_EQUAL(err, row->err);
		if (!err && !row->err) {
			CU_ASSERT_STRING_EQUAL(r->uri, row->uri);
			CU_ASSERT_EQUAL(r->method, row->method);
			CU_ASSERT(same(r->replaces, row->replaces));
			CU_ASSERT(same(r->join, row->join));
		}
		mem_deref(r);
	}
}

#define BOB "sip:bob@example.com"

static void reads_addresses(void)
{
	static const struct row rows[] = {
		{"<" BOB ">", 0, BOB, REFER_INVITE, NULL, NULL},
		{"  " BOB " ", 0, BOB, REFER_INVITE, NULL, NULL},
		{"\"Bob <x>\" <" BOB ">;a=b", 0, BOB, REFER_INVITE, NULL,
		 NULL},
		{"Bob <sips:bob@example.com;transport=tcp>", 0,
		 "sips:bob@example.com;transport=tcp", REFER_INVITE, NULL,
		 NULL},
		{"<tel:+1-201-555-0123>", 0, "tel:+1-201-555-0123",
		 REFER_INVITE, NULL, NULL},
		{"<sip:u;x=y@[2001:db8::1]:5070;lr>", 0,
		 "sip:u;x=y@[2001:db8::1]:5070;lr", REFER_INVITE, NULL, NULL},
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void reads_methods(void)
{
	static const struct row rows[] = {
		{"<" BOB ";method=INVITE>", 0, BOB, REFER_INVITE, NULL, NULL},
		{"<" BOB ";transport=tcp;method=BYE;user=phone>", 0,
		 BOB ";transport=tcp;user=phone", REFER_BYE, NULL, NULL},
		{"<" BOB "?method=BYE>", 0, BOB, REFER_BYE, NULL, NULL},
		{BOB ";method=BYE", 0, BOB, REFER_BYE, NULL, NULL},
		{"<" BOB ";method=SUBSCRIBE>", 0, BOB, REFER_OTHER, NULL,
		 NULL},
		{"<" BOB ";method=bye>", 0, BOB, REFER_OTHER, NULL, NULL},
		{"<" BOB ";method=BYE;method=INVITE>", EBADMSG, NULL, 0, NULL,
		 NULL},
		{"<" BOB ";method=INVITE?method=BYE>", EBADMSG, NULL, 0, NULL,
		 NULL},
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void reads_replaces_and_join(void)
{
	static const struct row rows[] = {
		{"<" BOB "?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>", 0,
		 BOB, REFER_INVITE, "a@b;to-tag=1;from-tag=2", NULL},
		{"<" BOB "?Replaces=a;to-tag=1;from-tag=2&Require=replaces>",
		 0, BOB, REFER_INVITE, "a;to-tag=1;from-tag=2", NULL},
		{"<" BOB "?Join=c%3bfrom-tag%3d2%3Bto-tag%3D1>", 0, BOB,
		 REFER_INVITE, NULL, "c;from-tag=2;to-tag=1"},
		{"<" BOB "?Replaces=a%3Bto-tag%3D1>", EBADMSG, NULL, 0, NULL,
		 NULL},
		{"<" BOB "?Replaces=a;to-tag=1;from-tag=2"
		 "&Replaces=a;to-tag=1;from-tag=2>",
		 EBADMSG, NULL, 0, NULL, NULL},
		{"<" BOB "?Replaces=a;to-tag=1;from-tag=2"
		 "&Join=a;to-tag=1;from-tag=2>",
		 EBADMSG, NULL, 0, NULL, NULL},
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void refuses_bad_ones(void)
{
	static const struct row rows[] = {
		{"", EBADMSG, NULL, 0, NULL, NULL},
		{"<>", EBADMSG, NULL, 0, NULL, NULL},
		{"<" BOB, EBADMSG, NULL, 0, NULL, NULL},
		{"<bob>", EBADMSG, NULL, 0, NULL, NULL},
		{"<" BOB ">, <" BOB ">", EBADMSG, NULL, 0, NULL, NULL},
		{"<" BOB ">;a=b, <" BOB ">", EBADMSG, NULL, 0, NULL, NULL},
		{BOB "," BOB, EBADMSG, NULL, 0, NULL, NULL},
		{"<sip:>", EBADMSG, NULL, 0, NULL, NULL},
		{"<sip:bob:secret@example.com>", EBADMSG, NULL, 0, NULL, NULL},
		{"\"Bob <" BOB ">", EBADMSG, NULL, 0, NULL, NULL},
		{"<http://example.com/>", EPROTONOSUPPORT, NULL, 0, NULL,
		 NULL},
		{"<xmpp:bob@example.com>", EPROTONOSUPPORT, NULL, 0, NULL,
		 NULL},
		{"<" BOB "?Replaces>", EBADMSG, NULL, 0, NULL, NULL},
		{"<" BOB "?Subject=%0d%0aVia:%20x>", EBADMSG, NULL, 0, NULL,
		 NULL},
		{"<" BOB "?Subject=%zz>", EBADMSG, NULL, 0, NULL, NULL},
		{"<" BOB "?Route=%3Csip:evil%3E>", EACCES, NULL, 0, NULL,
		 NULL},
		{"<" BOB "?P-Asserted-Identity=%3Csip:king%3E>", EACCES, NULL,
		 0, NULL, NULL},
		{"<" BOB "?body=x>", EACCES, NULL, 0, NULL, NULL},
		{"<" BOB "?V%69a=x>", EACCES, NULL, 0, NULL, NULL},
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

static void bounds_what_it_reads(void)
{
	char text[REFER_TO_MAX + 2];
	struct refer_to *r = NULL;
	struct pl val = {text, sizeof(text) - 1};

	memset(text, 'a', sizeof(text));
	memcpy(text, "<sip:", 5);
	text[sizeof(text) - 2] = '>';
	CU_ASSERT_EQUAL(refer_to_decode(&r, &val), EBADMSG);
	val.l = 700;
	text[699] = '>';
	CU_ASSERT_EQUAL(refer_to_decode(&r, &val), EBADMSG);
}

static void reads_dialogs(void)
{
	struct dialog_id id;
	struct pl val;

	pl_set_str(&val, "a@b ; from-tag=2;early-only;to-tag = 1;x=y");
	CU_ASSERT_EQUAL_FATAL(dialog_id_decode(&id, &val, false), 0);
	CU_ASSERT(!pl_strcmp(&id.callid, "a@b"));
	CU_ASSERT(!pl_strcmp(&id.local_tag, "1"));
	CU_ASSERT(!pl_strcmp(&id.remote_tag, "2"));
	CU_ASSERT(id.early_only);

	CU_ASSERT_EQUAL(dialog_id_decode(&id, &val, true), EBADMSG);
	pl_set_str(&val, "a@b;local-tag=1;remote-tag=2");
	CU_ASSERT_EQUAL(dialog_id_decode(&id, &val, true), 0);
	CU_ASSERT(!id.early_only);

	pl_set_str(&val, "a@b;to-tag=1;to-tag=3;from-tag=2");
	CU_ASSERT_EQUAL(dialog_id_decode(&id, &val, false), EBADMSG);
	pl_set_str(&val, ";to-tag=1;from-tag=2");
	CU_ASSERT_EQUAL(dialog_id_decode(&id, &val, false), EBADMSG);
}

static int decode(void *arg)
{
	struct refer_to *r = NULL;
	struct pl val;
	int err;

	pl_set_str(&val, arg);
	err = refer_to_decode(&r, &val);
	CU_ASSERT_EQUAL(!err, r != NULL);
	if (!err)
		CU_ASSERT(r->uri && (r->replaces || r->join));
	mem_deref(r);

	return err;
}

static void survives_any_failing_allocation(void)
{
	failing_each(decode,
		     "\"Bob\" <" BOB ";method=INVITE?"
		     "Replaces=a;to-tag=1;from-tag=2&Require=replaces>");
	failing_each(decode, "<" BOB "?Join=c%3bfrom-tag%3d2%3Bto-tag%3D1>");
}

static CU_TestInfo tests[] = {
	{"reads addresses", reads_addresses},
	{"reads methods", reads_methods},
	{"reads Replaces and Join", reads_replaces_and_join},
	{"refuses what it should", refuses_bad_ones},
	{"bounds what it reads", bounds_what_it_reads},
	{"reads dialogs in headers", reads_dialogs},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(refer_to, tests)
