/**
 * @file test_http_parser.c  Heads of requests, also those that are read in
 * two ways
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "signaling/http/http_parser.h"
#include "tests/unit/unit.h"

#define GET  "GET / HTTP/1.1\r\n"
#define HOST "Host: x\r\n"
#define END  "\r\n"

static struct http_head head;

/** From a buffer of exactly that size */
static unsigned parse(const char *text, size_t len)
{
	char *exact = malloc(len ? len : 1);
	unsigned status;

	memcpy(exact, text, len);
	status = http_head_parse(&head, exact, len);
	free(exact);

	return status;
}


static void judges_heads(void)
{
#define T(text) text, sizeof(text) - 1
	static const struct {
		const char *text;
		size_t len;
		unsigned status;
	} rows[] = {
		{T(GET HOST END), 0},
		{T("GET / HTTP/1.0\r\n" END), 0},
		{T("GET / HTTP/1.9\r\n" HOST END), 0},
		{T("GET / HTTP/2.0\r\n" HOST END), 505},
		{T("GET / HTTP/1.1 \r\n" HOST END), 400},
		{T("GET / http/1.1\r\n" HOST END), 400},
		{T("GET /\r\n" END), 400},
		{T("GET\r\n" END), 400},
		{T(""), 400},
		{T("get / HTTP/1.1\r\n" HOST END), 501},
		{T("BREW / HTTP/1.1\r\n" HOST END), 501},
		{T("G(T / HTTP/1.1\r\n" HOST END), 400},
		{T("GET  / HTTP/1.1\r\n" HOST END), 400},
		/* exactly one Host (RFC 9112 section 3.2) */
		{T(GET END), 400},
		{T(GET HOST HOST END), 400},
		/* one site asks */
		{T(GET HOST "Origin: https://h\r\n" END), 0},
		{T(GET HOST "Origin: https://h\r\norigin: https://e\r\n" END),
		 400},
		/* white space before the colon, folds, bare CR, NUL */
		{T(GET "Host : x\r\n" END), 400},
		{T(GET HOST "A: b\r\n c\r\n" END), 400},
		{T(GET HOST "A: b\rc\r\n" END), 400},
		{T(GET HOST "A: b\0c\r\n" END), 400},
		{T(GET HOST "A: b\x01\r\n" END), 400},
		{T(GET HOST "A\r\n" END), 400},
		{T(GET HOST ": b\r\n" END), 400},
		{T(GET HOST "A: b\tc\r\n" END), 0},
		/* no end */
		{T(GET HOST), 400},
		{T(GET HOST "A: b\n\n"), 400},
		/* lengths */
		{T(GET HOST "Content-Length: 0\r\n" END), 0},
		{T(GET HOST "Content-Length: 262144\r\n" END), 0},
		{T(GET HOST "Content-Length: 262145\r\n" END), 413},
		{T(GET HOST "Content-Length: 99999999999999999999\r\n" END),
		 413},
		{T(GET HOST "Content-Length: +1\r\n" END), 400},
		{T(GET HOST "Content-Length: 1,1\r\n" END), 400},
		{T(GET HOST "Content-Length:\r\n" END), 400},
		{T(GET HOST "Content-Length: 1\r\ncontent-length: 1\r\n" END),
		 400},
		{T(GET HOST "Transfer-Encoding: chunked\r\n" END), 411},
		{T(GET HOST "Transfer-Encoding: gzip\r\n" END), 501},
		{T(GET HOST "Transfer-Encoding: chunked\r\n"
			    "Content-Length: 1\r\n" END),
		 400},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned status = parse(rows[i].text, rows[i].len);

		if (status != rows[i].status)
			fprintf(stderr, "%.*s: %u\n", (int)rows[i].len,
				rows[i].text, status);
		CU_ASSERT_EQUAL(status, rows[i].status);
	}
}


static void nobody_climbs_out_of_the_root(void)
{
	static const struct {
		const char *target, *path, *query; /**< NULL: refused */
	} rows[] = {
		{"/", "/", ""},
		{"/a/b?c=d%20", "/a/b", "c=d%20"},
		{"/a?b?c", "/a", "b?c"},
		{"/a%20b%2Fc", "/a b/c", ""},
		{"/a#b?c", "/a", ""},
		{"http://x/a?b", "/a", "b"},
		{"HTTPS://x:8443/a", "/a", ""},
		{"http://x", NULL, NULL},
		{"*", NULL, NULL},
		{"a", NULL, NULL},
		{"/..", NULL, NULL},
		{"/a/../b", NULL, NULL},
		{"/a/%2e%2E/b", NULL, NULL},
		{"/%2e", NULL, NULL},
		{"/a%2f..%2fb", NULL, NULL},
		{"/.../..a", "/.../..a", ""},
		{"/a\\..\\b", NULL, NULL},
		{"/a%5c..", NULL, NULL},
		{"/%00", NULL, NULL},
		{"/%1f", NULL, NULL},
		{"/%7f", NULL, NULL},
		{"/%", NULL, NULL},
		{"/%4", NULL, NULL},
		{"/%g0", NULL, NULL},
		{"/a?\x7f", NULL, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[256];
		int n = snprintf(text, sizeof(text),
				 "GET %s HTTP/1.1\r\n" HOST END,
				 rows[i].target);
		unsigned status = parse(text, (size_t)n);

		if (status != (rows[i].path ? 0u : 400u))
			fprintf(stderr, "%s: %u\n", rows[i].target, status);
		CU_ASSERT_EQUAL(status, rows[i].path ? 0u : 400u);
		if (status || !rows[i].path)
			continue;
		CU_ASSERT_STRING_EQUAL(head.path, rows[i].path);
		CU_ASSERT_STRING_EQUAL(head.query, rows[i].query);
	}
}


static void knows_who_wants_to_stay(void)
{
	static const struct {
		const char *text;
		bool keep_alive, expect_continue;
	} rows[] = {
		{GET HOST END, true, false},
		{GET HOST "Connection: close\r\n" END, false, false},
		{GET HOST "Connection: Upgrade, Close\r\n" END, false, false},
		{GET HOST "Connection: closed\r\n" END, true, false},
		{"GET / HTTP/1.0\r\n" END, false, false},
		{"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n" END, true,
		 false},
		{GET HOST "Expect: 100-Continue\r\n" END, true, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CU_ASSERT_EQUAL(parse(rows[i].text, strlen(rows[i].text)), 0);
		CU_ASSERT_EQUAL(head.keep_alive, rows[i].keep_alive);
		CU_ASSERT_EQUAL(head.expect_continue, rows[i].expect_continue);
	}
}


static void is_bounded(void)
{
	static char text[HTTP_HEAD_MAX + 100];
	size_t n = (size_t)sprintf(text, GET HOST);

	for (unsigned i = 1; i < HTTP_HEADERS_MAX; i++)
		n += (size_t)sprintf(text + n, "A: b\r\n");
	(void)sprintf(text + n, END);
	CU_ASSERT_EQUAL(parse(text, n + 2), 0);
	CU_ASSERT_EQUAL(head.count, HTTP_HEADERS_MAX);
	n += (size_t)sprintf(text + n, "A: b\r\n" END);
	CU_ASSERT_EQUAL(parse(text, n), 431);

	n = (size_t)sprintf(text, "GET /");
	memset(text + n, 'a', HTTP_TARGET_MAX);
	(void)sprintf(text + n + HTTP_TARGET_MAX, " HTTP/1.1\r\n" HOST END);
	CU_ASSERT_EQUAL(parse(text, strlen(text)), 414);
	(void)sprintf(text + n + HTTP_TARGET_MAX - 1,
		      " HTTP/1.1\r\n" HOST END);
	CU_ASSERT_EQUAL(parse(text, strlen(text)), 0);

	memset(text, 'a', sizeof(text));
	CU_ASSERT_EQUAL(parse(text, HTTP_HEAD_MAX + 1), 431);
}


static void every_cut_is_refused(void)
{
	static const char text[] =
		"POST /a%20b?c HTTP/1.1\r\n" HOST "Content-Length: 3\r\n" END;

	for (size_t len = 0; len < sizeof(text) - 1; len++)
		CU_ASSERT_EQUAL(parse(text, len), 400);
	CU_ASSERT_EQUAL(parse(text, sizeof(text) - 1), 0);
	CU_ASSERT_EQUAL(head.body_bytes, 3);
	CU_ASSERT_STRING_EQUAL(head.method, "POST");
}


static void finds_headers_and_words(void)
{
	static const struct {
		const char *value, *token;
		bool has;
	} rows[] = {
		{"websocket", "WebSocket", true},
		{"a, websocket;q=1", "websocket", true},
		{"websockets", "websocket", false},
		{"a websocket", "websocket", false},
		{" ,, b\t, c", "b", true},
		{"", "b", false},
		{NULL, "b", false},
	};
	static const char text[] = GET HOST "A:  b \t\r\na: c\r\n" END;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CU_ASSERT_EQUAL(
			http_head_has_token(rows[i].value, rows[i].token),
			rows[i].has);
	CU_ASSERT_EQUAL(parse(text, sizeof(text) - 1), 0);
	CU_ASSERT_STRING_EQUAL(http_head_find(&head, "A"), "b");
	CU_ASSERT_PTR_NULL(http_head_find(&head, "B"));
	CU_ASSERT_STRING_EQUAL(http_reason(431),
			       "Request Header Fields Too Large");
	CU_ASSERT_STRING_EQUAL(http_reason(299), "Unknown");
}


static CU_TestInfo tests[] = {
	{"judges heads", judges_heads},
	{"nobody climbs out of the root", nobody_climbs_out_of_the_root},
	{"knows who wants to stay", knows_who_wants_to_stay},
	{"is bounded", is_bounded},
	{"every cut is refused", every_cut_is_refused},
	{"finds headers and words", finds_headers_and_words},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(http_parser, tests)
