/**
 * @file test_page.c  The web's side over loopback
 *
 * A page without layer, and mostly without focus: what needs neither. Then
 * what waits for an answer of the focus.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <jansson.h>
#include "focus/config/config.h"
#include "signaling/web/page.h"
#include "signaling/web/page_files.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/focus/world/slow_judge.h"
#include "tests/unit/unit.h"

/** One request and all that comes back until the server closes */
struct client {
	struct tcp_conn *tc;
	struct tmr guard;
	const char *request;
	struct mbuf *in;
};


static void stop_h(void *arg)
{
	(void)arg;
	re_cancel();
}


static void estab_h(void *arg)
{
	struct client *c = arg;
	struct mbuf *mb = mbuf_alloc(1024);

	(void)mbuf_write_str(mb, c->request);
	mb->pos = 0;
	CU_ASSERT_EQUAL(tcp_send(c->tc, mb), 0);
	mem_deref(mb);
}


static void recv_h(struct mbuf *mb, void *arg)
{
	struct client *c = arg;

	(void)mbuf_write_mem(c->in, mbuf_buf(mb), mbuf_get_left(mb));
}


static void close_h(int err, void *arg)
{
	(void)err;
	stop_h(arg);
}


/** @return the whole answer; free() it */
static char *ask(const struct page *page, const char *request)
{
	struct client c;
	char *text;

	memset(&c, 0, sizeof(c));
	c.request = request;
	c.in = mbuf_alloc(1024);
	CU_ASSERT_EQUAL_FATAL(tcp_connect(&c.tc, page_addr(page, false),
					  estab_h, recv_h, close_h, &c),
			      0);
	tmr_start(&c.guard, unit_patience_ms(3000), stop_h, NULL);
	(void)re_main(NULL);
	CU_ASSERT_TRUE(tmr_isrunning(&c.guard));
	tmr_cancel(&c.guard);
	mem_deref(c.tc);
	text = calloc(1, c.in->end + 1);
	memcpy(text, c.in->buf, c.in->end);
	mem_deref(c.in);
	return text;
}


static void put(const char *folder, const char *name, const char *content)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(content, f);
	fclose(f);
}


static void clean(const char *folder)
{
	static const char *const names[] = {
		"index.html",
		"join.0123456789.js",
		"join.0123456789.js.br",
		"join.0123456789.js.gz",
		"notes",
		".hidden.txt",
		"link.txt",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}


static void make_folder(char folder[64])
{
	char link[128];

	snprintf(folder, 64, "%s/parley-page-XXXXXX", P_tmpdir);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	put(folder, "index.html", "<p>join");
	put(folder, "join.0123456789.js", "run()");
	put(folder, "join.0123456789.js.br", "<br>");
	put(folder, "join.0123456789.js.gz", "<gzip>");
	put(folder, "notes", "no type");
	put(folder, ".hidden.txt", "hidden");
	snprintf(link, sizeof(link), "%s/link.txt", folder);
	CU_ASSERT_EQUAL(symlink("/etc/hostname", link), 0);
}

/** "!" before a text: it must not be there */
static const struct {
	const char *request, *want[5];
} rows[] = {
	{"GET / HTTP/1.1\r\nHost: h:80\r\nConnection: close\r\n\r\n",
	 {"HTTP/1.1 200", "<p>join",
	  "Content-Security-Policy: default-src "
	  "'none'",
	  "wss://h:80", "Cache-Control: no-cache\r\n"}},
	{"GET /demo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
	 {"HTTP/1.1 200", "text/html", "X-Content-Type-Options: nosniff",
	  "Referrer-Policy: no-referrer", "microphone=(self)"}},
	{"GET / HTTP/1.1\r\nHost: h; script-src *\r\nConnection: close\r\n"
	 "\r\n",
	 {"!script-src *"}},
	{"GET /join.0123456789.js HTTP/1.1\r\nHost: h\r\nConnection: close"
	 "\r\n\r\n",
	 {"HTTP/1.1 200", "run()", "text/javascript", "immutable"}},
	{"HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
	 {"HTTP/1.1 200", "!<p>join"}},
	/* encoded as it is wanted, where it is */
	{"GET /join.0123456789.js HTTP/1.1\r\nHost: h\r\n"
	 "Accept-Encoding: gzip, br\r\nConnection: close\r\n\r\n",
	 {"Content-Encoding: br\r\n", "Vary: Accept-Encoding\r\n",
	  "Content-Length: 4\r\n", "<br>", "text/javascript"}},
	{"GET /join.0123456789.js HTTP/1.1\r\nHost: h\r\n"
	 "Accept-Encoding: br;q=0, gzip\r\nConnection: close\r\n\r\n",
	 {"Content-Encoding: gzip\r\n", "-gzip\"\r\n", "<gzip>", "immutable"}},
	{"GET /join.0123456789.js HTTP/1.1\r\nHost: h\r\n"
	 "Connection: close\r\n\r\n",
	 {"!Content-Encoding", "Vary: Accept-Encoding\r\n", "run()"}},
	{"HEAD /join.0123456789.js HTTP/1.1\r\nHost: h\r\n"
	 "Accept-Encoding: br\r\nConnection: close\r\n\r\n",
	 {"HTTP/1.1 200", "Content-Encoding: br\r\n", "Content-Length: 4\r\n",
	  "!<br>"}},
	{"GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: br\r\n"
	 "Connection: close\r\n\r\n",
	 {"<p>join", "!Content-Encoding", "!Vary"}},
	{"GET /missing.js HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
	 {"HTTP/1.1 404"}},
	{"GET /link.txt HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
	 {"HTTP/1.1 404"}},
	{"GET /.hidden.txt HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
	 {"HTTP/1.1 404", "!hidden"}},
	{"GET /a/b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
	 {"HTTP/1.1 404"}},
	{"GET /../../etc/passwd HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
	 "\r\n",
	 {"HTTP/1.1 4", "!root:"}},
	{"GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
	 {"HTTP/1.1 200", "\r\n\r\nok\n"}},
	{"GET /api/nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
	 {"HTTP/1.1 404"}},
	{"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n"
	 "Connection: close\r\n\r\n",
	 {"HTTP/1.1 405", "Allow: GET, HEAD\r\n"}},
	{"GET /ws HTTP/1.1\r\nHost: h\r\nOrigin: https://evil.example\r\n"
	 "Connection: close\r\n\r\n",
	 {"HTTP/1.1 403"}},
	/* a site that the configuration names gets as far as the handshake */
	{"GET /ws HTTP/1.1\r\nHost: h\r\nOrigin: https://friend.example\r\n"
	 "Connection: close\r\n\r\n",
	 {"HTTP/1.1 426"}},
	{"GET /ws HTTP/1.1\r\nHost: h:81\r\nOrigin: http://h\r\n"
	 "Connection: close\r\n\r\n",
	 {"HTTP/1.1 403"}},
};


static struct page *make_page_of(struct config *config, char folder[64],
				 struct focus *focus)
{
	struct page *page = NULL;

	memset(config, 0, sizeof(*config));
	make_folder(folder);
	config->web_dir = folder;
	config->web_origins = (char *)"https://friend\\.example";
	config->dial_in_names = (char *)"x[0-9]|calls";
	config->dial_in_address = (char *)"";
	config->domain = (char *)"example.com";
	config->http_listen_count = 1;
	sa_set_str(&config->http_listen[0], "127.0.0.1", 0);
	CU_ASSERT_EQUAL_FATAL(page_alloc(&page, config, focus, NULL), 0);
	return page;
}


static struct page *make_page(struct config *config, char folder[64])
{
	return make_page_of(config, folder, NULL);
}


static void requests_get_their_answers(void)
{
	struct config config;
	char folder[64];
	struct page *page = make_page(&config, folder);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *answer = ask(page, rows[i].request);

		for (size_t k = 0; k < 5 && rows[i].want[k]; k++) {
			const char *want = rows[i].want[k];
			bool there = strstr(answer, want + (*want == '!'));

			CU_ASSERT_EQUAL(there, *want != '!');
			if (there == (*want == '!'))
				printf("\n%s\n%s in\n%s\n", rows[i].request,
				       want, answer);
		}
		free(answer);
	}
	mem_deref(page);
	clean(folder);
}


static void known_etag_is_not_modified(void)
{
	struct config config;
	char folder[64], request[512], etag[64] = "";
	struct page *page = make_page(&config, folder);
	char *answer = ask(page, "GET / HTTP/1.1\r\nHost: h\r\n"
				 "Connection: close\r\n\r\n");

	CU_ASSERT_EQUAL(sscanf(strstr(answer, "ETag: "), "ETag: %63s", etag),
			1);
	free(answer);
	snprintf(request, sizeof(request),
		 "GET / HTTP/1.1\r\nHost: h\r\nIf-None-Match: %s\r\n"
		 "Connection: close\r\n\r\n",
		 etag);
	answer = ask(page, request);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer, "HTTP/1.1 304"));
	CU_ASSERT_PTR_NULL(strstr(answer, "<p>join"));
	free(answer);
	mem_deref(page);
	clean(folder);
}


/** @return what `request` is answered with where it knows that ETag */
static char *ask_again(const struct page *page, const char *accept,
		       const char *etag)
{
	char request[512];

	snprintf(request, sizeof(request),
		 "GET /join.0123456789.js HTTP/1.1\r\nHost: h\r\n"
		 "Accept-Encoding: %s\r\nIf-None-Match: %s\r\n"
		 "Connection: close\r\n\r\n",
		 accept, etag);
	return ask(page, request);
}


static void an_etag_is_of_one_encoding(void)
{
	struct config config;
	char folder[64], etag[64] = "";
	struct page *page = make_page(&config, folder);
	char *answer = ask_again(page, "br", "\"other\"");

	CU_ASSERT_EQUAL(sscanf(strstr(answer, "ETag: "), "ETag: %63s", etag),
			1);
	free(answer);
	answer = ask_again(page, "br", etag);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer, "HTTP/1.1 304"));
	CU_ASSERT_PTR_NOT_NULL(strstr(answer, "Vary: Accept-Encoding\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(answer, etag));
	CU_ASSERT_PTR_NULL(strstr(answer, "Content-Encoding"));
	free(answer);
	answer = ask_again(page, "gzip", etag);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer, "HTTP/1.1 200"));
	CU_ASSERT_PTR_NOT_NULL(strstr(answer, "<gzip>"));
	free(answer);
	mem_deref(page);
	clean(folder);
}


static void a_missing_folder_is_an_empty_page(void)
{
	struct page_files *files = NULL;

	CU_ASSERT_EQUAL(page_files_alloc(&files, "/nonexistent/folder"), 0);
	CU_ASSERT_PTR_NULL(page_files_find(files, "index.html"));
	mem_deref(files);
}


#define MAY_JOIN                                                              \
	"GET /api/conferences/demo HTTP/1.1\r\nHost: h\r\n"                   \
	"Connection: close\r\n\r\n"


/** A page of a focus whose judge takes its time */
struct waiting_page {
	struct config config;
	struct focus_room r;
	struct party alice;
	struct slow_judge judge;
	struct page *page;
	char folder[64];
};


static void waiting_page_open(struct waiting_page *w)
{
	struct judge judge;

	room_open(&w->r);
	CU_ASSERT_EQUAL(
		room_join(&w->r, &w->alice, "demo", "sip:a@x", "Alice"), 0);
	judge = slow_judge(&w->judge);
	focus_set_judge(w->r.focus, &judge);
	w->page = make_page_of(&w->config, w->folder, w->r.focus);
}


static void waiting_page_close(struct waiting_page *w)
{
	mem_deref(w->page);
	room_close(&w->r);
	slow_judge_close(&w->judge);
	clean(w->folder);
}


static void whether_one_may_join_can_be_answered_later(void)
{
	static const struct {
		enum reason reason;
		const char *status, *text;
	} verdicts[] = {
		{REASON_NONE, "HTTP/1.1 200", "\"may_join\":true"},
		{REASON_NONE, "HTTP/1.1 200",
		 "\"dial_in\":\"sip:calls@example.com\""},
		{REASON_LOCKED, "HTTP/1.1 200", "\"reason\":\"locked\""},
		{REASON_NOT_FOUND, "HTTP/1.1 404", "\"may_join\":false"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		struct waiting_page w = {
			.judge = {.after_ms = 20,
				  .reason = verdicts[i].reason}};
		char *answer;

		waiting_page_open(&w);
		answer = ask(w.page, MAY_JOIN);
		CU_ASSERT_PTR_NOT_NULL(strstr(answer, verdicts[i].status));
		CU_ASSERT_PTR_NOT_NULL(strstr(answer, verdicts[i].text));
		CU_ASSERT_EQUAL(w.judge.kind, QUESTION_JOIN);
		CU_ASSERT_TRUE(w.judge.probe);
		free(answer);
		waiting_page_close(&w);
	}
}


static void who_mutes_itself_waits_for_the_judge(void)
{
	static const enum reason verdicts[] = {REASON_NONE, REASON_FORBIDDEN};
	char request[300], secret[SECRET_SIZE], *answer;

	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		struct waiting_page w = {
			.judge = {.after_ms = 20, .reason = verdicts[i]}};

		waiting_page_open(&w);
		focus_secret(w.alice.ep, secret);
		snprintf(request, sizeof(request),
			 "POST /api/self HTTP/1.1\r\nHost: h\r\n"
			 "Authorization: Bearer %s\r\n"
			 "Content-Length: 15\r\nConnection: close\r\n\r\n"
			 "{\"verb\":\"mute\"}",
			 secret);
		answer = ask(w.page, request);
		CU_ASSERT_PTR_NOT_NULL(strstr(answer, verdicts[i]
							      ? "HTTP/1.1 403"
							      : "HTTP/1.1 "
								"200"));
		CU_ASSERT_EQUAL(event_count(&w.r, "muted"), !verdicts[i]);
		CU_ASSERT_EQUAL(w.judge.kind, QUESTION_OWN);
		CU_ASSERT_STRING_EQUAL(w.judge.aor, "sip:a@x");
		free(answer);
		waiting_page_close(&w);
	}
}


static void close_page_h(void *arg)
{
	struct waiting_page *w = arg;

	w->page = mem_deref(w->page);
}


static void who_waits_when_the_page_closes_is_told(void)
{
	struct waiting_page w = {.judge = {.after_ms = 0}};
	struct tmr tmr;
	char *answer;

	waiting_page_open(&w);
	tmr_init(&tmr);
	tmr_start(&tmr, 50, close_page_h, &w);
	answer = ask(w.page, MAY_JOIN);
	CU_ASSERT_PTR_NOT_NULL(strstr(answer, "HTTP/1.1 503"));
	CU_ASSERT_EQUAL(w.judge.asked, 1);
	CU_ASSERT_EQUAL(w.judge.dropped, 1);
	free(answer);
	waiting_page_close(&w);
}


static CU_TestInfo tests[] = {
	{"requests get their answers", requests_get_their_answers},
	{"a known ETag is not modified", known_etag_is_not_modified},
	{"an ETag is of one encoding", an_etag_is_of_one_encoding},
	{"a missing folder is an empty page",
	 a_missing_folder_is_an_empty_page},
	{"whether one may join can be answered later",
	 whether_one_may_join_can_be_answered_later},
	{"who mutes itself waits for the judge",
	 who_mutes_itself_waits_for_the_judge},
	{"who waits when the page closes is told",
	 who_waits_when_the_page_closes_is_told},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(page, tests)
