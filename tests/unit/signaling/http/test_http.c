/**
 * @file test_http.c  HTTP/1.1 server: its parser, and over real connections
 */
#include <stdlib.h>
#include <string.h>
#include "signaling/http/http.h"
#include "signaling/http/http_parser.h"
#include "tests/unit/unit.h"


enum { PATIENCE_MS = 3000, BIG_BYTES = 3000000 };

#define HOST "Host: x\r\n"


static void parses_heads(void)
{
	static const struct {
		const char *text;
		unsigned status;
		const char *path, *query;
	} rows[] = {
		{"GET / HTTP/1.1\r\n" HOST "\r\n", 0, "/", ""},
		{"GET /a%20b/c?d=%2F HTTP/1.1\r\n" HOST "\r\n", 0, "/a b/c",
		 "d=%2F"},
		{"GET http://h:1/p?q HTTP/1.1\r\n" HOST "\r\n", 0, "/p", "q"},
		{"GET /..a/.b HTTP/1.0\r\n\r\n", 0, "/..a/.b", ""},
		{"POST /x HTTP/1.1\r\n" HOST "Content-Length: 12\r\n\r\n", 0,
		 "/x", ""},
		{"GET /a/../b HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL},
		{"GET /%2e%2e/etc HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL},
		{"GET /a/%2e%2E%2fetc HTTP/1.1\r\n" HOST "\r\n", 400, NULL,
		 NULL},
		{"GET /a%00b HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL},
		{"GET /a%5c..%5cb HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL},
		{"GET /%zz HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL},
		{"GET /%2 HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL},
		{"GET a HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL},
		{"GET /\r\n" HOST "\r\n", 400, NULL, NULL},
		{"GET / HTTP/1.1\r\n\r\n", 400, NULL, NULL},
		{"GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400, NULL, NULL},
		{"GET / HTTP/1.1\r\n" HOST "A : b\r\n\r\n", 400, NULL, NULL},
		{"GET / HTTP/1.1\r\n" HOST " folded\r\n\r\n", 400, NULL, NULL},
		{"GET / HTTP/1.1\r\n" HOST "A: b\nC: d\r\n\r\n", 400, NULL,
		 NULL},
		{"GET / HTTP/2.0\r\n" HOST "\r\n", 505, NULL, NULL},
		{"BREW / HTTP/1.1\r\n" HOST "\r\n", 501, NULL, NULL},
		{"G(T / HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL},
		{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n"
		 "\r\n",
		 411, NULL, NULL},
		{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n",
		 501, NULL, NULL},
		{"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n"
		 "Content-Length: 3\r\n\r\n",
		 400, NULL, NULL},
		{"POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n"
		 "Content-Length: 3\r\n\r\n",
		 400, NULL, NULL},
		{"POST / HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\n", 400,
		 NULL, NULL},
		{"POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999\r\n"
		 "\r\n",
		 413, NULL, NULL},
	};
	static struct http_head h;
	unsigned status;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		status = http_head_parse(&h, rows[i].text,
					 strlen(rows[i].text));
		if (status != rows[i].status)
			printf("\nrow %zu: %u\n", i, status);
		CU_ASSERT_EQUAL(status, rows[i].status);
		if (status || rows[i].status)
			continue;
		CU_ASSERT_STRING_EQUAL(h.path, rows[i].path);
		CU_ASSERT_STRING_EQUAL(h.query, rows[i].query);
	}
}


static void limits_heads(void)
{
	static char text[2 * HTTP_HEAD_MAX];
	static struct http_head h;
	size_t n, i;

	n = (size_t)re_snprintf(text, sizeof(text), "GET /");
	memset(text + n, 'a', 5000);
	n += 5000;
	n += (size_t)re_snprintf(text + n, 100, " HTTP/1.1\r\n" HOST "\r\n");
	CU_ASSERT_EQUAL(http_head_parse(&h, text, n), 414);

	n = (size_t)re_snprintf(text, 100, "GET / HTTP/1.1\r\n" HOST);
	for (i = 0; i < HTTP_HEADERS_MAX; i++)
		n += (size_t)re_snprintf(text + n, 100, "A: b\r\n");
	n += (size_t)re_snprintf(text + n, 100, "\r\n");
	CU_ASSERT_EQUAL(http_head_parse(&h, text, n), 431);
	CU_ASSERT_EQUAL(http_head_parse(&h, text, sizeof(text)), 431);
}


/* A server that answers by path, and a client that reads what comes. */
struct client {
	struct http_server *server;
	struct http_exchange *held;
	struct tcp_conn *tc;
	struct mbuf *got;
	char *shared; /**< content of BIG_BYTES that others have, too */
	const char *wanted;
	size_t wanted_bytes;
	bool closed, late, holding;
};


static void handler(struct http_exchange *x, const struct http_request *req,
		    void *arg)
{
	static char big[BIG_BYTES];
	struct client *c = arg;

	if (!strcmp(req->path, "/echo")) {
		(void)http_reply_body(x, 200, "text/plain", NULL, req->body,
				      req->body_len);
	}
	else if (!strcmp(req->path, "/big")) {
		memset(big, 'b', sizeof(big));
		(void)http_reply_body(x, 200, "text/plain", NULL, big,
				      sizeof(big));
	}
	else if (!strcmp(req->path, "/shared")) {
		(void)http_reply_shared(x, 200, "text/plain", NULL, c->shared,
					BIG_BYTES);
	}
	else if (!strcmp(req->path, "/hold")) {
		c->held = x;
		c->holding = true;
	}
	else {
		(void)http_reply_body(x, 404, NULL, "X-Why: path\r\n", NULL,
				      0);
	}
}


static void got_handler(struct mbuf *mb, void *arg)
{
	struct client *c = arg;

	c->got->pos = c->got->end;
	(void)mbuf_write_mem(c->got, mbuf_buf(mb), mbuf_get_left(mb));
}


static void closed_handler(int err, void *arg)
{
	struct client *c = arg;
	(void)err;

	c->closed = true;
}


static void late_handler(void *arg)
{
	struct client *c = arg;

	c->late = true;
	re_cancel();
}


struct waiting {
	struct client *c;
	struct tmr poll;
	const bool *flag;
};


static void poll_handler(void *arg)
{
	struct waiting *w = arg;
	struct client *c = w->c;

	if (w->flag ? *w->flag
		    : c->got->end >= c->wanted_bytes &&
			      (!c->wanted ||
			       memmem(c->got->buf, c->got->end, c->wanted,
				      strlen(c->wanted))))
		re_cancel();
	else
		tmr_start(&w->poll, 1, poll_handler, w);
}


static bool wait_for(struct client *c, const char *text, size_t bytes,
		     const bool *flag)
{
	struct waiting w = {.c = c, .flag = flag};
	struct tmr late;

	c->wanted = text;
	c->wanted_bytes = bytes;
	c->late = false;
	tmr_init(&late);
	tmr_start(&late, unit_patience_ms(PATIENCE_MS), late_handler, c);
	tmr_start(&w.poll, 0, poll_handler, &w);
	(void)re_main(NULL);
	tmr_cancel(&late);
	tmr_cancel(&w.poll);

	return !c->late;
}


static void open_client(struct client *c)
{
	struct sa sa;

	memset(c, 0, sizeof(*c));
	(void)sa_set_str(&sa, "127.0.0.1", 0);
	c->got = mbuf_alloc(1024);
	CU_ASSERT_EQUAL_FATAL(
		http_server_alloc(&c->server, &sa, NULL, handler, c), 0);
	CU_ASSERT_EQUAL_FATAL(tcp_connect(&c->tc, http_server_addr(c->server),
					  NULL, got_handler, closed_handler,
					  c),
			      0);
}


static void close_client(struct client *c)
{
	mem_deref(c->tc);
	mem_deref(c->server);
	mem_deref(c->got);
}


static bool has(const struct client *c, const char *text)
{
	return memmem(c->got->buf, c->got->end, text, strlen(text)) != NULL;
}


static void say(struct client *c, const char *text)
{
	struct mbuf mb = {.buf = (uint8_t *)text,
			  .size = strlen(text),
			  .end = strlen(text)};

	(void)tcp_send(c->tc, &mb);
}


static void keeps_alive_and_pipelines(void)
{
	struct client c;

	open_client(&c);
	say(&c, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\ndefg"
		"GET /nowhere HTTP/1.1\r\n" HOST "\r\n");
	CU_ASSERT_TRUE(wait_for(&c, "X-Why: path", 0, NULL));
	CU_ASSERT_TRUE(has(&c, "Content-Length: 3\r\n\r\nabcHTTP/1.1 "
			       "200 OK"));
	CU_ASSERT_TRUE(has(&c, "\r\n\r\ndefgHTTP/1.1 404"));
	CU_ASSERT_FALSE(c.closed);
	say(&c, "GET /echo HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
	CU_ASSERT_TRUE(wait_for(&c, NULL, 0, &c.closed));
	CU_ASSERT_TRUE(has(&c, "Connection: close\r\n"));
	close_client(&c);
}


static void answers_head_without_body(void)
{
	struct client c;

	open_client(&c);
	say(&c, "HEAD /big HTTP/1.1\r\n" HOST "\r\n"
		"GET /nowhere HTTP/1.1\r\n" HOST "\r\n");
	CU_ASSERT_TRUE(wait_for(&c, "X-Why", 0, NULL));
	CU_ASSERT_TRUE(has(&c, "Content-Length: 3000000\r\n\r\nHTTP"));
	close_client(&c);
}


static void sends_large_bodies(void)
{
	struct client c;

	open_client(&c);
	say(&c, "GET /big HTTP/1.1\r\n" HOST "\r\n");
	CU_ASSERT_TRUE(wait_for(&c, "bbbb", BIG_BYTES + 50, NULL));
	CU_ASSERT_FALSE(c.closed);
	close_client(&c);
}


/** An answer that waits in the queue is neither lost nor sent twice */
static void answers_in_order_behind_a_large_body(void)
{
	struct client c;

	open_client(&c);
	say(&c, "GET /big HTTP/1.1\r\n" HOST "\r\n"
		"GET /nowhere HTTP/1.1\r\n" HOST "\r\n");
	CU_ASSERT_TRUE(wait_for(&c, "X-Why: path", BIG_BYTES, NULL));
	CU_ASSERT_TRUE(c.got->end < BIG_BYTES + 600);
	CU_ASSERT_TRUE(has(&c, "bbbbHTTP/1.1 404 Not Found\r\n"));
	close_client(&c);
}


/** A file is in memory once, however many have asked for it and do not read:
 *  each has a reference until all is sent */
static void shares_what_many_ask_for(void)
{
	struct client c;
	size_t i;

	open_client(&c);
	c.shared = mem_alloc(BIG_BYTES, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c.shared);
	for (i = 0; i < BIG_BYTES; i++)
		c.shared[i] = (char)('a' + i % 23);
	say(&c, "HEAD /shared HTTP/1.1\r\n" HOST "\r\n"
		"GET /shared HTTP/1.1\r\n" HOST "\r\n"
		"GET /shared HTTP/1.1\r\n" HOST "\r\n"
		"GET /nowhere HTTP/1.1\r\n" HOST "\r\n");
	CU_ASSERT_TRUE(wait_for(&c, NULL, 1000000, NULL));
	CU_ASSERT_EQUAL(mem_nrefs(c.shared), 2);
	CU_ASSERT_TRUE(wait_for(&c, "X-Why: path", 2 * BIG_BYTES, NULL));
	CU_ASSERT_EQUAL(mem_nrefs(c.shared), 1);
	CU_ASSERT_TRUE(c.got->end < 2 * BIG_BYTES + 2000);
	for (i = 0; i + BIG_BYTES < c.got->end; i++) {
		if (!memcmp(c.got->buf + i, c.shared, BIG_BYTES))
			break;
	}
	CU_ASSERT_TRUE(i + 2 * BIG_BYTES < c.got->end);
	c.tc = mem_deref(c.tc);

	/* and no longer than somebody is there */
	CU_ASSERT_EQUAL_FATAL(tcp_connect(&c.tc, http_server_addr(c.server),
					  NULL, got_handler, closed_handler,
					  &c),
			      0);
	say(&c, "GET /shared HTTP/1.1\r\n" HOST "\r\n");
	CU_ASSERT_TRUE(wait_for(&c, NULL, c.got->end + 1, NULL));
	CU_ASSERT_EQUAL(mem_nrefs(c.shared), 2);
	c.server = mem_deref(c.server);
	CU_ASSERT_EQUAL(mem_nrefs(c.shared), 1);
	mem_deref(c.shared);
	close_client(&c);
}


static void outlives_its_client(void)
{
	struct client c;
	struct http_exchange *x;

	open_client(&c);
	say(&c, "GET /hold HTTP/1.1\r\n" HOST "\r\n");
	CU_ASSERT_TRUE(wait_for(&c, NULL, 0, &c.holding));
	x = c.held;
	c.tc = mem_deref(c.tc);
	c.server = mem_deref(c.server);
	CU_ASSERT_EQUAL(http_reply_body(x, 200, NULL, NULL, "late", 4),
			ENOTCONN);
	close_client(&c);
}


static void refuses_and_closes(void)
{
	struct client c;

	open_client(&c);
	say(&c, "NONSENSE\r\n\r\nGET /big HTTP/1.1\r\n" HOST "\r\n");
	CU_ASSERT_TRUE(wait_for(&c, NULL, 0, &c.closed));
	CU_ASSERT_TRUE(has(&c, "HTTP/1.1 400 Bad Request"));
	CU_ASSERT_TRUE(c.got->end < 1000);
	close_client(&c);
}


static void continues_when_asked(void)
{
	struct client c;

	open_client(&c);
	say(&c, "POST /echo HTTP/1.1\r\n" HOST
		"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
	CU_ASSERT_TRUE(wait_for(&c, "100 Continue\r\n\r\n", 0, NULL));
	say(&c, "ok");
	CU_ASSERT_TRUE(wait_for(&c, "\r\n\r\nok", 0, NULL));
	close_client(&c);
}


static CU_TestInfo tests[] = {
	{"parses request heads", parses_heads},
	{"limits request heads", limits_heads},
	{"keeps connections alive and takes pipelined requests",
	 keeps_alive_and_pipelines},
	{"answers HEAD without a body", answers_head_without_body},
	{"sends bodies of megabytes", sends_large_bodies},
	{"answers in order behind a large body",
	 answers_in_order_behind_a_large_body},
	{"shares a body that many ask for", shares_what_many_ask_for},
	{"lets an exchange outlive its client", outlives_its_client},
	{"refuses nonsense and closes", refuses_and_closes},
	{"says 100 when asked", continues_when_asked},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(http, tests)
