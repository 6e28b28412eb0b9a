/**
 * @file test_session_header.c  What hostile headers are made into
 */
#include <errno.h>
#include <string.h>
#include "signaling/message/header.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/message_world.h"
#include "tests/unit/unit.h"

static void display_names(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"Alice", "Alice"},
		{" Alice Doe ", "Alice Doe"},
		{"Al\\\"i\\\\ce", "Al\"i\\ce"},
		{"a\x01\r\nb\x7f", "ab"},
		{"\xc3\xa4\xff\xc3", "\xc3\xa4"},
		{"\xed\xa0\x80x", "x"},
		{"\xc2\x9b[2J", "[2J"},
		{"\xf4\x90\x80\x80x", "x"},
		{"", NULL},
		{"   ", NULL},
		{"\\", "\\"},
	};
	struct pl pl;
	char *out;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pl_set_str(&pl, rows[i].in);
		CU_ASSERT_EQUAL(header_display(&out, &pl), 0);
		if (rows[i].out) {
			CU_ASSERT_PTR_NOT_NULL_FATAL(out);
			CU_ASSERT_STRING_EQUAL(out, rows[i].out);
		}
		else {
			CU_ASSERT_PTR_NULL(out);
		}
		mem_deref(out);
	}
}

static void long_names(void)
{
	char name[1000];
	struct pl pl = {name, sizeof(name)};
	char *out;

	memset(name, 'a', sizeof(name));
	CU_ASSERT_EQUAL(header_display(&out, &pl), 0);
	CU_ASSERT_EQUAL(strlen(out), HEADER_DISPLAY_MAX);
	mem_deref(out);

	/* a character is never cut in two */
	memset(name, 'a', HEADER_DISPLAY_MAX - 1);
	memcpy(name + HEADER_DISPLAY_MAX - 1, "\xc3\xa4", 2);
	CU_ASSERT_EQUAL(header_display(&out, &pl), 0);
	CU_ASSERT_EQUAL(strlen(out), HEADER_DISPLAY_MAX - 1);
	mem_deref(out);

	memset(name, 'a', sizeof(name));
	CU_ASSERT_EQUAL(header_uri(&out, &pl), EBADMSG);
}

static void users(void)
{
	static const struct {
		const char *uri, *user;
		int err;
	} rows[] = {
		{"sip:demo@example.com", "demo", 0},
		{"sip:a%20b%2fc@example.com", "a b/c", 0},
		{"sip:%64emo@example.com", "demo", 0},
		{"sip:example.com", NULL, ENOENT},
		{"sip:a%00b@example.com", NULL, EBADMSG},
		{"sip:a%0ab@example.com", NULL, EBADMSG},
		{"sip:a%4@example.com", NULL, EBADMSG},
		{"sip:a%@example.com", NULL, EBADMSG},
		{"sip:a%zz@example.com", NULL, EBADMSG},
	};
	struct uri uri;
	struct pl pl;
	char *out;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pl_set_str(&pl, rows[i].uri);
		CU_ASSERT_EQUAL_FATAL(uri_decode(&uri, &pl), 0);
		CU_ASSERT_EQUAL(header_user(&out, &uri), rows[i].err);
		if (rows[i].user)
			CU_ASSERT_STRING_EQUAL(out, rows[i].user);
		mem_deref(out);
	}
}

static void addresses(void)
{
	static const struct {
		const char *uri, *aor;
	} rows[] = {
		{"sip:alice@example.com", "sip:alice@example.com"},
		{"sip:alice:pw@example.com:5070;transport=tcp",
		 "sip:alice@example.com"},
		{"sips:alice@[2001:db8::1]:5061", "sips:alice@[2001:db8::1]"},
		{"sip:example.com", "sip:example.com"},
	};
	struct uri uri;
	struct pl pl;
	char *out;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pl_set_str(&pl, rows[i].uri);
		CU_ASSERT_EQUAL_FATAL(uri_decode(&uri, &pl), 0);
		CU_ASSERT_EQUAL(header_aor(&out, &uri), 0);
		CU_ASSERT_STRING_EQUAL(out, rows[i].aor);
		mem_deref(out);
	}
}

static void uris(void)
{
	static const char *const bad[] = {"sip:a b@c",      "sip:a@b>",
					  "sip:\"@b",       "sip:a\x01@b",
					  "sip:\xc3\xa4@b", ""};
	struct pl pl;
	char *out;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		pl_set_str(&pl, bad[i]);
		CU_ASSERT_EQUAL(header_uri(&out, &pl), EBADMSG);
		CU_ASSERT_PTR_NULL(out);
	}
}

static void bodies(void)
{
	static const struct {
		const char *type, *body, *sdp;
		int err;
	} rows[] = {
		{"Content-Type: application/sdp\r\n", "v=0", "v=0", 0},
		{"c: Application/SDP;x=y\r\n", "v=0", "v=0", 0},
		{"", "", NULL, ENOENT},
		{"", "v=0", NULL, ENOTSUP},
		{"Content-Type: text/plain\r\n", "v=0", NULL, ENOTSUP},
		{"Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n",
		 "v=0", NULL, ENOTSUP},
		{"Content-Type: multipart/mixed;boundary=\"b\"\r\n",
		 "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b--",
		 "v=0", 0},
		{"Content-Type: multipart/mixed;boundary=b\r\n",
		 "x\r\n--b\r\n\r\ntext\r\n--b\r\n"
		 "content-type:application/sdp\r\n\r\nv=0\r\n\r\n--b--\r\n",
		 "v=0\r\n", 0},
		{"Content-Type: multipart/mixed;boundary=b\r\n",
		 "--b\r\nContent-Type: text/plain\r\n\r\nv=0\r\n--b--", NULL,
		 ENOTSUP},
		{"Content-Type: multipart/mixed;boundary=b\r\n",
		 "--b\r\nContent-Type: application/sdp\r\n\r\nv=0", NULL,
		 EBADMSG},
		{"Content-Type: multipart/mixed\r\n", "--b", NULL, EBADMSG},
		{"Content-Type: multipart/mixed;boundary=\"\r\n", "--b", NULL,
		 EBADMSG},
	};
	struct sip_msg *msg;
	struct pl sdp;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		msg = message_with(rows[i].type, rows[i].body);
		CU_ASSERT_PTR_NOT_NULL_FATAL(msg);
		CU_ASSERT_EQUAL(header_sdp(msg, &sdp), rows[i].err);
		if (rows[i].sdp)
			CU_ASSERT_EQUAL(pl_strcmp(&sdp, rows[i].sdp), 0);
		mem_deref(msg);
	}
}

static void accepts(void)
{
	static const struct {
		const char *headers;
		bool sdp;
	} rows[] = {
		{"", true},
		{"Accept: application/sdp\r\n", true},
		{"Accept: text/plain, application/sdp;q=0.5\r\n", true},
		{"Accept: */*\r\n", true},
		{"Accept: application/*\r\n", true},
		{"Accept: text/plain\r\n", false},
		{"Accept: application/sdpx\r\n", false},
	};
	struct sip_msg *msg;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		msg = message_with(rows[i].headers, "");
		CU_ASSERT_EQUAL(header_accepts_sdp(msg), rows[i].sdp);
		mem_deref(msg);
	}
}

static void numbers(void)
{
	static const struct {
		const char *headers;
		uint32_t n;
	} rows[] = {
		{"Session-Expires: 90;refresher=uac\r\n", 90},
		{"x: 1800\r\n", 1800},
		{"Session-Expires: soon\r\n", 7},
		{"Session-Expires: -5\r\n", 7},
		{"Session-Expires: 99999999999999999999\r\n", 7},
		{"Session-Expires: 4294967295\r\n", 7},
		{"", 7},
	};
	struct sip_msg *msg;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		msg = message_with(rows[i].headers, "");
		CU_ASSERT_EQUAL(
			header_seconds(msg, SIP_HDR_SESSION_EXPIRES, 7),
			rows[i].n);
		mem_deref(msg);
	}
}

static void quotes(void)
{
	char *out;

	CU_ASSERT_EQUAL(header_quote(&out, "a\"b\\c\r\nd"), 0);
	CU_ASSERT_STRING_EQUAL(out, "a\\\"b\\\\cd");
	mem_deref(out);
}

static int copy_all(void *arg)
{
	static int (*const copy[])(char **dst, const struct uri *uri) = {
		header_user,
		header_aor,
	};
	char *out[6] = {NULL};
	struct uri uri;
	struct pl pl;
	int err, first = 0;

	pl_set_str(&pl, arg);
	CU_ASSERT_FALSE_FATAL(uri_decode(&uri, &pl));
	for (size_t i = 0; i < 6; i++) {
		if (i < 2)
			err = copy[i](&out[i], &uri);
		else if (i == 2)
			err = header_uri(&out[i], &pl);
		else if (i == 3)
			err = header_display(&out[i], &pl);
		else if (i == 4)
			err = header_route(&out[i], &pl);
		else
			err = header_quote(&out[i], arg);
		CU_ASSERT_EQUAL(!err, out[i] != NULL);
		first = first ? first : err;
	}
	for (size_t i = 0; i < 6; i++)
		mem_deref(out[i]);

	return first;
}

static void survives_any_failing_allocation(void)
{
	failing_each(copy_all, "sip:a%41@example.com");
}

static CU_TestInfo tests[] = {
	{"cleans display names", display_names},
	{"cuts what is too long", long_names},
	{"decodes the user part", users},
	{"makes an address-of-record", addresses},
	{"refuses bytes that no URI has", uris},
	{"finds the description in a body", bodies},
	{"reads Accept", accepts},
	{"reads seconds", numbers},
	{"quotes names of its own", quotes},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(session_header, tests)
