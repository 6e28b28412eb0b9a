/**
 * @file test_offer_text.c  SDP split into rows, also hostile ones
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "signaling/sdp/offer_text.h"
#include "tests/unit/failing.h"
#include "tests/unit/unit.h"

#define HEAD "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\n"

/** From a buffer of exactly that size */
static int split(struct offer_text **tp, const char *sdp, size_t len)
{
	char *exact = malloc(len ? len : 1);
	int err;

	memcpy(exact, sdp, len);
	*tp = NULL;
	err = offer_text_alloc(tp, exact, len);
	free(exact);

	return err;
}


static struct offer_text *text(const char *sdp)
{
	struct offer_text *t;

	CU_ASSERT_EQUAL_FATAL(split(&t, sdp, strlen(sdp)), 0);

	return t;
}


#define T(sdp) sdp, sizeof(sdp) - 1

static void judges_bodies(void)
{
	static const struct {
		const char *sdp;
		size_t len;
		int err;
	} rows[] = {
		{T(HEAD), 0},
		{T("v=0\no=- 1 2 IN IP4 192.0.2.1\n"), 0},
		{T("v=0\no=- 1 2 IN IP4 192.0.2.1"), 0},
		{T(HEAD "\r\n\n\r\ns=-\r\n"), 0},
		{T(HEAD "s=\r\n"), 0},
		{T(HEAD "i=a\tb\r\n"), 0},
		{T(HEAD "i=\xc3\xa4\r\n"), 0},
		{T(""), EBADMSG},
		{T("v=0\r\n"), 0},
		{T("v=1\r\no=- 1 2 IN IP4 192.0.2.1\r\n"), EBADMSG},
		{T("v=0\r\ns=-\r\n"), 0},
		{T("v=0\r\no=- 1 IN IP4 192.0.2.1\r\n"), 0},
		{T("v=0\r\no=- 1 2 IN IP4 192.0.2.1 x\r\n"), 0},
		{T("s=-\r\n" HEAD), EBADMSG},
		{T("v=0\ro=- 1 2 IN IP4 192.0.2.1\r"), 0},
		{T("v=0 \r\no=John Doe 1 2 IN IP4 192.0.2.1\r\n"), 0},
		{T(HEAD "a=b \t\r\n\r\n"), 0},
		{T(HEAD "a=b\r\n\0\0"), 0},
		{T("\0"), EBADMSG},
		{T(HEAD "nonsense\r\n"), EBADMSG},
		{T(HEAD "a\r\n"), EBADMSG},
		{T(HEAD "A=b\r\n"), EBADMSG},
		{T(HEAD " a=b\r\n"), EBADMSG},
		{T(HEAD "a=b\0c\r\n"), EBADMSG},
		{T(HEAD "a=b\rc\r\n"), EBADMSG},
		{T(HEAD "a=b\x7f\r\n"), EBADMSG},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct offer_text *t;
		int err = split(&t, rows[i].sdp, rows[i].len);

		if (err != rows[i].err)
			fprintf(stderr, "row %zu: %d\n", i, err);
		CU_ASSERT_EQUAL(err, rows[i].err);
		CU_ASSERT_EQUAL(!err, t != NULL);
		mem_deref(t);
	}
	CU_ASSERT_EQUAL(offer_text_alloc(NULL, "v=0", 3), EBADMSG);
}


static void is_bounded(void)
{
	static char sdp[OFFER_TEXT_BYTES_MAX + 1];
	struct offer_text *t;
	size_t n = (size_t)sprintf(sdp, HEAD);

	for (unsigned i = 0; i < OFFER_TEXT_MEDIA_MAX; i++)
		n += (size_t)sprintf(sdp + n, "m=audio 9 RTP/AVP 0\r\n");
	CU_ASSERT_EQUAL(split(&t, sdp, n), 0);
	CU_ASSERT_EQUAL(offer_text_media_count(t), OFFER_TEXT_MEDIA_MAX);
	mem_deref(t);
	n += (size_t)sprintf(sdp + n, "m=audio 9 RTP/AVP 0\r\n");
	CU_ASSERT_EQUAL(split(&t, sdp, n), E2BIG);

	n = (size_t)sprintf(sdp, HEAD);
	for (unsigned i = 2; i < OFFER_TEXT_ROWS_MAX - 1; i++)
		n += (size_t)sprintf(sdp + n, "a=b\r\n");
	CU_ASSERT_EQUAL(split(&t, sdp, n), 0);
	mem_deref(t);
	n += (size_t)sprintf(sdp + n, "a=b\r\n");
	CU_ASSERT_EQUAL(split(&t, sdp, n), E2BIG);

	memset(sdp, '\n', sizeof(sdp));
	CU_ASSERT_EQUAL(split(&t, sdp, sizeof(sdp)), E2BIG);
}


#define MEDIA                                                                 \
	HEAD "c=IN IP4 192.0.2.1\r\na=ice-lite\r\na=setup:actpass\r\n"        \
	     "m=audio 49170/2 RTP/AVP 0 8\r\na=sendonly\r\na=rtpmap:0 A\r\n"  \
	     "a=rtpmap:8 B\r\na=setup:passive\r\n"                            \
	     "m=video 0 RTP/AVP 96\r\nc=IN IP4 192.0.2.2\r\n"

static bool is(const struct pl *pl, const char *s)
{
	return pl->l == strlen(s) && !memcmp(pl->p, s, pl->l);
}


static void rows_belong_to_the_line_above(void)
{
	struct offer_text *t = text(MEDIA);
	struct pl value;

	CU_ASSERT_EQUAL(offer_text_media_count(t), 2);
	CU_ASSERT_TRUE(
		offer_text_attr(t, OFFER_TEXT_SESSION, "ice-lite", &value));
	CU_ASSERT_EQUAL(value.l, 0);
	CU_ASSERT_FALSE(offer_text_attr(t, 0, "ice-lite", &value));
	CU_ASSERT_TRUE(offer_text_attr_any(t, 0, "ice-lite", &value));
	/* the line's own comes first, then the session's */
	CU_ASSERT_TRUE(offer_text_attr_any(t, 0, "setup", &value));
	CU_ASSERT(is(&value, "passive"));
	CU_ASSERT_TRUE(offer_text_attr_any(t, 1, "setup", &value));
	CU_ASSERT(is(&value, "actpass"));
	CU_ASSERT_TRUE(offer_text_attr(t, 0, "rtpmap", &value));
	CU_ASSERT(is(&value, "0 A"));
	CU_ASSERT_FALSE(offer_text_attr(t, 1, "rtpmap", &value));
	CU_ASSERT_FALSE(offer_text_attr(t, 0, "rtpma", &value));
	CU_ASSERT_TRUE(offer_text_row_any(t, 0, 'c', &value));
	CU_ASSERT(is(&value, "IN IP4 192.0.2.1"));
	CU_ASSERT_TRUE(offer_text_row_any(t, 1, 'c', &value));
	CU_ASSERT(is(&value, "IN IP4 192.0.2.2"));
	CU_ASSERT_FALSE(offer_text_row_any(t, 1, 'b', &value));
	mem_deref(t);
}


static void rows_are_walked_in_order(void)
{
	static const char *const names[] = {"sendonly", "rtpmap", "rtpmap",
					    "setup"};
	struct offer_text *t = text(MEDIA);
	struct pl name, value;
	size_t pos = 0, n = 0;
	char type;

	while (offer_text_next(t, 0, &pos, &type, &name, &value)) {
		if (type != 'a')
			continue;
		CU_ASSERT_FATAL(n < ARRAY_SIZE(names));
		CU_ASSERT(is(&name, names[n]));
		n++;
	}
	CU_ASSERT_EQUAL(n, ARRAY_SIZE(names));
	mem_deref(t);
}


static void media_lines_are_read(void)
{
	static const struct {
		const char *line;
		bool ok;
		uint32_t port;
		const char *formats;
	} rows[] = {
		{"audio 49170 RTP/AVP 0 8", true, 49170, "0 8"},
		{"audio 49170/2 RTP/AVP 0", true, 49170, "0"},
		{"audio 0 RTP/AVP 0", true, 0, "0"},
		{"audio 65535 X 0", true, 65535, "0"},
		{"audio 65536 X 0", false, 0, ""},
		{"audio -1 X 0", false, 0, ""},
		{"audio x X 0", false, 0, ""},
		{"audio 9", false, 0, ""},
		{"audio", false, 0, ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct offer_text_media m;
		struct offer_text *t;
		char sdp[256];
		bool ok;

		(void)snprintf(sdp, sizeof(sdp), HEAD "m=%s\r\n",
			       rows[i].line);
		t = text(sdp);
		ok = offer_text_media(t, 0, &m);
		if (ok != rows[i].ok)
			fprintf(stderr, "%s\n", rows[i].line);
		CU_ASSERT_EQUAL(ok, rows[i].ok);
		if (ok && rows[i].ok) {
			CU_ASSERT_EQUAL(m.port, rows[i].port);
			pl_advance(&m.formats, 1);
			CU_ASSERT(is(&m.formats, rows[i].formats));
			CU_ASSERT(is(&m.kind, "audio"));
		}
		CU_ASSERT_FALSE(offer_text_media(t, 1, &m));
		CU_ASSERT_FALSE(offer_text_media(t, -1, &m));
		mem_deref(t);
	}
}


static void tokens_fit_or_are_refused(void)
{
	static const struct {
		const char *text;
		bool ok;
	} rows[] = {
		/* RTP/AVP is of several */
		{"opus", true},  {"1234567", true}, {"12345678", false},
		{"", false},     {"a b", false},    {"a/b", true},
		{"a\"b", false}, {"a-b.c+", true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char token[8];
		struct pl pl;

		pl_set_str(&pl, rows[i].text);
		CU_ASSERT_EQUAL(offer_text_token(token, sizeof(token), &pl),
				rows[i].ok);
		if (rows[i].ok)
			CU_ASSERT_STRING_EQUAL(token, rows[i].text);
	}
}


static void any_cut_is_survived(void)
{
	for (size_t len = 0; len < sizeof(MEDIA); len++) {
		struct offer_text *t;
		struct pl value;

		if (split(&t, MEDIA, len))
			continue;
		(void)offer_text_row_any(t, 0, 'c', &value);
		mem_deref(t);
	}
	CU_PASS("nothing was read beyond its end");
}


static int split_once(void *arg)
{
	struct offer_text *t = NULL;
	int err = offer_text_alloc(&t, arg, strlen(arg));

	CU_ASSERT_EQUAL(!err, t != NULL);
	mem_deref(t);

	return err;
}


static void survives_any_failing_allocation(void)
{
	failing_each(split_once, MEDIA);
}


static CU_TestInfo tests[] = {
	{"judges bodies", judges_bodies},
	{"is bounded", is_bounded},
	{"rows belong to the line above", rows_belong_to_the_line_above},
	{"rows are walked in order", rows_are_walked_in_order},
	{"media lines are read", media_lines_are_read},
	{"tokens fit or are refused", tokens_fit_or_are_refused},
	{"any cut is survived", any_cut_is_survived},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(offer_text, tests)
